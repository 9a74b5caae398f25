"""Texts read on a Ray cluster: chunks go to actors that open the models once, and come back in order.

An actor that dies is started again and its chunk read again. A text's reading depends on that
text alone, so a lost worker, another number of actors or another machine change nothing in the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from voc._optional import require
from voc.settings import MeaningSettings

if TYPE_CHECKING:
    from voc.meaning.reading import ChunkMap, Readings, Task

AHEAD = 2  # chunks waiting per actor: keeps it busy without holding the whole survey in memory


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
        kind = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=-1)(_Reader)
        workers = [kind.remote(settings) for _ in range(min(count, len(chunks)))]
        return _in_order(ray, workers, chunks, task)

    return read


class _Reader:
    """One actor: the models, opened once."""

    def __init__(self, settings: MeaningSettings) -> None:
        from dataclasses import replace

        from voc.pipeline import open_tools

        self.readers = open_tools(replace(settings, threads=1)).readers

    def read(self, chunk: list[str], task: Task) -> Readings:
        from voc.meaning.reading import read_chunk

        return read_chunk(chunk, task, self.readers)


def _in_order(ray: Any, workers: list[Any], chunks: list[list[str]], task: Task) -> Iterator[Readings]:
    """Results in the order of the chunks, with at most `AHEAD` chunks per worker under way."""
    waiting: list[Any] = []
    for number, chunk in enumerate(chunks):
        waiting.append(workers[number % len(workers)].read.remote(chunk, task))
        if len(waiting) >= AHEAD * len(workers):
            yield ray.get(waiting.pop(0))
    while waiting:
        yield ray.get(waiting.pop(0))
    for worker in workers:
        ray.kill(worker)
