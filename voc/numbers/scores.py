"""A score with an interval, and the test between two of them.

NPS, top-box and means on one engine: every answer contributes points (NPS 100, 0 or -100;
top-box 100 or 0; a mean its own value) and the score is the weighted mean of contributions.
Intervals: adjusted Wald for NPS (Rocks 2016: n + 3, promoters and detractors + 3/4 each),
Agresti-Coull and Agresti-Caffo for top-box, Student t and Welch for means. Weights and repeated
respondents enter through the effective number of answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtr, stdtrit

from voc.errors import InputError
from voc.intake.scales import Scale
from voc.numbers.matrices import Floats

NPS_ANSWERS, NPS_EACH = 3.0, 0.75  # added to n, and to promoters and to detractors
TINY = 1e-12
NORMAL = 1e9  # degrees of freedom at which t is normal
ONE_SAMPLE, TWO_SAMPLE = 4.0, 2.0  # answers added to a top-box share, half of them on top


@dataclass(frozen=True)
class Estimate:
    """A score in points, its 95 % interval (by default) and the number of answers behind it."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Change:
    """After minus before in points, its interval and the two-sided p-value of "nothing changed"."""

    value: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class Sample:
    """Moments of one group of answers.

    Attributes:
        mean: weighted mean contribution, points.
        variance: of one answer, points squared.
        n: answers.
        n_effective: answers of a simple random sample with the same standard error.
        kind: nps, share or mean.
        width: high end minus low end of a mean's scale, points; 0 when unknown.
    """

    mean: float
    variance: float
    n: int
    n_effective: float
    kind: str
    width: float = 0.0

    def adjusted(self, added: float) -> tuple[float, float, float]:
        """(center, variance, n) after adding pseudo-answers: spread over the ends of the scale."""
        n = self.n_effective + added
        center = (
            self.mean * self.n_effective / n
            if self.kind == "nps"
            else ((self.mean * self.n_effective + 50 * added) / n)
        )
        if self.kind == "nps":
            second = (self.variance + self.mean**2) * self.n_effective + 2 * NPS_EACH * 100**2
            return center, second / n - center**2, n
        return center, center * (100 - center), n

    def of_mean(self) -> tuple[float, float]:
        """(squared standard error, degrees of freedom) of a mean; one answer spread over the scale is added.

        So a handful of equal answers does not look certain.
        """
        freedom = max(self.n_effective - 1, 1.0)
        return (self.variance + self.width**2 / 12 / self.n_effective) / freedom, freedom


def sample(
    y: Floats,
    weight: Floats | None = None,
    person: Sequence[object] | None = None,
    kind: str = "mean",
    width: float = 0.0,
) -> Sample:
    """Moments of contributions `y` (n,), in points.

    Args:
        y: contribution of each answer.
        weight: survey weights, 1 when absent.
        person: who answered; answers of one person are one draw (clustered standard error).
        kind: nps, share (top-box, 100 or 0) or mean.
        width: of a mean's scale, high minus low.

    Raises:
        InputError: there is no answer.
    """
    if len(y) == 0:
        raise InputError("There is no answer with a score here; a score needs at least one.")
    w = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=np.float64)
    mean = float(w @ y / w.sum())
    variance = float(w @ (y - mean) ** 2 / w.sum())
    index = np.arange(len(y)) if person is None else np.unique(np.asarray(person), return_inverse=True)[1]
    pull, size = np.bincount(index, w * (y - mean)), np.bincount(index, w)
    spread = float((pull**2).sum()) / float(w.sum()) ** 2
    effective = variance / spread if spread > TINY else float(w.sum() ** 2 / (size**2).sum())
    return Sample(mean, variance, len(y), effective, kind, width)


def estimate(group: Sample, confidence: float = 0.95) -> Estimate:
    """The score of one group with its interval.

    >>> nps = sample(np.repeat([100.0, 0.0, -100.0], [50, 30, 20]), kind="nps")
    >>> [round(x, 1) for x in (estimate(nps).value, estimate(nps).low, estimate(nps).high)]
    [30.0, 14.1, 44.2]
    """
    if group.kind == "mean":
        squared, freedom = group.of_mean()
        half = float(stdtrit(freedom, 0.5 + confidence / 2) * np.sqrt(squared))
        return Estimate(group.mean, group.mean - half, group.mean + half, group.n)
    center, variance, n = group.adjusted(NPS_ANSWERS if group.kind == "nps" else ONE_SAMPLE)
    half = _quantile(confidence) * float(np.sqrt(variance / n))
    least = -100.0 if group.kind == "nps" else 0.0
    low, high = max(center - half, least), min(center + half, 100.0)
    # at the very ends of the scale the adjusted center lies inside; the interval still holds the score
    return Estimate(group.mean, min(low, group.mean), max(high, group.mean), group.n)


def change(before: Sample, after: Sample, confidence: float = 0.95) -> Change:
    """After minus before, tested with the adjusted moments of both groups (Welch for means)."""
    value = after.mean - before.mean
    if before.kind == "mean":
        parts = [group.of_mean() for group in (before, after)]
        se = float(np.sqrt(sum(squared for squared, _ in parts)))
        return _tested(value, value, se, _welch(parts), confidence)
    added = NPS_ANSWERS if before.kind == "nps" else TWO_SAMPLE
    (mean_a, var_a, n_a), (mean_b, var_b, n_b) = before.adjusted(added), after.adjusted(added)
    se = float(np.sqrt(var_a / n_a + var_b / n_b))
    return _tested(value, mean_b - mean_a, se, NORMAL, confidence)


def against(after: Sample, target: float, confidence: float = 0.95) -> Change:
    """A group minus a fixed target (a number without an interval of its own)."""
    interval = estimate(after, confidence)
    se = (interval.high - interval.low) / 2 / _quantile(confidence)
    center = (interval.high + interval.low) / 2 - target
    return _tested(after.mean - target, center, se, NORMAL, confidence)


def _tested(value: float, center: float, se: float, freedom: float, confidence: float) -> Change:
    """The change with a t interval and test around `center`."""
    half = float(stdtrit(freedom, 0.5 + confidence / 2)) * se
    p = 1.0 if abs(center) < TINY else 0.0 if se == 0 else float(2 * stdtr(freedom, -abs(center) / se))
    low, high = min(center - half, value), max(center + half, value)  # holds at the ends of the scale too
    return Change(value, low, high, min(p, 1.0))


def _welch(parts: list[tuple[float, float]]) -> float:
    """Welch-Satterthwaite degrees of freedom of a difference."""
    below = sum(squared**2 / freedom for squared, freedom in parts)
    return max(sum(squared for squared, _ in parts) ** 2 / below, 1.0) if below > 0 else NORMAL


def _quantile(confidence: float) -> float:
    return float(ndtri(0.5 + confidence / 2))


def kind_of(scale: Scale) -> str:
    """nps, share (top-box) or mean: which interval fits the scale's contributions."""
    return {"nps": "nps", "csat": "share"}.get(scale.kind, "mean")
