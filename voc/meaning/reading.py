"""Everything we can say about a text, in one place: language, sentiment, themes, reasons, vector.

Takes verbatim texts. Gives one `Reading` per text, in order. Equal texts are read once, and a
text's reading never depends on its neighbors: the command line, the service and notebooks,
with whatever batching, give the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voc.intake import language
from voc.meaning import clauses
from voc.meaning.network import LOGITS, VECTORS
from voc.meaning.prepare import prepare
from voc.progress import Progress, silent

if TYPE_CHECKING:
    from voc.meaning.encode import Encoder
    from voc.meaning.network import Network
    from voc.meaning.sentiment import SentimentModel
    from voc.meaning.themes import ThemeModel
    from voc.meaning.topics import Topics
    from voc.taxonomy import Taxonomy

CHUNK = 2048  # texts in memory at once with their clause vectors: about 30 MB


@dataclass(frozen=True)
class Readings:
    """What was read in `n` texts, in their order.

    Attributes:
        frame: one row per text: language, p_language, p_negative, p_neutral, p_positive,
            sentiment, reason_without_theme.
        mentions: the `mentions` table; `comment_id` holds the ids given.
        vectors: shape (n, dim) float32, unit rows (zero rows for empty texts); None unless asked for.
    """

    frame: pd.DataFrame
    mentions: pd.DataFrame
    vectors: NDArray[np.float32] | None


@dataclass(frozen=True)
class Readers:
    """The opened models that read a text; `network` is the one that encoder and sentiment share."""

    network: Network
    encoder: Encoder
    sentiment: SentimentModel
    themes: ThemeModel

    def read_ahead(self, texts: Sequence[str], pieces: Sequence[str], judged: Sequence[str]) -> None:
        """Send all texts through the network at once: one that is wanted for its meaning and its
        feeling passes the trunk once. Encoder and sentiment model then find the rows there.

        Args:
            texts: comments wanted as vectors.
            pieces: clauses wanted as vectors.
            judged: comments and clauses wanted by the sentiment model.
        """
        meant = [prepare(text) for text in (*texts, *pieces)]
        self.network.read({VECTORS: meant, LOGITS: self.sentiment.to_read(judged)})


@dataclass(frozen=True)
class Task:
    """What is asked of every chunk: the survey's question, and whether vectors are wanted."""

    question: str | None
    vectors: bool


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
    """
    unique, inverse = _unique(texts)
    chunks = [unique[start : start + CHUNK] for start in range(0, max(len(unique), 1), CHUNK)]
    task = Task(question, vectors)
    done, parts = 0, []
    for one in elsewhere(chunks, task) if elsewhere else (read_chunk(c, task, readers) for c in chunks):
        parts.append(one)
        done += len(one.frame)
        progress("reading", int((inverse < done).sum()), len(texts))
    starts = np.cumsum([0, *(len(one.frame) for one in parts)])
    mentions = pd.concat(
        [
            one.mentions.assign(comment_id=one.mentions["comment_id"].astype("int64") + start)
            for one, start in zip(parts, starts[:-1], strict=True)
        ],
        ignore_index=True,
    )
    frame = pd.concat([one.frame for one in parts], ignore_index=True).iloc[inverse].reset_index(drop=True)
    found = [one.vectors for one in parts if one.vectors is not None]
    return Readings(frame, _spread(mentions, inverse, ids), np.concatenate(found)[inverse] if found else None)


def _unique(texts: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """The different texts in order of appearance, and for each text the number of its equal."""
    codes, values = pd.factorize(np.asarray(texts, dtype=object), use_na_sentinel=False)
    return [str(value) for value in values], codes.astype(np.int64)


def read_chunk(texts: list[str], task: Task, readers: Readers) -> Readings:
    """What some different texts say; `comment_id` in its mentions is the position, from "0"."""
    ids = [str(i) for i in range(len(texts))]
    spoken = language.tag(texts, dialects=False)
    spans = [clauses.split(text) for text in texts]
    pieces = [text[s.start : s.end] for text, found in zip(texts, spans, strict=True) for s in found]
    readers.read_ahead(texts if task.vectors else [], pieces, [*texts, *pieces])
    feelings = readers.sentiment.judge([*texts, *pieces], question=task.question)
    found = readers.themes.find(
        ids,
        texts,
        spans,
        readers.encoder.encode(pieces),
        feelings.p[len(texts) :],
        [one.language for one in spoken],
        [one.language for one in language.tag(pieces, dialects=False)],
    )
    frame = pd.DataFrame(
        {
            "language": [one.language for one in spoken],
            "p_language": [one.p_language for one in spoken],
            "p_negative": feelings.p[: len(texts), 0],
            "p_neutral": feelings.p[: len(texts), 1],
            "p_positive": feelings.p[: len(texts), 2],
            "sentiment": list(feelings.sentiment[: len(texts)]),
            "reason_without_theme": pd.Series(found.reasons, dtype=object),
        }
    )
    silent_rows = np.array([not text.strip() for text in texts], dtype=bool)
    frame.loc[silent_rows, ["p_negative", "p_neutral", "p_positive"]] = np.nan
    frame.loc[silent_rows, "sentiment"] = None
    return Readings(frame, found.mentions, readers.encoder.encode(texts) if task.vectors else None)


def _spread(mentions: pd.DataFrame, inverse: NDArray[np.int64], ids: Sequence[str]) -> pd.DataFrame:
    """Mentions of the different texts, repeated for every comment with that text, in comment order."""
    owners = pd.DataFrame({"_text": inverse, "_id": np.asarray(ids, dtype=object)})
    owners["_row"] = np.arange(len(owners))
    numbered = mentions.assign(_text=mentions["comment_id"], _order=np.arange(len(mentions)))
    joined = numbered.merge(owners, on="_text", how="inner").sort_values(["_row", "_order"], kind="stable")
    joined["comment_id"] = joined["_id"]
    return joined[list(mentions.columns)].reset_index(drop=True)


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

    themes = mentions.groupby("comment_id")["theme"].agg(set)
    known = [themes.get(comment, set()) for comment in comments["comment_id"]]
    return discover(
        list(comments["text"]),
        vectors,
        list(comments["language"]),
        list(comments["comment_id"]),
        taxonomy=taxonomy,
        known=known,
    )
