"""Personal data out of comments, before anything is stored or logged.

Takes: a comment as it came. Gives: the comment with a mask in place of each personal detail, and where the
masks are: [ID] [IBAN] [CARD] [PHONE] [EMAIL] [HANDLE] [PLATE] [NAME]. Numbers are found in Latin,
Arabic-Indic and Persian digits, with separators and invisible direction marks between them. Prices,
dates, ratings and order numbers stay.

All later stages read the redacted text, so evidence offsets refer to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from voc.intake import charmaps, checksums, personal_names, personal_numbers
from voc.intake.aligned import Aligned, identity, rewrite

PersonalKind = Literal["ID", "IBAN", "CARD", "PHONE", "EMAIL", "HANDLE", "PLATE", "NAME"]


@dataclass(frozen=True)
class Span:
    """One masked detail. It never holds the detail itself.

    Attributes:
        kind: what it was.
        start: where its mask begins in the redacted text.
        end: where its mask ends, exclusive.
        source_start: where the detail began in the text as it came.
        source_end: where the detail ended, exclusive.
    """

    kind: str
    start: int
    end: int
    source_start: int
    source_end: int


@dataclass(frozen=True)
class Redacted:
    """A text without personal data, and where its masks are, in order."""

    text: str
    spans: tuple[Span, ...]


_DIGIT: Final = "0-9\u0660-\u0669\u06f0-\u06f9\uff10-\uff19"
_WORTH_READING: Final = re.compile(f"[{_DIGIT}@\uff20/]")
_NUMBER: Final = re.compile("[0-9]+")
_FEWEST_DIGITS: Final = 7  # of any personal number
_UNSEEN: Final = re.compile(f"[{charmaps.INVISIBLE}{charmaps.ZERO_WIDTH_JOINER}]")
_FOLD: Final = str.maketrans(
    {**charmaps.DIGITS, **{chr(0xFF10 + i): str(i) for i in range(10)}}
    | {
        "\uff20": "@",
        "\uff0b": "+",
        "\u00a0": " ",
        "\u2007": " ",
        "\u202f": " ",
        "\u2212": "-",
        "\ufe6b": "@",
    }
)

_AT_DOMAIN: Final = re.compile(r"@ ?[A-Za-z0-9\-]+ ?\. ?[A-Za-z]")
_AT_SPELLED: Final = re.compile(r"\bat\b.{1,45}?(?:\bdot\b|\.)[ \])]{0,3}(?:com|net|org|edu|gov)\b")
_TLD: Final = r"(?:com|net|org|edu|gov)(?: ?\. ?(?:sa|ae|kw|qa|bh|om|eg|jo))?\b"
_EMAIL: Final = re.compile(
    r"[\w.+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{2,24}){1,4}(?![A-Za-z0-9])|"
    rf"[\w.+\-]{{2,64}} ?@ ?[A-Za-z0-9\-]{{2,40}} ?\. ?{_TLD}|"
    rf"[\w.+\-]{{2,64}} ?[\[(]? ?\bat\b ?[\])]? ?[A-Za-z0-9\-]{{2,40}} ?[\[(]?(?:\bdot\b|\.) ?[\])]? ?{_TLD}",
    re.IGNORECASE,
)
_HANDLE: Final = re.compile(
    r"(?<![A-Za-z0-9_.@])@(?=[\w.]*[A-Za-z\u0621-\u064a])(?!\d+(?:am|pm)\b)[\w.]{2,30}(?<!\.)"
)
_ACCOUNT: Final = re.compile(
    r"(?:(?:سناب(?:ي|ه|ات)?|انستا(?:قرام|غرام)?|[اإ]نستقرام|تويتر|حسابي(?: في \w+)?|يوزري|اليوزر|يوزر|"
    r"\b(?:my )?(?:snap(?:chat)?|insta(?:gram)?|twitter|telegram|tiktok|user ?name)(?: (?:is|id|account))?)"
    r"\s*[:=]?\s+)(?P<name>[A-Za-z][A-Za-z0-9]*[_.\d][A-Za-z0-9_.]*[A-Za-z0-9_])(?![\w@])",
    re.IGNORECASE,
)
_PROFILE: Final = re.compile(
    r"(?:https?://)?(?:www\.)?(?:wa\.me|t\.me|(?:instagram|twitter|x|tiktok|facebook|fb|snapchat|linkedin)\.com"
    r"/(?:in/|add/)?)/?(?P<name>@?[A-Za-z0-9_.+\-]{3,40})",
    re.IGNORECASE,
)
_IBAN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2} ?\d(?:[ \-.]{0,2}[A-Za-z0-9]){13,32}", re.ASCII)
_PLATE_AR: Final = "[اأبحدرسصطعقكلمنهوىي]\u0640?"
_PLATE_EN: Final = "[ABDEGHJKLNRSTUVXZ]"
_PLATE_WORDS: Final = (
    r"(?:لوح[ةه]|لوحت\w+|لوحات\w*|سيار\w+ (?:رقم\w*|لوح\w+))(?: \w+){0,2}?[ :]+|"
    r"\b(?i:(?:car |vehicle )?plates?(?: number| no\.?)?(?: is)?|"
    r"(?:my|the) car(?: number| no\.?)?(?: is)?)[ :#]+"
)
_PLATE_HINTS: Final = re.compile(
    r"(?<!\w)\w\u0640?[ \-]\w\u0640?[ \-]\w(?!\w)|لوح|سيار|plate|(?:my|the) car\b", re.IGNORECASE
)
_ACCOUNT_HINTS: Final = (
    "snap", "insta", "twitter", "telegram", "tiktok", "user", "سناب", "انست", "إنست", "يوزر", "تويتر", "حساب",
)  # fmt: skip
_SPACED_PLATE: Final = re.compile(  # letters one by one: a plate whatever is around it
    "(?<!\\w)(?:"
    + "|".join(
        rf"(?:{letter}[ \-]){{2}}{letter}[ \-]{{1,2}}\d{{1,4}}|"
        rf"\d{{1,4}}[ \-]{{1,2}}(?:{letter}[ \-]){{2}}{letter}"
        for letter in (_PLATE_AR, _PLATE_EN)
    )
    + r")(?!\w)"
)
_TOLD_PLATE: Final = re.compile(
    rf"(?:{_PLATE_WORDS})(?P<plate>(?<!\w)(?:{_PLATE_AR}){{3}}[ \-]?\d{{1,4}}(?!\w)|"
    rf"(?<!\w)\d{{1,4}}[ \-]?(?:{_PLATE_AR}){{3}}(?!\w)|"
    r"(?<!\w)[A-Z]{1,3}[ \-]?\d{3,5}(?!\w)|(?<!\w)\d{3,5}[ \-]?[A-Z]{1,3}(?!\w))"
)
_MASK: Final = re.compile(r"\[(ID|IBAN|CARD|PHONE|EMAIL|HANDLE|PLATE|NAME)\]")


def redact(text: str) -> Redacted:
    """`text` with personal details masked; masking it again changes nothing more.

    >>> redact("اتصلوا على ٠٥٥ ١٢٣ ٤٥٦٧").text
    'اتصلوا على [PHONE]'
    """
    aligned: Aligned | None = None
    while found := _found(text if aligned is None else aligned.text):
        edits = [(start, end, f"[{kind}]") for start, end, kind in found]
        aligned = rewrite(identity(text) if aligned is None else aligned, edits)
    if aligned is None:
        return Redacted(text, ())
    masks = _MASK.finditer(aligned.text)
    spans = [Span(m[1], m.start(), m.end(), *aligned.original(m.start(), m.end())) for m in masks]
    changed = (s for s in spans if text[s.source_start : s.source_end] != f"[{s.kind}]")
    return Redacted(aligned.text, tuple(changed))


def _found(text: str) -> list[tuple[int, int, str]]:
    """Details in `text` as (start, end, kind), in order, never overlapping."""
    names = [(start, end, "NAME") for start, end in personal_names.find(text)]
    if not _WORTH_READING.search(text) and "dot" not in text.lower():
        return names
    if _UNSEEN.search(text):
        seen = [place for place, character in enumerate(text) if not _UNSEEN.match(character)]
        folded = "".join(text[place] for place in seen).translate(_FOLD)
        found = [(seen[start], seen[end - 1] + 1, kind) for start, end, kind in _details(folded)]
    else:
        found = list(_details(text.translate(_FOLD)))
    return _apart([*found, *names])


def _details(text: str) -> Iterator[tuple[int, int, str]]:
    """Everything but names, the surest first."""
    lower = text.lower()
    n_digits = sum(map(len, _NUMBER.findall(text)))
    if _AT_DOMAIN.search(text) or ("at" in lower and _AT_SPELLED.search(lower)):
        yield from ((*match.span(), "EMAIL") for match in _EMAIL.finditer(text))
    if n_digits >= _FEWEST_DIGITS:
        yield from ((start, end, "IBAN") for start, end in _ibans(text))
        yield from personal_numbers.find(text)
    if "@" in text:
        yield from ((*match.span(), "HANDLE") for match in _HANDLE.finditer(text))
    if "/" in text:
        yield from ((*match.span("name"), "HANDLE") for match in _PROFILE.finditer(text))
    if any(hint in lower for hint in _ACCOUNT_HINTS):
        yield from ((*match.span("name"), "HANDLE") for match in _ACCOUNT.finditer(text))
    if n_digits and _PLATE_HINTS.search(text):
        yield from ((*match.span(), "PLATE") for match in _SPACED_PLATE.finditer(text))
        yield from ((*match.span("plate"), "PLATE") for match in _TOLD_PLATE.finditer(text))


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    for match in _IBAN.finditer(text):
        length = checksums.IBAN_LENGTHS.get(match[0][:2].upper(), 0)
        code, end = "", match.start()
        while end < match.end() and len(code) < length:
            code += text[end].upper() if text[end].isalnum() else ""
            end += 1
        told = re.search("iban|[اآ]يبان|حساب", text[max(0, match.start() - 30) : match.start()].lower())
        if code and len(code) == length and (checksums.iban(code) or told):
            yield match.start(), end


def _apart(found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The details in order of place; of two that overlap, the one found first stays."""
    kept: list[tuple[int, int, str]] = []
    for start, end, kind in found:
        if all(end <= other[0] or other[1] <= start for other in kept):
            kept.append((start, end, kind))
    return sorted(kept)
