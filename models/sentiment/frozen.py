"""Training rows as tensors, and the output of the layers that are not trained, computed once per text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from models.encoder import network

ENCODER = Path(__file__).resolve().parent.parent / "encoder"
LONGEST = 160  # word pieces a training text may have
FROZEN = 6  # layers that stay as they are, counted from below
DIALECTS = ("msa", "egy", "gulf", "lev", "mag")
# Annotators draw the line of "neutral" differently. Sets that draw it alike share a change of the common head
# while training, so that the common head learns what they agree on; only that one is shipped.
GROUPS = {
    "umsab": 0, "tweeteval": 0, "arsarcasm_v2": 1, "ajgt": 2, "saudi_tourism": 3, "absa_ar_hotels": 4,
    "ksa_google": 5, "sehhaty": 5, "skytrax": 5, "saas_nps": 5, "ar_emoji": 6, "own": 7,
}  # fmt: skip
TRUST = {"ar_emoji": 0.4, "ksa_google": 0.7, "sehhaty": 0.7, "skytrax": 0.7, "saas_nps": 0.7}


@dataclass(frozen=True)
class Rows:
    """The training rows as arrays; a missing side label is -1.

    `states[starts[i] : starts[i] + sizes[i]]` is what the frozen layers give for row i.
    """

    states: Tensor
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    label: Tensor
    dialect: Tensor
    sarcasm: Tensor
    group: Tensor
    trust: Tensor
    frame: pd.DataFrame

    def part(self, rows: NDArray[np.int64]) -> Rows:
        """Some of the rows."""
        columns = (self.label, self.dialect, self.sarcasm, self.group, self.trust)
        frame = self.frame.iloc[rows].reset_index(drop=True)
        return Rows(
            self.states, self.starts[rows], self.sizes[rows], *(column[rows] for column in columns), frame
        )


def rows(frame: pd.DataFrame, encoder: network.Encoder, store: Path) -> Rows:
    """A corpus table (models/sentiment/data.py) as arrays; `store` keeps the frozen layers' output."""
    states, starts, sizes = frozen_states(list(frame["text"]), encoder, store)
    human = frame["set"] == "arsarcasm_v2"  # the one set with both side labels
    dialect = frame["dialect"].map({name: i for i, name in enumerate(DIALECTS)}).where(human)
    sarcasm = frame["sarcasm"].map({1: 1, 0: 0}).where(human)
    return Rows(
        states,
        starts,
        sizes,
        torch.tensor(frame["label"].to_numpy(np.int64)),
        torch.tensor(dialect.fillna(-1).to_numpy(np.int64)),
        torch.tensor(sarcasm.fillna(-1).to_numpy(np.int64)),
        torch.tensor(frame["set"].map(GROUPS).to_numpy(np.int64)),
        torch.tensor(frame["set"].map(TRUST).fillna(1.0).to_numpy(np.float32)),
        frame,
    )


def frozen_states(
    texts: list[str], encoder: network.Encoder, store: Path
) -> tuple[Tensor, NDArray[np.int64], NDArray[np.int64]]:
    """Token states after the frozen layers, (pieces of all texts, hidden) bf16, and where each text lies.

    Texts already in `store` are not computed again.
    """
    tokenizer = Tokenizer.from_file(str(ENCODER / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST)
    known: dict[str, tuple[int, int]] = {}
    kept = [torch.zeros(0, 384, dtype=torch.bfloat16)]
    if store.exists():
        saved = torch.load(store, weights_only=True)
        known, kept = saved["places"], [saved["states"]]
    at = len(kept[0])
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    encoded = [row.ids for row in tokenizer.encode_batch(["query: " + text for text in missing])]
    order = sorted(range(len(missing)), key=lambda i: len(encoded[i]))
    for start in range(0, len(order), 48):
        batch = order[start : start + 48]
        ids, mask = padded([encoded[i] for i in batch])
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=short_numbers("cpu")):
            states = encoder.run(encoder.embed(ids), mask, 0, FROZEN).bfloat16()
        for row, i in enumerate(batch):
            kept.append(states[row, : len(encoded[i])].clone())
            known[missing[i]] = (at, len(encoded[i]))
            at += len(encoded[i])
        if start % 4800 == 0:
            print(f"frozen layers: {start} of {len(order)}", flush=True)
    states = torch.cat(kept)
    if missing:
        torch.save({"places": known, "states": states}, store)
    places = np.array([known[text] for text in texts], np.int64)
    return states, places[:, 0], places[:, 1]


def short_numbers(device: str) -> bool:
    """Whether bfloat16 is the faster choice: on a processor without it, float32 is, ten times over."""
    return device != "cpu" or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def padded(ids: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Ids and mask, (texts, longest)."""
    length = max(map(len, ids))
    out = torch.ones(len(ids), length, dtype=torch.long)
    mask = torch.zeros(len(ids), length, dtype=torch.long)
    for row, one in enumerate(ids):
        out[row, : len(one)] = torch.tensor(one)
        mask[row, : len(one)] = 1
    return out, mask


def gathered(table: Rows, batch: list[int]) -> tuple[Tensor, Tensor]:
    """Frozen states (texts, longest, hidden) and mask of some rows."""
    longest = int(max(table.sizes[i] for i in batch))
    states = torch.zeros(len(batch), longest, table.states.shape[1], dtype=table.states.dtype)
    mask = torch.zeros(len(batch), longest, dtype=torch.long)
    for row, i in enumerate(batch):
        states[row, : table.sizes[i]] = table.states[table.starts[i] : table.starts[i] + table.sizes[i]]
        mask[row, : table.sizes[i]] = 1
    return states, mask
