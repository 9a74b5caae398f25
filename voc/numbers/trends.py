"""Alerts: themes that come up more often than they used to; what, since when, how many, and what to read.

Takes the `comments` (with answered_at) and `mentions` tables. Shares are of the comments with text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from voc.intake.scales import Scale
from voc.numbers.scores import change, kind_of, sample
from voc.numbers.segments import stated
from voc.numbers.series import Series, Unit, latest, series
from voc.numbers.watch import RATE_PER_YEAR, WINDOW, Watched, cusum
from voc.settings import NumbersSettings

BASELINE = 26  # periods that define what is usual, when there are enough; else half of them
LEAST_BASELINE = 6
LEAST_COUNT = 5  # mentions a series needs in all to be watched
LEAST_IN_SEGMENT, MOST_SEGMENTS = 200, 12  # comments a segment needs to be watched; segments per column
PER_YEAR = {"week": 365.25 / 7, "day": 365.25}


@dataclass(frozen=True)
class Alert:
    """A theme that comes up more often than it used to.

    Attributes:
        theme, polarity: what.
        column, segment: segment column and its value, or None for everybody.
        since: first day of the period in which the rise began, YYYY-MM-DD.
        raised: first day of the period in which it was noticed.
        n, expected: mentions since then, and how many the baseline would have given.
        share, usual: share of comments since then, and in the baseline, in [0, 1].
        confirmed: True when four periods together stand out too (false discovery rate 1 %).
        score_change, score_p_value: change of the score since then, points, and its p-value; null
            without scores.
        early: True when the theme rose while the score had not yet moved.
        false_alarms_per_year: expected number over everything that was watched together when nothing
            happens.
        comment_ids: comments to read, latest first.
    """

    theme: str
    polarity: str
    column: str | None
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
    watch = _Watch(scale, unit, polarities, settings or NumbersSettings())
    if segment is None:
        return _stated([watch.over(comments, mentions, RATE_PER_YEAR)])
    return _stated(watch.within(comments, mentions, segment, RATE_PER_YEAR))


def everywhere(
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    scale: Scale | None = None,
    *,
    segments: tuple[str, ...] = (),
    settings: NumbersSettings | None = None,
) -> list[Alert]:
    """Weekly alerts for everybody and within the values of the segment columns, most urgent first.

    All segments together may raise as many false alarms as everybody does, so the stated rate is at most
    twice that of one look, however many segments there are. A segment's alert is listed where everybody
    has none for that theme, or where it stands out further there: it says where to look.

    Args:
        comments: comment_id, answered_at, text or has_text, the segment columns; score for `score_change`.
        mentions: comment_id, theme, polarity.
        scale: turns scores into points.
        segments: columns whose values are watched one by one.
        settings: seed and confidence.
    """
    watch = _Watch(scale, "week", ("negative",), settings or NumbersSettings())
    looks = [watch.over(comments, mentions, RATE_PER_YEAR)]
    whole = {(one.theme, one.polarity): _surplus(one) for one in looks[0].alerts}
    count = max(sum(len(_values(comments, column)) for column in segments), 1)
    for column in segments:
        for look in watch.within(comments, mentions, column, RATE_PER_YEAR / count):
            own = [one for one in look.alerts if _surplus(one) > whole.get((one.theme, one.polarity), 0.0)]
            looks.append(replace(look, alerts=own))
    return _stated(looks)


@dataclass(frozen=True)
class _Look:
    """Alerts of one group of comments, and the false alarms a year expected of it."""

    alerts: list[Alert]
    rate: float


def _stated(looks: list[_Look]) -> list[Alert]:
    """The alerts, most urgent first, each with the expected false alarms of all that was watched."""
    total = float(sum(look.rate for look in looks))
    found = [replace(one, false_alarms_per_year=total) for look in looks for one in look.alerts]
    return sorted(found, key=_urgency)


def _values(comments: pd.DataFrame, column: str) -> list[str]:
    """Values of a segment column with enough comments to be watched on their own, most frequent first."""
    counts = stated(comments[column]).value_counts()
    return [str(value) for value in counts.index[counts >= LEAST_IN_SEGMENT][:MOST_SEGMENTS]]


@dataclass(frozen=True)
class _Watch:
    """How to watch: see `alerts`."""

    scale: Scale | None
    unit: Unit
    polarities: tuple[str, ...]
    settings: NumbersSettings

    def within(self, comments: pd.DataFrame, mentions: pd.DataFrame, column: str, rate: float) -> list[_Look]:
        """One look per value of a segment column."""
        looks = []
        for value in _values(comments, column):
            group = comments[stated(comments[column]) == value]
            own = mentions[mentions["comment_id"].isin(group["comment_id"])]
            look = self.over(group, own, rate)
            named = [replace(one, column=column, segment=value) for one in look.alerts]
            looks.append(replace(look, alerts=named))
        return looks

    def over(self, comments: pd.DataFrame, mentions: pd.DataFrame, rate: float) -> _Look:
        """The alerts of one group; `rate` false alarms per series and year."""
        counted = series(comments, mentions, self.unit, self.polarities)
        length = len(counted.starts)
        baseline = min(BASELINE, length // 2)
        kept = np.flatnonzero(counted.counts.sum(1) >= LEAST_COUNT) if length else np.zeros(0, dtype=int)
        if baseline < LEAST_BASELINE or not len(kept) or counted.totals[:baseline].sum() == 0:
            return _Look([], 0.0)
        counts = counted.counts[kept]
        seen = cusum(counts, counted.totals, baseline, PER_YEAR[self.unit], self.settings.seed, rate)
        found = []
        for i in np.flatnonzero(seen.alarm.any(1)):
            first = int(np.flatnonzero(seen.alarm[i])[0])
            since = baseline + int(seen.onset[i, first])
            if counts[i, since:].sum() <= seen.p0[i] * counted.totals[since:].sum():
                continue  # rose once and went back; the change points show it
            found.append(self._alert(comments, mentions, counted, seen, int(i), int(kept[i]), first, since))
        return _Look(found, seen.rate)

    def _alert(
        self,
        comments: pd.DataFrame,
        mentions: pd.DataFrame,
        counted: Series,
        seen: Watched,
        i: int,
        row: int,
        first: int,
        since: int,
    ) -> Alert:
        """The alert of series `row`, the `i`-th watched, raised `first` periods into the watch."""
        theme, polarity = counted.names[row]
        baseline = len(counted.starts) - seen.alarm.shape[1]
        confidence = self.settings.confidence
        moved = _score_since(comments, counted.period, since, self.scale, confidence)
        n, total = int(counted.counts[row, since:].sum()), float(counted.totals[since:].sum())
        return Alert(
            theme=theme,
            polarity=polarity,
            column=None,
            segment=None,
            since=f"{counted.starts[since]:%Y-%m-%d}",
            raised=f"{counted.starts[baseline + first]:%Y-%m-%d}",
            n=n,
            expected=float(seen.p0[i] * total),
            share=n / total,
            usual=float(seen.p0[i]),
            confirmed=bool(seen.confirmed[i, first : first + WINDOW].any()),
            score_change=None if moved is None else moved[0],
            score_p_value=None if moved is None else moved[1],
            early=moved is not None and not (moved[1] < 1 - confidence and moved[0] < 0),
            false_alarms_per_year=seen.rate,
            comment_ids=latest(comments, mentions, theme, polarity, counted.period >= since),
        )


def _surplus(alert: Alert) -> float:
    """Mentions beyond the expected ones, in their usual spread."""
    return float((alert.n - alert.expected) / max(alert.expected, 1.0) ** 0.5)


def _urgency(alert: Alert) -> tuple[bool, float, str, str, str]:
    return not alert.confirmed, -_surplus(alert), alert.theme, alert.polarity, alert.segment or ""


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
