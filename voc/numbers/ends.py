"""The two scores of a comparison and the change between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voc.intake.scales import Scale
from voc.numbers import join as joining
from voc.numbers.answers import Answers
from voc.numbers.power import smallest_move
from voc.numbers.scores import Change, Estimate, Sample, against, change, estimate, kind_of, sample
from voc.numbers.split import Split


@dataclass(frozen=True)
class Ends:
    """The two scores, the change between them, and the samples behind them (one for a target)."""

    before: Estimate
    after: Estimate
    delta: Change
    samples: tuple[Sample, ...]


def score_ends(joined: joining.Joined, scale: Scale, split: Split, confidence: float) -> Ends:
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


def comment_rate(answers: Answers) -> tuple[float, float]:
    """Share of respondents who wrote, in wave 0 and wave 1."""
    wrote = np.bincount(answers.wave, answers.weight * answers.writes, 2)
    rate = wrote / np.bincount(answers.wave, answers.weight, 2)
    return float(rate[0]), float(rate[1])


def smallest(samples: tuple[Sample, ...], confidence: float) -> float:
    """Smallest visible move of the score at 80 % power, points."""
    sd = [
        float(np.sqrt(group.adjusted(3.0)[1] if group.kind != "mean" else group.variance))
        for group in samples
    ]
    n = [group.n_effective for group in samples]
    return smallest_move(sd[0], n[0], sd[-1], n[-1] if len(n) > 1 else 1e18, confidence=confidence)
