"""Dates: what is read, what is asked about, and what is refused."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import OptionError
from voc.intake.dates import read_dates
from voc.intake.moments import moment

READ = [
    # cell, UTC
    ("2024-03-12", "2024-03-12 00:00:00"),
    ("2024-03-12T10:22", "2024-03-12 10:22:00"),
    ("2024-03-12 10:22:11.5", "2024-03-12 10:22:11.500000"),
    ("2024-03-12T10:22:11Z", "2024-03-12 10:22:11"),
    ("2024-03-12T10:22:11+03:00", "2024-03-12 07:22:11"),
    ("2024-03-12T10:22:11.123456789+0300", "2024-03-12 07:22:11.123456"),
    ("2024/03/12", "2024-03-12 00:00:00"),
    ("2024.3.12", "2024-03-12 00:00:00"),
    ("20240312", "2024-03-12 00:00:00"),
    ("2024-03", "2024-03-01 00:00:00"),
    ("٢٠٢٤-٠٣-١٢", "2024-03-12 00:00:00"),
    ("٢٠٢٤/٠٣/١٢ ١٠:٢٢", "2024-03-12 10:22:00"),
    ("25/03/2024", "2024-03-25 00:00:00"),
    ("03/25/2024", "2024-03-25 00:00:00"),
    ("25.3.24 14:05", "2024-03-25 14:05:00"),
    ("25-03-2024 2:05:09 PM", "2024-03-25 14:05:09"),
    ("25/03/2024 12:00 AM", "2024-03-25 00:00:00"),
    ("25/03/2024 02:05 م", "2024-03-25 14:05:00"),
    ("25/03/2024 02:05 صباحا", "2024-03-25 02:05:00"),
    ("12 Mar 2024", "2024-03-12 00:00:00"),
    ("Mar 12th, 2024", "2024-03-12 00:00:00"),
    ("March 12, 2024 at 3:00 pm", "2024-03-12 15:00:00"),
    ("12-Mar-24", "2024-03-12 00:00:00"),
    ("Tue, 12 Mar 2024 10:22:11 GMT", "2024-03-12 10:22:11"),
    ("Tue Mar 12 10:22:11 2024", "2024-03-12 10:22:11"),
    ("2024/03/12 10:22:11 AM GMT+3", "2024-03-12 07:22:11"),
    ("2024/03/12 10:22:11 ص غرينتش+3", "2024-03-12 07:22:11"),
    ("١٢ مارس ٢٠٢٤", "2024-03-12 00:00:00"),
    ("12 آذار 2024", "2024-03-12 00:00:00"),
    ("12 كانون الثاني 2024", "2024-01-12 00:00:00"),
    ("الثلاثاء، 12 مارس 2024", "2024-03-12 00:00:00"),
    ("12/3/2024م", "2024-03-12 00:00:00"),
    ("1710238931", "2024-03-12 10:22:11"),  # seconds
    ("1710238931000", "2024-03-12 10:22:11"),  # milliseconds
    ("45363", "2024-03-12 00:00:00"),  # Excel
    ("45363.5", "2024-03-12 12:00:00"),
    ("01/09/1445 هـ", "2024-03-11 00:00:00"),
    ("1445-09-02هـ", "2024-03-12 00:00:00"),
    ("1445/09/02", "2024-03-12 00:00:00"),
    ("٢ رمضان ١٤٤٥", "2024-03-12 00:00:00"),
    ("2 Ramadan 1445 AH", "2024-03-12 00:00:00"),
    ("\u200f2024-03-12\u200f", "2024-03-12 00:00:00"),  # right-to-left marks
]


def dated(cells, order=None, timezone="UTC", column="date"):
    return read_dates(pd.Series(cells, dtype="str"), column, order, timezone)


@pytest.mark.parametrize(("cell", "expected"), READ)
def test_dates_are_read(cell, expected):
    order = "day" if cell.startswith(("12/3", "01/09")) else None
    found = dated([cell], order)
    assert found.times[0] == pd.Timestamp(expected, tz="UTC")
    assert not found.problems


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("yesterday", "not a date"),
        ("2024", "not a date"),
        ("2024-02-30", "no such day"),
        ("31/04/2024", "no such day"),
        ("2024-13-01", "not a date"),
        ("25:61 2024-01-01", "not a date"),
        ("1850-01-01", "outside 1970 to 2100"),
        ("2300-01-01", "outside"),
        ("0001-01-01", "outside"),
        ("1403/05/06", "not a date"),  # Persian or Hijri: not said
        ("30/02/1600 هـ", "Hijri"),
        ("9" * 19, "outside"),
        ("12 Mar 24 25 26", "not a date"),
    ],
)
def test_what_is_no_date_has_a_reason(cell, reason):
    order = "day" if "هـ" in cell else None
    found = dated([cell], order)
    assert found.times.isna().all()
    assert reason in found.problems[cell] or cell == "1403/05/06"


@pytest.mark.parametrize("cell", ["", " ", "NA", "-", "لا يوجد"])
def test_a_missing_date_is_no_problem(cell):
    found = dated([cell, "2024-01-01"])
    assert found.times.isna().tolist() == [True, False]
    assert not found.problems


def test_ambiguous_dates_are_asked_about():
    with pytest.raises(OptionError, match="--date-order day or --date-order month") as caught:
        dated(["03/04/2024", "05/06/2024"])
    assert "'03/04/2024'" in str(caught.value)


@pytest.mark.parametrize(("order", "expected"), [("day", "2024-04-03"), ("month", "2024-03-04")])
def test_the_answer_is_taken(order, expected):
    assert str(dated(["03/04/2024"], order).times[0])[:10] == expected


@pytest.mark.parametrize(
    ("proof", "expected", "word"),
    [("25/06/2024", "2024-04-03", "day"), ("06/25/2024", "2024-03-04", "month")],
)
def test_one_clear_date_decides_for_the_column_and_is_shown(proof, expected, word):
    found = dated(["03/04/2024", proof])
    assert str(found.times[0])[:10] == expected
    assert f"{word} first: '{proof}'" in found.notices[0].message


def test_contradicting_dates_are_asked_about_and_then_rejected():
    with pytest.raises(OptionError, match="--date-order"):
        dated(["25/06/2024", "06/25/2024", "03/04/2024"])
    found = dated(["25/06/2024", "06/25/2024", "03/04/2024"], "day")
    assert found.times.notna().tolist() == [True, False, True]
    assert "day first" in found.problems["06/25/2024"]


@pytest.mark.parametrize(
    ("column", "expected"), [("Timestamp (MM/dd/yyyy)", "2024-03-04"), ("date dd-mm-yyyy", "2024-04-03")]
)
def test_a_header_that_names_the_order_decides(column, expected):
    assert str(dated(["03/04/2024"], column=column).times[0])[:10] == expected


def test_equal_day_and_month_need_no_answer():
    assert str(dated(["05/05/2024"]).times[0])[:10] == "2024-05-05"


def test_hijri_dates_are_told():
    assert "Hijri" in dated(["2 رمضان 1445"]).notices[0].message
    assert "for their year" in dated(["1445/09/02"]).notices[0].message


def test_time_zones():
    assert str(dated(["2024-01-01 01:00"], timezone="Asia/Riyadh").times[0]) == "2023-12-31 22:00:00+00:00"
    assert str(dated(["01 Jan 2024 01:00"], timezone="Asia/Riyadh").times[0]) == "2023-12-31 22:00:00+00:00"
    twice = dated(
        ["2024-10-27 01:30", "2024-03-31 01:30"], timezone="Europe/London"
    )  # clocks go back, forward
    assert twice.times.notna().all()
    with pytest.raises(OptionError, match="Asia/Riyadh"):
        dated(["2024-01-01"], timezone="Asia/Riyad")
    with pytest.raises(OptionError, match="not known"):
        dated(["2024-01-01"], timezone="../etc/passwd")


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(pd.to_datetime(["2024-01-01 10:00", None])),
        pd.Series(pd.to_datetime(["2024-01-01 10:00", None], utc=True)),
        pd.Series(pd.to_datetime(["2024-01-01 13:00", None]).tz_localize("Asia/Riyadh")),
        pd.Series([45292 + 10 / 24, None]),
        pd.Series([1704103200, None], dtype="Int64"),
        pd.Series([1704103200.0, None]),
    ],
)
def test_typed_columns(values):
    times = read_dates(values, "date", None, "UTC").times
    assert times.dt.round("s").dt.strftime("%Y-%m-%d %H:%M").tolist()[0] == "2024-01-01 10:00"
    assert times.isna().tolist() == [False, True]


@given(
    st.text(max_size=30)
    | st.from_regex(r"[0-9٠-٩]{1,4}[/. -][0-9]{1,2}[/. -][0-9]{1,4}.{0,8}", fullmatch=True)
)
def test_any_text_is_a_moment_or_none(text):
    found = moment(text)
    assert found is None or 1 <= found.day.first <= 31


@given(st.lists(st.text(alphabet="0123456789/-:. TZ+هـAPM", max_size=20), min_size=1, max_size=5))
def test_any_column_is_read_or_asked_about(cells):
    try:
        found = dated(cells)
    except OptionError:
        return
    assert len(found.times) == len(cells)
    for cell, time in zip(cells, found.times, strict=True):
        assert pd.isna(time) or 1970 <= time.year <= 2100
        assert pd.isna(time) or cell.strip() not in found.problems
