"""Rows already computed, found again by the content of their text.

Takes: texts and a function that computes one array row per text. Gives: the rows in order, each
different text computed once. The least recently used rows are dropped first.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]


class Cache:
    """At most `limit` rows, keyed by a hash of the text; safe to use from several threads.

    Args:
        limit: rows kept; 384 numbers each take 1.5 kB.
    """

    def __init__(self, limit: int = 20_000) -> None:
        self._limit = limit
        self._rows: OrderedDict[bytes, Rows] = OrderedDict()
        self._lock = threading.Lock()

    def rows(self, texts: Sequence[str], compute: Callable[[list[str]], Rows]) -> Rows:
        """One row per text, (n_texts, width); `compute` is asked only for texts not seen before.

        Args:
            texts: any strings, repeats welcome.
            compute: distinct texts -> (n, width); its rows must not depend on each other.
        """
        found = self.find(texts)
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing or not len(texts):
            fresh = compute(missing)
            if not len(texts):
                return fresh
            self.keep(dict(zip(missing, fresh, strict=True)))
            found |= zip(missing, fresh, strict=True)
        return np.stack([found[text] for text in texts])

    def find(self, texts: Sequence[str]) -> dict[str, Rows]:
        """The rows of those texts that are known."""
        keys = {text: _key(text) for text in texts}
        with self._lock:
            found = {text: self._rows[key] for text, key in keys.items() if key in self._rows}
            for text in found:
                self._rows.move_to_end(keys[text])
        return found

    def keep(self, rows: Mapping[str, Rows]) -> None:
        """Remember a row for each of some texts; all of these stay, older ones go beyond the limit."""
        kept = {_key(text): row.copy() for text, row in rows.items()}  # no view that keeps a batch alive
        with self._lock:
            self._rows |= kept
            while len(self._rows) > max(self._limit, len(kept)):
                self._rows.popitem(last=False)

    def __len__(self) -> int:
        return len(self._rows)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
