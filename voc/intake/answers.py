"""Cells by their roles -> the columns of `comments`; rows that make no sense -> rejects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from voc.errors import OptionError
from voc.intake.cells import OVERRIDES, is_missing, shown, texts
from voc.intake.dates import read_dates
from voc.intake.guess import guess_scale
from voc.intake.identity import comment_ids, made_ids
from voc.intake.numerals import numeral
from voc.intake.reasons import Reason
from voc.intake.rejects import Rejects
from voc.intake.scales import Scale, ScoreProblem, scale_of
from voc.intake.survey import Notice, Role
from voc.settings import IntakeSettings

NOTHING_GIVEN: Final = Reason("nothing_given", "neither text nor score was given")
NULL_BYTE: Final = Reason("null_byte", "holds a null byte (U+0000); the file was damaged on its way")
BAD_WEIGHT: Final = Reason("weight", "the weight is no number of 0 or more")
REPEATED: Final = Reason("repeated_id", "this id was read before; the first row with it counts")
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass
class Table:
    """All cells, each row's file and row number, and the roles of the columns."""

    cells: pd.DataFrame
    files: npt.NDArray[Any]
    rows: npt.NDArray[np.int64]
    roles: dict[str, Role]

    def column(self, part: str) -> pd.Series | None:
        """The cells of a role's column, or None when no column plays it."""
        return self.cells[self.roles[part].column] if part in self.roles else None


@dataclass(frozen=True)
class Understood:
    """The comments table, the scale of its scores, repeated ids, and what is to be told."""

    comments: pd.DataFrame
    scale: Scale | None
    duplicates: int
    notices: tuple[Notice, ...]


def understand(table: Table, settings: IntakeSettings, rejects: Rejects) -> Understood:
    """The comments that `table` holds; rows that cannot be used are added to `rejects`.

    Raises:
        OptionError: an option does not fit the content (no score on the scale, ambiguous dates).
    """
    work = _Work(table, settings, rejects)
    text = work.text()
    score, scale = work.score()
    times = work.times()
    weight = work.weight()
    work.reject((text == "").to_numpy() & np.isnan(score), "", None, NOTHING_GIVEN)
    ids, duplicates = work.ids(text, score, times)
    respondents = work.respondents(ids)
    kept = work.kept
    comments = pd.DataFrame(
        {
            "comment_id": ids,
            "respondent_id": respondents,
            "text": text.array,
            "score": score,
            "score_category": scale.categorize(score) if scale else np.full(len(score), None, dtype=object),
            "weight": weight,
            "answered_at": times.array,
            "source_row": table.rows,
            "source_file": table.files,
        }
    )
    for part, role in table.roles.items():
        if part.startswith("segment_"):
            comments[part] = work.segment(role.column)
    comments = work.redacted(comments[kept].reset_index(drop=True))
    return Understood(comments, scale, duplicates, tuple(work.notices))


class _Work:
    """One pass over the table: reads role by role and remembers which rows are still in."""

    def __init__(self, table: Table, settings: IntakeSettings, rejects: Rejects) -> None:
        self.table, self.settings, self.rejects = table, settings, rejects
        self.kept: Flags = np.ones(len(table.cells), dtype=bool)
        self.notices: list[Notice] = []

    def reject(self, bad: Flags, column: str, values: pd.Series | None, reason: str) -> None:
        """Rows flagged in `bad` that are still in go out, for `reason`."""
        places = np.flatnonzero(bad & self.kept)
        given = [""] * len(places) if values is None else values.iloc[places].tolist()
        self._put_out(places, column, given, [reason] * len(places))

    def _reject_values(self, values: pd.Series, problems: Mapping[Any, str], column: str) -> None:
        if problems:
            places = np.flatnonzero(values.isin(list(problems)).to_numpy() & self.kept)
            given = values.iloc[places].tolist()
            self._put_out(places, column, given, [problems[value] for value in given])

    def _put_out(self, places: npt.NDArray[Any], column: str, given: list[Any], reasons: list[str]) -> None:
        files, rows = self.table.files[places], self.table.rows[places].tolist()
        for file, row, value, reason in zip(files, rows, given, reasons, strict=True):
            self.rejects.add(file, row, column, value, reason)
        self.kept[places] = False

    def text(self) -> pd.Series:
        """The written answers, verbatim; empty where nothing was written."""
        column = self.table.roles["text"].column
        raw = self.table.cells[column]
        bare = texts(raw).fillna("")
        text = raw.fillna("") if pd.api.types.is_string_dtype(raw) else bare
        text = text.where(bare != "", "")
        limit = self.settings.max_characters
        lengths = text.str.len().to_numpy()
        long = Reason(
            "too_long",
            f"longer than {limit:,} characters; raise the limit or shorten it (texts are never cut)",
            limit=limit,
        )
        self.reject(lengths > limit, column, text, long)
        null = text.str.contains("\0", regex=False).to_numpy(dtype=bool)
        self.reject(null, column, text, NULL_BYTE)
        lost = int((text.str.contains("\ufffd", regex=False).to_numpy(dtype=bool) & self.kept).sum())
        if lost:  # U+FFFD stands where an earlier program could not read a letter
            told = f"{lost} comments hold U+FFFD signs: letters were lost before the file came here."
            self.notices.append(Notice("lost_letters", told, {"n": lost}))
        turned = int((text.str.contains(OVERRIDES, regex=True).to_numpy(dtype=bool) & self.kept).sum())
        if turned:
            told = (
                f"{turned} comments hold marks that turn the reading direction; they are kept, never obeyed."
            )
            self.notices.append(Notice("direction_marks", told, {"n": turned}))
        return text

    def score(self) -> tuple[Floats, Scale | None]:
        """The scores on their scale (NaN where none was given) and the scale."""
        values = self.table.column("score")
        if values is None:
            if self.settings.scale is not None:
                scale_of(self.settings.scale)  # a wrong --scale is an error even without scores
            return np.full(len(self.table.cells), np.nan), None
        role = self.table.roles["score"]
        if self.settings.scale is not None:
            scale = scale_of(self.settings.scale)
        else:
            scale, notice = guess_scale(values, role.column)
            self.notices.append(notice)
        known: dict[Any, float] = {}
        problems: dict[Any, str] = {}
        for value in values.dropna().unique():
            try:
                known[value] = scale.parse(
                    value if isinstance(value, (str, int, float, np.number)) else str(value)
                )
            except ScoreProblem as problem:
                problems[value] = problem.reason
        if problems and not any(number == number for number in known.values()):
            raise OptionError(
                f"No value of column {shown(role.column, 60)!r} fits the scale {scale.name}: "
                f"{next(iter(problems.values()))}. Pass the right --score or --scale.",
                code="no_score_fits",
                column=shown(role.column, 60),
                low=scale.low,
                high=scale.high,
            )
        self._reject_values(values, problems, role.column)
        return values.map(known).to_numpy(dtype=np.float64, na_value=np.nan), scale

    def times(self) -> pd.Series:
        """When each answer was given, UTC; NaT where not known."""
        values = self.table.column("date")
        if values is None:
            return pd.Series(pd.NaT, index=self.table.cells.index, dtype="datetime64[us, UTC]")
        column = self.table.roles["date"].column
        dated = read_dates(values, column, self.settings.date_order, self.settings.timezone)
        if dated.times.isna().all():
            reason = next(iter(dated.problems.values()), "every cell is empty")
            if self.table.roles["date"].how == "option":
                raise OptionError(f"--date {shown(column, 60)!r} holds no date: {reason}.")
            told = f"{shown(column, 60)!r} holds no date ({reason}); its rows were kept without one."
            self.notices.append(Notice("no_dates", told, {"column": shown(column, 60)}))
            return dated.times
        self._reject_values(values.map(str, na_action="ignore").str.strip(), dated.problems, column)
        missing = int((dated.times.isna().to_numpy() & self.kept).sum())
        if missing:
            told = f"{missing} rows have no date in {shown(column, 60)!r}; they belong to no period."
            self.notices.append(Notice("no_date", told, {"n": missing, "column": shown(column, 60)}))
        self.notices.extend(dated.notices)
        return dated.times

    def weight(self) -> Floats:
        """Survey weights; 1 where there is no such column."""
        values = self.table.column("weight")
        if values is None:
            return np.ones(len(self.table.cells))
        column = self.table.roles["weight"].column
        known = {value: _weight(value) for value in values.dropna().unique()}
        numbers = values.map(known).to_numpy(dtype=np.float64, na_value=np.nan)
        bad = ~(np.isfinite(numbers) & (numbers >= 0))
        self.reject(bad, column, values, BAD_WEIGHT)
        return np.where(bad, 1.0, numbers)

    def ids(self, text: pd.Series, score: Floats, times: pd.Series) -> tuple[npt.NDArray[Any], int]:
        """A unique id per comment, and the number of rows rejected for a repeated one."""
        values = self.table.column("comment_id")
        if values is None:
            return made_ids(self.table.files, self.table.rows), 0
        answers = pd.DataFrame({"source_file": self.table.files, "text": text})
        answers = answers.assign(score=score, answered_at=times.array)
        found = comment_ids(texts(values), self.table.rows, answers, self.kept)
        if found.renamed:
            told = (
                f"{found.renamed} ids stand for another answer in an earlier file; the file's name was added."
            )
            self.notices.append(Notice("renamed_ids", told, {"n": found.renamed}))
        count = int((found.repeated & self.kept).sum())
        column = self.table.roles["comment_id"].column
        self.reject(found.repeated, column, values, REPEATED)
        return found.values, count

    def respondents(self, ids: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Who answered: the respondent's id, or the comment's own where none is given."""
        values = self.table.column("respondent")
        if values is None:
            return ids
        given = texts(values)
        absent = (given.isna() | (given == "")).to_numpy(dtype=bool)
        return np.where(absent, ids, given.to_numpy(dtype=object))

    def segment(self, column: str) -> npt.NDArray[Any]:
        """A segment's values, None where missing."""
        values = texts(self.table.cells[column])
        codes, names = pd.factorize(values)
        known = np.array([*(None if is_missing(name) else name for name in names), None], dtype=object)
        return np.asarray(known[codes], dtype=object)  # code -1, a missing cell, is the None at the end

    def redacted(self, comments: pd.DataFrame) -> pd.DataFrame:
        """The comments with personal data masked in their texts, when the settings say so."""
        if not self.settings.redact:
            return comments
        from voc.intake.masking import masked

        hidden, changed = masked(comments["text"])
        if changed:
            told = f"Personal data was masked in {changed} different comments."
            self.notices.append(Notice("redacted", told, {"n": changed}))
        return comments.assign(text=hidden)


def _weight(value: object) -> float:
    if isinstance(value, str):
        found = numeral(value)
        return np.nan if found is None or found.out_of is not None else found.value
    return float(value) if isinstance(value, (int, float, np.number)) else np.nan
