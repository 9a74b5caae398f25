"""Trains the sentiment model of twelve layers further from its own int8 file, where neither its float
weights nor time for a run from the parent are left.

    python -m models.sentiment.further [--steps 400]

`reopened` reads layers and heads back from ``teacher.onnx`` (an int8 weight is
its float one to within half a step). Only the top `TRAINED` layers and the heads move, on rows drawn by
`DRAWN`. What is kept is a mean of the weights before and after (`kept`), its share chosen on rows never
trained on.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor

from models.encoder import network
from models.sentiment import data, export, finetune, frozen, further_fast, shallow
from models.sentiment.train import finish
from voc.meaning.heads import DIALECTS

HERE = Path(__file__).resolve().parent
TRAINED = 4  # layers, counted from the top
STEPS = 400
LONGEST = 280  # characters of a text that is learned from
KEPT = 0.7  # share of the way that is gone
GENTLE = 0.8  # of the learning rates of a run from the parent
# How often a row of each set is drawn, beside one of our own rows.
DRAWN = {
    "umsab": 1.0, "tweeteval": 0.7, "arsarcasm_v2": 0.5, "ajgt": 1.0, "saudi_tourism": 0.6,
    "absa_ar_hotels": 0.3, "ksa_google": 0.25, "sehhaty": 0.25, "skytrax": 0.4, "saas_nps": 0.5, "own": 1.0,
}  # fmt: skip
Array = NDArray[np.float32]


def reopened(upper: Path, weights: Path) -> finetune.Model:
    """The model whose layers and heads `upper` holds, as float32; the layers below are the parent's.

    Args:
        upper: a ``teacher.onnx`` of export.py.
        weights: the parent's pruned weights (models/encoder/build.py).
    """
    parent = dict(np.load(weights))
    saved = {one.name: numpy_helper.to_array(one) for one in onnx.load(str(upper)).graph.initializer}
    for layer in range(frozen.FROZEN, 12):
        for part in ("q", "k", "v", "ao", "fi", "fo"):
            name = f"l{layer}.{part}"
            parent[f"{name}.w"] = (saved[f"{name}.w"].astype(np.float32) * saved[f"{name}.s"]).T
            if part not in "qkv":
                parent[f"{name}.b"] = saved[f"{name}.b"]
        for part, bias in zip("qkv", np.split(saved[f"l{layer}.qkv.b"], 3), strict=True):
            parent[f"l{layer}.{part}.b"] = bias
        for norm in ("aln", "oln"):
            for end in "wb":
                parent[f"l{layer}.{norm}.{end}"] = saved[f"l{layer}.{norm}.{end}"]
    model = finetune.Model(network.load(parent))
    _fill_heads(model, saved["head.w"].T, saved["head.b"])
    return model


def _fill_heads(model: finetune.Model, w: Array, b: Array) -> None:
    """The common head is the mean of the groups'; how each differs is its change."""
    groups = max(frozen.GROUPS.values()) + 1
    experts, bias = w[: 3 * groups].reshape(groups, 3, -1), b[: 3 * groups].reshape(groups, 3)
    at = 3 * groups
    sides = {model.dialect: len(DIALECTS), model.sarcasm: 2}
    with torch.no_grad():
        model.sentiment.weight.copy_(_tensor(experts.mean(0)))
        model.sentiment.bias.copy_(_tensor(bias.mean(0)))
        model.change.weight.copy_(_tensor((experts - experts.mean(0)).reshape(at, -1)))
        model.change.bias.copy_(_tensor((bias - bias.mean(0)).reshape(at)))
        for head, size in sides.items():
            head.weight.copy_(_tensor(w[at : at + size]))
            head.bias.copy_(_tensor(b[at : at + size]))
            at += size


def _tensor(values: Array) -> Tensor:
    return torch.from_numpy(np.array(values))


def train(model: finetune.Model, table: frozen.Rows, steps: int, folder: Path) -> finetune.Run:
    """Train the top layers for `steps` steps, the rate falling steadily to zero."""
    for part in model.encoder.layers[frozen.FROZEN : -TRAINED]:
        part.requires_grad_(False)
    run = finetune.fresh(model.train())
    for group in run.optimizer.param_groups:
        group["peak"] *= GENTLE
    finetune.train(run, table, 9, steps, folder, fall=steps)
    return run


def kept(before: finetune.Model, after: dict[str, Tensor], share: float) -> finetune.Model:
    """`before` with its weights moved by `share` of the way to `after`."""
    mean = {name: value + share * (after[name] - value) for name, value in before.state_dict().items()}
    before.load_state_dict(mean)
    before.eval()
    return before


def gate_of(upper: Path) -> tuple[Array, Array]:
    """Weights and biases of the gate in `upper`; the top layers move too little to fit it anew."""
    saved = {one.name: numpy_helper.to_array(one) for one in onnx.load(str(upper)).graph.initializer}
    groups = max(frozen.GROUPS.values()) + 1
    return saved["head.w"].T[-groups:], saved["head.b"][-groups:]


def main() -> None:
    """The fast tier further, then the teacher, what is shipped of it, calibration, and the manifest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--cache", type=Path, default=HERE / ".cache")
    parser.add_argument("--weights", type=Path, default=frozen.ENCODER / ".cache" / "pruned.npz")
    parser.add_argument("--wordnet", type=Path, help="folder of WordNet 3.0 (data.adj and its like)")
    parser.add_argument("--vader", type=Path, help="folder of the texts VADER was tested on")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    corpus = data.corpus()
    # Its teacher is the one that was.
    further_fast.train(corpus.rows, options.cache / "read", options.wordnet, options.vader)
    table = rows_of(corpus.rows, options.weights, options.cache / "states.pt")
    before = reopened(HERE / export.TEACHER, options.weights)
    run = train(reopened(HERE / export.TEACHER, options.weights), table, options.steps, options.cache)
    torch.save({"average": run.model.state_dict()}, options.cache / "further.pt")
    model = kept(before, run.model.state_dict(), KEPT)
    export.export(model, gate_of(HERE / export.TEACHER), HERE / export.TEACHER)
    shallow.train(corpus.rows, options.cache / "taught", options.wordnet)
    finish(corpus, {"further": {"steps": run.step, "rows_seen": run.seen}})


def rows_of(rows: pd.DataFrame, weights: Path, store: Path) -> frozen.Rows:
    """The rows to learn from, drawn by `DRAWN`."""
    usable = (rows["part"] == "train") & rows["set"].isin(DRAWN) & (rows["text"].str.len() <= LONGEST)
    frame = rows[usable].reset_index(drop=True)
    frame["epochs"] = frame["set"].map(DRAWN)
    return frozen.rows(frame, network.load(dict(np.load(weights))), store)


if __name__ == "__main__":
    main()
