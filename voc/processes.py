"""Work done by other processes of this machine, in order: for work that is mostly Python's own.

The processes are plain programs behind pipes, not `multiprocessing`: the caller's script is not run
again in them, so it needs no main guard. A process that dies is replaced and its item done again.
"""

from __future__ import annotations

import importlib
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import IO, Any, Final

from voc.errors import VocError

AHEAD: Final = 2  # items per process that are under way, or done and not yet taken
ATTEMPTS: Final = 3  # an item that kills this many processes is given up
Answers = Callable[[Any], Any]


_most_threads: int | None = None  # in one of several processes: 1


def machine_threads() -> int:
    """How many threads this process may run at once; one in a process that was started by `mapped`."""
    if _most_threads is not None:
        return _most_threads
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def mapped(target: str, setting: Any, items: Iterable[Any], count: int | None = None) -> Iterator[Any]:
    """The answer to each item, in order.

    Args:
        target: "module:function"; called once in every process with `setting`, it gives the
            function that answers an item. Settings, items and answers must be picklable.
        setting: what the processes are set up with.
        items: taken as they are needed, a few ahead.
        count: processes; one per thread of the machine by default.

    Raises:
        VocError: an item killed several processes, most likely for want of memory.
        Exception: whatever answering an item raised.
    """
    count = count or machine_threads()
    processes = [_Process(target, setting) for _ in range(count)]
    idle: SimpleQueue[_Process] = SimpleQueue()
    for process in processes:
        idle.put(process)

    def answer(item: Any) -> Any:
        process = idle.get()
        try:
            return process.answer(item)
        finally:
            idle.put(process)

    try:
        with ThreadPoolExecutor(count, "voc-processes") as pool:
            waiting: deque[Future[Any]] = deque()
            for item in items:
                waiting.append(pool.submit(answer, item))
                if len(waiting) >= AHEAD * count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
    finally:
        for process in processes:
            process.stop()


class _Process:
    """One process; started when it is first needed, and again when it has died."""

    def __init__(self, target: str, setting: Any) -> None:
        self._first = (target, setting)
        self._running: subprocess.Popen[bytes] | None = None

    def answer(self, item: Any) -> Any:
        for _ in range(ATTEMPTS):
            running = self._running or self._start()
            try:
                _send(running.stdin, item)
                found = _receive(running.stdout)
            except (EOFError, BrokenPipeError, pickle.UnpicklingError):
                self.stop()
                continue
            if isinstance(found, Exception):
                raise found
            return found
        raise VocError(
            f"A process of voc died {ATTEMPTS} times on the same texts, most likely for want of memory. "
            "Use fewer processes (threads=1), or a larger machine."
        )

    def stop(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.communicate()
            self._running = None

    def _start(self) -> subprocess.Popen[bytes]:
        # One thread each: the processes together are as many as the machine has.
        quiet = {**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
        command = [sys.executable, "-m", "voc.processes"]
        self._running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=quiet)
        _send(self._running.stdin, self._first)
        return self._running


def _send(stream: IO[bytes] | None, value: Any) -> None:
    assert stream is not None
    pickle.dump(value, stream, protocol=pickle.HIGHEST_PROTOCOL)
    stream.flush()


def _receive(stream: IO[bytes] | None) -> Any:
    assert stream is not None
    return pickle.load(stream)  # from our own child, or our own parent, through a pipe


def limit_threads(most: int) -> None:
    """From now on this process has no more than `most` threads: the others beside it need the rest."""
    global _most_threads
    _most_threads = most


def main() -> None:
    """The other process: what it is for comes first, then items until the other end closes."""
    importlib.import_module("voc.processes").limit_threads(1)  # this module is __main__ here
    target, setting = _receive(sys.stdin.buffer)
    answers, sys.stdout = sys.stdout.buffer, sys.stderr  # nothing else may be printed into the pipe
    module, _, function = target.partition(":")
    respond: Answers = getattr(importlib.import_module(module), function)(setting)
    while True:
        try:
            item = _receive(sys.stdin.buffer)
        except EOFError:
            return
        try:
            found = respond(item)
        except Exception as error:  # told to the caller, who knows what it was for
            found = error
        _send(answers, found)


if __name__ == "__main__":
    main()
