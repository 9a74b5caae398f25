"""Which answers stand against which: two periods, two segments, or a period against a target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from voc.errors import InputError, OptionError
from voc.intake import periods
from voc.intake.periods import Period
from voc.numbers.matrices import Ints


@dataclass(frozen=True)
class Split:
    """The two sides of a comparison.

    Attributes:
        before, after: names of the sides, as readers see them.
        column: column whose values are the names; or whose times fall into `spans`.
        spans: the two periods when the sides are spans of time.
        target: score to reach, points; then `before` is its name and has no answers.
    """

    before: str
    after: str
    column: str = "period"
    spans: tuple[Period, Period] | None = None
    target: float | None = None

    @property
    def is_time(self) -> bool:
        """True when the sides are periods (also a period against a target)."""
        return self.spans is not None or self.column == "period" or self.target is not None

    def sides(self, comments: pd.DataFrame) -> Ints:
        """(n,) 0 before, 1 after, -1 neither.

        Raises:
            OptionError: the column is not there.
            InputError: one side has no answer.
        """
        if self.column not in comments.columns:
            raise OptionError(
                f"The comparison needs the column {self.column!r}; "
                f"the comments have {', '.join(map(str, comments.columns))}."
            )
        values = comments[self.column]
        if self.spans is not None:
            times = pd.to_datetime(values, utc=True)
            inside = [span.holds(times).to_numpy(dtype=bool) for span in self.spans]
        else:
            text = values.astype(str).to_numpy(dtype=object)
            inside = [np.asarray(text == self.before), np.asarray(text == self.after)]
        if self.target is not None:
            inside[0] = np.zeros(len(comments), dtype=bool)
        side = np.where(inside[1], 1, np.where(inside[0], 0, -1)).astype(np.int64)
        for wave, name in ((0, self.before), (1, self.after)):
            if not (side == wave).any() and not (wave == 0 and self.target is not None):
                raise InputError(
                    f"No answer falls on the side {name!r} of the comparison.{self._seen(values)}"
                )
        return side

    def _seen(self, values: pd.Series) -> str:
        if self.spans is not None:
            times = pd.to_datetime(values, utc=True).dropna()
            if times.empty:
                return " No answer has a date."
            return f" Dates run from {times.min():%Y-%m-%d} to {times.max():%Y-%m-%d}."
        names = [str(value) for value in values.dropna().unique()[:12]]
        return f" {self.column} holds: {', '.join(names)}."


def two_periods(before: str | Period, after: str | Period, column: str = "answered_at") -> Split:
    """Two spans of time, given as `2024-Q1`, `2024-03`, `2024-W07`, `2024` or `A..B`.

    Raises:
        OptionError: a period cannot be read, or the two overlap.
    """
    first, second = (periods.parse(p) if isinstance(p, str) else p for p in (before, after))
    if first.start < second.end and second.start < first.end:
        raise OptionError(f"The periods {first.label} and {second.label} overlap; choose two that do not.")
    return Split(first.label, second.label, column, spans=(first, second))


def two_segments(compare: str) -> Split:
    """Two values of one column, given as `COLUMN=A,B`.

    Raises:
        OptionError: the text does not have that form, or both sides are the same.
    """
    column, sign, names = compare.partition("=")
    sides = [name.strip() for name in names.split(",")]
    if not sign or len(sides) != 2 or not all(sides) or not column.strip():
        raise OptionError(
            f"--compare {compare!r} is not of the form COLUMN=A,B, for example channel=app,branch."
        )
    if sides[0] == sides[1]:
        raise OptionError(f"--compare {compare!r} names the same group twice.")
    return Split(sides[0], sides[1], column.strip())


def to_target(target: float, period: str | Period, column: str = "answered_at") -> Split:
    """A span of time against a score to reach (points; it has no interval of its own)."""
    span = periods.parse(period) if isinstance(period, str) else period
    return Split(f"target {target:g}", span.label, column, spans=(span, span), target=float(target))
