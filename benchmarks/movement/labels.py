"""Labels from an imperfect classifier: recall about 0.8, flips, false mentions; some checked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from voc.numbers.answers import Answers, pool_rare
from voc.numbers.confusion import NEGATIVE, NONE, POSITIVE, STATES, Labeled, mentions_of, observed
from voc.numbers.evidence import Evidence, gather

DETECTION, POLARITY = 2.5, 3.5  # how far the evidence of true and false mentions lies apart, in sd


def only_polar(answers: Answers) -> Answers:
    """The answers with negative and positive leaves of every theme, neutral mentions dropped."""
    states = observed(answers)
    return _with_states(answers, np.where((states == NEGATIVE) | (states == POSITIVE), states, NONE))


def _with_states(answers: Answers, states: np.ndarray) -> Answers:
    themes = len(answers.themes)
    theme = np.repeat(np.arange(themes), 2)
    polarity = np.tile([0, 2], themes)
    return replace(
        answers, mentions=mentions_of(states, theme, polarity), leaf_theme=theme, leaf_polarity=polarity
    )


def classifier(
    themes: int,
    recall: float = 0.8,
    false: float = 0.022,
    flip: float = 0.04,
    spread: float = 0.06,
    seed: int = 5,
) -> np.ndarray:
    """(T, S, S) chance of what the classifier says (last) given the truth; recall varies by theme."""
    luck = np.random.default_rng(seed).uniform(-spread, spread, (themes, 2))
    out = np.tile(np.eye(STATES), (themes, 1, 1))
    out[:, NONE] = 0.0
    out[:, NONE, NONE], out[:, NONE, NEGATIVE], out[:, NONE, POSITIVE] = 1 - 2 * false, false, false
    for i, (own, other) in enumerate(((NEGATIVE, POSITIVE), (POSITIVE, NEGATIVE))):
        out[:, own] = 0.0
        out[:, own, own], out[:, own, other] = recall + luck[:, i], flip
        out[:, own, NONE] = 1 - out[:, own, own] - flip
    return out


def classified(answers: Answers, error: np.ndarray, rng: np.random.Generator) -> Answers:
    """The answers with the classifier's mentions instead of the true ones."""
    truth = observed(answers)
    reach = error.cumsum(2)[np.arange(truth.shape[1])[None, :], truth]
    seen = (rng.random(truth.shape)[..., None] > reach[..., :-1]).sum(-1)
    return _with_states(answers, np.where(answers.writes[:, None], seen, NONE))


def by_score(answers: Answers, recalls: tuple[float, ...], rng: np.random.Generator) -> Answers:
    """Labels of a classifier whose recall depends on the score class (lowest first): it hears some better."""
    truth = observed(answers)
    said = [observed(classified(answers, classifier(truth.shape[1], recall), rng)) for recall in recalls]
    return _with_states(answers, np.choose(answers.category[:, None], said))


def doubted(truth: Answers, rng: np.random.Generator) -> tuple[Answers, Evidence]:
    """A model with honest probabilities: what it says where it is surer than not, and how sure it is.

    Its evidence for a theme is normal with mean +-d^2/2 and sd d (the log likelihood ratio of two shifted
    normals), so that p = 1/(1 + exp(-(log base odds + evidence))) is calibrated over the whole survey;
    d = 2.5 gives recall and precision of about 0.8, 3.5 for polarity 4 % flips.
    """
    states = observed(truth)
    writes = truth.writes[:, None]
    there, bad = (states != NONE) & writes, (states == NEGATIVE) & writes
    base = there.sum(0) / writes.sum()
    p = expit(logit(base) + np.where(there, 1, -1) * DETECTION**2 / 2 + DETECTION * _normal(states, rng))
    polar = np.where(there, np.where(bad, 1, -1), 0) * POLARITY**2 / 2 + POLARITY * _normal(states, rng)
    p_bad = expit(logit(bad.sum(0) / np.maximum(there.sum(0), 1)) + polar)
    seen = _with_states(truth, np.where((p > 0.5) & writes, np.where(p_bad > 0.5, NEGATIVE, POSITIVE), NONE))
    row, theme = np.nonzero((p > 0.5) & writes)
    mentions = pd.DataFrame(
        {
            "comment_id": row,
            "theme": [truth.themes[t] for t in theme],
            "polarity": np.where(p_bad[row, theme] > 0.5, "negative", "positive"),
            "p_theme": p[row, theme],
            "p_polarity": np.maximum(p_bad, 1 - p_bad)[row, theme],
        }
    )
    everyone = np.arange(len(truth.y))
    return seen, gather(pd.Series(everyone), mentions, seen, everyone)


def _normal(like: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal(like.shape)


def labeled(truth: Answers, model: Answers, n: int, rng: np.random.Generator) -> Labeled:
    """n comments with their true states beside the classifier's, at random."""
    row = np.sort(rng.choice(np.flatnonzero(truth.writes), n, replace=False))
    return Labeled(row, observed(truth)[row], observed(model)[row], np.ones(n))


def pooled(answers: Answers) -> Answers:
    return pool_rare(answers, 10)[0]
