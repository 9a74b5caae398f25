"""Known themes: the embedded CX taxonomy, its domain packs, and a user's own YAML.

`load()` gives the embedded tree, `load(pack="airline")` the tree with a domain's themes added,
`load(path)` a user's file. The format is shown by ``cx.yaml`` in this folder.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from voc.errors import OptionError
from voc.taxonomy.reading import read
from voc.taxonomy.tree import Place, Taxonomy, Theme, nearest

__all__ = ["Place", "Taxonomy", "Theme", "load", "nearest", "packs"]

_FOLDER = Path(__file__).resolve().parent


def load(path: Path | str | None = None, pack: str | None = None) -> Taxonomy:
    """A checked theme tree.

    Args:
        path: a taxonomy file; None for the embedded one.
        pack: name of a domain pack that is added to the embedded tree (see `packs`).

    Raises:
        InputError: the file breaks a rule; the message has its line and what to write instead.
        OptionError: no such pack, or both arguments were given.
    """
    if path is not None and pack is not None:
        raise OptionError("Give a taxonomy file or a pack, not both; a file can start with 'extends: PACK'.")
    return _embedded(pack or "cx") if path is None else read(Path(path), _embedded)


def packs() -> tuple[str, ...]:
    """Names of the domain packs, sorted."""
    return tuple(sorted(file.stem for file in (_FOLDER / "packs").glob("*.yaml")))


@cache
def _embedded(name: str) -> Taxonomy:
    if name == "cx":
        return read(_FOLDER / "cx.yaml", _embedded)
    if name not in packs():
        raise OptionError(f"There is no domain pack {name!r}; {nearest(name, ['cx', *packs()])}")
    return read(_FOLDER / "packs" / f"{name}.yaml", _embedded)
