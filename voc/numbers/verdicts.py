"""Which parts can be named: tests per part, false discoveries held at 5 % (Benjamini-Hochberg)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from voc.numbers.decomposition import Decomposition
from voc.numbers.matrices import Floats, Ints

DRAWS = 2000
VISIBLE = 1.959964  # |z| from which an estimate's own 95 % interval leaves zero out


@dataclass(frozen=True)
class Verdicts:
    """Tests of the family {prevalence and effect of every theme, mix, general (rate, silent)}.

    Attributes:
        prevalence_q, effect_q: (T',) Benjamini-Hochberg adjusted p-values of each theme's two parts.
        top_q: (m,) of the other parts.
        strength: (T',) largest |z| of a theme's leaves; changes of effect count where they are visible.
        top_strength: (m,) |z| of the other parts.
    """

    prevalence_q: Floats
    effect_q: Floats
    top_q: Floats
    strength: Floats
    top_strength: Floats


def adjusted(p: Floats) -> Floats:
    """(m,) Benjamini-Hochberg adjusted p-values (q-values), at most 1; NaN (not tested) becomes 1.

    >>> adjusted(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested])]
    stepped = p[order] * len(order) / np.arange(1, len(order) + 1)
    out = np.ones(len(p))
    out[order] = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0)
    return out


def judge(made: Decomposition, themes: Ints, tops: Floats) -> Verdicts:
    """Verdicts on the parts of `themes` (T',) and on `tops` (m, 2K + 4), rows of coefficients.

    A leaf's prevalence part is a product: it is there when both its share and its effect differ
    from zero, so its p-value is the larger of the two (joint significance; more powerful than the
    product's own z). A leaf whose effect cannot be told from zero is not tested. A change of effect
    is tested on the score as given, which sees moves inside a category too, and only where the
    change in points is visible as well (|z| > 1.96) and has the same sign. Leaves of a theme are
    joined by Simes' rule, and a theme's part is only tested where its own 95 % interval leaves zero.

    Where the components are means over imputations, the themes are tested on the labels as read: a model
    that errs alike in both waves makes a change look smaller than it is, but makes none where there is
    none, so its errors belong in the interval of the size and cost the test only what they hide
    (Copeland and others 1977, Am. J. Epidemiol. 105). The interval with the errors has to leave zero all
    the same, on the same side. Mix and general are tested as they are: what a model misses ends in
    general, which is then no evidence of anything.
    """
    k = len(made.answers.leaf_theme)
    seen = made.as_read or made
    level, own, moved, _, raw = (
        _ratio(seen.ingredients, seen.ingredient_se)[i * k : (i + 1) * k] for i in range(5)
    )
    value, se = seen.combine(np.eye(2 * k + 4)[: 2 * k])
    by_leaf = _ratio(value, se)
    prevalence, effect = by_leaf[:k], by_leaf[k:]
    visible = (np.minimum(np.abs(effect), np.abs(own)) > VISIBLE) & (np.sign(raw) == np.sign(effect))
    effect = np.where(np.abs(own) < np.abs(effect), own, effect)  # few mentions: the careful error
    index = np.searchsorted(themes, made.answers.leaf_theme)
    joint = np.where(np.abs(level) > VISIBLE, np.maximum(_p(moved), _p(level)), np.nan)
    p_prevalence = _simes(joint, index, len(themes))
    p_effect = _simes(np.where(visible, _p(raw), _p(effect)), index, len(themes))
    rows = np.zeros((2 * len(themes), 2 * k + 4))
    rows[index, np.arange(k)] = 1.0
    rows[len(themes) + index, k + np.arange(k)] = 1.0
    bars = _ratio(*made.combine(rows))
    shown = (np.abs(bars) > VISIBLE) & (np.sign(bars) == np.sign(seen.combine(rows)[0]))
    p_themes = np.r_[p_prevalence, p_effect]
    p_themes = np.where(np.isnan(p_themes) | shown, p_themes, 1.0)
    top = _ratio(*made.combine(tops))
    q = adjusted(np.r_[p_themes, _p(top)])
    strength = np.zeros(len(themes))
    np.maximum.at(strength, index, np.maximum(np.abs(prevalence), np.where(visible, np.abs(raw), 0.0)))
    t = len(themes)
    return Verdicts(q[:t], q[t : 2 * t], q[2 * t :], strength, np.abs(top))


def _ratio(value: Floats, se: Floats) -> Floats:
    """Value over standard error, 0 where the part cannot vary."""
    alive = se > 1e-12
    return np.asarray(np.where(alive, value / np.where(alive, se, 1.0), 0.0))


def _p(z: Floats) -> Floats:
    return np.asarray(2 * ndtr(-np.abs(z)))


def _simes(p: Floats, index: Ints, size: int) -> Floats:
    """(size,) Simes' combination min p_(i) m / i of each group's p-values; NaN for a group without any."""
    out = np.full(size, np.nan)
    order = np.argsort(p)  # NaN last
    seen, total = np.zeros(size), np.bincount(index[~np.isnan(p)], minlength=size)
    for j in order[: int((~np.isnan(p)).sum())]:
        group = index[j]
        seen[group] += 1
        out[group] = np.fmin(out[group], min(1.0, p[j] * total[group] / seen[group]))
    return out


def simultaneous(made: Decomposition, rows: Floats, seed: int, confidence: float = 0.95) -> float:
    """Critical |z| that all parts together stay below with the given probability when nothing changed.

    Quantile of the maximum over 2,000 normal draws with the parts' correlation.
    """
    covariance = rows @ made.covariance @ rows.T
    sd = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    alive = sd > 1e-9
    if not alive.any():
        return float(ndtri(0.5 + confidence / 2))
    correlation = covariance[np.ix_(alive, alive)] / np.outer(sd[alive], sd[alive])
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    draws = np.random.default_rng(seed).standard_normal((DRAWS, len(values))) @ root.T
    return float(np.quantile(np.abs(draws).max(1), confidence))
