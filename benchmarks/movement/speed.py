"""How long the full decomposition takes, with all covariances and 2,000 simultaneous draws."""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import scipy.sparse as sp

from benchmarks.movement.worlds import answers, survey
from voc.numbers.answers import Answers
from voc.numbers.decomposition import decompose
from voc.numbers.verdicts import judge, simultaneous


def many(n: int, themes: int, segments: int = 4, seed: int = 1) -> Answers:
    """n respondents, two polarities a theme, 2.0 mentions per comment, shares falling like a power law."""
    rng = np.random.default_rng(seed)
    leaves = 2 * themes
    writes = rng.random(n) < 0.62
    y = rng.choice([-100.0, 0.0, 100.0], n, p=[0.3, 0.25, 0.45])
    mentions = np.where(writes, rng.poisson(2.0, n), 0)
    row = np.repeat(np.arange(n), mentions)
    pull = 1 / np.arange(1, leaves + 1) ** 0.7
    table = sp.csr_matrix(
        (np.ones(len(row)), (row, rng.choice(leaves, len(row), p=pull / pull.sum()))), (n, leaves)
    )
    table.sum_duplicates()
    table.data[:] = 1.0
    return Answers(
        y=y,
        raw=y / 20 + 5,
        wave=np.repeat([0, 1], n // 2),
        segment=rng.integers(0, segments, n),
        category=(y / 100 + 1).astype(np.int64),
        writes=writes,
        weight=np.ones(n),
        person=np.arange(n),
        mentions=table,
        leaf_theme=np.arange(leaves) % themes,
        leaf_polarity=np.where(np.arange(leaves) < themes, 0, 2),
        themes=tuple(f"theme {t}" for t in range(themes)),
        n_segments=segments,
        n_categories=3,
    )


def timed(a: Answers) -> dict[str, float]:
    """Seconds (wall and CPU) of decomposition, verdicts and draws; peak memory of the process in GiB."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = decompose(a)
    k = len(made.answers.leaf_theme)
    themes = np.unique(made.answers.leaf_theme)
    tops = np.eye(2 * k + 4)[[2 * k, 2 * k + 3]]
    judge(made, themes, tops)
    rows = np.zeros((2 * len(themes), 2 * k + 4))
    index = np.searchsorted(themes, made.answers.leaf_theme)
    rows[index, np.arange(k)] = rows[len(themes) + index, k + np.arange(k)] = 1.0
    simultaneous(made, np.vstack([rows, tops]), seed=1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**30 if sys.platform == "darwin" else 2**20)
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "peak_gib": peak}


def small(repeats: int = 50) -> dict[str, float]:
    """The same for two waves of 200 and 10 themes; best and median of `repeats`, seconds."""
    a = answers(survey("i_prev", 200, np.random.default_rng(0)))
    timed(a)
    runs = [timed(a) for _ in range(repeats)]
    wall = sorted(run["wall"] for run in runs)
    return {
        "wall_best": wall[0],
        "wall_median": wall[len(wall) // 2],
        "cpu": float(np.mean([r["cpu"] for r in runs])),
    }
