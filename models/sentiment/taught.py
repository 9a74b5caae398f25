"""What the accurate model says of texts, kept beside the trunk's output: all that its students learn from.

Takes: prepared texts. Gives: for each the trunk's token states (what a student with layers of its own begins
with), the numbers of the model's heads and its mean token state. Texts are read in parts that are kept on
disk under a hash of the part and of the model, so that a run that stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

ENCODER = Path(__file__).resolve().parent.parent / "encoder"
HIDDEN = 384
LONGEST = 160  # word pieces that are read of a text
AT_ONCE = 8192  # texts in a part
PIECES = 512  # in a run
Halves = NDArray[np.float16]
Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Part:
    """Some texts as read.

    Attributes:
        states: (pieces of all texts, hidden); those of text i begin at `starts[i]`.
        starts: (n,).
        sizes: (n,) word pieces of each text.
        numbers: (n, heads) of the model, before the softmax of each head.
        means: (n, hidden) its mean token states.
    """

    states: Halves
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    numbers: Rows
    means: Halves


@dataclass(frozen=True)
class Taught:
    """Many texts as read: text i is row ``i % AT_ONCE`` of part ``i // AT_ONCE``."""

    parts: list[Part]

    @property
    def sizes(self) -> NDArray[np.int64]:
        return np.concatenate([part.sizes for part in self.parts])

    @property
    def numbers(self) -> Rows:
        return np.concatenate([part.numbers for part in self.parts])

    @property
    def means(self) -> Halves:
        return np.concatenate([part.means for part in self.parts])

    def padded(self, batch: Sequence[int]) -> tuple[Rows, Rows]:
        """Trunk states (texts, longest, hidden) and mask (texts, longest) of some texts."""
        places = [divmod(int(i), AT_ONCE) for i in batch]
        sizes = [int(self.parts[p].sizes[row]) for p, row in places]
        states = np.zeros((len(places), max(sizes), HIDDEN), np.float32)
        mask = np.zeros(states.shape[:2], np.float32)
        for i, ((p, row), size) in enumerate(zip(places, sizes, strict=True)):
            start = int(self.parts[p].starts[row])
            states[i, :size] = self.parts[p].states[start : start + size]
            mask[i, :size] = 1
        return states, mask


def read(texts: Sequence[str], upper: Path, folder: Path) -> Taught:
    """Read `texts` with the trunk and the model `upper`; parts found in `folder` are not read again."""
    folder.mkdir(parents=True, exist_ok=True)
    teacher = _Teacher(upper)
    parts = []
    for start in range(0, len(texts), AT_ONCE):
        mine = list(texts[start : start + AT_ONCE])
        file = folder / f"{key(mine, upper)}.npz"
        if not file.exists():
            found = teacher.read(mine)
            np.savez(file.with_suffix(".new.npz"), **vars(found))
            file.with_suffix(".new.npz").replace(file)
            print(f"read {start + len(mine):,} of {len(texts):,} texts", flush=True)
        with np.load(file) as saved:
            parts.append(Part(**saved))
    return Taught(parts)


def key(texts: Sequence[str], upper: Path) -> str:
    """Names a part: its texts and the model that read them."""
    found = hashlib.blake2b(upper.read_bytes(), digest_size=12)
    found.update("\0".join(texts).encode())
    return found.hexdigest()


class _Teacher:
    def __init__(self, upper: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._trunk = onnxruntime.InferenceSession(str(ENCODER / "trunk.onnx"), options)
        self._upper = onnxruntime.InferenceSession(_with_inner_outputs(upper), options)
        self._tokenizer = Tokenizer.from_file(str(ENCODER / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)

    def read(self, texts: list[str]) -> Part:
        """Texts of one length at a time, as users' texts are read: nothing is padded."""
        ids = [row.ids for row in self._tokenizer.encode_batch(["query: " + text for text in texts])]
        sizes = np.array([len(row) for row in ids], np.int64)
        starts = np.append(0, np.cumsum(sizes)[:-1])
        states = np.zeros((int(sizes.sum()), HIDDEN), np.float16)
        numbers, means = [], np.zeros((len(texts), HIDDEN), np.float16)
        order = sorted(range(len(texts)), key=lambda i: len(ids[i]))
        for size, same in groupby(order, key=lambda i: len(ids[i])):
            rows = list(same)
            for start in range(0, len(rows), max(1, PIECES // size)):
                batch = rows[start : start + max(1, PIECES // size)]
                found = self._trunk.run(["states"], {"ids": np.array([ids[i] for i in batch], np.int64)})[0]
                said, mean = self._upper.run(["numbers", "mean"], {"states": found})
                for i, one in zip(batch, found, strict=True):
                    states[starts[i] : starts[i] + size] = one
                means[batch] = mean
                numbers.append(said)
        back = np.argsort(order)
        return Part(states, starts, sizes, np.concatenate(numbers)[back], means)


def _with_inner_outputs(upper: Path) -> bytes:
    """The model with the outputs ``numbers`` and ``mean``, which it computes but does not give."""
    model = onnx.load(str(upper))
    for name in ("numbers", "mean"):
        found = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["texts", None])
        model.graph.output.append(found)
    serialized: bytes = model.SerializeToString()
    return serialized
