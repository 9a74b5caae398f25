"""Speed of our tiers beside base-size models, in one run; VADER's accuracy on English; the frontier plot.

Texts: the UMSAB test tweets (`../shared/data`), about 30 word pieces each, batches of 32 sorted by length,
all threads of the machine. Each entry is the best of several rounds, in texts per second of wall time
and per second of processor time (the latter also means something on a busy machine).
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.sentiment import rivals
from models.sentiment import data, evaluate
from voc import artifacts
from voc.meaning import tiers
from voc.meaning.network import open_network
from voc.meaning.onnx_session import machine_threads

RESULTS = Path(evaluate.__file__).parent / "results.json"


def main(out: Path, quick: bool) -> None:
    rows = data.read("umsab")
    texts = list(rows[rows["split"] == "test"]["text"])[: 320 if quick else None]
    threads = machine_threads()
    rounds = 2 if quick else 4
    found = {name: timed(run, texts, rounds) for name, run in ours(threads).items()}
    found["voc fast"] = timed(fast(), texts * (1 if quick else 5), rounds)
    pieces = tokenized(texts)
    with tempfile.TemporaryDirectory() as folder:
        for shape in rivals.SHAPES:
            for kind, make in (
                ("torch float32", lambda s: rivals.in_torch(s, threads)),
                ("ONNX int8", lambda s: rivals.in_onnx(s, threads, Path(folder))),
            ):
                run = make(shape)
                found[f"{shape.name}, {kind}"] = timed(batched(run), pieces[:320], 1 if quick else 2)
                print(shape.name, kind, found[f"{shape.name}, {kind}"], flush=True)
    result: dict[str, Any] = {"threads": threads, "texts": len(texts), "speed": found, "vader": vader()}
    result["megabytes"] = sizes()
    out.mkdir(parents=True, exist_ok=True)
    (out / "sentiment.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    (out / "sentiment.md").write_text(table(result), encoding="utf-8")
    plot(result, out / "sentiment-frontier.svg")


def ours(threads: int) -> dict[str, Callable[[list[str]], None]]:
    """Our transformer tiers, reading every text anew."""
    network = open_network(threads)
    accurate, cascade = tiers.AccurateSentiment(network), tiers.CascadeSentiment(network)

    def all_of(texts: list[str]) -> None:
        network.forget()
        accurate.probabilities(texts)

    def doubted(texts: list[str]) -> None:
        network.forget()
        cascade.probabilities(texts)

    return {"voc accurate": all_of, "voc cascade": doubted}


def fast() -> Callable[[list[str]], None]:
    """The fast tier."""
    model = tiers.FastSentiment()

    def all_of(texts: list[str]) -> None:
        model.probabilities(texts)

    return all_of


def timed(run: Callable[[Any], None], items: list[Any], rounds: int) -> dict[str, float]:
    run(items[:64])
    best_wall = best_cpu = np.inf
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        run(items)
        best_wall = min(best_wall, time.perf_counter() - wall)
        best_cpu = min(best_cpu, time.process_time() - cpu)
    speeds = {"per_second": len(items) / best_wall, "per_cpu_second": len(items) / best_cpu}
    return {name: round(value, 1) for name, value in speeds.items()}


def tokenized(texts: list[str]) -> list[list[int]]:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(artifacts.find("encoder").path("tokenizer.json")))
    return sorted((row.ids for row in tokenizer.encode_batch(texts)), key=len)


def batched(run: rivals.Run) -> Callable[[list[list[int]]], None]:
    def all_of(pieces: list[list[int]]) -> None:
        for start in range(0, len(pieces), 32):
            run(pieces[start : start + 32])

    return all_of


def vader() -> dict[str, float] | None:
    """VADER's figures on English sets, at its own thresholds; None where it is not installed."""
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ModuleNotFoundError:
        return None
    judge = SentimentIntensityAnalyzer()
    found = {}
    for name, split in (("umsab", "test"), ("tweeteval", "test"), ("skytrax", "dev")):
        rows = data.read(name)
        rows = rows[(rows["split"] == split) & (rows["lang"] == "en") & rows["label"].isin(data.LABELS)]
        compound = np.array([judge.polarity_scores(text)["compound"] for text in rows["text"]])
        p = np.eye(3)[np.where(compound >= 0.05, 2, np.where(compound <= -0.05, 0, 1))]
        values = evaluate.figures(rows["label"].map(data.LABELS).to_numpy(np.int64), p)
        found[name] = {key: round(values[key], 4) for key in ("macro_f1", "macro_recall", "accuracy")}
    return found


def sizes() -> dict[str, float]:
    folders = {name: artifacts.find(name).folder for name in ("encoder", "sentiment")}
    files = [path for folder in folders.values() for path in folder.iterdir()]
    return {
        f"{path.parent.name}/{path.name}": round(path.stat().st_size / 1e6, 1)
        for path in files
        if path.suffix in (".onnx", ".npz")
    }


def table(result: dict[str, Any]) -> str:
    base = result["speed"][f"{rivals.SHAPES[0].name}, torch float32"]
    lines = ["| model | texts/s | texts per CPU second | against BERT-base in torch |", "|---|---|---|---|"]
    for name, speed in result["speed"].items():
        times = speed["per_cpu_second"] / base["per_cpu_second"]
        lines.append(
            f"| {name} | {speed['per_second']:,.0f} | {speed['per_cpu_second']:,.0f} | {times:,.1f} x |"
        )
    return "\n".join(lines) + "\n"


def plot(result: dict[str, Any], file: Path) -> None:
    """Macro-F1 on UMSAB (mean of Arabic and English) against texts per second, as a small SVG."""
    scored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    points = []
    for tier in ("accurate", "cascade", "fast"):
        if tier in scored:
            f1 = [one["macro_f1"] for one in scored[tier]["sets"] if one["set"] == "umsab"]
            points.append(
                (f"voc {tier}", result["speed"][f"voc {tier}"]["per_cpu_second"], float(np.mean(f1)))
            )
    for shape in rivals.SHAPES[1:]:  # XLM-T's published figures: 0.677 Arabic, 0.706 English
        for kind in ("torch float32", "ONNX int8"):
            points.append(
                (f"XLM-T {kind}", result["speed"][f"{shape.name}, {kind}"]["per_cpu_second"], 0.6915)
            )
    file.write_text(_svg(points), encoding="utf-8")


def _svg(points: list[tuple[str, float, float]]) -> str:
    def x(speed: float) -> float:
        return 60 + 90 * float(np.log10(max(speed, 1)))

    def y(f1: float) -> float:
        return 300 - (f1 - 0.4) / 0.35 * 260

    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="560" height="340" '
        'font-family="sans-serif" font-size="11">'
    ]
    for power in range(6):
        parts.append(f'<text x="{x(10.0**power):.0f}" y="318">{10**power:,}</text>')
    for f1 in (0.4, 0.5, 0.6, 0.7):
        parts.append(f'<text x="20" y="{y(f1) + 4:.0f}">{f1:.1f}</text>')
        parts.append(f'<line x1="50" x2="550" y1="{y(f1):.0f}" y2="{y(f1):.0f}" stroke="#ddd"/>')
    for name, speed, f1 in points:
        parts.append(f'<circle cx="{x(speed):.0f}" cy="{y(f1):.0f}" r="4" fill="#06c"/>')
        parts.append(f'<text x="{x(speed) + 7:.0f}" y="{y(f1) + 4:.0f}">{name}</text>')
    parts.append(
        '<text x="150" y="335">texts per CPU second (log); '
        "macro-F1 on UMSAB, mean of both languages</text></svg>"
    )
    return "\n".join(parts) + "\n"
