"""Trains, calibrates and saves the sentiment models from ../shared/data, with one command.

    python models/sentiment/train.py [--minutes 68] [--device cuda]

Needs models/encoder/build.py to have run (its pruned float32 weights are the start). Steps: corpus,
fine-tuning (resumed where it stopped), export, calibration, fast tier, manifest. Then run evaluate.py.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from models.encoder import network
from models.sentiment import calibrate, data, export, fast, finetune
from voc import artifacts
from voc.meaning import calibration, fast_tier, heads
from voc.meaning.network import LOGITS, Network

HERE = Path(__file__).resolve().parent
ENCODER = HERE.parent / "encoder"
VERSION = "1.1.0"
UNSURE_BELOW = 0.5
TABLE_WEIGHTS = {"umsab": 2.0, "tweeteval": 1.5, "saudi_tourism": 1.5, "ajgt": 1.5, "ar_emoji": 0.0}
Numbers = NDArray[np.float64]


def main() -> None:
    """All steps, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=68)
    parser.add_argument("--cache", type=Path, default=HERE / ".cache")
    parser.add_argument("--weights", type=Path, default=ENCODER / ".cache" / "pruned.npz")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--skip-tuning", action="store_true", help="use the checkpoint as it is")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    corpus = data.corpus()
    run = finetune.start(options.weights, options.cache, options.device)
    if not options.skip_tuning:
        learned = corpus.rows[corpus.rows["part"] == "train"].reset_index(drop=True)
        parent = network.load(dict(np.load(options.weights)))
        table = finetune.rows(learned, parent, options.cache / "states.pt")
        finetune.train(run, table, options.minutes, options.cache)
    model = export.averaged(options.cache / "run.pt", options.weights)
    facts = {"steps": run.step, "rows_seen": run.seen, "hours": round(run.seconds / 3600, 2)}
    finish(model, corpus, facts)


def finish(model: finetune.Model, corpus: data.Corpus, facts: dict[str, Any]) -> None:
    """Fit the n-gram table, export, calibrate both tiers, and write the manifest."""
    learned = corpus.rows[corpus.rows["part"] == "train"].reset_index(drop=True)
    fit_table(learned)
    export.export(model, HERE / "upper.onnx")
    held = calibration_rows(corpus.rows)
    texts, labels = list(held["text"]), held["label"].to_numpy(np.int64)
    table = fast_tier.load(HERE).logits(texts)
    logits, groups = read(texts, table)
    numbers = {"accurate": _calibrated(held, logits, groups)}
    careful = _probabilities(numbers, "accurate", logits, groups)
    scripts = [calibration.script(text) for text in texts]
    numbers["fast"] = _calibrated(held, table, scripts)
    quick = _probabilities(numbers, "fast", table, scripts)
    numbers["fast"]["certain_from"] = certain_from(quick, careful, labels)
    (HERE / "calibration.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    files = ["upper.onnx", "fast.npz", "fast-tokenizer.json", "calibration.json"]
    facts |= {"removed": corpus.removed, "rows": len(learned), "seed": finetune.SEED}
    artifacts.save(HERE, VERSION, files, facts)


def read(prepared: list[str], table: Numbers) -> tuple[Numbers, list[str]]:
    """Log-scores and groups of prepared texts by the exported model and the n-gram table."""
    uppers = {LOGITS: HERE / "upper.onnx"}
    read_by = Network(ENCODER / "trunk.onnx", ENCODER / "tokenizer.json", "query: ", uppers)
    rows = read_by.rows(prepared, LOGITS)
    return heads.joined(rows, table), heads.groups(rows, prepared)


def _probabilities(numbers: dict[str, Any], tier: str, logits: Numbers, groups: list[str]) -> Numbers:
    (HERE / "calibration.json").write_text(json.dumps(numbers), encoding="utf-8")
    return calibration.load(HERE / "calibration.json", tier).probabilities(logits, groups)


def calibration_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows never trained on; the noisy emoji labels say nothing about probabilities."""
    return rows[(rows["part"] == "calibration") & (rows["set"] != "ar_emoji")].reset_index(drop=True)


def certain_from(quick: Numbers, careful: Numbers, labels: NDArray[np.int64]) -> float:
    """The lowest certainty of the fast tier at which the cascade loses at most half a point of accuracy."""
    best = (careful.argmax(1) == labels).mean()
    for level in np.arange(0.6, 1.0, 0.01):
        taken = quick.max(1) >= level
        found = np.where(taken, quick.argmax(1), careful.argmax(1))
        if (found == labels).mean() >= best - 0.005:
            return round(float(level), 2)
    return 1.0


def fit_table(learned: pd.DataFrame) -> None:
    """Fit the fast tier to the labels; sets that matter more than their size weigh more."""
    texts = list(learned["text"])
    fast.make_tokenizer(texts, HERE / "fast-tokenizer.json")
    targets = np.eye(3)[learned["label"].to_numpy()] * 0.94 + 0.02
    fast.fit(texts, targets, learned["set"].map(TABLE_WEIGHTS).fillna(1.0).to_numpy(), HERE)


def _calibrated(held: pd.DataFrame, logits: Numbers, groups: list[str]) -> dict[str, Any]:
    size = held.groupby("set")["label"].transform("size").to_numpy(np.float64)
    weights = 1 / np.sqrt(size)  # no large set decides alone
    labels = held["label"].to_numpy(np.int64)
    return {"groups": calibrate.fit(logits, labels, groups, weights), "unsure_below": UNSURE_BELOW}


if __name__ == "__main__":
    main()
