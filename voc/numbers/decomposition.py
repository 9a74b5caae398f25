"""Exact parts of a score change and their covariance (nested symmetric decomposition).

    delta = mix + [rate + silent] + sum over leaves (prevalence + effect) + general

prevalence = mean effect x change of the share that mentions the leaf; effect = change of the
leaf's effect beyond the shift common to its polarity x mean share; general is the remainder.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from voc.numbers.answers import Answers, without_mentions
from voc.numbers.by_segment import BySegment, by_segment
from voc.numbers.cells import Cells, summarize
from voc.numbers.influence import Common, beyond_common, ingredient_covariance
from voc.numbers.matrices import Floats, compact
from voc.numbers.regression import Fit, Options, fit

LEAST_COMMENTS = 10  # a wave with fewer comments has no theme parts
FEW_MENTIONS = 10.0  # in one wave, below which a leaf's own spread is not trusted alone
FLOOR = 0.25  # of the plug-in variance: the product correction never goes below


@dataclass(frozen=True)
class Decomposition:
    """Components in the order prevalence (K), effect (K), mix, rate, silent, general.

    Attributes:
        answers: the answers it was made from (without leaves when a wave had too few comments).
        components: (2K + 4,) points; they sum to the score change.
        covariance: (2K + 4, 2K + 4) plug-in covariance of the components.
        correction: (2K + 4,) Goodman's product term, to subtract from variances.
        ingredients: (5K,) level, own change, change and mean of the mention share, own change of the
            score as given (in its units).
        ingredient_se: (5K,) standard errors of the ingredients.
        shares: (2, K) mention share per wave at the mean segment mix.
        own: (2K + 4,) components when silent respondents are not projected, where asked for.
        cells: the leaves' components before they are added up over the segments.
        as_read: the same leaves decomposed from the labels as the model gave them, where the components
            are means over imputations of the true ones: what is tested (see `verdicts.judge`); else None.
    """

    answers: Answers
    components: Floats
    covariance: Floats
    correction: Floats
    ingredients: Floats
    ingredient_se: Floats
    shares: Floats
    own: Floats
    cells: BySegment
    as_read: Decomposition | None = None

    def combine(self, rows: Floats) -> tuple[Floats, Floats]:
        """Values and standard errors of linear combinations.

        Args:
            rows: (m, 2K + 4) coefficients on the components.

        Returns:
            (m,) values in points and (m,) standard errors.
        """
        plugin = ((rows @ self.covariance) * rows).sum(1)
        variance = np.maximum(plugin - np.abs(rows) @ self.correction, FLOOR * plugin)
        return rows @ self.components, np.sqrt(np.maximum(variance, 0.0))


@dataclass(frozen=True)
class Point:
    """The components of one decomposition and what they were made of, without their covariance."""

    answers: Answers
    cells: Cells
    fitted: Fit
    common: Common
    shares: Floats
    components: Floats


def point(answers: Answers, options: Options) -> Point:
    """The components of `answers` without intervals; both waves need at least one respondent."""
    if np.bincount(answers.wave, answers.weight * answers.writes, 2).min() < LEAST_COMMENTS - 1e-9:
        answers = without_mentions(answers)
    answers = replace(answers, mentions=compact(answers.mentions))
    cells = summarize(answers, options.project)
    fitted = fit(answers, cells, options)
    common = beyond_common(fitted, answers.leaf_polarity)
    reach = cells.share_mean * cells.rate.mean(0)
    shares = np.einsum("z,gzk->gk", reach, cells.mention)
    moved, mean = shares[1] - shares[0], shares.mean(0)
    components = np.r_[fitted.level * moved, common.own * mean, _tops(cells, reach)]
    components[-1] -= components[: 2 * len(moved)].sum()
    return Point(answers, cells, fitted, common, shares, components)


def decompose(answers: Answers, options: Options | None = None) -> Decomposition:
    """The components of `answers` with their covariance; both waves need at least one respondent."""
    options = options or Options()
    made = point(answers, options)
    own = point(answers, replace(options, project=False)).components if options.own else made.components
    raw_common = beyond_common(made.fitted, made.answers.leaf_polarity, raw=True)
    full = ingredient_covariance(made.answers, made.cells, made.fitted, made.common, raw_common)
    moved, mean = made.shares[1] - made.shares[0], made.shares.mean(0)
    jacobian = _jacobian(made.fitted.level, made.common.own, moved, mean)
    k = len(moved)
    covariance, variance = full[: 4 * k + 4, : 4 * k + 4], np.diag(full)
    se = np.sqrt(np.maximum(np.r_[variance[: 4 * k], variance[4 * k + 4 :]], 0.0))
    correction = np.zeros(2 * k + 4)
    correction[:k] = variance[:k] * variance[2 * k : 3 * k]
    correction[k : 2 * k] = variance[k : 2 * k] * variance[3 * k : 4 * k]
    return Decomposition(
        answers=made.answers,
        components=made.components,
        covariance=jacobian @ covariance @ jacobian.T,
        correction=correction,
        ingredients=np.r_[made.fitted.level, made.common.own, moved, mean, raw_common.own],
        ingredient_se=_careful(se, made),
        shares=made.shares,
        own=own,
        cells=by_segment(made, se[:k], se[k : 2 * k]),
    )


def _careful(se: Floats, made: Point) -> Floats:
    """Errors of changes of effect, with the regression's own as a floor where a leaf has few mentions.

    A handful of equal answers has no spread of its own; the spread of all answers stands in.
    """
    k = len(made.shares[0])
    few = (made.answers.mention_counts() < FEW_MENTIONS).any(0)
    out = se.copy()
    for start, model in ((k, made.fitted.change_se), (4 * k, made.fitted.raw_change_se)):
        part = slice(start, start + k)
        out[part] = np.where(few, np.maximum(se[part], model), se[part])
    return out


def _tops(cells: Cells, reach: Floats) -> Floats:
    """mix, rate, silent and within-segment change of writers (general before themes are taken out)."""
    share, rate = cells.share_mean, cells.rate
    gap = (cells.silent - cells.wrote).mean(0)
    return np.array(
        [
            (cells.share[1] - cells.share[0]) @ cells.score.mean(0),
            -(share * (rate[1] - rate[0])) @ gap,
            (share * (1 - rate.mean(0))) @ (cells.silent[1] - cells.silent[0]),
            reach @ (cells.wrote[1] - cells.wrote[0]),
        ]
    )


def _jacobian(level: Floats, own: Floats, moved: Floats, mean: Floats) -> Floats:
    """(2K + 4, 4K + 4) derivative of the components with respect to the ingredients."""
    k = len(level)
    out = np.zeros((2 * k + 4, 4 * k + 4))
    leaf = np.arange(k)
    out[leaf, leaf], out[leaf, 2 * k + leaf] = moved, level
    out[k + leaf, k + leaf], out[k + leaf, 3 * k + leaf] = mean, own
    out[2 * k :, 4 * k :] = np.eye(4)
    out[-1] -= out[: 2 * k].sum(0)
    return out
