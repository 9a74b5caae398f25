"""The shapes of published models with random weights: speed needs no training, only the same work.

BERT-base as CAMeLBERT (12 layers, 768 wide, 30,000 pieces) and XLM-R-base as XLM-T (250,002 pieces),
each in torch float32 and as ONNX int8 by ONNX Runtime's own dynamic quantization.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import onnx

from models.encoder import graph

Batch = list[list[int]]
Run = Callable[[Batch], None]


@dataclass(frozen=True)
class Shape:
    """A published architecture."""

    name: str
    words: int
    hidden: int = 768
    layers: int = 12
    heads: int = 12
    ffn: int = 3072


SHAPES = (Shape("BERT-base (CAMeLBERT)", 30_000), Shape("XLM-R-base (XLM-T)", 250_002))


def in_torch(shape: Shape, threads: int) -> Run:
    import torch
    from transformers import BertConfig, BertModel

    torch.set_num_threads(threads)
    config = BertConfig(
        vocab_size=shape.words,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.ffn,
    )
    model = BertModel(config).eval()

    def run(batch: Batch) -> None:
        ids, mask = padded(batch)
        with torch.inference_mode():
            model(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask))

    return run


def in_onnx(shape: Shape, threads: int, folder: Path) -> Run:
    import onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic

    plain, small = folder / "plain.onnx", folder / f"{shape.words}.onnx"
    onnx.save(graph.build(random_weights(shape), shape.heads, quantize=False), plain)
    quantize_dynamic(
        plain,
        small,
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Gather"],
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},  # fused nodes have no inferred type
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(small), options, providers=["CPUExecutionProvider"])

    def run(batch: Batch) -> None:
        for _, same in groupby(batch, len):  # our graph takes texts of one length; batches come sorted
            session.run(["vectors"], {"ids": np.array(list(same), np.int64)})

    return run


def random_weights(shape: Shape) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)

    def normal(*size: int) -> np.ndarray:
        return rng.standard_normal(size, np.float32) * np.float32(0.02)

    weights = {
        "emb.word": normal(shape.words, shape.hidden),
        "emb.pos": normal(512, shape.hidden),
        "emb.type": normal(1, shape.hidden),
    }
    linear = dict.fromkeys(("q", "k", "v", "ao"), (shape.hidden, shape.hidden))
    linear |= {"fi": (shape.ffn, shape.hidden), "fo": (shape.hidden, shape.ffn)}
    for layer in range(shape.layers):
        for name, (rows, columns) in linear.items():
            weights[f"l{layer}.{name}.w"] = normal(rows, columns)
            weights[f"l{layer}.{name}.b"] = np.zeros(rows, np.float32)
    for norm in ("emb.ln", *(f"l{i}.{name}" for i in range(shape.layers) for name in ("aln", "oln"))):
        weights[f"{norm}.w"] = np.ones(shape.hidden, np.float32)
        weights[f"{norm}.b"] = np.zeros(shape.hidden, np.float32)
    return weights


def padded(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
    length = max(map(len, batch))
    ids = np.ones((len(batch), length), np.int64)
    mask = np.zeros((len(batch), length), np.int64)
    for row, one in enumerate(batch):
        ids[row, : len(one)] = one
        mask[row, : len(one)] = 1
    return ids, mask
