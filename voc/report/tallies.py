"""Counts behind the pictures: who mentions which theme, when, with what polarity, in which group.

Takes: `comments`, `mentions`. Gives: `Crossed`, the two tables joined once, and shares read off it.
A share is the survey-weighted fraction of the people who wrote something.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voc.labels import POLARITIES

LEAST_IN_PERIOD: Final = 10  # comments under which a period's share is left blank
LEAST_IN_SEGMENT: Final = 10  # answers under which a group is joined with other small ones
MOST_PERIODS: Final = 16  # columns of the heat map


@dataclass(frozen=True)
class Crossed:
    """Comments x themes.

    Attributes:
        comments: the table, index 0..n-1.
        weight: (n,) survey weights; wrote: (n,) whether anything was written.
        wave: (n,) "before", "after" or "".
        period: (n,) calendar period labels, "" where there is no date; periods: their order.
        pairs: one row per comment x theme x polarity: row, theme, polarity, p (confidence), start, end.
    """

    comments: pd.DataFrame
    weight: NDArray[np.float64]
    wrote: NDArray[np.bool_]
    wave: NDArray[np.object_]
    period: NDArray[np.object_]
    periods: list[str]
    pairs: pd.DataFrame

    @cached_property
    def places(self) -> pd.Index[Any]:
        """The ids of the comments, to look up their rows."""
        index: pd.Index[Any] = pd.Index(self.comments.get("comment_id", pd.Series(dtype=object)))
        return index

    def share(self, theme: str, keep: NDArray[np.bool_], polarity: str | None = None) -> float:
        """Fraction of those in `keep` who wrote that mention `theme`; NaN when nobody wrote."""
        pairs = self.pairs
        chosen = (pairs["theme"] == theme).to_numpy()
        if polarity is not None:
            chosen &= (pairs["polarity"] == polarity).to_numpy()
        rows = np.unique(pairs["row"].to_numpy()[chosen])
        base = float(self.weight[keep & self.wrote].sum())
        return float(self.weight[rows][(keep & self.wrote)[rows]].sum()) / base if base > 0 else float("nan")


@dataclass(frozen=True)
class ThemeTally:
    """One theme: comments that mention it, shares (overall, per wave, per polarity and wave), series."""

    id: str
    n: int
    share: float
    before: float
    after: float
    counts: Mapping[str, int]  # polarity -> mentions
    split: Mapping[str, float]  # polarity -> share of this theme's mentions
    by_polarity: Mapping[str, tuple[float, float]]
    series: list[float]  # share per period, NaN where too few wrote


def cross(comments: pd.DataFrame, mentions: pd.DataFrame, names: tuple[object, object]) -> Crossed:
    """The two tables joined; `names` are the two labels that `comments.period` may use for the waves."""
    comments = comments.reset_index(drop=True)
    n = len(comments)
    text = _column(comments, "text", "").fillna("").astype(str)
    weight = pd.to_numeric(_column(comments, "weight", 1.0), errors="coerce").fillna(1.0)
    raw = _column(comments, "period", "").fillna("").astype(str)
    wave = raw.where(raw.isin(["before", "after"]), "")
    for side, name in zip(("before", "after"), names, strict=True):
        wave = wave.mask(raw == str(name), side)
    period, periods = _calendar(comments)
    return Crossed(
        comments=comments,
        weight=weight.to_numpy(dtype=np.float64),
        wrote=(text.str.strip() != "").to_numpy(dtype=bool),
        wave=wave.to_numpy(dtype=object),
        period=period,
        periods=periods,
        pairs=_pairs(comments, mentions) if n else _pairs(comments.iloc[:0], mentions.iloc[:0]),
    )


def _column(frame: pd.DataFrame, name: str, otherwise: Any) -> pd.Series[Any]:
    return frame[name] if name in frame.columns else pd.Series([otherwise] * len(frame))


def _pairs(comments: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    places = pd.Index(comments["comment_id"]) if "comment_id" in comments else pd.Index([])
    rows = places.get_indexer(pd.Index(mentions["comment_id"])) if len(places) else np.full(len(mentions), -1)
    p_theme = pd.to_numeric(_column(mentions, "p_theme", 1.0), errors="coerce").fillna(1.0).to_numpy()
    p_polarity = pd.to_numeric(_column(mentions, "p_polarity", 1.0), errors="coerce").fillna(1.0).to_numpy()
    pairs = pd.DataFrame(
        {
            "row": rows,
            "theme": mentions["theme"].astype(str).to_numpy(dtype=object),
            "polarity": mentions["polarity"].astype(str).to_numpy(dtype=object),
            "p": p_theme * p_polarity,
            "start": pd.to_numeric(_column(mentions, "start", 0), errors="coerce").fillna(0).to_numpy(),
            "end": pd.to_numeric(_column(mentions, "end", 0), errors="coerce").fillna(0).to_numpy(),
        }
    )
    return pairs[pairs["row"] >= 0].reset_index(drop=True)


def _calendar(comments: pd.DataFrame) -> tuple[NDArray[np.object_], list[str]]:
    """Weeks, months, quarters or years: the finest that gives at most `MOST_PERIODS` columns."""
    labels = np.full(len(comments), "", dtype=object)
    if "answered_at" not in comments:
        return labels, []
    when = pd.to_datetime(comments["answered_at"], utc=True, errors="coerce").dt.tz_localize(None)
    known = when.notna().to_numpy()
    if not known.any():
        return labels, []
    dated = when[known]
    iso = dated.dt.isocalendar()
    options = [
        iso["year"].astype(str) + "-W" + iso["week"].astype(str).str.zfill(2),
        dated.dt.strftime("%Y-%m"),
        dated.dt.year.astype(str) + "-Q" + dated.dt.quarter.astype(str),
        dated.dt.year.astype(str),
    ]
    chosen = next((one for one in options if one.nunique() <= MOST_PERIODS), options[-1])
    labels[known] = chosen.to_numpy(dtype=object)
    periods = sorted(set(chosen))[-MOST_PERIODS:]
    return labels, periods if len(periods) > 1 else []


def themes(crossed: Crossed) -> list[ThemeTally]:
    """Every theme that is mentioned, the most mentioned first."""
    pairs, wrote, weight = crossed.pairs, crossed.wrote, crossed.weight
    masks = {side: (crossed.wave == side) & wrote for side in ("before", "after")}
    bases = {side: float(weight[mask].sum()) for side, mask in masks.items()}
    places = {label: i for i, label in enumerate(crossed.periods)}
    code = np.array([places.get(label, -1) for label in crossed.period], dtype=np.int64)
    per_period = np.bincount(code[wrote & (code >= 0)], minlength=len(crossed.periods))
    weighed = np.bincount(code[wrote & (code >= 0)], weight[wrote & (code >= 0)], len(crossed.periods))
    tallies = []
    for theme, group in pairs.groupby("theme", sort=True):
        rows = np.unique(group["row"].to_numpy())
        rows = rows[wrote[rows]]
        inside = rows[code[rows] >= 0]
        sums = np.bincount(code[inside], weight[inside], len(crossed.periods))
        enough = per_period >= LEAST_IN_PERIOD
        series = np.divide(sums, weighed, out=np.full(len(sums), np.nan), where=enough & (weighed > 0))

        def of(side: str, chosen: NDArray[Any]) -> float:
            return float(weight[chosen][masks[side][chosen]].sum()) / bases[side] if bases[side] else np.nan

        by_polarity = {}
        for polarity, some in group.groupby("polarity"):
            ids = np.unique(some["row"].to_numpy())
            by_polarity[str(polarity)] = (of("before", ids), of("after", ids))
        count = group["polarity"].value_counts()
        tallies.append(
            ThemeTally(
                id=str(theme),
                n=len(rows),
                share=float(weight[rows].sum()) / max(float(weight[wrote].sum()), 1e-12),
                before=of("before", rows),
                after=of("after", rows),
                counts={p: int(count.get(p, 0)) for p in POLARITIES},
                split={p: float(count.get(p, 0)) / len(group) for p in POLARITIES},
                by_polarity=by_polarity,
                series=[float(x) for x in series],
            )
        )
    return sorted(tallies, key=lambda t: (-t.n, t.id))
