"""What the imputation believes: how mentions go together, and how the score goes with mentions.

Mentions given each other: a table per theme, wave and bucket (how many other bad and good things the
comment says), times a factor per segment. Score class given mentions: a multinomial logit per wave. The
second is what makes imputed themes as telling about the score as true ones; a table of themes given the
score alone loses a quarter of a change of effect, because it cannot tell a strong complaint from a weak one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from voc.numbers.confusion import BOTH, NEGATIVE, NEUTRAL, POSITIVE, STATES
from voc.numbers.matrices import Floats, Ints, Matrix, compact, full, scaled

SIDES = 3  # none, one, two or more others
BUCKETS = SIDES**2
LEAVES = np.zeros((STATES, 3))  # state -> negative, neutral, positive mention
LEAVES[[NEGATIVE, NEUTRAL, POSITIVE, BOTH, BOTH], [0, 1, 2, 0, 2]] = 1.0
PULL = 0.25  # squared distance from the polarity's mean coefficient is charged so much
LONGEST_STEP = 2.0  # of a coefficient in one Newton step
MOST_FITTED = 20_000  # comments of a wave that the score model is fitted to: more do not change it
EVENTS = 3.0  # mentions that the habits of all themes together count for in one bucket


@dataclass(frozen=True)
class Writers:
    """The comments whose themes are drawn, those of wave 0 first. n comments, T themes.

    Attributes:
        code: (n, T) what was seen of each theme: a row of that theme's likelihood; 0 = nothing.
        wave: (n,) 0 or 1.
        category: (n,) score class, 0..C-1.
        segment: (n,) segment, 0..Z-1.
        known: (n,) True where an analyst labeled the comment.
        truth: (n, T) the analyst's states there.
    """

    code: Ints
    wave: Ints
    category: Ints
    segment: Ints
    known: np.ndarray
    truth: Ints

    @property
    def sizes(self) -> tuple[int, int, int]:
        """(T, Z, C): themes, segments, score classes."""
        return self.code.shape[1], int(self.segment.max()) + 1, int(self.category.max()) + 1

    def slices(self) -> tuple[slice, slice]:
        """Rows of wave 0 and of wave 1."""
        cut = int(np.searchsorted(self.wave, 1))
        return slice(0, cut), slice(cut, len(self.wave))


class ScoreModel:
    """Chance of each score class given wave, segment and mentions; the last class is the reference."""

    def __init__(self, writers: Writers) -> None:
        themes, segments, classes = writers.sizes
        self.writers = writers
        self.intercept = np.zeros((2, segments, classes))
        self.effect = np.zeros((2, 3 * themes, classes))
        self.drawn = self.intercept, self.effect

    def refit(self, states: Ints, rng: np.random.Generator, steps: int = 1) -> None:
        """`steps` Newton steps per wave, then one draw around the coefficients."""
        intercepts, effects = [], []
        segments = self.intercept.shape[1]
        target = np.eye(self.intercept.shape[2])[self.writers.category]
        for wave, whole in enumerate(self.writers.slices()):
            thinned = max(1, (whole.stop - whole.start) // MOST_FITTED)
            rows = slice(whole.start, whole.stop, thinned)
            table = _design(states[rows], self.writers.segment[rows], segments)
            count = np.asarray(table.sum(0)).ravel()[segments:]
            center = np.vstack([np.zeros_like(self.intercept[wave]), self._centers(count)])
            pull = np.r_[np.full(segments, 1e-3), np.full(len(count), PULL)]
            held = np.vstack([self.intercept[wave], self.effect[wave]])
            for _ in range(steps):
                held, bend = _newton(table, target[rows], held, center, pull)
            self.intercept[wave], self.effect[wave] = held[:segments], held[segments:]
            luck = np.linalg.solve(np.linalg.cholesky(bend).T, rng.standard_normal(len(bend)))
            held = held.copy()
            held[:, :-1] += luck.reshape(-1, len(held)).T
            intercepts.append(held[:segments])
            effects.append(held[segments:])
        self.drawn = np.stack(intercepts), np.stack(effects)

    def _centers(self, count: Floats) -> Floats:
        """(3T, C) mean coefficients of each polarity, leaves weighted by their mentions."""
        effect = self.effect.mean(0).reshape(-1, 3, self.effect.shape[2])
        weight = count.reshape(-1, 3, 1) + 1e-9
        return np.tile((effect * weight).sum(0) / weight.sum(0), (len(effect), 1))

    def odds(self, states: Ints) -> tuple[Floats, Floats]:
        """(n, C) odds of every class given the states, and (2, T, S, C) the factor of each state in them."""
        intercept, effect = self.drawn
        by_state = np.einsum("sl,gtlc->gtsc", LEAVES, effect.reshape(2, -1, 3, effect.shape[2]))
        logit = np.empty((len(states), effect.shape[2]))
        for wave, rows in enumerate(self.writers.slices()):
            table = _design(states[rows], self.writers.segment[rows], intercept.shape[1])
            logit[rows] = table @ np.vstack([intercept[wave], effect[wave]])
        return np.exp(logit - logit.max(1, keepdims=True)), np.exp(by_state)


def _design(states: Ints, segment: Ints, segments: int) -> Matrix:
    """(n, Z + 3T): segment, then negative, neutral and positive mention of every theme."""
    row, theme = np.nonzero(states)
    leaf = LEAVES[states[row, theme]]
    entry, polarity = np.nonzero(leaf)
    n = len(states)
    columns = np.r_[segment, segments + 3 * theme[entry] + polarity]
    rows = np.r_[np.arange(n), row[entry]]
    shape = (n, segments + 3 * states.shape[1])
    return compact(sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape))


def _newton(
    table: Matrix, target: Floats, held: Floats, center: Floats, pull: Floats
) -> tuple[Floats, Floats]:
    """Coefficients (m, C) one step on, and the curvature ((C - 1) m square) they were at."""
    logit = table @ held
    chance = np.exp(logit - logit.max(1, keepdims=True))
    chance /= chance.sum(1, keepdims=True)
    m, free = held.shape[0], held.shape[1] - 1
    slope = table.T @ (target - chance)[:, :free] - pull[:, None] * (held - center)[:, :free]
    bend = np.empty((free, m, free, m))
    for i in range(free):
        for j in range(i, free):
            weight = chance[:, i] * ((i == j) - chance[:, j])
            bend[i, :, j] = bend[j, :, i] = full(scaled(weight, table).T @ table)
        bend[i, :, i] += np.diag(pull)
    curvature = bend.reshape(free * m, free * m)
    step = np.linalg.solve(curvature, slope.T.ravel()).reshape(free, m).T
    out = held.copy()
    out[:, :free] += np.clip(step, -LONGEST_STEP, LONGEST_STEP)
    return out, curvature


class MentionModel:
    """Chance of each state of a theme given wave, segment and how much else the comment says."""

    def __init__(self, writers: Writers, states: Ints) -> None:
        themes, segments, _ = writers.sizes
        self.shape = (themes, 2, BUCKETS, segments, STATES)
        self.writers = writers
        self.counts = np.zeros(self.shape)
        share = np.stack(
            [
                [np.bincount(states[rows, t], minlength=STATES) + 0.05 for t in range(themes)]
                for rows in writers.slices()
            ],
            axis=1,
        )
        share /= share.sum(-1, keepdims=True)
        self.chance = np.broadcast_to(share[:, :, None, None, :], self.shape).copy()

    def key(self, bad: Ints, good: Ints) -> Ints:
        """(n,) index of wave, bucket and segment, given the others' bad and good mentions."""
        bucket = np.minimum(bad, SIDES - 1) * SIDES + np.minimum(good, SIDES - 1)
        return np.asarray((self.writers.wave * BUCKETS + bucket) * self.shape[3] + self.writers.segment)

    def note(self, theme: int, key: Ints, states: Ints) -> None:
        """Keeps what was drawn for the next `refit`."""
        size = int(np.prod(self.shape[1:]))
        self.counts[theme] = np.bincount(key * STATES + states, minlength=size).reshape(self.shape[1:])

    def refit(self, rng: np.random.Generator) -> None:
        """Draws the tables anew from the noted counts; rare buckets lean on what all themes do."""
        by_bucket = self.counts.sum(3)  # (T, 2, B, S)
        size = by_bucket.sum(-1, keepdims=True)
        own = by_bucket.sum(2) + 0.05
        expected = size * (own / own.sum(-1, keepdims=True))[:, :, None]
        habit = (by_bucket.sum((0, 1)) + 1) / (expected.sum((0, 1)) + 1)
        base = rng.gamma(own)
        table = base[:, :, None] * rng.gamma(by_bucket + EVENTS * habit) / (expected + EVENTS)
        table /= np.maximum(table.sum(-1, keepdims=True), 1e-300)
        there = np.einsum("tgbz,tgbs->tzs", self.counts.sum(-1), table)
        place = (self.counts.sum((1, 2)) + 1) / (there + 1)
        self.chance = table[:, :, :, None] * place[:, None, None]


def bad_of(states: Ints) -> Ints:
    """1 where the state holds a negative mention."""
    return np.asarray((states == NEGATIVE) | (states == BOTH), dtype=np.int64)


def good_of(states: Ints) -> Ints:
    """1 where the state holds a positive mention."""
    return np.asarray((states == POSITIVE) | (states == BOTH), dtype=np.int64)
