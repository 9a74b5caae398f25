"""Files, exports and frames -> the `comments` table, with every unusable row in `rejects`.

Takes: paths, frames or rows. Gives: `Survey` (comments, rejects, counts, scale, roles, notices).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from voc.errors import InputError
from voc.intake import answers, columns, sources
from voc.intake.cells import shown, texts
from voc.intake.exports import question_in
from voc.intake.rejects import Rejects
from voc.intake.survey import Counts, Grid, Notice, Role, Survey
from voc.settings import IntakeSettings

__all__ = ["Counts", "Notice", "Role", "Survey", "read"]


def read(
    sources_: Any, settings: IntakeSettings | None = None, progress: sources.Progress | None = None
) -> Survey:
    """One survey from one or many sources.

    Args:
        sources_: a path, a pandas or polars frame, a list of dicts, or a list of paths or frames.
        settings: columns, scale, date order, limits; defaults find what they can and say so.
        progress: told (sources read, sources in all) after each source.

    Returns:
        The comments in the order read; ``counts.read == counts.analyzed + counts.rejected``.

    Raises:
        InputError: a source cannot be read, or no row of it can be used.
        OptionError: an option names no column or scale, or dates are ambiguous.
    """
    settings = settings or IntakeSettings()
    grids = sources.open_all(sources_, settings, progress)
    cells, files, rows, notices = _joined(grids)
    questions = {name: text for grid in reversed(grids) for name, text in grid.questions.items()}
    found = columns.find_roles(cells, files, settings, questions)
    rejects = Rejects(redact=settings.redact)
    for grid in grids:
        for row, value, reason in grid.faulty:
            rejects.add(grid.name, row, "", value, reason)
    table = answers.Table(cells, files, rows, found.roles)
    result = answers.understand(table, settings, rejects)
    if result.comments.empty:
        raise InputError(
            f"None of the {len(cells) + sum(len(g.faulty) for g in grids):,} rows can be used: "
            f"{rejects.summary()}. Check what the columns were taken for (--text, --score, --date).",
            code="no_row",
            n=len(rejects.entries),
        )
    counts = Counts(
        read=len(cells) + sum(len(grid.faulty) for grid in grids),
        analyzed=len(result.comments),
        rejected=len(rejects.entries),
        without_text=int((result.comments["text"] == "").sum()),
        duplicates=result.duplicates,
    )
    asked = found.roles["text"].column
    question = settings.question or questions.get(asked) or question_in(asked)
    told = (*notices, *found.notices, *_guesses(found.roles), *result.notices)
    return Survey(result.comments, rejects.frame(), counts, result.scale, found.roles, told, question)


def _joined(
    grids: list[Grid],
) -> tuple[pd.DataFrame, np.ndarray[Any, Any], np.ndarray[Any, Any], list[Notice]]:
    """All sources' cells one below the other, with each row's file and row number."""
    notices = [notice for grid in grids for notice in grid.notices]
    files = np.concatenate([np.full(len(grid.cells), grid.name, dtype=object) for grid in grids])
    rows = np.concatenate([np.asarray(grid.rows, dtype=np.int64) for grid in grids])
    if len(grids) == 1:
        return grids[0].cells, files, rows, notices
    shared = set.intersection(*(set(grid.cells.columns) for grid in grids))
    for grid in grids:
        own = [name for name in grid.cells.columns if name not in shared]
        if own:
            few = [shown(name, 40) for name in own[:8]]
            told = f"Only some files have these columns, {grid.name} among them: {', '.join(map(repr, few))}."
            notices.append(Notice("other_columns", told, {"file": grid.name, "columns": few}))
    return pd.concat(_of_one_kind(grids), ignore_index=True), files, rows, notices


def _of_one_kind(grids: list[Grid]) -> list[pd.DataFrame]:
    """The grids' cells; a column that is text here and numbers there becomes text everywhere."""
    kinds: dict[str, set[str]] = {}
    for grid in grids:
        for name, kind in grid.cells.dtypes.items():
            kinds.setdefault(str(name), set()).add(str(kind))
    mixed = {name for name, found in kinds.items() if len(found) > 1}
    return [
        grid.cells.assign(**{name: texts(grid.cells[name]) for name in mixed & set(grid.cells.columns)})
        for grid in grids
    ]


def _guesses(roles: dict[str, Role]) -> list[Notice]:
    guessed = {part: role for part, role in roles.items() if role.how != "option"}
    if not guessed:
        return []
    parts = []
    for part, role in guessed.items():
        doubt = "" if role.sure or part.startswith("segment_") else ", not certain"
        title = "segment" if part.startswith("segment_") else part.replace("_", " ")
        parts.append(f"{title} = {shown(role.column, 60)!r} ({role.how}{doubt})")
    told = f"Columns were found by name or content: {'; '.join(parts)}."
    return [Notice("roles", told, {"columns": [shown(role.column, 60) for role in guessed.values()]})]
