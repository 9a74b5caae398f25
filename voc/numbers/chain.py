"""A chain of periods: one movement per step, and steps that add up to the whole.

Scores telescope, so the steps' changes sum to the change from the first period to the last, and so do
the parts. A part summed over the steps is not forced to equal the part of the direct comparison; the
difference is reported as `gap`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from voc.errors import InputError
from voc.intake import periods as calendars
from voc.intake.periods import Period, Unit
from voc.intake.scales import Scale
from voc.numbers.movement import Movement, between
from voc.numbers.split import Split, two_periods
from voc.settings import NumbersSettings

LEAST_ANSWERS = 2  # scores a period needs to be a link of the chain


@dataclass(frozen=True)
class Chain:
    """Consecutive movements over P periods.

    Attributes:
        periods: labels of the P periods.
        steps: P - 1 movements, each from one period to the next.
        totals: part id -> (P - 1) points; a part that a step does not have counts 0 there.
        whole: part id -> sum over the steps; these sum to the change from first to last period.
        gap: part id -> `whole` minus the part of the direct comparison of first and last period.
        left_out: calendar periods between first and last that had too few answers to be a link.
    """

    periods: tuple[str, ...]
    steps: tuple[Movement, ...]
    totals: dict[str, tuple[float, ...]]
    whole: dict[str, float]
    gap: dict[str, float]
    left_out: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """The heat map: one row per part, one column per step (named by its later period), points."""
        frame = pd.DataFrame(self.totals, index=list(self.periods[1:])).T
        frame.index.name = "part"
        return frame

    def named(self) -> pd.DataFrame:
        """The same shape as `to_frame`: True where the part can be told from zero in that step."""
        held = [{part.id for part in step.named} for step in self.steps]
        rows = {part: [part in step for step in held] for part in self.totals}
        frame = pd.DataFrame(rows, index=list(self.periods[1:])).T
        frame.index.name = "part"
        return frame


def chain(
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    scale: Scale,
    *,
    unit: Unit = "month",
    column: str = "answered_at",
    parents: Mapping[str, str | None] | None = None,
    settings: NumbersSettings | None = None,
) -> Chain:
    """Movements from each calendar period with answers to the next.

    Args:
        comments: comment_id, score and times in `column`.
        mentions: comment_id, theme, polarity.
        scale: turns scores into points.
        unit: day, week, month, quarter or year.
        column: column of the times.
        parents: theme -> parent theme.
        settings: as for `between`.

    Raises:
        InputError: fewer than two periods have answers with a score.
    """
    scored = comments[pd.to_numeric(comments["score"], errors="coerce").notna()]
    labels = calendars.calendar(pd.to_datetime(scored[column], utc=True), unit)
    counts = labels.dropna().value_counts()
    spans = sorted((calendars.parse(str(label)) for label in counts.index), key=lambda span: span.start)
    links = [span for span in spans if counts[span.label] >= LEAST_ANSWERS]
    if len(links) < 2:
        raise InputError(
            f"A chain needs two periods with at least {LEAST_ANSWERS} scores each; "
            f"there are {len(links)} by {unit}."
        )

    def compare(first: Period, second: Period) -> Movement:
        split: Split = two_periods(first, second, column)
        return between(comments, mentions, split, scale, parents=parents, settings=settings)

    steps = tuple(compare(first, second) for first, second in pairwise(links))
    direct = compare(links[0], links[-1]) if len(links) > 2 else steps[0]
    names = list(dict.fromkeys(part.id for step in (*steps, direct) for part in step.parts))
    totals = {name: tuple(_total(step, name) for step in steps) for name in names}
    whole = {name: sum(values) for name, values in totals.items()}
    return Chain(
        periods=tuple(link.label for link in links),
        steps=steps,
        totals=totals,
        whole=whole,
        gap={name: whole[name] - _total(direct, name) for name in names},
        left_out=tuple(span.label for span in spans if span not in links),
    )


def _total(movement: Movement, name: str) -> float:
    return sum(part.total for part in movement.parts if part.id == name)
