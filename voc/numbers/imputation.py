"""True states of the themes drawn given what the model said, the score class, the wave and the other themes.

Data augmentation in a log-linear model: the prior odds of a state are a base per theme, wave and score
class, times a factor per score class for how many other bad and good things the comment mentions, times
a factor per theme and segment. Within a score class mentions exclude each other ("explaining away"), so
drawing each theme on its own would put the score on the wrong theme; the joint draw does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voc.numbers.confusion import BOTH, NEGATIVE, POSITIVE, STATES
from voc.numbers.matrices import Floats, Ints

SWEEPS = 12
BUCKETS = 3  # none, one, two or more others


@dataclass(frozen=True)
class Writers:
    """The comments whose states are drawn.

    Attributes:
        seen: (n, T) the model's states.
        cell: (n,) wave x score class.
        category: (n,) score class.
        segment: (n,) segment.
        known: (n,) True where an analyst labeled the comment.
        truth: (n, T) the analyst's states there.
    """

    seen: Ints
    cell: Ints
    category: Ints
    segment: Ints
    known: np.ndarray
    truth: Ints


@dataclass
class _Model:
    """Factors of the prior odds; updated in place from sweep to sweep."""

    base: Floats  # (T, cells, S)
    others: Floats  # (categories, buckets^2, S)
    place: Floats  # (T, segments, S)

    def odds(self, theme: int, writers: Writers, bucket: Ints) -> Floats:
        """(n, S) prior odds of the states of one theme."""
        return np.asarray(
            self.base[theme, writers.cell]
            * self.others[writers.category, bucket]
            * self.place[theme, writers.segment]
        )


def draw(writers: Writers, confusion: Floats, rng: np.random.Generator, sweeps: int = SWEEPS) -> Ints:
    """(n, T) one draw of the true states; labeled comments keep the analyst's.

    Args:
        writers: the comments.
        confusion: (T, S, S) chance of each model state (last) given the true state.
        rng: source of luck.
        sweeps: rounds of drawing all themes and refitting the factors.
    """
    themes = writers.seen.shape[1]
    likelihood = [confusion[t][:, writers.seen[:, t]].T for t in range(themes)]  # (n, S) each
    model = _start(writers, confusion)
    states = np.empty_like(writers.seen)
    for t in range(themes):
        states[:, t] = _sampled(model.base[t, writers.cell] * likelihood[t], rng)
    states = np.where(writers.known[:, None], writers.truth, states)
    bad, good = _tallies(states)
    for _ in range(sweeps):
        counts = _Counts(model)
        for t in range(themes):
            own_bad, own_good = _bad(states[:, t]), _good(states[:, t])
            bucket = _bucket(bad - own_bad, good - own_good)
            odds = model.odds(t, writers, bucket)
            new = np.where(writers.known, writers.truth[:, t], _sampled(odds * likelihood[t], rng))
            counts.add(t, writers, bucket, new, odds / odds.sum(1, keepdims=True))
            bad, good = bad + _bad(new) - own_bad, good + _good(new) - own_good
            states[:, t] = new
        counts.refit(model, rng)
    return states


def _start(writers: Writers, confusion: Floats) -> _Model:
    """Base odds by EM for every theme on its own, the other factors at 1."""
    themes, cells = writers.seen.shape[1], int(writers.cell.max()) + 1
    base = np.empty((themes, cells, STATES))
    for t in range(themes):
        seen = np.bincount(writers.cell * STATES + writers.seen[:, t], minlength=cells * STATES)
        seen = seen.reshape(cells, STATES).astype(np.float64)
        share = (seen + 0.01) / (seen + 0.01).sum(1, keepdims=True)
        for _ in range(40):
            joint = share[:, :, None] * confusion[t][None]
            joint /= np.maximum(joint.sum(1, keepdims=True), 1e-300)
            share = np.einsum("cij,cj->ci", joint, seen) + 0.01
            share /= share.sum(1, keepdims=True)
        base[t] = share
    shape = int(writers.category.max()) + 1, BUCKETS**2, STATES
    return _Model(base, np.ones(shape), np.ones((themes, int(writers.segment.max()) + 1, STATES)))


class _Counts:
    """Drawn and expected numbers behind every factor, collected over one sweep."""

    def __init__(self, model: _Model) -> None:
        self.drawn = [np.zeros_like(factor) for factor in (model.base, model.others, model.place)]
        self.expected = [np.zeros_like(factor) for factor in (model.base, model.others, model.place)]

    def add(self, theme: int, writers: Writers, bucket: Ints, states: Ints, prior: Floats) -> None:
        keys = (writers.cell, writers.category * BUCKETS**2 + bucket, writers.segment)
        for i, key in enumerate(keys):
            shape = self.drawn[i][theme].shape if i != 1 else self.drawn[1].shape
            size = int(np.prod(shape[:-1]))
            target = (slice(None),) if i == 1 else (theme,)
            drawn = np.bincount(key * STATES + states, minlength=size * STATES).reshape(shape)
            expected = np.stack([np.bincount(key, prior[:, s], size) for s in range(STATES)], 1)
            self.drawn[i][target] += drawn
            self.expected[i][target] += expected.reshape(shape)

    def refit(self, model: _Model, rng: np.random.Generator) -> None:
        """One round of iterative proportional fitting, with the luck of a Dirichlet draw in the base."""
        for i, factor in enumerate((model.base, model.others, model.place)):
            drawn = rng.gamma(self.drawn[i] + 0.05) if i == 0 else self.drawn[i] + 1.0
            factor *= drawn / (self.expected[i] + (0.05 if i == 0 else 1.0))
            np.clip(factor, 1e-8, 1e8, out=factor)
            factor /= factor.sum(-1, keepdims=True) if i == 0 else 1.0


def _bad(states: Ints) -> Ints:
    return np.asarray((states == NEGATIVE) | (states == BOTH), dtype=np.int64)


def _good(states: Ints) -> Ints:
    return np.asarray((states == POSITIVE) | (states == BOTH), dtype=np.int64)


def _bucket(bad: Ints, good: Ints) -> Ints:
    """(n,) which of the nine combinations of other bad and good mentions."""
    return np.asarray(np.minimum(bad, BUCKETS - 1) * BUCKETS + np.minimum(good, BUCKETS - 1))


def _tallies(states: Ints) -> tuple[Ints, Ints]:
    return _bad(states).sum(1), _good(states).sum(1)


def _sampled(odds: Floats, rng: np.random.Generator) -> Ints:
    """(n,) one state per row of (n, S) odds."""
    reach = odds.cumsum(1)
    luck = rng.random(len(odds)) * reach[:, -1]
    return np.asarray(np.minimum((luck[:, None] > reach).sum(1), STATES - 1))
