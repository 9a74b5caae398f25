"""Answers about words, each worked out once: most words of a comment were in another one before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

GENERATION: Final = 65_536  # answers; links and names would fill the memory in the end
Answer = TypeVar("Answer")


class Remembered(dict[str, Answer], Generic[Answer]):
    """A dict that works out what it lacks. What is not asked for in two generations is forgotten, so the
    memory stays flat and common words stay; numbers, of which each is new and cheap, are not remembered.

    Args:
        compute: the answer to a word, from that word alone.
    """

    def __init__(self, compute: Callable[[str], Answer]) -> None:
        super().__init__()
        self._compute = compute
        self._before: dict[str, Answer] = {}

    def __missing__(self, word: str) -> Answer:
        if word.isdecimal():
            return self._compute(word)
        answer = self._before[word] if word in self._before else self._compute(word)
        if len(self) >= GENERATION:
            self._before = dict(self)
            self.clear()
        self[word] = answer
        return answer
