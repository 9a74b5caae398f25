"""JSON lines, JSON arrays and Parquet -> `Grid`."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from voc.errors import InputError
from voc.intake import frames
from voc.intake.cells import shown
from voc.intake.containers import LARGE, MOST_UNPACKED, Opened
from voc.intake.encodings import detect
from voc.intake.reasons import Reason
from voc.intake.survey import Grid, Notice

Fault = tuple[int, str, str]
NO_OBJECT: Final = Reason("not_json", 'not a JSON object such as {"text": "..."}')


def load_json(opened: Opened, label: str, encoding: str | None) -> Grid:
    """The objects of a JSON array, or one object a line; lines that are no object become faults.

    Raises:
        InputError: no object in it, or an array that is not well-formed.
    """
    codec = detect(opened, label, encoding).codec
    try:
        with io.TextIOWrapper(opened(), codec, "strict") as text:
            start = text.read(1 << 16).lstrip("\ufeff \t\r\n")
        with io.TextIOWrapper(opened(), codec, "strict") as text:
            if start.startswith("["):
                return _from_array(text, label)
            return _from_lines(text, label, start)
    except UnicodeError as error:
        raise InputError(
            f"{label} is not all in one encoding ({shown(error, 80)}). Save it as UTF-8."
        ) from error


def load_parquet(path: Path, label: str) -> Grid:
    """The columns of a Parquet file.

    Raises:
        InputError: it is damaged, empty, or unpacks to more than memory should hold.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            size = sum(file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups))
            if size > max(4 * MOST_UNPACKED, LARGE):
                raise InputError(
                    f"{label} unpacks to {size:,} bytes. Split it, or keep only the columns needed."
                )
            table = file.read()
        return frames.load(table, label)
    except (pa.ArrowException, OSError, ValueError, NotImplementedError) as error:
        raise InputError(
            f"{label} is a damaged Parquet file ({shown(error, 80)}). Write it again."
        ) from error


def _from_array(text: io.TextIOWrapper, label: str) -> Grid:
    try:
        found = json.load(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{label} is not well-formed JSON: {shown(error, 100)}. Export it again.") from error
    return _grid(enumerate(found, start=1), label)


def _from_lines(text: io.TextIOWrapper, label: str, start: str) -> Grid:
    try:
        whole = json.loads(start) if "\n" in start.strip() else None
    except (ValueError, RecursionError):
        whole = None
    if isinstance(whole, dict):  # one object over several lines: the answers are the list inside it
        lists = [value for value in whole.values() if isinstance(value, list)]
        if len(lists) == 1:
            return _grid(enumerate(lists[0], start=1), label)
    return _grid(_lines(text), label)


def _lines(text: io.TextIOWrapper) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text, start=1):
        if line.strip("\ufeff \t\r\n"):
            try:
                yield number, json.loads(line.lstrip("\ufeff"))
            except (ValueError, RecursionError):
                yield number, line


def _grid(found: Iterator[tuple[int, Any]], label: str) -> Grid:
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    faults: list[Fault] = []
    for number, value in found:
        if isinstance(value, dict):
            rows.append(value)
            numbers.append(number)
        else:
            faults.append((number, shown(value), NO_OBJECT))
    if not rows:
        raise InputError(
            f"{label} holds no JSON object. One object a line was expected, such as "
            '{"text": "...", "score": 9}, or an array of such objects.'
        )
    grid = frames.load(rows, label)
    notices = (
        (*grid.notices, Notice("json", f"{label} was read as JSON.", {"file": label}))
        if faults
        else grid.notices
    )
    return Grid(label, grid.cells, numbers, tuple(faults), grid.questions, notices, grid.tool)
