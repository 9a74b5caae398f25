"""In-protocol figure: polarity given the aspect, on SemEval-2016's Arabic hotels.

    python models/sentiment/aspects.py

A logistic regression on what the shipped sentiment model says of the sentence, of the clause that holds the
target, and of the words around it, plus the aspect's category; fitted on the set's train sentences,
reported on its test sentences. Writes aspects.json. Not part of the shipped model.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from models.sentiment import data
from voc import artifacts
from voc.meaning import clauses, fast_tier, heads
from voc.meaning.network import LOGITS, VECTORS, Network
from voc.meaning.prepare import prepare

HERE = Path(__file__).resolve().parent
AROUND = 25  # characters on each side of the target
POLARITY = {"neg": 0, "neu": 1, "pos": 2}


def aspects() -> pd.DataFrame:
    """One row per aspect: split, sentence, clause, window, category, label."""
    rows: list[dict[str, Any]] = []
    table = data.read("absa_ar_hotels")
    for text, found, split in zip(table["text"], table["aspects"], table["split"], strict=True):
        spans = clauses.split(text)
        for aspect in json.loads(found) if isinstance(found, str) else ():
            if aspect["polarity"] not in POLARITY:
                continue
            start, end = int(aspect.get("start") or 0), int(aspect.get("end") or 0)
            near = [text[s.start : s.end] for s in spans if s.start <= start < s.end] if end else []
            rows.append(
                {
                    "split": split,
                    "sentence": text,
                    "target": text[start:end] if end else "",
                    "clause": near[0] if near else text,
                    "window": text[max(0, start - AROUND) : end + AROUND] if end else text,
                    "category": aspect["category"],
                    "label": POLARITY[aspect["polarity"]],
                }
            )
    return pd.DataFrame(rows)


def features(table: pd.DataFrame) -> np.ndarray:
    """(n, features) float32: vectors of the clause, log-probabilities of all three, category."""
    folder, lower = artifacts.find("sentiment").folder, artifacts.find("encoder").folder
    uppers = dict.fromkeys((LOGITS, VECTORS), folder / "upper.onnx")  # its own vectors, not the encoder's
    session = Network(lower / "trunk.onnx", lower / "tokenizer.json", "query: ", uppers)
    texts = sorted({text for column in ("sentence", "clause", "window") for text in table[column]})
    prepared = [prepare(text) for text in texts]
    table_logits = fast_tier.load(folder, fast_tier.SHARE).logits(prepared)
    said = dict(zip(texts, heads.joined(session.rows(prepared, LOGITS), table_logits), strict=True))
    kept = sorted(set(table["clause"]))
    vectors = dict(zip(kept, session.rows([prepare(text) for text in kept], VECTORS), strict=True))
    parts = [np.stack([said[text] for text in table[column]]) for column in ("sentence", "clause", "window")]
    parts.append(np.stack([vectors[text] for text in table["clause"]]))
    parts.append(pd.get_dummies(table["category"]).to_numpy(np.float64))
    return np.hstack(parts).astype(np.float32)


def main() -> None:
    """Fit, report and write the figure."""
    table = aspects()
    x, y = features(table), table["label"].to_numpy()
    learn, test = (table["split"] != "test").to_numpy(), (table["split"] == "test").to_numpy()
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=500))
    found = model.fit(x[learn], y[learn]).predict(x[test])
    result = {
        "aspects": {"train": int(learn.sum()), "test": int(test.sum())},
        "accuracy": round(float((found == y[test]).mean()), 4),
        "macro_f1": round(float(f1_score(y[test], found, average="macro")), 4),
        "majority": round(float(np.bincount(y[test]).max() / test.sum()), 4),
    }
    (HERE / "aspects.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(result)


if __name__ == "__main__":
    main()
