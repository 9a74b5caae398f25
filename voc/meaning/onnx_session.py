"""Runs an embedded ONNX model over texts so that a text's result depends on that text alone.

Takes: prepared texts. Gives: one row per text of a named output. Three things make rows equal bit
for bit whatever else is in the batch: the graph scales every token row by itself (see
models/encoder/graph.py), a text is padded to a length that only its own length decides, and a
text longer than the model's window is cut into windows whose rows are averaged, never truncated.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.errors import ModelError
from voc.meaning.windows import cut, weighted_means

LENGTH_STEP = 8  # texts are padded to the next multiple of this many word pieces
WINDOW = 256  # word pieces a text may have before it is read in several windows
Rows = NDArray[np.float32]


def machine_threads() -> int:
    """How many threads this process may run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class OnnxSession:
    """A model file with its tokenizer.

    Args:
        model: the ``.onnx`` file with inputs ``ids`` and ``mask``.
        tokenizer: the ``tokenizer.json`` file.
        prefix: put before every text (the encoder was trained with one).
        threads: None takes as many as the machine has.
        batch_size: texts per run; changes speed and memory, never results.

    Raises:
        ModelError: a file cannot be read as what it should be.
    """

    def __init__(
        self, model: Path, tokenizer: Path, prefix: str, threads: int | None = None, batch_size: int = 32
    ) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or machine_threads()
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Threads that wait in a loop slow down everything else on a busy machine.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(model), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer: Any = Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # both libraries raise bare or private exception types
            raise ModelError(
                f"{model.parent} does not hold a model voc can run ({error}). Reinstall voc to restore it."
            ) from error
        self._prefix = prefix
        self._batch_size = max(1, batch_size)

    def rows(self, texts: Sequence[str], output: str) -> Rows:
        """One row per text of the named output, (n_texts, width).

        A text of several windows gets the mean of its windows' rows, weighted by their pieces.
        """
        width = self.width(output)
        if not len(texts):
            return np.zeros((0, width), np.float32)
        owners: list[int] = []
        windows: list[list[int]] = []
        for owner, row in enumerate(self._tokenizer.encode_batch([self._prefix + text for text in texts])):
            first, *body, last = row.ids  # the marks at both ends stand around every window
            for part in cut(body, WINDOW - 2):
                owners.append(owner)
                windows.append([first, *part, last])
        return weighted_means(self._run(windows, output, width), owners, [len(ids) for ids in windows])

    def width(self, output: str) -> int:
        """How many numbers a row of the named output has.

        Raises:
            ModelError: the model has no such output.
        """
        for found in self._session.get_outputs():
            if found.name == output:
                return int(found.shape[1])
        raise ModelError(f"The embedded model has no output {output!r}. Reinstall voc to restore it.")

    def _run(self, windows: list[list[int]], output: str, width: int) -> Rows:
        groups: dict[int, list[int]] = defaultdict(list)
        for i, window in enumerate(windows):
            groups[-(-len(window) // LENGTH_STEP) * LENGTH_STEP].append(i)
        values = np.zeros((len(windows), width), np.float32)
        for length in sorted(groups):
            rows = groups[length]
            for start in range(0, len(rows), self._batch_size):
                batch = rows[start : start + self._batch_size]
                ids = np.ones((len(batch), length), np.int64)  # 1 is the padding piece
                mask = np.zeros((len(batch), length), np.int64)
                for row, i in enumerate(batch):
                    ids[row, : len(windows[i])] = windows[i]
                    mask[row, : len(windows[i])] = 1
                values[batch] = self._session.run([output], {"ids": ids, "mask": mask})[0]
        return values
