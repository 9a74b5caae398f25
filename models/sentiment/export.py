"""Writes what fine-tuning changed as ``teacher.onnx``: the layers above the trunk, with heads, int8.

The output ``logits`` holds, side by side: three log-probabilities of the sentiment (negative, neutral,
positive), mixed by models/sentiment/gate.py from the heads of the groups of sets; five numbers for the
dialect (msa, egy, gulf, lev, mag); two for sarcasm (no, yes); three probabilities of the genre (tweet,
review, phrase).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.encoder import graph, network
from models.sentiment import finetune, gate
from voc.meaning.heads import DIALECTS, GENRES

TEACHER = "teacher.onnx"  # of all twelve layers; what is shipped learns from it (shallow.py)
SIDES = len(DIALECTS) + 2  # numbers that pass as they are: dialect and sarcasm
Array = NDArray[np.float32]


def blended(checkpoints: Sequence[Path], weights: Path) -> finetune.Model:
    """The model whose weights are the mean of the checkpoints' averaged weights."""
    members = [torch.load(path, weights_only=True)["average"] for path in checkpoints]
    model = finetune.Model(network.load(dict(np.load(weights))))
    means = {name: torch.stack([member[name] for member in members]).mean(0) for name in members[0]}
    model.load_state_dict(means)
    return model.eval()


def export(model: finetune.Model, gated: tuple[Array, Array], file: Path) -> None:
    """Write the upper layers and heads of `model` with the gate's weights and biases to `file`.

    The lower layers are those of models/encoder/trunk.onnx; the running average moved them by
    rounding errors only, and fine-tuning not at all.
    """
    weights = network.dump(model.encoder)
    common, change = model.sentiment, model.change
    groups = len(gated[1])
    experts = (
        common.weight.repeat(groups, 1) + change.weight,
        common.bias.repeat(groups) + change.bias,
    )
    parts = [experts, *((head.weight, head.bias) for head in (model.dialect, model.sarcasm))]
    arrays = [(w.detach().numpy(), b.detach().numpy()) for w, b in parts] + [gated]
    weights["head.w"] = np.concatenate([w for w, _ in arrays])
    weights["head.b"] = np.concatenate([b for _, b in arrays])
    onnx.save(mixed(graph.upper(weights), groups), file)


def mixed(model: onnx.ModelProto, groups: int) -> onnx.ModelProto:
    """`model` with its heads mixed by the gate. Element by element only: a row depends on itself alone."""
    nodes = model.graph.node
    for node in nodes:
        for i, output in enumerate(node.output):
            if output == "logits":
                node.output[i] = "numbers"
    widths = [3] * groups + [SIDES, groups]
    parts = [f"head.{g}" for g in range(groups)]
    model.graph.initializer.append(numpy_helper.from_array(np.array(widths, np.int64), "head.widths"))
    nodes.append(helper.make_node("Split", ["numbers", "head.widths"], [*parts, "sides", "gate"], axis=1))
    nodes.append(helper.make_node("Softmax", ["gate"], ["gate.p"], axis=1))
    shares = [f"gate.{g}" for g in range(groups)]
    nodes.append(helper.make_node("Split", ["gate.p"], shares, axis=1, num_outputs=groups))
    for part, share in zip(parts, shares, strict=True):
        nodes.append(helper.make_node("Softmax", [part], [f"{part}.p"], axis=1))
        nodes.append(helper.make_node("Mul", [f"{part}.p", share], [f"{part}.share"]))
    nodes.append(helper.make_node("Sum", [f"{part}.share" for part in parts], ["feeling.p"]))
    nodes.append(helper.make_node("Log", ["feeling.p"], ["feeling"]))
    genres = gate.genres()
    for genre in range(len(GENRES)):
        mine = [share for share, one in zip(shares, genres, strict=True) if one == genre]
        nodes.append(helper.make_node("Sum", mine, [f"genre.{genre}"]))
    names = ["feeling", "sides", *(f"genre.{genre}" for genre in range(len(GENRES)))]
    nodes.append(helper.make_node("Concat", names, ["logits"], axis=1))
    del model.graph.output[:]
    width = 3 + SIDES + len(GENRES)
    model.graph.output.append(helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["texts", width]))
    onnx.checker.check_model(model)
    return model
