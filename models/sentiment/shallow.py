"""Trains the accurate tier as a shallow student: the shared trunk with two layers above it instead of six.

    python -m models.sentiment.shallow [--layers 2] [--steps 3800]

The student begins with layers of the fine-tuned model of twelve (``teacher.onnx``) and learns from what that
one says of the training rows, whose labels count too, and of made texts (variants.py), which have none: its
numbers head by head and its mean token state (DistilBERT, Sanh et al. 2019). The trunk never moves, so its
output is read once (taught.py), and a step costs a few layers only. Writes ``upper.onnx``, the calibration of
all tiers, and the manifest.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pandas as pd
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from models.encoder import graph, network
from models.sentiment import data, export, frozen, further_fast, taught, variants

HERE = Path(__file__).resolve().parent
FILE = "upper.onnx"
SEED = 20_240_101
GROUPS = max(frozen.GROUPS.values()) + 1
EXPERTS = 3 * GROUPS  # numbers of the groups' sentiment heads
GATE = EXPERTS + export.SIDES  # where those of the gate begin
NUMBERS = GATE + GROUPS
HIDDEN = 384
START = {1: (6,), 2: (6, 11), 3: (6, 8, 11)}  # layers of the teacher that the student's begin as
LAYERS = 2
STEPS = 3800
READS = 65_536  # made texts
TOKENS = 1280  # word pieces in a batch, padding counted
RATES = (3e-4, 5e-4)  # of the layers, of the heads
WARM = 150  # steps until the rates are reached
SLOW, FALL = 6000, 2200  # from there they fall as if to zero after SLOW steps, faster in the last FALL
MEAN = (2500, 0.25)  # a step, and how much its weights count in what is kept beside those at the end
HIDE = 0.05  # share of word pieces hidden
MEANING, HEADS, SIDES, LABELS = 0.5, 0.1, 0.05, 0.3  # of the distance from the teacher's mean state, ...
MADE = 0.5  # how often a made text is drawn, beside a row of weight 1
DRAWN = {
    "umsab": 4.0, "tweeteval": 4.0, "arsarcasm_v2": 1.5, "ajgt": 2.0, "saudi_tourism": 2.0,
    "absa_ar_hotels": 0.7, "ksa_google": 0.7, "sehhaty": 0.7, "skytrax": 0.7, "saas_nps": 0.7, "own": 0.8,
    "ar_emoji": 0.4,
}  # fmt: skip
Indices = NDArray[np.int64]


class Student(nn.Module):
    """Some layers above the trunk and all heads as one; `forward` gives numbers and mean token state."""

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(network.Layer() for _ in range(layers))
        self.head = nn.Linear(HIDDEN, NUMBERS)

    def forward(self, states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        bias = ((1 - mask) * -10000.0)[:, None, None, :]
        x = states
        for layer in self.layers:
            x = layer(x, bias)
        mean = network.mean(x, mask)
        return self.head(mean), mean


def begun(upper: Path, start: tuple[int, ...]) -> Student:
    """A student whose layers are those numbered `start` of the model in `upper`, with its heads."""
    saved = {one.name: numpy_helper.to_array(one) for one in onnx.load(str(upper)).graph.initializer}
    student = Student(len(start))
    for layer, number in zip(student.layers, start, strict=True):
        layer.load_state_dict({name: _tensor(value) for name, value in _layer(saved, f"l{number}.").items()})
    student.head.load_state_dict({"weight": _tensor(saved["head.w"].T), "bias": _tensor(saved["head.b"])})
    return student


def _layer(saved: dict[str, Any], at: str) -> dict[str, NDArray[np.float32]]:
    """Weights of a layer as network.Layer names them; an int8 weight is its float one to half a step."""
    w = {
        part: (saved[f"{at}{part}.w"].astype(np.float32) * saved[f"{at}{part}.s"]).T
        for part in ("q", "k", "v", "ao", "fi", "fo")
    }
    found = {"qkv.weight": np.concatenate([w[part] for part in "qkv"]), "qkv.bias": saved[f"{at}qkv.b"]}
    found |= {f"{part}.weight": w[part] for part in ("ao", "fi", "fo")}
    found |= {f"{part}.bias": saved[f"{at}{part}.b"] for part in ("ao", "fi", "fo")}
    for norm in ("aln", "oln"):
        found |= {f"{norm}.weight": saved[f"{at}{norm}.w"], f"{norm}.bias": saved[f"{at}{norm}.b"]}
    return found


def _tensor(values: Any) -> Tensor:
    return torch.from_numpy(np.array(values, np.float32))


@dataclass(frozen=True)
class Lessons:
    """What is learned from: texts as read, and of each its label (-1: none), the group of its set, how much
    the label counts, and how often it is drawn."""

    read: taught.Taught
    numbers: Tensor
    means: Tensor
    label: Tensor
    group: Tensor
    trust: Tensor
    weight: NDArray[np.float64]


def lessons(table: pd.DataFrame, read: taught.Taught) -> Lessons:
    """`table` (text, label, set: further_fast.everything) with what was read of its texts."""
    return Lessons(
        read,
        torch.from_numpy(read.numbers),
        torch.from_numpy(read.means),
        torch.tensor(table["label"].to_numpy(np.int64)),
        torch.tensor(table["set"].map(frozen.GROUPS).fillna(0).to_numpy(np.int64)),
        torch.tensor(table["set"].map(frozen.TRUST).fillna(1.0).to_numpy(np.float32)),
        table["set"].map(DRAWN).fillna(MADE).to_numpy(np.float64),
    )


def log_mixed(numbers: Tensor) -> Tensor:
    """Log-probabilities (n, 3) of the sentiment: the groups' heads, mixed by the gate."""
    experts = numbers[:, :EXPERTS].view(-1, GROUPS, 3).log_softmax(-1)
    gate = numbers[:, GATE:].log_softmax(1)
    return torch.logsumexp(experts + gate[:, :, None], 1)


def loss_of(student: Student, known: Lessons, batch: Indices, spread: Tensor) -> Tensor:
    """Divergence from the teacher, distances of heads and mean states, and the labels' cost."""
    states, mask = map(torch.from_numpy, known.read.padded(batch.tolist()))
    hidden = (torch.rand(mask.shape) < HIDE) & (mask > 0)
    hidden[:, 0] = False
    found, mean = student(states, mask * (~hidden).float())
    at = torch.from_numpy(batch)
    numbers, label = known.numbers[at], known.label[at]
    told = log_mixed(numbers)
    cost = (told.exp() * (told - log_mixed(found))).sum(1)
    away = (numbers - found)[:, :EXPERTS].view(-1, GROUPS, 3)
    cost = cost + HEADS * ((away - away.mean(-1, keepdim=True)) ** 2).mean((1, 2))
    cost = cost + SIDES * ((numbers - found)[:, EXPERTS:] ** 2).mean(1)
    cost = cost + MEANING * (((mean - known.means[at].float()) / spread) ** 2).mean(1)
    own = found[:, :EXPERTS].view(-1, GROUPS, 3)[torch.arange(len(at)), known.group[at]]
    said = F.cross_entropy(own, label.clamp(min=0), reduction="none", label_smoothing=0.1)
    return (cost + LABELS * said * (label >= 0) * known.trust[at]).mean()


def batches(known: Lessons, sizes: Indices, rng: np.random.Generator) -> Iterator[Indices]:
    """Rows drawn by their weights, in batches of similar length, for ever."""
    reached = np.cumsum(known.weight / known.weight.sum())
    while True:
        drawn = np.unique(np.minimum(np.searchsorted(reached, rng.random(2048)), len(reached) - 1))
        drawn = drawn[np.lexsort((rng.random(len(drawn)), sizes[drawn]))]
        found, start = [], 0
        for end in range(1, len(drawn) + 1):
            if end == len(drawn) or sizes[drawn[end]] * (end + 1 - start) > TOKENS:
                found.append(drawn[start:end])
                start = end
        for k in rng.permutation(len(found)):
            yield found[k]


def fit(student: Student, known: Lessons, steps: int, first: int = 0) -> dict[str, Any]:
    """Train `student` until `steps` steps are made, `first` of them before; gives what manifest.json says."""
    torch.manual_seed(SEED + first)
    spread = known.means[:20_000].float().std(0)
    optimizer = torch.optim.AdamW(
        [{"params": student.layers.parameters()}, {"params": student.head.parameters()}],
        weight_decay=0.01,
        betas=(0.9, 0.98),
    )
    began, seen, losses = time.process_time(), 0, []
    drawn = batches(known, known.read.sizes, np.random.default_rng(SEED + first))
    early = _copied(student) if first == MEAN[0] else None
    for step, batch in zip(range(first, steps), drawn, strict=False):
        share = min((step + 1 - first) / WARM, 1 - step / SLOW, (steps - step) / FALL)
        for group, rate in zip(optimizer.param_groups, RATES, strict=True):
            group["lr"] = rate * share
        loss = loss_of(student, known, batch, spread)
        loss.backward()
        nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        seen += len(batch)
        losses.append(float(loss.detach()))
        if step + 1 == MEAN[0]:
            early = _copied(student)
        if (step + 1) % 100 == 0:
            print(f"step {step + 1} loss {np.mean(losses[-100:]):.3f} rows {seen:,}", flush=True)
    if early is not None:
        late = student.state_dict()
        student.load_state_dict({k: late[k] + MEAN[1] * (early[k] - late[k]) for k in late})
    hours = (time.process_time() - began) / 3600
    return {"layers": len(student.layers), "steps": steps, "rows_seen": seen, "cpu_hours": round(hours, 3)}


def _copied(student: Student) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in student.state_dict().items()}


def save(student: Student, file: Path) -> None:
    """Write the student's layers and heads as int8, as export.py does."""
    nothing = np.zeros((1, HIDDEN), np.float32)
    encoder = network.Encoder(1, len(student.layers))
    encoder.layers.load_state_dict(student.layers.state_dict())
    weights = {
        "emb.word": nothing,
        "head.w": _array(student.head.weight),
        "head.b": _array(student.head.bias),
    }
    for name, value in network.dump(encoder).items():
        if name.startswith("l"):
            number, _, part = name[1:].partition(".")
            weights[f"l{int(number) + graph.SHARED}.{part}"] = value
    onnx.save(export.mixed(graph.upper(weights), GROUPS), file)


def _array(value: Tensor) -> NDArray[np.float32]:
    found: NDArray[np.float32] = value.detach().numpy()
    return found


def train(
    rows: pd.DataFrame,
    cache: Path,
    wordnet: Path | None,
    layers: int = LAYERS,
    steps: int = STEPS,
    reads: int = READS,
) -> dict[str, Any]:
    """Read texts with the teacher, train a student of `layers` layers, and save it as ``upper.onnx``.

    Args:
        rows: of data.py.
        cache: keeps what was read (about 1 GB for 40,000 texts).
        wordnet: folder of the dictionary whose examples are among the made texts, or None.
        layers: above the trunk.
        steps: of training.
        reads: how many made texts are read.
    """
    words = (HERE / "fast-words.txt").read_text(encoding="utf-8").split("\n")
    table = further_fast.everything(rows, variants.made(rows, words, wordnet)[:reads])
    known = lessons(table, taught.read(list(table["text"]), HERE / export.TEACHER, cache))
    student = begun(HERE / export.TEACHER, START[layers])
    facts = fit(student, known, steps)
    save(student, HERE / FILE)
    return facts | {"made_texts_read": reads}


def main() -> None:
    """The student, then the calibration of all tiers, and the manifest."""
    from models.sentiment.train import finish  # train.py runs this step too

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layers", type=int, choices=sorted(START), default=LAYERS)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--reads", type=int, default=READS, help="made texts")
    parser.add_argument("--cache", type=Path, default=HERE / ".cache" / "taught")
    parser.add_argument("--wordnet", type=Path, help="folder of WordNet 3.0 (data.adj and its like)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    corpus = data.corpus()
    facts = train(corpus.rows, options.cache, options.wordnet, options.layers, options.steps, options.reads)
    finish(corpus, {"shallow": facts})


if __name__ == "__main__":
    main()
