"""Communities of texts that are each other's nearest, found on a graph that ties languages together.

Takes: unit vectors of the language-free space. Gives: one community number per text.

Every text is tied to its nearest texts, with a quota for each language side, so that an Arabic complaint
is tied to the English ones about the same thing. Communities come from the Leiden algorithm (Traag,
Waltman and van Eck 2019) on modularity; its resolution is chosen by the agreement between runs. The
result is a consensus of runs (Lancichinetti and Fortunato 2012): ties are weighed by how often their ends
come together. On reviews of two languages that raised the agreement between seeds from 0.71 to 0.86, and
with a tenth of the texts left out from 0.69 to 0.75.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voc.meaning.topic_space import Vectors

Labels = NDArray[np.int64]

NEIGHBORS: Final = 20
RESOLUTIONS: Final = (1.0, 1.4, 2.0, 2.8)  # coarse to fine
_BLOCK: Final = 1024
_ITERATIONS: Final = 3
_ROUNDS: Final = 1  # of moving texts to their neighbors' topic
_TRIALS: Final = (1, 2)  # seeds the resolution is chosen with, whatever the seed of the result
_AGREE: Final = 0.10  # the coarsest resolution within this much of the best agreement wins
_RUNS: Final = 8  # of the consensus
_TOGETHER: Final = 0.50  # share of runs that must put a tie's ends together for the tie to count
_GIANT: Final = 0.20  # a partition whose largest community exceeds this share is too coarse


@dataclass(frozen=True)
class Neighbors:
    """The nearest sampled texts of each text: indexes and similarities, both (n, k)."""

    index: NDArray[np.int64]
    similarity: Vectors


def nearest(
    points: Vectors, pool: Vectors, sides: Sequence[str], k: int = NEIGHBORS, *, same: bool = False
) -> Neighbors:
    """The `k` nearest members of `pool` to each of `points`, with a quota per language side.

    Args:
        points: (n, d) unit vectors.
        pool: (m, d) unit vectors to choose from.
        sides: the language side of each pool member; the quota goes with the root of a side's share.
        k: neighbors in all; fewer when the pool is small.
        same: whether `points` is the pool itself, so that no text is its own neighbor.
    """
    tags = np.asarray(sides, dtype=object)
    index, similarity = [], []
    for side, quota in _quotas(tags, k, same=same).items():
        members = np.flatnonzero(tags == side)
        found = [
            _top(points[start : start + _BLOCK], start, pool[members], members, quota, same=same)
            for start in range(0, max(len(points), 1), _BLOCK)
        ]
        index.append(np.concatenate([block.index for block in found]))
        similarity.append(np.concatenate([block.similarity for block in found]))
    return Neighbors(np.hstack(index), np.hstack(similarity))


def levels(ties: Neighbors, sides: Sequence[str]) -> dict[tuple[str, str], float]:
    """Mean similarity of ties from each language side to each: ties across languages are looser by nature."""
    tags = np.asarray(sides, dtype=object)
    target = tags[ties.index]
    found = {}
    for own in sorted(set(tags)):
        for other in sorted(set(tags)):
            hit = (tags[:, None] == own) & (target == other)
            if hit.any():
                found[str(own), str(other)] = max(float(ties.similarity[hit].mean(dtype=np.float64)), 1e-3)
    return found


def leveled(
    ties: Neighbors, own: Sequence[str], pool: Sequence[str], mean: dict[tuple[str, str], float]
) -> Neighbors:
    """The same ties with each similarity in units of its sides' mean (`levels`), so languages weigh alike."""
    target = np.asarray(pool, dtype=object)[ties.index]
    divisor = np.ones(ties.index.shape, dtype=np.float32)
    tags = np.asarray(own, dtype=object)[:, None]
    for (one, other), value in mean.items():
        divisor[(tags == one) & (target == other)] = value
    return Neighbors(ties.index, ties.similarity / divisor)


def communities(ties: Neighbors, seed: int, resolution: float | None = None) -> tuple[Labels, float]:
    """Community of each text, numbered by size from 0, and the resolution used.

    Args:
        ties: the neighbors of every text among the texts themselves.
        seed: of the Leiden runs.
        resolution: more gives more communities; None chooses by agreement between runs, whatever the seed.
    """
    if resolution is not None:
        return _consensus(ties, seed, resolution), resolution
    one, other = _TRIALS
    runs = [(value, _leiden(ties, one, value), _leiden(ties, other, value)) for value in RESOLUTIONS]
    fine = [run for run in runs if np.bincount(run[1]).max() <= _GIANT * len(run[1])] or runs[-1:]
    agreement = [agree(first, second) for _, first, second in fine]
    chosen = next(i for i, value in enumerate(agreement) if value >= max(agreement) - _AGREE)
    return _consensus(ties, seed, fine[chosen][0]), fine[chosen][0]


def agree(one: Labels, other: Labels) -> float:
    """Adjusted Rand index of two partitions of the same texts: 1 the same, 0 as by chance."""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(one, other))


def votes(ties: Neighbors, labels: Labels, n_labels: int) -> Vectors:
    """Share of each text's neighbor similarity that lies in each community: (n, n_labels), rows sum to 1.

    Neighbors labeled -1 have no vote; a row without any vote is zero.
    """
    weight = np.maximum(ties.similarity, 0)
    chosen = labels[ties.index]
    weight = np.where(chosen >= 0, weight, 0)
    shares = np.zeros((len(weight), n_labels), dtype=np.float32)
    rows = np.broadcast_to(np.arange(len(weight))[:, None], chosen.shape)
    np.add.at(shares, (rows, np.maximum(chosen, 0)), weight)
    return np.asarray(shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-9), dtype=np.float32)


def settled(ties: Neighbors, labels: Labels) -> Labels:
    """Each text moved to where most of its neighbors are, `_ROUNDS` times; -1 stays.

    A text and its translation have much the same neighbors, so they end up together more often: 0.88 of 208
    translated pairs instead of 0.80.
    """
    for _ in range(_ROUNDS if (labels >= 0).any() else 0):
        best = np.round(votes(ties, labels, int(labels.max()) + 1), 6).argmax(axis=1)
        labels = np.where(labels >= 0, best, labels)
    return labels


def _quotas(tags: NDArray[np.object_], k: int, *, same: bool) -> dict[str, int]:
    names, counts = np.unique(tags.astype(str), return_counts=True)
    root = np.sqrt(counts)
    wanted = np.maximum(1, np.rint(k * root / root.sum())).astype(int)
    room = np.maximum(1, counts - 1 if same else counts)
    return {str(name): int(min(w, r)) for name, w, r in zip(names, wanted, room, strict=True)}


def _top(
    points: Vectors, start: int, pool: Vectors, members: NDArray[np.int64], quota: int, *, same: bool
) -> Neighbors:
    similarity = points @ pool.T
    if same:
        own = np.searchsorted(members, np.arange(start, start + len(points)))
        hit = (own < len(members)) & (
            members[np.minimum(own, len(members) - 1)] == start + np.arange(len(points))
        )
        similarity[np.flatnonzero(hit), own[hit]] = -2
    if quota < similarity.shape[1]:
        width = similarity.shape[1]
        column = np.argpartition(similarity, width - quota, axis=1)[:, width - quota :]
    else:
        column = np.broadcast_to(np.arange(similarity.shape[1]), similarity.shape)
    return Neighbors(members[column], np.take_along_axis(similarity, column, axis=1))


def _consensus(ties: Neighbors, seed: int, resolution: float) -> Labels:
    """Communities of the graph whose ties weigh the share of runs that put their ends together."""
    together = np.zeros(ties.index.shape, dtype=np.float32)
    for run in range(_RUNS):
        labels = _leiden(ties, seed * 1000 + run, resolution)
        together += labels[:, None] == labels[ties.index]
    together /= _RUNS
    together[together < _TOGETHER] = 0
    return _leiden(Neighbors(ties.index, together), seed, resolution)


def _leiden(ties: Neighbors, seed: int, resolution: float) -> Labels:
    import graspologic_native
    from scipy.sparse import csr_matrix

    n, k = ties.index.shape
    weight = np.maximum(ties.similarity.ravel(), 0).astype(np.float64)
    graph = csr_matrix((weight, (np.repeat(np.arange(n), k), ties.index.ravel())), shape=(n, n))
    graph = graph.maximum(graph.T).tocsr()
    graph.eliminate_zeros()
    graph.sort_indices()
    _, found = graspologic_native.leiden_csr(
        graph.indptr.astype(np.int64), graph.indices.astype(np.int32), graph.data, n,
        resolution=resolution, iterations=_ITERATIONS, seed=seed,
    )  # fmt: skip
    raw = np.array([found.get(i, -1) for i in range(n)], dtype=np.int64)
    lonely = raw < 0  # texts without any tie: communities of their own
    raw[lonely] = raw.max(initial=-1) + 1 + np.arange(lonely.sum())
    return by_size(raw)


def by_size(labels: Labels) -> Labels:
    """The same partition numbered from the largest (0) down; ties by first appearance."""
    _, first, inverse, counts = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(counts), dtype=np.int64)
    rank[np.lexsort((first, -counts))] = np.arange(len(counts))
    return rank[inverse]
