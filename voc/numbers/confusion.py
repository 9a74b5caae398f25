"""What a theme model says against what an analyst says: states of each theme and their confusion.

A comment's state of a theme is one of none, negative, neutral, positive, both (negative and positive).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from voc.numbers.answers import Answers
from voc.numbers.matrices import Floats, Ints

STATES = 5
NONE, NEGATIVE, NEUTRAL, POSITIVE, BOTH = range(STATES)
PRIOR = 20.0  # labeled comments that the confusion pooled over themes counts for


def states_of(mentions: sp.csr_matrix, leaf_theme: Ints, leaf_polarity: Ints, themes: int) -> Ints:
    """(n, T) state of every theme in every comment."""
    held = [np.zeros((mentions.shape[0], themes), dtype=bool) for _ in range(3)]
    table = mentions.tocsc()
    for leaf, (theme, polarity) in enumerate(zip(leaf_theme, leaf_polarity, strict=True)):
        held[polarity][table.indices[table.indptr[leaf] : table.indptr[leaf + 1]], theme] = True
    bad, mid, good = held
    out = np.where(mid, NEUTRAL, NONE)
    out = np.where(good, POSITIVE, np.where(bad, NEGATIVE, out))
    return np.where(bad & good, BOTH, out).astype(np.int64)


def mentions_of(states: Ints, leaf_theme: Ints, leaf_polarity: Ints) -> sp.csr_matrix:
    """(n, K) sparse 0/1 mentions that the states (n, T) stand for."""
    own = states[:, leaf_theme]
    alone = np.array([NEGATIVE, NEUTRAL, POSITIVE])[leaf_polarity]
    held = (own == alone[None, :]) | ((own == BOTH) & (leaf_polarity != 1)[None, :])
    return sp.csr_matrix(held.astype(np.float64))


@dataclass(frozen=True)
class Labeled:
    """The comments an analyst labeled, among n answers.

    Attributes:
        row: (l,) positions of the labeled comments in the answers.
        truth: (l, T) the analyst's states.
        seen: (l, T) the model's states.
        weight: (l,) inverse of the chance to be chosen for labeling, mean 1.
    """

    row: Ints
    truth: Ints
    seen: Ints
    weight: Floats

    def confusion(self, luck: Floats | None = None) -> Floats:
        """(T, S, S) share of each model state (last) given the true state, per theme.

        Shrunk to the confusion pooled over themes by 20 labeled comments per true state.

        Args:
            luck: (l,) weights of a Bayesian bootstrap draw; None for the point estimate.
        """
        w = self.weight if luck is None else self.weight * luck
        themes = self.truth.shape[1]
        theme = np.arange(themes)[None, :]
        index = (theme * STATES + self.truth) * STATES + self.seen
        counts = np.bincount(index.ravel(), np.repeat(w, themes), themes * STATES * STATES)
        counts = counts.reshape(themes, STATES, STATES)
        pooled = counts.sum(0) + 0.5 * np.eye(STATES) + 0.02
        shrunk = counts + PRIOR * pooled / pooled.sum(1, keepdims=True)
        return np.asarray(shrunk / shrunk.sum(2, keepdims=True))


def observed(answers: Answers) -> Ints:
    """(n, T) the model's states."""
    return states_of(
        sp.csr_matrix(answers.mentions), answers.leaf_theme, answers.leaf_polarity, len(answers.themes)
    )
