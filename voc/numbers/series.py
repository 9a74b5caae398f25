"""Counts over time: how many comments mention each theme and polarity, per week or day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from voc.labels import POLARITIES
from voc.numbers.answers import Flags
from voc.numbers.matrices import Floats, Ints

Unit = Literal["week", "day"]
QUOTED = 5  # comments an alert or a digest row points to


@dataclass(frozen=True)
class Series:
    """Counts per period of theme x polarity.

    Attributes:
        starts: (T,) first day of each period.
        totals: (T,) comments with text.
        names: m pairs (theme, polarity).
        counts: (m, T) comments that mention the pair.
        period: (n,) period of each comment, -1 without a date.
    """

    starts: pd.DatetimeIndex
    totals: Floats
    names: tuple[tuple[str, str], ...]
    counts: Floats
    period: Ints


def series(
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    unit: Unit = "week",
    polarities: tuple[str, ...] = POLARITIES,
) -> Series:
    """Counts per period of every theme x polarity that occurs; periods without comments count 0."""
    times = pd.to_datetime(comments["answered_at"], utc=True).dt.tz_localize(None)
    day = times.dt.normalize()
    if unit == "week":
        day = day - pd.to_timedelta(day.dt.day_of_week, unit="D")
    known = day.notna().to_numpy()
    if not known.any():
        none = np.zeros(0)
        return Series(pd.DatetimeIndex([]), none, (), np.zeros((0, 0)), np.full(len(comments), -1))
    starts = pd.date_range(day.min(), day.max(), freq="7D" if unit == "week" else "D")
    period = np.where(known, (day - starts[0]).dt.days.fillna(0) // (7 if unit == "week" else 1), -1).astype(
        int
    )
    writes = _writes(comments)
    totals = np.bincount(period[known & writes], minlength=len(starts)).astype(np.float64)
    row = pd.Index(comments["comment_id"]).get_indexer(pd.Index(mentions["comment_id"]))
    used = (row >= 0) & mentions["polarity"].isin(polarities).to_numpy()
    used[used] = period[row[used]] >= 0
    pair = mentions.loc[used, ["theme", "polarity"]].assign(row=row[used]).drop_duplicates()
    groups = pair.groupby(["theme", "polarity"], sort=True)
    names = tuple((str(theme), str(polarity)) for theme, polarity in groups.groups)
    counts = np.array(
        [np.bincount(period[rows["row"]], minlength=len(starts)) for _, rows in groups], dtype=float
    )
    return Series(starts, totals, names, counts.reshape(len(names), len(starts)), period)


def _writes(comments: pd.DataFrame) -> Flags:
    if "has_text" in comments.columns:
        return comments["has_text"].fillna(False).to_numpy(dtype=bool)
    if "text" in comments.columns:
        return (comments["text"].astype(str).str.strip() != "").to_numpy(dtype=bool)
    return np.ones(len(comments), dtype=bool)


def latest(
    comments: pd.DataFrame, mentions: pd.DataFrame, theme: str, polarity: str, recent: Flags
) -> tuple[str, ...]:
    """Up to five comments that mention the pair among the `recent` rows, latest first."""
    own = mentions.loc[(mentions["theme"] == theme) & (mentions["polarity"] == polarity), "comment_id"]
    rows = comments[recent & comments["comment_id"].isin(own).to_numpy()]
    ordered = rows.sort_values(["answered_at", "comment_id"], ascending=[False, True], kind="stable")
    return tuple(ordered["comment_id"].astype(str).head(QUOTED))
