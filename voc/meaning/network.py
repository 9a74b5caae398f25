"""The embedded network: a trunk that every text goes through once, and an upper part for each output.

Takes: prepared texts. Gives: one row per text of the outputs asked for. Three things make rows
equal bit for bit whatever else is in the batch: the graphs scale every token row by itself (see
models/encoder/graph.py), the texts of a run all have the same number of word pieces, and a text
longer than the model's window is cut into windows whose rows are averaged, never truncated.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voc import artifacts
from voc.errors import ModelError
from voc.meaning.cache import Cache
from voc.meaning.device import Device
from voc.meaning.onnx_session import machine_threads, open_session
from voc.meaning.windows import cut, weighted_means

WINDOW: Final = 256  # word pieces a text may have before it is read in several windows
USUAL: Final = 16  # word pieces of a usual clause; 8 to 16 of 20 pieces each keep the caches best
VECTORS: Final = "vectors"  # meaning: (n, dim), unit rows
LOGITS: Final = "logits"  # feeling: see voc/meaning/heads.py
# Rows remembered: 14 MB of vectors and 5 MB of logits, full after some thousand comments, so that a
# service stays as large as it was in its first minutes.
_KEPT: Final[Mapping[str, int]] = {VECTORS: 8_192, LOGITS: 16_384}
Rows = NDArray[np.float32]


class Network:
    """The trunk, its tokenizer and the upper parts; rows already computed are remembered.

    Safe to use from several threads.

    Args:
        trunk: the ``.onnx`` file from ``ids`` to ``states``.
        tokenizer: the ``tokenizer.json`` file.
        prefix: put before every text (the parent was trained with one).
        uppers: for each output the file that computes it from ``states``; opened when
            it is first asked for.
        threads: None takes as many as the machine has.
        batch_size: texts of usual length per run; changes speed and memory, never results.
        device: see `voc.meaning.device`.
        at_once: False opens the trunk when the first text is read: 70 MB that the fast tier may never need.

    Raises:
        ModelError: a file cannot be read as what it should be.
    """

    def __init__(
        self,
        trunk: Path,
        tokenizer: Path,
        prefix: str,
        uppers: Mapping[str, Path],
        threads: int | None = None,
        batch_size: int = 32,
        device: Device = "auto",
        at_once: bool = True,
    ) -> None:
        from tokenizers import Tokenizer

        self._device = device
        self._trunk_file = trunk
        self._trunk: Any = open_session(trunk, device) if at_once else None
        try:
            self._tokenizer: Any = Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # the library raises bare exceptions
            raise ModelError(f"{tokenizer} cannot be read ({error}). Reinstall voc to restore it.") from error
        self._prefix = prefix
        self._files = dict(uppers)
        self._uppers: dict[str, Any] = {}
        self._opening = threading.Lock()
        self._pieces_per_run = USUAL * max(1, batch_size)
        self._threads = threads or machine_threads()
        self._pool = ThreadPoolExecutor(self._threads, "voc-network")
        self._known = {output: Cache(_KEPT[output]) for output in uppers}

    def rows(self, texts: Sequence[str], output: str) -> Rows:
        """One row per text of one output, (n_texts, width); see `read`."""
        return self.read({output: texts})[output]

    def read(self, wanted: Mapping[str, Sequence[str]]) -> dict[str, Rows]:
        """One row per text for every output asked for, (n_texts, width) each.

        Each different text passes the trunk once, whatever outputs it is wanted for. A text of
        several windows gets the mean of its windows' rows, weighted by their pieces.

        Args:
            wanted: for each output the prepared texts, repeats welcome.
        """
        found = {output: self._known[output].find(texts) for output, texts in wanted.items()}
        missing: dict[str, list[str]] = defaultdict(list)
        for output, texts in wanted.items():
            for text in dict.fromkeys(texts):
                if text not in found[output]:
                    missing[text].append(output)
        for output, fresh in self._compute(missing).items():
            self._known[output].keep(fresh)
            found[output] |= fresh
        return {
            output: np.stack([found[output][text] for text in texts])
            if len(texts)
            else np.zeros((0, self._width(output)), np.float32)
            for output, texts in wanted.items()
        }

    def forget(self) -> None:
        """Forget all rows, so that every text is computed anew (for measuring)."""
        self._known = {output: Cache(_KEPT[output]) for output in self._files}

    def _compute(self, missing: Mapping[str, list[str]]) -> dict[str, dict[str, Rows]]:
        """For each output the rows of the texts that miss it."""
        texts = list(missing)
        encoded = self._tokenizer.encode_batch_fast([self._prefix + text for text in texts])
        windows = [window for owner, row in enumerate(encoded) for window in _windows(owner, row.ids)]
        parts: dict[str, list[tuple[list[int], Rows]]] = defaultdict(list)
        for batch, outputs, values in self._run_all(windows, missing, texts):
            for output, rows in zip(outputs, values, strict=True):
                parts[output].append((batch, rows))
        return {output: _gather(texts, windows, found) for output, found in parts.items()}

    def _run_all(
        self, windows: list[_Window], missing: Mapping[str, list[str]], texts: list[str]
    ) -> Iterator[tuple[list[int], tuple[str, ...], list[Rows]]]:
        """Every batch with its outputs and their rows; as many batches at a time as there are threads."""
        groups: dict[tuple[int, tuple[str, ...]], list[int]] = defaultdict(list)
        for number, window in enumerate(windows):
            groups[len(window.pieces), tuple(missing[texts[window.owner]])].append(number)
        jobs = []
        for (length, outputs), numbers in sorted(groups.items(), reverse=True):
            size = max(1, self._pieces_per_run // length)
            for start in range(0, len(numbers), size):
                jobs.append((numbers[start : start + size], outputs))
        run = self._pool.map if self._threads > 1 and len(jobs) > 1 else map
        results = run(lambda job: self._run([windows[i].pieces for i in job[0]], job[1]), jobs)
        for (numbers, outputs), values in zip(jobs, results, strict=True):
            yield numbers, outputs, values

    def _run(self, batch: list[list[int]], outputs: tuple[str, ...]) -> list[Rows]:
        states = self._opened_trunk().run(["states"], {"ids": np.array(batch, np.int64)})[0]
        return [self._upper(output).run([output], {"states": states})[0] for output in outputs]

    def _opened_trunk(self) -> Any:
        with self._opening:
            if self._trunk is None:
                self._trunk = open_session(self._trunk_file, self._device)
            return self._trunk

    def _upper(self, output: str) -> Any:
        with self._opening:
            if output not in self._uppers:
                self._uppers[output] = open_session(self._files[output], self._device)
            return self._uppers[output]

    def _width(self, output: str) -> int:
        shapes = {found.name: found.shape for found in self._upper(output).get_outputs()}
        return int(shapes[output][1])


def open_network(
    threads: int | None = None, batch_size: int = 32, device: Device = "auto", at_once: bool = True
) -> Network:
    """The embedded network, with what it says of meaning and of feeling.

    Args:
        threads: None takes as many as the machine has.
        batch_size: texts of usual length per run.
        device: see `voc.meaning.device`.
        at_once: False opens the trunk when the first text is read: 70 MB that the fast tier may never need.

    Raises:
        ModelError: a file is missing or damaged.
        OptionError: the device asked for is not there.
    """
    encoder, sentiment = artifacts.find("encoder"), artifacts.find("sentiment")
    uppers = {VECTORS: encoder.path("upper.onnx"), LOGITS: sentiment.path("upper.onnx")}
    prefix = str(encoder.facts["prefix"])
    return Network(
        encoder.path("trunk.onnx"),
        encoder.path("tokenizer.json"),
        prefix,
        uppers,
        threads,
        batch_size,
        device,
        at_once,
    )


@dataclass(frozen=True)
class _Window:
    """Word pieces of a part of a text, and the number of the text."""

    owner: int
    pieces: list[int]


def _windows(owner: int, ids: list[int]) -> Iterator[_Window]:
    first, *body, last = ids  # the marks at both ends stand around every window
    for part in cut(body, WINDOW - 2):
        yield _Window(owner, [first, *part, last])


def _gather(texts: list[str], windows: list[_Window], found: list[tuple[list[int], Rows]]) -> dict[str, Rows]:
    """The row of each text from the rows of its windows."""
    values: dict[int, Rows] = {}
    for numbers, rows in found:
        values |= zip(numbers, rows, strict=True)
    numbers = sorted(values)
    owners = [windows[i].owner for i in numbers]
    means = weighted_means(
        np.stack([values[i] for i in numbers]), owners, [len(windows[i].pieces) for i in numbers]
    )
    return dict(zip([texts[owner] for owner in dict.fromkeys(owners)], means, strict=True))
