"""How good the themes are, on texts that people labeled: precision, recall and F1 per theme.

Takes: texts, their gold themes in the labeler's own words, and a mapping from those to ours. Gives
a `ThemeReport`, with embedding similarity alone as the comparator in the same run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from voc.errors import InputError, OptionError
from voc.meaning.clauses import split
from voc.meaning.encode import Encoder
from voc.meaning.themes import ThemeModel
from voc.taxonomy import nearest


@dataclass(frozen=True)
class Scores:
    """Counts and the figures made of them; None where a figure does not exist."""

    name: str
    gold: int
    given: int
    right: int

    @property
    def precision(self) -> float | None:
        """Of the themes given, the share that is right."""
        return self.right / self.given if self.given else None

    @property
    def recall(self) -> float | None:
        """Of the gold themes, the share that was given."""
        return self.right / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall: 2 right / (gold + given)."""
        return 2 * self.right / (self.gold + self.given) if self.gold + self.given else None


@dataclass(frozen=True)
class ThemeReport:
    """Quality on `n` texts.

    Attributes:
        n: texts evaluated.
        micro: all themes together.
        macro_f1: mean F1 over the gold themes.
        themes: per theme.
        similarity: the comparator, all themes together: nearest seed phrases, one global threshold,
            chosen on these very texts in its favor.
        unmapped: gold labels without a theme of ours, with their counts; they are not counted as errors.
    """

    n: int
    micro: Scores
    macro_f1: float
    themes: tuple[Scores, ...]
    similarity: Scores
    unmapped: Mapping[str, int]

    def to_frame(self) -> pd.DataFrame:
        """One row per theme and one for all: theme, gold, given, right, precision, recall, f1."""
        return pd.DataFrame(
            {
                "theme": one.name,
                "gold": one.gold,
                "given": one.given,
                "right": one.right,
                "precision": one.precision,
                "recall": one.recall,
                "f1": one.f1,
            }
            for one in (*self.themes, self.micro)
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values: n, micro, macro_f1, similarity_alone, themes, unmapped."""
        rows = self.to_frame().astype(object).where(self.to_frame().notna(), None).to_dict("records")
        return {
            "n": self.n,
            "micro": {name: value for name, value in rows.pop().items() if name != "theme"},
            "macro_f1": self.macro_f1,
            "similarity_alone": {
                "precision": self.similarity.precision,
                "recall": self.similarity.recall,
                "f1": self.similarity.f1,
            },
            "themes": rows,
            "unmapped": dict(self.unmapped),
        }


def mapping_of(path: Path) -> dict[str, str | list[str] | None]:
    """A YAML file: their label to our theme, to a list of themes of which any one is right, or to nothing.

    Raises:
        OptionError: no such file, or it holds something else.
    """
    if not path.is_file():
        raise OptionError(f"There is no mapping file {str(path)!r}; it should hold `theirs: ours` lines.")
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except yaml.YAMLError as error:
        raise OptionError(f"{path.name} is not valid YAML; write one `theirs: ours` a line.") from error
    names = found if isinstance(found, dict) else {}
    for theirs, ours in names.items():
        if not (ours is None or isinstance(ours, str) or isinstance(ours, list)):
            raise OptionError(
                f"{path.name}: {theirs!r} maps to {ours!r}; a theme or a list of themes is meant."
            )
    if not names:
        raise OptionError(f"{path.name} should hold `theirs: ours` lines.")
    return {
        str(theirs): [str(one) for one in ours] if isinstance(ours, list) else ours
        for theirs, ours in names.items()
    }


def evaluate_themes(
    texts: Sequence[str],
    gold: Sequence[Sequence[str]],
    mapping: Mapping[str, str | Sequence[str] | None],
    model: ThemeModel,
    encoder: Encoder,
) -> ThemeReport:
    """Quality of a theme model on labeled texts.

    Args:
        texts: verbatim.
        gold: the labels of each text, none, one or several.
        mapping: their label to our theme, or to several themes of which any one is right; None or
            absent: we have no such theme. Labels that are our own ids need no entry.
        model: what is evaluated; only themes that some label maps to are counted.
        encoder: the encoder `model` was opened with.

    Raises:
        InputError: nothing to evaluate, or the mapping names a theme that the model does not have.
    """
    if len(texts) != len(gold) or not texts:
        raise InputError(f"There are {len(texts)} texts and {len(gold)} lists of labels; they must match.")
    known = [theme.id for theme in model.taxonomy.leaves]
    ours = {
        label: _themes(label, mapping.get(label, label if label in known else None), known)
        for label in dict.fromkeys(label for labels in gold for label in labels)
    }
    wanted = [[ours[label] for label in labels if ours[label]] for labels in gold]
    counted = sorted({theme for labels in wanted for options in labels for theme in options}, key=known.index)
    if not counted:
        raise InputError(
            f"No label maps to a theme; the labels are {', '.join(map(repr, list(ours)[:8]))}. "
            "Give a mapping file with one line 'label: theme' for each."
        )
    given, similar = _given(texts, model, encoder, counted)
    scores = tuple(_scores(theme, wanted, given) for theme in counted)
    unmapped: dict[str, int] = {}
    for labels in gold:
        for label in labels:
            if not ours[label]:
                unmapped[label] = unmapped.get(label, 0) + 1
    f1 = [one.f1 or 0.0 for one in scores if one.gold]
    return ThemeReport(
        n=len(texts),
        micro=_total("all", scores),
        macro_f1=float(np.mean(f1)),
        themes=scores,
        similarity=_best_similarity(similar, wanted, counted),
        unmapped=unmapped,
    )


def _themes(label: str, value: str | Sequence[str] | None, known: Sequence[str]) -> tuple[str, ...]:
    options = () if value is None else (value,) if isinstance(value, str) else tuple(value)
    for theme in options:
        if theme not in known:
            raise InputError(f"The mapping of {label!r} names {theme!r}; {nearest(theme, list(known))}")
    return options


def _given(
    texts: Sequence[str], model: ThemeModel, encoder: Encoder, counted: Sequence[str]
) -> tuple[list[set[str]], np.ndarray]:
    """Themes the model gives each text, and similarity (n_texts, n_counted) to each theme's phrases."""
    spans = [split(text) for text in texts]
    pieces = [text[s.start : s.end] for text, found in zip(texts, spans, strict=True) for s in found]
    vectors = encoder.encode(pieces)
    names = [str(place) for place in range(len(texts))]
    feelings = np.full((len(pieces), 3), 1 / 3)  # polarity plays no part here
    found = model.find(names, texts, spans, vectors, feelings, ["ar"] * len(texts), ["ar"] * len(pieces))
    given: list[set[str]] = [set() for _ in texts]
    for comment_id, theme in zip(found.mentions["comment_id"], found.mentions["theme"], strict=True):
        given[int(comment_id)].add(theme)
    phrases = [encoder.encode(model.taxonomy.theme(theme).phrases) for theme in counted]
    owner = np.repeat(np.arange(len(texts)), [len(one) for one in spans])
    similar = np.full((len(texts), len(counted)), -1.0)
    for column, seeds in enumerate(phrases):
        nearest_three = np.sort(vectors @ seeds.T, axis=1)[:, -3:].mean(axis=1)
        np.maximum.at(similar[:, column], owner, nearest_three)
    return given, similar


def _scores(theme: str, wanted: Sequence[Sequence[tuple[str, ...]]], given: Sequence[set[str]]) -> Scores:
    """Counts of one theme; where a label allows several, it belongs to one of those given, or the first."""
    gold = right = named = 0
    for labels, mine in zip(wanted, given, strict=True):
        chosen = {next((one for one in options if one in mine), options[0]) for options in labels}
        gold += theme in chosen
        right += theme in chosen and theme in mine
        named += theme in mine and (theme in chosen or not any(theme in options for options in labels))
    return Scores(theme, gold, named, right)


def _total(name: str, scores: Sequence[Scores]) -> Scores:
    return Scores(
        name,
        sum(one.gold for one in scores),
        sum(one.given for one in scores),
        sum(one.right for one in scores),
    )


def _best_similarity(
    similar: np.ndarray, wanted: Sequence[Sequence[tuple[str, ...]]], counted: Sequence[str]
) -> Scores:
    """The comparator at its best threshold on these texts."""
    best = Scores("similarity", 1, 0, 0)
    for threshold in np.quantile(similar, np.linspace(0.5, 0.995, 40)):
        given = [{counted[int(k)] for k in np.flatnonzero(row > threshold)} for row in similar]
        now = _total("similarity", [_scores(theme, wanted, given) for theme in counted])
        if (now.f1 or 0) > (best.f1 or 0):
            best = now
    return best
