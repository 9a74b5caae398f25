"""Speed of our tiers beside base-size models, in one run; VADER's accuracy on English; the frontier.

All transformers read the same tweets (every third of the UMSAB test rows, about 30 word pieces each) on all
threads of the machine; the rivals get them cut into pieces and sorted by length beforehand, in batches of
32, ours verbatim. The fast tier also reads a long stream of different texts of all sets once, as it comes.
Our entries on the tweets are the best of three rounds, all others one round; per second of wall time and of
processor time. How many times faster ours are than a BERT-base is measured apart, with one thread each and in
processor time, which means something on a busy machine too: two threads of torch burn time as they wait.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.record import machine, save, table
from benchmarks.sentiment import frontier, rivals
from models.sentiment import data, evaluate
from voc import artifacts
from voc.meaning import tiers
from voc.meaning.network import Network, open_network
from voc.meaning.onnx_session import machine_threads

STREAM = (
    "marsa",
    "ar_company",
    "arsarcasm_v2",
    "ksa_google",
    "tweeteval",
    "airline_tweets",
    "saudi_tourism",
    "astd",
)
TEACHER = frontier.NAMES["teacher"]
MILLIONS = {"voc": 28, TEACHER: 35, rivals.SHAPES[0].name: 109, rivals.SHAPES[1].name: 278}  # parameters


def main(out: Path, quick: bool) -> None:
    facts = machine()
    rows = data.read("umsab")
    texts = list(rows[rows["split"] == "test"]["text"])[:: 12 if quick else 3]
    threads, rounds = machine_threads(), 1 if quick else 3
    speed = {name: timed(run, texts, rounds) for name, run in ours(threads).items()}
    fresh = stream(4_000 if quick else 40_000)
    speed["voc fast, a stream of new texts"] = timed(tiers.FastSentiment().judge, fresh, 1)
    speed |= rival_speeds(texts, threads)
    times = one_thread(texts)
    result: dict[str, Any] = {"machine": facts, "threads": threads, "texts": len(texts), "stream": len(fresh)}
    result |= {
        "speed": speed,
        "times_bert_on_one_thread": times,
        "sent_on": sent_on(texts, fresh),
        "vader": vader(),
        "megabytes": sizes(),
    }
    render(out, result)


def render(out: Path, result: dict[str, Any]) -> None:
    """Write the results, their table and the plot; F1 as evaluate.py measured it last."""
    save(out, "sentiment", result, markdown(result))
    frontier.plot(frontier.points(result, scored()), out / "sentiment-frontier.svg")


def ours(threads: int) -> dict[str, Callable[[list[str]], Any]]:
    """Our tiers, reading every text anew."""
    network = open_network(threads)
    accurate, cascade = tiers.AccurateSentiment(network), tiers.CascadeSentiment(network)
    teacher = evaluate.teacher(threads)

    def anew(judge: Callable[[list[str]], Any], by: Network = network) -> Callable[[list[str]], Any]:
        def run(texts: list[str]) -> None:
            by.forget()
            judge(texts)

        return run

    return {
        TEACHER: anew(teacher.judge, teacher._network),
        "voc accurate": anew(accurate.judge),
        "voc cascade": anew(cascade.judge),
        "voc fast": tiers.FastSentiment().judge,
    }


def stream(size: int) -> list[str]:
    """Different texts of many sets, shuffled: tweets and reviews in both languages."""
    texts = {text for name in STREAM for text in data.read(name)["text"] if len(text) < 1000}
    return random.Random(0).sample(sorted(texts), min(size, len(texts)))


def rival_speeds(texts: list[str], threads: int) -> dict[str, dict[str, float]]:
    ours = tokenized(texts)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for shape in rivals.SHAPES:
            pieces = [[piece % shape.words for piece in row] for row in ours]  # any pieces, as many
            for kind, make in (
                ("torch float32", lambda s: rivals.in_torch(s, threads)),
                ("ONNX int8", lambda s: rivals.in_onnx(s, threads, Path(folder))),
            ):
                found[f"{shape.name}, {kind}"] = timed(batched(make(shape)), pieces, 1)
                print(shape.name, kind, found[f"{shape.name}, {kind}"], flush=True)
    return found


def one_thread(texts: list[str]) -> dict[str, float]:
    """How many times the speed of BERT-base in torch our tiers have, one thread each, in processor time; the
    BERT reads every fourth text."""
    shape = rivals.SHAPES[0]
    pieces = [[piece % shape.words for piece in row] for row in tokenized(texts[::4])]
    base = timed(batched(rivals.in_torch(shape, 1)), pieces, 2)["per_cpu_second"]
    speeds = {name: timed(run, texts, 2)["per_cpu_second"] for name, run in ours(1).items()}
    return {name: round(speed / base, 1) for name, speed in speeds.items()}


def timed(run: Callable[[Any], Any], items: list[Any], rounds: int) -> dict[str, float]:
    """Texts per second; a single round is not warmed up with the texts it reads."""
    run(items[:64] if rounds > 1 else ["ok", "تمام"] if isinstance(items[0], str) else items[:64])
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


def sent_on(tweets: list[str], fresh: list[str]) -> dict[str, float]:
    """Share of texts that the cascade gives to the accurate tier."""
    model = tiers.FastSentiment()
    level = model.calibration.certain_from
    shares = {"tweets": tweets, "stream": fresh}
    return {
        name: round(float((model.probabilities(texts).max(1) < level).mean()), 3)
        for name, texts in shares.items()
    }


def vader() -> dict[str, dict[str, float]] | None:
    """VADER's figures on English sets, at its own thresholds; None where it is not installed."""
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ModuleNotFoundError:
        return None
    judge = SentimentIntensityAnalyzer()
    found = {}
    for name, split in (
        ("umsab", "test"),
        ("tweeteval", "test"),
        ("skytrax", "dev"),
        ("airline_tweets", "dev"),
    ):
        rows = data.read(name)
        rows = rows[(rows["split"] == split) & (rows["lang"] == "en") & rows["label"].isin(data.LABELS)]
        compound = np.array([judge.polarity_scores(text)["compound"] for text in rows["text"]])
        p = np.eye(3)[np.where(compound >= 0.05, 2, np.where(compound <= -0.05, 0, 1))]
        values = evaluate.figures(rows["label"].map(data.LABELS).to_numpy(np.int64), p)
        found[name] = {key: round(values[key], 4) for key in ("macro_f1", "macro_recall", "accuracy")}
    return found


def sizes() -> dict[str, float]:
    """Megabytes on disk of every file of the embedded models."""
    found = {}
    for name in ("encoder", "sentiment"):
        folder = artifacts.find(name).folder
        files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        found |= {f"{name}/{file}": round((folder / file).stat().st_size / 1e6, 2) for file in files}
    return found


def scored() -> dict[str, Any]:
    """What evaluate.py measured last."""
    file = Path(evaluate.__file__).parent / "results.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


def markdown(result: dict[str, Any]) -> str:
    times = result["times_bert_on_one_thread"]
    f1 = frontier.umsab(scored())
    rows = [
        (
            name,
            MILLIONS.get(name.split(",")[0], "" if "fast" in name else MILLIONS["voc"]),
            f"{speed['per_second']:,.0f}",
            f"{speed['per_cpu_second']:,.0f}",
            f"{times[name]:,.1f} x" if name in times else "",
            *f1.get(name.split(",")[0], (None, None)),
        )
        for name, speed in result["speed"].items()
    ]
    header = ("model", "million parameters", "texts/s", "texts per CPU second", "to BERT-base in torch",
              "UMSAB ar macro-F1", "UMSAB en macro-F1")  # fmt: skip
    shares, megabytes = result["sent_on"], sum(result["megabytes"].values())
    said = (
        f"\n\nSpeeds on {result['machine']['cpu']}, {result['machine']['date']}, with that day's weights; "
        f"F1 of the shipped ones. {result['threads']} threads; {result['texts']} tweets; rivals have random "
        "weights (speed needs no training), their word pieces cut beforehand; XLM-T's F1 as published. "
        f"The machine's load was {result['machine']['load_at_start']:.0f} at the start. How many times "
        "faster ours are than a BERT-base in torch: one thread each, in processor time. The "
        f"cascade sends on {shares['tweets']:.0%} of these tweets and {shares['stream']:.0%} of a mixed "
        "stream. "
        f"Our files together: {megabytes:.1f} MB.\n\n![F1 against texts per second](sentiment-frontier.svg)\n"
    )
    text = table(header, rows) + said
    if result["vader"]:
        ours = {
            one["set"]: one for one in scored().get("accurate", {}).get("sets", []) if one["lang"] == "en"
        }
        lines = [
            (name, values["macro_f1"], ours[name]["macro_f1"] if name in ours else None, values["accuracy"])
            for name, values in result["vader"].items()
        ]
        header = ("English set", "VADER macro-F1", "voc accurate macro-F1", "VADER accuracy")
        text += "\n## VADER\n\n" + table(header, lines)
    return text


if __name__ == "__main__":  # after evaluate.py: the same speeds with the new F1
    folder = Path(__file__).resolve().parents[1] / "results"
    render(folder, json.loads((folder / "sentiment.json").read_text(encoding="utf-8")))
