"""How people feel: calibrated probabilities per text, and a label that may be "unsure".

Takes: verbatim texts, of comments or of clauses, and the question they answer where known.
Gives: `Feelings`. A text's numbers depend on that text (and the question) alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from voc.labels import POLARITIES, Sentiment
from voc.meaning import asked
from voc.meaning.calibration import Calibration
from voc.settings import MeaningSettings

if TYPE_CHECKING:
    from voc.meaning.network import Network

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Feelings:
    """What was read in n texts, in their order.

    Attributes:
        p: (n, 3) float64, columns negative, neutral, positive; rows sum to 1.
        sentiment: the most probable of the three, or "unsure" inside the abstain band.
    """

    p: Numbers
    sentiment: list[Sentiment]


class SentimentModel(Protocol):
    """Anything that reads feelings in texts."""

    @property
    def name(self) -> str:
        """Which model this is."""

    @property
    def version(self) -> str:
        """Which version of it."""

    def judge(self, texts: Sequence[str], question: str | None = None) -> Feelings:
        """Feelings of each text, in order.

        Args:
            texts: verbatim; empty ones come back neutral and unsure.
            question: what was asked, where known.
        """

    def to_read(self, texts: Sequence[str]) -> list[str]:
        """What the embedded network must read before `texts` can be judged, prepared; often nothing."""


def feelings(p: Numbers, texts: Sequence[str], question: str | None, calibrated: Calibration) -> Feelings:
    """Probabilities with the question's prior and the labels they give.

    Args:
        p: (n, 3) calibrated probabilities.
        texts: the texts they belong to.
        question: what was asked, or None.
        calibrated: holds the abstain band.
    """
    p = asked.moved(p, texts, asked.leaning(question))
    empty = np.array([not text.strip() for text in texts], dtype=bool)
    p[empty] = (0.0, 1.0, 0.0)
    unsure = (p.max(axis=1, initial=0.0) < calibrated.unsure_below) | empty
    best = p.argmax(axis=1)
    return Feelings(p, ["unsure" if unsure[i] else POLARITIES[best[i]] for i in range(len(p))])


def open_sentiment(
    settings: MeaningSettings, threads: int | None = None, network: Network | None = None
) -> SentimentModel:
    """A sentiment model ready for use.

    Args:
        settings: `tier` and `model` decide which; `model` needs the extra ``hub``.
        threads: overrides `settings.threads`; None takes as many as the machine has.
        network: an opened embedded network to share; otherwise opened here where it is needed.

    Raises:
        ModelError: the embedded model's files are missing or damaged.
        HubError: the named model cannot be had.
        MissingExtra: a named model was asked for and the extra ``hub`` is not installed.
    """
    if settings.model is not None:
        from voc.meaning.camel import CamelSentiment, is_camel
        from voc.meaning.hub import HubSentiment

        if is_camel(settings.model):
            return CamelSentiment(
                settings.model, threads or settings.threads, settings.batch_size, settings.device
            )
        return HubSentiment(settings.model, threads or settings.threads, settings.batch_size, settings.device)
    from voc.meaning import tiers
    from voc.meaning.network import open_network

    if settings.tier == "fast":
        return tiers.FastSentiment()
    kind = tiers.CascadeSentiment if settings.tier == "cascade" else tiers.AccurateSentiment
    return kind(network or open_network(threads or settings.threads, settings.batch_size, settings.device))
