"""Text that remembers where each of its characters came from.

Takes: a source text and, per output character, the source range it stands for.
Gives: `Aligned`, with `original(start, end)` back to the verbatim text, and `rewrite`, which
applies a list of edits to an `Aligned` and carries the ranges along.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from voc.errors import OptionError

Edit = tuple[int, int, str]
"""Replace ``text[start:end]`` by a string; edits come in order and never overlap."""


@dataclass(frozen=True)
class Aligned:
    """A rewritten text and, for each of its characters, the half-open range of source characters.

    Attributes:
        text: the rewritten text.
        starts: for each character of `text`, where its source range begins; never decreasing.
        ends: for each character of `text`, where its source range ends (exclusive); never decreasing.
            A character that was inserted has an empty range.
        length: number of characters of the source.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    length: int

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The source range that ``text[start:end]`` stands for, half-open.

        An empty range comes back as an empty range at the place it points to.

        >>> identity("جيد").original(0, 2)
        (0, 2)

        Raises:
            OptionError: not ``0 <= start <= end <= len(text)``.
        """
        if not 0 <= start <= end <= len(self.text):
            raise OptionError(
                f"The range {start}..{end} is not inside a text of {len(self.text)} characters; "
                "use offsets into the rewritten text."
            )
        if start < end:
            return self.starts[start], self.ends[end - 1]
        place = self.starts[start] if start < len(self.text) else self._tail()
        return place, place

    def _tail(self) -> int:
        return self.ends[-1] if self.ends else self.length


def identity(text: str) -> Aligned:
    """`text` aligned with itself: character i stands for source characters i..i+1."""
    size = len(text)
    return Aligned(text, tuple(range(size)), tuple(range(1, size + 1)), size)


def rewrite(before: Aligned, edits: Iterable[Edit], absorb: bool = False) -> Aligned:
    """`before` with `edits` applied; every character keeps its range in the first source.

    Characters of a replacement all stand for the whole replaced range.

    Args:
        before: the text so far.
        edits: (start, end, replacement) in characters of ``before.text``.
        absorb: a deleted piece that follows a kept character belongs to that character from then
            on (a vowel mark to its letter, the tail of an elongated word to its last letter).
    """
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for start, end, replacement in edits:
        pieces.append(before.text[done:start])
        starts += before.starts[done:start]
        ends += before.ends[done:start]
        first, last = before.original(start, end)
        if start == end and 0 < start < len(before.text):  # put between two halves of one source character
            last = max(last, before.ends[start - 1])
        if replacement:
            pieces.append(replacement)
            starts += [first] * len(replacement)
            ends += [last] * len(replacement)
        elif absorb and ends and ends[-1] <= first:
            ends[-1] = last
        done = end
    pieces.append(before.text[done:])
    starts += before.starts[done:]
    ends += before.ends[done:]
    return Aligned("".join(pieces), tuple(starts), tuple(ends), before.length)
