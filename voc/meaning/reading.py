"""Everything we can say about a text, in one place: language, sentiment, themes, reasons, vector.

Takes verbatim texts. Gives one `Reading` per text, in order. Equal texts are read once, and a
text's reading never depends on its neighbors: the command line, the service and notebooks,
with whatever batching, give the same numbers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voc.meaning.chunk import Readers, Readings, Task, read_chunk, sampled
from voc.progress import Progress, silent

if TYPE_CHECKING:
    from voc.meaning.finished import Finished
    from voc.meaning.topics import Topics
    from voc.taxonomy import Taxonomy

__all__ = ["ChunkMap", "Readers", "Readings", "Task", "join", "read", "read_chunk", "topics_in"]

CHUNK = 2048  # texts in memory at once with their clause vectors: about 30 MB
MOST_VECTORS = 50_000  # 77 MB; topics are found on fewer


ChunkMap = Callable[[list[list[str]], Task], Iterable[Readings]]


def read(
    ids: Sequence[str],
    texts: Sequence[str],
    readers: Readers,
    *,
    question: str | None = None,
    vectors: bool = False,
    progress: Progress = silent,
    elsewhere: ChunkMap | None = None,
    finished: Finished | None = None,
    most_vectors: int = MOST_VECTORS,
) -> Readings:
    """What each text says: language, calibrated sentiment, themes with evidence, or why there are none.

    Args:
        ids: one id per text; used in `mentions`.
        texts: verbatim texts; evidence offsets count their characters.
        readers: opened models.
        question: what was asked, where known; it decides how bare nouns are read.
        vectors: also return the sentence vectors (for topics).
        progress: called with ("reading", texts done, texts in all).
        elsewhere: reads the chunks in other processes or on other machines, in order; the result
            is the same to the last bit, as no text's reading depends on its neighbors.
        finished: keeps chunks that are done, and finds those of a run that was killed.
        most_vectors: of more different texts, a sample of about that many gets a vector.
    """
    unique, inverse = _unique(texts)
    chunks = [unique[start : start + CHUNK] for start in range(0, max(len(unique), 1), CHUNK)]
    task = Task(question, vectors, min(1.0, most_vectors / max(len(unique), 1)))
    read_so_far = np.cumsum(np.bincount(inverse, minlength=len(unique)))
    parts: list[Readings] = []
    places = np.zeros(1, np.int64)
    for one in _each(chunks, task, readers, elsewhere, finished):
        parts.append(one)
        places = np.append(places, places[-1] + len(one.frame))
        progress("reading", int(read_so_far[places[-1] - 1]) if len(texts) else 0, len(texts))
    mentions = _stacked(
        [
            one.mentions.assign(comment_id=one.mentions["comment_id"].astype("int64") + start)
            for one, start in zip(parts, places[:-1], strict=True)
        ]
    )
    frame = _stacked([one.frame for one in parts]).iloc[inverse].reset_index(drop=True)
    found, rows = _vectors(parts, places, inverse, ids, most_vectors)
    return Readings(frame, _spread(mentions, inverse, ids), found, rows)


def _each(
    chunks: list[list[str]],
    task: Task,
    readers: Readers,
    elsewhere: ChunkMap | None,
    finished: Finished | None,
) -> Iterator[Readings]:
    """What is read in each chunk, in order; finished chunks are not read again."""
    read_them = elsewhere or (lambda some, asked: _two_at_a_time(some, asked, readers))
    if finished is None:
        yield from read_them(chunks, task)
        return
    keys = [finished.key(chunk, task) for chunk in chunks]
    known = [finished.has(key) for key in keys]
    fresh = iter(read_them([chunk for chunk, one in zip(chunks, known, strict=True) if not one], task))
    for key, is_known in zip(keys, known, strict=True):
        if is_known:
            yield finished.load(key)
        else:
            one = next(fresh)
            finished.save(key, one)
            yield one


def _two_at_a_time(chunks: list[list[str]], task: Task, readers: Readers) -> Iterator[Readings]:
    """Chunks in order, two under way: while one is prepared, the network is busy with the other."""
    if len(chunks) < 2:
        yield from (read_chunk(chunk, task, readers) for chunk in chunks)
        return
    with ThreadPoolExecutor(2, "voc-reading") as pool:
        waiting: deque[Future[Readings]] = deque()
        for chunk in chunks:
            waiting.append(pool.submit(read_chunk, chunk, task, readers))
            if len(waiting) > 2:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _vectors(
    parts: list[Readings],
    places: NDArray[np.int64],
    inverse: NDArray[np.int64],
    ids: Sequence[str],
    most: int,
) -> tuple[NDArray[np.float32] | None, NDArray[np.int64] | None]:
    """The vectors of the comments, and which comments they belong to (None: all)."""
    found = [one.vectors for one in parts if one.vectors is not None]
    if not found:
        return None, None
    vectors = np.concatenate(found)
    texts = np.concatenate([one.positions() + start for one, start in zip(parts, places[:-1], strict=True)])
    at = np.full(places[-1], -1, np.int64)
    at[texts] = np.arange(len(texts))
    rows = np.flatnonzero(at[inverse] >= 0)
    if len(rows) > 2 * most:  # a few texts stand in very many comments
        rows = rows[[sampled(ids[int(row)], 2 * most / len(rows)) for row in rows]]
    return vectors[at[inverse[rows]]], None if len(rows) == len(inverse) else rows


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _unique(texts: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """The different texts in order of appearance, and for each text the number of its equal."""
    codes, values = pd.factorize(np.asarray(texts, dtype=object), use_na_sentinel=False)
    return [str(value) for value in values], codes.astype(np.int64)


def _spread(mentions: pd.DataFrame, inverse: NDArray[np.int64], ids: Sequence[str]) -> pd.DataFrame:
    """Mentions of the different texts, repeated for every comment with that text, in comment order."""
    texts = mentions["comment_id"].to_numpy(np.int64)
    counts = np.bincount(texts, minlength=int(inverse.max(initial=-1)) + 1)
    first = np.cumsum(counts) - counts  # of each text's mentions, which stand together
    times = counts[inverse]
    ends = np.cumsum(times)
    rows = np.arange(ends[-1] if len(ends) else 0) + np.repeat(first[inverse] - (ends - times), times)
    spread = mentions.take(np.argsort(texts, kind="stable")[rows]).reset_index(drop=True)
    owners = pd.Series(np.asarray(ids, dtype=object)).take(np.repeat(np.arange(len(ids)), times))
    spread["comment_id"] = owners.reset_index(drop=True)
    return spread


def join(comments: pd.DataFrame, readings: Readings) -> pd.DataFrame:
    """The comments with what was read in them; rows stay in order, nothing else changes.

    Args:
        comments: the table that was read, in the order of `readings.frame`.
        readings: from `read` on its texts.
    """
    frame = readings.frame.set_index(comments.index)
    return pd.concat([comments.drop(columns=frame.columns, errors="ignore"), frame], axis=1)


def topics_in(
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    vectors: NDArray[np.float32] | None,
    taxonomy: Taxonomy,
) -> Topics | None:
    """The discovered topics of the comments; None where no vectors were asked for.

    Args:
        comments: the joined table.
        mentions: themes already known to be in them.
        vectors: shape (n, dim), one row per comment; or None.
        taxonomy: topics that one of its themes covers are marked so.
    """
    if vectors is None:
        return None
    from voc.meaning.topics import discover

    themes: dict[str, set[str]] = {comment: set() for comment in comments["comment_id"]}
    own = mentions[mentions["comment_id"].isin(comments["comment_id"])]
    for comment, theme in zip(own["comment_id"], own["theme"], strict=True):
        themes[comment].add(theme)
    known = [themes[comment] for comment in comments["comment_id"]]
    return discover(
        list(comments["text"]),
        vectors,
        list(comments["language"]),
        list(comments["comment_id"]),
        taxonomy=taxonomy,
        known=known,
    )
