"""In-protocol figures: the shipped model fine-tuned further on a benchmark's own train split; not shipped.

    python models/sentiment/protocol.py [umsab arsarcasm_v2 ajgt absa_ar_hotels]

Train rows that stand in the benchmark's own dev or test rows, or nearly do, are left out. Steps and rates are
fixed beforehand; no figure of a test split decides anything. Writes the part `in_protocol` of results.json.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from models.encoder import network
from models.sentiment import aspects, data, evaluate, export, finetune, frozen
from voc.meaning.prepare import prepare

HERE = Path(__file__).resolve().parent
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Benchmark:
    """A set, how many times its train rows are read, and what its test rows are judged by.

    Attributes:
        figures: language -> name of the figure, what was asked, and the best published value.
    """

    name: str
    epochs: float
    figures: dict[str, tuple[str, float, float]]


BENCHMARKS = (
    Benchmark("umsab", 4, {"ar": ("macro_f1", 0.677, 0.677), "en": ("macro_f1", 0.69, 0.706)}),
    Benchmark("ajgt", 4, {"ar": ("accuracy", 0.93, 0.961)}),
    Benchmark("arsarcasm_v2", 2, {"ar": ("f1_pn", 0.70, 0.748)}),
    Benchmark("absa_ar_hotels", 2, {"ar": ("accuracy", 0.85, 0.827)}),
)


def main() -> None:
    """Fine-tune, test and save, one benchmark after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [benchmark.name for benchmark in BENCHMARKS]
    parser.add_argument("names", nargs="*", choices=names, default=names)
    parser.add_argument("--cache", type=Path, default=HERE / ".cache")
    parser.add_argument("--weights", type=Path, default=finetune.ENCODER / ".cache" / "pruned.npz")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for benchmark in BENCHMARKS:
        if benchmark.name in options.names:
            learned, tested = rows_of(benchmark)
            p = tuned(benchmark, learned, tested, options.cache, options.weights)
            save(benchmark, len(learned), figures(benchmark, tested, p))


def rows_of(benchmark: Benchmark) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows to learn from (without dev rows) and test rows, texts prepared."""
    if benchmark.name == "absa_ar_hotels":
        return _aspect_rows()
    entry = data.Set(benchmark.name, 1)
    learned = data.labeled((entry,), (benchmark.name,)).rows.assign(part="train")
    table = data.read(benchmark.name)
    tested = table[(table["split"] == "test") & table["label"].isin(data.LABELS)]
    return learned, _columns(tested["text"], tested["label"].map(data.LABELS), tested["lang"], benchmark.name)


def _aspect_rows() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sentences with the aspect that is asked about in front."""
    found = aspects.aspects()
    text = found["target"] + " (" + found["category"].str.replace("#", " ") + "): " + found["sentence"]
    rows = _columns(text, found["label"], "ar", "absa_ar_hotels")
    test = (found["split"] == "test").to_numpy()
    return rows[~test].reset_index(drop=True), rows[test].reset_index(drop=True)


def _columns(text: pd.Series, label: pd.Series, lang: pd.Series | str, name: str) -> pd.DataFrame:
    rows = pd.DataFrame({"text": [prepare(one) for one in text], "label": label.to_numpy(np.int64)})
    rows["lang"] = lang if isinstance(lang, str) else lang.to_numpy()
    return rows.assign(set=name, dialect="", sarcasm=np.nan, epochs=1.0)


def tuned(
    benchmark: Benchmark, learned: pd.DataFrame, tested: pd.DataFrame, cache: Path, weights: Path
) -> Numbers:
    """Probabilities (tested, 3) after fine-tuning the shipped checkpoint on the learned rows."""
    both = pd.concat([learned, tested], ignore_index=True)
    parent = network.load(dict(np.load(weights)))
    table = frozen.rows(both, parent, cache / f"protocol-{benchmark.name}.pt")
    model = export.blended([cache / "run.pt"], weights)
    run = finetune.fresh(model.train())
    with tempfile.TemporaryDirectory() as folder:
        steps = round(benchmark.epochs * _batches(table.part(np.arange(len(learned)))))
        finetune.train(run, table.part(np.arange(len(learned))), 0, steps, Path(folder))
    model.load_state_dict(run.average)
    return probabilities(model.eval(), table, np.arange(len(learned), len(both)))


def _batches(table: frozen.Rows) -> float:
    """About how many batches hold every row once."""
    return float(table.sizes.sum() / finetune.TOKENS * 1.05)


def probabilities(model: finetune.Model, table: frozen.Rows, rows: NDArray[np.int64]) -> Numbers:
    """What the head of the rows' own set says, (rows, 3)."""
    pooled = torch.from_numpy(finetune.pooled(model, table, rows))
    with torch.no_grad():
        change = model.change(pooled).view(len(rows), -1, 3)[torch.arange(len(rows)), table.group[rows]]
        return (model.sentiment(pooled) + change).softmax(1).double().numpy()


def figures(benchmark: Benchmark, tested: pd.DataFrame, p: Numbers) -> dict[str, Any]:
    """Per language: rows, the figure with its interval, what was asked, and what was published."""
    found: dict[str, Any] = {}
    rng = np.random.default_rng(evaluate.SEED)
    labels = tested["label"].to_numpy(np.int64)
    for lang, (figure, asked, published) in benchmark.figures.items():
        rows = np.flatnonzero(tested["lang"] == lang)
        values = evaluate.figures(labels[rows], p[rows])
        again = [rng.choice(rows, len(rows)) for _ in range(1000)]
        spread = np.quantile([evaluate.figures(labels[i], p[i])[figure] for i in again], (0.025, 0.975))
        found[lang] = {
            **{"rows": len(rows), "figure": figure, "asked": asked, "published": published},
            **{name: round(value, 4) for name, value in values.items() if name != "ece"},
            "interval": [round(float(end), 4) for end in spread],
        }
    return found


def save(benchmark: Benchmark, learned: int, found: dict[str, Any]) -> None:
    """Put the figures into results.json, beside those of the other benchmarks."""
    file = HERE / "results.json"
    results = json.loads(file.read_text(encoding="utf-8"))
    kept = results.get("in_protocol", {})
    kept[benchmark.name] = {"train_rows": learned, "epochs": benchmark.epochs, "test": found}
    print(benchmark.name, kept[benchmark.name], flush=True)
    evaluate.write({"in_protocol": kept})


if __name__ == "__main__":
    main()
