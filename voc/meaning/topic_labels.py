"""Names for topics: a label in both languages, and the taxonomy theme that covers a topic, if one does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voc.intake.normalize import normalize
from voc.meaning import topic_words
from voc.meaning.topic_model import LabelFrom
from voc.meaning.topic_space import Vectors
from voc.meaning.topic_words import SCRIPTS, Script, Vocabulary
from voc.taxonomy.tree import Taxonomy

COVERED: Final = (
    0.40  # share of a topic's texts (or of its words' weight) that one theme must hold to cover it
)
_LABEL_WORDS: Final = 3
_SAYS_ENOUGH: Final = 2  # words beyond praise and blame; a single one is filled up from the other language
_ALIKE: Final = 0.72  # share of common letters from which two words are forms of one
_OWN_TEXTS: Final = (
    5  # texts with words of a script that a topic needs for a label of its own in that language
)
_NEAREST_TEXTS: Final = (
    200  # texts with words of a script the corpus needs before nearest words mean something
)
_NEAREST_LEAST: Final = 5  # texts a word must be in to be anybody's nearest word
_COMMA: Final[dict[Script, str]] = {"ar": "، ", "en": ", "}


@dataclass(frozen=True)
class Named:
    """Words, labels and theme of one topic; fields as in `topic_model.Topic`."""

    words: dict[str, tuple[str, ...]]
    label: dict[str, str]
    label_from: dict[str, LabelFrom]
    theme: str | None
    p_theme: float


def name(
    vocabulary: Vocabulary,
    labels: NDArray[np.int64],
    points: Vectors,
    centers: Vectors,
    taxonomy: Taxonomy | None,
    known: Sequence[Collection[str]] | None,
) -> list[Named]:
    """Words, labels and theme of every topic.

    Args:
        vocabulary: of the texts.
        labels: (n_texts,) topic of each text or -1.
        points: (n_texts, k) the texts in the language-free space.
        centers: (n_topics, k) the topics there.
        taxonomy: themes that may cover a topic; None: no topic is covered.
        known: theme ids found in each text; None: themes are matched by their seed phrases' words.
    """
    weight = topic_words.weights(vocabulary, labels, len(centers))
    words = {script: topic_words.together(vocabulary, weight, script) for script in SCRIPTS}
    themes = _themes(vocabulary, weight, labels, taxonomy, known)
    calm = np.array([stem in topic_words.judgments() for stem in vocabulary.stems], dtype=bool)
    told = weight * ~calm  # praise and blame label a topic only when nothing else is there
    heaviest = {script: topic_words.top(vocabulary, told, script, 4 * _LABEL_WORDS) for script in SCRIPTS}
    short = {script: [_apart(row) for row in heaviest[script]] for script in SCRIPTS}
    near = {script: _nearest(vocabulary, points, centers, script) for script in SCRIPTS}
    texts = {script: _texts(vocabulary, labels, len(centers), script) for script in SCRIPTS}
    named = []
    for i, (theme, p_theme) in enumerate(themes):
        label: dict[str, str] = {}
        source: dict[str, LabelFrom] = {}
        for script, other in (SCRIPTS, SCRIPTS[::-1]):
            own = short[script][i] if texts[script][i] >= _OWN_TEXTS else ()
            translated = _translated(short[other][i], script)
            if len(own) >= _SAYS_ENOUGH:
                label[script], source[script] = _COMMA[script].join(own), "comments"
            elif theme is not None and taxonomy is not None:
                label[script], source[script] = taxonomy.label(theme, script), "theme"
            elif translated:
                words_of = dict.fromkeys((*own, *translated))
                label[script], source[script] = _COMMA[script].join([*words_of][:_LABEL_WORDS]), "glossary"
            elif own or near[script][i]:
                label[script] = _COMMA[script].join(own or near[script][i])
                source[script] = "comments" if own else "nearest words"
        for script, other in (SCRIPTS, SCRIPTS[::-1]):
            if script not in label:
                spare = words[script][i] or words[other][i] or (f"#{i + 1}",)
                label[script] = label.get(other) or _COMMA[script].join(spare[:_LABEL_WORDS])
                source[script] = "other language"
        named.append(Named({s: words[s][i] for s in SCRIPTS}, label, source, theme, p_theme))
    return named


def _apart(words: Sequence[str]) -> tuple[str, ...]:
    """The first words that are no forms of each other ("cancelled", "cancel"; "يحتاج", "تحتاج")."""
    kept: dict[str, str] = {}  # stem: word
    for word in words:
        root = topic_words.stem(normalize(word, "for_matching") or word)
        if len(kept) < _LABEL_WORDS and all(SequenceMatcher(None, root, o).ratio() < _ALIKE for o in kept):
            kept[root] = word
    return tuple(kept.values())


def _translated(words: Sequence[str], script: Script) -> tuple[str, ...]:
    """Those of these words that the glossary knows, in the other language."""
    table = topic_words.glossary()
    stems = [topic_words.stem(normalize(word, "for_matching")) for word in words]
    return tuple(dict.fromkeys(table[stem] for stem in stems if stem in table))


def _texts(vocabulary: Vocabulary, labels: NDArray[np.int64], n: int, script: Script) -> NDArray[np.int64]:
    own = np.flatnonzero(vocabulary.scripts == script)
    has = np.asarray(vocabulary.counts[:, own].sum(axis=1)).ravel() > 0
    return np.bincount(labels[has & (labels >= 0)], minlength=n)


def _nearest(
    vocabulary: Vocabulary, points: Vectors, centers: Vectors, script: Script
) -> list[tuple[str, ...]]:
    """The words of a script whose texts lie nearest to each topic, wherever those texts are."""
    often = np.asarray(vocabulary.counts.sum(axis=0)).ravel()
    calm = topic_words.judgments()
    loud = np.array([stem not in calm for stem in vocabulary.stems], dtype=bool)
    own = np.flatnonzero((vocabulary.scripts == script) & (often >= _NEAREST_LEAST) & loud)
    speaking = np.asarray(vocabulary.counts[:, own].sum(axis=1)).ravel() > 0
    if len(own) < _LABEL_WORDS or speaking.sum() < _NEAREST_TEXTS:
        return [()] * len(centers)
    vectors = np.asarray(vocabulary.counts[:, own].T @ points)
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    best = np.argsort(-(centers @ vectors.T), axis=1, kind="stable")[:, :_LABEL_WORDS]
    return [tuple(vocabulary.shown[own[j]] for j in row) for row in best]


def _themes(
    vocabulary: Vocabulary,
    weight: NDArray[np.float64],
    labels: NDArray[np.int64],
    taxonomy: Taxonomy | None,
    known: Sequence[Collection[str]] | None,
) -> list[tuple[str | None, float]]:
    if taxonomy is None:
        return [(None, 0.0)] * len(weight)
    leaves = [theme.id for theme in taxonomy.leaves]
    if known is not None:
        shares = _shares(labels, known, leaves, len(weight))
    else:
        shares = _overlap(vocabulary, weight, taxonomy)
    found: list[tuple[str | None, float]] = []
    for row in shares:
        best = int(row.argmax())
        share = float(row[best])
        found.append((leaves[best] if share >= COVERED else None, share))
    return found


def _shares(
    labels: NDArray[np.int64], known: Sequence[Collection[str]], leaves: list[str], n: int
) -> NDArray[np.float64]:
    """Share of each topic's texts in which each theme was found."""
    at = {theme: i for i, theme in enumerate(leaves)}
    counts = np.zeros((n, len(leaves)))
    for label, themes in zip(labels, known, strict=True):
        if label >= 0:
            for theme in set(themes) & at.keys():
                counts[label, at[theme]] += 1
    return counts / np.maximum(np.bincount(labels[labels >= 0], minlength=n), 1)[:, None]


def _overlap(vocabulary: Vocabulary, weight: NDArray[np.float64], taxonomy: Taxonomy) -> NDArray[np.float64]:
    """Share of the weight of each topic's ten heaviest words per language that is in each theme's phrases."""
    stems = [
        {
            topic_words.stem(word)
            for phrase in (*theme.phrases, *(word for group in theme.words.values() for word in group))
            for word in topic_words.tokens(phrase)
        }
        - topic_words.judgments()
        for theme in taxonomy.leaves
    ]
    often = Counter(stem for theme in stems for stem in theme)
    belongs = np.array(
        [[1 / often[stem] if stem in theme else 0 for stem in vocabulary.stems] for theme in stems]
    )
    heavy = np.zeros_like(weight)
    for script in SCRIPTS:
        own = np.flatnonzero(vocabulary.scripts == script)
        for i, row in enumerate(weight):
            best = own[np.argsort(-row[own], kind="stable")[:10]]
            heavy[i, best] = row[best] / max(float(row[best].sum()), 1e-12)
    total = np.maximum(heavy.sum(axis=1, keepdims=True), 1e-12)
    return np.asarray(heavy @ belongs.T / total)
