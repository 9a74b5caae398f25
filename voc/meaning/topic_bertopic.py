"""BERTopic on our vectors: its UMAP, HDBSCAN and c-TF-IDF, with an Arabic-aware tokenizer (extra `topics`).

BERTopic's own defaults delete Arabic letters and split topics by language; here it gets our tokens, and
UMAP gets the neighbors of the language-free space that the graph engine uses, so that languages are tied.
That is also what makes it finish: left alone, UMAP calls a function for each pair of up to 4,095 texts.
UMAP runs with a fixed seed, hence on one thread.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from voc._optional import require
from voc.meaning import topic_words
from voc.meaning.topic_graph import Labels, Neighbors, by_size
from voc.meaning.topic_space import Vectors


def communities(texts: Sequence[str], points: Vectors, ties: Neighbors, least: int, seed: int) -> Labels:
    """BERTopic's topic of each text, numbered by size from 0; -1 where it sees an outlier.

    Args:
        texts: distinct texts.
        points: (n, k) unit vectors of the language-free space.
        ties: each text's neighbors among the texts.
        least: HDBSCAN's `min_cluster_size`.
        seed: of UMAP.

    Raises:
        MissingExtra: BERTopic is not installed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # libraries' own deprecations and UMAP's notes on seed and neighbors
        fitted = model(ties, least, seed).fit_transform(list(texts), np.asarray(points))
    labels = np.array(fitted[0], dtype=np.int64)
    inside = labels >= 0
    if inside.any():
        labels[inside] = by_size(labels[inside])
    return labels


def model(ties: Neighbors, least: int, seed: int) -> Any:
    """An unfitted `bertopic.BERTopic` with our tokenizer, neighbors and seed; it takes our vectors."""
    bertopic = require("bertopic", "topics")
    umap = require("umap", "topics")
    hdbscan = require("hdbscan", "topics")
    from sklearn.feature_extraction.text import CountVectorizer

    index, distance = _with_self(ties)
    return bertopic.BERTopic(
        embedding_model=None,
        language=None,
        umap_model=umap.UMAP(
            n_neighbors=index.shape[1], n_components=5, min_dist=0.0, metric="cosine", random_state=seed,
            n_epochs=200, precomputed_knn=(index, distance, None),
        ),
        hdbscan_model=hdbscan.HDBSCAN(min_cluster_size=least, metric="euclidean", prediction_data=False),
        vectorizer_model=CountVectorizer(analyzer=topic_words.tokens),
        calculate_probabilities=False,
        verbose=False,
    )  # fmt: skip


def _with_self(ties: Neighbors) -> tuple[Labels, Vectors]:
    """Neighbors as UMAP wants them: the text itself first at distance 0, then the others, nearest first."""
    distance = np.maximum(ties.similarity.max() - ties.similarity, 0)
    order = np.argsort(distance, axis=1, kind="stable")
    own = np.arange(len(distance))[:, None]
    index = np.hstack([own, np.take_along_axis(ties.index, order, axis=1)])
    near = np.hstack([np.zeros_like(own, dtype=np.float32), np.take_along_axis(distance, order, axis=1)])
    return index.astype(np.int64), near.astype(np.float32)
