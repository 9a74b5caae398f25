"""Synthetic surveys in which the causes of a score change are known.

Segments: 0 Arabic (40 %), 1 English (60 %). A latent satisfaction on 0-10 is lowered by bad and raised
by good experiences with T themes (correlated 0.3), rounded and clipped. Who writes, and what about,
depends on the score class; mentions of a bad experience are negative, of a good one positive. At rest:
NPS +16, 62 % comment, 2.0 mentions a comment.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from scipy.special import ndtri

from voc.numbers.answers import Answers, pool_rare

SCENARIOS = ("i_prev", "ii_sev", "iii_mix", "iv_comment", "v_drift", "vi_null", "vii_cancel", "viii_segment")


@dataclass(frozen=True)
class World:
    """Parameters of one wave; T themes, 2 segments, 3 score classes (detractor, passive, promoter)."""

    segment: np.ndarray  # (2,) shares
    gap: np.ndarray  # (2,) shift of latent satisfaction per segment
    level: float
    negative: np.ndarray  # (2, T) chance of a bad experience
    positive: np.ndarray  # (2, T) chance of a good one
    pull: np.ndarray  # (T,) effect of a bad experience on latent satisfaction
    lift: np.ndarray  # (T,) of a good one
    writes: np.ndarray  # (3,) chance to comment per score class
    tells_bad: np.ndarray  # (3,) chance that a commenter mentions a bad experience
    tells_good: np.ndarray  # (3,)
    correlation: float = 0.3
    noise: float = 1.3
    by_experience: float = 0.0  # writing also depends on the experience (breaks "missing at random")


def at_rest(themes: int) -> World:
    """The world before anything changes."""
    t = np.arange(themes)
    scale = min(1.6, 10 / themes)
    negative = np.tile(np.linspace(0.15, 0.06, themes) * scale, (2, 1))
    negative[0, 2] *= 1.8
    return World(
        segment=np.array([0.4, 0.6]),
        gap=np.array([-0.3, 0.0]),
        level=8.75,
        negative=negative,
        positive=np.tile(np.linspace(0.10, 0.24, themes) * scale, (2, 1)),
        pull=-(1.2 + 1.0 * ((t * 0.618) % 1)),
        lift=0.3 + 0.5 * ((t * 0.382) % 1),
        writes=np.array([0.75, 0.50, 0.60]),
        tells_bad=np.array([0.80, 0.65, 0.45]),
        tells_good=np.array([0.25, 0.45, 0.65]),
    )


Change = dict[str, dict[str, np.ndarray | float]]


def scenario(name: str, themes: int) -> tuple[World, Change]:
    """The first wave's world and, per mechanism that changes, the parameters of the second wave."""
    world = at_rest(themes)
    scale = min(1.6, 10 / themes)

    def added(values: np.ndarray, theme: int, by: float, segments: tuple[int, ...] = (0, 1)) -> np.ndarray:
        out = values.copy()
        out[list(segments), theme] += by * scale
        return out

    def shifted(values: np.ndarray, theme: int, by: float) -> np.ndarray:
        out = values.copy()
        out[theme] += by
        return out

    good = themes - 2
    if name == "iii_mix":
        world = replace(world, gap=np.array([-0.8, 0.2]))
    changes: dict[str, Change] = {
        "i_prev": {"prevalence:1": {"negative": added(world.negative, 1, 0.14)}},
        "ii_sev": {"severity:0": {"pull": shifted(world.pull, 0, -2.2)}},
        "iii_mix": {"mix": {"segment": np.array([0.75, 0.25])}},
        "iv_comment": {"comment": {"writes": np.array([0.75, 0.30, 0.36])}},
        "v_drift": {"drift": {"level": world.level - 0.4}},
        "vi_null": {},
        "vii_cancel": {
            "prevalence:1": {"negative": added(world.negative, 1, 0.14)},
            f"prevalence:{good}": {"positive": added(world.positive, good, 0.30)},
            f"severity:{good}": {"lift": shifted(world.lift, good, 0.35)},
        },
        "viii_segment": {"prevalence:3": {"negative": added(world.negative, 3, 0.28, (0,))}},
    }
    return world, changes[name]


def planted(name: str, themes: int) -> list[int | str]:
    """Bars that have a cause: theme numbers, "mix" or "general"."""
    bars: dict[str, list[int | str]] = {
        "i_prev": [1],
        "ii_sev": [0],
        "iii_mix": ["mix"],
        "v_drift": ["general"],
        "vii_cancel": [1, themes - 2],
        "viii_segment": [3],
    }
    return bars.get(name, [])


@dataclass(frozen=True)
class Wave:
    """n respondents: segment, score 0-10, who wrote; state (n, T): 0 none, 1 bad, 2 good, 3 neutral."""

    segment: np.ndarray
    score: np.ndarray
    writes: np.ndarray
    state: np.ndarray


def scores(world: World, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Segment (n,), experience (n, T) in -1, 0, 1, and score (n,) 0-10."""
    themes = len(world.pull)
    segment = (rng.random(n) < world.segment[1]).astype(int)
    shared, own, luck = rng.standard_normal(n), rng.standard_normal((n, themes)), rng.standard_normal(n)
    latent = math.sqrt(world.correlation) * shared[:, None] + math.sqrt(1 - world.correlation) * own
    experience = np.zeros((n, themes), int)
    experience[latent < ndtri(world.negative)[segment]] = -1
    experience[latent > -ndtri(world.positive)[segment]] = 1
    raw = world.level + world.gap[segment] + (experience < 0) @ world.pull + (experience > 0) @ world.lift
    return segment, experience, np.clip(np.rint(raw + world.noise * luck), 0, 10)


def points(score: np.ndarray) -> np.ndarray:
    """NPS contributions: 100, 0 or -100."""
    return np.where(score >= 9, 100.0, np.where(score <= 6, -100.0, 0.0))


def wave(world: World, n: int, rng: np.random.Generator) -> Wave:
    """n respondents of `world`."""
    segment, experience, score = scores(world, n, rng)
    kind = (points(score) / 100 + 1).astype(int)
    angry = 1 + world.by_experience * (2 * (experience < 0).any(1) - 1)
    writes = rng.random(n) < world.writes[kind] * angry
    luck = rng.random(experience.shape)
    state = np.where((experience < 0) & (luck < world.tells_bad[kind][:, None]), 1, 0)
    state = np.where((experience > 0) & (luck < world.tells_good[kind][:, None]), 2, state)
    state = np.where((experience == 0) & (luck < 0.02), 3, state)
    return Wave(segment, score, writes, state * writes[:, None])


def changed(world: World, change: Change) -> World:
    """The second wave's world."""
    for parameters in change.values():
        world = replace(world, **parameters)  # type: ignore[arg-type]
    return world


def survey(name: str, n: int, rng: np.random.Generator, themes: int = 10) -> tuple[Wave, Wave]:
    """Both waves of a scenario, n respondents each."""
    world, change = scenario(name, themes)
    return wave(world, n, rng), wave(changed(world, change), n, rng)


def answers(waves: tuple[Wave, Wave], kind: str = "nps", least: int = 10) -> Answers:
    """The arrays of the numbers room; rare leaves pooled. `kind`: nps, top_box or mean."""
    both = Wave(*(np.concatenate(pair) for pair in zip(*(vars(w).values() for w in waves), strict=True)))
    n, themes = both.state.shape
    y = {"nps": points, "top_box": lambda s: 100.0 * (s >= 9), "mean": lambda s: s}[kind](both.score)
    blocks = [both.state == code for code in (1, 3, 2)]  # negative, neutral, positive
    used = np.flatnonzero([block[:, t].any() for block in blocks for t in range(themes)])
    table = np.concatenate(blocks, axis=1)[:, used]
    _, category = np.unique(points(both.score) if kind == "mean" else y, return_inverse=True)
    made = Answers(
        y=y,
        raw=both.score,
        wave=np.repeat([0, 1], [len(w.score) for w in waves]),
        segment=both.segment.astype(np.int64),
        category=category.astype(np.int64),
        writes=both.writes,
        weight=np.ones(n),
        person=np.arange(n),
        mentions=sp.csr_matrix(table.astype(np.float64)),
        leaf_theme=(used % themes).astype(np.int64),
        leaf_polarity=(used // themes).astype(np.int64),
        themes=tuple(f"theme {t}" for t in range(themes)),
        n_segments=2,
        n_categories=int(category.max()) + 1,
    )
    return pool_rare(made, least)[0]


def truth(
    name: str, themes: int = 10, n: int = 1_000_000, seeds: tuple[int, ...] = (99, 100)
) -> dict[str, float]:
    """Points that each changed mechanism moved E[score]: Shapley values, common random numbers."""
    world, change = scenario(name, themes)
    players = list(change)
    value = {}
    for size in range(len(players) + 1):
        for chosen in itertools.combinations(players, size):
            moved = changed(world, {p: change[p] for p in chosen})
            value[chosen] = np.mean(
                [points(scores(moved, n, np.random.default_rng(s))[2]).mean() for s in seeds]
            )
    out = {}
    for player in players:
        rest = [p for p in players if p != player]
        out[player] = 0.0
        for size in range(len(rest) + 1):
            weight = math.factorial(size) * math.factorial(len(rest) - size) / math.factorial(len(players))
            for chosen in itertools.combinations(rest, size):
                withit = tuple(p for p in players if p in (*chosen, player))
                out[player] += weight * float(value[withit] - value[chosen])
    return out
