"""The embedded sentiment models: accurate, fast, and the cascade of both.

Each takes verbatim texts and gives `Feelings`; a text's numbers depend on that text alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voc import artifacts
from voc.meaning import calibration, fast_tier, heads
from voc.meaning.cache import Cache
from voc.meaning.onnx_session import OnnxSession
from voc.meaning.prepare import prepare
from voc.meaning.sentiment import Feelings, feelings

Numbers = NDArray[np.float64]
_ARABIZI = re.compile(r"[A-Za-z]'?[235-9]|[235-9]'?[A-Za-z]")  # a digit that stands for a letter


class AccurateSentiment:
    """The fine-tuned bilingual encoder, int8, joined by the n-gram table; calibrated by language and dialect.

    Args:
        threads: None takes as many as the machine has.
        batch_size: texts per run; changes speed and memory, never results.

    Raises:
        ModelError: the model's files are missing or damaged.
    """

    def __init__(self, threads: int | None = None, batch_size: int = 32) -> None:
        model = artifacts.find("sentiment")
        words = artifacts.find("encoder")
        self.name = "voc-sentiment"
        self.version = model.version
        self._session = OnnxSession(
            model.path("sentiment.onnx"),
            words.path("tokenizer.json"),
            str(words.facts["prefix"]),
            threads,
            batch_size,
        )
        self._table = fast_tier.load(model.folder)
        self._cache = Cache()
        self.calibration = calibration.load(model.path("calibration.json"), "accurate")

    def judge(self, texts: Sequence[str], question: str | None = None) -> Feelings:
        """Feelings of each text, in order; see `voc.meaning.sentiment.SentimentModel`."""
        return feelings(self.probabilities(texts), texts, question, self.calibration)

    def probabilities(self, texts: Sequence[str]) -> Numbers:
        """Calibrated probabilities (n, 3), before anything the question adds."""
        seen = [prepare(text) for text in texts]
        rows = self._cache.rows(seen, lambda missing: self._session.rows(missing, "logits"))
        logits = heads.joined(rows, self._table.logits(seen))
        return self.calibration.probabilities(logits, heads.groups(rows, seen))


class FastSentiment:
    """The fast tier: hashed n-grams, calibrated by script.

    Raises:
        ModelError: the model's files are missing or damaged.
    """

    def __init__(self) -> None:
        model = artifacts.find("sentiment")
        self.name = "voc-sentiment-fast"
        self.version = model.version
        self._model = fast_tier.load(model.folder)
        self.calibration = calibration.load(model.path("calibration.json"), "fast")

    def judge(self, texts: Sequence[str], question: str | None = None) -> Feelings:
        """Feelings of each text, in order; see `voc.meaning.sentiment.SentimentModel`."""
        return feelings(self.probabilities(texts), texts, question, self.calibration)

    def probabilities(self, texts: Sequence[str]) -> Numbers:
        """Calibrated probabilities (n, 3), before anything the question adds."""
        # Spelling is normalized inside the tokenizer; only what looks like Arabizi goes the slow way.
        seen = [prepare(text) if _ARABIZI.search(text) else text for text in texts]
        return self.calibration.probabilities(self._model.logits(seen), list(map(calibration.script, seen)))


class CascadeSentiment:
    """The fast tier where it is certain, the accurate one for all other texts.

    Args:
        threads: None takes as many as the machine has.
        batch_size: texts per run of the accurate model.

    Raises:
        ModelError: the models' files are missing or damaged.
    """

    def __init__(self, threads: int | None = None, batch_size: int = 32) -> None:
        self._fast = FastSentiment()
        self._accurate = AccurateSentiment(threads, batch_size)
        self.name = "voc-sentiment-cascade"
        self.version = self._accurate.version

    def judge(self, texts: Sequence[str], question: str | None = None) -> Feelings:
        """Feelings of each text, in order; see `voc.meaning.sentiment.SentimentModel`."""
        return feelings(self.probabilities(texts), texts, question, self._accurate.calibration)

    def probabilities(self, texts: Sequence[str]) -> Numbers:
        """Calibrated probabilities (n, 3), before anything the question adds."""
        p = self._fast.probabilities(texts)
        doubted = np.flatnonzero(p.max(axis=1, initial=0.0) < self._fast.calibration.certain_from)
        if len(doubted):
            p[doubted] = self._accurate.probabilities([texts[int(i)] for i in doubted])
        return p
