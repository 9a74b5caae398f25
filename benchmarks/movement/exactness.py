"""Largest violations, in points, of what must hold exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.movement.worlds import SCENARIOS, answers, at_rest, changed, scenario, survey, wave
from voc.numbers.answers import Answers, pool_rare
from voc.numbers.decomposition import point
from voc.numbers.regression import Options


def measure(runs: int) -> dict[str, float]:
    """Over `runs` surveys of 250 per wave: sums, signs, orders, weights, odd inputs; and the chaining gap."""
    worst: dict[str, float] = {}

    def note(name: str, value: float) -> None:
        worst[name] = max(worst.get(name, 0.0), value)

    for seed in range(runs):
        rng = np.random.default_rng([77, seed])
        a = answers(survey(SCENARIOS[seed % len(SCENARIOS)], 250, rng))
        k, n = len(a.leaf_theme), len(a.y)
        parts = _parts(a)
        note("sum", abs(parts.sum() - _change(a)))
        own = point(a, Options(project=False)).components
        note("sum, own bars", abs(own.sum() - _change(a)))
        note("exchange of sides", float(np.abs(parts + _parts(replace(a, wave=1 - a.wave))).max()))
        rows = rng.permutation(n)
        note("order of rows", float(np.abs(parts - _parts(_taken(a, rows))).max()))
        order = rng.permutation(k)
        mixed = replace(
            a,
            mentions=a.mentions[:, order],
            leaf_theme=a.leaf_theme[order],
            leaf_polarity=a.leaf_polarity[order],
        )
        back = np.r_[order, k + order, 2 * k + np.arange(4)]
        note("order of themes", float(np.abs(parts[back] - _parts(mixed)).max()))
        weight = rng.integers(1, 4, n)
        copies = np.repeat(np.arange(n), weight)
        weighted = _parts(replace(a, weight=weight.astype(float)))
        note("weights = copies", float(np.abs(weighted - _parts(_taken(a, copies))).max()))
        gone = _taken(a, np.flatnonzero(~((a.wave == 0) & (a.segment == 0))))
        note("sum, segment missing", abs(_parts(gone).sum() - _change(gone)))
        silent = replace(
            a,
            writes=a.writes & (a.wave == 0),
            mentions=a.mentions.multiply((a.wave == 0)[:, None]).tocsr(),
        )
        note("sum, a wave without comments", abs(point(silent, Options()).components.sum() - _change(silent)))
    worst["chaining gap A-B-C, n 2000 (reported, not forced)"] = _chaining()
    return worst


def _parts(a: Answers) -> np.ndarray:
    return point(a, Options()).components


def _change(a: Answers) -> float:
    mean = np.bincount(a.wave, a.weight * a.y, 2) / np.bincount(a.wave, a.weight, 2)
    return float(mean[1] - mean[0])


def _taken(a: Answers, rows: np.ndarray) -> Answers:
    fields = ("y", "raw", "wave", "segment", "category", "writes", "weight", "mentions")
    return replace(a, **{name: getattr(a, name)[rows] for name in fields}, person=np.arange(len(rows)))


def _chaining() -> float:
    """Largest |A to B plus B to C minus A to C| over theme totals."""
    world, change = scenario("i_prev", 10)
    rng = np.random.default_rng(5)
    waves = [
        wave(world, 2000, rng),
        wave(changed(world, change), 2000, rng),
        wave(changed(world, {"drift": {"level": at_rest(10).level - 0.3}}), 2000, rng),
    ]

    def totals(first: int, second: int) -> np.ndarray:
        made = point(pool_rare(answers((waves[first], waves[second])), 10)[0], Options())
        k = len(made.answers.leaf_theme)
        out = np.zeros(11)
        np.add.at(out, made.answers.leaf_theme, made.components[:k] + made.components[k : 2 * k])
        return out

    return float(np.abs(totals(0, 1) + totals(1, 2) - totals(0, 2)).max())
