"""Small synthetic surveys with known causes, for the tests of the numbers room."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

THEMES = 6


def wave(rng, n, *, rise=0.0, severity=0.0, drift=0.0, arabic=0.4, arabic_gap=-0.3, rate=(0.75, 0.5, 0.6)):
    """One wave of the generator of the benchmark, six themes: score 0-10, text flag, mention states."""
    negative = np.linspace(0.22, 0.1, THEMES) + np.where(np.arange(THEMES) == 1, rise, 0)
    positive = np.linspace(0.16, 0.3, THEMES)
    pull = -(1.2 + (0.618 * np.arange(THEMES)) % 1) - np.where(np.arange(THEMES) == 0, severity, 0)
    lift = 0.3 + 0.5 * ((0.382 * np.arange(THEMES)) % 1)
    language = rng.random(n) < arabic
    latent = np.sqrt(0.3) * rng.standard_normal(n)[:, None] + np.sqrt(0.7) * rng.standard_normal((n, THEMES))
    bad, good = latent < ndtri(negative), latent > -ndtri(positive)
    raw = 8.75 - drift + arabic_gap * language + bad @ pull + good @ lift + 1.3 * rng.standard_normal(n)
    score = np.clip(np.rint(raw), 0, 10)
    kind = np.where(score >= 9, 2, np.where(score <= 6, 0, 1))
    writes = rng.random(n) < np.array(rate)[kind]
    luck = rng.random((n, THEMES))
    says_bad = bad & (luck < np.array([0.8, 0.65, 0.45])[kind][:, None]) & writes[:, None]
    says_good = good & (luck < np.array([0.25, 0.45, 0.65])[kind][:, None]) & writes[:, None]
    return score, writes, np.where(says_bad, "negative", np.where(says_good, "positive", "")), language


def survey(seed, n_before, n_after=None, before=None, **after):
    """Two waves as the tables `comments` and `mentions`; the keywords change the second wave."""
    rng = np.random.default_rng(seed)
    waves = [
        wave(rng, n_before, **(before or {})),
        wave(rng, n_after or n_before, **{**(before or {}), **after}),
    ]
    comments, mentions = [], []
    for name, (score, writes, state, language) in zip(("before", "after"), waves, strict=True):
        ids = np.array([f"{name}-{i}" for i in range(len(score))], dtype=object)
        comments.append(
            pd.DataFrame(
                {
                    "comment_id": ids,
                    "respondent_id": ids,
                    "has_text": writes,
                    "score": score,
                    "segment_language": np.where(language, "ar", "en"),
                    "period": name,
                    "weight": 1.0,
                }
            )
        )
        row, theme = np.nonzero(state != "")
        mentions.append(
            pd.DataFrame(
                {
                    "comment_id": ids[row],
                    "theme": [f"theme-{t}" for t in theme],
                    "polarity": state[row, theme].astype(object),
                }
            )
        )
    return pd.concat(comments, ignore_index=True), pd.concat(mentions, ignore_index=True)
