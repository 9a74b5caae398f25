"""Labels from a classifier with recall 0.8: trusted, corrected by 250 labels, or by its own probabilities.

"classifier" has fixed error rates ("hears complaints better": recall 0.9, 0.75 and 0.65 for detractors,
passives and promoters); "honest model" gives calibrated probabilities. Its recall is about 0.8;
the correction is told that by a card (counting for 25 observations, sd 0.08), or 0.7, or nothing.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.movement import labels
from benchmarks.movement.worlds import answers, planted, survey
from voc.numbers.answers import Answers
from voc.numbers.decomposition import Decomposition, decompose, point
from voc.numbers.evidence import Reliability
from voc.numbers.noise import FromLabels, FromProbabilities, impute
from voc.numbers.regression import Options
from voc.numbers.verdicts import judge

THEMES, LABELED = 6, 250
IMPUTATIONS = 6  # from probabilities; the product takes two more
SCENARIOS = ("vi_null", "i_prev", "ii_sev", "v_drift")
BY_SCORE = (0.9, 0.75, 0.65)
CARDS = {
    "card right": Reliability(recall=(0.8, 25.0)),
    "card 0.1 too low": Reliability(recall=(0.7, 25.0)),
    "recall not known": Reliability(),
}


def measure(name: str, runs: dict[int, int]) -> list[dict[str, Any]]:
    """Coverage and bias in a scenario per size (runs: n per wave -> surveys) and kind of labels."""
    rows = []
    a = labels.only_polar(answers(survey(name, 150_000, np.random.default_rng(77), THEMES), least=0))
    made = point(a, Options())
    target = (_rows(made.answers) @ made.components).reshape(3, THEMES)
    for n, count in runs.items():
        found: dict[str, list[np.ndarray]] = {}
        with ProcessPoolExecutor(os.cpu_count(), initializer=threadpool_limits, initargs=(1,)) as pool:
            for one in pool.map(_surveyed, [name] * count, [n] * count, range(count)):
                for kind, figures in one.items():
                    found.setdefault(kind, []).append(figures)
        rows += [
            {"scenario": name, "n": n, "labels": kind, "runs": count} | _figures(name, np.array(x), target)
            for kind, x in found.items()
        ]
        print(f"noise {name} n {n}", flush=True)
    return rows


def _surveyed(name: str, n: int, seed: int) -> dict[str, np.ndarray]:
    """(7, T) values, standard errors and names per kind of labels, for one survey."""
    rng = np.random.default_rng([21, n, seed])
    truth = labels.only_polar(answers(survey(name, n, rng, THEMES), least=0))
    seen = labels.classified(truth, labels.classifier(THEMES), rng)
    checked = labels.labeled(truth, seen, LABELED, rng)
    said, evidence = labels.doubted(truth, rng)
    heard = labels.by_score(truth, BY_SCORE, rng)
    return {
        "true": _one(decompose(labels.pooled(truth))),
        "classifier": _one(decompose(labels.pooled(seen))),
        "classifier, 250 labels": _one(impute(seen, FromLabels(checked), Options(), seed=seed)),
        "classifier that hears complaints better": _one(decompose(labels.pooled(heard))),
        "honest model": _one(decompose(labels.pooled(said))),
    } | {
        f"honest model, {name}": _one(
            impute(said, FromProbabilities(evidence, known), Options(), seed=seed, imputations=IMPUTATIONS)
        )
        for name, known in CARDS.items()
    }


def _one(made: Decomposition) -> np.ndarray:
    value, se = made.combine(_rows(made.answers))
    k = len(made.answers.leaf_theme)
    present = np.unique(made.answers.leaf_theme)
    verdicts = judge(made, present, np.eye(2 * k + 4)[[2 * k, 2 * k + 3]])
    named = np.zeros(THEMES)
    shown = present < THEMES
    named[present[shown]] = (np.minimum(verdicts.prevalence_q, verdicts.effect_q) <= 0.05)[shown]
    return np.vstack([value.reshape(3, THEMES), se.reshape(3, THEMES), named])


def _rows(a: Answers) -> np.ndarray:
    """(3T, 2K + 4) total, prevalence and effect of every theme."""
    k = len(a.leaf_theme)
    rows = np.zeros((3, THEMES, 2 * k + 4))
    for leaf in np.flatnonzero(a.leaf_theme < THEMES):
        rows[1, a.leaf_theme[leaf], leaf] = rows[2, a.leaf_theme[leaf], k + leaf] = 1.0
    rows[0] = rows[1] + rows[2]
    return rows.reshape(3 * THEMES, -1)


def _figures(name: str, x: np.ndarray, target: np.ndarray) -> dict[str, Any]:
    value, se, named = x[:, :3], x[:, 3:6], x[:, 6] > 0
    covered = np.abs(value - target) <= 1.96 * se
    causes = [c for c in planted(name, THEMES) if isinstance(c, int)]
    null = [t for t in range(THEMES) if t not in causes]
    figures: dict[str, Any] = {
        f"coverage_{part}": float(covered[:, i][:, null].mean())
        for i, part in enumerate(("total", "prevalence", "effect"))
    }
    figures["half_total"] = float(np.median(1.96 * se[:, 0]))
    figures["false_theme"] = float(named[:, null].any(1).mean())
    if causes:
        t = causes[0]
        for i, part in enumerate(("total", "prevalence", "effect")):
            figures[f"planted_{part}"] = {
                "target": float(target[i, t]),
                "mean": float(value[:, i, t].mean()),
                "coverage": float(covered[:, i, t].mean()),
            }
        figures["power"] = float(named[:, t].mean())
    return figures
