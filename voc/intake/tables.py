"""A file as a plain table: every column as it is, no roles guessed. For labeled files and our own tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from voc.intake import sources
from voc.settings import IntakeSettings


def read_tables(files: Path | Sequence[Path]) -> pd.DataFrame:
    """The rows of CSV, XLSX, Parquet or JSONL files, columns united, cells as they were stored.

    Raises:
        InputError: a file is missing, empty, damaged or of an unknown kind.
    """
    paths = [files] if isinstance(files, Path) else list(files)
    grids = sources.open_all(paths, IntakeSettings(), None)
    return pd.concat([grid.cells for grid in grids], ignore_index=True)
