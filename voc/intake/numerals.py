"""What number an answer names: "9/10", "٩", "10 - extremely likely", "٤ من ٥", "4 stars", "★★★★☆".

Takes one cell, gives a `Numeral` (the number, and out of how many when the cell says so), or None.
Words count only where a number stands clearly apart from them, so "3 days late" is not a 3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from voc.intake.cells import plain

LONGEST: Final = 120  # characters; a longer cell is prose, not a score
_NUMBER: Final = r"[+-]?\d{1,9}(?:[.,]\d{1,6})?"
_UNIT: Final = (
    r"(?:stars?|points?|pts?|نجوم|نجمات|نجمه|نجمة|نقاط|نقطة|درجات|درجه|درجة)"  # words a number may carry
)
_OUT_OF: Final = r"(?:/|\\|out of|of|من اصل|من أصل|من|على)"
_BARE: Final = re.compile(rf"({_NUMBER})\s*(?:{_UNIT})?")
_RATIO: Final = re.compile(rf"({_NUMBER})\s*(?:{_UNIT})?\s*{_OUT_OF}\s*(\d{{1,4}})\s*(?:{_UNIT})?")
_PERCENT: Final = re.compile(rf"({_NUMBER})\s*%|%\s*({_NUMBER})")
# "10 - extremely likely", "5: راض جدا", "1) very poor", "0 (not at all likely)", "3 = average"
_LABELED: Final = re.compile(rf"({_NUMBER})\s*[-\u2013\u2014:=.)(،,|]\s*[^\d]*[^\W\d][^\d]*")
# "extremely likely - 10", "extremely likely (10)"
_LABEL_FIRST: Final = re.compile(rf"[^\d]*[^\W\d][^\d]*?\s*[-\u2013\u2014:=(،,|]\s*({_NUMBER})\s*\)?")
_FULL_STARS: Final = "★⭐🌟✭✮✯"
_EMPTY_STARS: Final = "☆✩"
_STARS: Final = re.compile(rf"[{_FULL_STARS}{_EMPTY_STARS}\s\ufe0e\ufe0f]+")  # FE0E/F: glyph variants


@dataclass(frozen=True)
class Numeral:
    """A number, and the top of its scale when the cell names one ("4 out of 5")."""

    value: float
    out_of: float | None = None


def numeral(text: str) -> Numeral | None:
    """The number that `text` names, or None when it names none, several, or a quantity of something.

    >>> numeral("٤ من ٥")
    Numeral(value=4.0, out_of=5.0)
    """
    if len(text) > LONGEST:
        return None
    if any(star in text for star in _FULL_STARS + _EMPTY_STARS):
        return _stars(text)
    cell = plain(text).casefold().strip("\"'")
    if match := _BARE.fullmatch(cell):
        return Numeral(_number(match[1]))
    if match := _RATIO.fullmatch(cell):
        return Numeral(_number(match[1]), float(match[2]))
    if match := _PERCENT.fullmatch(cell):
        return Numeral(_number(match[1] or match[2]), 100.0)
    if match := _LABELED.fullmatch(cell) or _LABEL_FIRST.fullmatch(cell):
        return Numeral(_number(match[1].lstrip("-") if match.re is _LABEL_FIRST else match[1]))
    return None


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _stars(text: str) -> Numeral | None:
    drawn = re.search(rf"[{_FULL_STARS}{_EMPTY_STARS}]", text)
    beside = plain(text[: drawn.start()]) if drawn else ""
    if beside and _BARE.fullmatch(beside) and len(re.findall(rf"[{_FULL_STARS}]", text)) == 1:
        return Numeral(_number(beside))  # "4 ★"
    if not _STARS.fullmatch(text.strip()):
        return None
    full = sum(text.count(star) for star in _FULL_STARS)
    empty = sum(text.count(star) for star in _EMPTY_STARS)
    return Numeral(float(full), float(full + empty) if empty else None)
