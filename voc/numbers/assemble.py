"""From tables to a `Movement`: joins, decomposes, tests, and lays the parts out for readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from voc.intake.scales import Scale
from voc.numbers import join as joining
from voc.numbers.answers import Answers, pool_rare
from voc.numbers.decomposition import Decomposition, decompose
from voc.numbers.models import refuse_two_models
from voc.numbers.moments import corrected_parts
from voc.numbers.movement import Movement, SegmentShare
from voc.numbers.noise import impute, labeled_rows, with_themes_of
from voc.numbers.parts import Layout, lay_out, parent_parts
from voc.numbers.power import detectable, smallest_move
from voc.numbers.regression import Options
from voc.numbers.scores import Change, Estimate, Sample, against, change, estimate, kind_of, sample
from voc.numbers.split import Split
from voc.numbers.verdicts import simultaneous
from voc.settings import NumbersSettings

LEAST_COMMENTERS = 10  # a leaf with fewer commenters is pooled into "other"
LOW_RATE = 0.2  # below this comment rate silent respondents are not projected
FEW_WRITERS = 5  # nor when a score class has fewer writers than this and at least as many silent


@dataclass(frozen=True)
class Ends:
    """The two scores and the change between them."""

    before: Estimate
    after: Estimate
    delta: Change
    samples: tuple[Sample, ...]


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
    ends = _ends(joined, scale, split, settings.confidence)
    if split.target is not None:
        return _to_target(joined, ends, scale, split)
    answers, pooled = pool_rare(joined.answers, LEAST_COMMENTERS)
    every = joined.answers if labels is None else with_themes_of(joined.answers, labels)
    labeled = None if labels is None else labeled_rows(comments["comment_id"], every, joined.row, labels)
    project = settings.no_comment == "project" or (settings.no_comment == "auto" and _can_project(answers))
    options = Options(project=project, own=project)
    if labeled is None:
        made = decompose(answers, options)
    else:
        made = impute(every, labeled, options, seed=settings.seed, least=LEAST_COMMENTERS)
    layout = lay_out(made, project, joined.row, parents, settings)
    typical = [float(np.median(se)) if len(se) else 0.0 for se in layout.typical_se]
    return Movement(
        verdict="moved" if ends.delta.p_value < 1 - settings.confidence else "within_noise",
        scale=scale.name,
        split=(split.before, split.after),
        before=ends.before,
        after=ends.after,
        delta=ends.delta,
        parts=layout.parts,
        parents=parent_parts(layout, parents),
        mode="project" if project else "own_bar",
        comment_rate=_comment_rate(answers),
        smallest_move=_smallest(ends.samples, settings.confidence),
        smallest_prevalence=detectable(typical[0], confidence=settings.confidence),
        smallest_effect=detectable(typical[1], confidence=settings.confidence),
        simultaneous=simultaneous(made, layout.family, settings.seed, settings.confidence),
        over_time=split.is_time,
        decimals=2 if kind_of(scale) == "mean" else 1,
        segments=_segment_shares(answers, joined.segments),
        pooled=pooled,
        notices=_notices(joined, made, 0 if labeled is None else len(labeled.row)),
        sensitivity={} if labeled is None else corrected_parts(every, labeled, options),
    )


def _segment_columns(comments: pd.DataFrame, split: Split) -> tuple[str, ...]:
    """Language and the segment_* columns, without the one that is compared."""
    found = [str(c) for c in comments.columns if c == "language" or str(c).startswith("segment_")]
    return tuple(column for column in found if column != split.column)


def _ends(joined: joining.Joined, scale: Scale, split: Split, confidence: float) -> Ends:
    """Scores of both sides; a target stands for the earlier side."""
    first = np.unique(joined.row, return_index=True)[1]
    answers, kind = joined.answers, kind_of(scale)
    weight = np.bincount(joined.row, answers.weight)[joined.row[first]]
    wave, y, person = answers.wave[first], answers.y[first], answers.person[first]
    groups = [
        sample(y[wave == g], weight[wave == g], person[wave == g], kind, scale.high - scale.low)
        for g in ((1,) if split.target is not None else (0, 1))
    ]
    after = estimate(groups[-1], confidence)
    if split.target is not None:
        target = Estimate(split.target, split.target, split.target, 0)
        return Ends(target, after, against(groups[0], split.target, confidence), tuple(groups))
    return Ends(
        estimate(groups[0], confidence), after, _consistent(groups, answers, confidence), tuple(groups)
    )


def _consistent(groups: list[Sample], answers: Answers, confidence: float) -> Change:
    """The change, its value summed the way the parts are, so that they add up to the last digit."""
    tested = change(groups[0], groups[1], confidence)
    total = np.bincount(answers.wave, answers.weight * answers.y, 2) / np.bincount(
        answers.wave, answers.weight, 2
    )
    return Change(float(total[1] - total[0]), tested.low, tested.high, tested.p_value)


def _can_project(answers: Answers) -> bool:
    """Enough writers, overall and in each score class, to stand for the silent."""
    if min(_comment_rate(answers)) < LOW_RATE:
        return False
    index = answers.wave * answers.n_categories + answers.category
    size = 2 * answers.n_categories
    writers = np.bincount(index, answers.weight * answers.writes, size)
    silent = np.bincount(index, answers.weight * ~answers.writes, size)
    return not bool(((writers < FEW_WRITERS) & (silent >= FEW_WRITERS)).any())


def _comment_rate(answers: Answers) -> tuple[float, float]:
    wrote = np.bincount(answers.wave, answers.weight * answers.writes, 2)
    rate = wrote / np.bincount(answers.wave, answers.weight, 2)
    return float(rate[0]), float(rate[1])


def _smallest(samples: tuple[Sample, ...], confidence: float) -> float:
    """Smallest visible move of the score at 80 % power, points."""
    sd = [
        float(np.sqrt(group.adjusted(3.0)[1] if group.kind != "mean" else group.variance))
        for group in samples
    ]
    n = [group.n_effective for group in samples]
    return smallest_move(sd[0], n[0], sd[-1], n[-1] if len(n) > 1 else 1e18, confidence=confidence)


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


def _notices(joined: joining.Joined, made: Decomposition, labeled: int) -> dict[str, float]:
    """Counts the method note mentions; zero counts are left out."""
    counts = {
        "labeled_comments": labeled,
        "without_score": joined.without_score,
        "mentions_of_unknown_comments": joined.stray_mentions,
        "too_few_comments_for_themes": int(
            made.answers.mentions.shape[1] == 0 and len(joined.answers.themes) > 0
        ),
    }
    return {code: float(count) for code, count in counts.items() if count}


def _to_target(joined: joining.Joined, ends: Ends, scale: Scale, split: Split) -> Movement:
    """A target has no answers, so nothing is known of its themes: one general part."""
    delta = ends.delta
    answers = joined.answers
    moved = delta.p_value < 0.05
    n = ends.after.n
    rate = float(np.average(answers.writes, weights=answers.weight))
    general = Layout.single("general", delta, moved, n)
    return Movement(
        verdict="moved" if moved else "within_noise",
        scale=scale.name,
        split=(split.before, split.after),
        before=ends.before,
        after=ends.after,
        delta=delta,
        parts=(general,),
        parents=(),
        mode="project",
        comment_rate=(rate, rate),
        smallest_move=_smallest(ends.samples, 0.95),
        smallest_prevalence=0.0,
        smallest_effect=0.0,
        decimals=2 if kind_of(scale) == "mean" else 1,
        simultaneous=float(stats.norm.ppf(0.975)),
        notices={"target": float(split.target or 0.0)},
    )
