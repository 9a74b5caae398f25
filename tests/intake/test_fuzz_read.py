"""Whatever bytes come, reading gives a survey whose counts add up, or one of voc's own errors."""

import csv
import gzip
import io
import json
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from surveys import csv_text, reading

from voc.errors import VocError

SETTINGS = settings(
    max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
# Control characters beyond a few make a file binary, and are tried as bytes above all.
LETTER = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r\t")
TEXT = st.text(LETTER, max_size=40)


def outcome(content: bytes, name: str = "a.csv"):
    """The survey that a file with this content gives (checked), or None when voc refuses it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            return reading(path)
        except VocError as error:
            assert str(error).endswith(".")
            assert str(error).replace("\n", "").isprintable()
            return None


@SETTINGS
@given(st.binary(max_size=300))
@example(b'comment,score\n"')
@example(b'comment,score\na"b,1\n"x\n')
@example(b"\x1f\x8b")
@example(b"PK\x03\x04")
@example(b"\xff\xfe\x00\xd8")
@example(b"comment\n\r\r\n\x00")
@example(b"[{}]")
@example(b'{"text": "\\ud800", "score": 1}')
def test_random_bytes(content):
    outcome(content)


def spoiled(content: bytes):
    """`content` with a few pieces replaced by other bytes."""
    place = st.integers(0, len(content))
    new = st.binary(max_size=4) | st.sampled_from([b'"', b"\n", b",", b"\xc8"])
    piece = st.tuples(place, st.integers(0, 8), new)

    return st.lists(piece, max_size=4).map(lambda pieces: _spoil(content, pieces))


def _spoil(content: bytes, pieces) -> bytes:
    damaged = bytearray(content)
    for start, length, new in pieces:
        damaged[start : start + length] = new
    return bytes(damaged)


def workbook() -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame({"comment": ["kind staff", "slow app"], "score": [9, 2]}).to_excel(buffer, index=False)
    return buffer.getvalue()


def parquet() -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame({"comment": ["kind staff", "slow app"], "score": [9, 2]}).to_parquet(buffer)
    return buffer.getvalue()


LINES = b'{"comment": "kind staff", "score": 9}\n{"comment": "slow app", "score": 2}\n'


@SETTINGS
@given(
    spoiled(csv_text().encode())
    | spoiled(csv_text(separator=";", end="\r\n").encode("cp1256"))
    | spoiled(csv_text(separator="\t").encode("utf-16"))
    | spoiled(LINES)
)
def test_damaged_text_files(content):
    outcome(content)


@pytest.mark.parametrize("made", [workbook, parquet, lambda: gzip.compress(csv_text().encode())])
def test_damaged_packed_files(made):
    content = made()

    @settings(SETTINGS, max_examples=30)
    @given(spoiled(content))
    def try_all(damaged):
        outcome(damaged, "a.bin")

    try_all()


@SETTINGS
@given(st.lists(st.tuples(TEXT, st.integers(0, 10)), min_size=1, max_size=12), st.sampled_from(",;\t|"))
def test_texts_come_out_as_they_went_in(rows, separator):
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([("comment", "score"), *rows])
    survey = outcome(buffer.getvalue().encode())
    assert survey is not None
    assert survey.counts.read == len(rows)
    for text, number in zip(survey.comments["text"], survey.comments["source_row"], strict=True):
        assert text == rows[number - 1][0] or (text == "" and not rows[number - 1][0].strip())
    assert survey.counts.rejected == 0


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUE = PLAIN | st.dates() | st.datetimes() | st.binary(max_size=5)
ROW = st.dictionaries(
    st.sampled_from(["comment", "score", "date", "id", "branch", "weight"]), VALUE, min_size=1
)


@SETTINGS
@given(st.lists(ROW, min_size=1, max_size=8))
def test_rows_of_anything(rows):
    try:
        survey = reading(rows)
    except VocError as error:
        assert str(error).isprintable()
    else:
        assert survey.counts.read == len(rows)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "score", "x"]), inner)
    ),
    max_leaves=8,
)


@SETTINGS
@given(st.lists(JSON, max_size=5), st.booleans())
def test_json_of_anything(values, lines):
    text = "\n".join(map(json.dumps, values)) if lines else json.dumps(values)
    survey = outcome(text.encode(), "a.json")
    is_array = not lines or isinstance(values[0] if values else None, list)  # a list on the first line
    if survey is not None and (not lines or not is_array):
        assert survey.counts.read == len(values)
