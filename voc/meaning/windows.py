"""Long texts in windows: cut into equal parts, results averaged by length, nothing left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]


def cut(pieces: list[int], longest: int) -> list[list[int]]:
    """`pieces` in order, in as few parts of nearly equal size as `longest` allows (at least one).

    >>> cut([1, 2, 3, 4, 5], 4)
    [[1, 2, 3], [4, 5]]
    """
    if len(pieces) <= longest:
        return [pieces]
    size = -(-len(pieces) // -(-len(pieces) // longest))
    return [pieces[start : start + size] for start in range(0, len(pieces), size)]


def weighted_means(values: Rows, owners: Sequence[int], sizes: Sequence[int]) -> Rows:
    """One row per owner: its only row as it is, or the mean of its rows weighted by their sizes.

    Args:
        values: (n_windows, width).
        owners: for each window the number of its text, 0, 0, 1, 2, ...; every text has at least one.
        sizes: word pieces in each window.
    """
    owner = np.asarray(owners, np.int64)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    result = values[first].astype(np.float32)
    counts = np.diff(np.append(first, len(owner)))
    for text in map(int, np.flatnonzero(counts > 1)):
        mine = slice(int(first[text]), int(first[text] + counts[text]))
        weights = np.asarray(sizes[mine], np.float64)
        result[text] = (weights @ values[mine].astype(np.float64)) / weights.sum()
    return result
