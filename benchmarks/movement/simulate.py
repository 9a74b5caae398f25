"""Repeated surveys of a scenario through the product's decomposition: coverage, names, ranks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.movement import comparators
from benchmarks.movement.worlds import SCENARIOS, answers, planted, survey
from voc.numbers.decomposition import decompose, point
from voc.numbers.regression import Options
from voc.numbers.verdicts import judge

FDR = 0.05
LIMIT_SEED = 4242


@dataclass(frozen=True)
class Limit:
    """Large-sample value of the estimator: leaves (3, T + 1, 2) prevalence and effect, and tops (4,)."""

    leaves: np.ndarray
    tops: np.ndarray


def limit(name: str, themes: int, n: int, project: bool = True, kind: str = "nps") -> Limit:
    """The estimator's own value at n respondents per wave."""
    made = point(
        answers(survey(name, n, np.random.default_rng(LIMIT_SEED), themes), kind), Options(project=project)
    )
    a = made.answers
    k = len(a.leaf_theme)
    leaves = np.zeros((3, themes + 1, 2))
    leaves[a.leaf_polarity, a.leaf_theme, 0] = made.components[:k]
    leaves[a.leaf_polarity, a.leaf_theme, 1] = made.components[k : 2 * k]
    return Limit(leaves, made.components[2 * k :])


@dataclass(frozen=True)
class Run:
    """One survey. T themes (without "other"); NaN where a theme does not occur.

    Attributes:
        value, se, target: (3, T) of total, prevalence and effect.
        top_value, top_se, top_target: (2,) of mix and general.
        named: (T,) and top_named (2,).
        strength: (T,) evidence that orders the themes.
        gap: |sum of parts - change|, points.
        others: comparator -> (T,) bars.
    """

    value: np.ndarray
    se: np.ndarray
    target: np.ndarray
    top_value: np.ndarray
    top_se: np.ndarray
    top_target: np.ndarray
    named: np.ndarray
    top_named: np.ndarray
    strength: np.ndarray
    gap: float
    others: dict[str, np.ndarray]


def run(
    name: str,
    n: int,
    seed: int,
    themes: int,
    known: Limit,
    options: Options,
    kind: str = "nps",
    compare: bool = True,
) -> Run:
    """Survey number `seed` of a scenario with n respondents per wave."""
    rng = np.random.default_rng([1, n, SCENARIOS.index(name), seed])
    waves = survey(name, n, rng, themes)
    a = answers(waves, kind)
    made = decompose(a, options)
    a = made.answers
    k = len(a.leaf_theme)
    present = np.unique(a.leaf_theme)
    rows = np.zeros((3, len(present), 2 * k + 4))
    index, leaf = np.searchsorted(present, a.leaf_theme), np.arange(k)
    rows[1, index, leaf] = rows[2, index, k + leaf] = 1.0
    rows[0] = rows[1] + rows[2]
    value, se = (x.reshape(3, -1) for x in made.combine(rows.reshape(-1, 2 * k + 4)))
    leaves = known.leaves[a.leaf_polarity, a.leaf_theme]
    target = np.zeros_like(value)
    np.add.at(target[1], index, leaves[:, 0])
    np.add.at(target[2], index, leaves[:, 1])
    target[0] = target[1] + target[2]
    tops = np.eye(2 * k + 4)[[2 * k, 2 * k + 3]]
    verdicts = judge(made, present, tops)
    top_value, top_se = made.combine(tops)
    shown = present < themes
    change = a.y[a.wave == 1].mean() - a.y[a.wave == 0].mean()

    def spread(values: np.ndarray, empty: float = np.nan) -> np.ndarray:
        out = np.full((*values.shape[:-1], themes), empty)
        out[..., present[shown]] = values[..., shown]
        return out

    named = np.minimum(verdicts.prevalence_q, verdicts.effect_q) <= FDR
    return Run(
        value=spread(value),
        se=spread(se),
        target=spread(target),
        top_value=top_value,
        top_se=top_se,
        top_target=known.tops[[0, 3]],
        named=spread(named.astype(float), 0.0) > 0,
        top_named=verdicts.top_q <= FDR,
        strength=spread(verdicts.strength, 0.0),
        gap=float(abs(made.components.sum() - change)),
        others=comparators.all_of(waves) if compare else {},
    )


@dataclass(frozen=True)
class Row:
    """Figures of one scenario at one size, ready for JSON."""

    scenario: str
    n: int
    themes: int
    runs: int
    coverage_total: float
    coverage_prevalence: float
    coverage_effect: float
    coverage_mix: float
    coverage_general: float
    coverage_planted: list[float]
    half_total: float
    half_prevalence: float
    half_effect: float
    false_theme: float
    false_any: float
    power: list[float]
    first: float | None
    mean_planted: list[float]
    target_planted: list[float]
    largest_null_mean: float
    additivity: float
    others: dict[str, dict[str, float | None]]


def summarize(name: str, n: int, themes: int, runs: list[Run]) -> Row:
    """The figures of `runs` of one scenario."""
    value, se, target = (np.array([getattr(r, key) for r in runs]) for key in ("value", "se", "target"))
    top_value, top_se, top_target = (
        np.array([getattr(r, f"top_{key}") for r in runs]) for key in ("value", "se", "target")
    )
    named, top_named = np.array([r.named for r in runs]), np.array([r.top_named for r in runs])
    strength = np.array([r.strength for r in runs])
    alive = np.isfinite(value) & (se > 0)
    covered = np.abs(value - target) <= 1.96 * se
    pooled = [float(covered[:, i][alive[:, i]].mean()) for i in range(3)]
    half = [float(np.median(1.96 * se[:, i][alive[:, i]])) for i in range(3)]
    top_covered = (np.abs(top_value - top_target) <= 1.96 * top_se).mean(0)
    causes = planted(name, themes)
    theme_causes = [c for c in causes if isinstance(c, int)]
    top_causes = [("mix", "general").index(c) for c in causes if isinstance(c, str)]
    null = [t for t in range(themes) if t not in theme_causes]
    null_tops = [t for t in (0, 1) if t not in top_causes]
    false_theme = named[:, null].any(1)
    return Row(
        scenario=name,
        n=n,
        themes=themes,
        runs=len(runs),
        coverage_total=pooled[0],
        coverage_prevalence=pooled[1],
        coverage_effect=pooled[2],
        coverage_mix=float(top_covered[0]),
        coverage_general=float(top_covered[1]),
        coverage_planted=[float(covered[:, 0, t][alive[:, 0, t]].mean()) for t in theme_causes]
        + [float(top_covered[t]) for t in top_causes],
        half_total=half[0],
        half_prevalence=half[1],
        half_effect=half[2],
        false_theme=float(false_theme.mean()),
        false_any=float((false_theme | top_named[:, null_tops].any(1)).mean()),
        power=[float(named[:, t].mean()) for t in theme_causes]
        + [float(top_named[:, t].mean()) for t in top_causes],
        first=float(np.isin(strength.argmax(1), theme_causes).mean()) if theme_causes else None,
        mean_planted=[float(np.nanmean(value[:, 0, t])) for t in theme_causes]
        + [float(top_value[:, t].mean()) for t in top_causes],
        target_planted=[float(np.nanmean(target[:, 0, t])) for t in theme_causes]
        + [float(top_target[:, t].mean()) for t in top_causes],
        largest_null_mean=_largest_mean(value[:, 0, null]),
        additivity=max(r.gap for r in runs),
        others=_others(runs, theme_causes, null),
    )


def _largest_mean(value: np.ndarray) -> float:
    """Largest absolute mean over themes that occur in some run."""
    count = np.isfinite(value).sum(0)
    return float(np.abs(np.nansum(value, axis=0) / np.maximum(count, 1)).max())


def _others(runs: list[Run], causes: list[int], null: list[int]) -> dict[str, dict[str, float | None]]:
    """Per comparator: how often a planted theme has the largest bar, and a null bar reaches 1 point."""
    found: dict[str, dict[str, float | None]] = {}
    for key in runs[0].others:
        bars = np.abs(np.array([r.others[key] for r in runs]))
        found[key] = {
            "first": float(np.isin(bars.argmax(1), causes).mean()) if causes else None,
            "null_bars_over_1": float((bars[:, null] >= 1).mean()),
            "runs_with_null_bar_over_1": float((bars[:, null] >= 1).any(1).mean()),
        }
    return found
