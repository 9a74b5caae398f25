"""The distinct texts that topics are found on: same text, same topic, whatever the order of the rows.

Takes: texts with vectors, languages and ids. Gives: a `Corpus` of distinct texts in a fixed order, with
the reason why some of them cannot belong to any topic.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.errors import InputError
from voc.meaning import topic_words
from voc.meaning.topic_space import Vectors
from voc.meaning.topic_words import Vocabulary


@dataclass(frozen=True)
class Corpus:
    """Distinct texts in alphabetical order.

    Attributes:
        texts, languages, vectors: of the distinct texts.
        rows: (n_given,) the distinct text of each given row.
        ids: (n_given,) the given ids.
        vocabulary: of the distinct texts.
        reasons: "empty", "vague" or None for each distinct text.
    """

    texts: tuple[str, ...]
    languages: tuple[str, ...]
    vectors: Vectors
    rows: NDArray[np.int64]
    ids: tuple[str, ...]
    vocabulary: Vocabulary
    reasons: NDArray[np.object_]

    @property
    def active(self) -> NDArray[np.int64]:
        """Indexes of the distinct texts that may belong to a topic."""
        return np.flatnonzero(self.reasons == None)  # noqa: E711 - elementwise

    @property
    def copies(self) -> NDArray[np.int64]:
        """How many given rows have each distinct text."""
        return np.bincount(self.rows, minlength=len(self.texts))

    def sample(self, n: int) -> NDArray[np.int64]:
        """At most `n` active texts, chosen by a hash of the text: more data keeps most of the choice."""
        active = self.active
        if len(active) <= n:
            return active
        marks = [hashlib.blake2b(self.texts[i].encode(), digest_size=8).digest() for i in active]
        return np.sort(active[np.argsort(np.array(marks, dtype="S8"), kind="stable")[:n]])


def sides(languages: Sequence[str]) -> list[str]:
    """The language side of each text: "en", or "ar" for everything written in Arabic, Arabizi or a mix."""
    return ["en" if language == "en" else "ar" for language in languages]


def gather(texts: Sequence[str], vectors: Vectors, languages: Sequence[str], ids: Sequence[str]) -> Corpus:
    """The distinct texts of these rows.

    Raises:
        InputError: the four have different lengths, or a vector is not a finite number everywhere.
    """
    lengths = {"texts": len(texts), "vectors": len(vectors), "languages": len(languages), "ids": len(ids)}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{count} {name}" for name, count in lengths.items())
        raise InputError(f"Topics need one vector, language and id per text; got {told}.")
    table = np.asarray(vectors, dtype=np.float32)
    if len(texts) and (table.ndim != 2 or not np.isfinite(table).all()):
        raise InputError(
            f"Topics need a table of finite numbers, one row per text; the vectors have shape {table.shape}."
        )
    keys = list(zip(map(str, texts), map(str, languages), strict=True))
    distinct = {key: i for i, key in enumerate(sorted(set(keys)))}
    rows = np.array([distinct[key] for key in keys], dtype=np.int64)
    first = np.full(len(distinct), -1, dtype=np.int64)
    by_id = np.array(sorted(range(len(keys)), key=lambda i: str(ids[i]), reverse=True), dtype=np.int64)
    first[rows[by_id]] = by_id  # the row with the smallest id stands for a text
    names = tuple(text for text, _ in distinct)
    spoken = tuple(language for _, language in distinct)
    vocabulary = topic_words.vocabulary(names, spoken)
    reasons = np.full(len(names), None, dtype=object)
    reasons[~vocabulary.speaks] = "vague"
    reasons[[i for i, text in enumerate(names) if not text.strip()]] = "empty"
    return Corpus(names, spoken, table[first], rows, tuple(map(str, ids)), vocabulary, reasons)
