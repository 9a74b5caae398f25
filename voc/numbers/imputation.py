"""True states of the themes drawn given what the model said, the score and the other themes of the comment.

Data augmentation, compatible with the analysis that follows (Bartlett, Seaman, White and Carpenter 2015,
Stat. Methods Med. Res. 24): a state is drawn with odds proportional to the chance of the state beside
the comment's other mentions x the chance of the comment's score given all mentions x the likelihood of
what was seen. The two models are drawn anew in every sweep.
"""

from __future__ import annotations

import numpy as np

from voc.numbers.confusion import NONE, STATES
from voc.numbers.imputation_models import MentionModel, ScoreModel, Writers, bad_of, good_of
from voc.numbers.matrices import Floats, Ints

FIRST_SWEEPS, SWEEPS = 10, 4  # to forget the start; between two draws
FIRST_STEPS = 5  # of Newton, at the start
Likelihood = list[Floats]  # per theme (codes, S): chance of what was seen given each true state


class Chain:
    """A chain of draws of the states of n comments."""

    def __init__(self, writers: Writers, likelihood: Likelihood, rng: np.random.Generator) -> None:
        self.writers, self.rng = writers, rng
        self.states = _start(writers, likelihood, rng)
        self.mentions = MentionModel(writers, self.states)
        self.scores = ScoreModel(writers)
        self.fresh = True

    def draw(self, likelihood: Likelihood) -> Ints:
        """(n, T) the next draw; labeled comments keep the analyst's states."""
        for _ in range(FIRST_SWEEPS if self.fresh else SWEEPS):
            self.scores.refit(self.states, self.rng, FIRST_STEPS if self.fresh else 1)
            self._sweep(likelihood)
            self.mentions.refit(self.rng)
            self.fresh = False
        return self.states.copy()

    def _sweep(self, likelihood: Likelihood) -> None:
        """Every theme of every comment once."""
        writers, states = self.writers, self.states
        classes = writers.sizes[2]
        odds, factor = self.scores.odds(states)
        bad, good = bad_of(states).sum(1), good_of(states).sum(1)
        for t, seen in enumerate(likelihood):
            alive = np.flatnonzero(seen.max(0) > 0)
            own = states[:, t]
            bad, good = bad - bad_of(own), good - good_of(own)
            odds /= factor[writers.wave, t, own]
            key = self.mentions.key(bad, good)
            prior = (
                self.mentions.chance[t].reshape(2, -1, 1, STATES) * factor[:, t].transpose(0, 2, 1)[:, None]
            )
            chance = prior.reshape(-1, STATES)[:, alive][key * classes + writers.category]
            chance *= seen[:, alive][writers.code[:, t]]
            for wave, rows in enumerate(writers.slices()):
                chance[rows] /= odds[rows] @ factor[wave, t, alive].T
            new = np.where(writers.known, writers.truth[:, t], alive[_sampled(chance, self.rng)])
            self.mentions.note(t, key, new)
            bad, good = bad + bad_of(new), good + good_of(new)
            odds *= factor[writers.wave, t, new]
            states[:, t] = new


def _start(writers: Writers, likelihood: Likelihood, rng: np.random.Generator) -> Ints:
    """(n, T) states drawn per theme on its own, with shares per wave and score class found by EM."""
    themes, _, classes = writers.sizes
    cell = writers.wave * classes + writers.category
    states = np.empty((len(cell), themes), dtype=np.int64)
    for t, seen in enumerate(likelihood):
        codes = len(seen)
        count = np.bincount(cell * codes + writers.code[:, t], minlength=2 * classes * codes)
        count = count.reshape(2 * classes, codes).astype(np.float64)
        share = np.full((2 * classes, STATES), 0.1 / (STATES - 1))
        share[:, NONE] = 0.9
        for _ in range(40):
            joint = share[:, None, :] * seen[None]  # (cells, codes, S)
            joint /= np.maximum(joint.sum(2, keepdims=True), 1e-300)
            share = np.einsum("gcs,gc->gs", joint, count) + 0.01
            share /= share.sum(1, keepdims=True)
        states[:, t] = _sampled(share[cell] * seen[writers.code[:, t]], rng)
    return np.where(writers.known[:, None], writers.truth, states)


def _sampled(chance: Floats, rng: np.random.Generator) -> Ints:
    """(n,) one column per row of (n, m) odds."""
    reach = chance.cumsum(1)
    luck = rng.random(len(chance)) * reach[:, -1]
    return np.asarray(np.minimum((luck[:, None] >= reach).sum(1), chance.shape[1] - 1))
