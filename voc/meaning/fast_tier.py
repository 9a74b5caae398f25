"""The fast tier: sentiment from word vectors and windows of three words, for millions of texts.

Takes: verbatim texts. Gives: (n_texts, 3) logits. With ``e`` the vector of a word and ``[..]`` joining:

    h[t]   = relu(B e[t-1] + C e[t] + D e[t+1] + b)        one row per word
    pooled = [mean of h, greatest of h, mean of e]          one row per text
    logits = P pooled + O relu(H pooled + c) + o

It is distilled from the accurate model (models/sentiment/distil.py). ``B e``, ``C e`` and ``D e`` are kept
for every word once it was met, so a text costs look-ups, sums and one small product. All sums are of
whole numbers that their types hold exactly, so they come out the same in any order: a text's result
does not depend on the texts around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voc.errors import ModelError
from voc.meaning.fast_words import EMPTY, Words
from voc.meaning.onnx_session import machine_threads

CHUNK: Final = 64  # texts at once: their rows stay in the processor's cache
BLOCK: Final = 64 * CHUNK  # texts whose pooled rows are in memory at once
WINDOW: Final = 3  # words
LARGEST: Final = 10_000  # of a window's three parts, so that their sum fits 16 bits
FINER: Final = 16  # means are rounded to this part of a unit
HIDDEN_FINER: Final = 4096
FAST: Final = "fast.npz"
SHARE: Final = "share.npz"  # a student that was taught by labels rather than by the accurate model
Numbers = NDArray[np.float64]


class FastTier:
    """The network and its vocabulary.

    Args:
        words: the vocabulary.
        weights: the arrays that models/sentiment/distil.py saves; see there.
    """

    def __init__(self, words: Words, weights: Mapping[str, NDArray[Any]]) -> None:
        self._words = words
        self._vectors = weights["vectors"]
        self._parts = _Parts(self._vectors, weights["window"], weights["window_unit"])
        self._letters = words.letters()
        self._window_bias = weights["window_bias"]
        names = ("hidden", "hidden_unit", "hidden_bias", "plain", "plain_unit", "out", "out_unit", "out_bias")
        self._layers = {name: weights[name].astype(np.float64) for name in names}

    def logits(self, texts: Sequence[str]) -> Numbers:
        """(n_texts, 3) float64: negative, neutral, positive; each row from its own text alone."""
        return self.read(texts)[0]

    def read(self, texts: Sequence[str]) -> tuple[Numbers, NDArray[np.bool_]]:
        """The logits, and whether a text's words are rather Arabic than Latin (Arabizi counts as Arabic)."""
        logits = np.zeros((len(texts), len(self._layers["out_bias"])))
        arabic = np.zeros(len(texts), bool)
        threads = machine_threads()
        with ThreadPoolExecutor(threads, "voc-fast") as executor:
            pool = executor if threads > 1 else None
            ahead = self._pooled_block(pool, texts, 0)
            for start in range(0, len(texts), BLOCK):
                parts, ahead = ahead, self._pooled_block(pool, texts, start + BLOCK)
                pooled, letters = map(np.concatenate, zip(*parts, strict=True))
                logits[start : start + BLOCK] = self._read(pooled)
                arabic[start : start + BLOCK] = letters > 0
        return logits, arabic

    def _pooled_block(
        self, pool: ThreadPoolExecutor | None, texts: Sequence[str], start: int
    ) -> Iterator[tuple[Numbers, NDArray[np.int64]]]:
        """`_pooled` of the texts of a block; with a pool and several chunks begun at once."""
        block = texts[start : start + BLOCK]
        chunks = [block[i : i + CHUNK] for i in range(0, len(block), CHUNK)]
        return pool.map(self._pooled, chunks) if pool and len(chunks) > 1 else map(self._pooled, chunks)

    def _pooled(self, texts: Sequence[str]) -> tuple[Numbers, NDArray[np.int64]]:
        """Whole numbers (texts, 2 * hidden + dim), and how many more Arabic letters than Latin ones."""
        flat = [EMPTY]
        spans = []
        for numbers in self._words.numbers(texts):
            spans.append((len(flat), len(flat) + len(numbers)))
            flat += numbers
            flat.append(EMPTY)
        at = np.array(flat)
        h, e = self._windows(at), self._vectors.take(at, 0)
        hidden, dim = h.shape[1], e.shape[1]
        sums = np.zeros((len(texts), hidden + dim))
        most = np.zeros((len(texts), hidden))
        for row, (start, end) in enumerate(spans):
            if start < end:
                h[start:end].sum(0, np.int32, out=sums[row, :hidden])
                e[start:end].sum(0, np.int32, out=sums[row, hidden:])
                h[start:end].max(0, out=most[row])
        sizes = np.array([max(1, end - start) for start, end in spans])[:, None]
        means = np.rint(sums * FINER / sizes)
        letters = np.cumsum(self._letters[at])[[end - 1 for _, end in spans]]
        letters = np.diff(letters, prepend=0)
        return np.concatenate([means[:, :hidden], most * FINER, means[:, hidden:]], axis=1), letters

    def _windows(self, at: NDArray[np.int64]) -> NDArray[np.int16]:
        """The rows h of the places `at`."""
        before, here, after = self._parts.of(at)
        h = here
        h += self._window_bias
        h[1:] += before[:-1]
        h[:-1] += after[1:]
        np.maximum(h, 0, out=h)
        return h

    def _read(self, pooled: Numbers) -> Numbers:
        layers = self._layers
        hidden = (pooled @ layers["hidden"]) * layers["hidden_unit"] + layers["hidden_bias"]
        whole = np.rint(np.maximum(hidden, 0) * HIDDEN_FINER)
        logits: Numbers = (pooled @ layers["plain"]) * layers["plain_unit"]
        logits += (whole @ layers["out"]) * layers["out_unit"] + layers["out_bias"]
        return logits


class _Parts:
    """What a word adds to the windows in which it is first, second and third; computed once per word.

    Rows lie in the order in which words were met: memory is touched only as far as it is needed.

    Args:
        vectors: int8 (words, dim).
        window: (WINDOW, hidden, dim) whole numbers up to 1,023: products with the vectors stay below 2 ** 24.
        unit: (hidden) what a product is worth in the unit of the rows.
    """

    def __init__(
        self, vectors: NDArray[np.int8], window: NDArray[np.int16], unit: NDArray[np.float32]
    ) -> None:
        self._vectors = vectors
        self._window = np.ascontiguousarray(window.reshape(-1, vectors.shape[1]).T, np.float32)
        self._unit = np.tile(unit, WINDOW)
        self._place = np.full(len(vectors), -1, np.int64)
        self._rows = [np.zeros((BLOCK, len(unit)), np.int16) for _ in range(WINDOW)]
        self._used = 0
        self._lock = Lock()

    def of(self, words: NDArray[np.int64]) -> list[NDArray[np.int16]]:
        """For each place in a window the rows of `words`, (words, hidden), safe to write to."""
        place = self._place[words]
        if place.min() < 0:
            self._meet(np.unique(words[place < 0]))
            place = self._place[words]
        rows = self._rows
        return [part.take(place, 0) for part in rows]

    def _meet(self, words: NDArray[np.int64]) -> None:
        """Compute the rows of `words`; two threads that meet a word at once find the same."""
        products = self._vectors[words].astype(np.float32) @ self._window
        products *= self._unit
        np.rint(products, out=products)
        parts = np.clip(products, -LARGEST, LARGEST, out=products).astype(np.int16)
        with self._lock:
            start = self._used
            self._used += len(words)
            if self._used > len(self._rows[0]):
                more = np.zeros((max(self._used, len(self._rows[0])), parts.shape[1] // WINDOW), np.int16)
                self._rows = [np.concatenate([part, more]) for part in self._rows]
            for part, values in zip(self._rows, np.split(parts, WINDOW, axis=1), strict=True):
                part[start : self._used] = values
            self._place[words] = np.arange(start, self._used)


def load(folder: Path, weights: str = FAST) -> FastTier:
    """The fast tier saved in `folder` (``fast.npz`` and ``fast-words.txt``).

    Args:
        folder: of the sentiment model.
        weights: `SHARE` for the older student of the same words, which the accurate tier listens to.

    Raises:
        ModelError: the files are missing or are not what they should be.
    """
    try:
        words = (folder / "fast-words.txt").read_text(encoding="utf-8").split("\n")
        with np.load(folder / weights) as saved:
            arrays = dict(saved)
        return FastTier(Words(words), arrays)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            f"{folder} does not hold a fast tier voc can run ({error}). Reinstall voc to restore it."
        ) from error
