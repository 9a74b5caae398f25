"""Texts read on a Ray cluster: chunks go to actors that open the models once, and come back in order.

A chunk goes to whichever actor is free. When a worker or its whole node is lost, the chunk goes to
another one and a new actor is asked for, which takes part as soon as there is room for it. A text's
reading depends on that text alone, so a lost worker, another number of actors or another machine
change nothing in the result.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from voc._optional import require
from voc.errors import VocError
from voc.settings import MeaningSettings

if TYPE_CHECKING:
    from voc.meaning.reading import ChunkMap, Readings, Task

AHEAD: Final = 3  # chunks per actor that are under way, or done and waiting for an earlier one
LOSSES: Final = 3  # times that the whole crew may be lost without a chunk done: then it is not the machines


def chunk_map(settings: MeaningSettings, actors: int | None = None) -> ChunkMap:
    """A map over chunks that runs on the Ray cluster in reach, or on this machine's cores.

    Args:
        settings: the models every actor opens; files they name must be readable on every node.
        actors: how many; one per CPU of the cluster by default. Each uses one thread.

    Raises:
        MissingExtra: Ray is not installed (extra `scale`).
    """
    ray = require("ray", "scale")

    def read(chunks: list[list[str]], task: Task) -> Iterable[Readings]:
        if not ray.is_initialized():
            ray.init(log_to_driver=False, include_dashboard=False, logging_level="ERROR")
        count = actors or max(int(ray.cluster_resources().get("CPU", 1)), 1)
        return _Crew(ray, settings, min(count, max(len(chunks), 1))).read(chunks, task)

    return read


class _Reader:
    """One actor: the models, opened once."""

    def __init__(self, settings: MeaningSettings) -> None:
        from voc.pipeline import open_tools

        self.readers = open_tools(replace(settings, threads=1)).readers

    def ready(self) -> None:
        """Answers when the models are open."""

    def read(self, chunk: list[str], task: Task) -> Readings:
        from voc.meaning.reading import read_chunk

        return read_chunk(chunk, task, self.readers)


class _Crew:
    """The actors, and what each is busy with."""

    def __init__(self, ray: Any, settings: MeaningSettings, count: int) -> None:
        self._ray = ray
        self._settings = settings
        self._kind = ray.remote(num_cpus=1)(_Reader)
        self._count = count
        self._busy: dict[Any, tuple[Any, int | None]] = {}  # reference -> actor and its chunk
        self._free: list[Any] = []
        self._lost = 0

    def read(self, chunks: list[list[str]], task: Task) -> Iterator[Readings]:
        """What is read in each chunk, in order."""
        waiting = deque(range(len(chunks)))
        done: dict[int, Readings] = {}
        try:
            for _ in range(self._count):
                self._hire()
            for number in range(len(chunks)):
                while number not in done:
                    self._hand_out(waiting, number + AHEAD * self._count, chunks, task)
                    self._take(done, waiting)
                yield done.pop(number)
        finally:
            for actor in (*self._free, *(actor for actor, _ in self._busy.values())):
                self._ray.kill(actor)

    def _hire(self) -> None:
        actor = self._kind.remote(self._settings)
        self._busy[actor.ready.remote()] = (actor, None)

    def _hand_out(self, waiting: deque[int], limit: int, chunks: list[list[str]], task: Task) -> None:
        while self._free and waiting and waiting[0] < limit:
            actor, number = self._free.pop(), waiting.popleft()
            self._busy[actor.read.remote(chunks[number], task)] = (actor, number)

    def _take(self, done: dict[int, Readings], waiting: deque[int]) -> None:
        """Waits for the next answer, or the next loss."""
        (reference,), _ = self._ray.wait(list(self._busy), num_returns=1)
        actor, number = self._busy.pop(reference)
        try:
            found = self._ray.get(reference)
        except (self._ray.exceptions.RayActorError, self._ray.exceptions.ObjectLostError) as error:
            self._lost += 1
            if self._lost > LOSSES * self._count:
                raise VocError(f"{self._lost} Ray actors were lost one after the other: {error}") from error
            if number is not None:
                waiting.appendleft(number)
            self._hire()
            return
        self._free.append(actor)
        if number is not None:
            done[number] = found
            self._lost = 0
