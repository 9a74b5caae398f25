"""Classification metrics with intervals: what `voc evaluate` and the model cards print.

Takes true labels, predicted labels and (where there are any) probabilities.
Gives named results; every figure states its range and source.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from voc.errors import InputError

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval.

    Attributes:
        value: the figure.
        low: lower end of the percentile bootstrap interval over rows.
        high: upper end.
        n: number of rows it rests on.
    """

    value: float
    low: float
    high: float
    n: int

    def as_dict(self) -> dict[str, float | int]:
        """The four fields, for JSON."""
        return {"value": self.value, "low": self.low, "high": self.high, "n": self.n}


@dataclass(frozen=True)
class ClassFigures:
    """Precision, recall, F1 (each in [0, 1]) and the number of true rows of one class.

    Attributes:
        f1_low: lower end of the 95 % interval of F1, where one was asked for.
        f1_high: upper end.
    """

    label: str
    precision: float
    recall: float
    f1: float
    n: int
    f1_low: float | None = None
    f1_high: float | None = None


@dataclass(frozen=True)
class McNemar:
    """Exact McNemar test between two models on the same rows (McNemar 1947).

    Attributes:
        only_first: rows only the first model got right.
        only_second: rows only the second model got right.
        p_value: two-sided binomial p-value of the discordant rows.
    """

    only_first: int
    only_second: int
    p_value: float


def confusion(truth: IntArray, guess: IntArray, k: int) -> IntArray:
    """Counts, shape (k, k): row = true class, column = predicted class; -1 guesses fall in no column."""
    seen = guess >= 0
    flat = np.bincount(truth[seen] * k + guess[seen], minlength=k * k)
    return flat.reshape(k, k).astype(np.int64)


def per_class(truth: IntArray, guess: IntArray, labels: Sequence[str]) -> list[ClassFigures]:
    """Precision, recall and F1 of each label; 0 where undefined (the scikit-learn convention)."""
    k = len(labels)
    table = confusion(truth, guess, k)
    hits = np.diag(table).astype(float)
    given, true = table.sum(0), np.bincount(truth, minlength=k)
    precision = hits / np.maximum(given, 1)
    recall = hits / np.maximum(true, 1)
    f1 = 2 * hits / np.maximum(given + true, 1)
    return [
        ClassFigures(label, float(precision[i]), float(recall[i]), float(f1[i]), int(true[i]))
        for i, label in enumerate(labels)
    ]


def per_class_intervals(
    truth: IntArray, guess: IntArray, labels: Sequence[str], *, draws: int = 500, seed: int = 0
) -> list[ClassFigures]:
    """`per_class` with the 95 % percentile bootstrap interval over rows of each F1, seeded."""
    rng = np.random.default_rng(seed)
    k, n = len(labels), len(truth)
    drawn = []
    for _ in range(draws):
        rows = rng.integers(0, n, n)
        table = confusion(truth[rows], guess[rows], k)
        sums = table.sum(0) + np.bincount(truth[rows], minlength=k)
        drawn.append(2 * np.diag(table) / np.maximum(sums, 1))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return [
        replace(figure, f1_low=float(low[i]), f1_high=float(high[i]))
        for i, figure in enumerate(per_class(truth, guess, labels))
    ]


def macro_f1(truth: IntArray, guess: IntArray, k: int) -> float:
    """Mean F1 over the classes that occur in the truth, in [0, 1]."""
    figures = per_class(truth, guess, [str(i) for i in range(k)])
    present = [figure.f1 for figure in figures if figure.n]
    return float(np.mean(present)) if present else float("nan")


def macro_recall(truth: IntArray, guess: IntArray, k: int) -> float:
    """Mean recall over the classes that occur (TweetEval's sentiment metric), in [0, 1]."""
    figures = per_class(truth, guess, [str(i) for i in range(k)])
    present = [figure.recall for figure in figures if figure.n]
    return float(np.mean(present)) if present else float("nan")


def f1_over(truth: IntArray, guess: IntArray, labels: Sequence[str], chosen: Sequence[str]) -> float:
    """Mean F1 over the chosen labels, for example F1-PN over positive and negative, in [0, 1]."""
    figures = {figure.label: figure.f1 for figure in per_class(truth, guess, labels)}
    return float(np.mean([figures[label] for label in chosen]))


def accuracy(truth: IntArray, guess: IntArray) -> float:
    """Share of rows with the right label, in [0, 1]."""
    return float(np.mean(truth == guess)) if len(truth) else float("nan")


def calibration_error(truth: IntArray, p: NDArray[np.float64], bins: int = 15) -> float:
    """Expected calibration error of the top label, in [0, 1] (Guo et al. 2017, equal-width bins).

    Args:
        truth: shape (n,), class numbers.
        p: shape (n, k), rows sum to 1.
        bins: number of equal-width bins of the top probability.
    """
    if not len(truth):
        return float("nan")
    top, right = p.max(1), p.argmax(1) == truth
    where = np.minimum((top * bins).astype(int), bins - 1)
    n = np.bincount(where, minlength=bins)
    gap = np.abs(np.bincount(where, right - top, minlength=bins))
    return float((gap[n > 0]).sum() / len(truth))


def bootstrap(
    figure: Callable[[IntArray, IntArray], float],
    truth: IntArray,
    guess: IntArray,
    *,
    draws: int = 500,
    seed: int = 0,
) -> Estimate:
    """`figure` of the rows with its 95 % percentile bootstrap interval (Efron 1979), seeded."""
    n = len(truth)
    value = figure(truth, guess)
    if n < 2:
        return Estimate(value, value, value, n)
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(draws):
        rows = rng.integers(0, n, n)
        values.append(figure(truth[rows], guess[rows]))
    low, high = np.nanquantile(values, [0.025, 0.975])
    return Estimate(value, float(low), float(high), n)


def mcnemar(truth: IntArray, first: IntArray, second: IntArray) -> McNemar:
    """Do two models differ on the same rows? Exact two-sided test on the discordant rows."""
    from scipy.stats import binomtest

    a = int(((first == truth) & (second != truth)).sum())
    b = int(((first != truth) & (second == truth)).sum())
    p_value = float(binomtest(a, a + b, 0.5).pvalue) if a + b else 1.0
    return McNemar(a, b, p_value)


def numbered(values: Sequence[object], labels: Sequence[str], what: str) -> IntArray:
    """Class numbers of `values` in the order of `labels`.

    Raises:
        InputError: a value is not one of the labels.
    """
    index = {label: i for i, label in enumerate(labels)}
    unknown = sorted({str(value) for value in values if str(value) not in index})
    if unknown:
        shown = ", ".join(repr(value) for value in unknown[:8])
        raise InputError(
            f"The {what} has {len(unknown)} value(s) that are not labels: {shown}. Expected "
            f"{', '.join(labels)}. Translate them with --mapping, a YAML file of `theirs: ours` lines."
        )
    return np.array([index[str(value)] for value in values], dtype=np.int64)
