"""Builds the embedded encoder: multilingual-e5-small, pruned to Arabic and English, int8, under 40 MB.

    python models/encoder/build.py [--cache DIR]

Writes ``trunk.onnx``, ``upper.onnx``, ``tokenizer.json`` and ``manifest.json`` beside this file, and
the pruned float32 weights to the cache (the starting point of models/sentiment/train.py).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import pandas as pd

from models.encoder import graph, source, vocabulary
from voc import artifacts
from voc.intake.normalize import normalize

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "shared" / "data"
CACHE = HERE / ".cache"
VERSION = "1.1.0"
PREFIX = "query: "
FILES = ["trunk.onnx", "upper.onnx", "tokenizer.json"]
LIMIT_BYTES = 40_000_000


def main() -> None:
    """Fetch, prune, quantize, check and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=CACHE)
    cache = parser.parse_args().cache
    parent = source.fetch(cache)
    pruned = vocabulary.prune(parent.tokenizer, training_texts())
    weights = dict(parent.weights)
    weights["emb.word"] = weights["emb.word"][pruned.parent_ids]
    np.savez(cache / "pruned.npz", **weights)
    onnx.save(graph.trunk(weights), HERE / "trunk.onnx")
    onnx.save(graph.upper(weights), HERE / "upper.onnx")
    onnx.save(graph.build(weights, quantize=False), cache / "encoder-float32.onnx")
    (HERE / "tokenizer.json").write_text(pruned.tokenizer, encoding="utf-8")
    size = sum((HERE / name).stat().st_size for name in FILES)
    if size >= LIMIT_BYTES:
        raise SystemExit(f"{size:,} bytes; the limit is {LIMIT_BYTES:,}")
    facts = {
        "parent": source.HUB_NAME,
        "origin": parent.origin,
        "pieces": len(pruned.parent_ids),
        "dim": int(weights["emb.word"].shape[1]),
        "positions": len(weights["emb.pos"]),
        "prefix": PREFIX,
        "bytes": size,
    }
    artifacts.save(HERE, VERSION, FILES, facts)
    print(json.dumps(facts, indent=2))


def training_texts() -> list[str]:
    """Training rows of every set, normalized as the encoder will see them (first 1,000 characters)."""
    texts: list[str] = []
    for file in sorted(DATA.glob("*.csv.gz")):
        table = pd.read_csv(file, low_memory=False, usecols=["text", "split"])
        rows = table[table["split"] == "train"]["text"].astype(str)
        texts += [normalize(text[:1000], "for_model") for text in rows]
    return texts


if __name__ == "__main__":
    main()
