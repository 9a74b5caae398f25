"""Tables into cells that spreadsheets show as what they are: never a formula, never cut in silence.

Takes: any frame. Gives: rows in a worksheet, or a CSV file, that open as plain text and numbers.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from voc.report.quotes import shown

MOST_ROWS: Final = 1_048_575  # rows of one sheet, without the heading
MOST_CHARACTERS: Final = 32_767  # of one cell, counted as Excel does, in UTF-16 units
PIECE: Final = 16_383  # characters per piece of a longer text: at most 32,766 units
# First characters that a spreadsheet program takes for a formula, also in their full-width forms and
# after blanks that some programs skip.
_FORMULA = re.compile("^[ \u00a0\u200b-\u200f\ufeff]*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20|%]")
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet program might take `text` for a formula.

    >>> is_formula("=1+1"), is_formula("السعر = 10"), is_formula("-4.5")
    (True, False, False)
    """
    if text[:1].isalpha():  # the usual case, decided without a pattern
        return False
    return bool(_FORMULA.match(text)) and not _NUMBER.match(text)


def safe_csv(frame: pd.DataFrame, path: Path | str) -> None:
    """Write `frame` as CSV (UTF-8 with a mark, so Excel reads Arabic) in which no cell is a formula.

    Text that could be one gets a leading apostrophe, the usual sign for "this is text".
    """
    safe = frame.rename(columns=lambda name: _csv_cell(str(name)))
    for position, column in enumerate(frame.columns):
        values = frame[column]
        if values.dtype == object or pd.api.types.is_string_dtype(values.dtype):
            safe = safe.assign(**{str(safe.columns[position]): values.map(_csv_cell)})
    safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)


def _csv_cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.replace("\x00", "\u2400")
    return f"'{text}" if is_formula(text) else text


@dataclass(frozen=True)
class Sheet:
    """One sheet's worth of a table: rows `start` to `stop` and how many columns each text needs."""

    start: int
    stop: int
    widths: tuple[int, ...]


def sheets(frame: pd.DataFrame) -> list[Sheet]:
    """How a frame is laid over sheets and columns so that nothing is cut; at least one sheet."""
    widths = tuple(_pieces_needed(frame[column]) for column in frame.columns)
    starts = range(0, max(len(frame), 1), MOST_ROWS)
    return [Sheet(start, min(start + MOST_ROWS, len(frame)), widths) for start in starts]


def _pieces_needed(values: pd.Series[Any]) -> int:
    if not (values.dtype == object or pd.api.types.is_string_dtype(values.dtype)):
        return 1
    longest = max((len(value) for value in values if isinstance(value, str)), default=0)
    if longest <= PIECE:  # even all-emoji text fits
        return 1
    return max(len(pieces(shown(value))) for value in values if isinstance(value, str))


def pieces(text: str) -> list[str]:
    """`text` cut to what cells hold; one piece when it fits."""
    if (
        len(text) <= MOST_CHARACTERS
        and len(text.encode("utf-16-le", "surrogatepass")) // 2 <= MOST_CHARACTERS
    ):
        return [text]
    return [text[i : i + PIECE] for i in range(0, len(text), PIECE)]


def rows(frame: pd.DataFrame, sheet: Sheet) -> Iterator[list[Any]]:
    """The rows of one sheet as str, float, datetime or None, long texts spread over their columns."""
    part = frame.iloc[sheet.start : sheet.stop]
    columns = [_plain(part[column]) for column in frame.columns]
    for values in zip(*columns, strict=True):
        row: list[Any] = []
        for value, width in zip(values, sheet.widths, strict=True):
            cut: list[Any] = list(pieces(value)) if isinstance(value, str) else [value]
            row += cut + [None] * (width - len(cut))
        yield row


def _plain(values: pd.Series[Any]) -> Sequence[Any]:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    if pd.api.types.is_datetime64_dtype(values.dtype):
        return [None if pd.isna(v) else v.to_pydatetime() for v in values]
    return [_cell(value) for value in values.tolist()]


def _cell(value: Any) -> Any:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, bool | np.bool_):
        return float(value)
    if isinstance(value, int | float | np.number):
        return float(value) if np.isfinite(value) else None
    return shown(str(value))
