"""The journey map: what people wrote, laid along the stages and touchpoints of the customer journey.

Takes the `comments` and `mentions` tables and the taxonomy, which says where each theme sits.
Gives one `StageRow` per stage, with its touchpoints: experience level, challenges, opportunities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from voc.taxonomy import Place, Taxonomy

LEVELS: Final = ("negative", "mixed", "positive")
_CLEAR: Final = 0.2  # balance beyond which an experience is called positive or negative
_MOST: Final = 3  # challenges and opportunities shown per cell


@dataclass(frozen=True)
class Point:
    """A theme that stands out in a cell.

    Attributes:
        theme: its id.
        label: its name in ``ar`` and ``en``.
        n: comments behind it: negative ones for a challenge or an opportunity, positive for a strength.
        text: for opportunities, what one would usually do, in ``ar`` and ``en``; else empty.
    """

    theme: str
    label: Mapping[str, str]
    n: int
    text: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Experience:
    """How it was, at one stage or touchpoint.

    Attributes:
        n: mentions.
        negative, neutral, positive: mentions of each polarity.
        balance: share of positive minus share of negative mentions, -1..1.
        level: one of `LEVELS`, from the balance.
        mean_score: mean score of the respondents who mention it, or None without scores.
        challenges: themes with most negative comments, most first.
        strengths: themes with most positive comments, most first.
        opportunities: what to do about the challenges, in the same order.
    """

    n: int
    negative: int
    neutral: int
    positive: int
    balance: float
    level: str
    mean_score: float | None
    challenges: tuple[Point, ...]
    strengths: tuple[Point, ...]
    opportunities: tuple[Point, ...]


@dataclass(frozen=True)
class TouchpointRow(Experience):
    """One cell of the map: a stage at a touchpoint (before, during, after)."""

    id: str = ""
    label: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StageRow(Experience):
    """One stage of the journey and its touchpoints, in the taxonomy's order."""

    stage: str = ""
    label: Mapping[str, str] = field(default_factory=dict)
    touchpoints: tuple[TouchpointRow, ...] = ()


def lay_out(comments: pd.DataFrame, mentions: pd.DataFrame, taxonomy: Taxonomy) -> list[StageRow]:
    """The journey map: a row for each stage that was mentioned, in the taxonomy's order.

    Args:
        comments: the `comments` table; `score` is used where present.
        mentions: the `mentions` table; themes that the taxonomy does not place are left out.
        taxonomy: gives stage, touchpoint and action per theme.
    """
    placed = {theme.id: (theme.stage, theme.touchpoint) for theme in taxonomy.themes}
    known = mentions[mentions["theme"].isin([t for t, (stage, _) in placed.items() if stage])]
    laid = pd.DataFrame(
        {
            "comment_id": known["comment_id"],
            "theme": known["theme"],
            "polarity": known["polarity"],
            "stage": [placed[theme][0] for theme in known["theme"]],
            "touchpoint": [placed[theme][1] for theme in known["theme"]],
        }
    )
    laid["score"] = _scores(comments, laid["comment_id"])
    rows = []
    for stage in taxonomy.stages:
        here = laid[laid["stage"] == stage.id]
        if len(here):
            cells = tuple(
                TouchpointRow(**_experience(cell, taxonomy), id=point.id, label=dict(point.label))
                for point in taxonomy.touchpoints
                if len(cell := here[here["touchpoint"] == point.id])
            )
            facts = _experience(here, taxonomy)
            rows.append(StageRow(**facts, stage=stage.id, label=dict(stage.label), touchpoints=cells))
    return rows


def stages_of(
    comment_ids: Sequence[str],
    mentions: pd.DataFrame,
    taxonomy: Taxonomy,
    given: Sequence[object] | None = None,
) -> list[str | None]:
    """The journey stage of each comment: as given by the data, else that of most of its mentions.

    Args:
        comment_ids: comments in order.
        mentions: the `mentions` table.
        taxonomy: places themes, and knows stages by id, label and synonym.
        given: what a column of the data says, per comment; unknown names count as not given.
    """
    names = _names(taxonomy.stages)
    stage_of = {theme.id: theme.stage for theme in taxonomy.themes}
    order = {stage.id: place for place, stage in enumerate(taxonomy.stages)}
    counts: dict[str, dict[str, int]] = {}
    for comment_id, theme in zip(mentions["comment_id"], mentions["theme"], strict=True):
        stage = stage_of.get(theme)
        if stage is not None:
            mine = counts.setdefault(comment_id, {})
            mine[stage] = mine.get(stage, 0) + 1
    found: list[str | None] = []
    for place, comment_id in enumerate(comment_ids):
        told = names.get(str(given[place]).strip().casefold()) if given is not None else None
        mine = counts.get(comment_id, {})
        most = min(mine, key=lambda stage: (-mine[stage], order[stage])) if mine else None
        found.append(told or most)
    return found


def _names(places: Sequence[Place]) -> dict[str, str]:
    return {
        name.casefold(): place.id
        for place in places
        for name in (place.id, *place.label.values(), *place.synonyms)
    }


def _scores(comments: pd.DataFrame, comment_ids: pd.Series) -> pd.Series:
    if "score" not in comments.columns:
        return pd.Series(np.nan, index=comment_ids.index, dtype="float64")
    scores = pd.Series(pd.to_numeric(comments["score"]).to_numpy(), index=comments["comment_id"])
    return comment_ids.map(scores[~scores.index.duplicated()]).astype("float64")


def _experience(cell: pd.DataFrame, taxonomy: Taxonomy) -> dict[str, Any]:
    """The fields of `Experience` for the mentions of one cell."""
    counts = {polarity: int((cell["polarity"] == polarity).sum()) for polarity in LEVELS[::2]}
    negative, positive = counts["negative"], counts["positive"]
    balance = (positive - negative) / len(cell)
    scores = cell.drop_duplicates("comment_id")["score"].dropna()
    challenges = _points(cell, "negative", taxonomy)
    return {
        "n": len(cell),
        "negative": negative,
        "neutral": len(cell) - negative - positive,
        "positive": positive,
        "balance": round(balance, 6),
        "level": LEVELS[0] if balance < -_CLEAR else LEVELS[2] if balance > _CLEAR else LEVELS[1],
        "mean_score": round(float(scores.mean()), 6) if len(scores) else None,
        "challenges": challenges,
        "strengths": _points(cell, "positive", taxonomy),
        "opportunities": tuple(
            Point(point.theme, point.label, point.n, dict(action))
            for point in challenges
            if (action := taxonomy.theme(point.theme).action)
        ),
    }


def _points(cell: pd.DataFrame, polarity: str, taxonomy: Taxonomy) -> tuple[Point, ...]:
    """The themes with most comments of this polarity; equal counts in the taxonomy's order."""
    chosen = cell[cell["polarity"] == polarity]
    counts = chosen.groupby("theme")["comment_id"].nunique()
    ranked = sorted(
        (theme for theme in taxonomy.themes if counts.get(theme.id, 0) > 0),
        key=lambda theme: -int(counts[theme.id]),
    )
    return tuple(Point(one.id, dict(one.label), int(counts[one.id])) for one in ranked[:_MOST])
