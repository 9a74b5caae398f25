"""Trains the dialect model: character n-grams of normalized text, logistic regression, a small npz.

Data: ArSarcasm-v2 train (MIT; dialect by annotators), and, at a lower weight, texts of other sets with
ship = yes that hold marker words of one dialect only (voc/intake/dialect_markers.tsv).
Maghrebi, nearly absent there, has own sentences too (maghrebi.txt).
Rows whose text is in ArSarcasm-v2 test are left out. Run from the repository root:
python models/language/train.py
"""

import csv
import gzip
import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from voc.artifacts import save
from voc.intake.dialect import BITS, DIALECTS, features, marked

DATA = Path("../shared/data")
HERE = Path(__file__).parent
LABELS = {"msa": "msa", "egy": "egyptian", "gulf": "gulf", "lev": "levantine", "mag": "maghrebi"}
WEAK_SETS = ("ar_emoji", "umsab", "saudi_tourism", "ksa_google", "ajgt", "sehhaty")
WEAK_WEIGHT = 0.3
WRITTEN_TIMES = 5
SEED = 7


def rows(name):
    with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


def matrix(texts):
    found = [features(text) for text in texts]
    starts = np.cumsum([0, *(len(ids) for ids, _ in found)])
    ids = np.concatenate([ids for ids, _ in found])
    values = np.concatenate([values for _, values in found])
    return sparse.csr_matrix((values, ids, starts), shape=(len(texts), 1 << BITS))


def gold(split):
    found = [row for row in rows("arsarcasm_v2") if row["split"] == split]
    return [row for row in found if split == "test" or "arsarcasm" not in row["xtest"]]


def weak():
    for name in WEAK_SETS:
        for row in rows(name):
            if row["lang"] == "ar" and row["split"] == "train" and not row["xtest"]:
                dialect = marked(row["text"])
                if dialect is not None:
                    yield row["text"], dialect


def written():
    lines = (HERE / "maghrebi.txt").read_text(encoding="utf-8").splitlines()
    return [(line, "maghrebi") for line in lines if line and not line.startswith("#")]


def balanced(labels, power=0.5):
    counts = Counter(labels)
    return np.array([(len(labels) / counts[label]) ** power for label in labels])


def main():
    train, test = gold("train"), gold("test")
    rng = np.random.default_rng(SEED)
    held = rng.random(len(train)) < 0.15
    extra = [*weak(), *(WRITTEN_TIMES * written())]
    texts = [row["text"] for row in train] + [text for text, _ in extra]
    labels = [LABELS[row["dialect"]] for row in train] + [dialect for _, dialect in extra]
    weights = balanced(labels) * np.r_[np.ones(len(train)), np.full(len(extra), WEAK_WEIGHT)]
    fit = np.r_[~held, np.ones(len(extra), bool)]
    print(
        len(train),
        "gold",
        Counter(labels[: len(train)]),
        len(extra),
        "weak",
        Counter(labels[len(train) :]),
        file=sys.stderr,
    )
    x = matrix(texts)
    y = np.array([DIALECTS.index(label) for label in labels])
    best = None
    for alpha in (3e-6, 1e-5, 3e-5):
        model = SGDClassifier(loss="log_loss", alpha=alpha, max_iter=30, random_state=SEED, average=True)
        model.fit(x[fit], y[fit], sample_weight=weights[fit])
        macro = f1_score(y[: len(train)][held], model.predict(x[: len(train)][held]), average="macro")
        print(alpha, round(macro, 4), file=sys.stderr)
        if best is None or macro > best[0]:
            best = (macro, model)
    model = best[1]
    logits = lambda m: m @ model.coef_.T + model.intercept_  # noqa: E731
    temperature = calibrate(logits(x[: len(train)][held]), y[: len(train)][held])
    coefficients = (model.coef_ / temperature).astype(np.float16)
    np.savez_compressed(
        HERE / "dialect.npz", coef=coefficients, intercept=(model.intercept_ / temperature).astype(np.float32)
    )
    scores = evaluate(logits(matrix([row["text"] for row in test])) / temperature, test)
    (HERE / "results.json").write_text(
        json.dumps(scores, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    save(HERE, "1.0.0", ["dialect.npz"], {"test": scores, "train_rows": len(train), "weak_rows": len(extra)})
    print(json.dumps(scores, indent=1))


def softmax(logits):
    raised = np.exp(logits - logits.max(1, keepdims=True))
    return raised / raised.sum(1, keepdims=True)


def calibrate(logits, y):
    grid = np.linspace(0.3, 8, 78)
    return float(min(grid, key=lambda t: -np.log(softmax(logits / t)[np.arange(len(y)), y] + 1e-12).mean()))


def evaluate(logits, test):
    y = np.array([DIALECTS.index(LABELS[row["dialect"]]) for row in test])
    p = softmax(logits)
    guess = p.argmax(1)
    sure = p.max(1)
    right = guess == y
    bins = np.minimum((sure * 15).astype(int), 14)
    ece = sum(abs(right[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean() for b in set(bins))
    four = [DIALECTS.index(d) for d in ("msa", "egyptian", "gulf", "levantine")]
    return {
        "n": len(y),
        "accuracy": round(float(accuracy_score(y, guess)), 4),
        "macro_f1_four": round(float(f1_score(y, guess, labels=four, average="macro")), 4),
        "f1": {d: round(float(f1_score(y == i, guess == i)), 4) for i, d in enumerate(DIALECTS)},
        "msa_or_dialect_accuracy": round(float(((guess == 0) == (y == 0)).mean()), 4),
        "dialect_given_dialect": round(float((p[:, 1:].argmax(1) + 1 == y)[y > 0].mean()), 4),
        "ece": round(float(ece), 4),
        "accuracy_when_p_at_least_0.7": round(float(right[sure >= 0.7].mean()), 4),
        "share_with_p_at_least_0.7": round(float((sure >= 0.7).mean()), 4),
        "confusion": confusion_matrix(y, guess, labels=range(len(DIALECTS))).tolist(),
    }


if __name__ == "__main__":
    main()
