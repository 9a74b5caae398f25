"""The kinds of step a normalization recipe is made of.

A step does its work twice over: `apply` is the fast path (text in, text out), `edits` lists the
same changes with their places, for alignment. Tests hold the two equal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from voc.intake.aligned import Edit


class Step(Protocol):
    """One small, named change to a text."""

    @property
    def name(self) -> str:
        """What it is called in recipes and docs."""

    @property
    def reopens(self) -> bool:
        """Whether its changes can make work for steps before it, so that the recipe runs again."""

    @property
    def absorbs(self) -> bool:
        """Whether a deleted piece belongs to the character before it."""

    def apply(self, text: str) -> str:
        """The changed text."""

    def edits(self, text: str) -> Iterator[Edit]:
        """The same changes as (start, end, replacement)."""


@dataclass(frozen=True)
class Letters:
    """Characters replaced one by one (deleted where the replacement is empty)."""

    name: str
    table: dict[str, str]
    reopens: bool = False
    absorbs: bool = True
    _present: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _codes: dict[int, str] = field(init=False, repr=False, compare=False)
    _ascii: bool = field(init=False, repr=False, compare=False)
    _many: bool = field(init=False, repr=False, compare=False)
    _pairs: tuple[tuple[str, str], ...] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_present", re.compile(f"[{re.escape(''.join(self.table))}]"))
        object.__setattr__(self, "_codes", str.maketrans(self.table))
        object.__setattr__(self, "_ascii", any(character.isascii() for character in self.table))
        object.__setattr__(self, "_many", len(self.table) > _FEW)
        object.__setattr__(self, "_pairs", tuple(self.table.items()) if len(self.table) <= _SOME else None)

    def apply(self, text: str) -> str:
        """The changed text."""
        if (text.isascii() and not self._ascii) or (self._many and not self._present.search(text)):
            return text
        if self._pairs is None:
            return text.translate(self._codes)
        for old, new in self._pairs:
            text = text.replace(old, new)
        return text

    def edits(self, text: str) -> Iterator[Edit]:
        """The same changes as (start, end, replacement)."""
        return ((m.start(), m.end(), self.table[m[0]]) for m in self._present.finditer(text))


@dataclass(frozen=True)
class Pattern:
    """Matches of a regular expression replaced by one fixed string, or by what a function says.

    `hints`: every match contains one of these strings; `guard`: or holds a match of this simpler
    pattern. A text without any is left alone, which is most texts and most of the speed.
    """

    name: str
    pattern: re.Pattern[str]
    replacement: str | Callable[[str], str] = ""
    hints: tuple[str, ...] = ()
    guard: re.Pattern[str] | None = None
    reopens: bool = True
    absorbs: bool = False

    def apply(self, text: str) -> str:
        """The changed text."""
        if self.hints and not any(hint in text for hint in self.hints):
            return text
        if self.guard is not None and not self.guard.search(text):
            return text
        made = self.replacement
        if isinstance(made, str):
            return self.pattern.sub(made, text)  # replacements here hold no backslashes
        return self.pattern.sub(lambda match: made(match[0]), text)

    def edits(self, text: str) -> Iterator[Edit]:
        """The same changes as (start, end, replacement)."""
        made = self.replacement
        for match in self.pattern.finditer(text):
            new = made if isinstance(made, str) else made(match[0])
            if new != match[0]:
                yield match.start(), match.end(), new


@dataclass(frozen=True)
class Shorten:
    """Runs of three or more of a character cut to the length `keep` says for that character."""

    name: str
    pattern: re.Pattern[str]
    keep: Callable[[str], int]
    reopens: bool = True
    absorbs: bool = True

    def apply(self, text: str) -> str:
        """The changed text."""
        if not _THREE.search(text):
            return text
        return self.pattern.sub(lambda match: match[0][: self.keep(match[0][0])], text)

    def edits(self, text: str) -> Iterator[Edit]:
        """The same changes as (start, end, replacement)."""
        for match in self.pattern.finditer(text):
            start = match.start() + self.keep(match[0][0])
            if start < match.end():
                yield start, match.end(), ""


@dataclass(frozen=True)
class Within:
    """Steps done only inside the matches of a regular expression, such as a hashtag."""

    name: str
    pattern: re.Pattern[str]
    steps: tuple[Pattern, ...]
    hint: str
    reopens: bool = True
    absorbs: bool = False

    def apply(self, text: str) -> str:
        """The changed text."""
        if self.hint not in text:
            return text
        return self.pattern.sub(lambda match: self._inside(match[0]), text)

    def _inside(self, piece: str) -> str:
        for start, end, new in reversed(self._changes(piece)):
            piece = piece[:start] + new + piece[end:]
        return piece

    def _changes(self, piece: str) -> list[Edit]:
        found = [edit for step in self.steps for edit in step.edits(piece)]
        return sorted(found)  # the steps' patterns never overlap

    def edits(self, text: str) -> Iterator[Edit]:
        """The same changes as (start, end, replacement)."""
        for match in self.pattern.finditer(text):
            for start, end, new in self._changes(match[0]):
                yield match.start() + start, match.start() + end, new


@dataclass(frozen=True)
class Spaces:
    """Runs of white space (line breaks too) become one space; none is left at either end."""

    name: str = "spaces"
    reopens: bool = False
    absorbs: bool = False

    def apply(self, text: str) -> str:
        """The changed text."""
        return " ".join(text.split())

    def edits(self, text: str) -> Iterator[Edit]:
        """The same changes as (start, end, replacement)."""
        for match in _SPACE.finditer(text):
            edge = match.start() == 0 or match.end() == len(text)
            if edge or match[0] != " ":
                yield match.start(), match.end(), "" if edge else " "


@dataclass(frozen=True)
class Unicode:
    """Unicode normalization (NFC or NFKC) after writing some ligatures out."""

    name: str
    form: str
    ligatures: dict[str, str]
    reopens: bool = True
    absorbs: bool = False

    def apply(self, text: str) -> str:
        """The changed text."""
        if text.isascii():
            return text
        for sign, letters in self.ligatures.items():
            text = text.replace(sign, letters)
        return unicodedata.normalize(self.form, text)  # type: ignore[arg-type]

    def edits(self, text: str) -> Iterator[Edit]:
        """The same changes as (start, end, replacement)."""
        if self.apply(text) == text:  # then no piece changes either, and most texts have none that does
            return
        start = 0
        for end in [*(i for i in range(1, len(text)) if _opens(text[i])), len(text)]:
            piece = text[start:end]
            new = self.apply(piece)
            if new != piece:
                yield start, end, new
            start = end


_FEW = 4  # up to here, replacing is as fast as looking whether there is anything to replace
_SOME = 24  # up to here, str.replace for each beats a table lookup for every character
_THREE = re.compile(r"(.)\1\1", re.DOTALL)
_SPACE = re.compile(r"\s+")


@lru_cache(maxsize=65_536)
def _opens(character: str) -> bool:
    """Whether no earlier character can combine with this one under NFC or NFKC."""
    first = unicodedata.normalize("NFKD", character)[0]
    return unicodedata.combining(first) == 0 and not _COMPOSES.match(first)


# Combining class 0, yet the second half of a composed character (UAX 15): Hangul vowels and
# finals, and a few vowel signs of Indic and South-East Asian scripts.
_COMPOSES = re.compile(
    "[\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dcf\u0ddf\u102e"
    "\u1160-\u11ff\u1b35\U0001133e\U00011357\U000114b0\U000114ba\U000114bd\U000115af\U00011930]"
)
