"""What goes with the level of the score in one group of answers: score = base + sum of L_k, exactly.

L_k = share of (projected) respondents who mention leaf k x the leaf's effect, from the same kind of
regression as the movement (intercept per segment, effects pulled to their polarity's mean), so other
mentions are held fixed. Intervals are the same closed-form influence values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from voc.numbers.answers import Answers
from voc.numbers.cells import TINY
from voc.numbers.decomposition import FLOOR
from voc.numbers.influence import delete_one
from voc.numbers.matrices import Floats, Ints, Matrix, beside, full, grouped, indicator, row_products, scaled
from voc.numbers.regression import Ridge
from voc.numbers.verdicts import adjusted

BLOCK = 50_000  # answers held whole at a time


@dataclass(frozen=True)
class Levels:
    """Contributions of K leaves to one score.

    Attributes:
        contribution: (K,) L_k, points; they and `base` sum to the score.
        base: score of a respondent who mentions nothing, at the mean of the segments, points.
        effect: (K,) points that go with a mention, other mentions and segment held.
        share: (K,) share of (projected) respondents who mention the leaf.
        covariance: (K, K) of the contributions.
        correction: (K,) Goodman's product term, to subtract from variances.
        as_read: the same leaves from the labels as the model gave them, where these are means over
            imputations of the true ones; else None.
    """

    contribution: Floats
    base: float
    effect: Floats
    share: Floats
    covariance: Floats
    correction: Floats
    as_read: Levels | None = None

    def combine(self, rows: Floats) -> tuple[Floats, Floats]:
        """Values (m,) and standard errors (m,) of `rows` (m, K) of coefficients."""
        plugin = ((rows @ self.covariance) * rows).sum(1)
        variance = np.maximum(plugin - rows**2 @ self.correction, FLOOR * plugin)
        return rows @ self.contribution, np.sqrt(np.maximum(variance, 0.0))

    def tested(self, rows: Floats, quantile: float) -> tuple[Floats, Floats, Floats]:
        """Values (m,), standard errors (m,) and adjusted p-values (m,) of `rows` (m, K).

        As for a movement (`verdicts.judge`), labels are tested as they were read, and a part whose own
        interval (`quantile` standard errors, label error included) holds zero is not named.
        """
        value, se = self.combine(rows)
        read, read_se = (self.as_read or self).combine(rows)
        shown = (np.abs(value) > quantile * se) & (np.sign(value) == np.sign(read))
        p = 2 * ndtr(-np.abs(read) / np.where(read_se > 0, read_se, np.inf))
        return value, se, adjusted(np.where(shown, p, 1.0))


def levels(answers: Answers, ridge: Ridge | None = None, project: bool = True) -> Levels:
    """The contributions of every leaf; all answers count as one group (`wave` is ignored).

    Args:
        answers: at least one of them with text.
        ridge: pull of leaf effects to their polarity's mean; only `level` is used.
        project: silent respondents take the reasons of writers with the same segment and score class.
    """
    pull = (ridge or Ridge()).level
    writer = answers.weight * answers.writes
    cell = answers.segment * answers.n_categories + answers.category
    size = answers.n_segments * answers.n_categories
    in_class = np.bincount(cell, writer, size)
    total = np.bincount(cell, answers.weight, size)
    omega = (
        writer * np.where(in_class > 0, total / np.maximum(in_class, TINY), 0.0)[cell] if project else writer
    )
    row = omega * float(writer.sum() / omega.sum())
    share = np.asarray(answers.mentions.T @ omega).ravel() / float(omega.sum())

    basis, expand, read, penalty = _design(answers, pull)
    weighted = scaled(row, basis)
    inverse = np.linalg.inv(expand.T @ full(weighted.T @ basis) @ expand + np.diag(penalty))
    theta = inverse @ (expand.T @ (weighted.T @ answers.y))
    effect = read @ theta
    residual = np.where(row > 0, answers.y - basis @ (expand @ theta), 0.0)
    leverage = row_products(basis, expand @ inverse @ expand.T) * row
    pushed = residual / np.maximum(1 - leverage, 0.1)

    gradient = expand @ inverse @ read.T
    mass = np.maximum(in_class, TINY)[:, None]
    class_effect = grouped(cell, writer * pushed, size, basis) @ gradient / mass
    class_share = grouped(cell, writer, size, answers.mentions) / mass
    f, f_writer = delete_one(answers.weight, answers.weight.sum()), delete_one(omega, omega.sum())
    spread = float(writer.sum() / omega.sum()) if project else 0.0

    mentioned, moved = scaled(f_writer, answers.mentions), scaled(row * pushed, basis)

    def influence(rows: Ints) -> tuple[Floats, Floats]:
        """Influence of some answers on effects and shares, (r, K) each."""
        own = full(mentioned[rows])
        moved_effect = np.asarray(moved[rows] @ gradient)
        if not project:
            return moved_effect, own - f_writer[rows, None] * share
        moved_effect = moved_effect + (answers.weight * spread - row)[rows, None] * class_effect[cell[rows]]
        seen = class_share[cell[rows]]
        return moved_effect, f[rows, None] * (seen - share) + own - f_writer[rows, None] * seen

    covariance, correction = _summed(influence, answers.person, share, effect)
    contribution = share * effect
    score = float(answers.weight @ answers.y / answers.weight.sum())
    return Levels(
        contribution=contribution,
        base=score - float(contribution.sum()),
        effect=effect,
        share=share,
        covariance=covariance,
        correction=correction,
    )


def pooled(made: list[Levels], as_read: Levels) -> Levels:
    """Means over imputations of the same leaves; the spread between them is added to the covariance."""
    between = np.cov(np.array([one.contribution for one in made]).T) * (1 + 1 / len(made))
    return Levels(
        contribution=np.mean([one.contribution for one in made], axis=0),
        base=float(np.mean([one.base for one in made])),
        effect=np.mean([one.effect for one in made], axis=0),
        share=np.mean([one.share for one in made], axis=0),
        covariance=np.mean([one.covariance for one in made], axis=0) + np.atleast_2d(between),
        correction=np.mean([one.correction for one in made], axis=0),
        as_read=as_read,
    )


def _summed(
    influence: Callable[[Ints], tuple[Floats, Floats]], person: Ints, share: Floats, effect: Floats
) -> tuple[Floats, Floats]:
    """(K, K) covariance of share x effect and (K,) product term, people by people, a block at a time."""
    order = np.argsort(person, kind="stable")
    edges = np.flatnonzero(np.diff(person[order], prepend=-1))  # first row of each person
    cuts = edges[:: max(1, BLOCK * len(edges) // max(len(order), 1))]
    k = len(share)
    covariance, spread_effect, spread_share = np.zeros((k, k)), np.zeros(k), np.zeros(k)
    for start, stop in zip(cuts, [*cuts[1:], len(order)], strict=True):
        rows = order[start:stop]
        first = np.flatnonzero(np.diff(person[rows], prepend=-1))
        moved_effect, moved_share = (np.add.reduceat(moved, first, axis=0) for moved in influence(rows))
        psi = moved_effect * share + moved_share * effect
        covariance += psi.T @ psi
        spread_effect += (moved_effect**2).sum(0)
        spread_share += (moved_share**2).sum(0)
    return covariance, spread_effect * spread_share


def _design(answers: Answers, pull: float) -> tuple[Matrix, Floats, Floats, Floats]:
    """Basis (n, Z + K), its expansion to columns, the reading of effects, and the penalties."""
    k = answers.mentions.shape[1]
    z = answers.n_segments
    writers = answers.writes.astype(np.float64)
    cell = indicator(answers.segment, writers, z, isinstance(answers.mentions, np.ndarray))
    basis = beside([cell, answers.mentions])
    kinds = np.unique(answers.leaf_polarity)
    pools = (answers.leaf_polarity[:, None] == kinds[None, :]).astype(np.float64)
    level = np.hstack([pools, np.eye(k)])
    expand = np.zeros((z + k, z + level.shape[1]))
    expand[:z, :z], expand[z:, z:] = np.eye(z), level
    read = np.hstack([np.zeros((k, z)), level])
    empty = np.bincount(answers.segment, writers, z) == 0
    penalty = np.r_[np.where(empty, 1.0, 1e-9), np.full(len(kinds), 1e-6), np.full(k, pull)]
    return basis, expand, read, penalty
