"""How far topics would stay the same: with another seed, and with a part of the texts left out.

Takes: what `topics.discover` takes. Gives: `Stability`, to be shown beside the topics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from voc.errors import OptionError
from voc.meaning import topic_graph
from voc.meaning.topic_model import Topics
from voc.meaning.topic_space import Vectors
from voc.meaning.topics import SEED, Options, discover

_LEFT_OUT: Final = 0.10  # share of the texts that a bootstrap run does without


@dataclass(frozen=True)
class Stability:
    """Agreement between runs; 1 is the same, 0 is chance (for the two ARI).

    Attributes:
        seed_ari: mean adjusted Rand index with runs of other seeds.
        subset_ari: the same with runs on nine tenths of the texts, over the texts both have.
        matched_jaccard: mean over topics of `per_topic`.
        per_topic: for each topic id, its best Jaccard overlap with a topic of a run on nine tenths of the
            texts, mean over runs; below 0.5 a topic should be read with care.
        n_runs: runs of each kind.
    """

    seed_ari: float
    subset_ari: float
    matched_jaccard: float
    per_topic: Mapping[str, float]
    n_runs: int

    def summary(self) -> str:
        """One line for the terminal."""
        shaky = sum(value < 0.5 for value in self.per_topic.values())
        return (
            f"Topics agree {self.seed_ari:.2f} with other seeds and {self.subset_ari:.2f} with a tenth of "
            f"the texts left out (ARI, {self.n_runs} runs each); mean overlap {self.matched_jaccard:.2f}; "
            f"{shaky} of {len(self.per_topic)} topics are below 0.50."
        )


def stability(
    found: Topics,
    texts: Sequence[str],
    vectors: Vectors,
    languages: Sequence[str],
    *,
    n_runs: int = 3,
    seed: int = SEED,
    options: Options | None = None,
) -> Stability:
    """How stable `found` is, by running the discovery again `2 * n_runs` times.

    Args:
        found: the topics of these texts, in this order.
        texts: verbatim texts.
        vectors: (n_texts, dim) sentence vectors.
        languages: language tag of each text.
        n_runs: runs with another seed, and as many on nine tenths of the texts; at least 1.
        seed: the seed `found` was made with.
        options: the options it was made with.

    Raises:
        OptionError: fewer than one run, or `found` has no topics.
    """
    if n_runs < 1 or not found.topics:
        raise OptionError(f"A stability report needs topics and one run or more; got {n_runs} runs.")
    here = _numbers(found)
    everything = np.arange(len(texts))
    seeds = [agree(here, _again(everything, texts, vectors, languages, seed + i, options))
             for i in range(1, n_runs + 1)]  # fmt: skip
    rng = np.random.default_rng(seed)
    aris: list[float] = []
    overlaps: list[dict[str, float]] = []
    for _ in range(n_runs):
        kept = np.flatnonzero(rng.random(len(texts)) >= _LEFT_OUT)
        other = _again(kept, texts, vectors, languages, seed, options)
        aris.append(agree(here[kept], other))
        overlaps.append(_overlap(found, here[kept], other))
    per_topic = {
        topic.id: round(float(np.mean([o[topic.id] for o in overlaps])), 4) for topic in found.topics
    }
    return Stability(
        seed_ari=round(float(np.mean(seeds)), 4),
        subset_ari=round(float(np.mean(aris)), 4),
        matched_jaccard=round(float(np.mean(list(per_topic.values()))), 4),
        per_topic=per_topic,
        n_runs=n_runs,
    )


def agree(one: topic_graph.Labels, other: topic_graph.Labels) -> float:
    """Adjusted Rand index over the texts that have a topic in both."""
    both = (one >= 0) & (other >= 0)
    return topic_graph.agree(one[both], other[both]) if both.any() else 0.0


def _again(
    rows: topic_graph.Labels,
    texts: Sequence[str],
    vectors: Vectors,
    languages: Sequence[str],
    seed: int,
    options: Options | None,
) -> topic_graph.Labels:
    chosen = [texts[i] for i in rows]
    ids = [str(i) for i in rows]
    return _numbers(
        discover(chosen, vectors[rows], [languages[i] for i in rows], ids, seed=seed, options=options)
    )


def _numbers(found: Topics) -> topic_graph.Labels:
    number = {topic.id: i for i, topic in enumerate(found.topics)}
    column: pd.Series[str] = found.assignments["topic"]
    return np.array([number.get(topic, -1) for topic in column], dtype=np.int64)


def _overlap(found: Topics, here: topic_graph.Labels, other: topic_graph.Labels) -> dict[str, float]:
    best: dict[str, float] = {}
    for i, topic in enumerate(found.topics):
        mine = here == i
        near, counts = np.unique(other[mine & (other >= 0)], return_counts=True)
        unions = [mine.sum() + (other == o).sum() - c for o, c in zip(near, counts, strict=True)]
        best[topic.id] = max((c / u for c, u in zip(counts, unions, strict=True)), default=0.0)
    return best
