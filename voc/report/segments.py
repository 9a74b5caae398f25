"""Groups of respondents compared, and the journey: what each group or stage says.

Takes: `Crossed`, `result`. Gives: rows ready to show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voc.report import view
from voc.report.tallies import LEAST_IN_SEGMENT, Crossed
from voc.report.wording import Words

MOST_VALUES: Final = 12  # groups shown per column; smaller ones are joined, never dropped
MOST_ITEMS: Final = 3  # challenges and opportunities per stage
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
        named = column.map(lambda v: words.say_or_name(f"language_{v}", v) if pd.notna(v) else None)
        text = named.astype(object)
    else:
        text = column.map(lambda v: words.name(v) if pd.notna(v) else None).astype(object)
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


@dataclass(frozen=True)
class Stage:
    """One stage of the journey: mentions, balance in [-1, 1], touchpoints, what is wrong and right."""

    label: str
    n: int
    balance: float
    touchpoints: Sequence[str]
    challenges: Sequence[tuple[str, int]]
    opportunities: Sequence[tuple[str, int]]


def journey(result: Mapping[str, Any], words: Words) -> list[Stage]:
    """The stages the result lays out, in its order; stages nobody mentioned are left out."""
    names = view.labels(result, words)
    stages = []
    for row in view.rows(result, "journey"):
        counts = {
            p: int(view.number(row.get(p, row.get(f"n_{p}", 0))) or 0) for p in ("negative", "positive")
        }
        n = int(row.get("n") or row.get("n_mentions") or sum(counts.values()))
        if n <= 0:
            continue
        key = str(row.get("stage") or row.get("id"))
        label = words.label(row["label"]) if row.get("label") else words.say_or_name(f"stage_{key}", key)
        balance = view.number(row.get("balance"))
        if np.isnan(balance):
            balance = (counts["positive"] - counts["negative"]) / n
        stages.append(
            Stage(
                label=label,
                n=n,
                balance=balance,
                touchpoints=[words.label(_touchpoint(t)) for t in row.get("touchpoints") or []],
                challenges=_items(row.get("challenges"), names, words),
                opportunities=_items(row.get("opportunities"), names, words),
            )
        )
    return stages


def _touchpoint(entry: object) -> object:
    return (entry.get("label") or entry.get("id")) if isinstance(entry, Mapping) else entry


def _items(entries: object, names: Mapping[str, str], words: Words) -> list[tuple[str, int]]:
    items = []
    for entry in entries if isinstance(entries, Sequence) and not isinstance(entries, str) else []:
        if isinstance(entry, Mapping):
            theme = str(entry.get("theme") or entry.get("id"))
            label = words.label(entry["label"]) if entry.get("label") else names.get(theme, words.name(theme))
            items.append((label, int(view.number(entry.get("n", 0)) or 0)))
        else:
            items.append((names.get(str(entry), words.name(entry)), 0))
    return items[:MOST_ITEMS]
