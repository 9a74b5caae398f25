"""Periods people name (`2024-Q1`, `2024-03`, `2024-W07`, `2024`, `A..B`) as spans of UTC time.

Gives `Period(start, end, label)`, `end` exclusive. Weeks are ISO 8601 weeks (Monday first).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from voc.errors import InputError, OptionError
from voc.intake.cells import plain, shown

Unit = Literal["day", "week", "month", "quarter", "year"]
_UNITS: Final[tuple[Unit, ...]] = ("day", "week", "month", "quarter", "year")
_FREQUENCY: Final[dict[Unit, str]] = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
ENOUGH: Final = 30  # answers a period should have before it is picked on its own

_SHAPES: Final[tuple[tuple[str, Unit], ...]] = (
    (r"(?P<y>\d{4})", "year"),
    (r"(?P<y>\d{4})-?[qQ](?P<n>[1-4])", "quarter"),
    (r"(?P<y>\d{4})-?[wW](?P<n>\d{1,2})", "week"),
    (r"(?P<y>\d{4})[-/](?P<n>\d{1,2})", "month"),
    (r"(?P<y>\d{4})[-/](?P<n>\d{1,2})[-/](?P<d>\d{1,2})", "day"),
)
_HINT: Final = "Use 2024-Q1, 2024-03, 2024-W07, 2024, or 2024-01-01..2024-03-31 (both days included)."


@dataclass(frozen=True)
class Period:
    """A span of time: `start` included, `end` excluded, both UTC; `label` as people read it."""

    start: pd.Timestamp
    end: pd.Timestamp
    label: str

    def holds(self, times: pd.Series) -> pd.Series:
        """True for each time inside the period; missing times are outside."""
        return (times >= self.start) & (times < self.end)


def parse(text: str, timezone: str = "UTC") -> Period:
    """The period that `text` names, its borders taken in `timezone`.

    >>> str(parse("2024-Q1").end)
    '2024-04-01 00:00:00+00:00'

    Raises:
        OptionError: it names no period, one that does not exist, or one that ends before it starts.
    """
    said = plain(text)
    if ".." not in said:
        start, end, label = _span(said, text)
        return Period(_utc(start, timezone), _utc(end, timezone), label)
    first, _, last = said.partition("..")
    start, _, first_label = _span(first.strip(), text)
    _, end, last_label = _span(last.strip(), text)
    if end <= start:
        raise OptionError(f"The period {shown(text, 60)!r} ends before it starts; swap its two sides.")
    return Period(_utc(start, timezone), _utc(end, timezone), f"{first_label}..{last_label}")


def calendar(times: pd.Series, unit: Unit, timezone: str = "UTC") -> pd.Series:
    """The label of the calendar period each time falls in (``2024-Q1``), None for a missing time.

    Raises:
        OptionError: `unit` is not day, week, month, quarter or year.
    """
    if unit not in _UNITS:
        raise OptionError(f"{shown(unit, 40)!r} is not a calendar unit; use {', '.join(_UNITS)}.")
    codes = _period_codes(times, unit, timezone)
    known = {
        code: _label(pd.Period(ordinal=code, freq=_FREQUENCY[unit]), unit) for code in codes.dropna().unique()
    }
    return codes.map(known).astype(object).where(codes.notna(), None)


def latest_two(answered_at: pd.Series, timezone: str = "UTC") -> tuple[Period, Period]:
    """The two latest neighboring calendar periods worth comparing: `(before, after)`.

    The longest unit (quarter, month, week, day) is taken of which the two latest neighbors hold
    at least 30 answers each; else the span of all answers is cut in half.

    Raises:
        InputError: fewer than two distinct times, so there is nothing to compare.
    """
    times = answered_at.dropna()
    if times.nunique() < 2:
        raise InputError(
            f"Two periods cannot be picked from {times.nunique()} distinct dates. "
            "Name the date column with --date, or compare two groups with --compare COLUMN=A,B."
        )
    for unit in ("quarter", "month", "week", "day"):
        counts = _period_codes(times, unit, timezone).value_counts()
        least = max(ENOUGH, 0.1 * float(counts.median()))
        for code in sorted(counts.index, reverse=True):
            if counts[code] >= least and counts.get(code - 1, 0) >= least:
                pair = [_label(pd.Period(ordinal=c, freq=_FREQUENCY[unit]), unit) for c in (code - 1, code)]
                return parse(pair[0], timezone), parse(pair[1], timezone)
    return _halves(times)


def _halves(times: pd.Series) -> tuple[Period, Period]:
    start, last = times.min(), times.max()
    middle = (start + (last - start) / 2).ceil("us")
    end = last + pd.Timedelta(microseconds=1)
    names = [moment.strftime("%Y-%m-%d %H:%M") for moment in (start, middle, last)]
    return Period(start, middle, f"{names[0]}..{names[1]}"), Period(middle, end, f"{names[1]}..{names[2]}")


def _span(said: str, whole: str) -> tuple[pd.Timestamp, pd.Timestamp, str]:
    for shape, unit in _SHAPES:
        if match := re.fullmatch(shape, said):
            part = match.groupdict()
            try:
                period = _period(int(part["y"]), int(part.get("n") or 1), int(part.get("d") or 1), unit)
            except ValueError as error:
                raise OptionError(f"The period {shown(whole, 60)!r} does not exist. {_HINT}") from error
            return period.start_time, (period + 1).start_time, _label(period, unit)
    raise OptionError(f"{shown(whole, 60)!r} is not a period. {_HINT}")


def _period(year: int, number: int, day: int, unit: Unit) -> pd.Period:
    if not 1900 <= year <= 2199:
        raise ValueError(f"year {year}")
    if unit == "week":
        start = pd.Timestamp.fromisocalendar(year, number, 1)
        return pd.Period(start, freq="W-SUN")
    if unit == "quarter":
        return pd.Period(year=year, quarter=number, freq="Q")
    month = number if unit in ("month", "day") else 1
    return pd.Period(pd.Timestamp(year=year, month=month, day=day), freq=_FREQUENCY[unit])


def _label(period: pd.Period, unit: Unit) -> str:
    if unit == "week":
        year, week, _ = period.start_time.isocalendar()
        return f"{year}-W{week:02d}"
    shapes = {"day": "%Y-%m-%d", "month": "%Y-%m", "quarter": "%Y-Q%q", "year": "%Y"}
    return period.strftime(shapes[unit])


def _period_codes(times: pd.Series, unit: Unit, timezone: str) -> pd.Series:
    aware = pd.to_datetime(times, utc=True)
    local = aware.dt.tz_convert(timezone).dt.tz_localize(None)
    codes = local.dt.to_period(_FREQUENCY[unit])
    ordinals = pd.PeriodIndex(codes).asi8
    values = np.where(codes.isna(), np.nan, ordinals.astype(np.float64))
    return pd.Series(values, index=times.index).astype("Int64")


def _utc(moment: pd.Timestamp, timezone: str) -> pd.Timestamp:
    local = moment.tz_localize(timezone, ambiguous=True, nonexistent="shift_forward")
    return local.tz_convert("UTC")
