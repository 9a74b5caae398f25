"""Fine-tunes the pruned encoder for sentiment, with dialect and sarcasm as side tasks.

    python -m models.sentiment.finetune --minutes 80 --out DIR [--weights pruned.npz]

The word table and the lower layers stay as they are: their output is computed once per text and
kept, which makes a pass over the texts about twice as fast on a processor. The learning rate falls
to zero by the clock, so the run ends trained whatever the machine's speed; every few minutes a
checkpoint is written from which it goes on, and whose averaged weights can be used as they are.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.encoder import network
from models.sentiment import data
from models.sentiment.frozen import DIALECTS, ENCODER, FROZEN, GROUPS, Rows, gathered, rows

HERE = Path(__file__).resolve().parent
SEED = 20_240_101
TOKENS = 1280  # word pieces in a batch, padding counted
PEAK = 8e-5  # learning rate of the top layer; each layer below gets 0.93 of the one above


class Model(nn.Module):
    """Encoder, mean over tokens, and linear heads: sentiment (common, and a change per group of sets),
    dialect, sarcasm."""

    def __init__(self, encoder: network.Encoder, hidden: int = 384) -> None:
        super().__init__()
        self.encoder = encoder
        self.sentiment = nn.Linear(hidden, 3)
        self.dialect = nn.Linear(hidden, len(DIALECTS))
        self.sarcasm = nn.Linear(hidden, 2)
        groups = max(GROUPS.values()) + 1
        self.change = nn.Linear(hidden, 3 * groups)
        nn.init.zeros_(self.change.weight)
        nn.init.zeros_(self.change.bias)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Mean token state of each text, (texts, hidden) float32, from the frozen layers' output."""
        return network.mean(self.encoder.run(states, mask, FROZEN), mask)


def batches(table: Rows, done: float, rng: np.random.Generator) -> Iterator[list[int]]:
    """About 1,600 rows drawn by their sets' weights, in batches of similar length.

    The noisy emoji labels are drawn only in the first half of the run (`done` in [0, 1]).
    """
    weight = table.frame["epochs"].to_numpy(np.float64).copy()
    weight[(table.frame["set"] == "ar_emoji").to_numpy()] *= max(0.0, 2 - 4 * done)
    rows_drawn = min(1600, int((weight > 0).sum()))
    drawn = rng.choice(len(weight), rows_drawn, replace=False, p=weight / weight.sum())
    ordered = sorted(drawn.tolist(), key=lambda i: (table.sizes[i], i))
    found: list[list[int]] = []
    batch: list[int] = []
    for i in ordered:
        if batch and table.sizes[i] * (len(batch) + 1) > TOKENS:
            found.append(batch)
            batch = []
        batch.append(i)
    found.append(batch)
    for k in rng.permutation(len(found)):
        yield found[k]


def loss_of(model: Model, table: Rows, batch: list[int], rng: torch.Generator) -> Tensor:
    """Weighted cross-entropy of the three tasks on one batch."""
    states, mask = gathered(table, batch)
    # Some pieces are hidden from the others: no single word decides.
    seen = mask * (torch.rand(mask.shape, generator=rng) >= 0.07).long()
    seen[:, 0] = 1
    device = model.sentiment.weight.device
    with torch.autocast(device.type, torch.bfloat16):
        pooled = model(states.to(device), seen.to(device))
    pooled = F.dropout(pooled, 0.2)
    at = torch.tensor(batch)
    group = table.group[at].to(device)
    change = model.change(pooled).view(len(batch), -1, 3)[torch.arange(len(batch), device=device), group]
    logits = model.sentiment(pooled) + change
    each = F.cross_entropy(logits, table.label[at].to(device), label_smoothing=0.1, reduction="none")
    loss = (each * table.trust[at].to(device)).mean()
    for head, target in ((model.dialect, table.dialect), (model.sarcasm, table.sarcasm)):
        labeled = target[at] >= 0
        if labeled.any():
            side = F.cross_entropy(head(pooled[labeled]), target[at][labeled].to(device))
            loss = loss + 0.15 * side * labeled.float().mean()
    return loss


def optimizers(model: Model) -> list[torch.optim.Optimizer]:
    """AdamW with a rate per layer."""
    groups = []
    layers = list(model.encoder.layers)
    for i, layer in enumerate(layers[FROZEN:]):
        groups.append(
            {"params": list(layer.parameters()), "lr": PEAK * 0.93 ** (len(layers) - 1 - i - FROZEN)}
        )
    heads = [model.sentiment, model.change, model.dialect, model.sarcasm]
    groups.append({"params": [p for head in heads for p in head.parameters()], "lr": 1e-3})
    found: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    ]
    for optimizer in found:
        for group in optimizer.param_groups:
            group["peak"] = group["lr"]
    return found


@dataclass
class Run:
    """Everything a checkpoint holds."""

    model: Model
    average: dict[str, Tensor]
    optimizers: list[torch.optim.Optimizer]
    step: int = 0
    seconds: float = 0.0
    seen: int = 0

    def follow(self, keep: float) -> None:
        """Move the averaged weights a little towards the present ones."""
        keep = min(keep, self.step / (self.step + 100))
        for name, value in self.model.state_dict().items():
            self.average[name].mul_(keep).add_(value, alpha=1 - keep)

    def save(self, path: Path) -> None:
        state = {
            "model": self.model.state_dict(),
            "average": self.average,
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
            "seconds": self.seconds,
            "seen": self.seen,
        }
        torch.save(state, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)

    def resume(self, path: Path) -> None:
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average = state["average"]
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.step, self.seconds, self.seen = state["step"], state["seconds"], state["seen"]


def train(run: Run, table: Rows, minutes: float, folder: Path) -> None:
    """Train until the clock says `minutes` (all runs that resumed each other counted together)."""
    began, last_save = time.monotonic() - run.seconds, time.monotonic()
    noise = torch.Generator().manual_seed(SEED + run.step)
    rng = np.random.default_rng(SEED + run.step)
    learned = [p for p in run.model.parameters() if p.requires_grad]
    losses: list[float] = []
    while (done := (time.monotonic() - began) / (60 * minutes)) < 1:
        for batch in batches(table, done, rng):
            done = (time.monotonic() - began) / (60 * minutes)
            rate = max(0.0, 1 - done) * min(1.0, (run.step + 1) / 150)
            for optimizer in run.optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = group["peak"] * rate
            loss = loss_of(run.model, table, batch, noise)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learned, 1.0)
            for optimizer in run.optimizers:
                optimizer.step()
                optimizer.zero_grad()
            run.step += 1
            run.seen += len(batch)
            losses.append(loss.item())
            if run.step % 10 == 0:
                run.follow(0.95)
            run.seconds = time.monotonic() - began
            if time.monotonic() - last_save > 180:
                run.save(folder / "run.pt")
                last_save = time.monotonic()
            if run.step % 50 == 0:
                speed = run.seen / run.seconds
                mean = np.mean(losses[-50:])
                print(f"{done:.3f} step {run.step} loss {mean:.3f} {speed:.0f} texts/s", flush=True)
            if done >= 1:
                break
    run.save(folder / "run.pt")


def start(weights: Path, folder: Path, device: str) -> Run:
    """A fresh run, or the one in `folder` where it stopped."""
    torch.manual_seed(SEED)
    encoder = network.load(dict(np.load(weights)))
    model = Model(encoder).to(device)
    for part in (encoder.word, encoder.pos, encoder.norm, *encoder.layers[:FROZEN]):
        part.requires_grad_(False)
    run = Run(model, {name: value.clone() for name, value in model.state_dict().items()}, optimizers(model))
    if (folder / "run.pt").exists():
        run.resume(folder / "run.pt")
    return run


def main() -> None:
    """Train, resuming where a run stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=80)
    parser.add_argument("--out", type=Path, default=HERE / ".cache" / "run")
    parser.add_argument("--weights", type=Path, default=ENCODER / ".cache" / "pruned.npz")
    parser.add_argument("--corpus", type=Path, help="a corpus table made before (parquet)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    frame = pd.read_parquet(options.corpus) if options.corpus else data.corpus().rows
    run = start(options.weights, options.out, options.device)
    frame = frame[frame["part"] == "train"].reset_index(drop=True)
    table = rows(frame, network.load(dict(np.load(options.weights))), options.out / "states.pt")
    print(json.dumps({"rows": len(frame), "threads": torch.get_num_threads(), "step": run.step}))
    train(run, table, options.minutes, options.out)


if __name__ == "__main__":
    main()
