"""Opens an embedded ONNX model, the same way everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from voc.errors import ModelError
from voc.meaning import device
from voc.processes import machine_threads

__all__ = ["machine_threads", "open_session"]


def open_session(model: Path, on: device.Device = "auto") -> Any:
    """An ONNX Runtime session whose runs use the thread they are called from, and no other.

    Callers put several runs side by side instead: two threads that share each product wait for
    each other a few hundred times per run, two threads with a run each do not.

    Raises:
        ModelError: the file cannot be read as a model, or not on the device asked for.
        OptionError: the device asked for is not there.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    providers = device.providers(onnxruntime, on)
    try:
        session = onnxruntime.InferenceSession(str(model), options, providers=providers)
    except Exception as error:  # the library raises private exception types
        raise ModelError(
            f"{model} is not a model voc can run ({error}). Reinstall voc to restore it."
        ) from error
    device.check(session, on)
    return session
