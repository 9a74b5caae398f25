"""Tables in memory (pandas, polars, Arrow, lists of dicts) -> `Grid`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from voc.errors import InputError
from voc.intake.cells import shown
from voc.intake.exports import unique_names
from voc.intake.survey import Grid

FRAME_NAME: Final = "<frame>"


def is_frame(source: object) -> bool:
    """True for a pandas, polars or Arrow table, and for a list of dicts."""
    if isinstance(source, pd.DataFrame) or hasattr(source, "to_pandas"):
        return True
    return isinstance(source, Sequence) and not isinstance(source, str) and _all_rows(source)


def load(source: Any, name: str = FRAME_NAME) -> Grid:
    """The cells of a table in memory; the table itself is not changed.

    Raises:
        InputError: it has no rows or no columns.
    """
    frame = _frame(source)
    names, notices = unique_names([str(label) for label in frame.columns], name)
    frame = frame.set_axis(names, axis=1).reset_index(drop=True)
    if frame.empty:
        raise InputError(
            f"{name} has {len(frame)} rows and {len(names)} columns ({shown(', '.join(names), 80)}); "
            "at least one row and one column are needed."
        )
    return Grid(name, frame, range(1, len(frame) + 1), notices=tuple(notices))


def _frame(source: Any) -> pd.DataFrame:
    if isinstance(source, pd.DataFrame):
        return source
    if hasattr(source, "to_pandas"):
        return pd.DataFrame(source.to_pandas())
    rows = list(source)
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return pd.DataFrame({key: pd.Series([row.get(key) for row in rows], dtype=object) for key in keys})


def _all_rows(source: Sequence[object]) -> bool:
    return len(source) > 0 and all(isinstance(row, Mapping) for row in source)
