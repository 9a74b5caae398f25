"""How long work says where it is: a callback of stage name, rows done and rows in all."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Says nothing: the default wherever nobody is watching."""
