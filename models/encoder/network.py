"""The encoder in torch, lean enough to train on a processor: fused QKV, plain attention, no dropout.

The weights are those of transformers' BertModel under the short names of source.py; `load` and
`dump` go between the two. On two cores with bf16 this trains at about twice the speed of
transformers' own layers, whose fused attention has a slow backward pass on processors.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

Array = NDArray[np.float32]


class Layer(nn.Module):
    """One post-norm transformer layer."""

    def __init__(self, hidden: int = 384, heads: int = 12, ffn: int = 1536, eps: float = 1e-12) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(hidden, 3 * hidden)
        self.ao = nn.Linear(hidden, hidden)
        self.aln = nn.LayerNorm(hidden, eps=eps)
        self.fi = nn.Linear(hidden, ffn)
        self.fo = nn.Linear(ffn, hidden)
        self.oln = nn.LayerNorm(hidden, eps=eps)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """(texts, length, hidden) -> the same shape; `bias` (texts, 1, 1, length) is 0 or very negative."""
        texts, length, hidden = x.shape
        qkv = self.qkv(x).view(texts, length, 3, self.heads, hidden // self.heads).permute(2, 0, 3, 1, 4)
        weights = (qkv[0] @ qkv[1].transpose(-1, -2)) * (hidden // self.heads) ** -0.5 + bias
        seen = torch.softmax(weights, -1) @ qkv[2]
        x = self.aln(x + self.ao(seen.transpose(1, 2).reshape(texts, length, hidden)))
        return self.oln(x + self.fo(F.gelu(self.fi(x))))


class Encoder(nn.Module):
    """Embeddings and layers; `forward` gives the token states."""

    def __init__(self, words: int, layers: int = 12, hidden: int = 384, positions: int = 512) -> None:
        super().__init__()
        self.word = nn.Embedding(words, hidden)
        self.pos = nn.Embedding(positions, hidden)
        self.norm = nn.LayerNorm(hidden, eps=1e-12)
        self.layers = nn.ModuleList(Layer(hidden) for _ in range(layers))

    def embed(self, ids: Tensor) -> Tensor:
        """(texts, length) ids -> (texts, length, hidden), before the first layer."""
        return self.norm(self.word(ids) + self.pos(torch.arange(ids.shape[1])))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Token states (texts, length, hidden) after the last layer."""
        return self.run(self.embed(ids), mask, 0)

    def run(self, x: Tensor, mask: Tensor, first: int, last: int | None = None) -> Tensor:
        """`x` through layers `first` to `last` (exclusive)."""
        bias = ((1 - mask.float()) * -10000.0)[:, None, None, :].to(x.dtype)
        for layer in self.layers[first:last]:
            x = layer(x, bias)
        return x


def mean(states: Tensor, mask: Tensor) -> Tensor:
    """Mean over the tokens that are not padding: (texts, hidden) float32."""
    column = mask.float()[:, :, None]
    return (states.float() * column).sum(1) / column.sum(1)


def load(weights: dict[str, Array]) -> Encoder:
    """A network with the given weights (short names)."""
    layers = 1 + max(int(name[1:].split(".")[0]) for name in weights if name[0] == "l")
    network = Encoder(len(weights["emb.word"]), layers)
    state = {
        "word.weight": weights["emb.word"],
        "pos.weight": weights["emb.pos"] + weights["emb.type"][:1],
        "norm.weight": weights["emb.ln.w"],
        "norm.bias": weights["emb.ln.b"],
    }
    for i in range(layers):
        for end, kind in (("w", "weight"), ("b", "bias")):
            state[f"layers.{i}.qkv.{kind}"] = np.concatenate(
                [weights[f"l{i}.{part}.{end}"] for part in "qkv"]
            )
            for part in ("ao", "aln", "fi", "fo", "oln"):
                state[f"layers.{i}.{part}.{kind}"] = weights[f"l{i}.{part}.{end}"]
    network.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in state.items()})
    return network


def dump(network: Encoder) -> dict[str, Array]:
    """The weights of a network by short name; the token type row is folded into the positions."""
    state = {name: value.detach().float().numpy() for name, value in network.state_dict().items()}
    weights = {
        "emb.word": state["word.weight"],
        "emb.pos": state["pos.weight"],
        "emb.type": np.zeros((1, state["pos.weight"].shape[1]), np.float32),
        "emb.ln.w": state["norm.weight"],
        "emb.ln.b": state["norm.bias"],
    }
    for i in range(len(network.layers)):
        for end, kind in (("w", "weight"), ("b", "bias")):
            for part, rows in zip("qkv", np.split(state[f"layers.{i}.qkv.{kind}"], 3), strict=True):
                weights[f"l{i}.{part}.{end}"] = rows
            for part in ("ao", "aln", "fi", "fo", "oln"):
                weights[f"l{i}.{part}.{end}"] = state[f"layers.{i}.{part}.{kind}"]
    return weights
