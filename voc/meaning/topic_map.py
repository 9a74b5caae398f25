"""Where each topic lies on a flat map: near topics near each other, the same way on every run.

Takes: the topics' centers in the language-free space. Gives: two coordinates each. The method is
classical scaling (Torgerson 1952): the two directions in which the centers differ most.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from voc.meaning.topics import Topics


def mapped(found: Topics) -> list[dict[str, Any]]:
    """The topics as plain values, each with its place `x`, `y` on the map."""
    places = place(found.centers)
    return [
        {**asdict(topic), "x": round(float(x), 4), "y": round(float(y), 4)}
        for topic, (x, y) in zip(found.topics, places, strict=True)
    ]


def place(centers: NDArray[np.float32]) -> NDArray[np.float64]:
    """Coordinates in [0, 1], shape (n, 2); the middle for a single topic.

    Signs are fixed (the center farthest from the middle lies on the positive side), so equal
    centers always give equal maps.
    """
    points = np.asarray(centers, dtype=np.float64)
    if len(points) < 2:
        return np.full((len(points), 2), 0.5)
    left, lengths, _ = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    flat = np.zeros((len(points), 2))
    k = min(2, len(lengths))
    flat[:, :k] = left[:, :k] * lengths[:k]
    farthest = np.abs(flat).argmax(axis=0)
    signs = np.sign(flat[farthest, [0, 1]])
    flat *= np.where(signs == 0, 1.0, signs)
    low, high = flat.min(axis=0), flat.max(axis=0)
    width = np.where(high - low > 1e-9, high - low, 1.0)
    scaled = (flat - low) / width
    return np.where(high - low > 1e-9, scaled, 0.5)
