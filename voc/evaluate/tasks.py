"""Runs a model on a labeled file: sentiment, language, dialect.

Takes a table with a text and a label column. Gives an `Evaluation` per model, and a McNemar
test when there are two.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from voc.errors import InputError, OptionError
from voc.evaluate import metrics
from voc.evaluate.report import Evaluation, Prediction, evaluate
from voc.labels import LANGUAGES, POLARITIES
from voc.meaning.labels_of_models import DIALECTS, OURS, Task
from voc.settings import MeaningSettings

# The spellings that labeled files use most; a --mapping adds to them.
SPELLINGS = {
    "neg": "negative", "neu": "neutral", "pos": "positive", "-1": "negative", "0": "neutral", "1": "positive",
    "Negative": "negative", "Neutral": "neutral", "Positive": "positive",
    "سلبي": "negative", "محايد": "neutral", "إيجابي": "positive", "ايجابي": "positive",
    "MSA": "msa", "glf": "gulf", "GLF": "gulf", "Gulf": "gulf", "egy": "egyptian", "EGY": "egyptian",
    "Egyptian": "egyptian", "lev": "levantine", "LEV": "levantine", "Levantine": "levantine",
    "mag": "maghrebi", "MAG": "maghrebi", "nor": "maghrebi", "NOR": "maghrebi", "Maghrebi": "maghrebi",
}  # fmt: skip


@dataclass(frozen=True)
class Labeled:
    """Rows that can be evaluated: texts, translated labels, group columns, and how many were left out."""

    texts: list[str]
    labels: list[str]
    groups: dict[str, list[str]]
    without_label: int


def load(
    file: Path,
    text: str,
    label: str,
    mapping: Path | None = None,
    groups: Sequence[str] = (),
    *,
    blank: bool = False,
) -> Labeled:
    """The labeled rows of a CSV, XLSX, Parquet or JSONL file.

    Args:
        file: the file.
        text: column of the text.
        label: column of the true label.
        mapping: YAML of `theirs: ours` label names.
        groups: columns to split the figures by.
        blank: a blank label means "none" and counts; else such rows are left out.

    Raises:
        InputError: the file cannot be read or has no labeled row.
        OptionError: a column is not there; the nearest names are shown.
    """
    from voc.intake.tables import read_tables

    frame = read_tables(file)
    for column in (text, label, *groups):
        if column not in frame.columns:
            raise OptionError(
                f"{file.name} has no column {column!r}; it has {', '.join(map(str, frame.columns))}."
            )
    words = dict(SPELLINGS) | (mapping_of(mapping) if mapping else {})
    given = frame[label].astype("string").str.strip()
    keep = frame[text].notna() & (blank | (given.notna() & (given != "")))
    if not keep.any():
        raise InputError(f"{file.name} has no row with both {text!r} and {label!r} filled in.")
    rows = frame[keep]
    return Labeled(
        texts=[str(value) for value in rows[text]],
        labels=[words.get(str(value), str(value)) for value in given[keep].fillna("")],
        groups={column: [str(value) for value in rows[column]] for column in groups},
        without_label=int((~keep).sum()),
    )


def mapping_of(path: Path) -> dict[str, str]:
    """The `theirs: ours` names of a YAML file.

    Raises:
        OptionError: no such file, or it holds something else.
    """
    if not path.is_file():
        raise OptionError(f"There is no mapping file {str(path)!r}; it should hold `theirs: ours` lines.")
    value = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(value, dict):
        raise OptionError(f"{path.name} should hold `theirs: ours` lines; it holds a {type(value).__name__}.")
    return {str(theirs): str(ours) for theirs, ours in value.items()}


def predict_sentiment(texts: Sequence[str], settings: MeaningSettings) -> Prediction:
    """The sentiment model's answers, timed with the model already open."""
    from voc.meaning.sentiment import open_sentiment

    model = open_sentiment(settings)
    started = time.perf_counter()
    feelings = model.judge(list(texts), question=settings.question)
    seconds = time.perf_counter() - started
    unsure = np.array([label == "unsure" for label in feelings.sentiment])
    return Prediction(
        f"{model.name} {model.version}", POLARITIES, feelings.p.argmax(1), feelings.p, unsure, seconds
    )


def predict_language(texts: Sequence[str], settings: MeaningSettings) -> Prediction:
    """The language tagger's answers; it has no abstain band (`und` is one of its labels)."""
    if settings.model is not None:
        return _named(texts, settings, "language")
    return _spoken(texts, LANGUAGES, lambda one: one.language, "voc language")


def predict_dialect(texts: Sequence[str], settings: MeaningSettings) -> Prediction:
    """The dialect guess; texts without one (not Arabic, too short) count as wrong and as unsure."""
    if settings.model is not None:
        return _named(texts, settings, "dialect")
    return _spoken(texts, DIALECTS, lambda one: one.dialect, "voc dialect")


def _named(texts: Sequence[str], settings: MeaningSettings, task: Task) -> Prediction:
    """The answers of a named model: a hub name, a folder, or camel-tools."""
    from voc.meaning import camel, hub

    name = str(settings.model)
    model: camel.CamelDialect | hub.HubClassifier
    if task == "dialect" and camel.is_camel(name):
        model = camel.CamelDialect(name)
    else:
        model = hub.HubClassifier(name, task, settings.threads, settings.batch_size)
    started = time.perf_counter()
    p = model.probabilities(texts)
    seconds = time.perf_counter() - started
    guess = p.argmax(1)
    return Prediction(
        f"{model.name} {model.version}", OURS[task], guess, p, np.zeros(len(guess), bool), seconds
    )


def _spoken(
    texts: Sequence[str], labels: tuple[str, ...], pick: Callable[[Any], str | None], name: str
) -> Prediction:
    from voc.intake import language

    started = time.perf_counter()
    spoken = language.tag(list(texts))
    seconds = time.perf_counter() - started
    index = {label: i for i, label in enumerate(labels)}
    guess = np.array([index.get(pick(one) or "", -1) for one in spoken], dtype=np.int64)
    return Prediction(name, labels, guess, None, guess < 0, seconds)


TASKS = {"sentiment": predict_sentiment, "language": predict_language, "dialect": predict_dialect}


def run(
    task: str, rows: Labeled, models: Sequence[str | None], tier: str = "accurate"
) -> tuple[list[Evaluation], metrics.McNemar | None]:
    """One evaluation per model, and the McNemar test between the first two.

    Args:
        task: sentiment, language or dialect.
        rows: from `load`.
        models: hub names, folders or ``camel-tools``; None is the embedded model.
        tier: accurate, cascade or fast (embedded model only).

    Sentiment is also shown by the groups of `rows`, or where it names none by the language and the
    dialect that voc's tagger sees.
    """
    said = []
    for model in models:
        settings = MeaningSettings(model=model, tier=tier)  # type: ignore[arg-type]  # checked at the edge
        said.append(TASKS[task](rows.texts, settings))
    truth = metrics.numbered(rows.labels, said[0].labels, "label column")
    groups = rows.groups or (_seen_groups(rows.texts) if task == "sentiment" else {})
    results = [evaluate(task, truth, one, groups) for one in said]
    test = metrics.mcnemar(truth, said[0].guess, said[1].guess) if len(said) > 1 else None
    return results, test


def _seen_groups(texts: Sequence[str]) -> dict[str, list[str]]:
    """Language and dialect of each text as voc's tagger sees them: the groups of a file that names none."""
    from voc.intake import language

    spoken = language.tag(list(texts))
    return {
        "language": [one.language for one in spoken],
        "dialect": [one.dialect or "none" for one in spoken],
    }


def as_frame(results: Sequence[Evaluation]) -> pd.DataFrame:
    """One row per model with the overall figures, for side-by-side reading."""
    return pd.DataFrame(
        [
            {"model": r.model, **{name: figure.value for name, figure in r.overall.items()}, "ece": r.ece}
            for r in results
        ]
    )
