"""Rows already computed, found again by the content of their text.

Takes: texts and a function that computes one array row per text. Gives: the rows in order, each
different text computed once. The least recently used rows are dropped first.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

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
        keys = [
            hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts
        ]
        found = self._known(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing or not keys:
            fresh = compute(list(missing.values()))
            if not keys:
                return fresh
            found |= dict(zip(missing, fresh, strict=True))
            self._keep({key: found[key] for key in missing})
        return np.stack([found[key] for key in keys])

    def __len__(self) -> int:
        return len(self._rows)

    def _known(self, keys: list[bytes]) -> dict[bytes, Rows]:
        with self._lock:
            found = {key: self._rows[key] for key in keys if key in self._rows}
            for key in found:
                self._rows.move_to_end(key)
        return found

    def _keep(self, rows: dict[bytes, Rows]) -> None:
        with self._lock:
            for key, row in rows.items():
                self._rows[key] = row.copy()  # not a view that would keep the whole batch alive
            while len(self._rows) > self._limit:
                self._rows.popitem(last=False)
