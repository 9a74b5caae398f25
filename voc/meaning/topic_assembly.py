"""From communities to `Topics`: a topic or a reason for every text, names and examples for every topic."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voc.meaning import topic_labels
from voc.meaning.topic_corpus import Corpus
from voc.meaning.topic_graph import Labels
from voc.meaning.topic_model import Merge, Topic
from voc.meaning.topic_space import Vectors
from voc.meaning.topic_words import SCRIPTS
from voc.taxonomy.tree import Taxonomy

_EXAMPLES: Final = 5
_EXAMPLE_LENGTH: Final = (15, 300)  # characters
_MEAN_TEXTS: Final = 5  # texts of a language before its mean counts in a topic's center
_PER_GROUP: Final = 4  # topics in a group of the hierarchy, on average
_REACH: Final = 0.10


@dataclass(frozen=True)
class Placed:
    """Where every distinct text of a corpus went.

    Attributes:
        labels: (n,) topic or -1.
        similarity: (n,) 0 to 1.
        by: "cluster", "similarity" or None.
        reasons: why there is no topic, or None.
    """

    labels: Labels
    similarity: NDArray[np.float64]
    by: NDArray[np.object_]
    reasons: NDArray[np.object_]


def centers(points: Vectors, labels: Labels, languages: Sequence[str], n: int) -> Vectors:
    """Mean direction of each topic, (n, k) unit rows; languages weigh the same."""
    tags = np.asarray(languages, dtype=object)
    result = np.zeros((n, points.shape[1]), dtype=np.float64)
    for topic in range(n):
        inside = labels == topic
        means = [
            points[inside & (tags == tag)].mean(axis=0, dtype=np.float64)
            for tag in ("ar", "en")
            if (inside & (tags == tag)).sum() >= _MEAN_TEXTS
        ]
        result[topic] = np.mean(means, axis=0) if means else points[inside].mean(axis=0, dtype=np.float64)
    lengths = np.linalg.norm(result, axis=1, keepdims=True)
    return np.asarray(result / np.maximum(lengths, 1e-12), dtype=np.float32)


def reach(points: Vectors, labels: Labels, middle: Vectors) -> Vectors:
    """The cosine to its center that nine in ten texts of each topic exceed."""
    found = [np.quantile(points[labels == i] @ middle[i], _REACH) for i in range(len(middle))]
    return np.array(found, dtype=np.float32)


def assignments(corpus: Corpus, placed: Placed, names: Sequence[str]) -> pd.DataFrame:
    """One row per given text, in the given order; columns as in `Topics.assignments`."""
    known = np.array([*names, None], dtype=object)
    return pd.DataFrame(
        {
            "id": list(corpus.ids),
            "topic": known[placed.labels][corpus.rows],
            "similarity": np.round(placed.similarity[corpus.rows], 4),
            "assigned_by": placed.by[corpus.rows],
            "reason": placed.reasons[corpus.rows],
        }
    )


def describe(
    corpus: Corpus,
    placed: Placed,
    points: Vectors,
    middle: Vectors,
    names: Sequence[str],
    taxonomy: Taxonomy | None,
    known: Sequence[Collection[str]] | None,
) -> tuple[tuple[Topic, ...], tuple[Merge, ...]]:
    """The topics in the order of `names`, and their hierarchy.

    Args:
        corpus: the distinct texts.
        placed: where they went.
        points: (n_distinct, k) all distinct texts in the language-free space.
        middle: (n_topics, k) the topics' centers there.
        names: ids of the topics.
        taxonomy: themes that may cover a topic, or None.
        known: theme ids found in each given row, or None.
    """
    merges, parents = hierarchy(middle, names)
    distinct_known = None
    if known is not None:
        distinct_known = [set[str]() for _ in corpus.texts]
        for row, themes in zip(corpus.rows.tolist(), known, strict=True):
            distinct_known[row].update(themes)
    named = topic_labels.name(corpus.vocabulary, placed.labels, points, middle, taxonomy, distinct_known)
    copies = corpus.copies
    topics = []
    for i, (topic_id, told) in enumerate(zip(names, named, strict=True)):
        inside = np.flatnonzero(placed.labels == i)
        spoken: dict[str, int] = {}
        for j in inside:
            spoken[corpus.languages[j]] = spoken.get(corpus.languages[j], 0) + int(copies[j])
        size = int(copies[inside].sum())
        topics.append(
            Topic(
                id=topic_id,
                words={script: told.words[script] for script in SCRIPTS},
                label=told.label,
                label_from=told.label_from,
                size=size,
                share=size / max(len(corpus.ids), 1),
                languages=dict(sorted(spoken.items())),
                examples=_examples(corpus, inside, points[inside] @ middle[i]),
                theme=told.theme,
                p_theme=round(told.p_theme, 4),
                parent=parents[i],
            )
        )
    return tuple(topics), merges


def hierarchy(middle: Vectors, names: Sequence[str]) -> tuple[tuple[Merge, ...], list[str]]:
    """Average-linkage merges of the topics, closest first, and the group ("G01") of each topic."""
    if len(names) < 2:
        return (), ["G01"] * len(names)
    from scipy.cluster.hierarchy import fcluster, linkage

    distance = np.clip(1 - np.round(middle.astype(np.float64) @ middle.T.astype(np.float64), 6), 0, 2)
    tree = linkage(distance[np.triu_indices(len(names), 1)], method="average")
    labels = [*names]
    merges = []
    for step, (left, right, height, _) in enumerate(tree, start=1):
        merges.append(
            Merge(f"M{step:02d}", labels[int(left)], labels[int(right)], round(1 - float(height), 4))
        )
        labels.append(f"M{step:02d}")
    flat = fcluster(tree, max(1, round(len(names) / _PER_GROUP)), criterion="maxclust")
    order: dict[int, str] = {}
    for group in flat:
        order.setdefault(int(group), f"G{len(order) + 1:02d}")
    return tuple(merges), [order[int(group)] for group in flat]


def _examples(corpus: Corpus, inside: NDArray[np.int64], closeness: Vectors) -> tuple[str, ...]:
    """Ids of typical texts, languages taking turns; the first given row stands for a repeated text."""
    ranked = inside[np.lexsort((inside, -np.round(closeness, 4)))]
    low, high = _EXAMPLE_LENGTH
    fitting = [i for i in ranked if low <= len(corpus.texts[i]) <= high] or list(ranked)
    by_side: dict[str, list[int]] = {}
    for i in fitting:
        by_side.setdefault(corpus.languages[i], []).append(int(i))
    queues = sorted(by_side.values(), key=len, reverse=True)
    turns = [i for turn in itertools.zip_longest(*queues) for i in turn if i is not None][:_EXAMPLES]
    smallest: dict[int, str] = {}
    wanted = set(turns)
    for row, given in zip(corpus.rows.tolist(), corpus.ids, strict=True):
        if row in wanted and (row not in smallest or given < smallest[row]):
            smallest[row] = given
    return tuple(smallest[i] for i in turns)
