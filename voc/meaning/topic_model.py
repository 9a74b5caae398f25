"""What topic discovery gives: topics with words and labels in both languages, and a place for every text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from voc.errors import OptionError
from voc.meaning.topic_space import Space, Vectors

LabelFrom = Literal["comments", "theme", "glossary", "nearest words", "other language"]
# Why a text has no topic: nothing written, only praise or blame, or far from every group of texts.
TopicReason = Literal["empty", "vague", "rare"]


@dataclass(frozen=True)
class Topic:
    """One discovered topic.

    Attributes:
        id: stays with the topic from month to month ("T004").
        words: up to ten words per language ("ar", "en"), heaviest first; empty without such texts.
        label: one short label per language, never empty.
        label_from: where each label comes from.
        size: texts in it.
        share: of all texts that were given, in [0, 1].
        languages: texts per language tag.
        examples: ids of up to five typical texts, most typical first, languages taking turns.
        theme: id of the taxonomy theme that covers it, or None: then it is a proposal for a new theme.
        p_theme: how well that theme covers it, in [0, 1]; the best theme's value also where `theme` is None.
        parent: id of the group of topics it belongs to ("G02").
    """

    id: str
    words: Mapping[str, tuple[str, ...]]
    label: Mapping[str, str]
    label_from: Mapping[str, LabelFrom]
    size: int
    share: float
    languages: Mapping[str, int]
    examples: tuple[str, ...]
    theme: str | None
    p_theme: float
    parent: str


@dataclass(frozen=True)
class Merge:
    """One step of the hierarchy: `left` and `right` become `id` at that cosine of their means."""

    id: str
    left: str
    right: str
    similarity: float


@dataclass(frozen=True)
class Event:
    """What became of topic ids between two versions.

    `kind`: kept, new, gone, split (one topic became several) or merged (several became one).
    """

    kind: Literal["kept", "new", "gone", "split", "merged"]
    before: tuple[str, ...]
    after: tuple[str, ...]
    similarity: float


@dataclass(frozen=True)
class Topics:
    """All discovered topics, largest first, and where every text went.

    Attributes:
        topics: largest first.
        assignments: one row per given text, in the given order: id, topic (None without one), similarity
            (share of its nearest texts that lie in its topic, 0 to 1), assigned_by ("cluster", "similarity"
            or None), reason (empty, vague, rare or None).
        merges: the hierarchy, closest topics first.
        version: 1 for a first version, then one more each time.
        engine: "graph" or "bertopic".
        resolution: granularity that was used.
        n_sampled: distinct texts the communities were found on; all others were assigned to them.
        space: the language-free space.
        centers: (n_topics, k) mean direction of each topic in that space, in the order of `topics`.
        history: what became of the previous version's ids; empty for a first version.
        last_number: highest topic number ever given, so that ids of gone topics are not used again.
        reach: (n_topics,) cosine to the center that nine in ten of a topic's texts exceed.
    """

    topics: tuple[Topic, ...]
    assignments: pd.DataFrame
    merges: tuple[Merge, ...]
    version: int
    engine: str
    resolution: float
    n_sampled: int
    space: Space
    centers: Vectors
    reach: Vectors
    history: tuple[Event, ...] = ()
    last_number: int = 0

    def topic(self, topic_id: str) -> Topic:
        """The topic with that id.

        Raises:
            OptionError: there is none.
        """
        for topic in self.topics:
            if topic.id == topic_id:
                return topic
        raise OptionError(f"There is no topic {topic_id!r}; known: {', '.join(t.id for t in self.topics)}.")

    def proposals(self) -> tuple[Topic, ...]:
        """Topics that no taxonomy theme covers: themes to propose to the analyst, largest first."""
        return tuple(topic for topic in self.topics if topic.theme is None)

    def to_frame(self) -> pd.DataFrame:
        """One row per topic: id, parent, labels and words in both languages, size, share, theme, p_theme."""
        rows = [
            {
                "id": t.id,
                "parent": t.parent,
                "label_ar": t.label["ar"],
                "label_en": t.label["en"],
                "words_ar": ", ".join(t.words["ar"]),
                "words_en": ", ".join(t.words["en"]),
                "size": t.size,
                "share": t.share,
                "theme": t.theme,
                "p_theme": t.p_theme,
            }
            for t in self.topics
        ]
        columns = [
            "id",
            "parent",
            "label_ar",
            "label_en",
            "words_ar",
            "words_en",
            "size",
            "share",
            "theme",
            "p_theme",
        ]
        return pd.DataFrame(rows, columns=columns)

    def to_dict(self) -> list[dict[str, object]]:
        """The topics as plain values for result.json."""
        return [
            {
                "id": t.id,
                "parent": t.parent,
                "label": dict(t.label),
                "label_from": dict(t.label_from),
                "words": {language: list(words) for language, words in t.words.items()},
                "size": t.size,
                "share": t.share,
                "languages": dict(t.languages),
                "examples": list(t.examples),
                "theme": t.theme,
                "proposed": t.theme is None,
            }
            for t in self.topics
        ]
