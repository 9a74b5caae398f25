"""Early warning on counts: a one-sided quasi-binomial CUSUM per series with a stated false-alarm rate.

S_t = max(0, S_{t-1} + [x log(p1/p0) + (n - x) log((1-p1)/(1-p0))] / phi), p1 = 1.75 p0, p0 and phi
(the over-dispersion pooled over all series, at least 1) from a baseline. The threshold is a quantile of
simulated null paths whose baseline is drawn anew each time, with the fitted over-dispersion, so the
estimation error of p0 is priced in. After an alarm S starts again at 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voc.numbers.matrices import Floats, Ints
from voc.numbers.verdicts import adjusted

RISE = 1.75  # the rise that is looked for, p1 / p0
RATE_PER_YEAR = 0.05  # false alarms per series and year
PATHS = 2000  # simulated null paths per threshold
GRID = 8  # thresholds are simulated at so many baseline shares and interpolated
WINDOW = 4  # periods that confirm an alarm
CONFIRM = 0.01  # false discovery rate of the confirmation over all series


@dataclass(frozen=True)
class Watched:
    """Alarms of m series over t watched periods.

    Attributes:
        alarm: (m, t) True where the CUSUM crosses its threshold.
        onset: (m, t) first period since the CUSUM last stood at 0, counted from the watch's start.
        confirmed: (m, t) True where the last four periods together stand out (BH 1 % over series).
        p0: (m,) baseline share.
        dispersion: pooled over-dispersion of the baseline, at least 1.
        rate: expected false alarms per year of all series together.
    """

    alarm: np.ndarray
    onset: Ints
    confirmed: np.ndarray
    p0: Floats
    dispersion: float
    rate: float


def cusum(
    counts: Floats,
    totals: Floats,
    baseline: int,
    periods_per_year: float,
    seed: int,
    rate: float = RATE_PER_YEAR,
) -> Watched:
    """Watches m series of counts.

    Args:
        counts: (m, T) mentions per period.
        totals: (T,) comments per period, the same for all series.
        baseline: first periods that define what is usual, at least 4; the rest is watched.
        periods_per_year: 52 for weeks, 365 for days.
        seed: of the simulated thresholds.
        rate: false alarms per series and year.
    """
    base, watched = totals[:baseline], totals[baseline:]
    p0 = (counts[:, :baseline].sum(1) + 0.5) / (base.sum() + 1)
    dispersion, rho = _dispersion(counts[:, :baseline], base, p0)
    threshold = _thresholds(p0, base, watched, dispersion, rho, rate / periods_per_year, seed)
    p1 = np.minimum(RISE * p0, 0.95)
    up, down = np.log(p1 / p0), np.log((1 - p1) / (1 - p0))
    m, t = len(counts), len(watched)
    alarm, onset = np.zeros((m, t), dtype=bool), np.zeros((m, t), dtype=np.int64)
    level, start = np.zeros(m), np.zeros(m, dtype=np.int64)
    for i in range(t):
        x = counts[:, baseline + i]
        level = np.maximum(0.0, level + (x * up + (watched[i] - x) * down) / dispersion)
        onset[:, i] = start
        alarm[:, i] = level > threshold
        quiet = alarm[:, i] | (level == 0)
        level, start = np.where(quiet, 0.0, level), np.where(quiet, i + 1, start)
    confirmed = _confirmed(counts, totals, baseline, p0, dispersion)
    return Watched(alarm, onset, confirmed, p0, dispersion, rate * m)


def _dispersion(counts: Floats, totals: Floats, p0: Floats) -> tuple[float, float]:
    """Pooled Pearson over-dispersion (at least 1) and the beta-binomial correlation that gives it."""
    expected = totals * p0[:, None]
    seen = ((counts - expected) ** 2 / np.maximum(expected * (1 - p0[:, None]), 1e-9)).sum()
    phi = max(1.0, float(seen) / (len(counts) * (len(totals) - 1)))
    return phi, min((phi - 1) / max(float(totals.mean()) - 1, 1.0), 0.5)


def _thresholds(
    p0: Floats, base: Floats, watched: Floats, dispersion: float, rho: float, rate: float, seed: int
) -> Floats:
    """(m,) CUSUM level that a null series crosses `rate` times a period, simulated on a grid of shares."""
    rng = np.random.default_rng(seed)
    grid = np.exp(np.linspace(np.log(p0.min()), np.log(p0.max()), GRID if p0.max() > p0.min() * 1.01 else 1))
    quantile = 1 - min(rate * len(watched), 0.5)
    totals = np.r_[base, watched].astype(np.int64)
    found = []
    for p in grid:
        share = np.full((PATHS, len(totals)), p)
        if rho > 0:
            share = rng.beta(p * (1 / rho - 1), (1 - p) * (1 / rho - 1), share.shape)
        x = rng.binomial(totals, share)
        usual = (x[:, : len(base)].sum(1) + 0.5) / (base.sum() + 1)
        raised = np.minimum(RISE * usual, 0.95)
        up, down = np.log(raised / usual), np.log((1 - raised) / (1 - usual))
        level, highest = np.zeros(PATHS), np.zeros(PATHS)
        for i in range(len(base), len(totals)):
            level = np.maximum(0.0, level + (x[:, i] * up + (totals[i] - x[:, i]) * down) / dispersion)
            highest = np.maximum(highest, level)
        found.append(float(np.quantile(highest, quantile)))
    return np.interp(np.log(p0), np.log(grid), found)


def _confirmed(counts: Floats, totals: Floats, baseline: int, p0: Floats, dispersion: float) -> np.ndarray:
    """(m, t) whether the last four periods are improbable given the baseline (beta-binomial, BH 1 %)."""
    from scipy.stats import betabinom  # late: it takes a second, and the service starts without

    base, total = counts[:, :baseline].sum(1), totals[:baseline].sum()
    a, b = (base + 0.5) / dispersion, (total - base + 0.5) / dispersion
    out = np.zeros((len(counts), len(totals) - baseline), dtype=bool)
    for i in range(out.shape[1]):
        window = slice(max(baseline, baseline + i + 1 - WINDOW), baseline + i + 1)
        x = np.rint(counts[:, window].sum(1) / dispersion)
        n = max(int(np.rint(totals[window].sum() / dispersion)), 1)
        p = betabinom.sf(np.minimum(x, n) - 1, n, a, b)
        out[:, i] = adjusted(np.asarray(p)) <= CONFIRM
    return out
