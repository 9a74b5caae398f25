"""The embedded sentiment models: accurate, fast, and the cascade of both.

Each takes verbatim texts and gives `Feelings`; a text's numbers depend on that text alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voc import artifacts
from voc.meaning import calibration, fast_tier, heads
from voc.meaning.network import LOGITS, Network, open_network
from voc.meaning.prepare import prepare
from voc.meaning.sentiment import Feelings, feelings

Numbers = NDArray[np.float64]


class AccurateSentiment:
    """The fine-tuned bilingual encoder, int8, joined by a small student; calibrated by language and dialect.

    Args:
        network: an opened one, to share with the encoder; its own by default.

    Raises:
        ModelError: the model's files are missing or damaged.
    """

    def __init__(self, network: Network | None = None) -> None:
        model = artifacts.find("sentiment")
        self.name = "voc-sentiment"
        self.version = model.version
        self._network = network or open_network()
        self._table = fast_tier.load(model.folder, fast_tier.SHARE)
        self.calibration = calibration.load(model.path("calibration.json"), "accurate")

    def judge(self, texts: Sequence[str], question: str | None = None) -> Feelings:
        """Feelings of each text, in order; see `voc.meaning.sentiment.SentimentModel`."""
        return feelings(self.probabilities(texts), texts, question, self.calibration)

    def probabilities(self, texts: Sequence[str]) -> Numbers:
        """Calibrated probabilities (n, 3), before anything the question adds."""
        seen = self.to_read(texts)
        rows = self._network.rows(seen, LOGITS)
        logits = heads.joined(rows, self._table.logits(seen))
        return self.calibration.probabilities(logits, heads.groups(rows, seen))

    def to_read(self, texts: Sequence[str]) -> list[str]:
        """Every text, prepared."""
        return [prepare(text) for text in texts]


class FastSentiment:
    """The fast tier: word vectors and windows of three words, calibrated by script.

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
        logits, arabic = self._model.read(texts)
        groups = [calibration.ARABIC if found else calibration.ENGLISH for found in arabic.tolist()]
        return self.calibration.probabilities(logits, groups)

    def to_read(self, texts: Sequence[str]) -> list[str]:
        """Nothing."""
        return []


class CascadeSentiment:
    """The fast tier where it is certain, the accurate one for all other texts.

    Args:
        network: as for `AccurateSentiment`.

    Raises:
        ModelError: the models' files are missing or damaged.
    """

    def __init__(self, network: Network | None = None) -> None:
        self._fast = FastSentiment()
        self._accurate = AccurateSentiment(network)
        self.name = "voc-sentiment-cascade"
        self.version = self._accurate.version

    def judge(self, texts: Sequence[str], question: str | None = None) -> Feelings:
        """Feelings of each text, in order; see `voc.meaning.sentiment.SentimentModel`."""
        return feelings(self.probabilities(texts), texts, question, self._accurate.calibration)

    def probabilities(self, texts: Sequence[str]) -> Numbers:
        """Calibrated probabilities (n, 3), before anything the question adds."""
        p = self._fast.probabilities(texts)
        doubted = self._doubted(p)
        if len(doubted):
            p[doubted] = self._accurate.probabilities([texts[int(i)] for i in doubted])
        return p

    def to_read(self, texts: Sequence[str]) -> list[str]:
        """The texts that the fast tier is not certain of, prepared."""
        doubted = self._doubted(self._fast.probabilities(texts))
        return self._accurate.to_read([texts[int(i)] for i in doubted])

    def _doubted(self, p: Numbers) -> NDArray[np.int64]:
        return np.flatnonzero(p.max(axis=1, initial=0.0) < self._fast.calibration.certain_from)
