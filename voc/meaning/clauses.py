"""Comments are cut into clauses: at sentence ends, line breaks and words of contrast.

One comment often praises one thing and blames another ("the staff are kind but it is dear"); a
clause is the unit that gets one sentiment and its themes. Clauses come as spans of the verbatim
text, in order; together they cover every character that is not a space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final


@dataclass(frozen=True, order=True)
class Span:
    """A half-open range of characters in the verbatim text; never empty."""

    start: int
    end: int


LONGEST: Final = 300  # characters; longer run-on sentences are cut at a comma, else at a space
_SHORTEST_LIST_ITEM: Final = 12  # characters on both sides of a comma for it to part two clauses

# A new clause starts at these words. Arabic ones may carry the "and" prefix and diacritics are not
# expected: they are rare in comments, and a missed cut only makes a longer clause.
_ARABIC_CONTRAST: Final = (
    *("لكن", "لكنه", "لكنها", "لكنهم", "لكني", "لكنني", "لاكن", "لكان", "بس", "إنما", "انما", "بينما"),
    *("غير أن", "غير ان", "إلا أن", "إلا إن", "الا ان", "إلا أنه", "الا انه", "إلا أنها", "الا انها"),
    *("مع ذلك", "ومع ذلك", "رغم ذلك", "بالمقابل", "في المقابل", "على الرغم", "بالرغم", "مع ان", "مع أن"),
    *(
        "مع انه",
        "مع أنه",
        "غير انه",
        "غير أنه",
        "بيد أن",
        "بيد ان",
        "ولو أن",
        "أما",
        "اما",
        "ماعدا",
        "ما عدا",
    ),
)
_ENGLISH_CONTRAST: Final = (
    *("but", "however", "although", "though", "whereas", "while", "except", "nevertheless"),
    *("nonetheless", "unfortunately", "on the other hand", "despite", "even though", "only issue"),
    *("only problem", "only complaint", "only downside"),
)
_ARABIZI_CONTRAST: Final = ("bas", "bss", "lakin", "laken", "lkn", "ma3 enno", "illa enno")

_WORD: Final = "[^\\W_]"


def _either(words: tuple[str, ...]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_CONTRAST: Final = re.compile(
    r"(?<!\w)(?<!\ba )(?<!nothing )(?<!anything )"
    rf"(?:[وف]?(?:{_either(_ARABIC_CONTRAST)})|(?:and )?(?:{_either(_ENGLISH_CONTRAST)})|"
    rf"(?:{_either(_ARABIZI_CONTRAST)}))(?![\w'’])",
    re.IGNORECASE,
)
# "بس" after its clause means "only" ("عشر دقايق بس"), and so it does before a number.
_ONLY: Final = re.compile(r"بس\s*(?:[.!?،؛؟\n\d٠-٩]|$)")
# A contrast word that ends its sentence closes it ("good though").
_LAST: Final = re.compile(r"\s*(?:[.!?؟؛;\n]|$)")
_KEEP: Final = re.compile(  # never cut inside: links, mails, numbers, initials, titles
    r"(?:https?://|www\.)\S*[^\s.,!?؟،؛;]|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.\w+|"
    r"(?<![\w-])[\w-]{1,63}\.(?:com|net|org|sa|ae|eg)\b(?:/\S*)?|"
    r"(?<![\d٠-٩])[\d٠-٩]+(?:[.,:/٫٬][\d٠-٩]+)+|\b(?:[A-Za-z]\.){2,}|\b(?:mr|mrs|ms|dr|vs|approx)\.",
    re.IGNORECASE,
)
# Every match of `_KEEP` holds one of these; most comments hold none.
_MAY_KEEP: Final = re.compile(r"//|[.,:/٫٬@][\w-]|[rsxw]\.", re.IGNORECASE)
_END: Final = re.compile(r"[.!?؟…۔]+|[\r\n\u2028\u2029]+|[؛;]+|\s[-\u2013\u2014•*]+\s")
_COMMA: Final = re.compile(r"[,،]+")
_SOLID: Final = re.compile(r"\S")


def split(text: str) -> list[Span]:
    """The clauses of a comment, in order, trimmed of spaces; none for a blank text.

    Signs and emoji stay with the clause they close. Decimal points, times, links, mails and
    initials do not cut. A clause holds at least one letter, unless the text has none at all.

    >>> text = "الموظفين حلوين بس الأسعار نار!"
    >>> [text[span.start:span.end] for span in split(text)]
    ['الموظفين حلوين', 'بس الأسعار نار!']
    """
    cuts = _cuts(text)
    pieces = [(start, end) for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    return _with_words(text, [span for piece in pieces if (span := _trimmed(text, *piece))])


def _cuts(text: str) -> list[int]:
    """Places where a new clause starts, increasing."""
    kept = set()
    if _MAY_KEEP.search(text):
        kept = {place for match in _KEEP.finditer(text) for place in range(match.start(), match.end())}
    cuts = {match.end() for match in _END.finditer(text) if match.start() not in kept}
    for match in _CONTRAST.finditer(text):
        alone = _ONLY.match(text, match.start()) or _LAST.match(text, match.end())
        if match.start() not in kept and not alone:
            cuts.add(match.start())
    for start, end in _pairs(cuts, text):
        cuts.update(place for place in _comma_cuts(text, start, end) if place - 1 not in kept)
    for start, end in _pairs(cuts, text):
        cuts.update(_long_cuts(text, start, end))
    return sorted(cuts - {0, len(text)})


def _pairs(cuts: set[int], text: str) -> list[tuple[int, int]]:
    return list(pairwise(sorted({0, *cuts, len(text)})))


def _comma_cuts(text: str, start: int, end: int) -> list[int]:
    """Commas that part two statements, not the items of a list."""
    cuts, last = [], start
    for match in _COMMA.finditer(text, start, end):
        rest = _COMMA.search(text, match.end(), end)
        after = (rest.start() if rest else end) - match.end()
        if match.start() - last >= _SHORTEST_LIST_ITEM and after >= _SHORTEST_LIST_ITEM:
            cuts.append(match.end())
            last = match.end()
    return cuts


def _long_cuts(text: str, start: int, end: int) -> list[int]:
    """Cuts at spaces that keep a run-on sentence within `LONGEST` characters."""
    cuts = []
    while end - start > LONGEST:
        space = max(text.rfind(" ", start + 1, start + LONGEST), text.rfind("\t", start + 1, start + LONGEST))
        start = space + 1 if space > start + LONGEST // 3 else start + LONGEST
        cuts.append(start)
    return cuts


def _trimmed(text: str, start: int, end: int) -> Span | None:
    solid = _SOLID.search(text, start, end)
    if solid is None:
        return None
    return Span(solid.start(), start + len(text[start:end].rstrip()))


def _with_words(text: str, spans: list[Span]) -> list[Span]:
    """Clauses without a letter or digit (emoji, "!!!") join the clause before, the first one the next."""
    word = re.compile(_WORD)
    joined: list[Span] = []
    pending: int | None = None
    for span in spans:
        if not word.search(text, span.start, span.end):
            if joined:
                joined[-1] = Span(joined[-1].start, span.end)
            else:
                pending = span.start if pending is None else pending
            continue
        joined.append(Span(span.start if pending is None else pending, span.end))
        pending = None
    if pending is not None:
        joined.append(Span(pending, spans[-1].end))
    return joined
