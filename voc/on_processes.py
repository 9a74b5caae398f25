"""Texts read in other processes of this machine: for tiers whose work is mostly Python's own.

Every process opens the models once (one thread each) and is asked for one chunk after the other. They
are plain programs behind pipes, not `multiprocessing`: the caller's script is not run again in them, so
no main guard is needed. A process that dies is replaced and its chunk read again.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING, Any, Final

from voc.errors import ModelError
from voc.settings import MeaningSettings

if TYPE_CHECKING:
    from voc.meaning.reading import ChunkMap, Readings, Task

AHEAD: Final = 2  # chunks per process that are under way or finished and not yet taken
ATTEMPTS: Final = 3  # a chunk that kills this many processes is given up


def chunk_map(settings: MeaningSettings, processes: int | None = None) -> ChunkMap:
    """A map over chunks that runs in `processes` processes; one per thread of the machine by default."""
    from voc.meaning.onnx_session import machine_threads

    count = processes or settings.threads or machine_threads()

    def read(chunks: list[list[str]], task: Task) -> Iterable[Readings]:
        return _in_order(chunks, task, replace(settings, threads=1), min(count, max(len(chunks), 1)))

    return read


def _in_order(
    chunks: list[list[str]], task: Task, settings: MeaningSettings, count: int
) -> Iterator[Readings]:
    idle: SimpleQueue[_Process] = SimpleQueue()
    processes = [_Process(settings) for _ in range(count)]
    for process in processes:
        idle.put(process)

    def read(chunk: list[str]) -> Readings:
        process = idle.get()
        try:
            return process.read(chunk, task)
        finally:
            idle.put(process)

    try:
        with ThreadPoolExecutor(count, "voc-processes") as pool:
            waiting: deque[Future[Readings]] = deque()
            for chunk in chunks:
                waiting.append(pool.submit(read, chunk))
                if len(waiting) >= AHEAD * count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
    finally:
        for process in processes:
            process.stop()


class _Process:
    """One reading process; started when it is first needed, and again when it has died."""

    def __init__(self, settings: MeaningSettings) -> None:
        self._settings = settings
        self._running: subprocess.Popen[bytes] | None = None

    def read(self, chunk: list[str], task: Task) -> Readings:
        for _ in range(ATTEMPTS):
            running = self._running or self._start()
            try:
                _send(running.stdin, (chunk, task))
                answer = _receive(running.stdout)
            except (EOFError, BrokenPipeError, pickle.UnpicklingError):
                self.stop()
                continue
            if isinstance(answer, Exception):
                raise answer
            return answer  # type: ignore[no-any-return]
        raise ModelError(
            f"A reading process died {ATTEMPTS} times on the same texts, most likely for want of memory. "
            "Read with fewer processes (threads=1), or on a larger machine."
        )

    def stop(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.communicate()
            self._running = None

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "voc.on_processes"]
        self._running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        _send(self._running.stdin, self._settings)
        return self._running


def _send(stream: IO[bytes] | None, value: Any) -> None:
    assert stream is not None
    pickle.dump(value, stream, protocol=pickle.HIGHEST_PROTOCOL)
    stream.flush()


def _receive(stream: IO[bytes] | None) -> Any:
    assert stream is not None
    return pickle.load(stream)


def main() -> None:
    """The reading process: settings first, then chunks until the other end closes."""
    from voc.meaning.reading import read_chunk
    from voc.pipeline import open_tools

    readers = open_tools(_receive(sys.stdin.buffer)).readers
    answers, sys.stdout = sys.stdout.buffer, sys.stderr  # nothing else may be printed into the pipe
    while True:
        try:
            chunk, task = _receive(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer: Any = read_chunk(chunk, task, readers)
        except Exception as error:  # told to the caller, who knows what it was for
            answer = error
        _send(answers, answer)


if __name__ == "__main__":
    main()
