"""Fits the calibration of a tier: vector scaling per language, genre and dialect, the finer near the coarser.

Takes: logits, labels, groups and sets of held-out rows. Gives: the numbers voc/meaning/calibration.py reads.

Users' texts are nobody's benchmark. So the last number, one factor on the logits of each language and genre,
is chosen where it matters: every set in turn is left out, the rest is fitted, and the factor is the one under
which the sets left out are least surprising.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from voc.meaning.calibration import Calibration

Numbers = NDArray[np.float64]
Found = dict[str, dict[str, list[float]]]
MIN_ROWS = 150  # a group with fewer rows takes the numbers of the next larger one
FACTORS = np.arange(0.6, 1.21, 0.05)
PULL = 20.0  # how strongly a group is held near the next larger one, in rows


def fit(logits: Numbers, labels: NDArray[np.int64], groups: list[str], sets: list[str]) -> Found:
    """Scale and bias per group, ``{"ar": {"scale": [...], "bias": [...]}, "ar-tweet": ...}``.

    Args:
        logits: (n, 3).
        labels: 0, 1 or 2.
        groups: as voc/meaning/calibration.py takes them.
        sets: where each row comes from; no large set decides alone.
    """
    names = np.array(sets)
    unseen = _left_out(logits, labels, groups, names)
    found: Found = {}
    for name, numbers in _fitted(logits, labels, groups, _weights(names)).items():
        coarse = "-".join(name.split("-")[:2])
        mine = _inside(groups, coarse)
        factor = _factor(unseen[mine], labels[mine], _weights(names[mine]))
        found[name] = {
            kind: [round(float(v) * factor, 6) for v in values] for kind, values in numbers.items()
        }
    return found


def _weights(sets: NDArray[np.str_]) -> Numbers:
    _, place, counts = np.unique(sets, return_inverse=True, return_counts=True)
    weights: Numbers = 1 / np.sqrt(counts[place])
    return weights


def _left_out(
    logits: Numbers, labels: NDArray[np.int64], groups: list[str], sets: NDArray[np.str_]
) -> Numbers:
    """Log-probabilities (n, 3) of every row by a calibration that has not seen its set."""
    log_p = np.zeros(logits.shape)
    for name in np.unique(sets):
        out = sets == name
        kept = [group for group, gone in zip(groups, out, strict=True) if not gone]
        mine = [group for group, gone in zip(groups, out, strict=True) if gone]
        found = _fitted(logits[~out], labels[~out], kept, _weights(sets[~out]))
        numbers = {group: (np.array(v["scale"]), np.array(v["bias"])) for group, v in found.items()}
        log_p[out] = np.log(np.maximum(Calibration(numbers, 0.0).probabilities(logits[out], mine), 1e-12))
    return log_p


def _factor(log_p: Numbers, labels: NDArray[np.int64], weights: Numbers) -> float:
    """The factor under which the labels are least surprising."""
    costs = []
    for factor in FACTORS:
        z = log_p * factor
        z -= np.log(np.exp(z).sum(1, keepdims=True))
        costs.append(-(weights * z[np.arange(len(labels)), labels]).sum())
    return float(FACTORS[int(np.argmin(costs))])


def _fitted(logits: Numbers, labels: NDArray[np.int64], groups: list[str], weights: Numbers) -> Found:
    found: Found = {}
    start = np.array([1.0, 1, 1, 0, 0, 0])
    for name in sorted(set(_with_larger(groups)), key=lambda name: (name.count("-"), name)):
        larger = name.rpartition("-")[0]
        rows = _inside(groups, name)
        if larger and (rows.sum() < MIN_ROWS or larger not in found):
            continue
        near = np.array(found[larger]["scale"] + found[larger]["bias"]) if larger else start
        numbers = _scaling(logits[rows], labels[rows], weights[rows], near, PULL if larger else 1.0)
        found[name] = {"scale": list(numbers[:3]), "bias": list(numbers[3:])}
    return found


def _inside(groups: list[str], name: str) -> NDArray[np.bool_]:
    return np.array([group == name or group.startswith(name + "-") for group in groups])


def _with_larger(groups: list[str]) -> Iterator[str]:
    for group in set(groups):
        parts = group.split("-")
        yield from ("-".join(parts[:n]) for n in range(1, len(parts) + 1))


def _scaling(
    logits: Numbers, labels: NDArray[np.int64], weights: Numbers, near: Numbers, pull: float
) -> Numbers:
    """One positive scale and three biases by penalized maximum likelihood; `pull` holds them near `near`."""
    weights = weights / weights.mean()
    right = np.eye(3)[labels]

    def cost(x: Numbers) -> tuple[float, Numbers]:
        scaled = logits * np.exp(x[0])
        z = scaled + x[1:4]
        z = z - z.max(1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(1, keepdims=True))
        away = np.append(x[0] - np.log(near[0]), x[1:4] - near[3:])
        slope = weights[:, None] * (np.exp(log_p) - right)
        gradient = np.append((slope * scaled).sum(), slope.sum(0)) + 2 * pull * away
        return float(-(weights * log_p[right > 0]).sum() + pull * (away**2).sum()), gradient

    x = minimize(cost, np.append(np.log(near[0]), near[3:]), jac=True, method="L-BFGS-B").x
    bias = x[1:4] - x[1:4].mean()
    return np.array([np.exp(x[0])] * 3 + list(bias))
