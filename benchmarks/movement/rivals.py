"""DoWhy's change attribution and wise-pizza beside voc on the same surveys.

They pull in much that voc does not need, so they run in an environment of their own:

    python -m venv DIR && DIR/bin/pip install dowhy wise-pizza
    VOC_RIVALS=DIR python benchmarks/run.py movement

Without `VOC_RIVALS` (or the folder voc-rivals among the temporary files) their rows say "not installed".
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.movement.worlds import Wave, answers, points, survey, truth
from voc.numbers.decomposition import decompose
from voc.numbers.regression import Options
from voc.numbers.verdicts import judge

THEMES, N = 5, 1000
METHODS = ("dowhy", "wise-pizza")
WORKER = Path(__file__).with_name("rivals_worker.py")
CAUSES = {"vi_null": None, "i_prev": 1, "ii_sev": 0}


def measure(runs: int) -> list[dict[str, Any]]:
    """Mean and spread of each method's bars when nothing, a prevalence or a severity changed, n = 1000."""
    rows = []
    for name, cause in CAUSES.items():
        surveys = [survey(name, N, np.random.default_rng([5, seed]), THEMES) for seed in range(runs)]
        known = truth(name, THEMES, 300_000, (99,))
        common = {"scenario": name, "runs": runs, "truth": known}
        started = time.process_time()
        ours = [_voc(waves) for waves in surveys]
        seconds = (time.process_time() - started) / runs
        rows.append(common | {"method": "voc", "named_falsely": _false(ours, cause)})
        rows[-1] |= _figures([bars for bars, _ in ours], cause) | {"seconds": seconds}
        others = _others(surveys)
        for method in METHODS:
            found = others.get(method)
            row = common | {"method": method if found is None else f"{method} {found['version']}"}
            if found is None:
                rows.append(row | {"note": "not installed"})
            else:
                rows.append(row | _figures(found["bars"], cause) | {"seconds": found["seconds"]})
    return rows


def _figures(bars: Any, cause: int | None) -> dict[str, Any]:
    """Mean and spread per bar; how often the cause's theme has the largest; null bars of a point or more."""
    values = np.asarray(bars, dtype=float)
    themes = np.abs(values[:, 1 : THEMES + 1])
    null = np.delete(themes, [] if cause is None else [cause], axis=1)
    return {
        "mean": values.mean(0).round(2).tolist(),
        "spread": values.std(0).round(2).tolist(),
        "first": None if cause is None else float((themes.argmax(1) == cause).mean()),
        "null_bars_over_1": float((null >= 1).mean()),
    }


def _voc(waves: tuple[Wave, Wave]) -> tuple[np.ndarray, np.ndarray]:
    """(T + 2,) mix, themes and general; (T,) which themes are named."""
    made = decompose(answers(waves), Options())
    leaf = made.answers.leaf_theme
    k = len(leaf)
    total, named = np.zeros(THEMES + 1), np.zeros(THEMES + 1, dtype=bool)
    np.add.at(total, leaf, made.components[:k] + made.components[k : 2 * k])
    present = np.unique(leaf)
    verdicts = judge(made, present, np.eye(2 * k + 4)[[2 * k, 2 * k + 3]])
    named[present] = np.minimum(verdicts.prevalence_q, verdicts.effect_q) <= 0.05
    return np.r_[made.components[2 * k], total[:THEMES], made.components[-1]], named[:THEMES]


def _false(ours: list[tuple[np.ndarray, np.ndarray]], cause: int | None) -> float:
    """Share of surveys in which a theme that did not change is named."""
    named = np.array([one for _, one in ours])
    return float(np.delete(named, [] if cause is None else [cause], axis=1).any(1).mean())


def _others(surveys: list[tuple[Wave, Wave]]) -> dict[str, Any]:
    """What the worker found, per method that its environment has; nothing without an environment."""
    folder = Path(os.environ.get("VOC_RIVALS", Path(tempfile.gettempdir()) / "voc-rivals"))
    python = folder / "bin" / "python"
    if not python.exists():
        return {}
    arrays = {}
    for i, waves in enumerate(surveys):
        for w, wave in enumerate(waves):
            arrays[f"state_{i}_{w}"] = np.select([wave.state == 1, wave.state == 2], [-1, 1], 0)
            arrays[f"segment_{i}_{w}"], arrays[f"y_{i}_{w}"] = wave.segment, points(wave.score)
    with tempfile.TemporaryDirectory() as place:
        given, taken = Path(place) / "surveys.npz", Path(place) / "bars.json"
        np.savez(given, **arrays)
        subprocess.run([str(python), str(WORKER), str(given), str(taken)], check=True)
        found: dict[str, Any] = json.loads(taken.read_text())
    return found
