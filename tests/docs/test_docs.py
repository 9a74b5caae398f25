"""The docs say what is so: pages exist, Python runs, commands and options are real."""

import re
import shlex
import warnings
from pathlib import Path

import pytest
import typer
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
BLOCK = re.compile(r"^```(python|bash)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(kind):
    return [
        pytest.param(body, id=f"{page.relative_to(DOCS)}-{i}")
        for page in PAGES
        for i, (found, body) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")))
        if found == kind
    ]


def files(entry):
    if isinstance(entry, str):
        return [entry]
    return [file for part in (entry.values() if isinstance(entry, dict) else entry) for file in files(part)]


def test_every_page_is_in_the_navigation_and_there():
    navigation = files(yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"])
    assert sorted(navigation) == sorted(str(page.relative_to(DOCS)) for page in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:")):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("body", blocks("python"))
def test_python_runs(body, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # a reader's session does not turn warnings into errors
        exec(compile(body, "<docs>", "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize("body", blocks("bash"))
def test_commands_and_options_are_real(body):
    from voc.cli import app

    top = typer.main.get_command(app)
    for line in body.replace("\\\n", " ").splitlines():
        words = shlex.split(line)
        if not words or words[0] != "voc":
            continue
        command, rest = top.commands[words[1]], words[2:]
        if hasattr(command, "commands"):  # voc evaluate sentiment, voc keys create
            command, rest = command.commands[rest[0]], rest[1:]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= known, line


def test_no_word_of_causation_in_the_docs():
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"(?<!\")\bcaused by|cost us|بسبب|تسبب", text), page
