"""One command run to its end: seconds, processor seconds and memory of it and all its children."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import time
from pathlib import Path
from typing import Any


def run(command: list[str], folder: Path, every: float = 0.5) -> dict[str, Any]:
    """Wall and processor seconds, and the largest resident memory (MB, shared pages counted once).

    `cwd` must hold the package that is measured. Memory is the sum of the proportional set sizes of
    the process and its children, looked at every half second; stages are told on standard error.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    with (folder / "stderr.txt").open("wb") as told:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=told)
        peak, stages, seen = 0.0, {}, 0
        while process.poll() is None:
            peak = max(peak, sum(map(_resident, family(process.pid))))
            lines = (folder / "stderr.txt").read_text(errors="replace").splitlines()
            for line in lines[seen:]:
                if match := re.match(r"(\w+): [\d,]+ done", line):
                    stages[match[1]] = round(time.perf_counter() - started, 1)
            seen = len(lines)
            time.sleep(every)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise SystemExit((folder / "stderr.txt").read_text(errors="replace")[-2000:])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall_s": round(wall, 1), "cpu_s": round(cpu, 1), "peak_mb": round(peak), "stages": stages}


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            found += family(int(child))
    return found


def _resident(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def cores() -> int:
    return len(os.sched_getaffinity(0))
