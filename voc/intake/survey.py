"""What reading gives: the comments, the rows that could not be used, and what was assumed on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from voc.intake.scales import Scale

How = Literal["option", "name", "content"]


@dataclass(frozen=True)
class Role:
    """The column that plays a part, how it was found, and whether that leaves no doubt."""

    column: str
    how: How
    sure: bool


@dataclass(frozen=True)
class Notice:
    """Something the reader assumed, skipped or found odd.

    Attributes:
        code: a stable name; `told_CODE` in the wording says it in each language.
        message: for people who read English.
        values: what a sentence of that name is filled with: texts, numbers or lists of them. A text
            that begins with "@" names a word of the wording: "@role_score". `told` is the sentence's
            own name where that is not the code's.
    """

    code: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Counts:
    """Rows by fate. Always ``read == analyzed + rejected``."""

    read: int
    analyzed: int
    rejected: int
    without_text: int  # a part of analyzed: a score without a comment still counts
    duplicates: int  # a part of rejected: repeated ids


@dataclass(frozen=True)
class Survey:
    """One or many files read as one survey.

    `comments` has the columns comment_id, respondent_id, text, score, score_category, weight,
    answered_at, source_row, source_file, and one segment_NAME per segment, in the order read.
    `roles` maps text, score, date, comment_id, respondent, weight and segment_NAME to their columns.
    """

    comments: pd.DataFrame
    rejects: pd.DataFrame
    counts: Counts
    scale: Scale | None
    roles: Mapping[str, Role]
    notices: tuple[Notice, ...] = ()
    question: str | None = None


@dataclass(frozen=True)
class Grid:
    """One source as a table of cells, before anything is understood.

    `rows` holds each line's 1-based data row in the source; `faulty` the rows that could not even
    be cut into cells, as (source_row, value, reason); `questions` the full question of a column.
    """

    name: str
    cells: pd.DataFrame
    rows: list[int] | range
    faulty: tuple[tuple[int, str, str], ...] = ()
    questions: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    tool: str | None = None
