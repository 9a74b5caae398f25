"""Regenerates results.json and the tables of the README and the card: every set, language and tier, and the
model of twelve layers that the accurate tier learned from ("teacher").

    python models/sentiment/evaluate.py

Protocol "shipped": one model for all sets. Texts are read verbatim through `open_sentiment`, so what is
measured is what users get. Intervals: 1,000 bootstrap resamples of rows, 95 %, seed in results.json.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.sentiment import checklist, data
from voc import artifacts
from voc.meaning import calibration, tiers
from voc.meaning.network import LOGITS, Network, open_network
from voc.meaning.sentiment import Feelings, SentimentModel, open_sentiment
from voc.settings import MeaningSettings

HERE = Path(__file__).resolve().parent
SEED = 20_240_101
TIERS = ("accurate", "cascade", "fast", "teacher")
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Report:
    """A set we report on: split, language, and the figure that issue and design name for it."""

    name: str
    split: str
    lang: str
    figure: str  # macro_f1, macro_recall, f1_pn, accuracy (of two classes)
    floor: float | None = None  # better of frozen encoder and n-gram SVM, design.md section 6
    asked: float | None = None
    seen: bool = True  # whether its train rows were trained on


SETS = (
    Report("umsab", "test", "ar", "macro_f1", 0.503, 0.64),
    Report("umsab", "test", "en", "macro_f1", 0.635, 0.68),
    Report("tweeteval", "test", "en", "macro_recall", 0.62, 0.68),
    Report("arsarcasm_v2", "test", "ar", "f1_pn", 0.627, 0.68),
    Report("saudi_tourism", "dev", "ar", "macro_f1", 0.794, 0.82),
    Report("marsa", "dev", "ar", "macro_f1", 0.546, 0.62, seen=False),
    Report("skytrax", "dev", "en", "macro_f1", 0.619, None),
    Report("ajgt", "test", "ar", "accuracy", None, None),
    Report("astd", "test", "ar", "f1_pn", None, None, seen=False),
    Report("ar_company", "dev", "ar", "macro_f1", None, None, seen=False),
    Report("airline_tweets", "dev", "en", "macro_f1", None, None, seen=False),
    Report("telecom_nps", "test", "en", "macro_f1", None, None, seen=False),
    Report("ksa_google", "dev", "ar", "macro_f1", None, None),
    Report("ksa_google", "dev", "en", "macro_f1", None, None),
)


def figures(labels: NDArray[np.int64], p: Numbers) -> dict[str, float]:
    """Accuracy, macro-F1, F1 over positive and negative, macro recall and ECE of (n, 3) probabilities."""
    found = p.argmax(1)
    if not (labels == 1).any():  # a set without neutral: the better of the other two
        found = np.where(p[:, 2] >= p[:, 0], 2, 0)
    f1, recall = _per_class(labels, found)
    present = [c for c in range(3) if (labels == c).any()]
    return {
        "accuracy": float((found == labels).mean()),
        "macro_f1": float(f1[present].mean()),
        "f1_pn": float((f1[0] + f1[2]) / 2),
        "macro_recall": float(recall[present].mean()),
        "ece": ece(labels, p),
    }


def _per_class(labels: NDArray[np.int64], found: NDArray[np.int64]) -> tuple[Numbers, Numbers]:
    table = np.zeros((3, 3))
    np.add.at(table, (labels, found), 1)
    hit = np.diag(table)
    recall = hit / np.maximum(table.sum(1), 1)
    return 2 * hit / np.maximum(table.sum(0) + table.sum(1), 1), recall


def ece(labels: NDArray[np.int64], p: Numbers, bins: int = 15) -> float:
    """Expected calibration error of the top probability over equal-width bins (Guo et al., 2017)."""
    top, right = p.max(1), p.argmax(1) == labels
    place = np.minimum((top * bins).astype(int), bins - 1)
    gaps = [abs(top[place == b].mean() - right[place == b].mean()) * (place == b).mean() for b in set(place)]
    return float(sum(gaps))


def risk_coverage(labels: NDArray[np.int64], p: Numbers) -> list[dict[str, float]]:
    """Error among the most certain share of texts, for shares from 0.5 to 1."""
    order = np.argsort(-p.max(1), kind="stable")
    wrong = (p.argmax(1) != labels)[order]
    shares = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    return [{"coverage": s, "risk": round(float(wrong[: int(s * len(wrong))].mean()), 4)} for s in shares]


def evaluate(models: dict[str, SentimentModel]) -> dict[str, list[dict[str, Any]]]:
    """For each model one entry per set of `SETS`; set by set: models that share a network read it once."""
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in models}
    for report in SETS:
        rows = data.read(report.name)
        rows = rows[
            (rows["split"] == report.split) & (rows["lang"] == report.lang) & rows["label"].isin(data.LABELS)
        ]
        labels = rows["label"].map(data.LABELS).to_numpy(np.int64)
        for name, model in models.items():
            results[name].append(entry(report, labels, model.judge(list(rows["text"]))))
            shown = {key: value for key, value in results[name][-1].items() if key != "risk_coverage"}
            print(name, shown, flush=True)
    return results


def entry(report: Report, labels: NDArray[np.int64], feelings: Feelings) -> dict[str, Any]:
    """What results.json holds of one set: figures, the named one with its interval, the abstain band."""
    values = figures(labels, feelings.p)
    draws = np.random.default_rng(SEED).integers(0, len(labels), (1000, len(labels)))
    again = [figures(labels[i], feelings.p[i])[report.figure] for i in draws]
    low, high = np.quantile(again, (0.025, 0.975))
    unsure = np.array([label == "unsure" for label in feelings.sentiment])
    return {
        **{"set": report.name, "split": report.split, "lang": report.lang, "rows": len(labels)},
        **{name: round(value, 4) for name, value in values.items()},
        "figure": report.figure,
        "interval": [round(float(low), 4), round(float(high), 4)],
        "floor": report.floor,
        "asked": report.asked,
        "trained_on_its_train_rows": report.seen,
        "unsure": round(float(unsure.mean()), 4),
        "accuracy_when_sure": round(float((feelings.p.argmax(1) == labels)[~unsure].mean()), 4),
        "risk_coverage": risk_coverage(labels, feelings.p),
    }


def table(results: dict[str, Any], tier: str = "accurate") -> str:
    """The results of one tier as a Markdown table."""
    lines = [
        "| set | split | language | rows | figure | value (95 %) | floor | asked | macro-F1 | acc. | ECE |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in results[tier]["sets"]:
        low, high = one["interval"]
        value = f"{one[one['figure']]:.3f} ({low:.3f}-{high:.3f})"
        cells = [one["set"] + ("" if one["trained_on_its_train_rows"] else " *"), one["split"], one["lang"]]
        cells += [
            f"{one['rows']:,}",
            one["figure"].replace("_", " "),
            value,
            _cell(one["floor"]),
            _cell(one["asked"]),
        ]
        cells += [f"{one[name]:.3f}" for name in ("macro_f1", "accuracy", "ece")]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def main() -> None:
    """Evaluate the tiers and write results.json and results.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tier", action="append", choices=TIERS)
    network = open_network()
    models = {
        tier: teacher() if tier == "teacher" else open_sentiment(MeaningSettings(tier=tier), network=network)
        for tier in parser.parse_args().tier or TIERS
    }
    checked_cases = {tier: checklist.run(model) for tier, model in models.items()}
    sets = evaluate(models)
    for tier, cases in checked_cases.items():
        failed = cases[~cases["passed"]]
        (HERE / f"checklist-failed-{tier}.csv").write_text(failed.to_csv(index=False), encoding="utf-8")
    fresh = {
        tier: {
            "model": f"{model.name} {model.version}",
            "sets": sets[tier],
            "checklist": checklist.rates(checked_cases[tier]),
        }
        for tier, model in models.items()
    }
    write(fresh)


def teacher(threads: int | None = None) -> tiers.AccurateSentiment:
    """The model of twelve layers that the accurate tier learned from, with a calibration of its own."""
    encoder = artifacts.find("encoder")
    network = Network(
        encoder.path("trunk.onnx"),
        encoder.path("tokenizer.json"),
        str(encoder.facts["prefix"]),
        {LOGITS: HERE / "teacher.onnx"},
        threads,
    )
    model = tiers.AccurateSentiment(network)
    model.name += "-teacher"
    model.calibration = calibration.load(HERE / "calibration.json", "teacher")
    return model


def write(fresh: dict[str, Any]) -> None:
    """Put the results of some tiers into results.json, beside the others', and redraw results.md."""
    file = HERE / "results.json"
    results: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    results |= fresh | {"seed": SEED}
    file.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    parts = [
        f"## {tier}\n\n{table(results, tier)}\n\n{checked(results, tier)}\n"
        for tier in TIERS
        if tier in results
    ]
    parts += [
        f"## Risk and coverage: {tier}\n\nError among the surest share of texts.\n\n{risks(results, tier)}\n"
        for tier in TIERS
        if tier in results
    ]
    if "in_protocol" in results:
        parts.append(f"## In protocol\n\n{in_protocol(results['in_protocol'])}\n")
    (HERE / "results.md").write_text("\n".join(parts), encoding="utf-8")


def in_protocol(found: dict[str, Any]) -> str:
    """The figures of models/sentiment/protocol.py as a Markdown table."""
    lines = [
        "| set | language | train | test | figure | value (95 %) | asked | published | macro-F1 | acc. |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, one in found.items():
        for lang, test in one["test"].items():
            low, high = test["interval"]
            cells = [
                name,
                lang,
                f"{one['train_rows']:,}",
                f"{test['rows']:,}",
                test["figure"].replace("_", " "),
            ]
            cells.append(f"{test[test['figure']]:.3f} ({low:.3f}-{high:.3f})")
            cells += [f"{test[key]:.3f}" for key in ("asked", "published", "macro_f1", "accuracy")]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def risks(results: dict[str, Any], tier: str) -> str:
    """Error among the surest share of each set's texts as a Markdown table; "sure": outside the band."""
    shares = [point["coverage"] for point in results[tier]["sets"][0]["risk_coverage"]]
    lines = [
        "| set | language | "
        + " | ".join(f"{share:.0%}" for share in shares)
        + " | sure | error when sure |",
        "|---" * (len(shares) + 4) + "|",
    ]
    for one in results[tier]["sets"]:
        cells = [one["set"], one["lang"], *(f"{point['risk']:.3f}" for point in one["risk_coverage"])]
        cells += [f"{1 - one['unsure']:.0%}", f"{1 - one['accuracy_when_sure']:.3f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def checked(results: dict[str, Any], tier: str) -> str:
    """The checklist's pass rates of one tier as a line of text."""
    rates = results[tier]["checklist"]
    said = [
        ", ".join(f"{name} {rate:.0%} of {n}" for name, (rate, n) in rates[kind].items())
        for kind in ("overall", "capability", "variety")
    ]
    return f"Checklist passed: {said[0]}. By capability: {said[1]}. By variety: {said[2]}."


if __name__ == "__main__":
    main()
