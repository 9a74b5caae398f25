"""Groups of respondents compared: what each group gives and writes.

Takes: `Crossed`. Gives: rows ready to show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voc.report import view
from voc.report.tallies import LEAST_IN_SEGMENT, Crossed
from voc.report.wording import Words

MOST_VALUES: Final = 12  # groups shown per column; smaller ones are joined, never dropped
STAND_OUT: Final = 3.0  # standard errors between a group's share and the others', to be mentioned


@dataclass(frozen=True)
class Group:
    """One group: answers, average rating with its 95% interval, negative share, the theme that stands out."""

    label: str
    n: int
    score: float
    low: float
    high: float
    negative: float
    theme: str | None
    here: float
    elsewhere: float


def groups(crossed: Crossed, words: Words) -> list[tuple[str, list[Group]]]:
    """Per segment column (and language) its groups, the largest first; columns with one group left out."""
    found = []
    for column in _columns(crossed.comments):
        values = _values(crossed.comments[column], column, words)
        if column == "language":
            values = values.where(crossed.wrote, words.say("segment_silent"))
        if values.nunique() < 2:
            continue
        order = values.value_counts().index.tolist()
        last = words.say("segment_small")
        order.sort(key=lambda label: label == last)
        title = words.say("segment_language") if column == "language" else words.name(_title(column))
        found.append((title, [_group(crossed, label, (values == label).to_numpy()) for label in order]))
    return found


def _columns(comments: pd.DataFrame) -> list[str]:
    return [c for c in comments.columns if str(c).startswith("segment_")] + [
        c for c in ("language",) if c in comments
    ]


def _title(column: str) -> str:
    return column.removeprefix("segment_").replace("_", " ")


def _values(column: pd.Series[Any], name: str, words: Words) -> pd.Series[str]:
    if name == "language":
        known = {v: words.say_or_name(f"language_{v}", v) for v in column.dropna().unique()}
    else:
        known = {v: words.name(v) for v in column.dropna().unique()}
    text = column.map(known).astype(object)
    text = text.fillna(words.say("segment_missing"))
    counts = text.value_counts()
    small = set(counts.index[(counts < LEAST_IN_SEGMENT) | (np.arange(len(counts)) >= MOST_VALUES)])
    return text.where(~text.isin(small), words.say("segment_small")).astype(str)


def _group(crossed: Crossed, label: str, keep: NDArray[np.bool_]) -> Group:
    score = pd.to_numeric(crossed.comments.get("score", pd.Series(np.nan, crossed.comments.index)))
    known = keep & score.notna().to_numpy()
    weight = crossed.weight
    feeling = crossed.comments.get("sentiment", pd.Series("", crossed.comments.index)).fillna("")
    wrote = keep & crossed.wrote
    base = float(weight[wrote].sum())
    negative = float(weight[wrote & (feeling == "negative").to_numpy()].sum()) / base if base else np.nan
    theme, here, elsewhere = _standing_out(crossed, keep)
    average, half = _mean(score.to_numpy(dtype=float)[known], weight[known])
    return Group(
        label, int(keep.sum()), average, average - half, average + half, negative, theme, here, elsewhere
    )


def _mean(values: NDArray[np.float64], weight: NDArray[np.float64]) -> tuple[float, float]:
    """Weighted mean and the half-width of its normal 95% interval; NaN under two values."""
    if len(values) < 2 or weight.sum() <= 0:
        return np.nan, np.nan
    mean = float(np.average(values, weights=weight))
    error = np.sqrt(np.sum((weight * (values - mean)) ** 2)) / weight.sum()
    return mean, float(view.Z_95 * error)


def _standing_out(crossed: Crossed, keep: NDArray[np.bool_]) -> tuple[str | None, float, float]:
    """The theme this group mentions more than the others do, by the largest clear difference."""
    here, there = keep & crossed.wrote, ~keep & crossed.wrote
    n_here, n_there = int(here.sum()), int(there.sum())
    best: tuple[str | None, float, float] = (None, np.nan, np.nan)
    largest = STAND_OUT
    if min(n_here, n_there) < LEAST_IN_SEGMENT:
        return best
    for theme, group in crossed.pairs.groupby("theme", sort=True):
        rows = np.unique(group["row"].to_numpy())
        p, q = here[rows].sum() / n_here, there[rows].sum() / n_there
        error = np.sqrt(p * (1 - p) / n_here + q * (1 - q) / n_there)
        if error > 0 and (p - q) / error > largest:
            largest, best = (p - q) / error, (str(theme), float(p), float(q))
    return best
