"""Names of persons, where a pattern makes them sure: "my name is ...", a title or a role and a known name.

Takes: a text. Gives: the places of names. Names are not looked for anywhere else: half of all Arabic given
names are ordinary words (كريم, أمل, جميل), and a comment about a good mood must stay whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from voc.intake import wordlists
from voc.intake.normalize import normalize

_FREQUENT: Final = 60  # an Arabic word met this often in feedback is no name unless it is listed
_LONGEST: Final = 4  # words in one name

_ROLES_AR: Final = (
    "موظف[ةه]?|[اأ]ستاذ[ةه]?|سيد[ةه]?|دكتور[ةه]?|مهندس[ةه]?|مدير[ةه]?|[اأ]خ(?:ت)?|مندوب|كابتن|سائق|سواق|مشرف[ةه]?|"
    "ممرض[ةه]?|طبيب[ةه]?|محاسب[ةه]?|زميل[ةه]?"
)
_ROLES_EN: Final = (
    r"mr|mrs|ms|miss|dr|eng|prof|captain|agent|employee|manager|waiter|waitress|driver|nurse|doctor|"
    r"named|called|i am|i'm|this is|(?:his|her) name is|name was|"
    r"served by|helped by|thanks to|speak to|spoke (?:to|with)|(?:ask|asked) for|"
    r"(?:(?:kind|best|warm) )?regards|sincerely|yours truly"
)
_OWN_AR: Final = (
    "و?[اإأ]سم[يى](?: الكامل| الثلاثي| هو)?|و?[اإأ]نا [اإأ]سم[يى]|معكم? (?:[اأ]خوكم?|[اأ]ختكم?|العميل[ةه]?)|"
    "[اأ]خوك[مو]|[اأ]ختك[مو]|(?:ال[اإ]سم|[اإ]سم ال\\w+|مقدم[ةه]? ال\\w+) ?(?=:)"
)
_OWN_EN: Final = r"my (?:full )?name(?: is|'s|:)|name\s*:|esmi|ismi|i am called"
_LEADS: Final = re.compile(
    rf"(?P<own>(?<!\w)(?:{_OWN_AR}|(?i:{_OWN_EN}))[ :\-]+)|"
    rf"(?P<role>(?<!\w)(?:(?:وال|بال|لل|[وبلف])?(?:ال)?(?:{_ROLES_AR})|"
    r"و?[اإأ]سم[هاو]+|ب[اإ]سم|[اأ]نا|المدعو[ةه]?|معا?كم?|تحيات[يك]?م?|"
    rf"(?i:{_ROLES_EN}))[.,،]?[\s:\-]+)"
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019\-][^\W\d_]+)*")
# What is said of "my name" rather than being it.
_NOT_NAMES: Final = frozenset(
    """مكتوب مسجل مسجله موجود غلط خطأ خطا صحيح ما لم لا لن مو مب مش غير في على من طلع ناقص مذكور مدرج
    ظهر يظهر كتب كتبوه تغير تبدل محذوف عندكم عندهم باللغة بالعربي بالانجليزي الثاني الاول الأول الاخير
    ليس كان صار يكون واسم وهويتي ورقمي الحقيقي المستعار بالنظام بالكامل محفوظ مختلف""".split()
)  # fmt: skip
# Names that are praise as well: after a role they count only with a second name.
_PRAISE: Final = frozenset(
    """كريم لطيفة لطيفه سعيد جمال كمال رضا شريف عادل محسن صالح مبارك بسمة وفاء امل أمل حنان هبة ولاء ايمان
    إيمان جابر ناصر هدى حلا ندى""".split()
)
_PARENTS: Final = frozenset({"ابو", "أبو", "ام", "أم"})
_LINKS: Final = _PARENTS | {"بن", "ابن", "بنت", "ال", "آل", "bin", "bint", "ibn", "abu", "al", "el"}
# Before a title these make it the name of a place: "مستشفى الدكتور سليمان" is a hospital.
_PLACES: Final = re.compile(
    r"(?:مستشف\w+|مستوصف\w*|عياد\w+|مجمع\w*|مركز|مراكز|شارع|طريق|جامع[ةه]|مطار|مدرس[ةه]|مدارس|مسجد|جامع)\s+$"
)
_GAP: Final = re.compile(r" {1,2}")
_MARKS: Final = re.compile(r"[\u0640\u064b-\u0652\u0670]")
_OWN_HINTS: Final = ("اسم", "إسم", "أسم", "معك", "خوك", "ختك", "name", "esmi", "ismi", "called")


def find(text: str) -> Iterator[tuple[int, int]]:
    """Places (start, end) of names, in order, never overlapping."""
    lower = text.lower()
    if not any(hint in lower for hint in _OWN_HINTS) and _given().isdisjoint(_WORD.findall(lower)):
        return
    done = 0
    for lead in _LEADS.finditer(text):
        if lead.end() < done or _PLACES.search(text, max(0, lead.start() - 20), lead.start()):
            continue
        end = _name_end(text, lead.end(), own=lead["own"] is not None)
        if end > lead.end():
            yield lead.end(), end
            done = end


def _name_end(text: str, start: int, own: bool) -> int:
    """Where the name that begins at `start` ends; `start` itself when there is none."""
    end = place = start
    names = 0
    for count in range(_LONGEST):
        word = _WORD.match(text, place)
        if word is None:
            break
        token = _MARKS.sub("", word[0])
        if token.lower() in _LINKS and (count or token in _PARENTS):
            pass  # part of the name only if a name follows
        elif _may_follow(token) if names else _may_be_name(token) if own else _is_first(text, word):
            names += 1
            if own or names > 1 or token not in _PRAISE:
                end = word.end()
        else:
            break
        gap = _GAP.match(text, word.end())
        if gap is None:
            break
        place = gap.end()
    return end


def _is_first(text: str, word: re.Match[str]) -> bool:
    """After a title or role: a listed name, or a rare word before a listed family name."""
    token = _MARKS.sub("", word[0])
    if _is_name(token):
        return True
    gap = _GAP.match(text, word.end())
    following = _WORD.match(text, gap.end()) if gap else None
    if following is None or following[0].lower() not in _family() or token.startswith("ال"):
        return False
    if token.isascii():
        return token[0].isupper() and len(token) > 2 and token.lower() not in wordlists.english()
    return wordlists.arabic().get(normalize(token, "for_model"), 0) < _FREQUENT


def _is_name(token: str) -> bool:
    lower = token.lower()
    if token.isascii():
        listed = lower in _given() or lower in _family()
        return listed and (token[0].isupper() or lower not in wordlists.english())
    return lower in _given() or (lower.startswith("عبدال") and len(lower) > 6)


def _may_follow(token: str) -> bool:
    """After a first name: another name, or what can only be a family name."""
    if _is_name(token) or token in _family():
        return True
    if token.isascii():
        return token[0].isupper() and len(token) > 2 and token.lower() not in wordlists.english()
    return token.startswith("ال") and len(token) > 4 and wordlists.arabic().get(token, 0) == 0


def _may_be_name(token: str) -> bool:
    """After "my name is": a listed name, or a word that is no ordinary word."""
    if _is_name(token) or token in _family() or token == "عبد":
        return True
    if token in _NOT_NAMES:
        return False
    if token.isascii():
        return token[0].isupper() and len(token) > 1 and token.lower() not in wordlists.english()
    counts = wordlists.arabic()
    common = max(counts.get(token, 0), counts.get(normalize(token, "for_model"), 0))
    return len(token) > 2 and common < _FREQUENT and not token.startswith(("بال", "وال", "لل", "مو", "غير"))


@cache
def _given() -> frozenset[str]:
    return _listed("given")


@cache
def _family() -> frozenset[str]:
    return _listed("family")


def _listed(kind: str) -> frozenset[str]:
    lines = Path(__file__).with_name("names.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return frozenset(name for of, names in rows if of == kind for name in names.split())
