"""What happened to each respondent: experiences, the score they led to, and who wrote about what.

One latent model feeds both the score and the text, so mentions and scores belong together:
`latent = mu + nu(channel, language) + sum of effects of experiences + noise`, rounded to 0-10.
Experiences are correlated between themes (a good or a bad day). Detractors write more often than passives.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

# theme: share with a bad experience, share with a good one, effect of bad, effect of good (latent points)
THEMES: Final[dict[str, tuple[float, float, float, float]]] = {
    "staff": (0.085, 0.170, -1.9, 0.55),
    "waiting_time": (0.095, 0.075, -1.6, 0.45),
    "price": (0.100, 0.085, -1.4, 0.50),
    "delivery_speed": (0.080, 0.120, -2.1, 0.45),
    "app": (0.095, 0.080, -1.7, 0.60),
    "cleanliness": (0.040, 0.080, -1.3, 0.35),
    "product_quality": (0.070, 0.150, -2.0, 0.60),
    "billing": (0.065, 0.055, -1.9, 0.35),
    "complaint_handling": (0.075, 0.060, -2.2, 0.60),
    "location_parking": (0.055, 0.090, -1.2, 0.35),
    "payment": (0.050, 0.070, -1.5, 0.35),
    "returns_refunds": (0.060, 0.060, -1.9, 0.50),
    "offers": (0.055, 0.100, -1.3, 0.45),
    "network_coverage": (0.085, 0.110, -1.9, 0.50),
}
NAMES: Final[tuple[str, ...]] = tuple(THEMES)
CHANNELS: Final[tuple[str, ...]] = ("branch", "online", "call_center")
LANGUAGES: Final[tuple[str, ...]] = ("ar", "en")
_WRITES: Final = np.array([0.76, 0.52, 0.60])  # P(comment | detractor, passive, promoter)
_TELLS_BAD: Final = np.array([0.82, 0.65, 0.45])  # P(mention | comment, bad experience, category)
_TELLS_GOOD: Final = np.array([0.25, 0.45, 0.65])
_SHARED_DAY: Final = 0.3  # correlation of experiences within a person


@dataclass(frozen=True)
class World:
    """The parameters of one quarter; probabilities in [0, 1], effects in latent score points."""

    bad: NDArray[np.float64]
    good: NDArray[np.float64]
    channel_share: tuple[float, float, float] = (0.45, 0.37, 0.18)
    channel_level: tuple[float, float, float] = (0.15, 0.10, -1.05)
    share_english: float = 0.33
    level_english: float = 0.15
    mu: float = 8.75
    spread: float = 1.3


@dataclass(frozen=True)
class People:
    """One row per respondent.

    Attributes:
        channel, language: index into `CHANNELS` and `LANGUAGES`.
        score: 0 to 10.
        writes: whether a comment was left.
        told: (n, themes) int8: -1 a bad experience is told, 1 a good one, 0 nothing.
    """

    channel: NDArray[np.int64]
    language: NDArray[np.int64]
    score: NDArray[np.int64]
    writes: NDArray[np.bool_]
    told: NDArray[np.int8]


def first_quarter() -> World:
    """The world of 2024-Q1."""
    table = np.array(list(THEMES.values()))
    return World(bad=table[:, 0], good=table[:, 1])


def delivery_slows(world: World) -> World:
    """More late deliveries."""
    return replace(world, bad=_moved(world.bad, "delivery_speed", 0.22))


def app_pleases(world: World) -> World:
    """The new release of the app: more good experiences with it."""
    return replace(world, good=_moved(world.good, "app", 0.18))


def app_breaks_less(world: World) -> World:
    """The new release of the app: fewer bad experiences with it."""
    return replace(world, bad=_moved(world.bad, "app", -0.04))


def more_calls(world: World) -> World:
    """More answers come from the call center, whose callers score lower."""
    return replace(world, channel_share=(0.40, 0.32, 0.28))


def live(world: World, n: int, rng: np.random.Generator) -> People:
    """`n` respondents of that world; the same generator state gives common random numbers."""
    from scipy.special import ndtri

    edges = np.cumsum(world.channel_share)[:2]
    channel = np.searchsorted(edges, rng.random(n))
    language = (rng.random(n) < world.share_english).astype(np.int64)
    day, own, noise = rng.standard_normal(n), rng.standard_normal((n, len(NAMES))), rng.standard_normal(n)
    luck = math.sqrt(_SHARED_DAY) * day[:, None] + math.sqrt(1 - _SHARED_DAY) * own
    bad, good = luck < ndtri(world.bad), luck > -ndtri(world.good)
    effects = np.array(list(THEMES.values()))
    latent = world.mu + np.array(world.channel_level)[channel] + world.level_english * language
    latent = latent + bad @ effects[:, 2] + good @ effects[:, 3] + world.spread * noise
    score = np.clip(np.rint(latent), 0, 10).astype(np.int64)
    category = np.digitize(score, [7, 9])
    writes = rng.random(n) < _WRITES[category]
    talks = rng.random(bad.shape)
    told = (good & (talks < _TELLS_GOOD[category][:, None])).astype(np.int8)
    told[bad & (talks < _TELLS_BAD[category][:, None])] = -1
    return People(channel, language, score, writes, (told * writes[:, None]).astype(np.int8))


def nps(score: NDArray[np.int64]) -> float:
    """Net promoter score of the scores, -100 to 100."""
    return float(100 * ((score >= 9).mean() - (score <= 6).mean()))


def _moved(shares: NDArray[np.float64], theme: str, by: float) -> NDArray[np.float64]:
    moved = shares.copy()
    moved[NAMES.index(theme)] += by
    return moved
