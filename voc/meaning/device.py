"""Processor or graphics processor: what `MeaningSettings.device` means for each kind of model.

The embedded graphs compute in 8-bit integers, which processors are fast at, so they go to a graphics
processor only when that is asked for; a model that is named (torch) goes there whenever there is one.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from voc.errors import ModelError, OptionError

Device = Literal["auto", "cpu", "cuda"]
_CPU: Final = "CPUExecutionProvider"
_CUDA: Final = "CUDAExecutionProvider"


def of_torch(torch: Any, wanted: Device) -> str:
    """Where a torch model runs: "cuda" where torch finds one and it is not ruled out, else "cpu".

    Raises:
        OptionError: "cuda" is asked for and torch finds none.
    """
    if wanted == "cpu":
        return "cpu"
    if torch.cuda.is_available():
        return "cuda"
    if wanted == "cuda":
        raise OptionError(
            "device='cuda' is asked for, but torch finds no graphics processor here. Install torch built "
            "for CUDA and its driver, or leave device out."
        )
    return "cpu"


def providers(onnxruntime: Any, wanted: Device) -> list[str]:
    """What ONNX Runtime is to run the embedded graphs on, first choice first.

    Raises:
        OptionError: "cuda" is asked for and this ONNX Runtime was built without it.
    """
    if wanted != "cuda":
        return [_CPU]
    known = onnxruntime.get_available_providers()
    if _CUDA not in known:
        raise OptionError(
            f"device='cuda' is asked for, but this ONNX Runtime has only {', '.join(known)}. "
            "Install onnxruntime-gpu in place of onnxruntime, or leave device out."
        )
    return [_CUDA, _CPU]


def check(session: Any, wanted: Device) -> None:
    """ONNX Runtime falls back to the processor without a word; a run that asked for more is told.

    Raises:
        ModelError: the session runs on the processor although "cuda" was asked for.
    """
    if wanted == "cuda" and _CUDA not in session.get_providers():
        raise ModelError(
            "device='cuda' is asked for, but ONNX Runtime could not start there (no driver, no free memory, "
            "or another CUDA version than it was built for). Mend that, or leave device out."
        )
