"""Themes learned from a few examples each: a user's own taxonomy is ready in seconds.

Takes: a taxonomy with phrases (five per theme are enough to start) and an encoder. Gives: linear
heads on the frozen vectors, with the quality to expect from them, measured by cross-validation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import yaml
from numpy.typing import NDArray

from voc import artifacts
from voc.errors import InputError
from voc.meaning.encode import Encoder
from voc.meaning.theme_heads import NOTHING, VAGUE, Floats, Heads, fit_heads
from voc.meaning.theme_words import ThemeWords
from voc.taxonomy import Taxonomy

FOLDS: Final = 5
_ENOUGH: Final = 30  # phrases; below, the threshold cannot be as choosy


@dataclass(frozen=True)
class ThemeQuality:
    """How well a theme's head does on phrases it was not trained on; shares in [0, 1].

    Attributes:
        theme: its id.
        n: its phrases.
        precision: of the phrases given this theme, the share that have it; None if none was given it.
        recall: of its phrases, the share that were given it.
    """

    theme: str
    n: int
    precision: float | None
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        p = self.precision or 0.0
        return 2 * p * self.recall / (p + self.recall) if p + self.recall else 0.0


@dataclass(frozen=True)
class Trained:
    """Heads and their cross-validated quality, theme by theme."""

    heads: Heads
    quality: tuple[ThemeQuality, ...]


@dataclass(frozen=True)
class Phrases:
    """Training texts; labels (n, n_classes): 1 yes, 0 no, nan not known; the last columns are `NOTHING`."""

    texts: list[str]
    labels: NDArray[np.float32]


def train_user_themes(taxonomy: Taxonomy, encoder: Encoder, only: Sequence[str] | None = None) -> Trained:
    """Heads for the leaves of a taxonomy, from its phrases alone.

    Args:
        taxonomy: each leaf needs at least two phrases (`seeds` or `examples`); five or more are better.
        encoder: whose vectors the heads work on.
        only: ids of the leaves to train; None for all. The others' phrases are still counter-examples.

    Raises:
        InputError: a theme has fewer than two phrases and no words; the message names it.
    """
    wanted = [theme for theme in taxonomy.leaves if only is None or theme.id in only]
    for theme in wanted:
        if len(theme.phrases) < 2 and not theme.words:
            raise InputError(
                f"The theme {theme.id!r} has {len(theme.phrases)} example(s) and no words; give it at least "
                "two, better five, under 'examples'."
            )
    phrases = gather(taxonomy)
    columns = [taxonomy.leaves.index(theme) for theme in wanted]
    labels = phrases.labels[:, [*columns, -2, -1]]
    others = np.delete(phrases.labels[:, :-2], columns, axis=1)
    labels[(others == 1).any(axis=1) & (labels != 1).all(axis=1), -2] = 1  # another theme is none of these
    return train((*(theme.id for theme in wanted), *NOTHING), encoder.encode(phrases.texts), labels)


def gather(taxonomy: Taxonomy) -> Phrases:
    """The taxonomy's phrases, and phrases about nothing it could mean.

    A phrase of one theme that holds a sure word of another leaves the other open.
    """
    words = ThemeWords(taxonomy)
    columns = len(taxonomy.leaves) + len(NOTHING)
    labels = {text: np.eye(1, columns, columns - 2, dtype=np.float32)[0] for text in background()}
    for text in background("off_topic"):
        labels[text] = np.eye(1, columns, columns - 1, dtype=np.float32)[0]
    own = {text for theme in taxonomy.leaves for text in theme.phrases}
    labels.update((text, np.zeros(columns, dtype=np.float32)) for text in sorted(own))
    for column, theme in enumerate(taxonomy.leaves):
        for text in theme.phrases:
            labels[text][column] = 1
    for text in own:
        for hit in words.find(text):
            if not hit.hint and labels[text][hit.theme] != 1:
                labels[text][hit.theme] = np.nan
    return Phrases(list(labels), np.array(list(labels.values())))


def background(*kinds: str) -> list[str]:
    """Our own phrases about no theme: `vague` opinions, `off_topic` talk, words out of place (all three)."""
    path = artifacts.find("themes").path("examples.yaml")
    examples = yaml.safe_load(path.read_text(encoding="utf-8"))
    texts = [text for kind in kinds or ("vague", "off_topic") for group in examples[kind] for text in group]
    apart = [text for group in examples["near_misses"] if not group["themes"] for text in group["texts"]]
    return texts if kinds else [*texts, *apart]


def train(
    classes: tuple[str, ...],
    vectors: NDArray[np.float32],
    labels: NDArray[np.float32],
    weights: Floats | None = None,
) -> Trained:
    """Heads that decide where cross-validated precision and recall trade best, with or without words.

    Args:
        classes: theme ids, then `NOTHING`, one per column of `labels`.
        vectors: shape (n, dim), unit rows.
        labels: shape (n, n_classes): 1 yes, 0 no, nan not known.
        weights: shape (n,), or None.
    """
    heads = fit_heads(classes, vectors, labels, weights)
    held_out = cross_validated(classes, vectors, labels, weights)
    limits = np.zeros(len(classes))
    quality = []
    for column, theme in enumerate(classes[: -len(NOTHING)]):
        known = ~np.isnan(labels[:, column])
        truth, odds = labels[known, column] == 1, held_out[known, column]
        limits[column] = best_threshold(truth, odds)
        quality.append(quality_of(theme, truth, odds > limits[column]))
    return Trained(replace(heads, hint=limits, alone=limits), tuple(quality))


def cross_validated(
    classes: tuple[str, ...],
    vectors: NDArray[np.float32],
    labels: NDArray[np.float32],
    weights: Floats | None = None,
) -> Floats:
    """Log-odds (n, n_classes) of each text from heads that did not see it; folds go round the rows."""
    fold = np.arange(len(vectors)) % FOLDS
    odds = np.zeros(labels.shape)
    for number in range(FOLDS):
        out = fold == number
        some = None if weights is None else weights[~out]
        odds[out] = fit_heads(classes, vectors[~out], labels[~out], some).log_odds(vectors[out])
    return odds


def best_threshold(truth: NDArray[np.bool_], odds: Floats) -> float:
    """The log-odds above which to say yes, midway between the two neighboring values.

    It gives the highest F0.5 (a false theme is a false report, so precision counts twice as much as
    recall); with few examples the highest F1, as F0.5 would keep one or two of them.
    """
    if not truth.any():
        return 0.0
    beta2 = 0.25 if truth.sum() >= _ENOUGH else 1.0
    order = np.argsort(-odds, kind="stable")
    right = np.cumsum(truth[order])
    given = np.arange(1, len(order) + 1)
    score = (1 + beta2) * right / (given + beta2 * truth.sum())
    best = int(np.argmax(score))
    above = odds[order[best]]
    below = odds[order[best + 1]] if best + 1 < len(order) else above - 1
    return float((above + below) / 2)


def quality_of(theme: str, truth: NDArray[np.bool_], given: NDArray[np.bool_]) -> ThemeQuality:
    """Precision and recall of a yes-or-no decision."""
    right = int((truth & given).sum())
    precision = right / int(given.sum()) if given.any() else None
    return ThemeQuality(theme, int(truth.sum()), precision, right / int(truth.sum()) if truth.any() else 0.0)


class ThemeClassifier:
    """Themes of texts from labeled examples, with scikit-learn's conventions.

    Args:
        encoder: whose vectors the heads work on.

    Attributes:
        classes_: theme ids, sorted; after `fit`.
        quality_: cross-validated `ThemeQuality` per theme; after `fit`.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def get_params(self, deep: bool = True) -> dict[str, object]:
        """Constructor arguments, so that the object can be cloned."""
        return {"encoder": self.encoder}

    def set_params(self, **params: Encoder) -> ThemeClassifier:
        """Change constructor arguments."""
        self.encoder = params.get("encoder", self.encoder)
        return self

    def fit(self, X: Sequence[str], y: Sequence[Sequence[str]]) -> ThemeClassifier:
        """Learn from texts and the themes of each (none, one or several).

        Raises:
            InputError: `X` and `y` differ in length, or no text has a theme.
        """
        if len(X) != len(y) or not any(len(themes) for themes in y):
            raise InputError(
                f"There are {len(X)} texts and {len(y)} lists of themes; give one list per text, "
                "with at least one theme somewhere."
            )
        self.classes_ = tuple(sorted({theme for themes in y for theme in themes}))
        given = set(X)
        nothing = [text for text in background() if text not in given]
        about = [*(tuple(themes) or (VAGUE,) for themes in y), *((VAGUE,) for _ in nothing)]
        classes = (*self.classes_, *NOTHING)
        labels = np.array([[name in themes for name in classes] for themes in about], dtype=np.float32)
        trained = train(classes, self.encoder.encode([*X, *nothing]), labels)
        self.heads_, self.quality_ = trained.heads, trained.quality
        return self

    def predict_proba(self, X: Sequence[str]) -> Floats:
        """Confidence (n_texts, n_themes), columns as in `classes_`; 0.5 is where a theme is given."""
        odds = self.heads_.log_odds(self.encoder.encode(X)) - self.heads_.alone
        probabilities: Floats = 1 / (1 + np.exp(-odds[:, : len(self.classes_)]))
        return probabilities

    def predict(self, X: Sequence[str]) -> list[tuple[str, ...]]:
        """The themes of each text, in the order of `classes_`; empty where none is likely."""
        return [
            tuple(theme for theme, p in zip(self.classes_, row, strict=True) if p > 0.5)
            for row in self.predict_proba(X)
        ]
