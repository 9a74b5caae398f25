"""Fine-tunes the pruned encoder for sentiment, with dialect and sarcasm as side tasks.

    python -m models.sentiment.finetune --member 0 [--cache DIR] [--weights pruned.npz]

The word table and the lower layers stay as they are: their output is computed once per text and
kept, which makes a pass over the texts about twice as fast on a processor. The learning rate is steady
and falls to zero, twice; now and then a checkpoint is written from which the run goes on, and whose averaged
weights can be used as they are. What is shipped is the mean of the weights at both ends of all members,
which begin alike and see other batches (Izmailov et al., UAI 2018; Wortsman et al., ICML 2022).

One thread is enough: a member learns from about 130 texts a second of processor time, and two members
side by side use two cores far better than one run with two threads does.
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
from numpy.typing import NDArray
from torch import Tensor, nn

from models.encoder import network
from models.sentiment import data, frozen
from models.sentiment.frozen import DIALECTS, ENCODER, FROZEN, GROUPS, Rows, gathered, rows

HERE = Path(__file__).resolve().parent
SEED = 20_240_101
MEMBERS = 2
ENDS = (2000, 2900)  # steps at which the learning rate of a member has fallen to zero, to rise again once
FALL = 800  # steps before each end over which it falls
NOISY = 800  # steps at the beginning over which the noisy emoji labels are drawn, ever less
HIDDEN = 0.1  # share of a text's word pieces, and of the numbers in each, that a step does not see
SMOOTHING = 0.1
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


def batches(table: Rows, step: int, rng: np.random.Generator) -> Iterator[list[int]]:
    """About 1,600 rows drawn by their sets' weights, in batches of similar length."""
    weight = table.frame["epochs"].to_numpy(np.float64).copy()
    weight[(table.frame["set"] == "ar_emoji").to_numpy()] *= 2 * max(0.0, 1 - step / NOISY)
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
    seen = mask * (torch.rand(mask.shape, generator=rng) >= HIDDEN).long()
    seen[:, 0] = 1
    device = model.sentiment.weight.device
    short = frozen.short_numbers(device.type)
    states = states.to(device, torch.bfloat16 if short else torch.float32)
    with torch.autocast(device.type, torch.bfloat16, enabled=short):
        pooled = model(F.dropout(states, HIDDEN), seen.to(device))
    pooled = F.dropout(pooled, 0.2)
    at = torch.tensor(batch)
    group = table.group[at].to(device)
    change = model.change(pooled).view(len(batch), -1, 3)[torch.arange(len(batch), device=device), group]
    logits = model.sentiment(pooled) + change
    each = F.cross_entropy(logits, table.label[at].to(device), label_smoothing=SMOOTHING, reduction="none")
    loss = (each * table.trust[at].to(device)).mean()
    for head, target in ((model.dialect, table.dialect), (model.sarcasm, table.sarcasm)):
        labeled = target[at] >= 0
        if labeled.any():
            side = F.cross_entropy(head(pooled[labeled]), target[at][labeled].to(device))
            loss = loss + 0.15 * side * labeled.float().mean()
    return loss


def optimizer_of(model: Model) -> torch.optim.Optimizer:
    """AdamW with a rate per layer."""
    groups = []
    layers = list(model.encoder.layers)
    for i, layer in enumerate(layers[FROZEN:]):
        groups.append(
            {"params": list(layer.parameters()), "lr": PEAK * 0.93 ** (len(layers) - 1 - i - FROZEN)}
        )
    heads = [model.sentiment, model.change, model.dialect, model.sarcasm]
    groups.append({"params": [p for head in heads for p in head.parameters()], "lr": 1e-3})
    optimizer = torch.optim.AdamW(groups, weight_decay=0.03, betas=(0.9, 0.98), fused=True)
    for group in optimizer.param_groups:
        group["peak"] = group["lr"]
    return optimizer


@dataclass
class Run:
    """Everything a checkpoint holds."""

    model: Model
    average: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
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
            "optimizer": self.optimizer.state_dict(),
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
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds, self.seen = state["step"], state["seconds"], state["seen"]


def train(run: Run, table: Rows, member: int, steps: int, folder: Path, fall: int = FALL) -> None:
    """Train until `steps` steps were made (all runs that resumed each other counted together); over the last
    `fall` of them the rate falls to zero."""
    noise = torch.Generator().manual_seed(SEED + 1000 * member + run.step)
    torch.manual_seed(SEED + 1000 * member + run.step)
    rng = np.random.default_rng(SEED + 1000 * member + run.step)
    learned = [p for p in run.model.parameters() if p.requires_grad]
    losses: list[float] = []
    used = time.process_time() - run.seconds  # of the processor: a paused run does not age
    while run.step < steps:
        for batch in batches(table, run.step, rng):
            rate = min(1.0, (run.step + 1) / 150, (steps - run.step) / fall)
            for group in run.optimizer.param_groups:
                group["lr"] = group["peak"] * rate
            loss = loss_of(run.model, table, batch, noise)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learned, 1.0)
            run.optimizer.step()
            run.optimizer.zero_grad()
            run.step += 1
            run.seen += len(batch)
            run.seconds = time.process_time() - used
            losses.append(loss.item())
            if run.step % 10 == 0:
                run.follow(0.95)
            if run.step % 50 == 0:
                speed, mean = run.seen / run.seconds, np.mean(losses[-50:])
                print(f"step {run.step} loss {mean:.3f} {speed:.0f} texts/s of processor", flush=True)
            if run.step % 200 == 0 or run.step == steps:
                run.save(folder / "run.pt")
            if run.step == steps:
                break


def fresh(model: Model) -> Run:
    """A run that begins with `model`, its lower layers held."""
    encoder = model.encoder
    for part in (encoder.word, encoder.pos, encoder.norm, *encoder.layers[:FROZEN]):
        part.requires_grad_(False)
    return Run(
        model, {name: value.clone() for name, value in model.state_dict().items()}, optimizer_of(model)
    )


def start(weights: Path, folder: Path, device: str) -> Run:
    """A fresh run from the parent's weights, or the one in `folder` where it stopped."""
    torch.manual_seed(SEED)
    run = fresh(Model(network.load(dict(np.load(weights)))).to(device))
    if (folder / "run.pt").exists():
        run.resume(folder / "run.pt")
    return run


def pooled(model: Model, table: Rows, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Mean token state of some rows of the table, (rows, hidden)."""
    found = np.zeros((len(rows), table.states.shape[1]), np.float32)
    order = np.argsort(table.sizes[rows], kind="stable")
    short = frozen.short_numbers("cpu")
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=short):
        for start in range(0, len(order), 48):
            batch = order[start : start + 48]
            states, mask = gathered(table, rows[batch].tolist())
            found[batch] = model(states if short else states.float(), mask).float().numpy()
    return found


def train_member(table: Rows, member: int, weights: Path, cache: Path, device: str) -> Run:
    """Train one member to its last end, resuming where it stopped; its weights at every end are kept."""
    folder = cache / f"member{member}"
    folder.mkdir(parents=True, exist_ok=True)
    run = start(weights, folder, device)
    print(json.dumps({"rows": len(table.frame), "member": member, "step": run.step}), flush=True)
    for end in ENDS:
        if run.step <= end:
            train(run, table, member, end, folder)
            torch.save({"average": run.average}, folder / f"{end}.pt")
    return run


def main() -> None:
    """Train one member, resuming where it stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--member", type=int, choices=range(MEMBERS), default=0)
    parser.add_argument("--cache", type=Path, default=HERE / ".cache")
    parser.add_argument("--weights", type=Path, default=ENCODER / ".cache" / "pruned.npz")
    parser.add_argument("--corpus", type=Path, help="a corpus table made before (pickle)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    if options.device == "cpu":
        torch.set_num_threads(1)
    frame = pd.read_pickle(options.corpus) if options.corpus else data.corpus().rows
    frame = frame[frame["part"] == "train"].reset_index(drop=True)
    table = rows(frame, network.load(dict(np.load(options.weights))), options.cache / "states.pt")
    train_member(table, options.member, options.weights, options.cache, options.device)


if __name__ == "__main__":
    main()
