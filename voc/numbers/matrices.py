"""Row-wise sparse algebra that turns dense for small surveys, where building sparse matrices costs most."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Matrix = sp.csr_matrix | Floats

DENSE = 40_000  # numbers in a matrix up to which it is kept whole: where both ways take as long


def compact(matrix: Matrix) -> Matrix:
    """The same matrix, dense when it is small."""
    if isinstance(matrix, np.ndarray) or matrix.shape[0] * matrix.shape[1] > DENSE:
        return matrix
    return np.asarray(matrix.toarray())


def full(matrix: Any) -> Floats:
    """Any matrix as a plain array."""
    return np.asarray(matrix if isinstance(matrix, np.ndarray) else matrix.toarray(), dtype=np.float64)


def scaled(factor: Floats, matrix: Matrix) -> Matrix:
    """Rows times `factor` (n,)."""
    if isinstance(matrix, np.ndarray):
        return np.asarray(factor[:, None] * matrix)
    return sp.csr_matrix(sp.diags(factor) @ matrix)


def beside(blocks: list[Matrix]) -> Matrix:
    """Blocks of equal height, side by side."""
    plain = [block for block in blocks if isinstance(block, np.ndarray)]
    if len(plain) == len(blocks):
        return np.hstack(plain)
    return sp.csr_matrix(sp.hstack([sp.csr_matrix(block) for block in blocks]))


def indicator(index: Ints, factor: Floats, size: int, dense: bool) -> Matrix:
    """(n, size) with `factor` (n,) in column `index` (n,) of each row."""
    row = np.arange(len(index))
    if not dense:
        return sp.csr_matrix((factor, (row, index)), shape=(len(index), size))
    out = np.zeros((len(index), size))
    out[row, index] = factor
    return out


def row_products(matrix: Matrix, middle: Floats) -> Floats:
    """(n,) x' middle x of every row x."""
    if isinstance(matrix, np.ndarray):
        return np.asarray(((matrix @ middle) * matrix).sum(1))
    out = np.empty(matrix.shape[0])
    for start in range(0, len(out), 20_000):
        rows = matrix[start : start + 20_000]
        out[start : start + 20_000] = np.asarray(rows.multiply(rows @ middle).sum(1)).ravel()
    return out


def grouped(index: Ints, factor: Floats, size: int, matrix: Matrix) -> Floats:
    """(size, m) sums of rows times `factor` (n,) over the groups `index` (n,)."""
    if isinstance(matrix, np.ndarray):
        return np.asarray(indicator(index, factor, size, dense=True).T @ matrix)
    groups = sp.csr_matrix((factor, (index, np.arange(len(index)))), shape=(size, len(index)))
    return np.asarray((groups @ matrix).toarray())
