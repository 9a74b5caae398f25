"""Month names, Gregorian and Hijri, in English and in the Arabic of the Gulf, Egypt, Levant and Maghreb."""

from __future__ import annotations

import re
from typing import Final

_LETTERS: Final = str.maketrans("أإآٱىة", "ااااىه") | {0x0649: "ي"} | dict.fromkeys(range(0x064B, 0x0653))

_GREGORIAN: Final = (
    "january|jan|يناير|كانون الثاني|جانفي",
    "february|feb|فبراير|شباط|فيفري",
    "march|mar|مارس|اذار",
    "april|apr|ابريل|نيسان|افريل",
    "may|مايو|ايار|ماي",
    "june|jun|يونيو|يونيه|حزيران|جوان",
    "july|jul|يوليو|يوليه|تموز|جويليه",
    "august|aug|اغسطس|اب|اوت|غشت",
    "september|sept|sep|سبتمبر|ايلول|شتنبر",
    "october|oct|اكتوبر|تشرين الاول",
    "november|nov|نوفمبر|تشرين الثاني|نونبر",
    "december|dec|ديسمبر|كانون الاول|دجنبر",
)
_HIJRI: Final = (
    "محرم|المحرم|muharram",
    "صفر|safar",
    "ربيع الاول|ربيع اول|rabi al-awwal|rabi i",
    "ربيع الاخر|ربيع الثاني|ربيع ثاني|rabi al-thani|rabi ii",
    "جمادي الاولي|جمادي الاول|جماد الاول|جمادي اول|jumada al-awwal|jumada al-ula|jumada i",
    "جمادي الاخره|جمادي الثانيه|جمادي الاخر|جمادي الثاني|جماد الثاني|jumada al-thani|"
    "jumada al-akhirah|jumada ii",
    "رجب|rajab",
    "شعبان|shaaban|shaban|sha'ban",
    "رمضان|ramadan|ramadhan",
    "شوال|shawwal",
    "ذو القعده|ذي القعده|ذوالقعده|ذو القعدا|dhu al-qadah|dhul qadah|dhu al-qi'dah",
    "ذو الحجه|ذي الحجه|ذوالحجه|dhu al-hijjah|dhul hijjah",
)


def fold(text: str) -> str:
    """`text` in the letter forms that the names here are written in."""
    return text.casefold().translate(_LETTERS)


def _numbered(rows: tuple[str, ...]) -> dict[str, int]:
    return {name: number for number, row in enumerate(rows, start=1) for name in row.split("|")}


GREGORIAN: Final = _numbered(_GREGORIAN)
HIJRI: Final = _numbered(_HIJRI)


def pattern(names: dict[str, int]) -> re.Pattern[str]:
    """Finds any of the names as a whole word, longest first."""
    longest = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest))})(?!\w)")
