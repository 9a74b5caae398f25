"""Texts read in several processes of this machine: for the fast tier, whose work is mostly Python's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from voc import processes
from voc.settings import MeaningSettings

if TYPE_CHECKING:
    from voc.meaning.reading import ChunkMap, Readings, Task


def chunk_map(settings: MeaningSettings, count: int | None = None) -> ChunkMap:
    """A map over chunks that runs in `count` processes; each opens the models once and uses one thread."""

    def read(chunks: list[list[str]], task: Task) -> Iterable[Readings]:
        return processes.mapped(
            "voc.on_processes:reader",
            replace(settings, threads=1),
            ((chunk, task) for chunk in chunks),
            min(count or settings.threads or processes.machine_threads(), max(len(chunks), 1)),
        )

    return read


def reader(settings: MeaningSettings) -> Callable[[tuple[list[str], Task]], Readings]:
    """In a reading process: the models opened, ready for chunks."""
    from voc.meaning.reading import read_chunk
    from voc.pipeline import open_tools

    readers = open_tools(settings).readers
    return lambda given: read_chunk(*given, readers)
