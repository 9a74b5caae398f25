"""Single-word lists that ship with voc: English, Arabic with counts, others, Arabizi.

Each is read once, when first needed. `models/language/words.py` builds all but the Arabizi spellings,
which are written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True)
class Spelling:
    """What an Arabizi spelling stands for.

    Attributes:
        arabic: the word in Arabic script.
        variety: all, gulf, egyptian, levantine or maghrebi.
        shared: it is also a word of English or another Latin-script language.
    """

    arabic: str
    variety: str
    shared: bool


@cache
def english() -> dict[str, int]:
    """English words and their rank, 0 the most frequent."""
    return {word: rank for rank, word in enumerate(_lines("words_en.txt"))}


@cache
def arabic() -> dict[str, int]:
    """Arabic words as written in feedback, and how often each was met."""
    pairs = (line.split("\t") for line in _lines("words_ar.tsv"))
    return {word: int(count) for word, count in pairs}


@cache
def other() -> frozenset[str]:
    """Function words of languages that are not ours, in Latin and in Arabic script."""
    return frozenset(_lines("words_other.txt"))


@cache
def arabizi() -> dict[str, Spelling]:
    """Lower-case Arabizi spelling -> what it stands for."""
    found: dict[str, Spelling] = {}
    for line in _lines("arabizi.tsv"):
        word, variety, spellings = line.split("\t")
        for spelling in spellings.split():
            found.setdefault(spelling.lstrip("?"), Spelling(word, variety, spelling.startswith("?")))
    return found


def _lines(name: str) -> list[str]:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
