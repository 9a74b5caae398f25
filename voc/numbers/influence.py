"""How much each answer moves each ingredient of the decomposition, and the covariance that follows.

Every influence value is linear in a few sparse features of the answer, psi_i = phi_i L, so the
covariance is L' (sum of phi_i' phi_i) L: one sparse product whatever the number of respondents.
Means use the delete-one form w/(W - w); coefficients the leverage-corrected residual.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from voc.numbers.answers import Answers
from voc.numbers.cells import TINY, Cells
from voc.numbers.matrices import Floats, Ints, Matrix, beside, full, grouped, indicator, scaled
from voc.numbers.regression import Fit

HUBER = 1.345
LEAVES_FOR_COMMON = 4  # fewer leaves of one polarity cannot tell a common shift from their own


@dataclass(frozen=True)
class Common:
    """The shift of effect that all leaves of a polarity share, taken out of their changes.

    Attributes:
        own: (K,) change of each leaf beyond the common shift of its polarity, points per mention.
        jacobian: (K, K) derivative of `own` with respect to the fitted changes.
    """

    own: Floats
    jacobian: Floats


def beyond_common(fit: Fit, polarity: Ints, raw: bool = False) -> Common:
    """Changes beyond the Huber location (k = 1.345, weights 1/se^2) of their polarity.

    `raw` takes the changes of the score as given instead of its points.
    """
    changes, errors = (fit.raw_change, fit.raw_change_se) if raw else (fit.change, fit.change_se)
    own = np.where(fit.own_change, changes, 0.0)
    jacobian = np.diag(fit.own_change.astype(np.float64))
    for kind in np.unique(polarity):
        j = np.flatnonzero((polarity == kind) & fit.own_change)
        if len(j) < LEAVES_FOR_COMMON:
            continue
        change, se = changes[j], errors[j]
        center = _location(change, se)
        inside = (np.abs(change - center) <= HUBER * se) / se**2
        own[j] = change - center
        jacobian[np.ix_(j, j)] -= inside / max(float(inside.sum()), TINY)
    return Common(own, jacobian)


def _location(x: Floats, se: Floats) -> float:
    """Huber's location of `x` (weights 1/se^2): exact for its inliers, until these stay the same."""
    center, side = float(np.median(x)), None
    for _ in range(30):
        now = np.where(np.abs(x - center) <= HUBER * se, 0.0, np.sign(x - center))
        if side is not None and (now == side).all():
            return center
        side = now
        pull = (side == 0) / se**2
        if not pull.any():
            break
        center = float((pull @ x + HUBER * (side @ (1 / se))) / pull.sum())
    for _ in range(500):  # it went in circles: reweighting always settles
        pull = np.minimum(1, HUBER / np.maximum(np.abs(x - center) / se, TINY)) / se**2
        center, last = float(pull @ x / pull.sum()), center
        if abs(center - last) < 1e-13 * (1 + abs(center)):
            break
    return center


def ingredient_covariance(
    answers: Answers, cells: Cells, fit: Fit, common: Common, raw_common: Common
) -> Floats:
    """Covariance (5K + 4 square) of the ingredients of the components.

    In order: level, own change, change and mean of the mention share (K each); mix, rate, silent and
    within; own change of the score as given (K).
    """
    features, weights = _features(answers, cells, fit, common, raw_common)
    people = int(answers.person.max()) + 1
    if people < len(answers.y):
        n = len(answers.y)
        same = sp.csr_matrix((np.ones(n), (answers.person, np.arange(n))), shape=(people, n))
        summed: Any = same @ features
        features = summed
    gram = full(features.T @ features)
    return np.asarray(weights.T @ gram @ weights)


def delete_one(own: Floats, total: Floats) -> Floats:
    """Own over the rest, w / (W - w); a row that is alone in its cell counts once."""
    rest = total - own
    return np.asarray(np.where(rest > 1e-9, own / np.maximum(rest, TINY), np.where(own > 0, 1.0, 0.0)))


def _features(
    answers: Answers, cells: Cells, fit: Fit, common: Common, raw_common: Common
) -> tuple[Matrix, Floats]:
    """`phi` (n, f) sparse and `L` (f, 5K + 4) with influence values phi @ L."""
    k, z2 = answers.mentions.shape[1], 2 * answers.n_segments
    cell, wave, w = answers.cell, answers.wave, answers.weight
    sign = np.where(wave == 1, 1.0, -1.0)
    share = np.tile(cells.share_mean, 2)[cell]
    reach = share * np.tile(cells.rate.mean(0), 2)[cell]
    f = delete_one(w, cells.weight.ravel()[cell])
    f_writer = delete_one(cells.omega, cells.weight_writers.ravel()[cell])
    f_wave = delete_one(w, cells.weight.sum(1)[wave])
    gradient = np.hstack([fit.gradient[:, :k], fit.gradient[:, k:] @ common.jacobian.T])
    raw_gradient = fit.gradient[:, k:] @ raw_common.jacobian.T
    class_effect = _class_effects(answers, cells, fit, gradient, fit.residual)
    class_raw = _class_effects(answers, cells, fit, raw_gradient, fit.raw_residual)
    class_mention = _class_mentions(answers, cells)
    per_omega = np.bincount(cell, fit.row_weight, z2) / np.maximum(cells.weight_writers.ravel(), TINY)
    mention = cells.mention.reshape(z2, k)
    wave_sign = np.repeat([-1.0, 1.0], answers.n_segments)[:, None]

    dense = isinstance(fit.basis, np.ndarray)
    phi = [scaled(fit.row_weight * fit.inflate * r, fit.basis) for r in (fit.residual, fit.raw_residual)]
    into = [_place(k, effects=gradient), _place(k, raw=raw_gradient)]
    phi.append(scaled(reach * f_writer, fit.basis[:, z2:]))
    eye = np.eye(k)
    into.append(_place(k, change=np.vstack([-eye, eye]), mean=np.vstack([eye, eye]) / 2))
    by_cell: list[tuple[Floats, Floats, Floats]] = []  # row factor, rows for change, rows for mean
    if cells.project:
        by_class = [
            (w * per_omega[cell] - fit.row_weight, _place(k, effects=class_effect, raw=class_raw)),
            (
                reach * (f - f_writer),
                _halves(k, class_mention, np.repeat(wave_sign, answers.n_categories, 0)),
            ),
        ]
        for factor, rows in by_class:
            phi.append(indicator(cells.index, factor, len(class_mention), dense))
            into.append(rows)
        phi.append(indicator(cell, -share * f, z2, dense))
    else:
        phi.append(indicator(cell, -reach * f_writer, z2, dense))
        moved = f * (answers.writes.astype(np.float64) - cells.rate.ravel()[cell])
        by_cell.append((share * moved / 2, np.tile(_change(cells), (2, 1)), np.tile(_mean(cells), (2, 1))))
    into.append(_halves(k, mention, wave_sign))
    rate = cells.rate.mean(0)[:, None]
    by_cell.append(
        (f_wave / 2, _centered(cells, rate * _change(cells)), _centered(cells, rate * _mean(cells)))
    )
    for factor, change, mean in by_cell:
        phi.append(indicator(cell, factor, z2, dense))
        into.append(_place(k, change=change, mean=mean))
    phi.append(_top_influence(answers, cells, sign, share, f, f_writer, f_wave))
    into.append(np.hstack([np.zeros((4, 4 * k)), np.eye(4), np.zeros((4, k))]))
    return beside(phi), np.vstack(into)


def _class_effects(answers: Answers, cells: Cells, fit: Fit, gradient: Floats, residual: Floats) -> Floats:
    """(2ZC, m) writers' mean influence on m coefficients, per class cell."""
    factor = answers.weight * answers.writes * residual * fit.inflate
    sums = grouped(cells.index, factor, len(cells.class_weight), fit.basis) @ gradient
    return np.asarray(sums / np.maximum(cells.class_weight, TINY)[:, None])


def _class_mentions(answers: Answers, cells: Cells) -> Floats:
    """(2ZC, K) share of writers who mention each leaf, per class cell."""
    sums = grouped(cells.index, answers.weight * answers.writes, len(cells.class_weight), answers.mentions)
    return np.asarray(sums / np.maximum(cells.class_weight, TINY)[:, None])


def _top_influence(
    answers: Answers, cells: Cells, sign: Floats, share: Floats, f: Floats, f_writer: Floats, f_wave: Floats
) -> Floats:
    """(n, 4) influence on mix, rate, silent and within."""
    z, wave, cell, y = answers.segment, answers.wave, answers.cell, answers.y

    def through_shares(values: Floats) -> Floats:
        return np.asarray(0.5 * f_wave * (values[z] - (cells.share @ values)[wave]))

    score, jump = cells.score.mean(0), cells.share[1] - cells.share[0]
    own = f * (y - cells.score.ravel()[cell])
    mix = 2 * sign * through_shares(score) + 0.5 * jump[z] * own
    gap = (cells.silent - cells.wrote).mean(0)
    rate_change, rate_mean = cells.rate[1] - cells.rate[0], cells.rate.mean(0)
    wrote_change, silent_change = cells.wrote[1] - cells.wrote[0], cells.silent[1] - cells.silent[0]
    if cells.project:
        within = through_shares(wrote_change) + share * sign * own
        return np.column_stack([mix, np.zeros_like(mix), np.zeros_like(mix), within])
    silent_weight = np.where(answers.writes, 0.0, answers.weight)
    total: Floats = np.bincount(cell, silent_weight, 2 * answers.n_segments).astype(np.float64)[cell]
    moved = f * (answers.writes.astype(np.float64) - cells.rate.ravel()[cell])
    wrote = f_writer * (y - cells.wrote.ravel()[cell])
    silent = delete_one(silent_weight, total) * (y - cells.silent.ravel()[cell])
    rate = through_shares(-rate_change * gap) - share * (
        sign * moved * gap[z] + 0.5 * rate_change[z] * (silent - wrote)
    )
    quiet = through_shares((1 - rate_mean) * silent_change) + share * (
        -0.5 * moved * silent_change[z] + (1 - rate_mean)[z] * sign * silent
    )
    within = through_shares(rate_mean * wrote_change) + share * (
        0.5 * moved * wrote_change[z] + rate_mean[z] * sign * wrote
    )
    return np.column_stack([mix, rate, quiet, within])


def _change(cells: Cells) -> Floats:
    return np.asarray(cells.mention[1] - cells.mention[0])


def _mean(cells: Cells) -> Floats:
    return np.asarray(cells.mention.mean(0))


def _centered(cells: Cells, values: Floats) -> Floats:
    """(2Z, K) values minus their mean under each wave's segment shares."""
    return np.vstack([values - cells.share[wave] @ values for wave in (0, 1)])


def _halves(k: int, rows: Floats, sign: Floats) -> Floats:
    """Rows that enter the change of a mention share with the sign of their wave, and its mean by half."""
    return _place(k, change=rows * sign, mean=rows / 2)


def _place(
    k: int,
    effects: Floats | None = None,
    change: Floats | None = None,
    mean: Floats | None = None,
    raw: Floats | None = None,
) -> Floats:
    """Rows of `L`: (level, own change) | mention change | mean mention | mix ... within | raw change."""
    blocks = [(effects, 0), (change, 2 * k), (mean, 3 * k), (raw, 4 * k + 4)]
    given = [(block, start) for block, start in blocks if block is not None]
    out = np.zeros((len(given[0][0]), 5 * k + 4))
    for block, start in given:
        out[:, start : start + block.shape[1]] = block
    return out
