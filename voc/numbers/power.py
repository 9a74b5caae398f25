"""What a survey of this size can see: the smallest detectable move, and the size a move needs."""

from __future__ import annotations

import math

from scipy.special import ndtri

from voc.errors import OptionError


def smallest_move(
    sd_before: float,
    n_before: float,
    sd_after: float,
    n_after: float,
    power: float = 0.8,
    confidence: float = 0.95,
) -> float:
    """Points of change that a two-sided test would find with the given power.

    2.80 x standard error of the difference at 80 % power and 95 % confidence.

    >>> round(smallest_move(85, 500, 85, 500), 1)
    15.1
    """
    if min(n_before, n_after) <= 0:
        raise OptionError("The smallest visible move needs at least one answer on each side.")
    return detectable(math.sqrt(sd_before**2 / n_before + sd_after**2 / n_after), power, confidence)


def detectable(standard_error: float, power: float = 0.8, confidence: float = 0.95, tests: int = 1) -> float:
    """Points that stand out from a part with this standard error, when `tests` are read together."""
    level = (1 - confidence) / max(tests, 1)
    return float((-ndtri(level / 2) + ndtri(power)) * standard_error)


def needed(points: float, sd: float = 85.0, power: float = 0.8, confidence: float = 0.95) -> int:
    """Answers needed in each of two equal groups to see a move of `points`.

    Args:
        points: the move in score points, above 0.
        power: chance to see it.
        confidence: of the test.
        sd: standard deviation of one answer's contribution, points (NPS: 78 to 85 is usual).

    >>> needed(5)
    4537
    """
    if not points > 0:
        raise OptionError(f"A move of {points} points cannot be planned for; give a number above 0.")
    factor = -ndtri((1 - confidence) / 2) + ndtri(power)
    return math.ceil(2 * (factor * sd / points) ** 2 - 1e-9)
