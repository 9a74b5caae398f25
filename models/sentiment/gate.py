"""Tells which sets of the training data a text looks like, and so how much each set's head counts.

Annotators of tweets, writers of reviews and our own phrases draw the line of "neutral" differently; while
training, each group of sets has a head of its own (models/sentiment/finetune.py). Takes: the fine-tuned
network and its training rows. Gives: a linear gate on the mean token state, fitted after training:

    p(feeling | text) = sum over groups of p(group | text) * p(feeling | text, group)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.sentiment.finetune import SEED, Model, pooled
from models.sentiment.frozen import GROUPS, Rows

# What a group's texts are, by place in voc/meaning/heads.py's GENRES: tweets, reviews, phrases.
GENRE = {"umsab": 0, "arsarcasm_v2": 0, "ajgt": 0, "ar_emoji": 0, "own": 2}  # all others: reviews
ROWS = 1000  # of each group
Array = NDArray[np.float32]


def fit(model: Model, table: Rows) -> tuple[Array, Array]:
    """Weights (groups, hidden) and biases (groups,)."""
    group = table.group.numpy()
    rng = np.random.default_rng(SEED)
    drawn = [rng.permutation(np.flatnonzero(group == one))[:ROWS] for one in np.unique(group)]
    rows = np.concatenate(drawn)
    fitted = LogisticRegression(C=0.1, max_iter=300).fit(pooled(model, table, rows), group[rows])
    return fitted.coef_.astype(np.float32), fitted.intercept_.astype(np.float32)


def genres() -> list[int]:
    """The genre of each group, in the order of the gate's rows."""
    first = {group: name for name, group in reversed(GROUPS.items())}
    return [GENRE.get(first[group], 1) for group in sorted(first)]
