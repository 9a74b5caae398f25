"""Scores that say the opposite of their texts, per language: was a questionnaire's scale turned around?

A respondent who misread the scale, or a translation that swapped its ends, shows as high scores on
clearly negative texts. A few are normal; a whole language that does it is a broken questionnaire.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

CLEAR: Final = 0.8  # probability from which a text counts as clearly positive or negative
LOW_END: Final = 0.2  # place on the scale, 0 to 1, up to which a score is low: 0-2 of 0-10
HIGH_END: Final = 0.9  # and from which it is high: 9-10 of 0-10
ENOUGH: Final = 30  # answers with score and text that a language needs for a verdict
STRONG: Final = -0.2  # rank correlation from which a turned scale is suspected
CONFIDENCE: Final = 0.99  # of the interval; wide, as several languages are tested at once

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Contradiction:
    """How one language's scores agree with its texts.

    `share` = `n_against` / `n_clear`, NaN when no answer is clear: the share of clear texts at an
    end of the scale that say its opposite. `correlation` is Spearman's, -1 to 1, between score and
    p_positive - p_negative, with its interval `low` to `high`; all NaN below four answers.
    """

    language: str
    n: int
    n_clear: int
    n_against: int
    share: float
    correlation: float
    low: float
    high: float
    reversed_suspected: bool


def contradictions(
    scores: Floats,
    p_negative: Floats,
    p_positive: Floats,
    language: Sequence[str],
    *,
    bounds: tuple[float, float] = (0.0, 10.0),
) -> list[Contradiction]:
    """One `Contradiction` per language, in alphabetical order.

    A language's scale is suspected to be reversed when it has 30 answers, Spearman's correlation is
    -0.2 or less, and its 99 % interval (Bonett and Wright 2000, Psychometrika 65: standard error of
    Fisher's z is sqrt((1 + r^2 / 2) / (n - 3))) lies below zero.

    Args:
        scores: (n,) what the customers gave, after a declared reversal; NaN where none was given.
        p_negative: (n,) probability that the text is negative; NaN where there is no text.
        p_positive: (n,) probability that it is positive.
        language: (n,) language tags.
        bounds: lowest and highest score of the scale.

    Raises:
        ValueError: the four are not of one length.
    """
    tags = np.asarray(language, dtype=object)
    if not len(scores) == len(p_negative) == len(p_positive) == len(tags):
        raise ValueError("scores, p_negative, p_positive and language must have one entry per comment")
    usable = np.isfinite(scores) & np.isfinite(p_negative) & np.isfinite(p_positive)
    found = []
    for tag in sorted(set(tags[usable].tolist())):
        rows = usable & (tags == tag)
        place = (scores[rows] - bounds[0]) / (bounds[1] - bounds[0])
        found.append(_of_language(str(tag), place, p_negative[rows], p_positive[rows]))
    return found


def _of_language(tag: str, place: Floats, p_negative: Floats, p_positive: Floats) -> Contradiction:
    bottom, top = place <= LOW_END + 1e-9, place >= HIGH_END - 1e-9
    against = (bottom & (p_positive >= CLEAR)) | (top & (p_negative >= CLEAR))
    clear = (bottom | top) & (np.maximum(p_positive, p_negative) >= CLEAR)
    n_clear, n_against = int(clear.sum()), int(against.sum())
    correlation, low, high = _spearman(place, p_positive - p_negative)
    suspected = len(place) >= ENOUGH and correlation <= STRONG and high < 0
    share = n_against / n_clear if n_clear else float("nan")
    return Contradiction(tag, len(place), n_clear, n_against, share, correlation, low, high, bool(suspected))


def _spearman(scores: Floats, polarity: Floats) -> tuple[float, float, float]:
    """Spearman's rank correlation and its interval; NaN when either side does not vary."""
    if len(scores) < 4 or np.ptp(scores) == 0 or np.ptp(polarity) == 0:
        return float("nan"), float("nan"), float("nan")
    ranks = pd.Series(scores).rank().to_numpy(), pd.Series(polarity).rank().to_numpy()
    correlation = float(np.clip(np.corrcoef(*ranks)[0, 1], -1.0, 1.0))
    z = np.arctanh(np.clip(correlation, -0.999999, 0.999999))
    reach = ndtri(0.5 + CONFIDENCE / 2) * np.sqrt((1 + correlation**2 / 2) / (len(scores) - 3))
    return correlation, float(np.tanh(z - reach)), float(np.tanh(z + reach))
