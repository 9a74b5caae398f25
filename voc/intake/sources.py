"""Whatever was passed (paths, frames, rows) -> one `Grid` each, by content and not by file name."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from voc.errors import InputError
from voc.intake import delimited, frames, records, sheets
from voc.intake.cells import shown
from voc.intake.containers import kind_of
from voc.intake.survey import Grid
from voc.settings import IntakeSettings

Progress = Callable[[int, int], None]  # sources read, sources in all


def open_all(sources: Any, settings: IntakeSettings, progress: Progress | None) -> list[Grid]:
    """Every source as a table of cells, in the order given.

    Args:
        sources: a path, a frame (pandas, polars, Arrow), a list of dicts, or a list of paths or frames.
        settings: separator, encoding and limits of text files.
        progress: told after each source.

    Raises:
        InputError: a source is missing, unreadable, empty, damaged or of an unknown kind.
    """
    items = _listed(sources)
    labels = _labels(items)
    grids: list[Grid] = []
    for done, (item, label) in enumerate(zip(items, labels, strict=True), start=1):
        grids += [frames.load(item, label)] if frames.is_frame(item) else _file(Path(item), label, settings)
        if progress is not None:
            progress(done, len(items))
    return grids


def _listed(sources: Any) -> list[Any]:
    if isinstance(sources, (str, os.PathLike)) or frames.is_frame(sources):
        return [sources]
    if isinstance(sources, Sequence) and not isinstance(sources, (bytes, bytearray)) and len(sources):
        if all(isinstance(item, (str, os.PathLike)) or frames.is_frame(item) for item in sources):
            return list(sources)
    got = "an empty list" if isinstance(sources, Sequence) and not len(sources) else type(sources).__name__
    raise InputError(
        f"Nothing to read: {got} was passed. Pass a file path, several paths, a pandas or polars frame, "
        "or a list of dicts."
    )


def _labels(items: list[Any]) -> list[str]:
    """A name per source for `source_file`: the file's own name, with its folder where two are alike."""
    paths = [None if frames.is_frame(item) else Path(item) for item in items]
    plain = [frames.FRAME_NAME if path is None else path.name for path in paths]
    labels: list[str] = []
    for path, name in zip(paths, plain, strict=True):
        label = name if path is None or plain.count(name) == 1 else f"{path.parent.name}/{name}"
        count, wanted = 1, label
        while label in labels:
            count += 1
            label = f"{wanted} ({count})"
        labels.append(shown(label, 80))
    return labels


def _file(path: Path, label: str, settings: IntakeSettings) -> list[Grid]:
    kind, opened = kind_of(path, label)
    if kind == "xlsx":
        return sheets.load(path, label)
    if kind == "parquet":
        return [records.load_parquet(path, label)]
    if kind == "json":
        return [records.load_json(opened, label, settings.encoding)]
    return [delimited.load(opened, label, settings.separator, settings.encoding, settings.max_cell_bytes)]
