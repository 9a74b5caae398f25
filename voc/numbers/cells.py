"""Weighted sums per wave, segment and score class: all the decomposition needs besides the regression.

Silent respondents are either projected (they take the reasons of writers of the same wave, segment
and score class) or kept apart (own bar).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voc.numbers.answers import Answers
from voc.numbers.matrices import Floats, Ints, grouped

TINY = 1e-12


@dataclass(frozen=True)
class Cells:
    """Sums and means per wave x segment; Z segments, K leaves, C score classes.

    Attributes:
        project: silent respondents are projected; otherwise they have their own bars.
        omega: (n,) weight of each writer once it also stands for silent respondents; 0 when silent.
        index: (n,) class cell, (wave * Z + segment) * C + category.
        weight: (2, Z) sum of weights.       weight_writers: (2, Z) sum of `omega`.
        share: (2, Z) segment shares.        score: (2, Z) mean contribution, points.
        rate: (2, Z) share of respondents who wrote (1 when projecting).
        wrote, silent: (2, Z) mean contribution of writers and of silent respondents, points.
        mention: (2, Z, K) share of (projected) respondents who mention the leaf.
        class_weight: (2 * Z * C,) sum of `weight` over writers of each class cell.
    """

    project: bool
    omega: Floats
    index: Ints
    weight: Floats
    weight_writers: Floats
    share: Floats
    score: Floats
    rate: Floats
    wrote: Floats
    silent: Floats
    mention: Floats
    class_weight: Floats

    @property
    def share_mean(self) -> Floats:
        """(Z,) mean segment share of the two waves."""
        return np.asarray(self.share.mean(0))


def summarize(answers: Answers, project: bool) -> Cells:
    """The cell sums of `answers`; a segment absent in one wave borrows the other wave's means."""
    z_count, c_count = answers.n_segments, answers.n_categories
    cell, w, y = answers.cell, answers.weight, answers.y
    index = cell * c_count + answers.category
    writer = w * answers.writes
    in_class: Floats = np.bincount(index, writer, 2 * z_count * c_count).astype(np.float64)
    omega = writer
    if project:
        total = np.bincount(index, w, 2 * z_count * c_count)
        omega = writer * np.where(in_class > 0, total / np.maximum(in_class, TINY), 0.0)[index]

    def summed(values: Floats) -> Floats:
        sums: Floats = np.bincount(cell, values, 2 * z_count).astype(np.float64)
        return sums.reshape(2, z_count)

    def averaged(values: Floats, weights: Floats) -> Floats:
        return _borrowed(summed(values) / np.maximum(weights, TINY), weights > TINY)

    weight, by_omega, by_writer = summed(w), summed(omega), summed(writer)
    by_silent = weight - by_writer
    score = averaged(w * y, weight)
    rate = np.ones_like(score) if project else averaged(writer, weight)
    wrote = score if project else averaged(omega * y, by_omega)
    silent = score if project else averaged((w - writer) * y, np.where(by_silent > 1e-9, by_silent, 0.0))
    return Cells(
        project=project,
        omega=omega,
        index=index,
        weight=weight,
        weight_writers=by_omega,
        share=weight / weight.sum(1, keepdims=True),
        score=score,
        rate=rate,
        wrote=wrote,
        silent=silent,
        mention=_mention_shares(answers, cell, omega, by_omega),
        class_weight=in_class,
    )


def _mention_shares(answers: Answers, cell: Ints, omega: Floats, by_omega: Floats) -> Floats:
    """(2, Z, K) omega-weighted share of respondents who mention each leaf."""
    z_count = answers.n_segments
    sums = grouped(cell, omega, 2 * z_count, answers.mentions).reshape(2, z_count, -1)
    shares = sums / np.maximum(by_omega, TINY)[:, :, None]
    return _borrowed(shares, by_omega > TINY)


def _borrowed(values: Floats, present: np.ndarray) -> Floats:
    """`values` (2, Z, ...) where an empty cell takes the value of the same segment's other wave."""
    out = values.copy()
    for wave in (0, 1):
        empty = ~present[wave]
        out[wave, empty] = values[1 - wave, empty]
    return out
