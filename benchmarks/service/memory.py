"""Memory of the service over 100,000 calls of one document, on the accurate tier and on the fast one.

Every text is new to the service. What fills first are stores of what was read lately, which have bounds;
"flat" is judged from the second of ten readings on.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.record import machine, save, table
from benchmarks.service.load import Calls, Connection, Load
from benchmarks.service.run import Server, demo_texts, measure, serving

CONNECTIONS = 8
READINGS = 10


def main(out: Path, quick: bool) -> None:
    """Measure and write `memory.json` and `memory.md`."""
    count = 2_000 if quick else 100_000
    texts = demo_texts()
    facts: dict[str, Any] = {"machine": machine(), "quick": quick}
    for tier in ("accurate", "fast"):
        with tempfile.TemporaryDirectory() as folder, serving(Path(folder), tier=tier) as server:
            calls = Calls(texts, server.token, server.port)
            measure(facts, **{tier: lambda calls=calls, server=server: _over(calls, server, count)})
    save(out, "memory", facts, _markdown(facts))


def _over(calls: Calls, server: Server, count: int) -> dict[str, Any]:
    start, seen, statuses = server.resident_mb(), [], Load()
    for _ in range(READINGS):
        asyncio.run(_some(calls, count // READINGS, statuses))
        seen.append(server.resident_mb())
    return {
        "calls": sum(statuses.statuses().values()),
        "statuses": statuses.statuses(),
        "resident_at_start_mb": start,
        "resident_mb": seen,
        "growth_mb": seen[-1] - seen[1],
    }


async def _some(calls: Calls, number: int, load: Load) -> None:
    async def one() -> None:
        connection = Connection(calls.port)
        for _ in range(number // CONNECTIONS):
            load.add(*await calls.send(connection, 1), 1)
        connection.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))


def _markdown(facts: dict[str, Any]) -> str:
    tiers = [(tier, facts[tier]) for tier in ("accurate", "fast")]
    shares = [f"{100 * (i + 1) // READINGS} %" for i in range(READINGS)]
    rows = [
        (tier, seen["calls"], seen["resident_at_start_mb"], *seen["resident_mb"], seen["growth_mb"])
        for tier, seen in tiers
    ]
    header = ("Tier", "calls", "ready, MB", *shares, f"growth from {shares[1]} on, MB")
    return table(header, rows)
