"""Trains the fast tier: a tokenizer, and a table of hashed runs fitted to soft labels.

Takes: texts with target probabilities (the fine-tuned model's, or human labels). Gives: the files
``fast.npz`` and ``fast-tokenizer.json`` that voc/meaning/fast_tier.py loads.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from voc.meaning.fast_tier import Hasher

BITS = 19
PIECES = 12_000
SEED = 20_240_101

# The spelling steps of recipe for_matching that matter most, written for the tokenizers library.
_SPELLING = [
    normalizers.NFKC(),
    normalizers.Lowercase(),
    normalizers.Replace(Regex(r"https?://\S+|www\.\S+"), " http "),
    normalizers.Replace(Regex(r"@[A-Za-z0-9_]+"), " @user "),
    normalizers.Replace(
        Regex("[\u064b-\u0652\u0670\u0640\ufe0f\u200b-\u200f\u202a-\u202e\u2066-\u2069]"), ""
    ),
    normalizers.Replace(Regex("[\u0622\u0623\u0625\u0671]"), "\u0627"),  # alef forms
    normalizers.Replace("\u0649", "\u064a"),  # alef maqsura
    normalizers.Replace("\u0629", "\u0647"),  # ta marbuta
    normalizers.Replace("_", " "),
]


def make_tokenizer(texts: list[str], file: Path) -> None:
    """A byte-pair tokenizer of about 12,000 pieces with spelling normalization, saved to `file`."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence(_SPELLING)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\p{L}+[\p{L}'2-9]*|\p{N}+|[^\s\p{L}\p{N}]"), "isolated"),
            pre_tokenizers.WhitespaceSplit(),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=PIECES, special_tokens=["<unk>"], min_frequency=3, limit_alphabet=1500, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.save(str(file))


def fit(
    texts: list[str],
    targets: NDArray[np.float32],
    weights: NDArray[np.float32],
    folder: Path,
    epochs: int = 8,
) -> None:
    """Fit the table to `targets` (n, 3) by weighted cross-entropy and save it in `folder`."""
    torch.manual_seed(SEED)
    hasher = Hasher(folder / "fast-tokenizer.json", BITS)
    rows, owner = hasher.runs(texts)
    order = np.argsort(owner, kind="stable")
    rows, starts = rows[order], np.searchsorted(owner[order], np.arange(len(texts) + 1))
    table = torch.nn.Embedding(2**BITS, 3, sparse=True)
    torch.nn.init.zeros_(table.weight)
    bias = torch.zeros(3, requires_grad=True)
    optimizers = [torch.optim.SparseAdam(table.parameters(), lr=0.02), torch.optim.Adam([bias], lr=0.01)]
    rng = np.random.default_rng(SEED)
    for epoch in range(epochs):
        for group in optimizers[0].param_groups:
            group["lr"] = 0.02 * (1 - epoch / epochs)
        for batch in np.array_split(rng.permutation(len(texts)), max(1, len(texts) // 256)):
            sizes = starts[batch + 1] - starts[batch]
            picked = np.concatenate([rows[starts[i] : starts[i + 1]] for i in batch])
            inner = torch.from_numpy(np.repeat(np.arange(len(batch)), sizes))
            keep = torch.rand(len(picked)) < 0.8  # run dropout: evidence is spread over several runs
            found = table(torch.from_numpy(picked)) * keep[:, None] / 0.8
            sums = torch.zeros(len(batch), 3).index_add(0, inner, found)
            logits = sums / torch.from_numpy(np.sqrt(np.maximum(sizes, 1))).float()[:, None] + bias
            each = F.cross_entropy(logits, torch.from_numpy(targets[batch]), reduction="none")
            (each * torch.from_numpy(weights[batch])).mean().backward()
            for optimizer in optimizers:
                optimizer.step()
                optimizer.zero_grad()
    values = table.weight.detach().numpy()
    limit = np.quantile(np.abs(values[np.abs(values).max(1) > 0]), 0.9995, axis=0)
    scale = limit / 127
    integers = np.clip(np.rint(values / scale), -127, 127).astype(np.int8)
    np.savez_compressed(
        folder / "fast.npz",
        table=integers,
        scale=scale.astype(np.float64),
        bias=bias.detach().numpy().astype(np.float64),
    )
