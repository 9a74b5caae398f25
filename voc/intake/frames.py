"""Tables in memory (pandas, polars, Arrow, lists of dicts) -> `Grid`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import pandas as pd

from voc.errors import InputError
from voc.intake.cells import shown
from voc.intake.exports import unique_names
from voc.intake.survey import Grid

FRAME_NAME: Final = "<frame>"


def is_frame(source: object) -> bool:
    """True for a pandas, polars or Arrow table, and for a list of dicts."""
    if isinstance(source, pd.DataFrame) or hasattr(source, "to_pandas") or hasattr(source, "collect"):
        return True
    return isinstance(source, Sequence) and not isinstance(source, str) and _all_rows(source)


def load(source: Any, name: str = FRAME_NAME) -> Grid:
    """The cells of a table in memory; the table itself is not changed.

    Raises:
        InputError: it has no rows or no columns.
    """
    frame = _frame(source)
    names, notices = unique_names([str(label) for label in frame.columns], name)
    if not len(frame) or not names:
        raise InputError(
            f"{name} has {len(frame)} rows and {len(names)} columns; at least one of each is needed."
        )
    columns = {label: _cells(frame.iloc[:, place]) for place, label in enumerate(names)}
    return Grid(name, pd.DataFrame(columns), range(1, len(frame) + 1), notices=tuple(notices))


def _frame(source: Any) -> pd.DataFrame:
    if isinstance(source, pd.DataFrame):
        return source
    if hasattr(source, "collect"):  # a lazy polars frame
        source = source.collect()
    if hasattr(source, "to_arrow"):  # polars, without needing its pandas bridge
        return pd.DataFrame(source.to_arrow().to_pandas())
    if hasattr(source, "to_pandas"):
        found = source.to_pandas()
        return found if isinstance(found, pd.DataFrame) else pd.DataFrame(found)
    rows = list(source)
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return pd.DataFrame({key: pd.Series([row.get(key) for row in rows], dtype=object) for key in keys})


def _all_rows(source: Sequence[object]) -> bool:
    return len(source) > 0 and all(isinstance(row, Mapping) for row in source)


def _cells(values: pd.Series) -> pd.Series:
    """A column as numbers, times or text; whatever else it holds is written out as text."""
    values = values.reset_index(drop=True)
    kind = values.dtype
    if pd.api.types.is_datetime64_any_dtype(kind):
        return values
    if pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind):
        plain = not pd.api.types.is_complex_dtype(kind)
        return (
            values.astype("float64")
            if plain and _is_foreign(kind)
            else values.map(_text)
            if not plain
            else values
        )
    return pd.Series([_text(value) for value in values], dtype="str")


def _is_foreign(kind: Any) -> bool:
    return not hasattr(kind, "kind") or pd.api.types.is_extension_array_dtype(kind)


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value if value.isascii() or _is_whole(value) else _mended(value)
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, float):
        return None if value != value else str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", errors="replace")
    if isinstance(value, (Mapping, list, tuple)):
        try:
            return _text(json.dumps(value, ensure_ascii=False, default=str))
        except (ValueError, TypeError, RecursionError):
            return shown(value)
    return _text(str(value))


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _mended(text: str) -> str:
    """`text` with surrogate pairs joined and single halves, which no file can hold, as U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
