"""The journey laid out: what each stage is like, what is wrong there, what is right and what to do.

Takes: `result["journey"]`. Gives: `Stage` columns in the taxonomy's order.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from voc.report import view
from voc.report.wording import Words

MOST_ITEMS: Final = 3  # challenges, strengths and opportunities per stage


@dataclass(frozen=True)
class Stage:
    """One stage: mentions, balance in [-1, 1], mean rating, touchpoints, what is wrong and right."""

    label: str
    n: int
    balance: float
    score: float
    touchpoints: Sequence[tuple[str, float]]
    challenges: Sequence[tuple[str, int]]
    strengths: Sequence[tuple[str, int]]
    opportunities: Sequence[tuple[str, int]]


def journey(result: Mapping[str, Any], words: Words) -> list[Stage]:
    """The stages the result lays out, in its order; stages nobody mentioned are left out."""
    names = view.labels(result, words)
    stages = []
    for row in view.rows(result, "journey"):
        counts = {p: view.whole(row.get(p)) for p in ("negative", "positive")}
        n = view.whole(row.get("n")) or sum(counts.values())
        if n <= 0:
            continue
        key = str(row.get("stage") or row.get("id"))
        label = words.label(row["label"]) if row.get("label") else words.say_or_name(f"stage_{key}", key)
        balance = view.number(row.get("balance"))
        if math.isnan(balance):
            balance = (counts["positive"] - counts["negative"]) / n
        stages.append(
            Stage(
                label=label,
                n=n,
                balance=balance,
                score=view.number(row.get("mean_score")),
                touchpoints=[_touchpoint(entry, words) for entry in row.get("touchpoints") or []],
                challenges=_items(row.get("challenges"), names, words),
                strengths=_items(row.get("strengths"), names, words),
                opportunities=_items(row.get("opportunities"), names, words),
            )
        )
    return stages


def _touchpoint(entry: object, words: Words) -> tuple[str, float]:
    if not isinstance(entry, Mapping):
        return words.name(entry), math.nan
    return words.label(entry.get("label") or entry.get("id")), view.number(entry.get("balance"))


def _items(entries: object, names: Mapping[str, str], words: Words) -> list[tuple[str, int]]:
    items = []
    for entry in entries if isinstance(entries, Sequence) and not isinstance(entries, str) else []:
        if isinstance(entry, Mapping):
            theme = str(entry.get("theme") or entry.get("id"))
            told = entry.get("text") or entry.get("label")  # an opportunity says what to do
            label = words.label(told) if told else names.get(theme, words.name(theme))
            items.append((label, view.whole(entry.get("n"))))
        else:
            items.append((names.get(str(entry), words.name(entry)), 0))
    return items[:MOST_ITEMS]
