"""Writes what fine-tuning changed as ``upper.onnx``: the layers above the encoder's trunk, with heads, int8.

The output ``logits`` holds, side by side, three numbers for sentiment (negative, neutral,
positive), five for the dialect (msa, egy, gulf, lev, mag), two for sarcasm (no, yes) and three for the
genre (tweet, review, phrase).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from models.encoder import graph, network
from models.sentiment import finetune

Array = NDArray[np.float32]


def blended(checkpoints: Sequence[Path], weights: Path) -> finetune.Model:
    """The model whose weights are the mean of the checkpoints' averaged weights."""
    members = [torch.load(path, weights_only=True)["average"] for path in checkpoints]
    model = finetune.Model(network.load(dict(np.load(weights))))
    means = {name: torch.stack([member[name] for member in members]).mean(0) for name in members[0]}
    model.load_state_dict(means)
    return model.eval()


def export(model: finetune.Model, genre: tuple[Array, Array], file: Path) -> None:
    """Write the upper layers and heads of `model`, and the head of models/sentiment/genre.py, to `file`.

    The lower layers are those of models/encoder/trunk.onnx; the running average moved them by
    rounding errors only, and fine-tuning not at all.
    """
    weights = network.dump(model.encoder)
    heads = (model.sentiment, model.dialect, model.sarcasm)
    weights["head.w"] = np.concatenate([*(head.weight.detach().numpy() for head in heads), genre[0]])
    weights["head.b"] = np.concatenate([*(head.bias.detach().numpy() for head in heads), genre[1]])
    onnx.save(graph.upper(weights), file)
