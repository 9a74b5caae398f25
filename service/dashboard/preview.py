"""What would be read in an uploaded file: its first rows, the columns' roles, the scale, the periods.

The same reading as the analysis's own (`voc.intake`), so what is shown is what would be done. Of a long
text file only the beginning is read here; the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from service.schemas_batches import BatchOptions
from voc.errors import VocError
from voc.intake import columns, periods, sources
from voc.intake.cells import shown
from voc.intake.privacy import redact
from voc.intake.read import read
from voc.intake.survey import Notice, Role
from voc.settings import IntakeSettings

SAMPLE_BYTES: Final = 8_000_000  # of a text file
MOST_BYTES: Final = 30_000_000  # of a file that cannot be cut
ROWS: Final = 6
CELL: Final = 90  # characters of a cell
MOST_PERIODS: Final = 60  # of one unit in the lists to choose from
MOST_GROUPS: Final = 30  # values of a segment, likewise
_TEXT: Final = {".csv", ".tsv", ".txt", ".jsonl", ".ndjson"}
PARTS: Final = ("text", "score", "date", "comment_id", "respondent", "weight")


@dataclass(frozen=True)
class Preview:
    """What was seen.

    Attributes:
        columns: names of all columns, in the file's order.
        rows: the first rows, personal data masked, cells shortened.
        n_rows: rows read; `whole` when these are all.
        roles: the part each column plays, with how it was found.
        scale: code of the score's scale; None without scores or before it is known.
        periods: unit -> (label, answers), the latest first.
        pair: labels of the two periods that would be compared.
        groups: segment -> its commonest values with answers.
        notices: what was assumed.
        rejected: rows that cannot be used, with the commonest reasons.
        problem: why the file cannot be analyzed as things are; None when it can.
    """

    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    n_rows: int = 0
    whole: bool = True
    roles: Mapping[str, Role] = field(default_factory=dict)
    scale: str | None = None
    periods: Mapping[str, list[tuple[str, int]]] = field(default_factory=dict)
    pair: tuple[str, str] | None = None
    groups: Mapping[str, list[tuple[str, int]]] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    rejected: int = 0
    problem: VocError | None = None

    @property
    def segments(self) -> list[str]:
        """The columns taken as segments."""
        return [role.column for part, role in self.roles.items() if part.startswith("segment_")]


def look(file: Path, options: BatchOptions) -> Preview:
    """What the analysis would read in `file` under these options; what is wrong is in `problem`."""
    settings = options.to_settings().intake
    try:
        path, whole = _beginning(file)
        grids = sources.open_all(path, settings, None)
    except VocError as error:
        return Preview(problem=error)
    cells = grids[0].cells
    names = [str(name) for name in cells.columns]
    rows = [[_cell(value) for value in row] for row in cells.head(ROWS).itertuples(index=False)]
    seen = Preview(names, rows, sum(len(grid.cells) for grid in grids), whole)
    try:
        survey = read(path, settings)
    except VocError as error:
        roles = _roles(cells, settings)
        return Preview(seen.columns, seen.rows, seen.n_rows, whole, roles, problem=error)
    comments = survey.comments
    return Preview(
        columns=seen.columns,
        rows=seen.rows,
        n_rows=survey.counts.read,
        whole=whole,
        roles=survey.roles,
        scale=survey.scale.code if survey.scale is not None else None,
        periods=periods_in(comments),
        pair=_pair(comments),
        groups=groups_in(comments),
        notices=survey.notices,
        rejected=survey.counts.rejected,
    )


def periods_in(comments: pd.DataFrame) -> dict[str, list[tuple[str, int]]]:
    """Calendar periods with their answers, per unit with at least two and not too many of them."""
    found: dict[str, list[tuple[str, int]]] = {}
    if "answered_at" not in comments or comments["answered_at"].isna().all():
        return found
    units: tuple[periods.Unit, ...] = ("year", "quarter", "month", "week")
    for unit in units:
        counts = periods.calendar(comments["answered_at"], unit).value_counts()
        if 2 <= len(counts) <= MOST_PERIODS:
            found[unit] = [(str(label), int(counts[label])) for label in sorted(counts.index, reverse=True)]
    return found


def groups_in(comments: pd.DataFrame) -> dict[str, list[tuple[str, int]]]:
    """The segments' commonest values; those that two sides of a comparison cannot name are left out."""
    found = {}
    for column in comments.columns:
        if str(column).startswith("segment_"):
            counts = comments[column].value_counts().head(MOST_GROUPS)
            values = [(str(value), int(n)) for value, n in counts.items() if "," not in str(value)]
            if len(values) > 1:
                found[str(column).removeprefix("segment_")] = values
    return found


def _pair(comments: pd.DataFrame) -> tuple[str, str] | None:
    scored = comments[comments["score"].notna()]
    if scored.empty:
        return None
    try:
        before, after = periods.latest_two(scored["answered_at"])
    except VocError:
        return None
    return before.label, after.label


def _roles(cells: pd.DataFrame, settings: IntakeSettings) -> Mapping[str, Role]:
    try:
        return columns.find_roles(cells, np.zeros(len(cells), dtype=object), settings, {}).roles
    except VocError:
        return {}


def _cell(value: object) -> str:
    if value is None or value != value:
        return ""
    return shown(redact(str(value)[:2_000]).text, CELL)


def _beginning(file: Path) -> tuple[Path, bool]:
    """The file, or the beginning of a long text file up to a line's end; and whether that is all."""
    size = file.stat().st_size
    if size <= SAMPLE_BYTES:
        return file, True
    with file.open("rb") as stream:
        start = stream.read(SAMPLE_BYTES)
    if file.suffix.lower() in _TEXT and start[:2] != b"\x1f\x8b" and start[:4] != b"PK\x03\x04":
        sample = file.parent.parent / f"beginning{file.suffix.lower()}"
        sample.write_bytes(start[: start.rfind(b"\n") + 1])
        return sample, False
    if size > MOST_BYTES:
        raise VocError(
            f"Files of more than {MOST_BYTES // 1_000_000} MB of this kind are not previewed. Start the "
            "analysis: the columns are found then, or name them here.",
            code="no_preview",
            megabytes=MOST_BYTES // 1_000_000,
        )
    return file, True
