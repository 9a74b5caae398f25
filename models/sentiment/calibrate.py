"""Fits the calibration of a tier: vector scaling per language and dialect, shrunk to its language.

Takes: logits, labels and groups of held-out rows. Gives: the numbers voc/meaning/calibration.py reads.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Numbers = NDArray[np.float64]
MIN_ROWS = 150  # a group with fewer rows takes its language's numbers


def fit(
    logits: Numbers, labels: NDArray[np.int64], groups: list[str], weights: Numbers
) -> dict[str, dict[str, list[float]]]:
    """Scale and bias per group, ``{"ar": {"scale": [...], "bias": [...]}, "ar-gulf": ...}``."""
    found: dict[str, dict[str, list[float]]] = {}
    names = np.array(groups)
    language = np.array([name.partition("-")[0] for name in groups])
    start = np.array([1.0, 1, 1, 0, 0, 0])
    for lang in ("ar", "en"):
        rows = language == lang
        base = _scaling(logits[rows], labels[rows], weights[rows], start, 1.0)
        found[lang] = _named(base)
        for name in sorted(set(names[rows]) - {lang}):
            mine = names == name
            if mine.sum() >= MIN_ROWS:
                found[name] = _named(_scaling(logits[mine], labels[mine], weights[mine], base, 20.0))
    return found


def _scaling(
    logits: Numbers, labels: NDArray[np.int64], weights: Numbers, near: Numbers, pull: float
) -> Numbers:
    """One positive scale and three biases by penalized maximum likelihood; `pull` holds them near `near`."""
    weights = weights / weights.mean()

    def cost(x: Numbers) -> float:
        z = logits * np.exp(x[0]) + x[1:4]
        z = z - z.max(1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(1, keepdims=True))
        away = np.append(x[0] - np.log(near[0]), x[1:4] - near[3:])
        return float(-(weights * log_p[np.arange(len(labels)), labels]).sum() + pull * (away**2).sum())

    x = minimize(cost, np.append(np.log(near[0]), near[3:]), method="L-BFGS-B").x
    bias = x[1:4] - x[1:4].mean()
    return np.array([np.exp(x[0])] * 3 + list(bias))


def _named(numbers: Numbers) -> dict[str, list[float]]:
    return {
        "scale": [round(float(v), 6) for v in numbers[:3]],
        "bias": [round(float(v), 6) for v in numbers[3:]],
    }
