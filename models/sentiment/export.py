"""Writes what fine-tuning changed as ``upper.onnx``: the layers above the encoder's trunk, with heads, int8.

The output ``logits`` holds, side by side, three numbers for sentiment (negative, neutral,
positive), five for the dialect (msa, egy, gulf, lev, mag) and two for sarcasm (no, yes).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch

from models.encoder import graph, network
from models.sentiment import finetune


def averaged(checkpoint: Path, weights: Path) -> finetune.Model:
    """The model with the averaged weights of a run's checkpoint."""
    model = finetune.Model(network.load(dict(np.load(weights))))
    model.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
    return model.eval()


def export(model: finetune.Model, file: Path) -> None:
    """Write the upper layers and heads of `model` to `file`.

    The lower layers are those of models/encoder/trunk.onnx; the running average moved them by
    rounding errors only, and fine-tuning not at all.
    """
    weights = network.dump(model.encoder)
    heads = (model.sentiment, model.dialect, model.sarcasm)
    weights["head.w"] = np.concatenate([head.weight.detach().numpy() for head in heads])
    weights["head.b"] = np.concatenate([head.bias.detach().numpy() for head in heads])
    onnx.save(graph.upper(weights), file)
