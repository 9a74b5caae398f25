"""A load generator that costs little: raw HTTP/1.1 over kept-alive connections, closed or open loop."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field

_AFTER_REFUSAL_S = 0.5  # callers are asked to wait for a second


@dataclass
class Load:
    """What came back: seconds per call by status, documents answered, and how long it went on."""

    seconds: dict[int, list[float]] = field(default_factory=dict)
    documents: int = 0
    elapsed: float = 0.0

    def add(self, status: int, seconds: float, documents: int) -> None:
        self.seconds.setdefault(status, []).append(seconds)
        self.documents += documents if status == 200 else 0

    def statuses(self) -> dict[str, int]:
        return {str(status): len(times) for status, times in sorted(self.seconds.items())}

    def percentile(self, share: float, status: int = 200) -> float:
        times = sorted(self.seconds.get(status, [0.0]))
        return times[min(int(share * len(times)), len(times) - 1)]

    def slowest(self) -> float:
        return max((max(times) for times in self.seconds.values()), default=0.0)


class Calls:
    """Makes bodies of `size` documents, none of them ever the same, so that no cache answers."""

    def __init__(self, texts: list[str], token: str, port: int) -> None:
        self.texts, self.token, self.port = texts, token, port
        self.count = 0

    def make(self, size: int) -> bytes:
        documents = []
        for _ in range(size):
            self.count += 1
            text = f"{self.texts[self.count % len(self.texts)]} {self.count}"
            documents.append({"id": str(self.count), "text": text})
        body = json.dumps({"documents": documents}).encode()
        head = (
            f"POST /v1/classify HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def send(self, connection: Connection, size: int) -> tuple[int, float]:
        request = self.make(size)
        started = time.perf_counter()
        status = await connection.ask(request)
        return status, time.perf_counter() - started


class Connection:
    """One kept-alive connection, opened again when the server closed it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> int:
        """The status; 0 when the connection was lost, which is tried once more if it was an old one."""
        old = self.streams is not None
        status = await self._ask(request)
        return await self._ask(request) if status == 0 and old else status

    async def _ask(self, request: bytes) -> int:
        try:
            if self.streams is None:
                self.streams = await asyncio.open_connection("127.0.0.1", self.port)
            reader, writer = self.streams
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = int(head.lower().partition("content-length:")[2].partition("\r\n")[0])
            await reader.readexactly(length)
            return int(head[9:12])
        except (OSError, asyncio.IncompleteReadError):
            self.streams = None
            return 0

    def close(self) -> None:
        if self.streams is not None:
            self.streams[1].close()


async def closed_loop(calls: Calls, *, connections: int, size: int, seconds: float) -> Load:
    """Each connection sends its next call when the last one is answered."""
    load, ends = Load(), time.perf_counter() + seconds

    async def one() -> None:
        connection = Connection(calls.port)
        while time.perf_counter() < ends:
            status, took = await calls.send(connection, size)
            load.add(status, took, size)
            if status != 200:
                await asyncio.sleep(_AFTER_REFUSAL_S)
        connection.close()

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    load.elapsed = time.perf_counter() - started
    return load


async def open_loop(calls: Calls, *, per_second: float, size: int, seconds: float, seed: int = 6) -> Load:
    """Calls arrive at random (Poisson), whether or not earlier ones were answered."""
    load, chance = Load(), random.Random(seed)
    idle: list[Connection] = []
    running: set[asyncio.Task[None]] = set()

    async def one() -> None:
        connection = idle.pop() if idle else Connection(calls.port)
        status, took = await calls.send(connection, size)
        load.add(status, took, size)
        idle.append(connection)

    started = time.perf_counter()
    due = started
    while due < started + seconds:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        task = asyncio.create_task(one())
        running.add(task)
        task.add_done_callback(running.discard)
        due += chance.expovariate(per_second)
    await asyncio.gather(*running)
    load.elapsed = time.perf_counter() - started
    for connection in idle:
        connection.close()
    return load


def total(loads: list[Load]) -> Counter[str]:
    """Calls by status over several loads."""
    return sum((Counter(load.statuses()) for load in loads), Counter())
