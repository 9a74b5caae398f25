"""One weighted ridge regression of the score on mentions, both waves together.

Columns: an intercept per wave x segment; per polarity the number of mentions; one per leaf; and
the last two again times (wave - 1/2). So a leaf's effect is pulled to the mean of its polarity
(`level` pseudo-mentions per wave) and its change to the common change of its polarity (`change`).
Segments weigh the same in both waves, so a mix shift cannot move the effects.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from voc.numbers.answers import Answers, Flags
from voc.numbers.cells import TINY, Cells
from voc.numbers.matrices import Floats, Matrix, beside, full, indicator, row_products, scaled

FREE, FIXED = 1e-6, 1e12
SMALL_WAVES = 30_000  # writers up to which every leverage is computed
RARE_MENTIONS = 400.0  # in larger data only rows with a leaf rarer than this have a leverage worth computing


@dataclass(frozen=True)
class Ridge:
    """Pseudo-mentions that pull leaf effects (level) and their changes to the polarity's own."""

    level: float = 4.0
    change: float = 1.0
    least_to_change: float = 3.0  # a leaf with fewer mentions in one wave has no change of its own


@dataclass(frozen=True)
class Options:
    """How to decompose.

    Attributes:
        project: silent respondents take the reasons of writers with the same score class.
        prevalence_only: no effect part (small waves); it stays in general.
        ridge: strength of the pull on leaf effects.
        hc: leverage correction of residuals, 0, 2 or 3.
        own: also give the components without projection.
        moments: mentions are moment-corrected values (see `moments`), not 0 or 1.
    """

    project: bool = True
    prevalence_only: bool = False
    ridge: Ridge = field(default_factory=Ridge)
    hc: int = 3
    own: bool = False
    moments: bool = False


@dataclass(frozen=True)
class Fit:
    """The fitted regression. K leaves, P polarities present, q = 2Z + 2P + 2K columns.

    Attributes:
        basis: (n, 2Z + 2K) rows: cell indicator, mentions in wave 0, mentions in wave 1.
        row_weight: (n,) regression weight; 0 for silent respondents.
        residual: (n,) score minus fit, points; 0 for silent respondents.
        raw_residual: (n,) the same for the score as given.
        inflate: (n,) leverage correction of the residual, 1/(1-h) (HC3) or its root (HC2).
        level, change: (K,) mean effect of the two waves and after-minus-before, points per mention.
        gradient: (2Z + 2K, 2K) influence of weight x residual x basis row on (level, change).
        own_change: (K,) True where the leaf has a change of its own.
        change_se: (K,) model-based standard error of `change`, points.
        raw_change: (K,) change of the effect on the score as given, in its own units.
        raw_change_se: (K,) its model-based standard error.
    """

    basis: Matrix
    row_weight: Floats
    residual: Floats
    raw_residual: Floats
    inflate: Floats
    level: Floats
    change: Floats
    gradient: Floats
    own_change: Flags
    change_se: Floats
    raw_change: Floats
    raw_change_se: Floats


def fit(answers: Answers, cells: Cells, options: Options) -> Fit:
    """The regression of section 3 of the method note, from sparse sums."""
    z2, k = 2 * answers.n_segments, answers.mentions.shape[1]
    ridge, hc = options.ridge, options.hc
    basis = _basis(answers)
    row_weight = _row_weights(answers, cells)
    own: Flags = np.asarray((answers.mention_counts() >= ridge.least_to_change - 1e-9).all(axis=0))
    if options.prevalence_only:
        own = np.zeros(k, dtype=bool)
    expand, read = _columns(answers, z2)
    p = (expand.shape[1] - z2 - 2 * k) // 2
    penalty = np.r_[
        np.full(z2, 1e-9),
        np.full(p, FREE),
        np.full(k, 2 * ridge.level),
        np.full(p, FIXED if options.prevalence_only else FREE),
        np.where(own, ridge.change / 2, FIXED),
    ]
    weighted = scaled(row_weight, basis)
    gram = full(weighted.T @ basis)
    if options.moments:
        gram = _own_blocks(gram, answers, z2)
    penalty[:z2] += np.where(np.diag(gram)[:z2] > TINY, 0.0, 1.0)  # an empty cell has no intercept
    inverse = np.linalg.inv(expand.T @ gram @ expand + np.diag(penalty))
    both = np.column_stack([answers.y, answers.raw])
    theta = inverse @ (expand.T @ (weighted.T @ both))
    residual = np.where(row_weight[:, None] > 0, both - basis @ (expand @ theta), 0.0)
    effects = read @ theta
    noise = row_weight @ residual**2 / max(float(row_weight.sum()) - k, 1.0)
    spread = ((read[k:] @ inverse) * read[k:]).sum(1)
    hat = expand @ inverse @ expand.T
    leverage = np.minimum(_leverage(answers, basis, row_weight, hat), 0.9)
    return Fit(
        basis=basis,
        row_weight=row_weight,
        residual=residual[:, 0],
        raw_residual=residual[:, 1],
        inflate=1 / (1 - leverage)
        if hc == 3
        else 1 / np.sqrt(1 - leverage)
        if hc == 2
        else np.ones_like(leverage),
        level=effects[:k, 0],
        change=effects[k:, 0],
        gradient=expand @ inverse @ read.T,
        own_change=own,
        change_se=np.sqrt(np.maximum(spread * noise[0], TINY)),
        raw_change=effects[k:, 1],
        raw_change_se=np.sqrt(np.maximum(spread * noise[1], TINY)),
    )


def _basis(answers: Answers) -> Matrix:
    """(n, 2Z + 2K): cell indicator of writers, their mentions if before, their mentions if after."""
    dense = isinstance(answers.mentions, np.ndarray)
    cell = indicator(answers.cell, answers.writes.astype(np.float64), 2 * answers.n_segments, dense)
    halves = [scaled((answers.wave == wave).astype(np.float64), answers.mentions) for wave in (0, 1)]
    basis = beside([cell, *halves])
    if not isinstance(basis, np.ndarray):
        basis.eliminate_zeros()
    return basis


def _own_blocks(gram: Floats, answers: Answers, z2: int) -> Floats:
    """Second moments of each theme's leaves as 0/1 mentions have them: their mean on the diagonal."""
    k = len(answers.leaf_theme)
    own = answers.leaf_theme[:, None] == answers.leaf_theme[None, :]
    out = gram.copy()
    for wave in (0, 1):
        leaves = slice(z2 + wave * k, z2 + (wave + 1) * k)
        mean = gram[:z2, leaves].sum(0)
        out[leaves, leaves] = np.where(own, np.diag(mean), gram[leaves, leaves])
    return out


def _row_weights(answers: Answers, cells: Cells) -> Floats:
    """(n,) omega in units of real writers, every segment with the same share in both waves."""
    wave, w = answers.wave, answers.weight
    writers = np.bincount(wave, w * answers.writes, 2)
    scale = writers / np.bincount(wave, w, 2) if cells.project else np.ones(2)
    row = cells.omega * scale[wave]
    share = cells.share.sum(0) * cells.rate.sum(0) * (cells.weight_writers > TINY).all(0)
    share = share / max(float(share.sum()), TINY)
    by_cell = np.bincount(answers.cell, row, 2 * answers.n_segments).reshape(2, -1)
    target = share[None, :] * by_cell.sum(1, keepdims=True) / np.maximum(by_cell, TINY)
    return np.asarray(row * target.ravel()[answers.cell])


def _columns(answers: Answers, z2: int) -> tuple[Floats, Floats]:
    """`expand` (2Z + 2K, q) from basis to regression columns; `read` (2K, q) from coefficients to effects."""
    k = len(answers.leaf_polarity)
    kinds = np.unique(answers.leaf_polarity)
    pools = (answers.leaf_polarity[:, None] == kinds[None, :]).astype(np.float64)  # (K, P)
    level = np.hstack([pools, np.eye(k)])  # (K, P + K)
    expand = np.zeros((z2 + 2 * k, z2 + 2 * level.shape[1]))
    expand[:z2, :z2] = np.eye(z2)
    half = z2 + level.shape[1]
    for wave, sign in ((0, -0.5), (1, 0.5)):
        rows = slice(z2 + wave * k, z2 + (wave + 1) * k)
        expand[rows, z2:half], expand[rows, half:] = level, sign * level
    read = np.zeros((2 * k, expand.shape[1]))
    read[:k, z2:half], read[k:, half:] = level, level
    return expand, read


def _leverage(answers: Answers, basis: Matrix, row_weight: Floats, hat: Floats) -> Floats:
    """(n,) diagonal of the hat matrix; left at 0 where it cannot matter (large waves, common leaves)."""
    if isinstance(basis, np.ndarray):
        return row_products(basis, hat) * row_weight
    n, z2 = len(answers.y), 2 * answers.n_segments
    active = row_weight > 0
    if int(active.sum()) > SMALL_WAVES:
        counts = answers.mention_counts().ravel()
        rare = np.r_[np.zeros(z2), (counts < RARE_MENTIONS).astype(np.float64)]
        active &= np.asarray(basis @ rare).ravel() > 0
    out = np.zeros(n)
    chosen = np.flatnonzero(active)
    out[chosen] = row_products(basis[chosen], hat) * row_weight[chosen]
    return out
