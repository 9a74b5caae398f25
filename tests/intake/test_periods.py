"""Periods: what people write, as spans of UTC time."""

import pandas as pd
import pytest

from voc.errors import InputError, OptionError
from voc.intake import periods


@pytest.mark.parametrize(
    ("text", "start", "end", "label"),
    [
        ("2024", "2024-01-01", "2025-01-01", "2024"),
        ("2024-Q1", "2024-01-01", "2024-04-01", "2024-Q1"),
        ("2024q4", "2024-10-01", "2025-01-01", "2024-Q4"),
        ("٢٠٢٤-Q2", "2024-04-01", "2024-07-01", "2024-Q2"),
        ("2024-03", "2024-03-01", "2024-04-01", "2024-03"),
        ("2024-3", "2024-03-01", "2024-04-01", "2024-03"),
        ("2024-02-29", "2024-02-29", "2024-03-01", "2024-02-29"),
        ("2024-W07", "2024-02-12", "2024-02-19", "2024-W07"),
        ("2025-W01", "2024-12-30", "2025-01-06", "2025-W01"),  # an ISO week begins in the old year
        ("2020-W53", "2020-12-28", "2021-01-04", "2020-W53"),
        ("2024-01-01..2024-03-31", "2024-01-01", "2024-04-01", "2024-01-01..2024-03-31"),
        ("2024-01..2024-Q2", "2024-01-01", "2024-07-01", "2024-01..2024-Q2"),
    ],
)
def test_periods_are_read(text, start, end, label):
    found = periods.parse(text)
    assert (found.start, found.end) == (pd.Timestamp(start, tz="UTC"), pd.Timestamp(end, tz="UTC"))
    assert found.label == label


@pytest.mark.parametrize(
    "text",
    ["", "last month", "2024-13", "2024-Q5", "2024-02-30", "2024-W60", "2023-W53", "24-01", "0000", ".."],
)
def test_what_is_no_period_is_refused_with_the_forms_that_are(text):
    with pytest.raises(OptionError, match="2024-Q1"):
        periods.parse(text)


def test_a_period_that_ends_before_it_starts():
    with pytest.raises(OptionError, match="swap"):
        periods.parse("2024-Q2..2024-Q1")


def test_borders_are_taken_in_the_time_zone():
    riyadh = periods.parse("2024-Q1", "Asia/Riyadh")
    assert str(riyadh.start) == "2023-12-31 21:00:00+00:00"
    times = pd.Series(pd.to_datetime(["2023-12-31T22:00Z"]))
    assert riyadh.holds(times).all()
    assert periods.calendar(times, "quarter", "Asia/Riyadh").tolist() == ["2024-Q1"]


@pytest.mark.parametrize(
    ("unit", "label"),
    [
        ("day", "2024-12-30"),
        ("week", "2025-W01"),
        ("month", "2024-12"),
        ("quarter", "2024-Q4"),
        ("year", "2024"),
    ],
)
def test_calendar_labels_name_the_period_that_holds_the_time(unit, label):
    times = pd.Series(pd.to_datetime(["2024-12-30T10:00Z", None]))
    assert periods.calendar(times, unit).tolist() == [label, None]
    assert periods.parse(label).holds(times).tolist() == [True, False]


def test_an_unknown_unit():
    with pytest.raises(OptionError, match="day, week, month"):
        periods.calendar(pd.Series(pd.to_datetime(["2024-12-30T10:00Z"])), "decade")  # type: ignore[arg-type]


def spread(start: str, end: str, count: int) -> pd.Series:
    return pd.Series(pd.date_range(start, end, periods=count, tz="UTC"))


@pytest.mark.parametrize(
    ("start", "end", "count", "labels"),
    [
        ("2024-01-01", "2024-06-30", 2000, ("2024-Q1", "2024-Q2")),
        ("2023-10-01", "2024-03-30", 2000, ("2023-Q4", "2024-Q1")),
        ("2024-01-01", "2024-02-28", 400, ("2024-01", "2024-02")),
        ("2024-01-01", "2024-01-20", 400, ("2024-W02", "2024-W03")),
    ],
)
def test_the_two_latest_periods_with_enough_answers(start, end, count, labels):
    before, after = periods.latest_two(spread(start, end, count))
    assert (before.label, after.label) == labels


def test_few_answers_are_cut_in_half_and_all_of_them_fall_in_one_half():
    times = spread("2024-01-01", "2024-03-01", 10)
    before, after = periods.latest_two(times)
    assert (before.holds(times) ^ after.holds(times)).all()
    assert before.holds(times).sum() == 5


@pytest.mark.parametrize("times", [[], ["2024-01-01"], [None, None]])
def test_two_periods_need_two_dates(times):
    with pytest.raises(InputError, match="--date"):
        periods.latest_two(pd.Series(pd.to_datetime(times, utc=True)))
