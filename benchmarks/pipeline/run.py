"""The whole path on real files: rows in and out, additivity, time, memory, and what starting costs.

Reads ../shared/data; prints and stores figures only, never a sentence.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.record import machine, save, table

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
# file, options: files with scores and dates as their index says
FILES: dict[str, list[str]] = {
    "telecom_nps": ["--score", "score", "--scale", "nps", "--before", "2018-Q1", "--after", "2018-Q2"],
    "ksa_google": ["--score", "score", "--scale", "stars", "--before", "2021-Q2", "--after", "2022-Q1"],
    "saudi_tourism": [],
    "airline_tweets": [],
}
MEASURE = """
import json, resource, sys, time
from pathlib import Path
started = time.perf_counter()
import voc
from voc.pipeline import open_tools
from voc.settings import of
opened = time.perf_counter()
tools = open_tools()
ready = time.perf_counter()
options = json.loads(sys.argv[2])
analysis = voc.analyze(Path(sys.argv[1]), tools=tools, **options)
done = time.perf_counter()
result, counts = analysis.result, analysis.result["counts"]
moved = result["movement"]
parts = moved["parts"] if moved else []
gap = abs(sum(p["total"] for p in parts) - result["score"]["delta"]["value"]) if moved else None
rows_kept = len(analysis.comments) + len(analysis.rejects)
largest = sorted(parts, key=lambda p: -abs(p["total"]))[:5]
print(json.dumps({
    "read": counts["read"], "analyzed": counts["analyzed"], "rejected": counts["rejected"],
    "adds_up": counts["read"] == counts["analyzed"] + counts["rejected"] == rows_kept,
    "gap": gap, "verdict": moved and moved["verdict"],
    "named": [p["id"] for p in parts if p["named"]],
    "top": [[p["id"], round(p["total"], 2)] for p in largest],
    "open_s": ready - opened, "analyze_s": done - ready,
    "cpu_s": resource.getrusage(resource.RUSAGE_SELF).ru_utime,
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def measure(path: Path, options: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path), json.dumps(options)],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    if done.returncode:
        return {"error": done.stderr.strip().splitlines()[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def start_up() -> dict[str, float]:
    """Seconds of the fastest of five runs: `import voc`, `voc --help`."""

    def best(command: list[str]) -> float:
        times = []
        for _ in range(5):
            started = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True, cwd=ROOT)
            times.append(time.perf_counter() - started)
        return min(times)

    return {
        "import voc": best([sys.executable, "-c", "import voc"]),
        "voc --help": best([sys.executable, "-m", "voc", "--help"]),
    }


def ten_thousand(folder: Path) -> Path:
    """10,000 real comments of mixed languages with scores, as one CSV outside the repository."""
    import pandas as pd

    frames = [
        pd.read_csv(DATA / f"{name}.csv.gz", usecols=["text", "score", "date"], dtype=str).dropna()
        for name in ("ksa_google", "telecom_nps")
    ]
    frames[0]["score"] = (pd.to_numeric(frames[0]["score"]) * 2).astype(int).astype(str)
    joined = pd.concat(frames)
    rows = pd.concat([joined] * (10_000 // len(joined) + 1))[:10_000]
    numbers = [f" {i}" for i in range(len(rows))]  # no two alike: nothing is saved by reading equals once
    path = folder / "ten-thousand.csv"
    rows.assign(text=rows["text"].to_numpy() + pd.Series(numbers).to_numpy()).to_csv(path, index=False)
    return path


def _row(name: str, figures: dict[str, Any]) -> tuple[Any, ...]:
    gap = "" if figures["gap"] is None else f"{figures['gap']:.0e}"
    named = ", ".join(figures["named"]) or figures["verdict"]
    return (
        name, figures["read"], figures["rejected"], gap, named, figures["analyze_s"], figures["peak_mb"]
    )  # fmt: skip


def main(out: Path, quick: bool) -> None:
    import tempfile

    if not DATA.is_dir():
        sys.exit("The labeled data sets (../shared/data) are not on this machine; this benchmark needs them.")
    result: dict[str, Any] = {"machine": machine(), "start_up": start_up(), "files": {}}
    names = ["telecom_nps"] if quick else list(FILES)
    for name in names:
        arguments = FILES[name]
        options = {a.removeprefix("--"): b for a, b in zip(arguments[::2], arguments[1::2], strict=True)}
        result["files"][name] = measure(DATA / f"{name}.csv.gz", {**options, "topics": False})
        print(name, result["files"][name], flush=True)
    if not quick:
        with tempfile.TemporaryDirectory() as folder:
            path = ten_thousand(Path(folder))
            result["ten_thousand"] = measure(
                path, {"text": "text", "score": "score", "scale": "nps", "topics": False}
            )
        print("10,000", result["ten_thousand"], flush=True)
    found = dict(result["files"])
    if "ten_thousand" in result:
        found["10,000 comments"] = result["ten_thousand"]
    rows = [_row(name, figures) for name, figures in found.items() if "error" not in figures]
    starts = ", ".join(f"`{name}` {seconds:.2f} s" for name, seconds in result["start_up"].items())
    text = table(["file", "rows read", "rejected", "parts minus change", "named", "seconds", "peak MB"], rows)
    save(out, "pipeline", result, f"### The whole path\n\n{text}\n\nStarting: {starts}.")
