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
from itertools import pairwise
from typing import Final

from voc.intake import charmaps
from voc.intake.aligned import identity
from voc.intake.normalize import align, normalize
from voc.taxonomy import Taxonomy

_TOKEN: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_ARABIC: Final = re.compile(r"[\u0621-\u064a]")
_NOTHING: Final[frozenset[int]] = frozenset()
_GAP: Final = 3  # words that "~" may skip
# What the strong recipe writes with another single character: such a text keeps its places.
_ONE_FOR_ONE: Final = str.maketrans(
    charmaps.ALEF
    | charmaps.YA
    | charmaps.TA_MARBUTA
    | charmaps.KEYBOARD
    | charmaps.DIGITS
    | charmaps.DIGIT_SIGNS
    | charmaps.PUNCTUATION
)
_STOP: Final = re.compile(r"[.!?;]")  # no phrase runs over the end of a sentence

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
    forms: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))  # with endings, no prefix
    exact: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    starts: dict[str, list[tuple[str, int]]] = field(default_factory=dict)  # by their first letter
    known: dict[str, frozenset[int]] = field(default_factory=dict)

    def number(self, word: str) -> int:
        if word not in self.numbers:
            self.numbers[word] = len(self.numbers)
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
        found = self.known.get(token)
        if found is None:
            found = self.known[token] = frozenset(self._resolve(token))
            if len(self.known) > 200_000:  # a bound on memory, not on results
                self.known.clear()
        return found

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
        self._by_first: dict[int, list[_Pattern]] = defaultdict(list)
        for number, theme in enumerate(taxonomy.leaves):
            phrases = [phrase for group in theme.words.values() for phrase in group]
            for phrase in phrases:
                self._compile(phrase, number)
            for phrase in theme.unless:
                self._compile(phrase, -1 - number)
        self._firsts = frozenset(self._by_first)

    def _compile(self, phrase: str, theme: int) -> None:
        elements: list[int] = []
        gaps: list[bool] = []
        gap = False
        for part in phrase.split():
            if part == "~":
                gap = True
                continue
            exact, star = "=" if part.startswith("=") else "", "*" if part.rstrip("?").endswith("*") else ""
            for token in _TOKEN.findall(normalize(part.strip("=*?"), "for_matching")):
                elements.append(self._elements.number(f"{exact}{token}{star}"))
                gaps.append(gap)
                gap = False
        if elements:
            pattern = _Pattern(theme, tuple(elements), tuple(gaps), phrase.endswith("?"))
            self._by_first[elements[0]].append(pattern)

    def find(self, text: str) -> list[Hit]:
        """Hits in order of appearance, with offsets into the verbatim text; none for most texts.

        A hit inside a cancelling phrase of the same theme is left out; so is a hit inside a longer one.
        """
        plain = normalize(text, "for_matching")
        of = self._elements.known.get
        # Most words show nothing: they cost one look-up each, and their places are never asked for.
        resolved = [
            self._elements.of(token) if (numbers := of(token)) is None else numbers
            for token in _TOKEN.findall(plain)
        ]
        present = _NOTHING.union(*resolved)
        if present.isdisjoint(self._firsts):
            return []
        tokens = list(_TOKEN.finditer(plain))
        stops = _Stops(plain, tokens)
        found: dict[int, dict[tuple[int, int], bool]] = defaultdict(dict)
        for first, numbers in enumerate(resolved):
            for number in numbers:
                for pattern in self._by_first.get(number, ()):
                    if not present.issuperset(pattern.elements):
                        continue
                    last = _rest(pattern, resolved, stops, first)
                    if last is not None:
                        sure = not pattern.hint or not found[pattern.theme].get((first, last), True)
                        found[pattern.theme][first, last] = not sure
        kept = [(theme, *span, hint) for theme in found if theme >= 0 for span, hint in _kept(found, theme)]
        if not kept:
            return []
        one_for_one = text.lower().translate(_ONE_FOR_ONE) == plain
        aligned = identity(text) if one_for_one else align(text, "for_matching")
        hits = [
            Hit(theme, *aligned.original(tokens[first].start(), tokens[last].end()), hint)
            for theme, first, last, hint in kept
        ]
        return sorted(hits, key=lambda hit: (hit.start, hit.theme))


class _Stops:
    """Where sentences end among the words of a text; looked for when it is first asked."""

    def __init__(self, plain: str, tokens: list[re.Match[str]]) -> None:
        self._plain, self._tokens = plain, tokens
        self._any = _STOP.search(plain) is not None

    def between(self, first: int, last: int) -> bool:
        """Whether a sentence ends between two words, given by their numbers."""
        if not self._any:
            return False
        pairs = pairwise(self._tokens[first : last + 1])
        return any(_STOP.search(self._plain, one.end(), other.start()) for one, other in pairs)


def _rest(pattern: _Pattern, resolved: list[frozenset[int]], stops: _Stops, first: int) -> int | None:
    """Number of the last token of a match that starts at token `first`, or None."""
    place = first
    for element, gap in zip(pattern.elements[1:], pattern.gaps[1:], strict=True):
        reach = range(place + 1, min(place + 2 + (_GAP if gap else 0), len(resolved)))
        following = next((one for one in reach if element in resolved[one]), None)
        if following is None or stops.between(place, following):
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
