"""Topic ids that last: this month's topics matched with last month's, and new texts placed without a re-fit.

Ids are matched by where the previous version would put this version's texts: a topic keeps the id of the
previous topic whose texts it mostly holds and which mostly went to it (F1 of the two shares).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voc.errors import InputError
from voc.meaning import topic_assembly, topic_graph
from voc.meaning.topic_assembly import Placed
from voc.meaning.topic_corpus import Corpus, gather, sides
from voc.meaning.topic_graph import Labels
from voc.meaning.topic_model import Event, Topics
from voc.meaning.topic_space import Vectors
from voc.taxonomy.tree import Taxonomy

_SAME: Final = 0.30  # F1 of shares above which two topics are the same topic
_MOST: Final = 0.50  # share of a topic that must come from, or go to, another for a split or merge
_LEAST_NEW: Final = 8  # texts that a new topic needs
_BESIDE: Final = 0.60  # cosine to a known center from which a new community is that topic's fringe
_FRINGE: Final = 0.50  # of a topic's reach: a text this near belongs to it when no new topic takes it


def continued(
    corpus: Corpus, labels: Labels, n: int, previous: Topics | None
) -> tuple[list[str], tuple[Event, ...], int]:
    """Ids of `n` topics, what became of the previous ids, and the highest number ever given."""
    if previous is None or not previous.topics:
        start = previous.last_number if previous else 0
        return [_id(start + i + 1) for i in range(n)], (), start + n
    old = [topic.id for topic in previous.topics]
    inside = np.flatnonzero(labels >= 0)
    would = _nearest_center(previous, corpus, inside)
    table = np.zeros((n, len(old)))
    np.add.at(table, (labels[inside][would >= 0], would[would >= 0]), 1)
    from_old = table / np.maximum(np.bincount(labels[inside], minlength=n), 1)[:, None]
    to_new = table / np.maximum(table.sum(axis=0, keepdims=True), 1)
    match = 2 * from_old * to_new / np.maximum(from_old + to_new, 1e-12)
    pairs: dict[int, int] = {}
    for flat in np.argsort(-match, axis=None, kind="stable"):
        new, before = divmod(int(flat), len(old))
        if match[new, before] < _SAME:
            break
        if new not in pairs and before not in pairs.values():
            pairs[new] = before
    last, names = previous.last_number, []
    for new in range(n):
        if new not in pairs:
            last += 1
        names.append(old[pairs[new]] if new in pairs else _id(last))
    return names, _events(names, old, pairs, match, from_old, to_new), last


def extend(
    previous: Topics,
    texts: Sequence[str],
    vectors: Vectors,
    languages: Sequence[str],
    ids: Sequence[str],
    *,
    taxonomy: Taxonomy | None = None,
    known: Sequence[Collection[str]] | None = None,
    seed: int = 20_240_101,
) -> Topics:
    """New texts placed in the previous topics without re-fitting them; what fits none may form new topics.

    Args:
        previous: the version to go on from; its ids, words and labels stay.
        texts: the new texts only, verbatim.
        vectors: (n_texts, dim) their sentence vectors, from the same encoder as before.
        languages: language tag of each text.
        ids: id of each text.
        taxonomy: as in `topics.discover`.
        known: as in `topics.discover`.
        seed: of the search for new topics.

    Returns:
        The same topics with the sizes, examples and assignments of the new texts, and new topics after them.

    Raises:
        InputError: the previous version has no topics, or the vectors come from another encoder.
    """
    if not previous.topics:
        raise InputError("The previous version has no topics to go on from; discover topics afresh.")
    corpus = gather(texts, vectors, languages, ids)
    points = previous.space.project(corpus.vectors, corpus.languages)
    active = corpus.active
    labels = np.full(len(corpus.texts), -1, dtype=np.int64)
    labels[active] = _nearest_center(previous, corpus, active)
    similarity = np.zeros(len(corpus.texts))
    similarity[active] = np.clip((points[active] @ previous.centers.T).max(axis=1), 0, 1)
    fresh = _fresh(corpus, points, active[labels[active] < 0], seed)
    labels, fresh = _absorbed(previous, corpus, points, labels, fresh)
    by = np.full(len(corpus.texts), None, dtype=object)
    by[labels >= 0] = "similarity"
    by[fresh >= 0] = "cluster"
    labels = np.where(fresh >= 0, fresh + len(previous.topics), labels)
    reasons = corpus.reasons.copy()
    reasons[(labels < 0) & (reasons == None)] = "rare"  # noqa: E711 - elementwise
    n_new = int(fresh.max(initial=-1)) + 1
    middle, reach = previous.centers, previous.reach
    if n_new:
        added = topic_assembly.centers(points, fresh, corpus.languages, n_new)
        middle = np.vstack([middle, added])
        reach = np.concatenate([reach, topic_assembly.reach(points, fresh, added)])
    old = [topic.id for topic in previous.topics]
    names = old + [_id(previous.last_number + i + 1) for i in range(n_new)]
    placed = Placed(labels, similarity, by, reasons)
    topics, merges = topic_assembly.describe(corpus, placed, points, middle, names, taxonomy, known)
    kept = [
        replace(
            now,
            words=was.words,
            label=was.label,
            label_from=was.label_from,
            theme=was.theme,
            p_theme=was.p_theme,
        )
        for now, was in zip(topics, previous.topics, strict=False)
    ]
    return replace(
        previous,
        topics=(*kept, *topics[len(old) :]),
        assignments=topic_assembly.assignments(corpus, placed, names),
        merges=merges,
        version=previous.version + 1,
        n_sampled=len(active),
        centers=middle,
        reach=reach,
        history=(
            *(Event("kept", (name,), (name,), 1.0) for name in old),
            *(Event("new", (), (name,), 0.0) for name in names[len(old) :]),
        ),
        last_number=previous.last_number + n_new,
    )


def _nearest_center(previous: Topics, corpus: Corpus, rows: NDArray[np.int64]) -> Labels:
    """The previous topic nearest to each text, or -1 where nine in ten of that topic's texts are nearer."""
    vectors = corpus.vectors[rows]
    points = previous.space.project(vectors, [corpus.languages[i] for i in rows])
    closeness = points @ previous.centers.T
    best = closeness.argmax(axis=1) if len(rows) else np.zeros(0, dtype=np.int64)
    near = closeness[np.arange(len(rows)), best] >= previous.reach[best]
    return np.where(near, best, -1).astype(np.int64)


def _absorbed(
    previous: Topics, corpus: Corpus, points: Vectors, labels: Labels, fresh: Labels
) -> tuple[Labels, Labels]:
    """Fringes of known topics go back to them: communities beside an old center, texts near one."""
    n = int(fresh.max(initial=-1)) + 1
    if n:
        middle = topic_assembly.centers(points, fresh, corpus.languages, n)
        closeness = middle @ previous.centers.T
        old = closeness.max(axis=1) >= _BESIDE
        number = np.where(old, -1, np.cumsum(~old) - 1)
        home = closeness.argmax(axis=1)
        inside = fresh >= 0
        labels = np.where(inside & old[np.maximum(fresh, 0)], home[np.maximum(fresh, 0)], labels)
        fresh = np.where(inside, number[np.maximum(fresh, 0)], -1)
    rest = np.array([i for i in corpus.active if labels[i] < 0 and fresh[i] < 0], dtype=np.int64)
    if len(rest):
        closeness = points[rest] @ previous.centers.T
        best = closeness.argmax(axis=1)
        near = closeness[np.arange(len(rest)), best] >= _FRINGE * previous.reach[best]
        labels[rest[near]] = best[near]
    return labels, fresh


def _fresh(corpus: Corpus, points: Vectors, rows: NDArray[np.int64], seed: int) -> Labels:
    """Communities among the texts that fit no previous topic; -1 for all others."""
    labels = np.full(len(corpus.texts), -1, dtype=np.int64)
    if len(rows) < 2 * _LEAST_NEW:
        return labels
    pool = sides([corpus.languages[i] for i in rows])
    ties = topic_graph.nearest(points[rows], points[rows], pool, same=True)
    ties = topic_graph.leveled(ties, pool, pool, topic_graph.levels(ties, pool))
    found, _ = topic_graph.communities(ties, seed)
    large = np.bincount(found) >= max(_LEAST_NEW, len(rows) // 100)
    labels[rows] = np.where(
        large[found], found, -1
    )  # communities are numbered by size: large ones come first
    return labels


def _events(
    names: list[str],
    old: list[str],
    pairs: dict[int, int],
    match: NDArray[np.float64],
    from_old: NDArray[np.float64],
    to_new: NDArray[np.float64],
) -> tuple[Event, ...]:
    events = [
        Event("kept", (old[o],), (names[n],), round(float(match[n, o]), 4)) for n, o in sorted(pairs.items())
    ]
    heir = {before: new for new, before in pairs.items()}
    for new, name in enumerate(names):
        if new in pairs:
            continue
        source = int(from_old[new].argmax())
        share = round(float(from_old[new, source]), 4)
        if share >= _MOST and source in heir:
            events.append(Event("split", (old[source],), (names[heir[source]], name), share))
        else:
            events.append(Event("new", (), (name,), share))
    for before, name in enumerate(old):
        if before in heir:
            continue
        target = int(to_new[:, before].argmax())
        share = round(float(to_new[target, before]), 4)
        if share >= _MOST:
            also = (old[pairs[target]],) if target in pairs else ()
            events.append(Event("merged", (*also, name), (names[target],), share))
        else:
            events.append(Event("gone", (name,), (), share))
    return tuple(events)


def _id(number: int) -> str:
    return f"T{number:03d}"
