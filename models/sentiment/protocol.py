"""In-protocol figures: a sentiment model fine-tuned further on a benchmark's own train split; not shipped.

    python models/sentiment/protocol.py [umsab arsarcasm_v2 ajgt absa_ar_hotels] [--upper upper.onnx]

Train rows that stand in the benchmark's own dev or test rows, or nearly do, are left out. Steps and rates are
fixed beforehand. What is tested is a mean of the weights before and after (Wortsman et al., CVPR 2022); its
share is the one with the best figure on the benchmark's dev rows (the mean over its languages), a half where
it has none. No figure of a test split decides anything. Writes the part `in_protocol` of results.json.
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
from models.sentiment import aspects, data, evaluate, finetune, frozen, further
from voc.meaning.prepare import prepare

HERE = Path(__file__).resolve().parent
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the way from the weights before to those after
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
    parser.add_argument(
        "--upper", type=Path, default=HERE / "teacher.onnx", help="of the model that is begun with"
    )
    parser.add_argument("--cache", type=Path, default=HERE / ".cache")
    parser.add_argument("--weights", type=Path, default=finetune.ENCODER / ".cache" / "pruned.npz")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for benchmark in BENCHMARKS:
        if benchmark.name in options.names:
            rows = rows_of(benchmark)
            start = further.reopened(options.upper, options.weights)
            p, share = tuned(benchmark, rows, start, options)
            save(benchmark, (rows["part"] == "train").sum(), share, figures(benchmark, rows, p))


def rows_of(benchmark: Benchmark) -> pd.DataFrame:
    """Rows with their part: train, dev (where the benchmark has them) and test; texts prepared."""
    if benchmark.name == "absa_ar_hotels":
        return _aspect_rows()
    entry = data.Set(benchmark.name, 1)
    parts = [data.labeled((entry,), (benchmark.name,)).rows.assign(part="train")]
    table = data.read(benchmark.name)
    table = table[table["label"].isin(data.LABELS)]
    for part in ("dev", "test"):
        chosen = table[table["split"] == part]
        labels = chosen["label"].map(data.LABELS)
        parts.append(_columns(chosen["text"], labels, chosen["lang"], benchmark.name).assign(part=part))
    return pd.concat(parts, ignore_index=True)


def _aspect_rows() -> pd.DataFrame:
    """Sentences with the aspect that is asked about in front."""
    found = aspects.aspects()
    text = found["target"] + " (" + found["category"].str.replace("#", " ") + "): " + found["sentence"]
    rows = _columns(text, found["label"], "ar", "absa_ar_hotels")
    return rows.assign(part=np.where(found["split"] == "test", "test", "train"))


def _columns(text: pd.Series, label: pd.Series, lang: pd.Series | str, name: str) -> pd.DataFrame:
    rows = pd.DataFrame({"text": [prepare(one) for one in text], "label": label.to_numpy(np.int64)})
    rows["lang"] = lang if isinstance(lang, str) else lang.to_numpy()
    return rows.assign(set=name, dialect="", sarcasm=np.nan, epochs=1.0)


def tuned(
    benchmark: Benchmark, rows: pd.DataFrame, model: finetune.Model, options: argparse.Namespace
) -> tuple[Numbers, float]:
    """Probabilities (test rows, 3) after fine-tuning `model` on the train rows, and the share of the way."""
    parent = network.load(dict(np.load(options.weights)))
    table = frozen.rows(rows, parent, options.cache / f"protocol-{benchmark.name}.pt")
    train, dev, test = (np.flatnonzero(rows["part"] == part) for part in ("train", "dev", "test"))
    start = {name: value.clone() for name, value in model.state_dict().items()}
    run = finetune.fresh(model.train())
    with tempfile.TemporaryDirectory() as folder:
        steps = round(benchmark.epochs * _batches(table.part(train)))
        finetune.train(run, table.part(train), 0, steps, Path(folder), fall=steps)
    end = {name: value.clone() for name, value in model.state_dict().items()}

    def at(share: float, which: NDArray[np.int64]) -> Numbers:
        model.load_state_dict(start)
        return probabilities(further.kept(model, end, share), table, which)

    share = 0.5
    if len(dev):
        found = {one: _mean_figure(benchmark, rows.iloc[dev], at(one, dev)) for one in SHARES}
        print({one: round(value, 4) for one, value in found.items()}, flush=True)
        share = max(SHARES, key=lambda one: found[one])
    return at(share, test), share


def _mean_figure(benchmark: Benchmark, rows: pd.DataFrame, p: Numbers) -> float:
    """What the benchmark is judged by, averaged over its languages."""
    values = []
    for lang, (figure, _, _) in benchmark.figures.items():
        chosen = (rows["lang"] == lang).to_numpy()
        values.append(evaluate.figures(rows["label"].to_numpy(np.int64)[chosen], p[chosen])[figure])
    return float(np.mean(values))


def _batches(table: frozen.Rows) -> float:
    """About how many batches hold every row once."""
    return float(table.sizes.sum() / finetune.TOKENS * 1.05)


def probabilities(model: finetune.Model, table: frozen.Rows, rows: NDArray[np.int64]) -> Numbers:
    """What the head of the rows' own set says, (rows, 3)."""
    pooled = torch.from_numpy(finetune.pooled(model, table, rows))
    with torch.no_grad():
        change = model.change(pooled).view(len(rows), -1, 3)[torch.arange(len(rows)), table.group[rows]]
        return (model.sentiment(pooled) + change).softmax(1).double().numpy()


def figures(benchmark: Benchmark, rows: pd.DataFrame, p: Numbers) -> dict[str, Any]:
    """Per language: rows, the figure with its interval, what was asked, and what was published."""
    found: dict[str, Any] = {}
    tested = rows[rows["part"] == "test"].reset_index(drop=True)
    rng = np.random.default_rng(evaluate.SEED)
    labels = tested["label"].to_numpy(np.int64)
    for lang, (figure, asked, published) in benchmark.figures.items():
        of_lang = np.flatnonzero(tested["lang"] == lang)
        values = evaluate.figures(labels[of_lang], p[of_lang])
        again = [rng.choice(of_lang, len(of_lang)) for _ in range(1000)]
        spread = np.quantile([evaluate.figures(labels[i], p[i])[figure] for i in again], (0.025, 0.975))
        found[lang] = {
            **{"rows": len(of_lang), "figure": figure, "asked": asked, "published": published},
            **{name: round(value, 4) for name, value in values.items() if name != "ece"},
            "interval": [round(float(end), 4) for end in spread],
        }
    return found


def save(benchmark: Benchmark, learned: int, share: float, found: dict[str, Any]) -> None:
    """Put the figures into results.json, beside those of the other benchmarks."""
    file = HERE / "results.json"
    results = json.loads(file.read_text(encoding="utf-8"))
    kept = results.get("in_protocol", {})
    kept[benchmark.name] = {
        "train_rows": int(learned), "epochs": benchmark.epochs, "share": share, "test": found,
    }  # fmt: skip
    print(benchmark.name, kept[benchmark.name], flush=True)
    evaluate.write({"in_protocol": kept})


if __name__ == "__main__":
    main()
