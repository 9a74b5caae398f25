"""Tells tweets, reviews and bare phrases apart, so that each gets a calibration of its own.

Takes: the fine-tuned network and its training rows. Gives: a linear head on the mean token state, fitted
after training; voc/meaning/heads.py reads its three numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.sentiment.finetune import SEED, Model, pooled
from models.sentiment.frozen import Rows
from voc.meaning.heads import GENRES

_OF = {
    "umsab": 0,
    "tweeteval": 0,
    "arsarcasm_v2": 0,
    "ajgt": 0,
    "ar_emoji": 0,
    "own": 2,
}  # all others: reviews
ROWS = 2500  # of each genre
Array = NDArray[np.float32]


def head(model: Model, table: Rows) -> tuple[Array, Array]:
    """Weights (3, hidden) and biases (3,) of the head."""
    genre = table.frame["set"].map(_OF).fillna(GENRES.index("review")).to_numpy(np.int64)
    rng = np.random.default_rng(SEED)
    rows = np.concatenate([rng.permutation(np.flatnonzero(genre == g))[:ROWS] for g in range(len(GENRES))])
    fitted = LogisticRegression(C=0.1, max_iter=300).fit(pooled(model, table, rows), genre[rows])
    return fitted.coef_.astype(np.float32), fitted.intercept_.astype(np.float32)
