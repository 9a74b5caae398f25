"""Chunks of texts that have been read already, kept on disk: a run that was killed goes on from them.

Takes: what was read in a chunk. Gives: the same again, to the last bit. A chunk is filed under a hash
of its texts and of everything that decides what is read in them, so nothing stale is ever found: with
other models, settings or texts the file simply is not there.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from voc.meaning.chunk import Readings, Task

_FRAME: Final = "frame.parquet"  # written last: where it is, the chunk is complete
_MENTIONS: Final = "mentions.parquet"
_VECTORS: Final = "vectors.npz"


class Finished:
    """A folder of finished chunks.

    Args:
        folder: made if it is not there.
        signature: everything besides the texts that decides the result.
    """

    def __init__(self, folder: Path, signature: str) -> None:
        self._folder = folder
        self._signature = signature.encode()
        folder.mkdir(parents=True, exist_ok=True)

    def key(self, texts: list[str], task: Task) -> str:
        """The name a chunk is filed under."""
        digest = hashlib.blake2b(self._signature + repr(task).encode(), digest_size=16)
        for text in texts:
            data = text.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "little") + data)
        return digest.hexdigest()

    def has(self, key: str) -> bool:
        """Whether that chunk is complete."""
        return self._path(key, _FRAME).is_file()

    def load(self, key: str) -> Readings:
        """A complete chunk."""
        frame = pd.read_parquet(self._path(key, _FRAME))
        mentions = pd.read_parquet(self._path(key, _MENTIONS))
        if not self._path(key, _VECTORS).is_file():
            return Readings(_plain(frame), mentions, None)
        with np.load(self._path(key, _VECTORS)) as found:
            return Readings(_plain(frame), mentions, found["vectors"], found["rows"])

    def save(self, key: str, one: Readings) -> None:
        """Keep a chunk; a kill on the way leaves it missing, never half there."""
        if one.vectors is not None:
            with self._part(key, _VECTORS).open("wb") as stream:
                np.savez(stream, vectors=one.vectors, rows=one.positions())
            self._done(key, _VECTORS)
        for name, table in ((_MENTIONS, one.mentions), (_FRAME, one.frame)):
            table.to_parquet(self._part(key, name), index=False)
            self._done(key, name)

    def _path(self, key: str, name: str) -> Path:
        return self._folder / f"{key}.{name}"

    def _part(self, key: str, name: str) -> Path:
        return self._folder / f"{key}.{name}.part"

    def _done(self, key: str, name: str) -> None:
        self._part(key, name).replace(self._path(key, name))


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as `read_chunk` gives it: reasons are objects, None where there is none."""
    reasons = frame["reason_without_theme"].astype(object)
    return frame.assign(reason_without_theme=reasons.where(reasons.notna(), None))
