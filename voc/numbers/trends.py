"""Alerts: themes that come up more often than they used to; what, since when, how many, and what to read.

Takes the `comments` (with answered_at) and `mentions` tables. Shares are of the comments with text.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from voc.intake.scales import Scale
from voc.numbers.scores import change, kind_of, sample
from voc.numbers.segments import stated
from voc.numbers.series import Unit, latest, series
from voc.numbers.watch import WINDOW, cusum
from voc.settings import NumbersSettings

BASELINE = 26  # periods that define what is usual, when there are enough; else half of them
LEAST_BASELINE = 6
LEAST_COUNT = 5  # mentions a series needs in all to be watched
PER_YEAR = {"week": 365.25 / 7, "day": 365.25}


@dataclass(frozen=True)
class Alert:
    """A theme that comes up more often than it used to.

    Attributes:
        theme, polarity: what.
        segment: value of the segment column, or None for everybody.
        since: first day of the period in which the rise began, YYYY-MM-DD.
        raised: first day of the period in which it was noticed.
        n, expected: mentions since then, and how many the baseline would have given.
        share, usual: share of comments since then, and in the baseline, in [0, 1].
        confirmed: True when four periods together stand out too (false discovery rate 1 %).
        score_change, score_p_value: change of the score since then, points, and its p-value; null
            without scores.
        early: True when the theme rose while the score had not yet moved.
        false_alarms_per_year: expected number over all watched series when nothing happens.
        comment_ids: comments to read, latest first.
    """

    theme: str
    polarity: str
    segment: str | None
    since: str
    raised: str
    n: int
    expected: float
    share: float
    usual: float
    confirmed: bool
    score_change: float | None
    score_p_value: float | None
    early: bool
    false_alarms_per_year: float
    comment_ids: tuple[str, ...]


def alerts(
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    scale: Scale | None = None,
    *,
    unit: Unit = "week",
    segment: str | None = None,
    polarities: tuple[str, ...] = ("negative",),
    settings: NumbersSettings | None = None,
) -> list[Alert]:
    """What rose above its usual level; confirmed and largest first. Empty with too short a history.

    Args:
        comments: comment_id, answered_at, text or has_text; score for `score_change`.
        mentions: comment_id, theme, polarity.
        scale: turns scores into points.
        unit: week or day.
        segment: column whose values are watched one by one; None watches everybody together.
        polarities: which mentions are watched.
        settings: seed and confidence.
    """
    settings = settings or NumbersSettings()
    if segment is None:
        return _watched(comments, mentions, scale, unit, None, polarities, settings)
    found: list[Alert] = []
    for value, group in comments.groupby(stated(comments[segment]), sort=True):
        own = mentions[mentions["comment_id"].isin(group["comment_id"])]
        found += _watched(group, own, scale, unit, str(value), polarities, settings)
    return sorted(found, key=_urgency)


def _watched(
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    scale: Scale | None,
    unit: Unit,
    segment: str | None,
    polarities: tuple[str, ...],
    settings: NumbersSettings,
) -> list[Alert]:
    counted = series(comments, mentions, unit, polarities)
    length = len(counted.starts)
    baseline = min(BASELINE, length // 2)
    kept = np.flatnonzero(counted.counts.sum(1) >= LEAST_COUNT) if length else np.zeros(0, dtype=int)
    if baseline < LEAST_BASELINE or not len(kept) or counted.totals[:baseline].sum() == 0:
        return []
    counts = counted.counts[kept]
    seen = cusum(counts, counted.totals, baseline, PER_YEAR[unit], settings.seed)
    found = []
    for i, j in enumerate(kept):
        times = np.flatnonzero(seen.alarm[i])
        if not len(times):
            continue
        first = int(times[0])
        since = baseline + int(seen.onset[i, first])
        if counts[i, since:].sum() <= seen.p0[i] * counted.totals[since:].sum():
            continue  # rose once and went back; the change points show it
        theme, polarity = counted.names[j]
        moved = _score_since(comments, counted.period, since, scale, settings.confidence)
        n, total = int(counts[i, since:].sum()), float(counted.totals[since:].sum())
        found.append(
            Alert(
                theme=theme,
                polarity=polarity,
                segment=segment,
                since=f"{counted.starts[since]:%Y-%m-%d}",
                raised=f"{counted.starts[baseline + first]:%Y-%m-%d}",
                n=n,
                expected=float(seen.p0[i] * total),
                share=n / total,
                usual=float(seen.p0[i]),
                confirmed=bool(seen.confirmed[i, first : first + WINDOW].any()),
                score_change=None if moved is None else moved[0],
                score_p_value=None if moved is None else moved[1],
                early=moved is not None and not (moved[1] < 1 - settings.confidence and moved[0] < 0),
                false_alarms_per_year=seen.rate,
                comment_ids=latest(comments, mentions, theme, polarity, counted.period >= since),
            )
        )
    return sorted(found, key=_urgency)


def _urgency(alert: Alert) -> tuple[bool, float, str, str, str]:
    surplus = (alert.n - alert.expected) / max(alert.expected, 1.0) ** 0.5
    return not alert.confirmed, -surplus, alert.theme, alert.polarity, alert.segment or ""


def _score_since(
    comments: pd.DataFrame, period: np.ndarray, since: int, scale: Scale | None, confidence: float
) -> tuple[float, float] | None:
    """Change of the score from before period `since` to after it, and its p-value."""
    if scale is None or "score" not in comments.columns:
        return None
    score = pd.to_numeric(comments["score"], errors="coerce").to_numpy(dtype=np.float64)
    sides = [~np.isnan(score) & (period >= 0) & side for side in (period < since, period >= since)]
    if not all(side.any() for side in sides):
        return None
    groups = [
        sample(scale.contributions(score[side]), kind=kind_of(scale), width=scale.high - scale.low)
        for side in sides
    ]
    moved = change(groups[0], groups[1], confidence)
    return moved.value, moved.p_value
