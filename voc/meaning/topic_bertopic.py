"""BERTopic on our vectors: its UMAP, HDBSCAN and c-TF-IDF, with an Arabic-aware tokenizer (extra `topics`).

BERTopic's own defaults delete Arabic letters and split topics by language; here it gets vectors of the
language-free space and our tokens. UMAP runs with a fixed seed, hence on one thread.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from voc._optional import require
from voc.meaning import topic_words
from voc.meaning.topic_graph import Labels, by_size
from voc.meaning.topic_space import Vectors


def communities(
    texts: Sequence[str], languages: Sequence[str], points: Vectors, least: int, seed: int
) -> Labels:
    """BERTopic's topic of each text, numbered by size from 0; -1 where it sees an outlier.

    Args:
        texts: distinct texts.
        languages: their tags.
        points: (n, k) unit vectors of the language-free space.
        least: HDBSCAN's `min_cluster_size`.
        seed: of UMAP.

    Raises:
        MissingExtra: BERTopic is not installed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # libraries' own deprecations and UMAP's note on its seed
        labels = np.array(
            model(least, seed).fit_transform(list(texts), np.asarray(points))[0], dtype=np.int64
        )
    inside = labels >= 0
    if inside.any():
        labels[inside] = by_size(labels[inside])
    return labels


def model(least: int, seed: int) -> Any:
    """An unfitted `bertopic.BERTopic` with our tokenizer and seeded parts; it needs vectors from outside."""
    bertopic = require("bertopic", "topics")
    umap = require("umap", "topics")
    hdbscan = require("hdbscan", "topics")
    from sklearn.feature_extraction.text import CountVectorizer

    return bertopic.BERTopic(
        embedding_model=None,
        language=None,
        umap_model=umap.UMAP(
            n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed
        ),
        hdbscan_model=hdbscan.HDBSCAN(min_cluster_size=least, metric="euclidean", prediction_data=False),
        vectorizer_model=CountVectorizer(analyzer=topic_words.tokens),
        calculate_probabilities=False,
        verbose=False,
    )
