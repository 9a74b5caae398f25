"""Words that show a theme: the taxonomy's `words`, matched on the text's `for_matching` form.

Arabic words match with their usual prefixes (and, so, with, to, the ...) and endings (plural,
possessive); English and Arabizi ones with a plural s. The look-up is by token, with each distinct
token resolved once, so a thousand words cost no more than ten.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from voc.intake.normalize import normalize
from voc.meaning.remembered import Remembered
from voc.meaning.spaced_words import TOKEN, spaced
from voc.taxonomy import Taxonomy

_ARABIC: Final = re.compile(r"[\u0621-\u064a]")
_NOTHING: Final[frozenset[int]] = frozenset()
_GAP: Final = 3  # words that "~" may skip

# Already in `for_matching` form. Order does not matter: every reading of a token is tried.
_PREFIXES: Final = (
    *("", "و", "ف", "ب", "ل", "ك", "ال", "وال", "فال", "بال", "وبال", "لل", "ولل", "كال", "هال"),
    *("وهال", "عال", "ع", "وب", "ول", "فب", "ومال", "مال", "وع", "وعال", "حال", "شال"),
)
_POSSESSIVES: Final = ("ه", "ها", "هم", "هن", "ك", "كم", "كن", "ي", "نا")
_ENDINGS: Final = (
    *("", *_POSSESSIVES, "ات", *(f"ات{end}" for end in _POSSESSIVES), "ين", "ون", "ان", "ا", "يه"),
)
_ENDINGS_AFTER_TA: Final = ("ه", *(f"ت{end}" for end in _POSSESSIVES), "ات", "تين", "تان", "ت")


@dataclass(frozen=True)
class Hit:
    """A word or phrase that shows a theme: number of the leaf, and its place in the verbatim text.

    A `hint` is a word that also has other uses: it counts when the meaning of the clause agrees.
    """

    theme: int
    start: int
    end: int
    hint: bool = False


@dataclass(frozen=True)
class _Pattern:
    """A compiled phrase: element numbers, and before which of them up to `_GAP` words may stand."""

    theme: int  # -1 - theme for phrases that cancel the theme
    elements: tuple[int, ...]
    gaps: tuple[bool, ...]
    hint: bool


@dataclass
class _Elements:
    """Single words of all phrases: each has a number; a token resolves to the numbers it can be."""

    numbers: dict[str, int] = field(default_factory=dict)
    spelled: list[str] = field(default_factory=list)  # by number, without signs
    forms: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))  # with endings, no prefix
    exact: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    starts: dict[str, list[tuple[str, int]]] = field(default_factory=dict)  # by their first letter

    def number(self, word: str) -> int:
        if word not in self.numbers:
            self.numbers[word] = len(self.numbers)
            self.spelled.append(word.strip("=*"))
            self._add(word, self.numbers[word])
        return self.numbers[word]

    def _add(self, word: str, number: int) -> None:
        bare = normalize(word.strip("=*"), "for_matching")
        if word.startswith("="):
            self.exact[bare].add(number)
        elif word.endswith("*"):
            self.starts.setdefault(bare[:1], []).append((bare, number))
        elif not _ARABIC.search(bare):
            self.exact[bare].add(number)
            for ending in ("s", "es", "'s", "\u2019s"):
                self.exact[bare + ending].add(number)
        elif len(bare) <= 2:
            for prefix in ("", "ال"):
                self.exact[prefix + bare].add(number)
        else:
            stem = bare.removeprefix("ال") if len(bare) > 4 else bare
            prefixed = "ال" if stem != bare else ""
            endings = _ENDINGS_AFTER_TA if stem.endswith("ه") else _ENDINGS
            root = stem[:-1] if stem.endswith("ه") else stem
            for ending in endings:
                self.forms[prefixed + root + ending].add(number)

    def of(self, token: str) -> frozenset[int]:
        """Numbers of the words that this token is a form of."""
        return frozenset(self._resolve(token)) or _NOTHING

    def _resolve(self, token: str) -> Iterable[int]:
        yield from self.exact.get(token, ())
        near = self.starts.get(token[:1], ())
        yield from (number for start, number in near if token.startswith(start))
        if _ARABIC.search(token):
            for prefix in _PREFIXES:
                if token.startswith(prefix):
                    rest = token[len(prefix) :]
                    yield from self.forms.get(rest, ())
                    if prefix.endswith(("ال", "لل")):  # words listed with their article
                        yield from self.forms.get("ال" + rest, ())


class ThemeWords:
    """All leaf themes' words, compiled; `find` gives the hits of a text."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._elements = _Elements()
        # A phrase is looked for where its longest word stands: "not" begins many phrases and most comments.
        self._by_key: dict[int, list[_Pattern]] = defaultdict(list)
        for number, theme in enumerate(taxonomy.leaves):
            phrases = [phrase for group in theme.words.values() for phrase in group]
            for phrase in phrases:
                self._compile(phrase, number)
            for phrase in theme.unless:
                self._compile(phrase, -1 - number)
        self._keys = frozenset(self._by_key)
        self._shown = Remembered(self._show)
        self._plain: dict[_Shown, _Shown] = {}  # of pieces that show nothing: as many as there are lengths

    def _compile(self, phrase: str, theme: int) -> None:
        elements: list[int] = []
        gaps: list[bool] = []
        gap = False
        for part in phrase.split():
            if part == "~":
                gap = True
                continue
            exact, star = "=" if part.startswith("=") else "", "*" if part.rstrip("?").endswith("*") else ""
            for token in TOKEN.findall(normalize(part.strip("=*?"), "for_matching")):
                elements.append(self._elements.number(f"{exact}{token}{star}"))
                gaps.append(gap)
                gap = False
        if elements:
            pattern = _Pattern(theme, tuple(elements), tuple(gaps), phrase.endswith("?"))
            key = max(elements, key=lambda number: (len(self._elements.spelled[number]), -number))
            self._by_key[key].append(pattern)

    def find(self, text: str) -> list[Hit]:
        """Hits in order of appearance, with offsets into the verbatim text; none for most texts.

        A hit inside a cancelling phrase of the same theme is left out; so is a hit inside a longer one.
        """
        pieces = text.split(" ")
        shown = [*map(self._shown.__getitem__, pieces)]
        keys = {key for one in shown for key in one.keys}
        if not keys:
            return []
        present = _NOTHING.union(*(own for one in shown for own in one.numbers))
        possible = [one for key in keys for one in self._by_key[key] if present.issuperset(one.elements)]
        if not possible:
            return []
        words = _Words(pieces, shown)
        found: dict[int, dict[tuple[int, int], bool]] = defaultdict(dict)
        for first, numbers in enumerate(words.numbers):
            for pattern in possible if numbers else ():
                last = _rest(pattern, words, first) if pattern.elements[0] in numbers else None
                if last is not None:  # two phrases in one place: a hint only if both are
                    own = found[pattern.theme]
                    own[first, last] = pattern.hint and own.get((first, last), True)
        kept = [(theme, *span, hint) for theme in found if theme >= 0 for span, hint in _kept(found, theme)]
        hits = [
            Hit(theme, words.spans[first][0], words.spans[last][1], hint) for theme, first, last, hint in kept
        ]
        return sorted(hits, key=lambda hit: (hit.start, hit.theme))

    def _show(self, piece: str) -> _Shown:
        """What a piece of text without spaces can be part of."""
        words = spaced(piece)
        numbers = tuple(map(self._elements.of, words.tokens))
        keys = tuple(_NOTHING.union(*numbers) & self._keys)
        found = _Shown(words.spans, words.stops, words.stop, numbers, keys)
        return found if any(numbers) else self._plain.setdefault(found, found)


class _Shown(NamedTuple):
    """What stands between two spaces (see `Spaced`), the elements its words can be, the keys among them."""

    spans: tuple[tuple[int, int], ...]
    stops: tuple[bool, ...]
    stop: bool
    numbers: tuple[frozenset[int], ...]
    keys: tuple[int, ...]


class _Words:
    """The words of a text in order, n of them.

    Attributes:
        numbers: the elements each of them can be.
        spans: where each begins and ends in the verbatim text.
        stops: how many gaps with the end of a sentence lie before each.
    """

    def __init__(self, pieces: list[str], shown: list[_Shown]) -> None:
        self.numbers: list[frozenset[int]] = []
        self.spans: list[tuple[int, int]] = []
        self.stops: list[int] = []
        offset = stops = 0
        open_ = False  # whether a sentence ended since the last word
        for piece, one in zip(pieces, shown, strict=True):
            for own, (start, end), stop in zip(one.numbers, one.spans, one.stops, strict=True):
                stops += open_ or stop
                open_ = False
                self.numbers.append(own)
                self.spans.append((offset + start, offset + end))
                self.stops.append(stops)
            open_ |= one.stop
            offset += len(piece) + 1


def _rest(pattern: _Pattern, words: _Words, first: int) -> int | None:
    """Number of the last token of a match that starts at token `first`, or None."""
    place = first
    for element, gap in zip(pattern.elements[1:], pattern.gaps[1:], strict=True):
        reach = range(place + 1, min(place + 2 + (_GAP if gap else 0), len(words.numbers)))
        following = next((one for one in reach if element in words.numbers[one]), None)
        if following is None or words.stops[following] > words.stops[place]:
            return None
        place = following
    return place


def _kept(found: dict[int, dict[tuple[int, int], bool]], theme: int) -> list[tuple[tuple[int, int], bool]]:
    """Matches (with their being a hint) that are neither cancelled nor inside a longer match."""
    cancelled = found.get(-1 - theme, {})
    spans = {
        span: hint
        for span, hint in found[theme].items()
        if not any(first <= span[1] and span[0] <= last for first, last in cancelled)
    }
    return [one for one in sorted(spans.items()) if not any(_inside(one[0], other) for other in spans)]


def _inside(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return other != one and other[0] <= one[0] and one[1] <= other[1]
