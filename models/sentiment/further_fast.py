"""Trains a shipped fast tier further from its own files: more texts, a newer teacher, no word read again.

distil.py begins with the accurate model's vectors of every single word, which takes most of its time. Here
the start is the shipped student (`reopened`: its whole numbers are its weights in known units), so that only
whole texts are learned from: what the accurate model says of them, and their labels. Most are made
(variants.py): there are too few real ones in English. A draw of single words, as the student read them
before, keeps it from forgetting those that no text holds.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from models.sentiment import distil, export, variants
from models.sentiment.lessons import Teacher
from voc.meaning import calibration, fast_tier
from voc.meaning.fast_words import UNKNOWN, Words

HERE = Path(__file__).resolve().parent
# How often a row is drawn beside one of weight 1.
WEIGHTS = {
    "umsab": 5.0, "tweeteval": 6.0, "arsarcasm_v2": 1.5, "ajgt": 2.0, "saudi_tourism": 2.0, "skytrax": 1.5,
    "ar_emoji": 0.4, "own": 2.0,
}  # fmt: skip
MADE_ARABIC = 0.5  # the same of a made text in Arabic letters; there are many real ones
WORD = 0.35
WORDS = 20_000  # single words in the draw
RATES = (1e-3, 2e-3)  # of the layers, of the word vectors
TRUST, ENGLISH_TRUST, NOISY_TRUST = 0.6, 0.3, 0.1  # of labels; of the few English ones; of those by emoji
MEANING = 0.3  # of the distance to the accurate model's vector
EPOCHS = 4.0
HIDE = 0.06  # share of words hidden
KEPT = 0.5  # share of the way that is gone
Numbers = NDArray[np.float64]


def reopened(folder: Path) -> tuple[distil.Student, list[str]]:
    """The student saved in `folder` (``fast.npz``, ``fast-words.txt``) as a network to train, and its words.

    A unit of vectors and one of windows are free, because the next layer's weights make up for them; they are
    chosen so that both are about as large as distil.py has them.
    """
    saved = dict(np.load(folder / "fast.npz"))
    words = (folder / "fast-words.txt").read_text(encoding="utf-8").split("\n")
    student = distil.Student(len(saved["vectors"]))
    whole = saved["vectors"].astype(np.float64)
    unit, windows_unit = 0.3 / whole[UNKNOWN + 1 :].std(), 1e-3
    widths = (2 * distil.WINDOWS, distil.DIM)
    units = fast_tier.FINER / np.repeat([windows_unit, unit], widths)[:, None]
    window = saved["window"] * saved["window_unit"].astype(np.float64)[None, :, None] * windows_unit / unit
    weights = {
        "vectors.weight": whole * unit,
        "window.weight": window.transpose(1, 2, 0),
        "window.bias": saved["window_bias"].astype(np.float64) * windows_unit,
        "hidden.weight": (saved["hidden"] * saved["hidden_unit"] * units).T,
        "hidden.bias": saved["hidden_bias"],
        "plain.weight": (saved["plain"] * saved["plain_unit"] * units).T,
        "plain.bias": np.zeros(3),
        "out.weight": (saved["out"] * saved["out_unit"] * fast_tier.HIDDEN_FINER).T,
        "out.bias": saved["out_bias"],
    }
    state = {name: torch.from_numpy(np.ascontiguousarray(value)).float() for name, value in weights.items()}
    student.load_state_dict(state, strict=False)  # heads that only distil.py's training needs stay as drawn
    return student, words


def lessons(
    rows: pd.DataFrame, made: list[str], student: distil.Student, words: list[str], teacher: Teacher
) -> distil.Lessons:
    """Training texts with the teacher's word and their label; made texts with that alone; single words as
    `student` reads them now."""
    table = everything(rows, made)
    known = Words(words)
    short = [" ".join(text.split()[: distil.LONGEST]) for text in table["text"]]
    numbers = [found[: distil.LONGEST] for found in known.numbers(short)]
    read, vectors, said = teacher.kept(table)
    keep = np.array([bool(found) for found in numbers]) & ((table["label"] >= 0).to_numpy() | read)
    table, numbers = table[keep].reset_index(drop=True), [numbers[i] for i in np.flatnonzero(keep)]
    read, vectors, said = read[keep], vectors[keep], said[keep]
    rng = np.random.default_rng(distil.SEED)
    drawn = [[int(n)] for n in rng.choice(np.arange(UNKNOWN + 1, len(words) + 2), WORDS, replace=False)]
    n = len(drawn)
    all_numbers = numbers + drawn
    shorter = [known.taken_apart(word, itself=False) for word in words]
    parts = {i: found for i, found in enumerate(shorter, start=UNKNOWN + 1) if UNKNOWN not in found}
    scaled = (vectors.astype(np.float32) - vectors[read].astype(np.float32).mean(0)) / vectors[read].std()
    return distil.Lessons(
        all_numbers,
        [[part for word in one for part in parts.get(word, [word])][: distil.LONGEST] for one in all_numbers],
        torch.from_numpy(np.append(read, np.ones(n)).astype(np.float32)),
        torch.from_numpy(np.concatenate([said[:, :3], logits(student, drawn)])),
        torch.from_numpy(scaled.astype(np.float16)),  # none for single words
        torch.from_numpy(np.append(table["label"].to_numpy(np.int64), np.full(n, -1))),
        torch.from_numpy(np.append(trust(table), np.zeros(n)).astype(np.float32)),
        np.append(weights(table), np.full(n, WORD)),
    )


def everything(rows: pd.DataFrame, made: list[str]) -> pd.DataFrame:
    """Training rows and made texts, each text once: `text, label, set, lang`; label -1 and set ``made``."""
    real = rows[rows["part"] == "train"]
    script = [calibration.script(text) for text in made]
    more = pd.DataFrame({"text": made, "label": -1, "set": "made", "lang": script})
    both = pd.concat([real[["text", "label", "set", "lang"]], more], ignore_index=True)
    return both.drop_duplicates("text").reset_index(drop=True)


def weights(table: pd.DataFrame) -> Numbers:
    """How often each row is drawn, beside one of weight 1."""
    found = np.array(table["set"].map(WEIGHTS).fillna(1.0), np.float64)
    found[((table["set"] == "made") & (table["lang"] == calibration.ARABIC)).to_numpy()] = MADE_ARABIC
    return found


def trust(table: pd.DataFrame) -> Numbers:
    """How much each row's label counts beside the teacher's word."""
    found = np.full(len(table), TRUST)
    found[(table["lang"] == calibration.ENGLISH).to_numpy()] = ENGLISH_TRUST
    found[(table["set"] == "ar_emoji").to_numpy()] = NOISY_TRUST
    return found


def logits(student: distil.Student, numbers: list[list[int]]) -> NDArray[np.float32]:
    """What the student says of texts given as word numbers, (n, 3)."""
    student.eval()
    with torch.no_grad():
        parts = [student(distil.padded(numbers[i : i + 512]))[0] for i in range(0, len(numbers), 512)]
    found: NDArray[np.float32] = torch.cat(parts).numpy()
    return found


def loss_of(
    student: distil.Student, known: distil.Lessons, batch: NDArray[np.int64], rng: np.random.Generator
) -> Tensor:
    """Divergence from the teacher and distance to its vector where it read the text, and the label's cost."""
    rows = [known.apart[i] if rng.random() < distil.APART else known.numbers[i] for i in batch]
    found, _, meaning = student(distil.padded(rows, rng, HIDE))
    at = torch.from_numpy(batch)
    label = known.label[at]
    said = F.cross_entropy(found, label.clamp(min=0), reduction="none", label_smoothing=0.05)
    told = distil.divergence(found, known.logits[at]) * known.read[at]
    loss = (told + said * (label >= 0) * known.trust[at]).mean()
    text = (at < len(known.vectors)) & (known.read[at] > 0)
    away = ((meaning[text] - known.vectors[at[text]].float()) ** 2).mean(1)
    return loss + MEANING * away.sum() / len(batch)


def train(rows: pd.DataFrame, cache: Path, wordnet: Path | None, vader: Path | None) -> None:
    """Read texts with the accurate model of this folder, train its fast tier on, and save it.

    Args:
        rows: of data.py.
        cache: keeps what was read.
        wordnet: folder of the dictionary, or None to go without its examples.
        vader: folder of VADER's test texts, or None to go without them.
    """
    torch.manual_seed(distil.SEED)
    teacher = Teacher(HERE / export.TEACHER, cache)
    student, words = reopened(HERE)
    made = variants.made(rows, words, wordnet)[: variants.READS]
    made += variants.more(words, vader)[: variants.MORE]
    table = everything(rows, made)
    teacher.read(table, len(table))
    known = lessons(rows, made, student, words, teacher)
    distil.fit(student, known, loss_of, RATES, EPOCHS)
    before, after = reopened(HERE)[0].state_dict(), student.state_dict()
    shared = {name: value + KEPT * (after[name] - value) for name, value in before.items()}
    student.load_state_dict(shared)
    distil.save(student, words, HERE)
