"""Texts to vectors: the encoder protocol, the embedded bilingual encoder, and how to open either.

Takes: verbatim texts. Gives: (n_texts, dim) float32, rows of length 1, so that a dot product is
the cosine similarity. A text's vector depends on that text alone, bit for bit, whatever the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voc import artifacts
from voc.meaning.network import VECTORS, Network, open_network
from voc.meaning.prepare import prepare

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Anything that turns texts into unit vectors."""

    @property
    def name(self) -> str:
        """Which model this is, with its version: part of every result."""

    @property
    def dim(self) -> int:
        """Numbers per vector."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n_texts, dim) float32 of length 1, in the order of `texts`."""


class EmbeddedEncoder:
    """multilingual-e5-small pruned to Arabic and English, int8.

    Args:
        network: an opened one, to share with the sentiment model; its own by default.

    Raises:
        ModelError: the model's files are missing or damaged.
    """

    def __init__(self, network: Network | None = None) -> None:
        model = artifacts.find("encoder")
        self.name = f"voc-encoder {model.version}"
        self.dim = int(model.facts["dim"])
        self._network = network or open_network()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n_texts, dim) float32 of length 1; each different text is computed once."""
        rows = self._network.rows([prepare(text) for text in texts], VECTORS)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)  # below 1 where windows were averaged
        unit: Vectors = rows / np.maximum(lengths, np.float32(1e-12))
        return unit


def open_encoder(name: str | None = None, threads: int | None = None, batch_size: int = 32) -> Encoder:
    """An encoder ready for use.

    Args:
        name: None for the embedded one; else a hub name or a local folder of a transformers model
            (needs the extra ``hub``).
        threads: None takes as many as the machine has.
        batch_size: texts per run of the model.

    Raises:
        ModelError: the embedded model's files are missing or damaged.
        HubError: the named model cannot be had.
        MissingExtra: a named model was asked for and the extra ``hub`` is not installed.
    """
    if name is None:
        return EmbeddedEncoder(open_network(threads, batch_size))
    from voc.meaning.hub import HubEncoder

    return HubEncoder(name, threads, batch_size)
