"""What date and time one cell names, before anyone decides which number is the day.

Takes a cell, gives a `Moment` or None. Reads ISO 8601, numbers with slashes, dots or dashes, month
names in English and Arabic, Excel serials, epoch seconds to nanoseconds, Hijri dates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from voc.intake.cells import plain
from voc.intake.months import GREGORIAN, HIJRI, fold, pattern

# Umm al-Qura years 1418-1500 are 1997-2077; lower unmarked years could be Persian (1403 = 2024).
UNMARKED_HIJRI: Final = range(1418, 1501)
_SERIAL_FROM, _SERIAL_TO = 20_000, 80_000  # Excel days: 1954 to 2119
_EPOCH: Final = {10: 1, 13: 10**3, 16: 10**6, 19: 10**9}  # digits: units a second
_EXCEL_ZERO: Final = datetime(1899, 12, 30)

_TIME: Final = re.compile(
    r"[\s,]*(?:\bat\b|الساعه|(?<=\d)t)?\s*(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*"
    r"(am|pm|a\.m\.|p\.m\.|صباحا|مساء|ص|م)?\s*"
    r"(z|utc|gmt|غرينتش|جرينتش)?\s*([+-]\d{1,2}(?::?\d{2})?)?\s*(?:\([^)]*\))?"
)
_NUMBERS: Final = re.compile(r"(\d{1,4})\s*([/.\-])\s*(\d{1,2})\s*\2\s*(\d{1,4})")
_YEAR_MONTH: Final = re.compile(r"(\d{4})[-/](\d{1,2})")
_HIJRI_MARK: Final = re.compile(
    r"\s*(?<![\w])(?:a\.?h\.?|hijri|هجري|هجريه|ه)(?!\w)\s*|(?<=\d)\s*(?:هـ|ه|ah)(?!\w)"
)
_GREGORIAN_MARK: Final = re.compile(r"(?<=\d)\s*(?:م|ميلادي|ce|ad)(?!\w)")
_WEEKDAY: Final = re.compile(
    r"(?<!\w)(?:mon|tues?|wed|wednes|thu|thurs?|fri|satur?|sun)(?:day)?(?!\w)"
    r"|(?<!\w)(?:يوم\s+)?(?:ال)?(?:احد|اثنين|ثلاثاء|اربعاء|خميس|جمعه|سبت)(?!\w)"
)
_FILLER: Final = re.compile(r"(?<=\d)(?:st|nd|rd|th)(?!\w)|(?<!\w)(?:of|the|في|من|لعام|سنه|عام)(?!\w)|[,،]")
_MONTHS: Final = pattern(GREGORIAN)
_HIJRI_MONTHS: Final = pattern(HIJRI)


@dataclass(frozen=True)
class Day:
    """A date; when `asked`, `first` and `second` are day and month in an order still to be decided."""

    year: int
    first: int  # the month, or the first number as written when asked
    second: int  # the day, or the second number as written when asked
    asked: bool = False
    hijri: bool = False
    marked: bool = True  # False for a Hijri date known by its year alone


@dataclass(frozen=True)
class Moment:
    """A day with the seconds since its midnight, and the offset from UTC in seconds when given."""

    day: Day
    seconds: float = 0.0
    offset: int | None = None
    counted: bool = False  # an Excel serial or epoch: a number that only a date column makes a date


def moment(text: str) -> Moment | None:
    """The date and time that `text` names, or None.

    >>> moment("١٢ مارس ٢٠٢٤").day
    Day(year=2024, first=3, second=12, asked=False, hijri=False, marked=True)
    """
    cell = fold(plain(text))
    if not 4 <= len(cell) <= 80:
        return None
    counted = _counted(cell)
    if counted is not None:
        return counted
    found = _TIME.search(cell)
    rest, seconds, offset = cell, 0.0, None
    if found:
        rest = f"{cell[: found.start()]} {cell[found.end() :]}"
        clock = _clock(found)
        if clock is None:
            return None
        seconds, offset = clock
    day = _day(rest.strip())
    return None if day is None else Moment(day, seconds, offset)


def _counted(cell: str) -> Moment | None:
    if not re.fullmatch(r"\d{5,19}(?:\.\d+)?", cell):
        return None
    whole, _, _ = cell.partition(".")
    if len(whole) == 8:
        year, month, day = int(whole[:4]), int(whole[4:6]), int(whole[6:])
        return Moment(Day(year, month, day)) if 1900 <= year <= 2199 and 1 <= month <= 12 else None
    if len(whole) == 5 and _SERIAL_FROM <= int(whole) <= _SERIAL_TO:
        return _at(_EXCEL_ZERO + timedelta(seconds=round(float(cell) * 86_400)), None)
    if len(whole) in _EPOCH:
        unit = _EPOCH[len(whole)]
        return _at(datetime.fromtimestamp(int(whole) // unit, UTC), 0, int(whole) % unit / unit)
    return None


def _at(when: datetime, offset: int | None, fraction: float = 0.0) -> Moment:
    seconds = when.hour * 3600 + when.minute * 60 + when.second + fraction
    return Moment(Day(when.year, when.month, when.day), seconds, offset, counted=True)


def _clock(found: re.Match[str]) -> tuple[float, int | None] | None:
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    half = found[5]
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pم" else 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    fraction = float(f"0.{found[4]}") if found[4] else 0.0
    return hour * 3600 + minute * 60 + min(second, 59) + fraction, _offset(found[6], found[7])


def _offset(zone: str | None, shift: str | None) -> int | None:
    if shift is None:
        return 0 if zone else None
    digits = shift[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    return (hours * 3600 + minutes * 60) * (-1 if shift[0] == "-" else 1)


@lru_cache(maxsize=100_000)
def _day(rest: str) -> Day | None:
    bare = _HIJRI_MARK.sub(" ", rest)
    hijri = bare != rest
    bare = _WEEKDAY.sub(" ", _GREGORIAN_MARK.sub("", bare)).strip(" ,،")
    if match := _NUMBERS.fullmatch(bare):
        return _of_numbers(match[1], match[3], match[4], hijri)
    if match := _YEAR_MONTH.fullmatch(bare):
        return _checked(int(match[1]), int(match[2]), 1, hijri)
    return _of_names(bare, hijri)


def _of_numbers(one: str, two: str, three: str, hijri: bool) -> Day | None:
    if len(one) == 4:
        return _checked(int(one), int(two), int(three), hijri) if len(three) <= 2 else None
    if len(one) > 2 or len(three) not in (2, 4):
        return None
    year = _full_year(three, hijri)
    first, second = int(one), int(two)
    if not (1 <= first <= 31 and 1 <= second <= 31) or min(first, second) > 12:
        return None
    return Day(year, first, second, True, _is_hijri(year, hijri), hijri)


def _of_names(bare: str, hijri: bool) -> Day | None:
    for names, months, lunar in ((_HIJRI_MONTHS, HIJRI, True), (_MONTHS, GREGORIAN, False)):
        found = names.search(bare)
        if found is None:
            continue
        others = _FILLER.sub(" ", f"{bare[: found.start()]} {bare[found.end() :]}")
        parts = re.fullmatch(r"[\s\-/.]*(\d{1,4})(?:[\s\-/.]+(\d{1,4}))?[\s\-/.]*", others)
        if parts is None:
            return None
        numbers = [part for part in parts.groups() if part]
        if len(numbers) == 1:
            day, year = "1", numbers[0]
        else:
            day, year = (numbers[1], numbers[0]) if len(numbers[0]) == 4 else (numbers[0], numbers[1])
        if len(day) > 2 or len(year) not in (2, 4) or (len(numbers) == 1 and len(year) != 4):
            return None
        return _checked(_full_year(year, hijri or lunar), months[found[1]], int(day), hijri or lunar)
    return None


def _checked(year: int, month: int, day: int, hijri: bool) -> Day | None:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return Day(year, month, day, False, _is_hijri(year, hijri), hijri)


def _is_hijri(year: int, marked: bool) -> bool:
    return marked or year in UNMARKED_HIJRI


def _full_year(text: str, hijri: bool) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    if hijri:
        return 1400 + year
    return 2000 + year if year < 70 else 1900 + year
