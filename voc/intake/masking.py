"""Personal data masked in many texts; in several processes when there are very many."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, Final

import pandas as pd

from voc import processes
from voc.intake.privacy import redact

MANY: Final = 50_000  # texts from which processes are worth their start
_CHUNK: Final = 5_000  # texts that are Python's at once; the rest stays in the column, in half the memory

Masked = tuple[list[str], set[bytes]]  # the texts of a chunk, digests of those that were changed


def masked(texts: pd.Series) -> tuple[pd.Series, int]:
    """The texts with personal data masked (see `voc.intake.privacy.redact`), and how many different ones
    were changed.

    Args:
        texts: a column of text without missing values; its index is kept.
    """
    chunks = (texts.iloc[start : start + _CHUNK].tolist() for start in range(0, len(texts), _CHUNK))
    found: Iterable[Masked] = (
        map(_masked, chunks)
        if len(texts) < MANY or processes.machine_threads() < 2
        else processes.mapped("voc.intake.masking:worker", None, chunks)
    )
    parts, changed = [pd.Series([], dtype="str")], set()
    for done, digests in found:
        parts.append(pd.Series(done, dtype="str"))
        changed |= digests
    return pd.concat(parts, ignore_index=True).set_axis(texts.index), len(changed)


def worker(setting: Any) -> Callable[[list[str]], Masked]:
    """In a process: the function that masks a chunk."""
    return _masked


def _masked(texts: list[str]) -> Masked:
    known = {text: redact(text).text for text in dict.fromkeys(texts)}
    return [known[text] for text in texts], {_digest(text) for text, new in known.items() if text != new}


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
