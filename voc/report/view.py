"""The result dict as the typed things a page, a workbook and a slide show, in the order they show them.

Takes: `result` (result.json). Gives: `Part` rows, period names, labels. No number is computed here
that the result does not hold, except sums and the smallest visible move (a fixed multiple of the
interval already printed).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from voc.report.wording import Words

Z_95: Final = 1.959964  # half-width of a 95% interval in standard errors
POWER: Final = 2.801585  # z(0.975) + z(0.80): 80% power at the two-sided 5% level
SMALL_WAVE: Final = 200  # answers per wave under which changes of effect are not visible
_RANK: Final = {"mix": 0, "comment_rate": 1, "silent": 2, "theme": 3, "general": 9}


@dataclass(frozen=True)
class Part:
    """One leaf part of the move, in score points; `label` is ready to show (isolated)."""

    kind: str
    id: str
    label: str
    total: float
    low: float
    high: float
    prevalence: float = math.nan
    effect: float = math.nan
    projected: float = math.nan
    q_value: float = math.nan
    named: str | None = None
    parent: str | None = None
    n_before: int | None = None
    n_after: int | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def bounds(self, component: str) -> tuple[float, float, float]:
        """Value, low, high of `prevalence`, `effect` or `total`; the total's where the component has none."""
        low, high = number(self.more.get(f"{component}_low")), number(self.more.get(f"{component}_high"))
        value = number(self.more.get(component))
        if component == "total" or not all(map(math.isfinite, (value, low, high))):
            return self.total, self.low, self.high
        return value, low, high


def number(value: object) -> float:
    """`value` as a float, NaN where it is None or not a number."""
    return float(value) if isinstance(value, int | float) else math.nan


def whole(value: object) -> int:
    """`value` as a count, 0 where it is None or not a number."""
    found = number(value)
    return int(found) if math.isfinite(found) else 0


def rows(result: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The list called `key` in the result, only its dict entries; empty when there is none."""
    found = result.get(key)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, Sequence) else []


def estimate(result: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """`overall`, `before`, `after` or `delta` of the score, or None when it was not measured."""
    found = (result.get("score") or {}).get(name)
    if not isinstance(found, dict) or not math.isfinite(number(found.get("value"))):
        return None
    return found


def compared(result: Mapping[str, Any]) -> bool:
    """Whether two periods or segments were compared."""
    return all(estimate(result, name) is not None for name in ("before", "after", "delta"))


def within_noise(result: Mapping[str, Any]) -> bool:
    """Whether the verdict on the whole move is "within noise"."""
    return (result.get("movement") or {}).get("verdict") == "within_noise"


def kind_name(result: Mapping[str, Any], words: Words) -> str:
    """What the score is called."""
    kind = str((result.get("score") or {}).get("kind") or "custom")
    key = f"kind_{kind}"
    return words.say(key) if words.has(key) else words.say("kind_other", kind=words.name(kind))


def sides(result: Mapping[str, Any]) -> tuple[str, str]:
    """The names of the two sides as `comments.period` holds them; "before" and "after" when nothing says."""
    found = result.get("compared") or {}
    return str(found.get("before") or "before"), str(found.get("after") or "after")


def period_names(result: Mapping[str, Any], words: Words) -> tuple[str, str]:
    """What the two sides of the comparison are called, ready to show."""
    before, after = sides(result)
    return words.period(before), words.period(after)


def leaves(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts that sum to the change: every part that is nobody's parent."""
    parts = rows(result.get("movement") or {}, "parts")
    parents = {part.get("parent") for part in parts if part.get("parent")}
    return [p for p in parts if not (p.get("kind") == "theme" and p.get("id") in parents)]


def parts(result: Mapping[str, Any], words: Words) -> list[Part]:
    """Leaf parts in reading order: who answered, named themes, other themes (largest first), general."""
    found = [_part(raw, words) for raw in leaves(result)]
    return sorted(found, key=lambda p: (_RANK.get(p.kind, 4), p.named is None, -abs(p.total), p.id))


def _part(raw: Mapping[str, Any], words: Words) -> Part:
    kind = str(raw.get("kind"))
    label = (
        words.say(f"part_{kind}") if words.has(f"part_{kind}") else words.label(raw.get("label") or raw["id"])
    )
    counts = {n: int(raw[n]) for n in ("n_before", "n_after") if isinstance(raw.get(n), int | float)}
    return Part(
        kind=kind,
        id=str(raw.get("id") or kind),
        label=label,
        total=number(raw.get("total")),
        low=number(raw.get("low")),
        high=number(raw.get("high")),
        prevalence=number(raw.get("prevalence")),
        effect=number(raw.get("effect")),
        projected=number(raw.get("projected")),
        q_value=number(raw.get("q_value")),
        named=raw.get("named"),
        parent=raw.get("parent"),
        n_before=counts.get("n_before"),
        n_after=counts.get("n_after"),
        more=raw,
    )


def labels(result: Mapping[str, Any], words: Words) -> dict[str, str]:
    """Theme id -> label to show, from wherever the result names it."""
    known: dict[str, str] = {}
    for row in [
        *rows(result, "drivers"),
        *rows(result, "themes"),
        *rows(result.get("movement") or {}, "parts"),
    ]:
        theme = row.get("id") or row.get("theme")
        if theme and row.get("label") and row.get("kind", "theme") == "theme":
            known[str(theme)] = words.label(row["label"])
    return known


def smallest_move(result: Mapping[str, Any]) -> float:
    """The smallest change seen 4 times in 5 at these sample sizes: 2.80 standard errors of the change."""
    stated = number((result.get("movement") or {}).get("smallest_move"))
    if math.isfinite(stated):
        return stated
    delta = estimate(result, "delta") or {}
    return (number(delta.get("high")) - number(delta.get("low"))) / 2 / Z_95 * POWER


def small_sample(result: Mapping[str, Any]) -> bool:
    """Whether a compared side has fewer answers than changes of effect need to be visible."""
    sizes = [number((estimate(result, side) or {}).get("n")) for side in ("before", "after")]
    return any(size < SMALL_WAVE for size in sizes)
