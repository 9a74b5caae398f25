"""Hotel and restaurant reviews of SemEval: which ENTITY#ATTRIBUTE categories a sentence has (slot 1).

In-protocol: one logistic regression per category, trained on the set's own train split, on sentence
vectors of the embedded encoder beside character and word n-grams and the words of our themes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from voc.intake.normalize import normalize
from voc.meaning.encode import Encoder
from voc.meaning.theme_words import ThemeWords
from voc.taxonomy import load as load_taxonomy

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
STRENGTH = 3.0  # inverse penalty; with the scale below chosen on a third of the train split
VECTOR_SCALE = 3.0
PUBLISHED = {  # micro-F1 of the best system of the same edition, trained and tested on the same splits
    "absa_ar_hotels": 0.521,  # SemEval-2016 task 5, Arabic hotels (Pontiki et al. 2016)
    "absa_en15 restaurant": 0.627,  # SemEval-2015 task 12, restaurants (Pontiki et al. 2015)
}


@dataclass(frozen=True)
class Sentences:
    """Texts, their categories as a 0/1 matrix, and which rows are the train split."""

    texts: list[str]
    categories: list[str]
    labels: np.ndarray
    train: np.ndarray
    frame: pd.DataFrame


def load(name: str, source: str | None = None) -> Sentences:
    """One of the aspect sets; `source` picks a domain (restaurant, laptop, hotel)."""
    frame = pd.read_csv(DATA / f"{name}.csv.gz", low_memory=False)
    frame = frame[frame["source"] == source] if source else frame
    found = [
        {aspect["category"] for aspect in json.loads(aspects) if aspect["category"]}
        for aspects in frame["aspects"]
    ]
    categories = sorted(set().union(*found))
    labels = np.array([[category in mine for category in categories] for mine in found])
    texts = [str(text) for text in frame["text"]]
    return Sentences(texts, categories, labels, (frame["split"] == "train").to_numpy(), frame)


def features(data: Sentences, vectors: np.ndarray, pack: str | None = None) -> csr_matrix:
    """Centered vectors and TF-IDF of characters and words, fitted on the train split; our themes' words."""
    plain = [normalize(text, "for_matching") for text in data.texts]
    seen = [text for text, train in zip(plain, data.train, strict=True) if train]
    parts = [csr_matrix((vectors - vectors[data.train].mean(axis=0)) * VECTOR_SCALE)]
    for tfidf in (
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True),
        TfidfVectorizer(token_pattern=r"[^\W_]+", ngram_range=(1, 2), min_df=2, sublinear_tf=True),
    ):
        parts.append(tfidf.fit(seen).transform(plain))
    return hstack([*parts, _themes_words(data.texts, pack)]).tocsr()


def _themes_words(texts: list[str], pack: str | None) -> csr_matrix:
    """Which themes' words a text has, (n, n_leaves): 1 for a sure word, 0.5 for a hint."""
    taxonomy = load_taxonomy(pack=pack)
    words = ThemeWords(taxonomy)
    table = np.zeros((len(texts), len(taxonomy.leaves)))
    for row, text in enumerate(texts):
        for hit in words.find(text):
            table[row, hit.theme] = max(table[row, hit.theme], 0.5 if hit.hint else 1.0)
    return csr_matrix(table)


def detect(data: Sentences, matrix: csr_matrix, fit_on: np.ndarray, predict_for: np.ndarray) -> np.ndarray:
    """Probabilities (rows of `predict_for`, categories)."""
    result = np.zeros((len(predict_for), len(data.categories)))
    for column in range(len(data.categories)):
        wanted = data.labels[fit_on, column]
        if wanted.sum() > 1:
            model = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=300)
            result[:, column] = model.fit(matrix[fit_on], wanted).predict_proba(matrix[predict_for])[:, 1]
    return result


def category_f1(name: str, source: str | None, encoder: Encoder, threshold: float | None = None) -> dict:
    """Micro-F1 on the test split; the threshold comes from a third of the train split."""
    data = load(name, source)
    matrix = features(data, encoder.encode(data.texts), source or "hotel")
    train, test = np.flatnonzero(data.train), np.flatnonzero(~data.train)
    if threshold is None:
        fold = np.random.default_rng(0).integers(0, 3, len(train))
        odds = detect(data, matrix, train[fold != 0], train[fold == 0])
        truth = data.labels[train[fold == 0]]
        threshold = max(
            np.arange(0.1, 0.6, 0.05).tolist(), key=lambda t: f1_score(truth, odds > t, average="micro")
        )
    given = detect(data, matrix, train, test) > threshold
    right = int((given & data.labels[test]).sum())
    return {
        "set": f"{name}{' ' + source if source else ''}",
        "train": len(train),
        "test": len(test),
        "categories": len(data.categories),
        "threshold": round(float(threshold), 2),
        "precision": right / max(int(given.sum()), 1),
        "recall": right / int(data.labels[test].sum()),
        "micro_f1": float(f1_score(data.labels[test], given, average="micro")),
    }
