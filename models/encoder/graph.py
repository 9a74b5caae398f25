"""Writes the network as ONNX graphs whose int8 arithmetic treats every token row on its own.

Takes: the weights by short name (see source.py). Gives: an ONNX model, whole or in two parts. The
`trunk` (word table and lower layers) takes ``ids`` (texts, length) int64 and gives ``states``
(texts, length, hidden) float32; an `upper` takes states and gives ``vectors`` (texts, hidden),
unit rows, and with a head ``logits`` (texts, classes). Models that were trained above the same
lower layers share one trunk: a text goes through it once. All texts of a run have the same number
of word pieces, so there is no padding and no mask; padding to steps of 8 cost 17 % more pieces.

Why not ONNX Runtime's dynamic quantization: it takes one scale per activation tensor, so a
text's vector changes with its neighbors in the batch. Here every row (token) has its own scale,
``max|x| / 127``, and a row's integers depend on that row alone; measured equal bit for bit in any
batch, a little slower (see card.md), and closer to float32. Weights: int8, one scale per output column.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

CONTRIB = "com.microsoft"
GELU_LEAST = 0.18  # GELU never falls below -0.17
SHARED = 6  # layers of the trunk: those that fine-tuning leaves as they are
Array = NDArray[np.float32]


@dataclass
class _Graph:
    """Nodes and constants collected so far."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def node(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name


def build(
    weights: dict[str, Array], heads: int = 12, quantize: bool = True, eps: float = 1e-12
) -> onnx.ModelProto:
    """The whole network in one graph: ``ids`` to ``vectors``, with a head also ``logits``.

    Args:
        weights: by short name; layers ``l0..lN``. With ``head.w`` (numbers, hidden) and ``head.b``,
            the graph also gives ``logits``, from the mean over tokens before it is scaled to length 1.
        heads: attention heads.
        quantize: False keeps float32 (for comparison).
        eps: of the layer normalizations.
    """
    graph, x = _bottom(weights, quantize, eps)
    x = _layers(graph, weights, x, range(_depth(weights)), heads, quantize, eps)
    graph.node("Reshape", [x, "as.texts"], "states")
    return _model(graph, [_ids()], _top(graph, weights))


def trunk(
    weights: dict[str, Array], heads: int = 12, quantize: bool = True, eps: float = 1e-12
) -> onnx.ModelProto:
    """Word table and `SHARED` layers: ``ids`` to ``states``; arguments as for `build`."""
    graph, x = _bottom(weights, quantize, eps)
    x = _layers(graph, weights, x, range(SHARED), heads, quantize, eps)
    graph.node("Reshape", [x, "as.texts"], "states")
    return _model(graph, [_ids()], [_states(weights)])


def upper(
    weights: dict[str, Array], heads: int = 12, quantize: bool = True, eps: float = 1e-12
) -> onnx.ModelProto:
    """The layers above the trunk: ``states`` to ``vectors`` and ``logits``; see `build`."""
    graph = _Graph()
    _shared_constants(graph, quantize)
    hidden = _hidden(weights)
    graph.constant("as.rows", np.array([-1, hidden], np.int64))
    graph.node("Shape", ["states"], "as.texts")
    x = graph.node("Reshape", ["states", "as.rows"], f"x.{SHARED}")
    x = _layers(graph, weights, x, range(SHARED, _depth(weights)), heads, quantize, eps)
    graph.node("Reshape", [x, "as.texts"], "states.last")
    return _model(graph, [_states(weights)], _top(graph, weights, "states.last"))


def _depth(weights: dict[str, Array]) -> int:
    return 1 + max(int(name[1:].split(".")[0]) for name in weights if name[0] == "l")


def _hidden(weights: dict[str, Array]) -> int:
    return int(weights["emb.word"].shape[1])


def _ids() -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "length"])


def _states(weights: dict[str, Array]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info("states", TensorProto.FLOAT, ["texts", "length", _hidden(weights)])


def _model(
    graph: _Graph, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto]
) -> onnx.ModelProto:
    model = helper.make_model(
        helper.make_graph(graph.nodes, "encoder", inputs, outputs, graph.constants),
        opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid(CONTRIB, 1)],
    )
    model.ir_version = 10
    return model


def _bottom(weights: dict[str, Array], quantize: bool, eps: float) -> tuple[_Graph, str]:
    """A graph that begins with the word table, and the name of its rows."""
    graph = _Graph()
    _shared_constants(graph, quantize)
    return graph, _embed(graph, weights, _hidden(weights), quantize, eps)


def _layers(
    graph: _Graph, weights: dict[str, Array], x: str, which: range, heads: int, quantize: bool, eps: float
) -> str:
    for layer in which:
        x = _layer(graph, weights, f"l{layer}.", x, heads, quantize, eps)
    return x


def column_scales(weight: Array) -> tuple[NDArray[np.int8], Array]:
    """A (inputs, outputs) matrix as int8 with one scale per output column: ``w ~ q * scale``."""
    scale = np.maximum(np.abs(weight).max(axis=0), 1e-12) / 127
    return np.rint(weight / scale).astype(np.int8), scale.astype(np.float32)


def _shared_constants(graph: _Graph, quantize: bool) -> None:
    graph.constant("last", np.array([-1], np.int64))
    graph.constant("second", np.array([1], np.int64))
    if quantize:
        _scale_constants(graph)


def _scale_constants(graph: _Graph) -> None:
    graph.constant("unit", np.float32(1))
    graph.constant("step", np.float32(1 / 127))
    graph.constant("middle", np.array([128], np.uint8))  # unsigned rows: the fast path of integer products
    graph.constant("middle.scalar", np.uint8(128))


def _embed(graph: _Graph, weights: dict[str, Array], hidden: int, quantize: bool, eps: float) -> str:
    """Token plus position, layer-normalized, as rows: (texts * length, hidden)."""
    if quantize:
        integers, scale = column_scales(weights["emb.word"].T)
        graph.constant("emb.word", integers.T)
        graph.constant("emb.scale", scale[:, None])
        graph.node("Gather", ["emb.word", "ids"], "emb.rows")
        graph.node("Cast", ["emb.rows"], "emb.float", to=TensorProto.FLOAT)
        graph.node("Gather", ["emb.scale", "ids"], "emb.steps")
        graph.node("Mul", ["emb.float", "emb.steps"], "emb.words")
    else:
        graph.constant("emb.word", weights["emb.word"])
        graph.node("Gather", ["emb.word", "ids"], "emb.words")
    graph.constant("emb.pos", weights["emb.pos"] + weights["emb.type"][:1])
    graph.constant("zero", np.array([0], np.int64))
    graph.node("Shape", ["ids"], "length", start=1, end=2)
    graph.node("Slice", ["emb.pos", "zero", "length"], "emb.places")
    graph.node("Add", ["emb.words", "emb.places"], "emb.sum")
    _norm_constants(graph, weights, "emb.ln")
    graph.node("LayerNormalization", ["emb.sum", "emb.ln.w", "emb.ln.b"], "emb.normed", axis=-1, epsilon=eps)
    graph.constant("as.rows", np.array([-1, hidden], np.int64))
    graph.node("Shape", ["ids"], "shape")
    graph.constant("hidden.dim", np.array([hidden], np.int64))
    graph.node("Concat", ["shape", "hidden.dim"], "as.texts", axis=0)
    return graph.node("Reshape", ["emb.normed", "as.rows"], "x.0")


def _layer(
    graph: _Graph, weights: dict[str, Array], at: str, x: str, heads: int, quantize: bool, eps: float
) -> str:
    rows = _rows(graph, f"{at}qkv", x) if quantize else None
    parts = []
    for part in "qkv":  # three products of the same rows: one product and a split took longer
        y = _linear(graph, f"{at}{part}", x, weights[f"{at}{part}.w"].T, rows)
        parts.append(graph.node("Reshape", [y, "as.texts"], f"{at}{part}"))
    graph.constant(f"{at}qkv.b", np.concatenate([weights[f"{at}{part}.b"] for part in "qkv"]))
    attention = [*parts, f"{at}qkv.b"]
    graph.node("MultiHeadAttention", attention, f"{at}seen", domain=CONTRIB, num_heads=heads)
    graph.node("Reshape", [f"{at}seen", "as.rows"], f"{at}seen.rows")
    rows = _rows(graph, f"{at}ao", f"{at}seen.rows") if quantize else None
    seen = _linear(graph, f"{at}ao", f"{at}seen.rows", weights[f"{at}ao.w"].T, rows)
    x = _add_and_norm(graph, weights, seen, x, f"{at}ao", f"{at}aln", eps)
    rows = _rows(graph, f"{at}fi", x) if quantize else None
    wide = _linear(graph, f"{at}fi", x, weights[f"{at}fi.w"].T, rows)
    graph.constant(f"{at}fi.b", weights[f"{at}fi.b"])
    graph.node("BiasGelu", [wide, f"{at}fi.b"], f"{at}active", domain=CONTRIB)
    rows = _rows(graph, f"{at}fo", f"{at}active", GELU_LEAST) if quantize else None
    back = _linear(graph, f"{at}fo", f"{at}active", weights[f"{at}fo.w"].T, rows)
    return _add_and_norm(graph, weights, back, x, f"{at}fo", f"{at}oln", eps)


@dataclass(frozen=True)
class _Rows:
    """Names of a matrix's rows as unsigned integers around 128, and of the step of each, (rows, 1)."""

    integers: str
    steps: str


def _rows(graph: _Graph, name: str, x: str, least: float | None = None) -> _Rows:
    """The rows of `x` as integers, with the step ``max|row| / 127``.

    `least` is a bound of ``-x`` where one is known (GELU); it saves a pass over x.
    """
    largest = x if least is not None else graph.node("Abs", [x], f"{name}.abs")
    graph.node("ReduceMax", [largest, "last"], f"{name}.max", keepdims=1)
    graph.node("Mul", [f"{name}.max", "step"], f"{name}.raw")
    floor = graph.constant(f"{name}.floor", np.array((least or 1e-10) / 127, np.float32))
    graph.node("Max", [f"{name}.raw", floor], f"{name}.steps")
    graph.node("Squeeze", [f"{name}.steps", "second"], f"{name}.flat")
    graph.node("Shape", [f"{name}.flat"], f"{name}.n")
    graph.node("Expand", ["middle", f"{name}.n"], f"{name}.mid")
    graph.node("QuantizeLinear", [x, f"{name}.flat", f"{name}.mid"], f"{name}.q", axis=0)
    return _Rows(f"{name}.q", f"{name}.steps")


def _linear(graph: _Graph, name: str, x: str, weight: Array, rows: _Rows | None) -> str:
    """``x @ weight`` without its bias; in integers where the rows of x are given as such."""
    if rows is None:
        graph.constant(f"{name}.w", weight)
        return graph.node("MatMul", [x, f"{name}.w"], f"{name}.y")
    integers, scale = column_scales(weight)
    graph.constant(f"{name}.w", integers)
    graph.constant(f"{name}.s", scale)
    inputs = [rows.integers, f"{name}.w", "unit", f"{name}.s", "middle.scalar"]
    graph.node("MatMulIntegerToFloat", inputs, f"{name}.i", domain=CONTRIB)
    return graph.node("Mul", [f"{name}.i", rows.steps], f"{name}.y")


def _add_and_norm(
    graph: _Graph, weights: dict[str, Array], new: str, old: str, bias: str, norm: str, eps: float
) -> str:
    graph.constant(f"{bias}.b", weights[f"{bias}.b"])
    _norm_constants(graph, weights, norm)
    # Three plain nodes: the fused SkipLayerNormalization took three times as long here.
    graph.node("Add", [new, f"{bias}.b"], f"{norm}.biased")
    graph.node("Add", [f"{norm}.biased", old], f"{norm}.sum")
    inputs = [f"{norm}.sum", f"{norm}.w", f"{norm}.b"]
    return graph.node("LayerNormalization", inputs, f"{norm}.y", axis=-1, epsilon=eps)


def _norm_constants(graph: _Graph, weights: dict[str, Array], norm: str) -> None:
    graph.constant(f"{norm}.w", weights[f"{norm}.w"])
    graph.constant(f"{norm}.b", weights[f"{norm}.b"])


def _top(graph: _Graph, weights: dict[str, Array], states: str = "states") -> list[onnx.ValueInfoProto]:
    """The outputs: the mean over the tokens with length 1, and of a head on that mean."""
    graph.node("Shape", [states], "tokens.dim", start=1, end=2)
    graph.node("Concat", ["second", "tokens.dim"], "row.dims", axis=0)
    one = numpy_helper.from_array(np.ones(1, np.float32))
    graph.node("ConstantOfShape", ["row.dims"], "ones", value=one)
    # A product per text, not ReduceMean: that one adds in another order when there is one text only.
    graph.node("MatMul", ["ones", states], "total.row")
    graph.node("Squeeze", ["total.row", "second"], "total")
    graph.node("Cast", ["tokens.dim"], "tokens", to=TensorProto.FLOAT)
    graph.node("Div", ["total", "tokens"], "mean")
    graph.node("LpNormalization", ["mean"], "vectors", axis=1, p=2)
    outputs = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", _hidden(weights)])]
    if "head.w" in weights:
        graph.constant("head.w", weights["head.w"].T.astype(np.float32))
        graph.constant("head.b", weights["head.b"].astype(np.float32))
        graph.node("MatMul", ["mean", "head.w"], "head.x")
        graph.node("Add", ["head.x", "head.b"], "logits")
        classes = len(weights["head.b"])
        outputs.append(helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["texts", classes]))
    return outputs
