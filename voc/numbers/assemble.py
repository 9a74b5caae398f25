"""From tables to a `Movement`: joins, decomposes, tests, and lays the parts out for readers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from voc.intake.scales import Scale
from voc.numbers import join as joining
from voc.numbers.answers import Answers, pool_rare
from voc.numbers.decomposition import Decomposition, decompose
from voc.numbers.ends import comment_rate, score_ends
from voc.numbers.explained import Explained
from voc.numbers.known_errors import KnownErrors, known_errors
from voc.numbers.models import refuse_two_models
from voc.numbers.movement import Movement, SegmentShare
from voc.numbers.parts import lay_out, parent_parts
from voc.numbers.regression import Options
from voc.numbers.split import Split
from voc.numbers.target import to_target
from voc.numbers.verdicts import simultaneous
from voc.settings import NumbersSettings

LEAST_COMMENTERS = 10  # a leaf with fewer commenters is pooled into "other"
LOW_RATE = 0.2  # below this comment rate silent respondents are not projected
FEW_WRITERS = 5  # nor when a score class has fewer writers than this and at least as many silent


def movement(
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    split: Split,
    scale: Scale,
    parents: Mapping[str, str | None],
    segments: tuple[str, ...] | None,
    settings: NumbersSettings,
    labels: pd.DataFrame | None = None,
) -> Movement:
    """See `voc.numbers.movement.between`."""
    side = split.sides(comments)
    refuse_two_models(comments, mentions, side)
    columns = _segment_columns(comments, split) if segments is None else segments
    joined = joining.join(comments, mentions, side, scale, columns, split.target is None)
    ends = score_ends(joined, scale, split, settings.confidence)
    known = known_errors(comments, mentions, joined, labels, settings)
    if split.target is not None:
        explained = to_target(joined, known, ends, split.target, parents, settings)
    else:
        explained = _between(joined, known, parents, settings)
    return explained.movement(ends, scale, split, settings)


def _between(
    joined: joining.Joined, known: KnownErrors, parents: Mapping[str, str | None], settings: NumbersSettings
) -> Explained:
    """The parts of the change from one side to the other."""
    answers, pooled = pool_rare(joined.answers, LEAST_COMMENTERS)
    project = settings.no_comment == "project" or (settings.no_comment == "auto" and _can_project(answers))
    options = Options(project=project, own=project)
    made = known.decompose(options, LEAST_COMMENTERS, settings.seed) or decompose(answers, options)
    layout = lay_out(made, project, joined.row, parents, settings, joined.segments)
    typical = [float(np.median(se)) if len(se) else 0.0 for se in layout.typical_se]
    return Explained(
        parts=layout.parts,
        parents=parent_parts(layout, parents),
        mode="project" if project else "own_bar",
        comment_rate=comment_rate(answers),
        typical=(typical[0], typical[1]),
        simultaneous=simultaneous(made, layout.family, settings.seed, settings.confidence),
        segments=_segment_shares(answers, joined.segments),
        pooled=pooled,
        notices=_notices(joined, made) | known.notices(),
        sensitivity=known.sensitivity(options),
    )


def _segment_columns(comments: pd.DataFrame, split: Split) -> tuple[str, ...]:
    """Language and the segment_* columns, without the one that is compared."""
    found = [str(c) for c in comments.columns if c == "language" or str(c).startswith("segment_")]
    return tuple(column for column in found if column != split.column)


def _can_project(answers: Answers) -> bool:
    """Enough writers, overall and in each score class, to stand for the silent."""
    if min(comment_rate(answers)) < LOW_RATE:
        return False
    index = answers.wave * answers.n_categories + answers.category
    size = 2 * answers.n_categories
    writers = np.bincount(index, answers.weight * answers.writes, size)
    silent = np.bincount(index, answers.weight * ~answers.writes, size)
    return not bool(((writers < FEW_WRITERS) & (silent >= FEW_WRITERS)).any())


def _segment_shares(answers: Answers, names: tuple[str, ...]) -> tuple[SegmentShare, ...]:
    """Share, score and mix contribution of every segment; the contributions add up to the mix part."""
    z = answers.n_segments
    weight = np.bincount(answers.cell, answers.weight, 2 * z).reshape(2, z)
    points = np.bincount(answers.cell, answers.weight * answers.y, 2 * z).reshape(2, z)
    score = points / np.where(weight > 0, weight, 1.0)
    for g in (0, 1):
        score[g] = np.where(weight[g] > 0, score[g], score[1 - g])
    share = weight / weight.sum(1, keepdims=True)
    center = float((share.mean(0) * score.mean(0)).sum())
    shift = (share[1] - share[0]) * (score.mean(0) - center)
    return tuple(
        SegmentShare(name, *(float(x) for x in (*share[:, i], *score[:, i], shift[i])))
        for i, name in enumerate(names)
    )


def _notices(joined: joining.Joined, made: Decomposition) -> dict[str, float]:
    """Counts the method note mentions; zero counts are left out."""
    counts = {
        "without_score": joined.without_score,
        "mentions_of_unknown_comments": joined.stray_mentions,
        "too_few_comments_for_themes": int(
            made.answers.mentions.shape[1] == 0 and len(joined.answers.themes) > 0
        ),
    }
    return {code: float(count) for code, count in counts.items() if count}
