"""Where the embedded models' files live, and the check that they are the ones we shipped.

In a source checkout they are under ``models/NAME/``; in an installed wheel under
``voc/_weights/NAME/``. Each folder holds ``manifest.json``::

    {"name": "encoder", "version": "1.0.0", "files": {"encoder.onnx": "<sha256>"}, "facts": {...}}
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from voc.errors import ModelError

NAMES = ("encoder", "language", "sentiment", "themes")
_PACKAGE = Path(__file__).resolve().parent
_PLACES = (_PACKAGE / "_weights", _PACKAGE.parent / "models")


@dataclass(frozen=True)
class Artifact:
    """A model's folder, version and whatever facts its build script wrote down."""

    name: str
    version: str
    folder: Path
    facts: dict[str, Any]

    def path(self, file: str) -> Path:
        """The full path of one of its files."""
        return self.folder / file


@cache
def find(name: str) -> Artifact:
    """The embedded model called `name`, its files checked against their SHA-256.

    Raises:
        ModelError: no such folder, a file is missing, or its checksum differs.
    """
    tried = [place / name / "manifest.json" for place in _PLACES]
    manifest_path = next((path for path in tried if path.is_file()), None)
    if manifest_path is None:
        raise ModelError(
            f"The embedded model {name!r} was not found; looked for {' and '.join(map(str, tried))}. "
            "Reinstall voc, or in a source checkout fetch the files under models/."
        )
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    for file, expected in manifest["files"].items():
        path = manifest_path.parent / file
        if not path.is_file():
            raise ModelError(f"{path} is missing. Reinstall voc to restore the embedded models.")
        actual = checksum(path)
        if actual != expected:
            raise ModelError(
                f"{path} has SHA-256 {actual[:12]}..., expected {expected[:12]}...: the file was changed "
                "or cut short. Reinstall voc to restore it."
            )
    return Artifact(name, manifest["version"], manifest_path.parent, manifest.get("facts", {}))


def save(folder: Path, version: str, files: list[str], facts: dict[str, Any]) -> None:
    """Write ``manifest.json`` for the files of a freshly built model in `folder`."""
    manifest = {
        "name": folder.name,
        "version": version,
        "files": {file: checksum(folder / file) for file in sorted(files)},
        "facts": facts,
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")


def checksum(path: Path) -> str:
    """SHA-256 of a file, as lowercase hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
