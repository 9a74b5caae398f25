"""What is compared with what: the sides the user named, or the two latest periods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from voc.errors import InputError, OptionError
from voc.intake import periods
from voc.intake.scales import Scale
from voc.intake.survey import Notice
from voc.numbers import drivers, labels_file, scores, trends
from voc.numbers.contradiction import Contradiction, contradictions
from voc.numbers.drivers import Driver
from voc.numbers.history import Digest, digest_of
from voc.numbers.movement import Movement, between
from voc.numbers.split import Split, two_periods, two_segments
from voc.numbers.trends import Alert
from voc.settings import NumbersSettings
from voc.taxonomy import Taxonomy

MOST_PERIODS: Final = 16  # points of the score's line
LEAST_IN_PERIOD: Final = 10  # answers under which a period has no point
UNITS: Final[tuple[periods.Unit, ...]] = ("week", "month", "quarter", "year")


@dataclass(frozen=True)
class Comparison:
    """The chosen sides, or none, and what was assumed in choosing.

    Attributes:
        split: the two sides; None when there is nothing to compare.
        notices: what a reader should know about the choice.
    """

    split: Split | None
    notices: tuple[Notice, ...] = ()


def choose(comments: pd.DataFrame, settings: NumbersSettings) -> Comparison:
    """The sides to compare.

    Two periods or two segments as the settings name them; where they name none, the two latest
    neighboring calendar periods with enough answers, and a notice that says which.

    Args:
        comments: needs score; answered_at or the segment column, as asked.
        settings: before and after, or compare.

    Raises:
        OptionError: half a comparison, both kinds at once, an unknown column or period.
        InputError: a side has no answer.
    """
    scored = _scored(comments)
    if settings.compare is not None:
        if settings.before is not None or settings.after is not None:
            raise OptionError("Give either --before and --after, or --compare; not both.")
        return Comparison(_segments(comments, settings.compare))
    if (settings.before is None) != (settings.after is None):
        given, lacking = ("--before", "--after") if settings.after is None else ("--after", "--before")
        raise OptionError(f"{given} is given without {lacking}; a comparison needs both periods.")
    if settings.before is not None and settings.after is not None:
        if "answered_at" not in comments or comments["answered_at"].isna().all():
            raise OptionError(
                "Two periods cannot be compared: no row has a date. Name the date column with --date."
            )
        sides = [periods.parse(side, settings.timezone) for side in (settings.before, settings.after)]
        split = two_periods(sides[0], sides[1])
        split.sides(scored)
        return Comparison(split)
    return _latest(scored, settings.timezone)


def _scored(comments: pd.DataFrame) -> pd.DataFrame:
    """The answers with a score, without their texts: of a million answers, texts are half a gigabyte."""
    used = [name for name in ("score", "answered_at", "weight", "respondent_id") if name in comments]
    return comments.loc[comments["score"].notna(), used]


def _segments(comments: pd.DataFrame, compare: str) -> Split:
    split = two_segments(compare)
    column = split.column if split.column in comments.columns else f"segment_{split.column}"
    if column not in comments.columns:
        known = [
            str(name).removeprefix("segment_")
            for name in comments.columns
            if str(name).startswith("segment_")
        ]
        raise OptionError(
            f"--compare names the column {split.column!r}, which is not a segment; "
            f"segments are: {', '.join([*known, 'language'])}. Add it with --segment {split.column!r}."
        )
    return replace(split, column=column)


def _latest(scored: pd.DataFrame, timezone: str) -> Comparison:
    if scored.empty or "answered_at" not in scored or scored["answered_at"].isna().all():
        reason = "no row has a score" if scored.empty else "no row has a date"
        values = {"told": "nothing_compared_scores" if scored.empty else "nothing_compared_dates"}
        return Comparison(None, (Notice("nothing_compared", f"Nothing is compared: {reason}.", values),))
    try:
        before, after = periods.latest_two(scored["answered_at"], timezone)
        split = two_periods(before, after)
        split.sides(scored)
    except InputError as error:
        return Comparison(None, (Notice("nothing_compared", f"Nothing is compared. {error}"),))
    return Comparison(
        split,
        (
            Notice(
                "periods_chosen",
                f"No periods were named; the two latest with enough answers are compared: {before.label} "
                f"and {after.label}. Choose others with --before and --after.",
                {"before": f"@period {before.label}", "after": f"@period {after.label}"},
            ),
        ),
    )


def with_periods(comments: pd.DataFrame, split: Split | None) -> pd.DataFrame:
    """The comments with `period`: the side's name on the two sides, the calendar quarter elsewhere."""
    if "answered_at" in comments and comments["answered_at"].notna().any():
        period = periods.calendar(comments["answered_at"], "quarter")
    else:
        period = pd.Series([None] * len(comments), index=comments.index, dtype=object)
    if split is not None:
        side = split.sides(comments)
        period = period.mask(side == 0, split.before).mask(side == 1, split.after)
    return comments.assign(period=np.asarray(period, dtype=object))


@dataclass(frozen=True)
class Point:
    """The score of one calendar period, points, with its 95 % interval and number of answers."""

    period: str
    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Numbers:
    """All that the numbers room says about one survey.

    Attributes:
        comparison: the sides.
        overall: the score of all answers; None without scores.
        movement: why the two sides differ; None without two sides.
        drivers: what goes with high and low scores now, strongest first.
        series: the score over the calendar, oldest first; empty without dates.
        contradictions: per language, how often score and text say opposite things.
        alerts: themes that come up more often than they used to; empty without dates.
        digest: what the latest day brought; None without dates.
    """

    comparison: Comparison
    overall: scores.Estimate | None
    movement: Movement | None
    drivers: tuple[Driver, ...]
    alerts: tuple[Alert, ...]
    contradictions: tuple[Contradiction, ...] = ()
    series: tuple[Point, ...] = ()
    digest: Digest | None = None


def measure(
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    comparison: Comparison,
    scale: Scale | None,
    taxonomy: Taxonomy,
    settings: NumbersSettings,
) -> Numbers:
    """The score, its movement and its drivers; empty where there are no scores.

    Drivers are those of the later side where two periods are compared: the level now.
    """
    scored = _scored(comments)
    dated = "answered_at" in comments and comments["answered_at"].notna().any()
    columns = tuple(str(c) for c in comments.columns if c == "language" or str(c).startswith("segment_"))
    risen: tuple[Alert, ...] = ()
    today = digest_of(comments, mentions) if dated else None
    if dated:
        risen = tuple(trends.everywhere(comments, mentions, scale, segments=columns, settings=settings))
    if scale is None or scored.empty:
        return Numbers(comparison, None, None, (), risen, digest=today)
    overall = _estimate(scored, scale, settings)
    parents = {theme.id: theme.parent for theme in taxonomy.leaves}
    split = comparison.split
    moved = None
    labels = labels_file.read(settings.labels, taxonomy) if settings.labels is not None else None
    if split is not None:
        moved = between(comments, mentions, split, scale, parents=parents, settings=settings, labels=labels)
    now = comments if split is None or split.spans is None else comments[split.sides(comments) == 1]
    levels = drivers.rank(
        now,
        mentions[mentions["comment_id"].isin(now["comment_id"])],
        scale,
        parents=parents,
        settings=settings,
        labels=labels,
    )
    against = contradictions(
        comments["score"].to_numpy(dtype=np.float64),
        comments["p_negative"].to_numpy(dtype=np.float64),
        comments["p_positive"].to_numpy(dtype=np.float64),
        list(comments["language"]),
        bounds=(scale.low, scale.high),
    )
    series = _series(scored, scale, settings) if dated else ()
    return Numbers(comparison, overall, moved, tuple(levels), risen, tuple(against), series, today)


def _estimate(scored: pd.DataFrame, scale: Scale, settings: NumbersSettings) -> scores.Estimate:
    answers = scores.sample(
        scale.contributions(scored["score"].to_numpy(dtype=np.float64)),
        scored["weight"].to_numpy(dtype=np.float64),
        list(scored["respondent_id"]),
        scores.kind_of(scale),
        scale.high - scale.low,
    )
    return scores.estimate(answers, settings.confidence)


def _series(scored: pd.DataFrame, scale: Scale, settings: NumbersSettings) -> tuple[Point, ...]:
    """The finest of weeks, months, quarters and years with at most `MOST_PERIODS` periods."""
    labels = pd.Series(dtype=object)
    for unit in UNITS:
        labels = periods.calendar(scored["answered_at"], unit, settings.timezone)
        if labels.nunique() <= MOST_PERIODS:
            break
    found = []
    for period, rows in scored.groupby(labels.to_numpy(dtype=object), sort=True):
        if len(rows) >= LEAST_IN_PERIOD:
            one = _estimate(rows, scale, settings)
            found.append(Point(str(period), one.value, one.low, one.high, one.n))
    return tuple(found[-MOST_PERIODS:])


def turned(numbers: Numbers) -> tuple[Notice, ...]:
    """A warning for each language whose scores seem to have been given on a reversed scale."""
    return tuple(
        Notice(
            "reversed_suspected",
            f"Scores of {one.n:,} answers in {one.language!r} run against their texts (rank correlation "
            f"{one.correlation:+.2f}, {one.low:+.2f} to {one.high:+.2f}): their scale may be reversed, as "
            "right-to-left rating widgets sometimes are. Check it; a leading minus reverses: --scale=-nps.",
            {"n": one.n, "language": f"@language_{one.language}", "correlation": float(one.correlation)},
        )
        for one in numbers.contradictions
        if one.reversed_suspected
    )
