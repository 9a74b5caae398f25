"""Personal data masked in many texts; in several processes when there are very many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from voc import processes
from voc.intake.privacy import redact

MANY: Final = 50_000  # different texts from which processes are worth their start
_CHUNK: Final = 5_000


def masked(texts: list[str]) -> dict[str, str]:
    """Each text with its personal data masked; see `voc.intake.privacy.redact`."""
    if len(texts) < MANY or processes.machine_threads() < 2:
        return dict(zip(texts, _masked(texts), strict=True))
    chunks = (texts[start : start + _CHUNK] for start in range(0, len(texts), _CHUNK))
    found = processes.mapped("voc.intake.masking:worker", None, chunks)
    return dict(zip(texts, (text for chunk in found for text in chunk), strict=True))


def worker(setting: Any) -> Callable[[list[str]], list[str]]:
    """In a process: the function that masks a chunk."""
    return _masked


def _masked(texts: list[str]) -> list[str]:
    return [redact(text).text for text in texts]
