"""DoWhy's change attribution and wise-pizza, where they are installed; a row says so where they are not."""

from __future__ import annotations

import importlib.util
import logging
import time
import warnings
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.movement.worlds import Wave, answers, points, survey, truth
from voc.numbers.decomposition import point
from voc.numbers.regression import Options

THEMES, N = 5, 1000


def measure(runs: int) -> list[dict[str, Any]]:
    """Mean and spread of each method's bars on the null and the two single-cause scenarios, n = 1000."""
    rows = []
    for name in ("vi_null", "i_prev", "ii_sev"):
        known = truth(name, THEMES, 300_000, (99,))
        for method, bars in (("voc", _voc), ("dowhy", _dowhy), ("wise_pizza", _wise_pizza)):
            if method != "voc" and importlib.util.find_spec(method) is None:
                rows.append({"scenario": name, "method": method, "note": "not installed"})
                continue
            found, started = [], time.perf_counter()
            for seed in range(runs):
                waves = survey(name, N, np.random.default_rng([5, seed]), THEMES)
                found.append(bars(waves))
            seconds = (time.perf_counter() - started) / runs
            rows.append(
                {
                    "scenario": name,
                    "method": method,
                    "truth": known,
                    "seconds": seconds,
                    "mean": np.mean(found, axis=0).round(2).tolist(),
                    "spread": np.std(found, axis=0).round(2).tolist(),
                    "bars": ["mix", *(f"theme {t}" for t in range(THEMES)), "rest"],
                }
            )
    return rows


def _voc(waves: tuple[Wave, Wave]) -> np.ndarray:
    made = point(answers(waves), Options())
    k = len(made.answers.leaf_theme)
    total = np.zeros(THEMES + 1)
    np.add.at(total, made.answers.leaf_theme, made.components[:k] + made.components[k : 2 * k])
    return np.r_[made.components[2 * k], total[:THEMES], made.components[-1]]


def _frames(waves: tuple[Wave, Wave]) -> list[pd.DataFrame]:
    made = []
    for wave in waves:
        state = np.where(wave.state == 1, -1.0, np.where(wave.state == 2, 1.0, 0.0))
        frame = pd.DataFrame({f"t{t}": state[:, t] for t in range(THEMES)})
        made.append(frame.assign(segment=wave.segment.astype(float), y=points(wave.score)))
    return made


def _dowhy(waves: tuple[Wave, Wave]) -> np.ndarray:
    logging.disable(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gcm = importlib.import_module("dowhy.gcm")
        robust = importlib.import_module("dowhy.gcm.distribution_change_robust").distribution_change_robust
        networkx = importlib.import_module("networkx")
        names = [f"t{t}" for t in range(THEMES)]
        edges = [("segment", name) for name in names] + [(name, "y") for name in names] + [("segment", "y")]
        model = gcm.ProbabilisticCausalModel(networkx.DiGraph(edges))
        config = gcm.shapley.ShapleyConfig(n_jobs=1)
        found = robust(model, *_frames(waves), "y", shapley_config=config)
    logging.disable(logging.NOTSET)
    return np.array([found["segment"], *(found[name] for name in names), found["y"]])


def _wise_pizza(waves: tuple[Wave, Wave]) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pizza = importlib.import_module("wise_pizza")
        first, second = (frame.assign(size=1) for frame in _frames(waves))
        names = ["segment", *(f"t{t}" for t in range(THEMES))]
        found = pizza.explain_changes_in_average(
            first, second, dims=names, total_name="y", size_name="size", how="force_dim", max_segments=8
        )
    bars = dict.fromkeys(names, 0.0)
    for segment in found.segments:
        for name in segment["segment"]:
            if name in bars:
                bars[name] += float(segment.get("impact", segment.get("total", 0.0))) / len(waves[1].score)
    return np.array([*(bars[name] for name in names), 0.0])
