"""The planted causes of the demo survey and how many NPS points each is worth.

`python -m voc.demo` recomputes the points: the Shapley value of each planted change on the mean NPS
contribution, over all orders of switching the changes on, with common random numbers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from voc.demo.experience import (
    World,
    app_breaks_less,
    app_pleases,
    delivery_slows,
    first_quarter,
    live,
    more_calls,
    nps,
)
from voc.labels import Polarity


@dataclass(frozen=True)
class Planted:
    """One planted cause: `points` is its part of the NPS change from 2024-Q1 to 2024-Q2.

    `theme` and `polarity` are None for the mix cause, whose `segment` is the column that shifted.
    """

    theme: str | None
    polarity: Polarity | None
    kind: Literal["prevalence", "mix"]
    points: float
    segment: str | None = None

    def describe(self) -> str:
        """One line in English: what was planted and what it is worth."""
        if self.theme is None:
            return f"a change in who answers ({self.segment}), {self.points:+.1f} points"
        change = "rarer" if self._rarer else "more common"
        return f"{self.theme}: {self.polarity} experiences became {change}, {self.points:+.1f} points"

    @property
    def _rarer(self) -> bool:
        return (self.polarity == "negative") == (self.points > 0)


CHANGES: Final[dict[str, Callable[[World], World]]] = {
    "delivery_slows": delivery_slows,
    "app_pleases": app_pleases,
    "app_breaks_less": app_breaks_less,
    "more_calls": more_calls,
}
# printed by `python -m voc.demo`
POINTS: Final[dict[str, float]] = {
    "delivery_slows": -11.78,
    "app_pleases": 2.54,
    "app_breaks_less": 1.40,
    "more_calls": -2.99,
}


def planted() -> list[Planted]:
    """The planted causes, largest first (by absolute points)."""
    causes = [
        Planted("delivery_speed", "negative", "prevalence", POINTS["delivery_slows"]),
        Planted("app", "positive", "prevalence", POINTS["app_pleases"]),
        Planted("app", "negative", "prevalence", POINTS["app_breaks_less"]),
        Planted(None, None, "mix", POINTS["more_calls"], segment="channel"),
    ]
    return sorted(causes, key=lambda cause: -abs(cause.points))


def second_quarter() -> World:
    """The world of 2024-Q2: the first quarter with all planted changes."""
    return _switched(tuple(CHANGES))


def shapley(n: int = 1_000_000, seeds: tuple[int, ...] = (99, 100)) -> dict[str, float]:
    """NPS points of each planted change.

    Args:
        n: respondents simulated per combination of changes.
        seeds: one simulation each; the values are averaged.
    """
    names = tuple(CHANGES)
    value = {
        chosen: float(
            np.mean([nps(live(_switched(chosen), n, np.random.default_rng(seed)).score) for seed in seeds])
        )
        for size in range(len(names) + 1)
        for chosen in itertools.combinations(names, size)
    }
    points = dict.fromkeys(names, 0.0)
    for name in names:
        rest = [other for other in names if other != name]
        for size in range(len(names)):
            weight = math.factorial(size) * math.factorial(len(rest) - size) / math.factorial(len(names))
            for chosen in itertools.combinations(rest, size):
                more = tuple(other for other in names if other in {*chosen, name})
                points[name] += weight * (value[more] - value[chosen])
    return points


def _switched(chosen: tuple[str, ...]) -> World:
    world = first_quarter()
    for name in chosen:
        world = CHANGES[name](world)
    return world
