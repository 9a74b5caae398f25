"""The named tables handed from room to room: their columns, units and the check at the door.

`comments`  one row per respondent who was read (also those who wrote nothing)
`mentions`  one row per comment x theme x polarity, with the evidence span
`rejects`   one row per input row that could not be used, with the reason
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from voc.errors import InputError


@dataclass(frozen=True)
class Column:
    """One column: its kind (text, number, integer, time), unit or meaning, and allowed range."""

    kind: str
    meaning: str
    low: float | None = None
    high: float | None = None
    nullable: bool = True


COMMENTS: Final[dict[str, Column]] = {
    "comment_id": Column("text", "unique id of the answer or post", nullable=False),
    "respondent_id": Column("text", "who answered; repeats mean the same person", nullable=False),
    "text": Column("text", "what was written, verbatim; empty when nothing was", nullable=False),
    "language": Column("text", "ar, en, ar-Latn, mixed or und"),
    "p_language": Column("number", "probability of that language", 0, 1),
    "score": Column("number", "what the customer gave, in the scale's own units"),
    "score_category": Column("text", "promoter/passive/detractor, or the scale's own categories"),
    "weight": Column("number", "survey weight", 0, nullable=False),
    "answered_at": Column("time", "UTC"),
    "period": Column("text", "before, after, or the calendar period the answer falls in"),
    "p_negative": Column("number", "probability", 0, 1),
    "p_neutral": Column("number", "probability", 0, 1),
    "p_positive": Column("number", "probability", 0, 1),
    "sentiment": Column("text", "negative, neutral, positive or unsure"),
    "reason_without_theme": Column("text", "empty, vague, off_topic, or null when a theme was found"),
    "source_row": Column("integer", "1-based data row in the source file", 1),
    "model": Column("text", "models that labeled it; two sides of a comparison must agree"),
}

MENTIONS: Final[dict[str, Column]] = {
    "comment_id": Column("text", "the comment", nullable=False),
    "theme": Column("text", "id from the taxonomy", nullable=False),
    "polarity": Column("text", "negative, neutral or positive", nullable=False),
    "p_theme": Column("number", "probability that the theme is there", 0, 1),
    "p_polarity": Column("number", "probability of that polarity", 0, 1),
    "start": Column("integer", "first character of the evidence in the verbatim text", 0),
    "end": Column("integer", "one past the last character of the evidence", 0),
    "language": Column("text", "of the clause it was found in: ar, en, ar-Latn, mixed or und"),
    "origin": Column("text", "model, rule or analyst"),
}

REJECTS: Final[dict[str, Column]] = {
    "source_file": Column("text", "file name or <frame>", nullable=False),
    "source_row": Column("integer", "1-based data row in that file", 1),
    "column": Column("text", "the column at fault, or empty"),
    "value": Column("text", "what came, shortened to 200 characters"),
    "reason": Column("text", "why the row cannot be used and what would fix it", nullable=False),
    "code": Column("text", "the reason's stable name; empty when it has none"),
    "details": Column("text", "the values in the reason, as a JSON object"),
}

TABLES: Final[dict[str, dict[str, Column]]] = {
    "comments": COMMENTS,
    "mentions": MENTIONS,
    "rejects": REJECTS,
}


def empty(name: str) -> pd.DataFrame:
    """The named table with its columns and no rows."""
    dtypes = {"text": "object", "number": "float64", "integer": "int64"}
    return pd.DataFrame(
        {
            column: pd.Series(dtype=dtypes.get(spec.kind, "datetime64[us, UTC]"))
            for column, spec in TABLES[name].items()
        }
    )


def check(name: str, frame: pd.DataFrame, need: tuple[str, ...]) -> pd.DataFrame:
    """`frame` itself, after checking that the named table's columns are there and in range.

    Args:
        name: `comments`, `mentions` or `rejects`.
        frame: the table; extra columns (segments, an application's own) are left alone.
        need: columns that must be present at this point of the path.

    Raises:
        InputError: a column is missing, has holes it must not have, or leaves its range.
    """
    missing = [column for column in need if column not in frame.columns]
    if missing:
        raise InputError(
            f"The {name} table lacks {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}. "
            "Rename or add the missing columns."
        )
    for column, spec in TABLES[name].items():
        if column not in frame.columns:
            continue
        values = frame[column]
        if not spec.nullable and values.isna().any():
            row = int(values.isna().to_numpy().argmax())
            raise InputError(f"{name}.{column} is missing in row {row + 1}; every row needs it.")
        if spec.kind not in ("number", "integer"):
            continue
        numbers = pd.to_numeric(values, errors="coerce")
        bad = numbers.isna() & values.notna()
        if spec.low is not None:
            bad |= numbers < spec.low
        if spec.high is not None:
            bad |= numbers > spec.high
        if bad.any():
            row = int(bad.to_numpy().argmax())
            limits = f"{spec.low} to {spec.high}" if spec.high is not None else f"at least {spec.low}"
            raise InputError(
                f"{name}.{column} is {values.iloc[row]!r} in row {row + 1}; a number "
                f"({limits if spec.low is not None else 'any'}) was expected."
            )
    return frame
