"""Discovered topics: what comments are about beyond the taxonomy, Arabic and English in one space.

Takes: texts (comments or clauses) with vectors, language tags and ids. Gives: `Topics`.

Same texts, same topics: rows are put in a fixed order, repeated texts count once, sums are exact and
seeds are fixed, so neither a re-run nor shuffled rows change anything. Every text gets a topic or the
reason why it has none.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from voc.errors import OptionError
from voc.meaning import topic_assembly, topic_graph, topic_history, topic_space
from voc.meaning.topic_assembly import Placed
from voc.meaning.topic_corpus import Corpus, gather, sides
from voc.meaning.topic_graph import Labels
from voc.meaning.topic_model import Event, LabelFrom, Merge, Topic, TopicReason, Topics
from voc.meaning.topic_space import Space, Vectors
from voc.taxonomy.tree import Taxonomy

__all__ = ["Event", "LabelFrom", "Merge", "Options", "Topic", "TopicReason", "Topics", "discover"]

SEED: Final = 20_240_101
_LEAST_TEXTS: Final = 40  # distinct texts below which nothing can be said about topics
_LEAST_SHARE: Final = 0.003  # of the texts the communities are found on
_LEAST_SIZE: Final = 8
_NEAR_ENOUGH: Final = 0.20  # share of a text's nearest texts that must lie in one topic to assign it there


@dataclass(frozen=True)
class Options:
    """How topics are found.

    Attributes:
        engine: "graph" needs nothing beyond the base install; "bertopic" runs BERTopic (extra `topics`) on
            the same language-free vectors, with its UMAP and HDBSCAN.
        resolution: granularity of the graph engine, for example 1 (coarse) to 4 (fine); None: chosen by the
            agreement between runs.
        least: texts below which a group is no topic; None: 8, or 0.3 % of the texts if that is more.
        sample: distinct texts communities are found on; all others are assigned to them. The result says
            how many (`Topics.n_sampled`).
    """

    engine: Literal["graph", "bertopic"] = "graph"
    resolution: float | None = None
    least: int | None = None
    sample: int = 12_000


def discover(
    texts: Sequence[str],
    vectors: Vectors,
    languages: Sequence[str],
    ids: Sequence[str],
    *,
    taxonomy: Taxonomy | None = None,
    known: Sequence[Collection[str]] | None = None,
    seed: int = SEED,
    previous: Topics | None = None,
    options: Options | None = None,
) -> Topics:
    """The topics of these texts.

    Args:
        texts: verbatim texts; empty ones are allowed.
        vectors: (n_texts, dim) float32 sentence vectors of `voc.meaning.encode`.
        languages: language tag of each text.
        ids: id of each text; repeated ids are allowed (clauses of one comment).
        taxonomy: topics covered by one of its themes are marked; the others are proposals.
        known: theme ids found in each text; better evidence of coverage than the taxonomy's words alone.
        seed: of the community search.
        previous: last month's topics, whose ids are kept where a topic is the same; see `Topics.history`.
        options: engine and granularity.

    Raises:
        InputError: the lengths differ or vectors are not finite numbers.
        MissingExtra: engine "bertopic" without the extra `topics`.
    """
    chosen = options or Options()
    if chosen.engine not in ("graph", "bertopic"):
        raise OptionError(f"The topic engine is {chosen.engine!r}; 'graph' or 'bertopic' was expected.")
    corpus = gather(texts, vectors, languages, ids)
    sample = corpus.sample(chosen.sample)
    if len(sample) < _LEAST_TEXTS:
        return _none(corpus, chosen.engine, previous)
    spoken = [corpus.languages[i] for i in sample]
    space = topic_space.fit(corpus.vectors[sample], spoken)
    points = space.project(corpus.vectors, corpus.languages)
    placed, resolution = _place(corpus, points, sample, chosen, seed)
    n = int(placed.labels.max()) + 1
    if n == 0:
        return _none(corpus, chosen.engine, previous)
    middle = topic_assembly.centers(points, placed.labels, corpus.languages, n)
    names, history, last = topic_history.continued(corpus, placed.labels, n, previous)
    topics, merges = topic_assembly.describe(corpus, placed, points, middle, names, taxonomy, known)
    return Topics(
        topics=topics,
        assignments=topic_assembly.assignments(corpus, placed, names),
        merges=merges,
        version=previous.version + 1 if previous else 1,
        engine=chosen.engine,
        resolution=resolution,
        n_sampled=len(sample),
        space=space,
        centers=middle,
        reach=topic_assembly.reach(points, placed.labels, middle),
        history=history,
        last_number=last,
    )


def _place(
    corpus: Corpus, points: Vectors, sample: Labels, options: Options, seed: int
) -> tuple[Placed, float]:
    """Communities of the sampled texts; every other active text goes where most of its neighbors are."""
    side = sides(corpus.languages)
    pool = [side[i] for i in sample]
    ties = topic_graph.nearest(points[sample], points[sample], pool, same=True)
    mean = topic_graph.levels(ties, pool)
    ties = topic_graph.leveled(ties, pool, pool, mean)
    found, resolution = _communities(corpus, points, sample, ties, options, seed)
    found = topic_graph.settled(ties, found)
    least = options.least or max(_LEAST_SIZE, math.ceil(_LEAST_SHARE * len(sample)))
    large = np.bincount(found[found >= 0], minlength=1) >= least
    found = np.where((found >= 0) & large[found], found, -1)
    if (found >= 0).any():
        _, found[found >= 0] = np.unique(found[found >= 0], return_inverse=True)
    n = int(found.max()) + 1
    labels = np.full(len(corpus.texts), -1, dtype=np.int64)
    similarity = np.zeros(len(corpus.texts))
    by = np.full(len(corpus.texts), None, dtype=object)
    labels[sample], by[sample] = found, np.array([None, "cluster"], dtype=object)[(found >= 0).astype(int)]
    if n:
        votes = topic_graph.votes(ties, found, n)
        similarity[sample] = np.where(found >= 0, votes[np.arange(len(found)), np.maximum(found, 0)], 0)
        rest = np.setdiff1d(corpus.active, sample[found >= 0])
        others = topic_graph.nearest(points[rest], points[sample], pool)
        others = topic_graph.leveled(others, [side[i] for i in rest], pool, mean)
        votes = topic_graph.votes(others, found, n)
        best = votes.argmax(axis=1) if len(rest) else np.zeros(0, dtype=np.int64)
        near = votes.max(axis=1, initial=0)
        close = near >= _NEAR_ENOUGH
        labels[rest[close]], by[rest[close]] = best[close], "similarity"
        similarity[rest] = near
    reasons = corpus.reasons.copy()
    reasons[(labels < 0) & (reasons == None)] = "rare"  # noqa: E711 - elementwise
    return _largest_first(Placed(labels, similarity, by, reasons), corpus), resolution


def _communities(
    corpus: Corpus,
    points: Vectors,
    sample: Labels,
    ties: topic_graph.Neighbors,
    options: Options,
    seed: int,
) -> tuple[Labels, float]:
    if options.engine == "graph":
        return topic_graph.communities(ties, seed, options.resolution)
    from voc.meaning import topic_bertopic

    texts = [corpus.texts[i] for i in sample]
    least = options.least or max(_LEAST_SIZE, math.ceil(_LEAST_SHARE * len(sample)))
    return topic_bertopic.communities(texts, points[sample], ties, least, seed), float("nan")


def _largest_first(placed: Placed, corpus: Corpus) -> Placed:
    """The same placement with topics numbered by how many given rows they hold."""
    if placed.labels.max(initial=-1) < 0:
        return placed
    inside = placed.labels >= 0
    sizes = np.bincount(placed.labels[inside], weights=corpus.copies[inside])
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    labels = np.where(inside, rank[np.maximum(placed.labels, 0)], -1)
    return Placed(labels, placed.similarity, placed.by, placed.reasons)


def _none(corpus: Corpus, engine: str, previous: Topics | None) -> Topics:
    """No topics: every text has a reason."""
    n = len(corpus.texts)
    reasons = corpus.reasons.copy()
    reasons[reasons == None] = "rare"  # noqa: E711 - elementwise
    nowhere = Placed(np.full(n, -1), np.zeros(n), np.full(n, None, dtype=object), reasons)
    width = corpus.vectors.shape[1] if corpus.vectors.ndim == 2 else 0
    nothing = np.zeros((0, 0), dtype=np.float32)
    return Topics(
        topics=(),
        assignments=topic_assembly.assignments(corpus, nowhere, ()),
        merges=(),
        version=previous.version + 1 if previous else 1,
        engine=engine,
        resolution=float("nan"),
        n_sampled=0,
        space=Space((), np.zeros((0, width), dtype=np.float32), nothing),
        centers=nothing,
        reach=np.zeros(0, dtype=np.float32),
        last_number=previous.last_number if previous else 0,
    )
