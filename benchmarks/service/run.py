"""The service under load, beside the bare model in the same run: throughput, latency, overload, an upload.

Starts `voc serve` as its own process with the embedded models and calls it over HTTP. The bare model
(`voc.classify` with opened tools, in this process) is measured before and after the service in turn, as a
machine's pace drifts. Callers run in this process beside the server on the same cores; the processor time
they take is measured and told, and no figure is corrected for it. Memory over many calls takes long and
needs no quiet machine: memory.py measures it.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.record import machine, save
from benchmarks.service.load import Calls, Connection, closed_loop, open_loop
from benchmarks.service.tables import markdown

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 7
PER_CALL = 20  # documents in a call, where many calls come at once


def main(out: Path, quick: bool) -> None:
    """Measure and write `service.json` and `service.md`."""
    seconds = 6.0 if quick else 20.0
    texts = demo_texts()
    facts: dict[str, Any] = {"machine": machine(), "quick": quick, "documents_per_call": PER_CALL}
    bare = Bare(texts)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        facts["ready_s"] = server.ready_s
        calls = Calls(texts, server.token, server.port)
        asyncio.run(closed_loop(calls, connections=4, size=PER_CALL, seconds=3.0))  # warm
        measure(
            facts,
            throughput=lambda: _throughput(bare, calls, seconds, server),
            single=lambda: _single(bare, calls, 60 if quick else 300),
            at_70=lambda: _steady(calls, facts["throughput"]["texts_per_s"], seconds),
            overload=lambda: _overload(calls, facts["throughput"]["texts_per_s"], seconds, server),
        )
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), tier="fast") as server:
        measure(facts, upload=lambda: _upload(server, 100_000 if quick else 1_000_000))
    save(out, "service", facts, markdown(facts))


def measure(facts: dict[str, Any], **parts: Callable[[], dict[str, Any]]) -> None:
    """Take the parts one after another, and say each as soon as it is known."""
    for name, part in parts.items():
        facts[name] = part()
        print(name, json.dumps(facts[name]), flush=True)


class Bare:
    """The model alone, in this process."""

    def __init__(self, texts: list[str]) -> None:
        from voc.pipeline import open_tools

        self.tools, self.texts, self.count = open_tools(), texts, 10_000_000
        self.classify(64)

    def classify(self, size: int) -> float:
        """Seconds for `size` texts never seen before."""
        from voc.pipeline import classify

        sent = []
        for _ in range(size):
            self.count += 1
            sent.append(f"{self.texts[self.count % len(self.texts)]} {self.count}")
        started = time.perf_counter()
        classify(sent, tools=self.tools)
        return time.perf_counter() - started

    def texts_per_s(self, seconds: float) -> tuple[float, float]:
        """Texts per second, and processor seconds per text."""
        done, spent, begun = 0, 0.0, time.process_time()
        while spent < seconds:
            spent += self.classify(32)
            done += 32
        return done / spent, (time.process_time() - begun) / done


def _throughput(bare: Bare, calls: Calls, seconds: float, server: Server) -> dict[str, Any]:
    """Rounds of model, service, model; the ratio is their median.

    Shared machines change pace from second to second, so the rounds are short and many. The processor
    time per text is told too: it does not depend on who else uses the machine.
    """
    model, service, callers, statuses = [], [], [], {}
    costs: dict[str, list[float]] = {"bare": [], "service": [], "callers": []}

    def alone() -> None:
        pace, cost = bare.texts_per_s(seconds / 6)
        model.append(pace)
        costs["bare"].append(cost)

    for _ in range(ROUNDS):
        alone()
        spent, used = time.process_time(), server.processor_s()
        load = asyncio.run(closed_loop(calls, connections=4, size=PER_CALL, seconds=seconds / 2))
        callers.append((time.process_time() - spent) / load.elapsed)
        costs["service"].append((server.processor_s() - used) / max(load.documents, 1))
        costs["callers"].append((time.process_time() - spent) / max(load.documents, 1))
        service.append(load.documents / load.elapsed)
        statuses = load.statuses()
        alone()
    pairs = [2 * one / (model[2 * i] + model[2 * i + 1]) for i, one in enumerate(service)]
    ms = {name: 1000 * sum(seen) / len(seen) for name, seen in costs.items()}
    return {
        "processor_ms_per_text": ms,
        "processor_ratio": ms["bare"] / ms["service"],
        "bare_texts_per_s": sum(model) / len(model),
        "texts_per_s": sum(service) / len(service),
        "ratio": statistics.median(pairs),
        "ratios": pairs,
        "callers_cores": sum(callers) / len(callers),
        "statuses": statuses,
    }


def _single(bare: Bare, calls: Calls, count: int) -> dict[str, Any]:
    """Bare and called in turn, one by one: both see the same machine."""

    async def ask() -> tuple[list[float], list[float]]:
        connection = Connection(calls.port)
        alone, called = [], []
        for _ in range(count):
            alone.append(bare.classify(1))
            called.append((await calls.send(connection, 1))[1])
        connection.close()
        return sorted(alone), sorted(called)

    alone, called = asyncio.run(ask())
    middle = count // 2
    return {"bare_p50_s": alone[middle], "p50_s": called[middle], "ratio": called[middle] / alone[middle]}


def _steady(calls: Calls, capacity: float, seconds: float) -> dict[str, Any]:
    rate = 0.7 * capacity / PER_CALL
    load = asyncio.run(open_loop(calls, per_second=rate, size=PER_CALL, seconds=seconds))
    p50, p99 = load.percentile(0.5), load.percentile(0.99)
    return {"p50_s": p50, "p99_s": p99, "ratio": p99 / p50, "statuses": load.statuses()}


def _overload(calls: Calls, capacity: float, seconds: float, server: Server) -> dict[str, Any]:
    rate = 3.0 * capacity / PER_CALL
    load = asyncio.run(open_loop(calls, per_second=rate, size=PER_CALL, seconds=seconds))
    return {
        "slowest_s": load.slowest(),
        "statuses": load.statuses(),
        "answered_texts_per_s": load.documents / load.elapsed,
        "refused_p50_s": load.percentile(0.5, 503),
        "alive": server.process.poll() is None,
    }


def _upload(server: Server, rows: int) -> dict[str, Any]:
    """One upload of so many rows; memory at its highest while it came in."""
    before = server.resident_mb()
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:
        file.write("id,comment,nps,date\n")
        for i in range(rows):
            file.write(
                f"{i},الخدمة في الفرع {i} كانت بطيئة and the staff were kind,{i % 11},2024-0{1 + i % 6}-03\n"
            )
        file.flush()
        with Path(file.name).open("rb") as stream:
            request = urllib.request.Request(
                f"http://127.0.0.1:{server.port}/v1/batches", data=stream, method="POST",
                headers={"Authorization": f"Bearer {server.token}", "Content-Type": "text/csv",
                         "Content-Length": str(Path(file.name).stat().st_size)},
            )  # fmt: skip
            started = time.perf_counter()
            with urllib.request.urlopen(request) as answer:
                told = json.load(answer)
                status = answer.status
            took = time.perf_counter() - started
        peak = server.peak_mb()
    gone = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/v1/batches/{told['id']}", method="DELETE",
        headers={"Authorization": f"Bearer {server.token}"},
    )  # fmt: skip
    urllib.request.urlopen(gone).close()
    return {"rows": rows, "status": status, "bytes": told["bytes"], "seconds": took,
            "resident_before_mb": before, "peak_resident_mb": peak}  # fmt: skip


class Server:
    """`voc serve` in its own process."""

    def __init__(self, folder: Path, tier: str) -> None:
        from service import keys
        from service.main import open_database
        from service.settings import ServiceSettings

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        database = open_database(ServiceSettings(data_dir=folder))
        scopes = ("classify", "batch")
        made = keys.create(database, scopes=scopes, rate_per_minute=10**8, documents_per_day=10**9)
        database.close()
        self.token = made.token
        environment = {
            **os.environ,
            "VOC_DATA_DIR": str(folder),
            "VOC_LOG_LEVEL": "WARNING",
            "VOC_TIER": tier,
        }
        self.started = time.perf_counter()
        code = f"from service.main import run; run(port={self.port})"
        self.process = subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=ROOT)

    def wait(self) -> None:
        for _ in range(6000):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz").close()
                self.ready_s = time.perf_counter() - self.started
                return
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError("the service did not start") from None
                time.sleep(0.02)
        raise RuntimeError("the service did not get ready")

    def processor_s(self) -> float:
        """Processor time used so far, all threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mb(self) -> float:
        return self._status("VmRSS")

    def peak_mb(self) -> float:
        return self._status("VmHWM")

    def _status(self, name: str) -> float:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


@contextmanager
def serving(folder: Path, tier: str = "accurate") -> Iterator[Server]:
    server = Server(folder, tier)
    try:
        server.wait()
        yield server
    finally:
        server.process.terminate()
        server.process.wait()


def demo_texts() -> list[str]:
    """The demo survey's comments."""
    from voc.demo.survey import survey

    frame = survey(n=2000)
    column = max(frame.columns, key=lambda name: frame[name].astype(str).str.len().mean())
    return [text for text in frame[column].dropna().astype(str) if text.strip()]
