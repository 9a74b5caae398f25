"""Trains, calibrates and saves the sentiment models from ../shared/data, with one command.

    python models/sentiment/train.py [--device cuda]

Needs models/encoder/build.py to have run (its pruned float32 weights are the start). Steps: corpus,
fine-tuning of the members (resumed where they stopped), mean of their weights (the teacher), fast tier, the
shallow student that is shipped, calibration, manifest. Then run evaluate.py.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from models.encoder import network
from models.sentiment import calibrate, data, distil, export, finetune, further_fast, gate, shallow
from voc import artifacts
from voc.meaning import calibration, fast_tier, heads
from voc.meaning.network import LOGITS, Network
from voc.meaning.prepare import prepare

HERE = Path(__file__).resolve().parent
ENCODER = HERE.parent / "encoder"
VERSION = "1.4.0"
UNSURE_BELOW = 0.5
FILES = ["upper.onnx", "fast.npz", "share.npz", "fast-words.txt", "calibration.json"]
Numbers = NDArray[np.float64]


def main() -> None:
    """All steps; members that were trained before (finetune.py, side by side) are taken as they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reads", type=int, default=distil.READS, help="texts read for the fast tier")
    parser.add_argument("--wordnet", type=Path, help="folder of WordNet 3.0 (data.adj and its like)")
    parser.add_argument("--vader", type=Path, help="folder of the texts VADER was tested on")
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
        run = finetune.train_member(table, member, options.weights, options.cache, options.device)
        facts["members"].append({"steps": run.step, "rows_seen": run.seen, "cpu_hours": run.seconds / 3600})
    members = [options.cache / f"member{member}" for member in range(finetune.MEMBERS)]
    checkpoints = [folder / f"{end}.pt" for folder in members for end in finetune.ENDS]
    model = export.blended(checkpoints, options.weights)
    torch.save({"average": model.state_dict()}, options.cache / "run.pt")
    export.export(model, gate.fit(model, table), HERE / export.TEACHER)
    distil.distil(corpus.rows, options.cache / "read", options.reads)
    shutil.copy(HERE / fast_tier.FAST, HERE / fast_tier.SHARE)  # what the accurate tier adds to its own word
    further_fast.train(corpus.rows, options.cache / "read", options.wordnet, options.vader)
    facts["shallow"] = shallow.train(corpus.rows, options.cache / "taught", options.wordnet)
    finish(corpus, facts | {"rows": len(learned)})


def finish(corpus: data.Corpus, facts: dict[str, Any]) -> None:
    """Calibrate all tiers and write the manifest, with `facts` beside those of parts not made anew."""
    calibrated(corpus.rows)
    old = json.loads((HERE / "manifest.json").read_text(encoding="utf-8"))["facts"]
    teacher = {"sha256": artifacts.checksum(HERE / export.TEACHER)}
    fresh = {"teacher": teacher, "removed": corpus.removed, "seed": finetune.SEED}
    artifacts.save(HERE, VERSION, FILES, old | fresh | facts)


def calibrated(rows: pd.DataFrame) -> None:
    """Calibrate the tiers, and the teacher to compare with, on the exported models and the saved tables."""
    held = calibration_rows(rows)
    texts, labels = list(held["text"]), held["label"].to_numpy(np.int64)
    table, arabic = fast_tier.load(HERE).read(texts)
    share = fast_tier.load(HERE, fast_tier.SHARE).logits(texts)
    logits, groups = read(texts, share)
    numbers = {"accurate": _calibrated(held, logits, groups)}
    numbers["teacher"] = _calibrated(held, *read(texts, share, export.TEACHER))
    careful = _probabilities(numbers, "accurate", logits, groups)
    scripts = [calibration.ARABIC if found else calibration.ENGLISH for found in arabic]
    numbers["fast"] = _calibrated(held, table, scripts)
    quick = _probabilities(numbers, "fast", table, scripts)
    numbers["fast"]["certain_from"] = certain_from(quick, careful, labels)
    (HERE / "calibration.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")


def read(prepared: list[str], table: Numbers, upper: str = shallow.FILE) -> tuple[Numbers, list[str]]:
    """Log-scores and groups of prepared texts by an exported model and the student that has a share."""
    uppers = {LOGITS: HERE / upper}
    read_by = Network(ENCODER / "trunk.onnx", ENCODER / "tokenizer.json", "query: ", uppers)
    rows = read_by.rows(prepared, LOGITS)
    return heads.joined(rows, table), heads.groups(rows, prepared)


def _probabilities(numbers: dict[str, Any], tier: str, logits: Numbers, groups: list[str]) -> Numbers:
    (HERE / "calibration.json").write_text(json.dumps(numbers), encoding="utf-8")
    return calibration.load(HERE / "calibration.json", tier).probabilities(logits, groups)


def calibration_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows never trained on, UMSAB's dev rows among them; emoji are too noisy to say anything here."""
    kept = rows[(rows["part"] == "calibration") & (rows["set"] != "ar_emoji")]
    dev = data.read("umsab")
    dev = dev[(dev["split"] == "dev") & dev["label"].isin(data.LABELS)]
    more = pd.DataFrame(
        {
            "text": [prepare(data.unescaped(text)) for text in dev["text"]],
            "label": dev["label"].map(data.LABELS).to_numpy(),
            "set": "umsab",
        }
    )
    return pd.concat([kept[["text", "label", "set"]], more], ignore_index=True)


def certain_from(quick: Numbers, careful: Numbers, labels: NDArray[np.int64]) -> float:
    """The lowest certainty of the fast tier at which the cascade loses a tenth of a point at most."""
    best = (careful.argmax(1) == labels).mean()
    for level in np.arange(0.6, 1.0, 0.01):
        taken = quick.max(1) >= level
        found = np.where(taken, quick.argmax(1), careful.argmax(1))
        if (found == labels).mean() >= best - 0.001:
            return round(float(level), 2)
    return 1.0


def _calibrated(held: pd.DataFrame, logits: Numbers, groups: list[str]) -> dict[str, Any]:
    labels = held["label"].to_numpy(np.int64)
    return {
        "groups": calibrate.fit(logits, labels, groups, list(held["set"])),
        "unsure_below": UNSURE_BELOW,
    }


if __name__ == "__main__":
    main()
