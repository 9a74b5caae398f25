"""Model against labeled rows: one typed report, its tables as text and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voc.evaluate import metrics
from voc.evaluate.metrics import Estimate, IntArray

MIN_GROUP = 30  # smaller groups are counted, not scored: their interval would span half the range


@dataclass(frozen=True)
class Prediction:
    """What a model said about n texts.

    Attributes:
        model: its name and version.
        labels: the label set, in column order.
        guess: shape (n,), class numbers; -1 where the model gave no label of the set.
        p: shape (n, k), rows sum to 1; None for models without probabilities.
        abstained: shape (n,), True where the model would rather say "unsure".
        seconds: time it took, model already open.
    """

    model: str
    labels: tuple[str, ...]
    guess: IntArray
    p: NDArray[np.float64] | None
    abstained: NDArray[np.bool_]
    seconds: float


@dataclass(frozen=True)
class Evaluation:
    """The figures of one model on one labeled file; every share is in [0, 1].

    Attributes:
        task: sentiment, language or dialect.
        n: rows evaluated.
        overall: accuracy, macro_f1, macro_recall and, for sentiment, f1_pn.
        classes: per-class precision, recall, F1 with its interval.
        groups: per language or dialect: n, accuracy, macro-F1.
        confusion: counts, row = truth, column = model.
        ece: expected calibration error over 15 bins, or None.
        abstained: share the model would leave "unsure", and the accuracy on the rest.
        texts_per_second: throughput in this run.
    """

    task: str
    model: str
    n: int
    labels: tuple[str, ...]
    overall: dict[str, Estimate]
    classes: list[metrics.ClassFigures]
    groups: dict[str, dict[str, Estimate | int]]
    confusion: list[list[int]]
    ece: float | None
    abstained: float
    accuracy_when_sure: float
    texts_per_second: float

    def as_dict(self) -> dict[str, Any]:
        """All figures as plain JSON values."""
        groups = {
            group: {
                key: value.as_dict() if isinstance(value, Estimate) else value for key, value in row.items()
            }
            for group, row in self.groups.items()
        }
        return {
            "task": self.task,
            "model": self.model,
            "n": self.n,
            "overall": {name: figure.as_dict() for name, figure in self.overall.items()},
            "classes": [vars(figure) for figure in self.classes],
            "groups": groups,
            "labels": list(self.labels),
            "confusion": self.confusion,
            "ece": self.ece,
            "abstained": self.abstained,
            "accuracy_when_sure": self.accuracy_when_sure,
            "texts_per_second": self.texts_per_second,
        }

    def __str__(self) -> str:
        """The tables as a terminal shows them."""
        lines = [f"{self.task}: {self.model} on {self.n:,} rows, {self.texts_per_second:,.0f} texts/s"]
        for name, figure in self.overall.items():
            lines.append(f"  {name:<14} {figure.value:.3f}  (95 % {figure.low:.3f} to {figure.high:.3f})")
        if self.ece is not None:
            lines.append(f"  {'ece (15 bins)':<14} {self.ece:.3f}")
        lines.append(
            f"  unsure {self.abstained:.1%} of texts; accuracy on the others {self.accuracy_when_sure:.3f}"
        )
        classes = pd.DataFrame([vars(figure) for figure in self.classes]).round(3)
        lines += ["", classes.to_string(index=False)]
        if self.groups:
            rows = [
                {
                    "group": group,
                    **{
                        key: _with_interval(value) if isinstance(value, Estimate) else f"{value:,}"
                        for key, value in row.items()
                    },
                }
                for group, row in self.groups.items()
            ]
            lines += ["", pd.DataFrame(rows).fillna("").to_string(index=False)]
        table = pd.DataFrame(self.confusion, index=list(self.labels), columns=list(self.labels))
        lines += ["", "rows: truth, columns: model", table.to_string()]
        return "\n".join(lines)


def _with_interval(figure: Estimate) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f})"


def evaluate(
    task: str, truth: IntArray, said: Prediction, groups: Mapping[str, Sequence[str]] | None = None
) -> Evaluation:
    """All figures of `said` against `truth`.

    Args:
        task: what is being evaluated; "sentiment" adds F1 over positive and negative.
        truth: shape (n,), class numbers in the order of `said.labels`.
        said: the model's answers on the same rows.
        groups: group columns by name (language, dialect), each of length n.
    """
    k = len(said.labels)
    figures: dict[str, Callable[[IntArray, IntArray], float]] = {
        "accuracy": metrics.accuracy,
        "macro_f1": lambda t, g: metrics.macro_f1(t, g, k),
        "macro_recall": lambda t, g: metrics.macro_recall(t, g, k),
    }
    if task == "sentiment":
        figures["f1_pn"] = lambda t, g: metrics.f1_over(t, g, said.labels, ("positive", "negative"))
    sure = ~said.abstained
    return Evaluation(
        task=task,
        model=said.model,
        n=len(truth),
        labels=said.labels,
        overall={name: metrics.bootstrap(figure, truth, said.guess) for name, figure in figures.items()},
        classes=metrics.per_class_intervals(truth, said.guess, said.labels),
        groups=_by_group(truth, said, groups or {}, k),
        confusion=metrics.confusion(truth, said.guess, k).tolist(),
        ece=None if said.p is None else metrics.calibration_error(truth, said.p),
        abstained=float(said.abstained.mean()),
        accuracy_when_sure=metrics.accuracy(truth[sure], said.guess[sure]) if sure.any() else 0.0,
        texts_per_second=len(truth) / max(said.seconds, 1e-9),
    )


def _by_group(
    truth: IntArray, said: Prediction, groups: Mapping[str, Sequence[str]], k: int
) -> dict[str, dict[str, Estimate | int]]:
    table: dict[str, dict[str, Estimate | int]] = {}
    for name, column in groups.items():
        values = np.asarray([str(value) for value in column], dtype=object)
        for value in sorted(set(values)):
            rows = values == value
            row: dict[str, Estimate | int] = {"n": int(rows.sum())}
            if rows.sum() >= MIN_GROUP:
                row["accuracy"] = metrics.bootstrap(
                    metrics.accuracy, truth[rows], said.guess[rows], draws=200
                )
                row["macro_f1"] = metrics.bootstrap(
                    lambda t, g: metrics.macro_f1(t, g, k), truth[rows], said.guess[rows], draws=200
                )
            table[f"{name}: {value}"] = row
    return table
