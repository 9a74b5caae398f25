"""Which parts can be named: tests per part, false discoveries held at 5 % (Benjamini-Hochberg)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from voc.numbers.answers import Flags, Floats
from voc.numbers.decomposition import Decomposition

DRAWS = 2000


@dataclass(frozen=True)
class Verdicts:
    """Tests of the family {prevalence and effect of every theme, mix, general (rate, silent)}.

    Attributes:
        z: (m,) estimate over standard error of each tested part, 0 where it cannot vary.
        q: (m,) Benjamini-Hochberg adjusted p-values.
        named: (m,) True where q is at most the false discovery rate.
    """

    z: Floats
    q: Floats
    named: Flags


def adjusted(p: Floats) -> Floats:
    """(m,) Benjamini-Hochberg adjusted p-values (q-values), at most 1.

    >>> adjusted(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    m = len(p)
    order = np.argsort(p)
    stepped = p[order] * m / np.arange(1, m + 1)
    out = np.empty(m)
    out[order] = np.minimum.accumulate(stepped[::-1])[::-1]
    return np.minimum(out, 1.0)


def judge(made: Decomposition, rows: Floats, fdr: float) -> Verdicts:
    """Verdict on each part given as a row (m, 2K + 4) of coefficients on the components."""
    value, se = made.combine(rows)
    z = np.where(se > 1e-12, value / np.where(se > 1e-12, se, 1.0), 0.0)
    p = np.where(se > 1e-12, 2 * stats.norm.sf(np.abs(z)), 1.0)
    q = adjusted(p)
    return Verdicts(z, q, q <= fdr)


def simultaneous(made: Decomposition, rows: Floats, seed: int, confidence: float = 0.95) -> float:
    """Critical |z| that all parts together stay below with the given probability when nothing changed.

    Quantile of the maximum over 2,000 normal draws with the parts' correlation.
    """
    covariance = rows @ made.covariance @ rows.T
    sd = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    alive = sd > 1e-9
    if not alive.any():
        return float(stats.norm.ppf(0.5 + confidence / 2))
    correlation = covariance[np.ix_(alive, alive)] / np.outer(sd[alive], sd[alive])
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    draws = np.random.default_rng(seed).standard_normal((DRAWS, len(values))) @ root.T
    return float(np.quantile(np.abs(draws).max(1), confidence))
