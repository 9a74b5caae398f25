"""Categories of a sentence by a fine-tuned upper half of the encoder, beside the linear heads: what training
the network itself adds to `aspects.py`, in-protocol. Needs the extra `train` and models/encoder/build.py run.

    python -m benchmarks.themes.finetuned [absa_en15 absa_ar_hotels] [--frozen 6]

`--frozen` is the number of lower layers that are left as they are (0: all twelve are trained).

The share of the network in the mean of both and the threshold come from a third of the train split.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from torch import Tensor, nn

from benchmarks.themes.aspects import Sentences, detect, features, load
from models.encoder import network
from models.sentiment.frozen import ENCODER, FROZEN, padded
from voc.meaning.encode import open_encoder
from voc.meaning.prepare import prepare

SETS: Final = (("absa_en15", "restaurant"), ("absa_ar_hotels", None))
EPOCHS: Final = {"absa_en15": 14, "absa_ar_hotels": 5}
BATCH: Final = 24
RATE: Final = 1e-4  # of the upper layers; the head's is ten times that
SEED: Final = 20_240_101
OUT: Final = Path(__file__).resolve().parents[1] / "results" / "themes-finetuned.json"
Numbers = NDArray[np.float64]


class Model(nn.Module):
    """The encoder's upper layers and one sigmoid per category on the mean token state."""

    def __init__(self, encoder: network.Encoder, categories: int, frozen: int) -> None:
        super().__init__()
        self.encoder, self.head, self.frozen = encoder, nn.Linear(384, categories), frozen
        nn.init.zeros_(self.head.weight)
        nn.init.constant_(self.head.bias, -3.0)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Logits (texts, categories)."""
        pooled = network.mean(self.encoder.run(states, mask, self.frozen), mask)
        return self.head(F.dropout(pooled, 0.1, self.training))


def main() -> None:
    """Fine-tune on each set, test and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=list(EPOCHS), default=["absa_en15"])
    parser.add_argument("--frozen", type=int, default=FROZEN)
    given = parser.parse_args()
    torch.set_num_threads(1)
    found = [evaluate(name, source, given.frozen) for name, source in SETS if name in given.names]
    OUT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def evaluate(name: str, source: str | None, frozen: int) -> dict[str, Any]:
    """Micro-F1 on the test split: of the linear heads, of the network, and of the mean of both."""
    data = load(name, source)
    begun = time.process_time()
    states = lower_states(data, frozen)
    matrix = features(data, open_encoder().encode(data.texts), source or "hotel")
    train, test = np.flatnonzero(data.train), np.flatnonzero(~data.train)
    fold = np.random.default_rng(0).integers(0, 3, len(train))
    learned, held = train[fold != 0], train[fold == 0]
    epochs = EPOCHS[name]
    linear, deep = detect(data, matrix, learned, held), tuned(data, states, learned, held, epochs, frozen)
    choices = [
        (f1_score(data.labels[held], w * deep + (1 - w) * linear > t, average="micro"), w, t)
        for w in (0.0, 0.3, 0.5, 0.7, 1.0)
        for t in np.arange(0.15, 0.6, 0.05).tolist()
    ]
    linear, deep = detect(data, matrix, train, test), tuned(data, states, train, test, epochs, frozen)
    result: dict[str, Any] = {"set": f"{name} {source or ''}".strip(), "train": len(train), "test": len(test)}
    result["frozen_layers"] = frozen
    for label, shares in (("linear", (0.0,)), ("network", (1.0,)), ("both", (0.0, 0.3, 0.5, 0.7, 1.0))):
        _, share, threshold = max(choice for choice in choices if choice[1] in shares)
        given = share * deep + (1 - share) * linear > threshold
        score = float(f1_score(data.labels[test], given, average="micro"))
        result[label] = {"micro_f1": score, "share": share, "threshold": round(threshold, 2)}
    result["processor_minutes"] = round((time.process_time() - begun) / 60, 1)
    print(json.dumps(result), flush=True)
    return result


def lower_states(data: Sentences, frozen: int) -> list[Tensor]:
    """What the lower layers, which are not trained, give for every sentence: (pieces, hidden) each."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(ENCODER / "tokenizer.json"))
    tokenizer.enable_truncation(160)
    encoder = _parent()
    encoded = [row.ids for row in tokenizer.encode_batch(["query: " + prepare(text) for text in data.texts])]
    found: list[Tensor] = [torch.empty(0)] * len(encoded)
    order = sorted(range(len(encoded)), key=lambda i: len(encoded[i]))
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        ids, mask = padded([encoded[i] for i in batch])
        with torch.no_grad():
            states = encoder.run(encoder.embed(ids), mask, 0, frozen)
        for row, i in enumerate(batch):
            found[i] = states[row, : len(encoded[i])].clone()
    return found


def tuned(
    data: Sentences,
    states: list[Tensor],
    fit_on: NDArray[Any],
    predict_for: NDArray[Any],
    epochs: int,
    frozen: int,
) -> Numbers:
    """Probabilities (rows of `predict_for`, categories) after training on `fit_on`."""
    torch.manual_seed(SEED)
    model = Model(_parent(), len(data.categories), frozen)
    upper = [p for layer in model.encoder.layers[frozen:] for p in layer.parameters()]
    groups = [{"params": upper, "lr": RATE}, {"params": model.head.parameters(), "lr": 10 * RATE}]
    inputs = Inputs([len(one) for one in states], partial(_gathered, states))
    return trained(model, groups, inputs, data.labels, fit_on, predict_for, epochs, BATCH)


@dataclass(frozen=True)
class Inputs:
    """Of every sentence its length, and of some of them what a model takes."""

    lengths: list[int]
    of: Callable[[list[int]], tuple[Tensor, Tensor]]


def trained(
    model: nn.Module,
    groups: list[dict[str, Any]],
    inputs: Inputs,
    labels: NDArray[Any],
    fit_on: NDArray[Any],
    predict_for: NDArray[Any],
    epochs: int,
    size: int,
) -> Numbers:
    """Probabilities (rows of `predict_for`, categories) after some epochs of AdamW over rows of like length.

    Args:
        groups: parameters, each with its highest rate `lr`; rates rise for a tenth of the steps, then fall.
        size: of a batch.
    """
    rng = np.random.default_rng(SEED)
    parameters = list(model.train().parameters())
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        [group["lr"] for group in groups],
        total_steps=epochs * (len(fit_on) // size) + 1,
        pct_start=0.1,
    )
    for _ in range(epochs):
        rows = sorted(fit_on.tolist(), key=lambda i: inputs.lengths[i] + rng.normal(0, 4))
        for start in rng.permutation(len(rows) // size) * size:
            batch = rows[start : start + size]
            wanted = torch.tensor(labels[batch], dtype=torch.float32)
            loss = F.binary_cross_entropy_with_logits(model(*inputs.of(batch)), wanted)
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            rate.step()
    model.eval()
    found = np.zeros((len(predict_for), labels.shape[1]))
    with torch.no_grad():
        for start in range(0, len(predict_for), size):
            batch = predict_for[start : start + size].tolist()
            found[start : start + size] = model(*inputs.of(batch)).sigmoid().numpy()
    return found


def _gathered(states: list[Tensor], rows: list[int]) -> tuple[Tensor, Tensor]:
    """States padded to the longest, and the mask."""
    length = max(len(states[i]) for i in rows)
    out, mask = torch.zeros(len(rows), length, 384), torch.zeros(len(rows), length, dtype=torch.long)
    for row, i in enumerate(rows):
        out[row, : len(states[i])] = states[i]
        mask[row, : len(states[i])] = 1
    return out, mask


def _parent() -> network.Encoder:
    return network.load(dict(np.load(ENCODER / ".cache" / "pruned.npz")))


if __name__ == "__main__":
    main()
