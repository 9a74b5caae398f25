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
from voc.meaning import calibration, fast_tier
from voc.meaning.onnx_session import OnnxSession

HERE = Path(__file__).resolve().parent
ENCODER = HERE.parent / "encoder"
VERSION = "1.0.0"
UNSURE_BELOW = 0.5
DIALECTS = finetune.DIALECTS
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
    export.export(export.averaged(options.cache / "run.pt", options.weights), HERE / "sentiment.onnx")
    save(corpus, {"steps": run.step, "rows_seen": run.seen, "hours": round(run.seconds / 3600, 2)})


def save(corpus: data.Corpus, facts: dict[str, Any]) -> None:
    """Calibrate the exported model, distil the fast tier from it, and write the manifest."""
    logits, groups = read(list(corpus.rows["text"]))
    held = calibration_rows(corpus.rows)
    numbers = {"accurate": _calibrated(corpus.rows, held, logits, groups)}
    (HERE / "calibration.json").write_text(json.dumps(numbers), encoding="utf-8")
    soft = calibration.load(HERE / "calibration.json", "accurate").probabilities(logits, groups)
    distil(corpus.rows, soft)
    scripts = [calibration.script(text) for text in corpus.rows["text"]]
    numbers["fast"] = _calibrated(
        corpus.rows, held, fast_tier.load(HERE).logits(list(corpus.rows["text"])), scripts
    )
    (HERE / "calibration.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    files = ["sentiment.onnx", "fast.npz", "fast-tokenizer.json", "calibration.json"]
    facts |= {"removed": corpus.removed, "rows": int((corpus.rows["part"] == "train").sum())}
    artifacts.save(HERE, VERSION, files, facts | {"seed": finetune.SEED})


def read(prepared: list[str]) -> tuple[Numbers, list[str]]:
    """Logits and groups of prepared texts by the exported model."""
    session = OnnxSession(HERE / "sentiment.onnx", ENCODER / "tokenizer.json", "query: ")
    rows = session.rows(prepared, "logits")
    dialect = rows[:, 3 : 3 + len(DIALECTS)].argmax(1)
    groups = [
        f"ar-{DIALECTS[d]}" if calibration.script(text) == "ar" else "en"
        for d, text in zip(dialect, prepared, strict=True)
    ]
    return rows[:, :3].astype(np.float64), groups


def calibration_rows(rows: pd.DataFrame) -> NDArray[np.int64]:
    """Rows never trained on, by position; the noisy emoji labels say nothing about probabilities."""
    held = (rows["part"] == "calibration") & (rows["set"] != "ar_emoji")
    return np.flatnonzero(held.to_numpy())


def distil(rows: pd.DataFrame, soft: Numbers) -> None:
    """Fit the fast tier to the accurate model's probabilities mixed with the human labels."""
    learned = (rows["part"] == "train").to_numpy()
    texts = list(rows["text"][learned])
    fast.make_tokenizer(texts, HERE / "fast-tokenizer.json")
    human = np.eye(3)[rows["label"].to_numpy()[learned]]
    targets = (0.7 * soft[learned] + 0.3 * human).astype(np.float32)
    fast.fit(texts, targets, np.ones(len(texts), np.float32), HERE)


def _calibrated(
    rows: pd.DataFrame, held: NDArray[np.int64], logits: Numbers, groups: list[str]
) -> dict[str, Any]:
    sets = rows["set"].to_numpy()[held]
    share = {name: 1 / np.sqrt((sets == name).sum()) for name in set(sets)}  # no large set decides alone
    weights = np.array([share[name] for name in sets])
    labels = rows["label"].to_numpy(np.int64)[held]
    found = calibrate.fit(logits[held], labels, [groups[i] for i in held], weights)
    return {"groups": found, "unsure_below": UNSURE_BELOW}


if __name__ == "__main__":
    main()
