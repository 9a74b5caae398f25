"""Arabic hotel reviews of SemEval-2016: polarity of a given aspect (slot 3), in-protocol.

One logistic regression on the sentence's vector, the words around the aspect's target, and the
aspect's category; trained on the train split.
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.themes.aspects import load
from voc.intake.normalize import normalize
from voc.meaning.clauses import split
from voc.meaning.encode import Encoder

AROUND = 45  # characters on both sides of the target
STRENGTH = 3.0
PUBLISHED = {"baseline": 0.764, "best": 0.827}


def accuracy(encoder: Encoder) -> dict[str, object]:
    """Share of the test split's aspects whose polarity is right."""
    data = load("absa_ar_hotels")
    vectors = encoder.encode(data.texts)
    aspects = _aspects(data.frame["aspects"], data.texts)
    train = data.train[aspects["row"]]
    matrix = _features(aspects, vectors, train)
    truth = aspects["polarity"].to_numpy()
    model = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=300)
    guessed = _one_against_rest(model, matrix, truth, train)
    return {
        "set": "absa_ar_hotels",
        "train": int(train.sum()),
        "test": int((~train).sum()),
        "accuracy": float((guessed == truth[~train]).mean()),
        "majority": float((truth[~train] == pd.Series(truth[train]).mode()[0]).mean()),
    }


def _aspects(column: pd.Series, texts: list[str]) -> pd.DataFrame:
    """One row per aspect: sentence number, category, polarity, surroundings of the target."""
    rows = []
    for number, (aspects, text) in enumerate(zip(column, texts, strict=True)):
        for aspect in json.loads(aspects):
            start, end = int(aspect["start"] or 0), int(aspect["end"] or 0)
            clause = next((s for s in split(text) if s.start <= start < s.end), None)
            near = text if end <= start else text[max(0, start - AROUND) : end + AROUND]
            own = text if end <= start or clause is None else text[clause.start : clause.end]
            rows.append((number, aspect["category"], aspect["polarity"], near, own, text))
    return pd.DataFrame(rows, columns=["row", "category", "polarity", "near", "clause", "text"])


def _features(aspects: pd.DataFrame, vectors: np.ndarray, train: np.ndarray) -> csr_matrix:
    parts = [csr_matrix((vectors - vectors.mean(axis=0))[aspects["row"]] * 3)]
    parts.append(csr_matrix(pd.get_dummies(aspects["category"]).to_numpy(dtype=float)))
    for column, scale in (("near", 1.0), ("clause", 1.0), ("text", 0.7)):
        plain = np.array([normalize(text, "for_matching") for text in aspects[column]], dtype=object)
        for tfidf in (
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True),
            TfidfVectorizer(token_pattern=r"[^\W_]+", ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        ):
            parts.append(tfidf.fit(plain[train]).transform(plain) * scale)
    return hstack(parts).tocsr()


def _one_against_rest(
    model: LogisticRegression, matrix: csr_matrix, truth: np.ndarray, train: np.ndarray
) -> np.ndarray:
    classes = sorted(set(truth[train]))
    odds = [
        model.fit(matrix[train], truth[train] == one).decision_function(matrix[~train]) for one in classes
    ]
    return np.array(classes, dtype=object)[np.argmax(odds, axis=0)]
