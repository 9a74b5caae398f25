"""Rows out of a JSON body, whatever the pieces it comes in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Problem
from service.rows import RowReader

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
ROWS = st.lists(st.dictionaries(st.text(), VALUES, max_size=4), min_size=1, max_size=6)


def read(body, sizes, max_rows=1000):
    reader, lines, place = RowReader(max_rows), b"", 0
    for size in sizes:
        lines += reader.feed(body[place : place + size])
        place += size
    lines += reader.feed(body[place:])
    reader.finish()
    return [json.loads(line) for line in lines.splitlines()], reader.options


@given(
    ROWS,
    st.dictionaries(st.text(), VALUES, max_size=2),
    st.booleans(),
    st.booleans(),
    st.lists(st.integers(0, 9)),
)
def test_pieces_do_not_matter(rows, options, first, ascii_only, sizes):
    parts = {"options": options, "rows": rows} if first else {"rows": rows, "options": options}
    try:
        body = json.dumps(parts, ensure_ascii=ascii_only).encode()
    except UnicodeEncodeError:
        return
    assert read(body, sizes) == (rows, options)


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", '{"rows": []}', '{"rows": [{}]', '{"rows": [{}]} x',
     '{"rows": [{},]}', '{"rows": [{} {}]}',
     '{"rows": {}}',
     '{"rows": [[]]}', '{"rows": [{}], "rows": [{}]}', '{"x": 1, "rows": [{}]}', '{"options": []}',
     '{"rows": [{"a": NaN}]}', '{"rows": [{"a": "\\ud800"}]}', "nonsense"],
)  # fmt: skip
def test_what_is_not_of_this_shape_is_refused(body):
    with pytest.raises(Problem):
        read(body.encode(), [])


def test_an_endless_row_is_refused_early():
    reader = RowReader(10)
    reader.feed(b'{"rows": [{"a": "')
    with pytest.raises(Problem):
        for _ in range(100):
            reader.feed(b"x" * 65_536)


def test_deep_nesting_is_refused():
    with pytest.raises(Problem):
        read(b'{"rows": [{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}]}", [65_536] * 6)
