"""Rooms import only leftward, and `voc` never imports the service, the models or the notebooks."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ORDER = ["base", "intake", "meaning", "numbers", "report", "pipeline", "edge"]
BASE = {
    "_optional",
    "artifacts",
    "errors",
    "labels",
    "processes",
    "progress",
    "remote",
    "settings",
    "tables",
    "taxonomy",
}
PATH = {"analysis", "engines", "on_processes", "on_ray", "pipeline", "revise"}
EDGE = {"__main__", "cli", "client", "demo", "evaluate"}


def room(dotted: str) -> str | None:
    """'voc.meaning.themes' -> 'meaning'; None outside voc and for voc itself."""
    head, _, rest = dotted.partition(".")
    name = rest.partition(".")[0]
    if head != "voc" or not name:
        return None
    return "base" if name in BASE else "edge" if name in EDGE else "pipeline" if name in PATH else name


def imports(path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", sorted((ROOT / "voc").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_leftward(path):
    here = room(".".join(path.relative_to(ROOT).with_suffix("").parts)) or "edge"
    if path.name == "__init__.py" and path.parent.name == "voc":
        return  # the index of public names
    assert here in ORDER, f"{path.name} is in no room: name it in tests/test_layers.py"
    for target in imports(path):
        assert target.split(".")[0] not in {"service", "models", "notebooks", "benchmarks"} or (
            target.split(".")[0] == "service" and here == "edge"
        ), f"{path} imports {target}"
        there = room(target)
        if there is not None and there in ORDER:
            assert ORDER.index(there) <= ORDER.index(here), f"{path} ({here}) imports {target} ({there})"


@pytest.mark.parametrize("path", sorted((ROOT / "voc").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_stay_readable(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
    assert path.name not in {"utils.py", "common.py", "misc.py", "helpers.py"}
