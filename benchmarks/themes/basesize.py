"""What a base-size transformer reaches on the restaurant categories when all of it is fine-tuned in the usual
way, under the protocol of `finetuned.py`: the comparator of the themes table. Needs the extra `train`.

    python -m benchmarks.themes.basesize MODEL [--epochs 8] [--rate 5e-5] [--threads 1]

MODEL is a folder or a Hugging Face name, for instance sentence-transformers/all-mpnet-base-v2 (109 M
parameters, Apache-2.0). The threshold comes from a third of the train split, as for ours.
"""

from __future__ import annotations

import argparse
import json
import time
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from torch import Tensor, nn

from benchmarks.themes.aspects import Sentences, load
from benchmarks.themes.finetuned import SEED, Inputs, trained

SET: Final = ("absa_en15", "restaurant")
BATCH: Final = 16
OUT: Final = Path(__file__).resolve().parents[1] / "results" / "themes-basesize.json"
Numbers = NDArray[np.float64]


class Model(nn.Module):
    """The whole transformer and one sigmoid per category on its mean token state."""

    def __init__(self, name: str, categories: int) -> None:
        from transformers import AutoModel

        super().__init__()
        self.encoder = AutoModel.from_pretrained(name, dtype=torch.float32)
        self.head = nn.Linear(self.encoder.config.hidden_size, categories)
        nn.init.zeros_(self.head.weight)
        nn.init.constant_(self.head.bias, -3.0)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Logits (texts, categories)."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        weight = mask.unsqueeze(-1).to(states.dtype)
        pooled = (states * weight).sum(1) / weight.sum(1)
        return self.head(F.dropout(pooled, 0.1, self.training))


def main() -> None:
    """Fine-tune, test and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    found = evaluate(load(*SET), given.model, given.epochs, given.rate)
    OUT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found))


def evaluate(data: Sentences, name: str, epochs: int, rate: float) -> dict[str, Any]:
    """Micro-F1 on the test split, with the threshold of a held-out third of the train split."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(name)
    ids = [tokenizer(text, truncation=True, max_length=160)["input_ids"] for text in data.texts]
    begun = time.process_time()
    train, test = np.flatnonzero(data.train), np.flatnonzero(~data.train)
    fold = np.random.default_rng(0).integers(0, 3, len(train))
    held = train[fold == 0]
    chosen, _ = tuned(data, ids, name, train[fold != 0], held, epochs, rate)
    steps = np.arange(0.15, 0.6, 0.05).tolist()
    threshold = max(steps, key=lambda t: f1_score(data.labels[held], chosen > t, average="micro"))
    probabilities, size = tuned(data, ids, name, train, test, epochs, rate)
    return {
        "set": " ".join(SET),
        "model": Path(name).name,
        "parameters_million": round(size / 1e6, 1),
        "train": len(train),
        "test": len(test),
        "epochs": epochs,
        "rate": rate,
        "threshold": round(threshold, 2),
        "micro_f1": float(f1_score(data.labels[test], probabilities > threshold, average="micro")),
        "micro_f1_at_half": float(f1_score(data.labels[test], probabilities > 0.5, average="micro")),
        "processor_minutes": round((time.process_time() - begun) / 60, 1),
    }


def tuned(
    data: Sentences,
    ids: list[list[int]],
    name: str,
    fit_on: NDArray[Any],
    predict_for: NDArray[Any],
    epochs: int,
    rate: float,
) -> tuple[Numbers, int]:
    """Probabilities (rows of `predict_for`, categories) after training on `fit_on`, and the model's size."""
    torch.manual_seed(SEED)
    model = Model(name, len(data.categories))
    groups = [
        {"params": list(model.encoder.parameters()), "lr": rate},
        {"params": list(model.head.parameters()), "lr": 20 * rate},
    ]
    inputs = Inputs([len(row) for row in ids], partial(_padded, ids))
    found = trained(model, groups, inputs, data.labels, fit_on, predict_for, epochs, BATCH)
    return found, sum(p.numel() for p in model.parameters())


def _padded(ids: list[list[int]], rows: list[int]) -> tuple[Tensor, Tensor]:
    """Token ids padded to the longest, and the mask."""
    length = max(len(ids[i]) for i in rows)
    out = torch.zeros(len(rows), length, dtype=torch.long)
    mask = torch.zeros_like(out)
    for row, i in enumerate(rows):
        out[row, : len(ids[i])] = torch.tensor(ids[i])
        mask[row, : len(ids[i])] = 1
    return out, mask


if __name__ == "__main__":
    main()
