"""A column of dates -> UTC times: day-first or month-first decided by evidence or asked, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo, available_timezones

import pandas as pd

from voc.errors import OptionError
from voc.intake.cells import is_missing, shown
from voc.intake.headers import key
from voc.intake.moments import Day, Moment, moment
from voc.intake.reasons import Reason
from voc.intake.survey import Notice

Order = Literal["day", "month"]
YEARS: Final = range(1970, 2101)
_YEAR: Final = r"(?:19[7-9]\d|20\d\d)"  # other years are looked at one by one: 1445 is a Hijri year
_ISO: Final = _YEAR + r"-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?"
_OFFSET: Final = _YEAR + r"-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})"
NO_DATE: Final = Reason(
    "no_date",
    "not a date; use 2024-03-31 or 2024-03-31 14:30",
    day="2024-03-31",
    time="2024-03-31 14:30",
)
_KIND: Final = "datetime64[us, UTC]"


@dataclass(frozen=True)
class Dated:
    """Times in UTC (NaT where none was given), the reason for each value that is no date, and notices."""

    times: pd.Series
    problems: Mapping[str, str]
    notices: tuple[Notice, ...]


def zone(name: str) -> ZoneInfo:
    """The time zone called `name`.

    Raises:
        OptionError: there is none; the message names close ones.
    """
    from difflib import get_close_matches

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        near = get_close_matches(name, sorted(available_timezones()), 3, 0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "use a name such as Asia/Riyadh or UTC."
        raise OptionError(f"The time zone {shown(name, 60)!r} is not known; {hint}") from error


def read_dates(values: pd.Series, column: str, order: Order | None, timezone: str) -> Dated:
    """The times that a column's cells name.

    Args:
        values: the column: text, numbers, or dates already.
        column: its name, for messages; "dd/mm" or "mm/dd" in it counts as evidence.
        order: what the user said about 03/04/2024, or None.
        timezone: of cells without an offset.

    Raises:
        OptionError: day and month cannot be told apart, or the time zone is unknown.
    """
    place = zone(timezone)
    if pd.api.types.is_datetime64_any_dtype(values):
        return Dated(_from_typed(values, timezone), {}, ())
    text = (
        values.astype("str").str.strip() if not pd.api.types.is_object_dtype(values) else values.map(_texted)
    )
    times = pd.Series(pd.NaT, index=values.index, dtype=_KIND)
    iso = pd.Series(False, index=values.index)
    for shape, is_local in ((_ISO, True), (_OFFSET, False)):
        fits = text.str.fullmatch(shape).fillna(False).astype(bool)
        found = pd.to_datetime(text[fits], format="ISO8601", errors="coerce", utc=not is_local).dropna()
        if len(found):
            times[found.index] = _localized(found, timezone) if is_local else found.astype(_KIND)
            iso[found.index] = True
    rest = text[~iso & values.notna()]
    counts = rest.value_counts()
    moments = {value: moment(value) for value in counts.index if not is_missing(value)}
    decided, notices = _order(moments, counts, column, order)
    known, problems = _placed(moments, decided, place)
    if known:
        times[rest.index] = pd.to_datetime(rest.map(known), utc=True).astype(_KIND)
    notices += _hijri_notice(moments, counts, column)
    return Dated(times.where(times.dt.year.isin(YEARS)), problems, tuple(notices))


def date_share(values: list[str]) -> float:
    """The share of `values` that name a date, numbers that merely could be one not counted; 0 for none."""
    found = [moment(value) for value in values]
    return sum(1 for one in found if one and not one.counted) / len(found) if found else 0.0


def _texted(value: object) -> str:
    if value is None or value is pd.NaT or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, datetime) else str(value).strip()


def _from_typed(values: pd.Series, timezone: str) -> pd.Series:
    if getattr(values.dt, "tz", None) is not None:
        aware: pd.Series = values.dt.tz_convert("UTC").astype(_KIND)
        return aware
    return _localized(values, timezone)


def _localized(values: pd.Series, timezone: str) -> pd.Series:
    local = values.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="shift_forward")
    unclear = local.isna() & values.notna()
    if unclear.any():  # the hour that happens twice when clocks go back: the first one
        first = pd.Series(True, index=values.index).to_numpy()
        local = values.dt.tz_localize(timezone, ambiguous=first, nonexistent="shift_forward")
    moved: pd.Series = local.dt.tz_convert("UTC").astype(_KIND)
    return moved


def _order(
    moments: Mapping[str, Moment | None], counts: pd.Series, column: str, said: Order | None
) -> tuple[Order, list[Notice]]:
    """Whether the day or the month comes first, and what that rests on."""
    asked = {text: one.day for text, one in moments.items() if one and one.day.asked}
    day = {text: int(counts[text]) for text, one in asked.items() if one.first > 12}
    month = {text: int(counts[text]) for text, one in asked.items() if one.second > 12}
    unclear = [
        text
        for text, one in asked.items()
        if one.first <= 12 and one.second <= 12 and one.first != one.second
    ]
    if said is not None or not asked:
        return said or "day", []
    hint = _hint(column)
    if day and month and hint is None:
        raise OptionError(
            f"Column {shown(column, 60)!r} holds dates with the day first, like "
            f"{shown(next(iter(day)), 40)!r} ({sum(day.values())} rows), and with the month first, like "
            f"{shown(next(iter(month)), 40)!r} ({sum(month.values())} rows). Say which is right with "
            "--date-order day or --date-order month; rows that do not fit it go to the rejects.",
            code="date_order_mixed",
            column=shown(column, 60),
            day=shown(next(iter(day)), 40),
            month=shown(next(iter(month)), 40),
        )
    decided: Order = hint or ("day" if day else "month")
    if unclear and not day and not month and hint is None:
        example = shown(unclear[0], 40)
        raise OptionError(
            f"Column {shown(column, 60)!r}: {example!r} can be read with the day first or the month first, "
            "and no row settles it. Pass --date-order day or --date-order month.",
            code="date_order_asked",
            column=shown(column, 60),
            example=example,
        )
    proof = next(iter(day or month), None)
    basis = f"{shown(proof, 40)!r} can be nothing else" if hint is None else "its header says so"
    if not unclear:
        return decided, []
    values = {"column": shown(column, 60), "first": f"@date_{decided}"}
    values |= {"told": "date_order_named"} if hint is not None else {"proof": shown(proof, 40)}
    told = f"Dates in {shown(column, 60)!r} have the {decided} first: {basis}."
    return decided, [Notice("date_order", told, values)]


def _hint(column: str) -> Order | None:
    folded = key(column)
    return "day" if "dd mm" in folded else "month" if "mm dd" in folded else None


def _placed(
    moments: Mapping[str, Moment | None], order: Order, place: ZoneInfo
) -> tuple[dict[str, datetime], dict[str, str]]:
    known: dict[str, datetime] = {}
    problems: dict[str, str] = {}
    for text, one in moments.items():
        if one is None:
            problems[text] = NO_DATE
            continue
        try:
            when = _gregorian(one.day, order)
            clock = when + timedelta(seconds=one.seconds)
            if one.offset is None:
                known[text] = clock.replace(tzinfo=place).astimezone(UTC)
            else:
                known[text] = clock.replace(tzinfo=UTC) - timedelta(seconds=one.offset)
        except (ValueError, OverflowError):
            problems[text] = _no_such_day(one.day, order)
            continue
        if known[text].year not in YEARS:
            problems[text] = _odd_year(when.year)
            del known[text]
    return known, problems


def _gregorian(day: Day, order: Order) -> datetime:
    month, number = day.first, day.second
    if day.asked and order == "day":
        month, number = number, month
    if not day.hijri:
        return datetime(day.year, month, number)
    from hijridate import Hijri

    found = Hijri(day.year, month, number).to_gregorian()
    return datetime(found.year, found.month, found.day)


def _odd_year(year: int) -> Reason:
    said = f"the year {year} is outside {YEARS[0]} to {YEARS[-1]}"
    values = {"year": str(year), "low": str(YEARS[0]), "high": str(YEARS[-1])}
    if not 1300 <= year <= 1500:
        return Reason("odd_year", said, **values)
    return Reason(
        "hijri_year", f"{said}; if it is a Hijri year, mark the dates with AH or \u0647\u0640", **values
    )


def _no_such_day(day: Day, order: Order) -> Reason:
    if day.asked and (day.second if order == "day" else day.first) > 12:
        return Reason("not_in_order", f"not a date with the {order} first", first=f"@date_{order}")
    if day.hijri:
        return Reason("no_such_hijri_day", "a Hijri date that does not exist or is outside 1343 to 1500 AH")
    return Reason("no_such_day", "no such day")


def _hijri_notice(moments: Mapping[str, Moment | None], counts: pd.Series, column: str) -> list[Notice]:
    lunar = {text: one.day for text, one in moments.items() if one and one.day.hijri}
    bare = [text for text, one in lunar.items() if not one.marked]
    if not lunar:
        return []
    rows = sum(int(counts[text]) for text in lunar)
    told = f"{rows} dates in {shown(column, 60)!r} were read as Hijri (Umm al-Qura)"
    if bare:
        told += f"; some carry no mark, like {shown(bare[0], 40)!r}, and were taken so for their year"
    values: dict[str, Any] = {"n": rows, "column": shown(column, 60)}
    if bare:
        values |= {"told": "hijri_unmarked", "example": shown(bare[0], 40)}
    return [Notice("hijri", told + ".", values)]
