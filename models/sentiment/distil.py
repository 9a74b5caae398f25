"""Distils the fast tier from the accurate model: word vectors, windows of three words, a small network.

    python -m models.sentiment.distil [--reads 130000] [--corpus corpus.pkl]

Word vectors start as the accurate model's vectors of single words (their first 128 principal
components). The network then learns, on words, spans and whole texts, the accurate model's
probabilities and vectors, and the labels where people or stars gave one. About two minutes on one core once
the accurate model has read the texts (some 100 to 400 a second on one core, kept in the cache folder).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from models.sentiment import data, export
from models.sentiment.lessons import Teacher, texts, vocabulary, word_rows
from voc.meaning import fast_tier
from voc.meaning.fast_words import UNKNOWN, Words

HERE = Path(__file__).resolve().parent
SEED = 20_240_101
DIM, WINDOWS, HIDDEN = 128, 256, 192
LONGEST = 64  # words of a text that is trained on
BATCH = 256
READS = 130_000  # texts that the accurate model reads
TIMES = 4.0  # how often a text of weight 1 is seen
SETS = {"umsab": 4.0, "tweeteval": 4.0, "saudi_tourism": 2.0, "ajgt": 2.0, "own": 1.5, "ar_emoji": 0.5}
WORD_WEIGHT = 0.35
HIDE, APART = 0.1, 0.05  # shares of words hidden, and taken apart into shorter entries
Numbers = NDArray[np.float64]


class Student(nn.Module):
    """The network of voc/meaning/fast_tier.py, with heads that only training needs."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.vectors = nn.Embedding(words, DIM, padding_idx=0, sparse=True)
        self.window = nn.Conv1d(DIM, WINDOWS, fast_tier.WINDOW, padding=1)
        self.hidden = nn.Linear(2 * WINDOWS + DIM, HIDDEN)
        self.plain = nn.Linear(2 * WINDOWS + DIM, 3)
        self.out = nn.Linear(HIDDEN, 3)
        self.dialect = nn.Linear(HIDDEN, 5)
        self.meaning = nn.Linear(HIDDEN, 384)

    def forward(self, numbers: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of sentiment and dialect, and the accurate model's vector, for (texts, length) words."""
        there = (numbers > 0).float()[:, :, None]
        size = there.sum(1).clamp(min=1)
        e = F.dropout(self.vectors(numbers), 0.1, self.training)
        h = F.relu(self.window(e.transpose(1, 2))).transpose(1, 2) * there
        pooled = torch.cat([h.sum(1) / size, h.max(1).values, e.sum(1) / size], 1)
        pooled = F.dropout(pooled, 0.15, self.training)
        hidden = F.dropout(F.relu(self.hidden(pooled)), 0.15, self.training)
        return self.out(hidden) + self.plain(pooled), self.dialect(hidden), self.meaning(hidden)


@dataclass(frozen=True)
class Lessons:
    """Texts as word numbers, with what is known of each: the teacher's word (where `read`) and a label."""

    numbers: list[list[int]]
    apart: list[list[int]]  # the same, every word taken apart
    read: Tensor
    logits: Tensor
    vectors: Tensor
    label: Tensor
    trust: Tensor
    weight: Numbers


def lessons(table: pd.DataFrame, words: list[str], teacher: Teacher) -> Lessons:
    """The rows of `table` outside the calibration part that have a label or were read by the teacher."""
    read, vectors, logits = teacher.kept(table)
    labeled = (table["label"] >= 0) & (table["set"] != "ar_emoji")
    rows = np.flatnonzero((read | labeled.to_numpy()) & (table["part"] != "calibration").to_numpy())
    known_words = Words(words)
    numbers = [found[:LONGEST] for found in known_words.numbers(list(table["text"].iloc[rows]))]
    shorter = [known_words.taken_apart(word, itself=False) for word in words]
    parts = {i: found for i, found in enumerate(shorter, start=UNKNOWN + 1) if UNKNOWN not in found}
    keep = np.array([bool(found) for found in numbers])
    rows, numbers = rows[keep], [found for found in numbers if found]
    kind, source = table["kind"].to_numpy()[rows], table["set"].to_numpy()[rows]
    known = vectors[rows][read[rows]].astype(np.float32)
    scaled = (vectors[rows].astype(np.float32) - known.mean(0)) / known.std()
    weight = np.array([SETS.get(name, 1.0) for name in source]) * np.where(kind == "word", WORD_WEIGHT, 1.0)
    return Lessons(
        numbers,
        [[part for word in found for part in parts.get(word, [word])][:LONGEST] for found in numbers],
        torch.from_numpy(read[rows].astype(np.float32)),
        torch.from_numpy(logits[rows]),
        torch.from_numpy(scaled.astype(np.float16)),
        torch.from_numpy(table["label"].to_numpy()[rows]),
        torch.from_numpy(np.where(source == "ar_emoji", 0.1, 0.5).astype(np.float32)),
        weight,
    )


Loss = Callable[[Student, Lessons, NDArray[np.int64], np.random.Generator], Tensor]


def loss_of(student: Student, known: Lessons, batch: NDArray[np.int64], rng: np.random.Generator) -> Tensor:
    """Kullback-Leibler divergence to the teacher, cross-entropy of the label, distance to the vector."""
    rows = [known.apart[i] if rng.random() < APART else known.numbers[i] for i in batch]
    sentiment, dialect, meaning = student(padded(rows, rng))
    at = torch.from_numpy(batch)
    theirs, read, label = known.logits[at], known.read[at], known.label[at]
    loss = divergence(sentiment, theirs[:, :3]) * read
    loss = loss + 0.1 * divergence(dialect, theirs[:, 3:8]) * read
    loss = loss + 0.3 * ((meaning - known.vectors[at].float()) ** 2).mean(1) * read
    said = F.cross_entropy(sentiment, label.clamp(min=0), reduction="none", label_smoothing=0.05)
    return (loss + said * (label >= 0) * known.trust[at]).mean()


def divergence(ours: Tensor, theirs: Tensor) -> Tensor:
    """Kullback-Leibler divergence of each row's probabilities, both given as logits."""
    found = F.kl_div(F.log_softmax(ours, 1), F.softmax(theirs, 1), reduction="none")
    return found.sum(1)


def padded(rows: list[list[int]], rng: np.random.Generator | None = None, hide: float = HIDE) -> Tensor:
    """Word numbers as (texts, length), zero behind the end; with `rng` a share of the words is hidden."""
    length = max(fast_tier.WINDOW, max(map(len, rows)))
    found = np.zeros((len(rows), length), np.int64)
    for i, row in enumerate(rows):
        found[i, : len(row)] = row
    if rng is not None:
        found[(found > 0) & (rng.random(found.shape) < hide)] = UNKNOWN
    return torch.from_numpy(found)


def fit(
    student: Student,
    known: Lessons,
    loss_of: Loss = loss_of,
    rates: tuple[float, float] = (1e-3, 2e-3),
    times: float = TIMES,
) -> None:
    """Train with rates (of the layers, of the word vectors) that fall to zero."""
    rng = np.random.default_rng(SEED)
    torch.manual_seed(SEED)
    vectors = student.vectors.weight
    others = [p for p in student.parameters() if p is not vectors]
    optimizers = [
        (rates[0], torch.optim.AdamW(others, weight_decay=0.01)),
        (rates[1], torch.optim.SparseAdam([vectors])),
    ]
    steps = int(times * known.weight.sum() / BATCH)
    share = known.weight / known.weight.sum()
    sizes = np.array([len(row) for row in known.numbers])
    student.train()
    step = 0
    while step < steps:
        drawn = rng.choice(len(share), min(16 * BATCH, len(share)), replace=False, p=share)
        drawn = drawn[np.argsort(sizes[drawn] + 3 * rng.random(len(drawn)))]  # of similar length
        for start in rng.permutation(np.arange(0, len(drawn), BATCH)):
            loss = loss_of(student, known, drawn[start : start + BATCH], rng)
            loss.backward()
            for rate, optimizer in optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = rate * max(0.0, 1 - step / steps) * min(1.0, (step + 1) / 50)
                optimizer.step()
                optimizer.zero_grad()
            step += 1
            if step % 200 == 0:
                print(f"step {step:,} of {steps:,} loss {loss.item():.3f}", flush=True)
    student.eval()


def started(words: list[str], table: pd.DataFrame, teacher: Teacher) -> Student:
    """A student whose word vectors are the principal components of the teacher's vectors of single words."""
    torch.manual_seed(SEED)
    read, vectors, _ = teacher.kept(table)
    means = np.zeros((len(words), vectors.shape[1]), np.float32)
    known = np.zeros(len(words), bool)
    for i, rows in enumerate(word_rows(words, table).values()):
        rows = [row for row in rows if read[row]]
        if rows:
            means[i], known[i] = vectors[rows].astype(np.float32).mean(0), True
    centered = means[known] - means[known].mean(0)
    sample = np.random.default_rng(SEED).permutation(len(centered))[:20_000]
    axes = np.linalg.svd(centered[sample], full_matrices=False)[2][:DIM]
    found = centered @ axes.T
    student = Student(len(words) + UNKNOWN + 1)
    with torch.no_grad():
        student.vectors.weight.zero_()
        student.vectors.weight[UNKNOWN + 1 :][torch.from_numpy(known)] = torch.from_numpy(
            found * np.float32(0.3 / found.std())
        )
    return student


def save(student: Student, words: list[str], folder: Path) -> None:
    """Write ``fast.npz`` and ``fast-words.txt``: every weight a whole number, with the units beside them."""
    of = {name: value.detach().double().numpy() for name, value in student.state_dict().items()}
    vectors = of["vectors.weight"]
    unit = np.quantile(np.abs(vectors), 0.9999, axis=0) / 127
    whole = np.clip(np.rint(vectors / unit), -127, 127)
    whole[0] = 0
    window = of["window.weight"] * unit[None, :, None]  # (windows, dim, places)
    step = np.abs(window).max((1, 2)) / 1023
    window = np.rint(window / step[:, None, None])
    largest = np.max([np.abs(whole @ window[:, :, k].T).max(0) for k in range(window.shape[2])], axis=0)
    windows_unit = largest * step / fast_tier.LARGEST
    units = np.concatenate([windows_unit, windows_unit, unit]) / fast_tier.FINER
    hidden, hidden_unit = _whole(of["hidden.weight"].T * units[:, None])
    plain, plain_unit = _whole(of["plain.weight"].T * units[:, None])
    out, out_unit = _whole(of["out.weight"].T / fast_tier.HIDDEN_FINER)
    room = 32_767 - fast_tier.WINDOW * fast_tier.LARGEST
    np.savez_compressed(
        folder / "fast.npz",
        vectors=whole.astype(np.int8),
        window=window.transpose(2, 0, 1).astype(np.int16),
        window_unit=(step / windows_unit).astype(np.float32),
        window_bias=np.clip(np.rint(of["window.bias"] / windows_unit), -room, room).astype(np.int16),
        hidden=hidden,
        hidden_unit=hidden_unit,
        hidden_bias=of["hidden.bias"],
        plain=plain,
        plain_unit=plain_unit,
        out=out,
        out_unit=out_unit,
        out_bias=of["out.bias"] + of["plain.bias"],
    )
    (folder / "fast-words.txt").write_text("\n".join(words), encoding="utf-8")


def _whole(weights: Numbers) -> tuple[NDArray[np.int16], Numbers]:
    unit = np.abs(weights).max(0) / 32_767
    return np.rint(weights / unit).astype(np.int16), unit


def distil(rows: pd.DataFrame, cache: Path, reads: int, folder: Path = HERE) -> None:
    """Read texts with the accurate model of `folder`, train a student, and save it there.

    Args:
        rows: of data.py, training and calibration part.
        cache: keeps what was read.
        reads: how many further texts to read at most.
    """
    table = texts(rows)
    teacher = Teacher(folder / export.TEACHER, cache)
    teacher.read(table, reads)
    words = vocabulary(table)
    student = started(words, table, teacher)
    fit(student, lessons(table, words, teacher))
    save(student, words, folder)


def main() -> None:
    """Distil from the exported accurate model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reads", type=int, default=READS)
    parser.add_argument("--cache", type=Path, default=HERE / ".cache" / "read")
    parser.add_argument("--corpus", type=Path, help="rows made before (pickle)")
    options = parser.parse_args()
    rows = pd.read_pickle(options.corpus) if options.corpus else data.corpus().rows
    distil(rows, options.cache, options.reads)


if __name__ == "__main__":
    main()
