"""What stands between two spaces, in strong normalization: its words, their places, the sentence ends.

Nothing that the recipe ``for_matching`` does reaches across a space, so a text can be taken word by word,
and a word that was met before costs one look-up: 6 us a text against 28, 17 for new texts after 17,000 others
(tests/meaning/test_theme_words.py compares with the whole text normalized at once).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from voc.intake import charmaps
from voc.intake.aligned import identity
from voc.intake.normalize import align, normalize

TOKEN: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_STOP: Final = re.compile(r"[.!?;]")  # no phrase runs over the end of a sentence
# What the strong recipe writes with another single character: such a word keeps its places.
_ONE_FOR_ONE: Final = str.maketrans(
    charmaps.ALEF
    | charmaps.YA
    | charmaps.TA_MARBUTA
    | charmaps.KEYBOARD
    | charmaps.DIGITS
    | charmaps.DIGIT_SIGNS
    | charmaps.PUNCTUATION
)


@dataclass(frozen=True, slots=True)
class Spaced:
    """What stands between two spaces.

    Attributes:
        tokens: its words in strong normalization; mostly one, none for signs.
        spans: where each begins and ends, in verbatim characters of this piece.
        stops: whether a sentence ends before each of them.
        stop: whether one ends after the last.
    """

    tokens: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    stops: tuple[bool, ...]
    stop: bool


def spaced(piece: str) -> Spaced:
    """The words of `piece`, a stretch of verbatim text without U+0020."""
    if _is_number(piece):
        return Spaced((piece,), ((0, len(piece)),), (False,), False)
    plain = normalize(piece, "for_matching")
    found = list(TOKEN.finditer(plain))
    kept = piece.lower().translate(_ONE_FOR_ONE) == plain
    aligned = identity(piece) if kept or not found else align(piece, "for_matching")
    edges = [0, *(match.end() for match in found)]
    return Spaced(
        tuple(match[0] for match in found),
        tuple(aligned.original(*match.span()) for match in found),
        tuple(bool(_STOP.search(plain, edges[i], match.start())) for i, match in enumerate(found)),
        bool(_STOP.search(plain, edges[-1])),
    )


def matched(text: str) -> str:
    """`normalize(text, "for_matching")`, several times as fast where words come again.

    >>> matched("الخِدمـــة  رااااائعة")
    'الخدمه رائعه'
    """
    return " ".join(
        filter(None, (piece if _is_number(piece) else _matched(piece) for piece in text.split(" ")))
    )


@lru_cache(maxsize=100_000)
def _matched(piece: str) -> str:
    return normalize(piece, "for_matching")


def _is_number(piece: str) -> bool:
    """Whether it stays as it is and is not worth remembering: there are very many numbers."""
    return piece.isdecimal() and piece.isascii()
