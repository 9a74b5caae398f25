"""What the accurate model's numbers mean: sentiment with a little help from the fast tier, and the dialect.

Takes: rows of the output ``logits`` (models/sentiment/export.py) and logits of the student ``share.npz``.
Gives: log-probabilities of negative, neutral, positive before calibration, and each text's calibration
group: its language, what kind of text it looks like (annotators of tweets and writers of reviews mean other
things by "neutral"), and the dialect.

The student is an older fast tier. It reads whole words, also of dialects that the encoder's parent rarely
saw; adding a part of its log-probabilities helps most on short Gulf, Egyptian and Arabizi phrases; so what a
text looks like decides how large that part is. Today's fast tier says too nearly what the accurate model
says to be of help here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voc.meaning import calibration

Numbers = NDArray[np.float64]
DIALECTS: Final = ("msa", "egy", "gulf", "lev", "mag")
GENRES: Final = ("tweet", "review", "phrase")
# How much the fast tier's log-probabilities count in a text of each genre; chosen on held-out rows.
TABLE_SHARES: Final = (0.5, 0.7, 1.25)
_DIALECT: Final = slice(3, 3 + len(DIALECTS))
_GENRE: Final = slice(10, 10 + len(GENRES))  # columns 8 and 9: sarcasm, no and yes


def joined(rows: NDArray[np.float32], table: Numbers) -> Numbers:
    """Log-scores (n, 3) of the model's rows (n, 13) and the fast tier's logits (n, 3), not calibrated yet."""
    share = sum(rows[:, [_GENRE.start + i]] * share for i, share in enumerate(TABLE_SHARES))
    return _log_softmax(rows[:, :3].astype(np.float64)) + share * _log_softmax(table)


def groups(rows: NDArray[np.float32], prepared: Sequence[str]) -> list[str]:
    """Calibration group of each text: ``en-GENRE``, or ``ar-GENRE-DIALECT``, the most probable of each."""
    dialect, genre = rows[:, _DIALECT].argmax(axis=1), rows[:, _GENRE].argmax(axis=1)
    found = []
    for i, text in enumerate(prepared):
        language = calibration.script(text)
        parts = [language, GENRES[genre[i]]]
        found.append("-".join([*parts, DIALECTS[dialect[i]]] if language == calibration.ARABIC else parts))
    return found


def _log_softmax(logits: Numbers) -> Numbers:
    found: Numbers = np.log(np.maximum(calibration.softmax(logits), 1e-9))
    return found
