"""Trains the fast tier: a tokenizer, and a table of hashed runs fitted to soft labels.

Takes: texts with target probabilities (the fine-tuned model's, or human labels). Gives: the files
``fast.npz`` and ``fast-tokenizer.json`` that voc/meaning/fast_tier.py loads.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from voc.meaning.fast_tier import Hasher

BITS = 19
PIECES = 12_000
PENALTY = 10.0  # inverse strength
Numbers = NDArray[np.float64]

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


def fit(texts: list[str], targets: Numbers, weights: Numbers, folder: Path) -> None:
    """Fit the table to `targets` (n, 3) by weighted cross-entropy with an L2 penalty; saved in `folder`.

    Multinomial logistic regression; rare runs weigh more (idf), which only changes how strongly the
    penalty holds them and is multiplied into the table in the end.
    """
    hasher = Hasher(folder / "fast-tokenizer.json", BITS)
    rows, owner = hasher.runs(texts)
    runs = np.bincount(owner, minlength=len(texts))
    values = 1 / np.sqrt(np.maximum(runs, 1))[owner]
    found = sparse.csr_matrix((values, (owner, rows)), shape=(len(texts), 2**BITS))
    used = np.unique(found.indices)
    found = found[:, used]
    idf = np.log((1 + len(texts)) / (1 + found.getnnz(axis=0))) + 1
    scaled = found @ sparse.diags(idf)
    every = sparse.vstack([scaled] * 3, format="csr")  # each text once per class, weighted by its target
    classes = np.repeat(np.arange(3), len(texts))
    model = LogisticRegression(C=PENALTY, max_iter=80, tol=1e-3)
    model.fit(every, classes, sample_weight=(targets * weights[:, None]).T.ravel())
    table = np.zeros((2**BITS, 3))
    table[used] = (model.coef_ * idf).T
    scale = np.quantile(np.abs(table[used]), 0.9998, axis=0) / 127
    integers = np.clip(np.rint(table / scale), -127, 127).astype(np.int8)
    np.savez_compressed(folder / "fast.npz", table=integers, scale=scale, bias=model.intercept_)
