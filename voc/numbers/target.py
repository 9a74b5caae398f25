"""A period against a target: what stands between the score and a number that somebody set.

A target has no answers, so there is no earlier mix and no earlier theme to compare with. What can be said
exactly is how the themes of the period add up to its level (`levels`): score = base + sum of theme parts, so
score - target = (base - target) + sum of theme parts. A theme's part is its prevalence part against a
survey in which nobody mentions it; "general" is how far those who mention nothing are from the target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import ndtri

from voc.labels import POLARITIES
from voc.numbers.answers import OTHER, Answers, pool_rare
from voc.numbers.ends import Ends
from voc.numbers.explained import Explained
from voc.numbers.join import Joined
from voc.numbers.known_errors import KnownErrors
from voc.numbers.levels import Levels, levels
from voc.numbers.matrices import Floats
from voc.numbers.movement import Kind, Leaf, Part
from voc.settings import NumbersSettings

LEAST = 10  # commenters of a leaf, and comments in all, for theme parts


def to_target(
    joined: Joined,
    known: KnownErrors,
    ends: Ends,
    target: float,
    parents: Mapping[str, str | None],
    settings: NumbersSettings,
) -> Explained:
    """The distance from the target to the period's score, in theme parts and a general one.

    Args:
        joined: answers of the period alone.
        known: what is known of the errors of their labels.
        ends: target, score and the distance.
        target: the score to reach, points.
        parents: theme -> parent theme.
        settings: confidence and false discovery rate.
    """
    answers, pooled = pool_rare(joined.answers, LEAST)
    rate = float(np.average(answers.writes, weights=answers.weight))
    themes, errors, together = _parts(answers, known, parents, settings)
    general = ends.delta.value - sum(part.total for part in themes)
    half = (ends.delta.high - ends.delta.low) / 2
    spread = float(np.hypot(half, _quantile(settings) * together))  # as if unrelated: on the safe side
    named = ends.delta.p_value < 1 - settings.confidence if not themes else abs(general) > spread
    rest = _part("general", "general", general, spread, float(ends.delta.p_value), named, ends.after.n)
    return Explained(
        parts=(*themes, rest),
        mode="project",
        comment_rate=(rate, rate),
        typical=(float(np.median(errors)) if len(errors) else 0.0, 0.0),
        simultaneous=_quantile(settings),
        pooled=pooled,
        notices={"target": target, **known.notices()},
    )


def _parts(
    answers: Answers, known: KnownErrors, parents: Mapping[str, str | None], settings: NumbersSettings
) -> tuple[tuple[Part, ...], Floats, float]:
    """Theme parts, named ones first, their standard errors and that of their sum; none below 10 comments."""
    if int(answers.writes.sum()) < LEAST or not answers.mentions.shape[1]:
        return (), np.zeros(0), 0.0
    project = settings.no_comment != "own_bar"
    found = known.levels(project, LEAST, settings.seed)
    made, answers = found or (levels(answers, project=project), answers)
    themes = np.unique(answers.leaf_theme)
    member = (answers.leaf_theme[None, :] == themes[:, None]).astype(np.float64)
    value, se, q = made.tested(member, _quantile(settings))
    half = _quantile(settings) * se
    counts = np.asarray((answers.mentions > 0).sum(0)).ravel()
    told = []
    for i, theme in enumerate(themes):
        leaves = np.flatnonzero(member[i])
        name = answers.themes[theme]
        named = bool(q[i] <= settings.fdr)
        n = int(((answers.mentions[:, leaves].sum(1)) > 0).sum())
        part = _part("theme", name, float(value[i]), float(half[i]), float(q[i]), named, n)
        more: dict[str, Any] = {
            "parent": None if name == OTHER else parents.get(name),
            "share_after": float(made.share[leaves].sum()),
            "leaves": tuple(_leaf(answers, made, int(j), int(counts[j]), settings) for j in leaves),
        }
        told.append(replace(part, **more))
    told.sort(key=lambda part: (part.named is None, -part.strength * abs(part.total), part.id))
    return tuple(told), se, float(made.combine(np.ones((1, len(answers.leaf_theme))))[1][0])


def _leaf(answers: Answers, made: Levels, j: int, n: int, settings: NumbersSettings) -> Leaf:
    row = np.zeros((1, len(answers.leaf_theme)))
    row[0, j] = 1.0
    value, se = made.combine(row)
    total, half = float(value[0]), _quantile(settings) * float(se[0])
    return Leaf(
        POLARITIES[answers.leaf_polarity[j]], total, 0.0, total, total - half, total + half, 0.0,
        float(made.share[j]), float(made.effect[j]), 0, n,
    )  # fmt: skip


def _part(kind: Kind, name: str, total: float, half: float, q: float, named: bool, n: int) -> Part:
    theme = kind == "theme"
    low, high = total - half, total + half
    return Part(
        kind=kind,
        id=name,
        parent=None,
        prevalence=total if theme else 0.0,
        effect=0.0,
        total=total,
        low=low,
        high=high,
        projected=0.0,
        q_value=q,
        named=("prevalence" if theme else "part") if named else None,
        n_before=0,
        n_after=n,
        prevalence_low=low if theme else 0.0,
        prevalence_high=high if theme else 0.0,
        strength=abs(total) / half if half > 0 else 0.0,
    )


def _quantile(settings: NumbersSettings) -> float:
    return float(ndtri(0.5 + settings.confidence / 2))
