"""The fast tier: sentiment from hashed n-grams of word pieces, for millions of texts.

Takes: verbatim texts. Gives: (n_texts, 3) logits. A text is cut into pieces by a small tokenizer
that also does its own spelling normalization (outside Python, on all cores), its runs of one to
four pieces are hashed into a table, and the rows of the table are added up:

    logits = bias + sum(table[hash(run)] for run in runs) / sqrt(number of runs)
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.errors import ModelError

LONGEST_RUN = 4  # pieces
CHUNK = 4096  # texts in memory at once
_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio: spreads neighboring numbers apart
Logits = NDArray[np.float64]


class Hasher:
    """Texts to rows of the table.

    Args:
        tokenizer: the ``fast-tokenizer.json`` file.
        bits: the table has ``2 ** bits`` rows.

    Raises:
        ModelError: the file is not a tokenizer.
    """

    def __init__(self, tokenizer: Path, bits: int) -> None:
        from tokenizers import Tokenizer

        try:
            self._tokenizer: Any = Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # the library raises a bare Exception
            raise ModelError(f"{tokenizer} cannot be read ({error}). Reinstall voc to restore it.") from error
        self._shift = np.uint64(64 - bits)

    def runs(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Table row of every run of every text, and the number of the text it belongs to."""
        encoded = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        pieces = [row.ids for row in encoded]
        sizes = np.fromiter(map(len, pieces), np.int64, len(pieces))
        flat = np.fromiter(chain.from_iterable(pieces), np.uint64, int(sizes.sum())) + np.uint64(1)
        owner = np.repeat(np.arange(len(pieces)), sizes)
        found, owners = [], []
        code = np.zeros(len(flat), np.uint64)
        for length in range(1, LONGEST_RUN + 1):
            reach = len(flat) - length + 1
            if reach <= 0:
                break
            code = (code[:reach] * _ODD) ^ (flat[length - 1 :] * np.uint64(2 * length + 1))
            inside = owner[:reach] == owner[length - 1 :]
            found.append(((code[inside] * _ODD) >> self._shift).astype(np.int64))
            owners.append(owner[:reach][inside])
        return np.concatenate(found or [flat.astype(np.int64)]), np.concatenate(owners or [owner])


class FastTier:
    """The table and its hasher.

    Args:
        table: (2 ** bits, 3) weights as integers; times `scale` gives logits.
        scale: one number per class.
        bias: one number per class.
        hasher: made with the same tokenizer and number of bits as in training.
    """

    def __init__(self, table: NDArray[np.int8], scale: Logits, bias: Logits, hasher: Hasher) -> None:
        self._columns = [np.ascontiguousarray(table[:, c]) for c in range(table.shape[1])]
        self._scale = scale
        self._bias = bias
        self._hasher = hasher

    def logits(self, texts: Sequence[str]) -> Logits:
        """(n_texts, 3) float64: negative, neutral, positive; each row from its own text alone."""
        parts = [self._chunk(texts[i : i + CHUNK]) for i in range(0, len(texts), CHUNK)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self._bias)))

    def _chunk(self, texts: Sequence[str]) -> Logits:
        rows, owner = self._hasher.runs(texts)
        n = len(texts)
        size = np.sqrt(np.maximum(np.bincount(owner, minlength=n), 1))
        # Sums of integers: exact, so their order cannot matter.
        sums = [np.bincount(owner, weights=column[rows], minlength=n) for column in self._columns]
        logits: Logits = np.stack(sums, axis=1) / size[:, None] * self._scale + self._bias
        return logits


def load(folder: Path) -> FastTier:
    """The fast tier saved in `folder` (``fast.npz`` and ``fast-tokenizer.json``)."""
    with np.load(folder / "fast.npz") as saved:
        table, scale, bias = saved["table"], saved["scale"], saved["bias"]
    bits = len(table).bit_length() - 1
    return FastTier(table, scale, bias, Hasher(folder / "fast-tokenizer.json", bits))
