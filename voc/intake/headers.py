"""The words that column headers use for each role, in English and Arabic (``headers.yaml``).

Headers are compared after `key` has folded case, digits, punctuation and Arabic letter forms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from voc.intake.cells import plain

Part = Literal["text", "score", "date", "comment_id", "respondent", "weight", "segment"]
PART: Final = 10  # rank of a header that only holds a word of the role
SHORT: Final = 3  # words; in a longer header, a question, a word that rules out may stand in passing
_FOLD: Final = str.maketrans("أإآٱىةؤئ", "ااااىهوي") | {0x0649: "ي"} | dict.fromkeys(range(0x064B, 0x0653))
_SEPARATE: Final = re.compile(r"[\s_\-./:،,؛;()\[\]?؟!*\"'«»#]+")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def key(header: str) -> str:
    """`header` folded for comparison: ``"Comment_Text "`` -> ``"comment text"``, الـتاريخ -> التاريخ."""
    spaced = _CAMEL.sub(" ", plain(header))
    return _SEPARATE.sub(" ", spaced.casefold().translate(_FOLD)).strip()


@dataclass(frozen=True)
class Words:
    """Headers of one role: whole headers best first, words inside headers, and words that rule it out."""

    exact: tuple[tuple[str, ...], ...]
    part: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    def rank(self, header: str) -> int | None:
        """0 for the best exact match, then 1, 2 ...; 10 for a word inside; None for no match."""
        folded = key(header)
        for place, group in enumerate(self.exact):
            if folded in group or folded.removeprefix("ال") in group:
                return place
        padded = f" {folded} "
        if len(folded.split()) <= SHORT and any(f" {word} " in padded for word in self.never):
            return None
        return PART if any(f" {word} " in padded or f" ال{word} " in padded for word in self.part) else None


@cache
def words(part: Part) -> Words:
    """The header words of a role."""
    import yaml

    table = yaml.safe_load(Path(__file__).with_name("headers.yaml").read_text(encoding="utf-8"))[part]
    exact = tuple(tuple(map(key, group)) for group in table["exact"])
    return Words(exact, tuple(map(key, table.get("part", ()))), tuple(map(key, table.get("never", ()))))
