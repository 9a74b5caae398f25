"""Which themes go with high and low scores now, by how many points, and whose reasons they are.

Takes the `comments` and `mentions` tables of one group of answers; gives a `Driver` per theme.
Points add up: base + sum of drivers = score. They are associations, like the movement's parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtri

from voc.errors import OptionError
from voc.intake.scales import Scale
from voc.labels import POLARITIES
from voc.numbers import join as joining
from voc.numbers.answers import OTHER, Answers, pool_rare
from voc.numbers.known_errors import known_errors
from voc.numbers.labeled import enough
from voc.numbers.levels import Levels, levels
from voc.numbers.matrices import Floats, Ints
from voc.numbers.segments import stated
from voc.settings import NumbersSettings

Quadrant = Literal["fix", "keep", "watch", "minor"]
LEAST_COMMENTERS = 10
LEAST_COMMENTS = 10


@dataclass(frozen=True)
class Driver:
    """One theme's part of the level of the score.

    Attributes:
        id, parent: theme and parent theme.
        total, low, high: points that go with the theme being mentioned, and their 95 % interval.
        negative, positive: its parts from negative and positive mentions, points.
        q_value: Benjamini-Hochberg adjusted p-value over all themes.
        named: True when q_value is at most the false discovery rate.
        n: comments that mention it.
        share: share of (projected) respondents who mention it, summed over polarities.
        importance: sum of the absolute points of its polarities.
        performance: positive mentions' share of positive and negative ones, in [0, 1]; 0.5 without any.
        quadrant: fix (important, performs badly), keep (important, well), watch (less important,
            badly), minor; split at the medians of the themes.
        n_low, share_low: comments of the scale's lowest category (NPS: detractors) that mention it
            negatively, and their share of that category's comments: reasons to leave.
        n_middle, share_middle: the same for the middle category (passives).
    """

    id: str
    parent: str | None
    total: float
    low: float
    high: float
    negative: float
    positive: float
    q_value: float
    named: bool
    n: int
    share: float
    importance: float
    performance: float
    quadrant: Quadrant
    n_low: int
    share_low: float
    n_middle: int
    share_middle: float


def rank(
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    scale: Scale,
    *,
    parents: Mapping[str, str | None] | None = None,
    segments: tuple[str, ...] | None = None,
    settings: NumbersSettings | None = None,
    labels: pd.DataFrame | None = None,
) -> list[Driver]:
    """The drivers of the score's level, largest absolute points first; empty with fewer than 10 comments.

    Args:
        comments: comment_id, score and, where present, respondent_id, text or has_text, weight,
            language and segment_*.
        mentions: comment_id, theme, polarity.
        scale: turns scores into points.
        parents: theme -> parent theme.
        segments: columns held fixed; None takes language and every segment_* column.
        settings: confidence, false discovery rate, whether label error counts.
        labels: an analyst's labels of some of the comments; with at least 50 of these comments among them
            they take the place of the model's own probabilities, as in `movement.between`.

    Raises:
        InputError: no score, or ids that do not match.
    """
    settings = settings or NumbersSettings()
    if segments is None:
        segments = tuple(str(c) for c in comments.columns if c == "language" or str(c).startswith("segment_"))
    everyone = np.zeros(len(comments), dtype=np.int64)
    joined = joining.join(comments, mentions, everyone, scale, segments)
    answers = pool_rare(joined.answers, LEAST_COMMENTERS)[0]
    if int(answers.writes.sum()) < LEAST_COMMENTS or not answers.mentions.shape[1]:
        return []
    if labels is not None and not enough(comments["comment_id"], answers, joined.row, labels):
        labels = None
    known = known_errors(comments, mentions, joined, labels, settings)
    project = settings.no_comment != "own_bar"
    found = known.levels(project, LEAST_COMMENTERS, settings.seed)
    made, answers = found or (levels(answers, project=project), answers)
    rows = _Rows(answers, joined.row, scale)
    return _drivers(made, rows, parents or {}, settings)


def by_segment(
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    scale: Scale,
    column: str,
    *,
    parents: Mapping[str, str | None] | None = None,
    settings: NumbersSettings | None = None,
) -> dict[str, list[Driver]]:
    """`rank` within each value of `column` that has at least 10 comments with a score; blank is a value."""
    if column not in comments.columns:
        raise OptionError(
            f"The column {column!r} is not in the comments: {', '.join(map(str, comments.columns))}."
        )
    found = {}
    scored = comments[comments["score"].notna()]
    for value, group in scored.groupby(stated(scored[column]), sort=True):
        own = mentions[mentions["comment_id"].isin(group["comment_id"])]
        ranked = rank(group, own, scale, parents=parents, settings=settings) if len(own) else []
        if ranked:
            found[str(value)] = ranked
    return found


class _Rows:
    """Counts behind the drivers, every comment once."""

    def __init__(self, answers: Answers, row: Ints, scale: Scale) -> None:
        first = np.unique(row, return_index=True)[1]
        self.table = answers.mentions[first]
        self.answers = answers
        category = scale.categorize(answers.raw[first])
        writes = answers.writes[first]
        self.members = [np.flatnonzero((category == name) & writes) for name in scale.categories[:2]]

    def mentioning(self, leaves: Ints) -> int:
        return int((np.asarray(self.table[:, leaves].sum(1)).ravel() > 0).sum())

    def complaints(self, leaves: Ints) -> list[tuple[int, float]]:
        """(count, share) of the lowest and of the middle category that mention one of `leaves`."""
        out = []
        for rows in self.members:
            count = (
                int((np.asarray(self.table[rows][:, leaves].sum(1)).ravel() > 0).sum()) if len(leaves) else 0
            )
            out.append((count, count / len(rows) if len(rows) else 0.0))
        return out


def _drivers(
    made: Levels, rows: _Rows, parents: Mapping[str, str | None], settings: NumbersSettings
) -> list[Driver]:
    answers = rows.answers
    themes = np.unique(answers.leaf_theme)
    member = (answers.leaf_theme[None, :] == themes[:, None]).astype(np.float64)
    quantile = float(ndtri(0.5 + settings.confidence / 2))
    value, se, q = made.tested(member, quantile)
    half = quantile * se
    importance = member @ np.abs(made.contribution)
    polarity = [
        np.asarray(answers.leaf_polarity == code, dtype=np.float64) for code in range(len(POLARITIES))
    ]
    performance = _performance(member, made.share, polarity)
    found = []
    for i, theme in enumerate(themes):
        leaves = np.flatnonzero(member[i])
        negative = leaves[answers.leaf_polarity[leaves] == 0]
        (n_low, share_low), (n_middle, share_middle) = rows.complaints(negative)
        name = answers.themes[theme]
        found.append(
            Driver(
                id=name,
                parent=None if name == OTHER else parents.get(name),
                total=float(value[i]),
                low=float(value[i] - half[i]),
                high=float(value[i] + half[i]),
                negative=float((member[i] * polarity[0]) @ made.contribution),
                positive=float((member[i] * polarity[2]) @ made.contribution),
                q_value=float(q[i]),
                named=bool(q[i] <= settings.fdr),
                n=rows.mentioning(leaves),
                share=float(member[i] @ made.share),
                importance=float(importance[i]),
                performance=float(performance[i]),
                quadrant=_quadrant(
                    importance[i] >= np.median(importance), performance[i] >= np.median(performance)
                ),
                n_low=n_low,
                share_low=share_low,
                n_middle=n_middle,
                share_middle=share_middle,
            )
        )
    return sorted(found, key=lambda driver: (-abs(driver.total), driver.id))


def _performance(member: Floats, share: Floats, polarity: list[Floats]) -> Floats:
    """(T',) positive share of the polar mentions of each theme."""
    bad, good = (member @ (share * polarity[code]) for code in (0, 2))
    return np.asarray(np.where(bad + good > 0, good / np.where(bad + good > 0, bad + good, 1.0), 0.5))


def _quadrant(important: bool, performs: bool) -> Quadrant:
    if important:
        return "keep" if performs else "fix"
    return "minor" if performs else "watch"
