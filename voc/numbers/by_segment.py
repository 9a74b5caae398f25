"""Theme x segment cells: the theme parts before they are added up over the segments.

A leaf's part is a sum over segments already (its effects are common to all, its mention shares are not), so
the cells of a theme add up to its part exactly. Their variances are closed forms that count every answer on
its own and leave out what projecting silent respondents gains, so the intervals are a little wide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from voc.numbers.influence import delete_one
from voc.numbers.matrices import Floats, grouped

if TYPE_CHECKING:
    from voc.numbers.decomposition import Point


@dataclass(frozen=True)
class BySegment:
    """Parts of Z segments x K leaves, points.

    Attributes:
        prevalence, effect: (Z, K); their sums over segments are the leaves' components.
        variance: (Z, K) of prevalence + effect.
    """

    prevalence: Floats
    effect: Floats
    variance: Floats

    @staticmethod
    def pooled(made: list[BySegment]) -> BySegment:
        """Mean over imputations, with the spread between them added to the variance (Rubin)."""
        prevalence, effect = (
            np.array([getattr(one, name) for one in made]) for name in ("prevalence", "effect")
        )
        within = np.mean([one.variance for one in made], axis=0)
        between = (prevalence + effect).var(0, ddof=1) * (1 + 1 / len(made))
        return BySegment(prevalence.mean(0), effect.mean(0), within + between)


def by_segment(made: Point, level_se: Floats, own_se: Floats) -> BySegment:
    """The cells of one decomposition.

    Args:
        made: its components and what they were made of.
        level_se: (K,) standard errors of the mean effects.
        own_se: (K,) of their own changes.
    """
    answers, cells = made.answers, made.cells
    reach = (cells.share_mean * cells.rate.mean(0))[:, None]
    moved, mean = cells.mention[1] - cells.mention[0], cells.mention.mean(0)
    level, own = made.fitted.level, made.common.own
    share = _share_variance(made)
    by_share = (reach * (level + own / 2)) ** 2 * share[1] + (reach * (level - own / 2)) ** 2 * share[0]
    by_effect = (reach * moved * level_se) ** 2 + (reach * mean * own_se) ** 2
    if not len(answers.leaf_theme):
        by_effect = by_share = np.zeros_like(moved)
    return BySegment(reach * moved * level, reach * mean * own, by_share + by_effect)


def _share_variance(made: Point) -> Floats:
    """(2, Z, K) variance of the mention shares per wave and segment."""
    answers, cells = made.answers, made.cells
    size = 2 * answers.n_segments
    own = delete_one(cells.omega, cells.weight_writers.ravel()[answers.cell]) ** 2
    share = cells.mention.reshape(size, -1)
    first = grouped(answers.cell, own, size, answers.mentions)
    table = answers.mentions
    squares = table**2 if isinstance(table, np.ndarray) else sp.csr_matrix(table.multiply(table))
    second = grouped(answers.cell, own, size, squares)
    total = np.bincount(answers.cell, own, size)[:, None]
    return np.asarray(second - 2 * share * first + share**2 * total).reshape(cells.mention.shape)
