"""Lasting changes of a theme's share, and what one day brought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from voc.errors import OptionError
from voc.numbers.matrices import Floats, Ints
from voc.numbers.series import Series, latest, series
from voc.numbers.verdicts import adjusted

LEAST_COUNT = 5  # mentions a series needs in all


@dataclass(frozen=True)
class ChangePoint:
    """A lasting change of how often a theme comes up.

    Attributes:
        theme, polarity: what.
        at: first day of the new level, YYYY-MM-DD.
        share_before, share_after: share of comments on the two sides, in [0, 1].
        p_value: of the largest of all possible splits, by simulation; `q_value` over all series.
    """

    theme: str
    polarity: str
    at: str
    share_before: float
    share_after: float
    p_value: float
    q_value: float


def change_points(counted: Series, fdr: float = 0.05, seed: int = 0, draws: int = 499) -> list[ChangePoint]:
    """Series whose share changed for good at one point, by the largest binomial likelihood ratio.

    The p-value compares with draws in which the comments of the series are dealt out to the periods
    anew, so it holds for any number of periods; false discoveries are held at `fdr` over all series.
    """
    rng = np.random.default_rng(seed)
    kept = [i for i in range(len(counted.names)) if counted.counts[i].sum() >= LEAST_COUNT]
    if len(counted.totals) < 4 or not kept:
        return []
    tops, places = zip(*(_best_split(counted.counts[i : i + 1], counted.totals) for i in kept), strict=True)
    p_values = []
    for i, top in zip(kept, tops, strict=True):
        n, total = int(counted.counts[i].sum()), counted.totals.astype(np.int64)
        null = rng.multivariate_hypergeometric(total, n, size=draws).astype(np.float64)
        p_values.append(
            (1 + int((_best_split(null, counted.totals)[0] >= top[0] - 1e-9).sum())) / (draws + 1)
        )
    q = adjusted(np.array(p_values))
    found = []
    for i, place, p, q_value in zip(kept, places, p_values, q, strict=True):
        cut = int(place[0])
        before, after = counted.totals[:cut].sum(), counted.totals[cut:].sum()
        if q_value <= fdr and before > 0 and after > 0:
            shares = counted.counts[i, :cut].sum() / before, counted.counts[i, cut:].sum() / after
            at = f"{counted.starts[cut]:%Y-%m-%d}"
            found.append(
                ChangePoint(*counted.names[i], at, float(shares[0]), float(shares[1]), p, float(q_value))
            )
    return sorted(found, key=lambda point: (point.p_value, point.theme, point.polarity))


def _best_split(counts: Floats, totals: Floats) -> tuple[Floats, Ints]:
    """(m,) largest log likelihood ratio over the T - 1 splits of (m, T) counts, and where (m,)."""
    x, n = counts.cumsum(1)[:, :-1], totals.cumsum()[:-1]
    whole, size = counts.sum(1, keepdims=True), totals.sum()

    def fitted(k: Floats, of: Floats) -> Floats:
        p = np.clip(k / np.maximum(of, 1e-12), 1e-12, 1 - 1e-12)
        return np.asarray(k * np.log(p) + (of - k) * np.log(1 - p))

    ratio = fitted(x, n) + fitted(whole - x, size - n) - fitted(whole, size)
    return ratio.max(1), ratio.argmax(1) + 1


@dataclass(frozen=True)
class DigestRow:
    """One theme x polarity on one day against the same weekdays of the four weeks before.

    Attributes:
        theme, polarity: what.
        n: comments of the day that mention it.
        expected: as many as the same weekdays before let one expect of the day's comments; None without any.
        p_value: chance of at least n at the usual share (1 without any); `q_value` over all of that day.
        comment_ids: up to five of the comments, latest first.
    """

    theme: str
    polarity: str
    n: int
    expected: float | None
    p_value: float
    q_value: float
    comment_ids: tuple[str, ...]


@dataclass(frozen=True)
class Digest:
    """What one day brought.

    Attributes:
        day: YYYY-MM-DD, UTC.
        n: comments of the day with text.
        n_days: days before it that it is compared with; 0 when the survey is younger than a week.
        rows: most unusual first.
    """

    day: str
    n: int
    n_days: int
    rows: tuple[DigestRow, ...]


def digest_of(comments: pd.DataFrame, mentions: pd.DataFrame, day: str | None = None) -> Digest | None:
    """The digest of a day; the latest one with an answer by default. None without dates.

    Args:
        comments: comment_id, answered_at, text or has_text.
        mentions: comment_id, theme, polarity.
        day: YYYY-MM-DD, UTC.

    Raises:
        OptionError: the day is no date.
    """
    times = pd.to_datetime(comments["answered_at"], utc=True).dt.tz_localize(None).dropna()
    if times.empty:
        return None
    try:
        chosen = times.max().normalize() if day is None else pd.Timestamp(day).normalize()
    except ValueError as error:
        raise OptionError(f"The day is {day!r}; write it as YYYY-MM-DD, for instance 2024-06-30.") from error
    counted = series(comments, mentions, "day")
    position = int(counted.starts.get_indexer(pd.DatetimeIndex([chosen]))[0])
    if position < 0:
        return Digest(f"{chosen:%Y-%m-%d}", 0, 0, ())
    rows = digest(comments, mentions, f"{chosen:%Y-%m-%d}")
    days = len(_usual(position))
    return Digest(f"{chosen:%Y-%m-%d}", int(counted.totals[position]), days, tuple(rows))


def _usual(position: int) -> list[int]:
    """The same weekdays of the four weeks before, as far as the series goes back."""
    return [position - 7 * week for week in (1, 2, 3, 4) if position - 7 * week >= 0]


def digest(comments: pd.DataFrame, mentions: pd.DataFrame, day: str) -> list[DigestRow]:
    """What was said on `day` (YYYY-MM-DD, UTC), most unusual first.

    The expected count is the share on the same weekdays of the last four weeks times the day's
    comments; p-values are beta-binomial, one-sided.
    """
    from scipy.stats import betabinom  # late: it takes a second, and the service starts without

    counted = series(comments, mentions, "day")
    position = counted.starts.get_indexer(pd.DatetimeIndex([day]))[0] if len(counted.starts) else -1
    if position < 0:
        return []
    usual = _usual(position)
    base, size = counted.counts[:, usual].sum(1), float(counted.totals[usual].sum())
    x, n = counted.counts[:, position], float(counted.totals[position])
    p = betabinom.sf(x - 1, int(n), base + 0.5, size - base + 0.5) if size else np.ones(len(x))
    q = adjusted(np.asarray(p))
    rows = [
        DigestRow(
            theme,
            polarity,
            int(x[i]),
            float(n * (base[i] + 0.5) / (size + 1)) if size else None,
            float(p[i]),
            float(q[i]),
            latest(comments, mentions, theme, polarity, counted.period == position),
        )
        for i, (theme, polarity) in enumerate(counted.names)
        if x[i] > 0
    ]
    return sorted(rows, key=lambda row: (row.p_value, -row.n, row.theme, row.polarity))
