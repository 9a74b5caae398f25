"""Large samples in worlds where the assumptions fail: what a planted bar is worth then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.movement.worlds import World, answers, changed, points, scenario, scores, wave
from voc.numbers.decomposition import point
from voc.numbers.regression import Options

WORLDS: dict[str, dict[str, Any]] = {
    "base": {},
    "writing also depends on experience": {"by_experience": 0.35},
    "everyone writes everything": {"writes": np.ones(3), "tells_bad": np.ones(3), "tells_good": np.ones(3)},
    "mention independent of score": {
        "writes": np.full(3, 0.6), "tells_bad": np.full(3, 0.6), "tells_good": np.full(3, 0.6),
    },
    "experience correlation 0.6": {"correlation": 0.6},
    "experience correlation 0": {"correlation": 0.0},
}  # fmt: skip


def measure(n: int) -> list[dict[str, Any]]:
    """Per world and scenario, n per wave: planted bar over truth, largest other theme, general."""
    rows = []
    for label, parameters in WORLDS.items():
        for name, bar in (("i_prev", 1), ("ii_sev", 0), ("v_drift", None)):
            world, change = scenario(name, 10)
            first = replace(world, **parameters)
            second = changed(first, change)
            rng = np.random.default_rng(12)
            a = answers((wave(first, n, rng), wave(second, n, rng)))
            truth = _truth(first, second, max(4 * n, 100_000))
            made = point(a, Options())
            k = len(made.answers.leaf_theme)
            total = np.zeros(11)
            np.add.at(total, made.answers.leaf_theme, made.components[:k] + made.components[k : 2 * k])
            general = float(made.components[-1])
            others = np.abs(np.delete(total[:10], bar if bar is not None else []))
            rows.append(
                {
                    "world": label,
                    "scenario": name,
                    "truth": truth,
                    "planted_over_truth": (general if bar is None else float(total[bar])) / truth,
                    "largest_other_theme": float(others.max()),
                    "general": general,
                }
            )
    return rows


def _truth(first: World, second: World, n: int) -> float:
    change = [
        points(scores(second, n, np.random.default_rng(seed))[2]).mean()
        - points(scores(first, n, np.random.default_rng(seed))[2]).mean()
        for seed in (1, 2)
    ]
    return float(np.mean(change))
