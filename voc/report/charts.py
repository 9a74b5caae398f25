"""Where things stand in a picture: positions as percentages, so charts scale without scripts.

Charts are inline SVG with percentage positions inside HTML tables: the picture and its table are one
thing, text stays text (shaped, selectable, zoomable), and a chart needs no style attribute or library.
The number line runs from left to right in both languages, as it does in Gulf textbooks; what runs with
the language is the order of columns and the time axis.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from voc.report.journey_map import Stage
from voc.report.view import Part


@dataclass(frozen=True)
class Axis:
    """A number line from `low` to `high` drawn over the full width."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> str:
        """Position of `value` as a percentage of the width, clipped to the line."""
        share = (value - self.low) / (self.high - self.low)
        return f"{min(1.0, max(0.0, share)) * 100:.3f}%"

    def width(self, start: float, end: float) -> str:
        """Distance between two values as a percentage of the width."""
        return f"{abs(end - start) / (self.high - self.low) * 100:.3f}%"


def axis(values: Sequence[float], *, pad: float = 0.04, limits: tuple[float, float] | None = None) -> Axis:
    """A number line that holds `values`, with round ticks; `limits` keep it inside the scale."""
    finite = [v for v in values if math.isfinite(v)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    room = (high - low) * pad or 1.0
    low, high = low - room, high + room
    if limits is not None:
        low, high = max(low, limits[0] - room), min(high, limits[1] + room)
    step = _round_step((high - low) / 5)
    first = math.ceil(low / step)
    ticks = tuple(i * step for i in range(first, math.floor(high / step) + 1))
    return Axis(low, high, ticks)


def _round_step(step: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(step))
    return next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= step)


@dataclass(frozen=True)
class Step:
    """One bar of the waterfall: from `start` to `end`, with the ends of its interval."""

    part: Part
    start: float
    end: float
    low: float
    high: float


def waterfall(before: float, parts: Sequence[Part]) -> list[Step]:
    """The parts end to end, from the earlier score; the last bar ends at the later score."""
    steps, level = [], before
    for part in parts:
        end = level + part.total
        steps.append(Step(part, level, end, level + part.low, level + part.high))
        level = end
    return steps


def polyline(series: Sequence[float], *, width: float, height: float, mirror: bool = False) -> list[str]:
    """Points strings of a sparkline, one per unbroken stretch; from zero to the largest value.

    Args:
        series: values in time order, NaN where there is none.
        width: of the drawing, in its own units; 2 are kept free at each edge.
        height: of the drawing, likewise.
        mirror: time runs from right to left.
    """
    top = max((v for v in series if math.isfinite(v)), default=0.0) or 1.0
    stretches: list[list[str]] = [[]]
    for i, value in enumerate(series):
        if not math.isfinite(value):
            stretches.append([])
            continue
        along = i / max(len(series) - 1, 1)
        x = 2 + (1 - along if mirror else along) * (width - 4)
        y = height - 2 - value / top * (height - 4)
        stretches[-1].append(f"{x:.1f},{y:.1f}")
    return [" ".join(points) for points in stretches if points]


def shade(value: float, top: float, levels: int = 7) -> int:
    """The shade of a heat map cell, 0 (nothing) to `levels`; square root, so small shares still differ."""
    if not math.isfinite(value) or value <= 0 or top <= 0:
        return 0
    return max(1, min(levels, round(math.sqrt(value / top) * levels)))


def first(series: Sequence[float]) -> float:
    """The earliest known value of a series; NaN when none is known."""
    return next((v for v in series if math.isfinite(v)), math.nan)


def last(series: Sequence[float]) -> float:
    """The latest known value of a series; NaN when none is known."""
    return first(list(reversed(series)))


def stops(stages: Sequence[Stage], mirror: bool) -> list[tuple[str, float, Stage]]:
    """Where each stage's dot stands on the experience curve (height 120, zero in the middle)."""
    n = len(stages)
    reach = max(0.3, *(abs(stage.balance) for stage in stages))  # a flat journey stays nearly flat
    found = []
    for i, stage in enumerate(stages):
        along = (i + 0.5) / n
        y = 60 - max(-1.0, min(1.0, stage.balance / reach)) * 48
        found.append((f"{(1 - along if mirror else along) * 100:.2f}%", round(y, 1), stage))
    return found


def curve(stages: Sequence[Stage], mirror: bool) -> list[tuple[str, float, str, float]]:
    """The lines between neighboring stops: x1, y1, x2, y2."""
    dots = stops(stages, mirror)
    return [(a[0], a[1], b[0], b[1]) for a, b in itertools.pairwise(dots)]
