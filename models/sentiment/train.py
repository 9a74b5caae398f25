"""Trains, calibrates and saves the sentiment models from ../shared/data, with one command.

    python models/sentiment/train.py [--steps 2000] [--device cuda]

Needs models/encoder/build.py to have run (its pruned float32 weights are the start). Steps: corpus,
fine-tuning of the members (resumed where they stopped), mean of their weights, export, fast tier,
calibration, manifest. Then run evaluate.py.
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
from models.sentiment import calibrate, data, export, fast, finetune, genre
from voc import artifacts
from voc.meaning import calibration, fast_tier, heads
from voc.meaning.network import LOGITS, Network

HERE = Path(__file__).resolve().parent
ENCODER = HERE.parent / "encoder"
VERSION = "1.1.0"
UNSURE_BELOW = 0.5
FILES = ["upper.onnx", "fast.npz", "fast-tokenizer.json", "calibration.json"]
TABLE_WEIGHTS = {"umsab": 2.0, "tweeteval": 1.5, "saudi_tourism": 1.5, "ajgt": 1.5, "ar_emoji": 0.0}
Numbers = NDArray[np.float64]


def main() -> None:
    """All steps; members that were trained before (finetune.py, side by side) are taken as they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=finetune.STEPS)
    parser.add_argument("--cache", type=Path, default=HERE / ".cache")
    parser.add_argument("--weights", type=Path, default=ENCODER / ".cache" / "pruned.npz")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    corpus = data.corpus()
    learned = corpus.rows[corpus.rows["part"] == "train"].reset_index(drop=True)
    table = finetune.rows(learned, network.load(dict(np.load(options.weights))), options.cache / "states.pt")
    facts: dict[str, Any] = {"members": []}
    for member in range(finetune.MEMBERS):
        folder = options.cache / f"member{member}"
        folder.mkdir(exist_ok=True)
        run = finetune.start(options.weights, folder, options.device)
        finetune.train(run, table, member, options.steps, folder)
        facts["members"].append({"steps": run.step, "rows_seen": run.seen, "cpu_hours": run.seconds / 3600})
    checkpoints = [options.cache / f"member{member}" / "run.pt" for member in range(finetune.MEMBERS)]
    model = export.blended(checkpoints, options.weights)
    torch.save({"average": model.state_dict()}, options.cache / "run.pt")
    export.export(model, genre.head(model, table), HERE / "upper.onnx")
    fit_table(learned)
    calibrated(corpus)
    facts |= {"removed": corpus.removed, "rows": len(learned), "seed": finetune.SEED}
    artifacts.save(HERE, VERSION, FILES, facts)


def calibrated(corpus: data.Corpus) -> None:
    """Calibrate both tiers on the exported model and the saved table."""
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
    labels = held["label"].to_numpy(np.int64)
    return {
        "groups": calibrate.fit(logits, labels, groups, list(held["set"])),
        "unsure_below": UNSURE_BELOW,
    }


if __name__ == "__main__":
    main()
