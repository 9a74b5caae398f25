"""What is read in a chunk of different texts: language, feeling, themes with evidence, vectors.

Takes verbatim texts and the opened models. Gives `Readings`, one row per text, in order. A text's
reading never depends on its neighbors, so it does not matter how texts come together in chunks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voc.intake import language
from voc.meaning import clauses
from voc.meaning.network import LOGITS, VECTORS
from voc.meaning.prepare import prepare

if TYPE_CHECKING:
    from voc.meaning.encode import Encoder
    from voc.meaning.network import Network
    from voc.meaning.sentiment import SentimentModel
    from voc.meaning.themes import ThemeModel


@dataclass(frozen=True)
class Readings:
    """What was read in `n` texts, in their order.

    Attributes:
        frame: one row per text: language, p_language, p_negative, p_neutral, p_positive,
            sentiment, reason_without_theme.
        mentions: the `mentions` table; `comment_id` holds the ids given.
        vectors: shape (n, dim) float32, unit rows (zero rows for empty texts); None unless asked for.
        rows: which of the n texts the vectors belong to, where they are those of a sample; None: all.
    """

    frame: pd.DataFrame
    mentions: pd.DataFrame
    vectors: NDArray[np.float32] | None
    rows: NDArray[np.int64] | None = None

    def positions(self) -> NDArray[np.int64]:
        """Which of the texts have a vector."""
        return np.arange(len(self.frame)) if self.rows is None else self.rows

    def only(self, kept: NDArray[np.bool_], ids: set[str]) -> Readings:
        """What was read in some of the texts.

        Args:
            kept: shape (n,).
            ids: of the texts that are not kept.
        """
        with_vector = kept[self.positions()]
        return Readings(
            self.frame[kept].reset_index(drop=True),
            self.mentions[~self.mentions["comment_id"].astype(str).isin(ids)].reset_index(drop=True),
            None if self.vectors is None else self.vectors[with_vector],
            None if self.rows is None else (np.cumsum(kept) - 1)[self.rows[with_vector]],
        )


@dataclass(frozen=True)
class Readers:
    """The opened models that read a text; `network` is the one that encoder and sentiment share."""

    network: Network
    encoder: Encoder
    sentiment: SentimentModel
    themes: ThemeModel

    def read_ahead(self, meant: Sequence[str], judged: Sequence[str]) -> None:
        """Send all texts through the network at once: one that is wanted for its meaning and its
        feeling passes the trunk once. Encoder and sentiment model then find the rows there.

        Args:
            meant: comments and clauses wanted as vectors.
            judged: comments and clauses wanted by the sentiment model.
        """
        read = self.sentiment.to_read(judged)
        if meant or read:
            self.network.read({VECTORS: [prepare(text) for text in meant], LOGITS: read})

    def meanings(self, pieces: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of clauses; without columns where themes are found by their words alone."""
        if self.themes.by_meaning:
            return self.encoder.encode(pieces)
        return np.zeros((len(pieces), 0), np.float32)


@dataclass(frozen=True)
class Task:
    """What is asked of every chunk: the survey's question, and whether vectors are wanted, of which share."""

    question: str | None
    vectors: bool
    share: float = 1.0


def read_chunk(texts: list[str], task: Task, readers: Readers) -> Readings:
    """What some different texts say; `comment_id` in its mentions is the position, from "0"."""
    spoken = language.tag(texts, dialects=False)
    spans = [clauses.split(text) for text in texts]
    pieces = [text[s.start : s.end] for text, found in zip(texts, spans, strict=True) for s in found]
    hits = readers.themes.hits(texts)
    felt = readers.themes.felt(spans, hits)
    wanted = [piece for piece, is_felt in zip(pieces, felt.tolist(), strict=True) if is_felt]
    judged = list(dict.fromkeys([*texts, *wanted]))  # a comment of one clause is read once
    at = {text: number for number, text in enumerate(judged)}
    rows = np.flatnonzero([task.vectors and sampled(text, task.share) for text in texts])
    meant = [texts[int(row)] for row in rows]
    readers.read_ahead([*meant, *pieces] if readers.themes.by_meaning else meant, judged)
    feelings = readers.sentiment.judge(judged, question=task.question)
    of_pieces = np.zeros((len(pieces), feelings.p.shape[1]))
    of_pieces[felt] = feelings.p[np.array([at[piece] for piece in wanted], np.int64)]
    found = readers.themes.find(
        [str(i) for i in range(len(texts))],
        texts,
        spans,
        readers.meanings(pieces),
        of_pieces,
        [one.language for one in spoken],
        _Languages(pieces, dict(zip(texts, spoken, strict=True))),
        hits,
    )
    p = feelings.p[: len(texts)]  # the different texts come first
    frame = pd.DataFrame(
        {
            "language": [one.language for one in spoken],
            "p_language": [one.p_language for one in spoken],
            "p_negative": p[:, 0],
            "p_neutral": p[:, 1],
            "p_positive": p[:, 2],
            "sentiment": list(feelings.sentiment[: len(texts)]),
            "reason_without_theme": pd.Series(found.reasons, dtype=object),
        }
    )
    silent_rows = np.array([not text.strip() for text in texts], dtype=bool)
    frame.loc[silent_rows, ["p_negative", "p_neutral", "p_positive"]] = np.nan
    frame.loc[silent_rows, "sentiment"] = None
    if not task.vectors:
        return Readings(frame, found.mentions, None)
    return Readings(frame, found.mentions, readers.encoder.encode(meant), rows)


class _Languages(Sequence[str]):
    """The languages of the clauses, each found when it is asked for: most clauses hold no theme.

    Args:
        pieces: the clauses.
        known: of whole comments; that of a comment which is one clause is known.
    """

    def __init__(self, pieces: Sequence[str], known: dict[str, language.Spoken]) -> None:
        self._pieces, self._known = pieces, known

    def __len__(self) -> int:
        return len(self._pieces)

    @overload
    def __getitem__(self, number: int) -> str: ...
    @overload
    def __getitem__(self, number: slice) -> list[str]: ...
    def __getitem__(self, number: int | slice) -> str | list[str]:
        if isinstance(number, slice):
            return [self[place] for place in range(*number.indices(len(self)))]
        piece = self._pieces[number]
        if piece not in self._known:
            (self._known[piece],) = language.tag([piece], dialects=False)
        return self._known[piece].language


def sampled(text: str, share: float) -> bool:
    """Whether a text belongs to a sample of that share; decided by the text alone, so by no order.

    >>> sampled("slow", 1.0), sampled("slow", 0.0)
    (True, False)
    """
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") < share * 2.0**64
