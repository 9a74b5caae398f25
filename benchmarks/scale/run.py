"""How time and memory grow with comments and themes, what a million costs, and the share of the model.

`python benchmarks/run.py scale` runs everything but the million; `VOC_SCALE_ROWS=1000000` adds it
(five minutes on two quiet cores).
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.record import machine, save, table
from benchmarks.scale import files, measure

SIZES = (1_000, 10_000, 100_000)
THEMES = (10, 100, 1_000)
PRICE = 0.05  # dollars per core and hour: a plain virtual machine on demand
COMPARED = ["--before", "2024-Q1", "--after", "2024-Q2", "--segment", "branch"]


def analyze(rows: int, folder: Path, *options: str) -> dict[str, Any]:
    """`voc analyze` on a survey of `rows` comments, as a user runs it."""
    out = folder / "out"
    command = [sys.executable, "-m", "voc", "analyze", str(files.survey(rows, folder)), *COMPARED]
    found = measure.run([*command, *options, "--out", str(out)], folder)
    counts = json.loads((out / "result.json").read_text(encoding="utf-8"))["counts"]
    found |= {"rows": rows, "analyzed": counts["analyzed"], "per_second": round(rows / found["wall_s"])}
    found["cpu_s_per_million"] = round(found["cpu_s"] / rows * 1e6)
    found["dollars_per_million"] = round(found["cpu_s"] / rows * 1e6 / 3600 * PRICE, 3)
    return found


def share_of_model(folder: Path, rows: int) -> dict[str, float]:
    """How many texts a second the path reads, and the network alone on the very same texts."""
    from voc.meaning import clauses, reading
    from voc.meaning.network import LOGITS, VECTORS
    from voc.meaning.prepare import prepare
    from voc.pipeline import open_tools

    texts = list(pd.read_parquet(files.survey(rows, folder))["text"])
    readers = open_tools().readers
    pieces = [text[s.start : s.end] for text in texts for s in clauses.split(text)]
    wanted = {VECTORS: [prepare(t) for t in pieces], LOGITS: [prepare(t) for t in (*texts, *pieces)]}
    readers.network.read({name: some[:64] for name, some in wanted.items()})
    best = {"model": np.inf, "path": np.inf}
    for _ in range(2):
        for name in best:
            readers.network.forget()
            prepare.cache_clear()
            started = time.perf_counter()
            if name == "model":
                readers.network.read(wanted)
            else:
                reading.read([str(i) for i in range(rows)], texts, readers)
            best[name] = min(best[name], time.perf_counter() - started)
    n = len(set(wanted[LOGITS]))
    return {
        "comments": rows,
        "texts": n,
        "model_texts_per_second": round(n / best["model"], 1),
        "path_texts_per_second": round(n / best["path"], 1),
        "share": round(best["model"] / best["path"], 3),
    }


def numbers(themes: int, rows: int = 20_000) -> dict[str, float]:
    """Seconds of the numbers room for a survey with that many themes."""
    from voc import explain

    rng = np.random.default_rng(2)
    days = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(rng.integers(0, 182, rows), unit="D")
    comments = pd.DataFrame(
        {"comment_id": [str(i) for i in range(rows)], "score": rng.integers(0, 11, rows), "answered_at": days}
    )
    mentions = pd.DataFrame(
        {
            "comment_id": rng.integers(0, rows, 2 * rows).astype(str),
            "theme": [f"t{i}" for i in rng.integers(0, themes, 2 * rows)],
            "polarity": rng.choice(["negative", "neutral", "positive"], 2 * rows),
        }
    ).drop_duplicates()
    started = time.perf_counter()
    explain(comments, mentions, before="2024-Q1", after="2024-Q2")
    return {"themes": themes, "rows": rows, "seconds": round(time.perf_counter() - started, 2)}


def main(out: Path, quick: bool) -> None:
    if not files.DATA.is_dir():
        sys.exit("The labeled data sets (../shared/data) are not on this machine; this benchmark needs them.")
    sizes = [*SIZES[: 2 if quick else 3]]
    if extra := os.environ.get("VOC_SCALE_ROWS"):
        sizes.append(int(extra))
    result: dict[str, Any] = {"machine": machine(), "price_per_core_hour": PRICE}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(os.environ.get("VOC_SCALE_FOLDER", name))
        folder.mkdir(exist_ok=True)
        result["fast"] = [_told(analyze(rows, folder, "--tier", "fast")) for rows in sizes]
        result["accurate"] = [_told(analyze(rows, folder, "--no-topics")) for rows in (1_000,)]
        result["share"] = _told(share_of_model(folder, 500 if quick else 1_500))
        result["themes"] = [_told(numbers(count)) for count in THEMES]
    save(out, "scale-quick" if quick else "scale", result, text(result))


def _told(found: dict[str, Any]) -> dict[str, Any]:
    print(found, flush=True)
    return found


def text(result: dict[str, Any]) -> str:
    keys = ("rows", "wall_s", "per_second", "cpu_s", "peak_mb", "dollars_per_million")
    heads = ["tier", "comments", "seconds", "comments/s", "processor s", "peak MB", "$ per million"]
    rows = [(tier, *(one[key] for key in keys)) for tier in ("fast", "accurate") for one in result[tier]]
    share, themes = result["share"], result["themes"]
    parts = [
        "`voc analyze`, Parquet in, all reports and Parquet out, no two comments alike:\n",
        table(heads, rows),
        f"\nAccurate tier, whole path against the network alone on the same {share['texts']:,} texts: "
        f"{share['path_texts_per_second']} of {share['model_texts_per_second']} texts/s "
        f"({100 * share['share']:.0f} %).",
        f"\nNumbers room, {themes[0]['rows']:,} comments: "
        + ", ".join(f"{one['themes']:,} themes {one['seconds']} s" for one in themes)
        + f". Money: {result['price_per_core_hour']} dollars per core hour.",
    ]
    return "\n".join(parts)
