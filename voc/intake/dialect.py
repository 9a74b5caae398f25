"""The dialect of Arabic texts: MSA, Gulf, Egyptian, Levantine or Maghrebi, with a probability.

Takes: texts already known to be Arabic (Arabizi after transliteration). Gives: per text the dialect
and its calibrated probability. The model is a logistic regression over hashed character n-grams
(`models/language/train.py`); dialect of short texts is a guess, and its probability says so.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from voc import artifacts
from voc.intake.normalize import normalize

DIALECTS: Final = ("msa", "egyptian", "gulf", "levantine", "maghrebi")
BITS: Final = 15  # the model has 2 ** BITS features
_SIZES: Final = (2, 3, 4, 5)  # characters in an n-gram
_LONGEST: Final = 2_000  # characters that are read: dialect shows early
_BASE, _MIX, _WORD = np.uint64(1_000_003), np.uint64(2_654_435_761), np.uint64(0xFFFF_FFFF)


class Dialect(NamedTuple):
    """A dialect and its probability in [0, 1]."""

    name: str
    p: float


def guess(text: str) -> Dialect:
    """The likeliest dialect of an Arabic text.

    Raises:
        ModelError: the model's file is missing or damaged.
    """
    coefficients, intercept = _model()
    ids, values = features(text)
    logits = coefficients[:, ids] @ values + intercept
    raised = np.exp(logits - logits.max())
    p = raised / raised.sum()
    best = int(p.argmax())
    return Dialect(DIALECTS[best], float(p[best]))


def features(text: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Hashed n-grams of a text: their ids (ascending, below 2 ** BITS) and weights (unit length)."""
    clean = " " + normalize(text[:_LONGEST], "for_matching") + " "
    codes = np.frombuffer(clean.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    rolling = codes
    hashed = []
    for size in range(2, _SIZES[-1] + 1):
        if len(codes) < size:
            break
        rolling = (rolling[: len(codes) - size + 1] * _BASE + codes[size - 1 :]) & _WORD
        hashed.append((((rolling + np.uint64(size * 7919)) * _MIX) & _WORD) >> np.uint64(32 - BITS))
    ids, counts = np.unique(np.concatenate(hashed), return_counts=True)
    weights = np.log1p(counts)
    return ids.astype(np.int64), weights / np.linalg.norm(weights)


def marked(text: str) -> str | None:
    """The one dialect whose marker words are in a text; None without any, or with several dialects'."""
    found = {_markers()[word] for word in normalize(text, "for_matching").split() if word in _markers()}
    return found.pop() if len(found) == 1 else None


@cache
def _markers() -> dict[str, str]:
    """Marker word -> dialect, of words that mark one dialect only."""
    lines = Path(__file__).with_name("dialect_markers.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    pairs = [(normalize(word, "for_matching"), dialect) for dialect, words in rows for word in words.split()]
    dialects: dict[str, set[str]] = {}
    for word, dialect in pairs:
        dialects.setdefault(word, set()).add(dialect)
    return {word: found.copy().pop() for word, found in dialects.items() if len(found) == 1}


@cache
def _model() -> tuple[NDArray[Any], NDArray[Any]]:
    path = artifacts.find("language").path("dialect.npz")
    with np.load(path) as stored:
        return stored["coef"].astype(np.float32), stored["intercept"].astype(np.float32)
