"""The map of topics as circles and names that do not cover each other.

Takes: topics with their places in [0, 1]. Gives: circles on a canvas of fixed size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 1000.0
HEIGHT: Final = 460.0
LARGEST: Final = 34.0  # radius of the largest topic
SMALLEST: Final = 7.0
LETTERS: Final = 22  # of a name on the map; the cards below hold the whole name
LETTER: Final = 7.4  # its usual width at 14 pixels
MOST: Final = 16  # topics drawn, the largest first; the table below the map has all
ROUNDS: Final = 300  # of pushing apart; it settles much sooner


@dataclass(frozen=True)
class Spot:
    """One topic on the map: center, radius, its number among the cards (from 1), and its name."""

    x: float
    y: float
    r: float
    number: int
    name: str


def spots(places: Sequence[tuple[float, float]], sizes: Sequence[int], names: Sequence[str]) -> list[Spot]:
    """The largest topics as spots, pushed apart until nothing covers anything; none for fewer than three.

    Args:
        places: x and y in [0, 1] of each topic, the largest topic first.
        sizes: comments of each.
        names: plain text, cut to `LETTERS`.
    """
    places, sizes = places[:MOST], sizes[:MOST]
    if len(places) < 3 or any(not math.isfinite(x + y) for x, y in places):
        return []
    top = max(sizes)
    radii = [max(SMALLEST, LARGEST * math.sqrt(size / top)) for size in sizes]
    short = [name if len(name) <= LETTERS else name[: LETTERS - 1] + "…" for name in names]
    boxes = [(max(r, len(name) * LETTER / 2) + 6, r + 14) for r, name in zip(radii, short, strict=False)]
    centers = [
        [w + x * (WIDTH - 2 * w), h + (1 - y) * (HEIGHT - 2 * h)]
        for (x, y), (w, h) in zip(places, boxes, strict=True)
    ]
    for _ in range(ROUNDS):
        if not _push_apart(centers, boxes):
            break
    found = zip(centers, radii, short, strict=False)
    return [
        Spot(round(x, 1), round(y - 8, 1), round(r, 1), i, name)
        for i, ((x, y), r, name) in enumerate(found, 1)
    ]


def _push_apart(centers: list[list[float]], boxes: Sequence[tuple[float, float]]) -> bool:
    """Move overlapping boxes half way out of each other, the smaller way; whether any overlapped."""
    moved = False
    for i in range(len(centers)):
        for j in range(i):
            dx, dy = centers[i][0] - centers[j][0], centers[i][1] - centers[j][1]
            over_x = boxes[i][0] + boxes[j][0] - abs(dx)
            over_y = boxes[i][1] + boxes[j][1] - abs(dy)
            if over_x <= 0.1 or over_y <= 0.1:
                continue
            moved = True
            axis, over, way = (1, over_y, dy) if over_y * 2 < over_x else (0, over_x, dx)
            step = over / 2 * (1 if way >= 0 else -1)
            centers[i][axis] += step
            centers[j][axis] -= step
    for center, (w, h) in zip(centers, boxes, strict=True):
        center[0] = min(max(center[0], w), WIDTH - w)
        center[1] = min(max(center[1], h), HEIGHT - h)
    return moved
