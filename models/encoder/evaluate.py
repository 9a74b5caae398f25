"""How near the int8 encoder is to its float32 parent, and how fast: writes ``results.json``.

    python models/encoder/evaluate.py [--cache DIR]

Needs ``encoder-float32.onnx`` in the cache (build.py leaves it there) and ../shared/data.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.record import machine
from models.encoder.build import CACHE, DATA, HERE, PREFIX
from voc import artifacts
from voc.meaning.encode import open_encoder
from voc.meaning.onnx_session import open_session
from voc.meaning.prepare import prepare

PIECES = 35  # of the texts that speed is measured on, as in design.md


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=CACHE)
    parent = open_session(parser.parse_args().cache / "encoder-float32.onnx")
    table = pd.read_csv(DATA / "umsab.csv.gz", usecols=["text", "split"])
    texts = table[table["split"] == "test"]["text"].astype(str).tolist()
    near = (open_encoder().encode(texts) * _parent_vectors(parent, texts)).sum(1)
    model = artifacts.find("encoder")
    trunk, upper = (open_session(model.path(name)) for name in ("trunk.onnx", "upper.onnx"))
    ids = np.random.default_rng(0).integers(10, int(model.facts["pieces"]), (32, PIECES))
    found: dict[str, Any] = {
        "model": f"voc-encoder {model.version}",
        "bytes": model.facts["bytes"],
        "texts": len(texts),
        "cosine_mean": round(float(near.mean()), 5),
        "cosine_min": round(float(near.min()), 5),
        "texts_per_s_one_thread": _pace(
            lambda: upper.run(["vectors"], {"states": trunk.run(["states"], {"ids": ids})[0]})
        ),
        "texts_per_s_one_thread_float32": _pace(lambda: parent.run(["vectors"], {"ids": ids})),
        "tweets_per_s_all_cores": _once(texts),
        "machine": machine(),
    }
    (HERE / "results.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))


def _parent_vectors(parent: Any, texts: list[str]) -> np.ndarray[Any, Any]:
    """(n, dim) unit rows of the float32 network, texts of equal length together."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(HERE / "tokenizer.json"))
    rows = [one.ids for one in tokenizer.encode_batch([PREFIX + prepare(text) for text in texts])]
    groups: dict[int, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        groups[len(row)].append(number)
    found = np.zeros((len(texts), 384), np.float32)
    for numbers in groups.values():
        found[numbers] = parent.run(["vectors"], {"ids": np.array([rows[i] for i in numbers])})[0]
    return found


def _pace(run: Callable[[], Any], seconds: float = 8.0) -> float:
    """Texts per second of wall time in runs of 32, after one to warm up."""
    run()
    started, runs = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        run()
        runs += 1
    return round(32 * runs / (time.perf_counter() - started), 1)


def _once(texts: list[str]) -> float:
    encoder = open_encoder()
    encoder.encode(texts[:64])
    started = time.perf_counter()
    encoder.encode(texts)
    return round((len(texts) - 64) / (time.perf_counter() - started), 1)


if __name__ == "__main__":
    main()
