"""Numbers that point to a person: ids, IBANs, cards, phones, in a text of ASCII digits.

Takes: a folded text (see `privacy`). Gives: the places of personal numbers. A number counts by its
own structure (check digit, country prefix) or, where that is weak, by the word before it: the same
ten digits are an id after "هويتي" and an order after "رقم الطلب".
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from typing import Final, NamedTuple

from voc.intake import checksums

_SEPARATOR: Final = r"[ .\-_/()\u2010-\u2015\u0640\u00b7]"
_RUN: Final = re.compile(rf"(?<!\d)(?:\(?\+ ?\(?|\()?\d(?:{_SEPARATOR}{{0,3}}\d)*\)?\+?", re.ASCII)
_GROUP: Final = re.compile("[0-9]+")
_DATE: Final = re.compile(
    r"(?<!\d)(?:\d{1,2}([ ]?[-./][ ]?)\d{1,2}\1(?:19|20|14)?\d{2}|"
    r"(?:19|20|14)\d{2}([-./])\d{1,2}\2\d{1,2})(?!\d)",
    re.ASCII,
)
_FEWEST: Final = 7  # digits in a personal number
_MOST: Final = 19
_LONGEST: Final = 16  # groups in one number
_BEFORE: Final = 36  # characters of context

_PHONE_WORDS: Final = (
    r"جوال|موبايل|موبيل|هاتف|تلفون|تليفون|واتس|اتصل|كلمن|كلمون|تواصل|رقمي|ارقام|نمرتي|نمره|خلوي|محمول|"
    r"phone|mobile|\bcell|call|whats ?app|contact|\btel|reach|text me|jawwal|ra8mi|ra2mi|raqmi|my number"
)
_ID_WORDS: Final = (
    r"هوي[ةه]|هويت|اقام[ةه]|اقامت|السجل|سجل مدني|مدني|شخصي|القومي|الوطني|جواز|قومي|وطني|"
    r"national|iqama|i8ama|e8ama|civil|emirates id|\bqid\b|\bcpr\b|\bid\b|identity|passport|resident"
)
_CARD_WORDS: Final = r"بطاق|فيزا|مدى|ماستر|ائتمان|card|visa|master|mada|amex"
_OTHER_WORDS: Final = (
    r"طلب|فاتور|تذكر|شحن|تتبع|مرجع|بلاغ|حجز|معامل|عملي[ةه]|شكوى|شكوي|حوال|تسلسلي|رحل[ةه]|"
    r"عميل|عضوي|عقد|منتج|باركود|موديل|سجل تجاري|ضريب|"
    r"customer|member|order|invoice|ticket|track|shipment|awb|ref|booking|transaction|complaint|case|serial|imei|flight|contract|"
    r"barcode|sku|model|receipt|\bcr\b|\bvat\b|talab|fatora"
)
_CONTEXT: Final = re.compile(
    rf"(?P<other>{_OTHER_WORDS})|(?P<phone>{_PHONE_WORDS})|(?P<id>{_ID_WORDS})|(?P<card>{_CARD_WORDS})"
)
_ALEF: Final = str.maketrans("\u0623\u0625\u0622", "\u0627" * 3)

_GULF_AND_LEVANT: Final = "966|971|965|974|973|968|967|962|961|963|964|970|20|218|216|213|212|249"
# National numbers by country code, without the leading zero.
_NATIONAL: Final = re.compile(
    r"966(?:5\d{8}|1[1-9]\d{7})|971(?:5[024-68]\d{7}|[2-49]\d{7})|965[124569]\d{7}|974[3-7]\d{7}|973[136]\d{7}|"
    r"968[279]\d{7}|967(?:7\d{8}|1\d{6,7})|962(?:7[789]\d{7}|[2-6]\d{7})|961(?:3\d{6}|[17-9]\d{6,7}|[4-6]\d{6})|"
    r"963(?:9\d{8}|1\d{7,8})|964(?:7\d{9}|1\d{7})|970(?:5[69]\d{7}|[2489]\d{6,7})|20(?:1[0125]\d{8}|[23]\d{7,8})|"
    r"212[5-7]\d{8}|213[5-7]\d{8}|216[2-9]\d{7}|218(?:9[1-6]\d{7})|249[19]\d{8}"
)
# Numbers as dialed at home: strong enough by themselves.
_LOCAL: Final = re.compile(
    r"05\d{8}|01[1-9]\d{7}|0[2-49]\d{7}|01[0125]\d{8}|02\d{8}|07[789]\d{7}|07[3-9]\d{8}|09\d{8}|0[67]\d{8}"
)
# ... and those that need a word such as "call" before them.
_WEAK_LOCAL: Final = re.compile(r"5\d{8}|[2-9]\d{7}|0?3\d{6}|7[0168]\d{6}|1[0125]\d{8}|0?[1-9]\d{7}")
_LEBANON: Final = re.compile(r"(?:0?3|70|71|76|78|79|81)")


class Found(NamedTuple):
    """A personal number: where it is in the folded text, and its kind (ID, IBAN, CARD, PHONE)."""

    start: int
    end: int
    kind: str


def find(text: str) -> Iterator[Found]:
    """Personal numbers in a folded text, in order, never overlapping."""
    dates = [match.span() for match in _DATE.finditer(text)]
    for run in _RUN.finditer(text):
        yield from _in_run(text, run.start(), run.end(), dates)


def _in_run(text: str, start: int, end: int, dates: list[tuple[int, int]]) -> Iterator[Found]:
    """Personal numbers among the digit groups of one run, the longest first at each place."""
    groups = [match.span() for match in _GROUP.finditer(text, start, end)]
    sizes = [b - a for a, b in groups]
    first = 0
    while first < len(groups):
        context = _context(text, groups[first][0])
        for last in range(min(len(groups), first + _LONGEST), first, -1):
            if not _plausible(sizes[first:last], context):
                continue
            found = _judge(text, groups[first:last], (start, end), dates, context)
            if found is not None:
                yield found
                first = last - 1
                break
        first += 1


def _plausible(sizes: list[int], context: str) -> bool:
    """Whether groups of these sizes may be one number, rather than a list of ratings."""
    singles = sizes.count(1)
    listed = singles > 2 and singles > len(sizes) / 2 and context not in {"phone", "id", "card"}
    return not listed and _FEWEST <= sum(sizes) <= _MOST


def _judge(
    text: str, groups: list[tuple[int, int]], run: tuple[int, int], dates: list[tuple[int, int]], context: str
) -> Found | None:
    digits = "".join(text[a:b] for a, b in groups)
    start, end = groups[0][0], groups[-1][1]
    if _overlaps(dates, start, end) or _glued(text, start, end):
        return None
    plus = "+" in text[max(run[0], start - 3) : start]
    kind = _kind(digits, [b - a for a, b in groups], plus or text[end : end + 1] == "+", context)
    if kind is None:
        return None
    return Found(*_widened(text, start, end, *run), kind)


def _overlaps(dates: list[tuple[int, int]], start: int, end: int) -> bool:
    after = bisect(dates, (end,))  # dates never overlap each other, so only the last one before matters
    return after > 0 and dates[after - 1][1] > start


def _kind(digits: str, sizes: list[int], plus: bool, context: str) -> str | None:
    if plus and 8 <= len(digits) <= 15:
        return "PHONE"
    if checksums.emirates(digits):
        return "ID"
    told = context == "card" and 13 <= len(digits) <= 19 and digits[0] in "34569"  # also when mistyped
    if told or checksums.card(digits):
        return "CARD" if context != "other" or len(digits) == 16 else None
    if context != "phone" and not digits.startswith("0") and (checksums.saudi(digits) or context == "id"):
        return "ID" if _identity(digits, context) else None
    if _phone(digits, sizes, context):
        return "PHONE"
    if _identity(digits, context):
        return "ID"
    return None


def _phone(digits: str, sizes: list[int], context: str) -> bool:
    abroad = re.match(rf"(?:00)?(?:{_GULF_AND_LEVANT})", digits)
    if abroad:
        bare = digits.removeprefix("00")
        trunk = re.sub(rf"^({_GULF_AND_LEVANT})0", r"\1", bare)  # +966 (0) 55 ...
        if (_NATIONAL.fullmatch(bare) or _NATIONAL.fullmatch(trunk)) and (
            context != "other" or bare != digits
        ):
            return True
        if _NATIONAL.fullmatch(bare) and len(bare) >= 11 and bare.startswith(("9665", "9715")):
            return True
    if digits.startswith("00") and 11 <= len(digits) <= 16 and digits[2] != "0" and context != "other":
        return True
    if _LOCAL.fullmatch(digits):
        return context != "other" or digits.startswith("05")
    if context == "phone" and _WEAK_LOCAL.fullmatch(digits):
        return not digits.startswith("9200")
    return len(sizes) > 1 and sizes[-1] == 6 and len(digits) in {7, 8} and bool(_LEBANON.match(digits))


def _identity(digits: str, context: str) -> bool:
    if context == "id":
        return 8 <= len(digits) <= 15
    if context in {"other", "phone"}:
        return False
    return (
        checksums.saudi(digits)
        or checksums.kuwait(digits)
        or checksums.qatar(digits)
        or checksums.egypt(digits)
    )


def _context(text: str, start: int) -> str:
    """What the nearest telling word before a number says it is: other, phone, id, card or ""."""
    window = text[max(0, start - _BEFORE) : start].lower().translate(_ALEF)
    window = re.split(r"[!?\u061f\n]|\d{3}", window)[-1]
    last = ""
    for match in _CONTEXT.finditer(window):
        last = match.lastgroup or ""
    return last


def _glued(text: str, start: int, end: int) -> bool:
    """Whether a Latin letter touches the digits: a code, a version, a model name."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before == "#" or (after.isascii() and after.isalpha()):
        return True
    if after in {".", ",", ":"} and text[end + 1 : end + 2].isdigit():
        return True  # 1234567.50, 10:30
    letter = before.isascii() and before.isalpha()
    return letter and not _CONTEXT.search(text[max(0, start - 10) : start].lower())


def _widened(text: str, start: int, end: int, low: int, high: int) -> tuple[int, int]:
    """The number with its plus sign and brackets."""
    while start > low and (text[start - 1] in "+(" or text[start - 2 : start] == "+ "):
        start -= 1
    if end < high and text[end] in ")+" and ("(" in text[start:end] or text[end] == "+"):
        end += 1
    return start, end
