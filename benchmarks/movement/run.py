"""The movement benchmark: known causes, coverage, false names, power, exactness, label noise, speed.

All stages take about half an hour on two cores. With `VOC_STAGES=main,themes` in the environment only these
are run, and the others stay as they are in the output folder; `ran` says of each stage how long it took,
under which load, on which day, and with which modules (`code`).
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

import voc.numbers
from benchmarks.movement import exactness, noisy, rivals, speed, stress, tables
from benchmarks.movement.simulate import Row, limit, run, summarize
from benchmarks.movement.worlds import SCENARIOS
from benchmarks.record import machine, save
from voc.numbers.regression import Options

# n per wave: runs of every scenario
FULL = {100: 500, 200: 500, 500: 500, 2000: 300, 5000: 300}
QUICK = {200: 20, 500: 20}
# the same for other numbers of themes
OTHER_T = {100: 200, 200: 200, 500: 200, 2000: 100}
NOISY = {"i_prev": {1000: 100, 3000: 100}, "ii_sev": {1000: 100, 3000: 100}}
NOISY_ELSEWHERE = {1000: 300}
MODULES = ("answers", "cells", "matrices", "regression", "influence", "decomposition", "verdicts")
OF_NOISE = ("confusion", "evidence", "imputation", "imputation_models", "noise")
NOISE = tuple(f"noise {name}" for name in noisy.SCENARIOS)
STAGES = ("main", "themes", "scales", "exactness", "stress", *NOISE, "speed", "rivals")


def main(out: Path, quick: bool) -> None:
    """Runs every stage; a stage's result is kept beside the others as soon as it is there."""
    chosen = os.environ.get("VOC_STAGES", "")
    result: dict[str, Any] = _earlier(out) if chosen else {"quick": quick}
    work = {
        "main": lambda: [asdict(row) for row in _scenarios(quick)],
        "themes": lambda: [asdict(row) for row in _themes(quick)],
        "scales": lambda: [asdict(row) | {"scale": kind} for kind, row in _scales(quick)],
        "exactness": lambda: exactness.measure(5 if quick else 30),
        "stress": lambda: stress.measure(20_000 if quick else 80_000),
        "speed": lambda: {
            "two waves of 200": speed.small(),
            "respondents x 100 themes": speed.timed(speed.many(50_000 if quick else 1_000_000, 100)),
        },
        "rivals": lambda: rivals.measure(2 if quick else 8),
        **{stage: partial(_noise, stage.split()[1], quick) for stage in NOISE},
    }
    for stage in chosen.split(",") if chosen else STAGES:
        result["machine"] = machine()
        code, started = _code(stage), time.perf_counter()
        with threadpool_limits(1):  # small matrices: threads only get into each other's way
            result[stage] = work[stage]()
        seconds = round(time.perf_counter() - started, 1)
        about = {"seconds": seconds, "code": code}
        about |= {key: result["machine"][key] for key in ("load_at_start", "date")}
        result.setdefault("ran", {})[stage] = about
        save(out, "movement", result, tables.markdown(result))
        print(f"{stage}: {seconds} s", flush=True)


def _noise(name: str, quick: bool) -> list[dict[str, Any]]:
    """Labels from a classifier in one scenario."""
    return noisy.measure(name, {1000: 4} if quick else NOISY.get(name, NOISY_ELSEWHERE))


def _earlier(out: Path) -> dict[str, Any]:
    """What stands in the output folder."""
    file = out / "movement.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


def _code(stage: str) -> str:
    """SHA-256 (12 digits) of the modules that a stage measures."""
    folder = Path(voc.numbers.__file__).parent
    text = b"".join(
        (folder / f"{name}.py").read_bytes() for name in (*MODULES, *(OF_NOISE if stage in NOISE else ()))
    )
    return hashlib.sha256(text).hexdigest()[:12]


def _scenarios(quick: bool) -> list[Row]:
    """Every scenario at every size, over all cores."""
    sizes = QUICK if quick else FULL
    jobs = [(name, 10, "nps", 60_000 if quick else 400_000, sizes, 0, True) for name in SCENARIOS]
    return [row for rows in _spread(jobs) for row in rows]


def _themes(quick: bool) -> list[Row]:
    """Fewer and more themes: nothing changed, and a prevalence cause."""
    jobs = [
        (name, themes, "nps", 40_000 if quick else 150_000, {100: 10} if quick else OTHER_T, 0, False)
        for themes in (6, 20, 40)
        for name in ("vi_null", "i_prev")
    ]
    return [row for rows in _spread(jobs) for row in rows]


def _scales(quick: bool) -> list[tuple[str, Row]]:
    """Other scores when nothing changed."""
    sizes = {200: 10} if quick else {200: 150, 500: 150}
    kinds = ("top_box", "mean")
    jobs = [("vi_null", 10, kind, 40_000 if quick else 150_000, sizes, 1000, False) for kind in kinds]
    return [(kind, row) for kind, rows in zip(kinds, _spread(jobs), strict=True) for row in rows]


Job = tuple[str, int, str, int, dict[int, int], int, bool]


def _spread(jobs: list[Job]) -> list[list[Row]]:
    """The rows of every job, one process per core."""
    with ProcessPoolExecutor(os.cpu_count(), initializer=threadpool_limits, initargs=(1,)) as pool:
        return list(pool.map(_rows, jobs))


def _rows(job: Job) -> list[Row]:
    """One scenario at several sizes (n per wave: surveys)."""
    name, themes, kind, large, sizes, first, compare = job
    known = limit(name, themes, large, kind=kind)
    rows = []
    for n, runs in sizes.items():
        seeds = range(first, first + runs)
        made = [run(name, n, seed, themes, known, Options(), kind, compare=compare) for seed in seeds]
        rows.append(summarize(name, n, themes, made))
        print(_line(rows[-1]), flush=True)
    return rows


def _line(row: Row) -> str:
    power = "/".join(f"{value:.2f}" for value in row.power) or "-"
    first = "-" if row.first is None else f"{row.first:.2f}"
    planted = "/".join(f"{value:.2f}" for value in row.coverage_planted) or "-"
    return (
        f"T {row.themes} n {row.n} {row.scenario}: coverage {row.coverage_total:.3f} planted {planted} "
        f"false {row.false_any:.3f} power {power} first {first}"
    )
