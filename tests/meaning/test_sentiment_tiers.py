"""The tiers behind `open_sentiment`: names, the cascade's choice, and what a row of numbers means."""

from __future__ import annotations

import numpy as np
import pytest

from voc.meaning import heads, tiers
from voc.meaning.network import open_network
from voc.meaning.sentiment import open_sentiment
from voc.settings import MeaningSettings

TEXTS = [
    "الخدمة ممتازة جدا",
    "awful, never again",
    "متى تفتحون؟",
    "mesh 7elw",
    "the parking is behind the building",
]


@pytest.mark.parametrize(
    ("tier", "name"),
    [("accurate", "voc-sentiment"), ("fast", "voc-sentiment-fast"), ("cascade", "voc-sentiment-cascade")],
)
def test_every_tier_says_which_it_is(tier: str, name: str) -> None:
    model = open_sentiment(MeaningSettings(tier=tier), threads=1)
    assert (model.name, model.version.count(".")) == (name, 2)


def test_the_cascade_takes_the_fast_word_only_where_it_is_certain() -> None:
    network = open_network(1)
    cascade, fast, accurate = (
        tiers.CascadeSentiment(network),
        tiers.FastSentiment(),
        tiers.AccurateSentiment(network),
    )
    quick, careful = fast.probabilities(TEXTS), accurate.probabilities(TEXTS)
    certain = quick.max(1) >= fast.calibration.certain_from
    assert np.array_equal(cascade.probabilities(TEXTS), np.where(certain[:, None], quick, careful))
    assert cascade.judge([]).p.shape == (0, 3)


def test_a_row_is_read_as_sentiment_genre_and_dialect() -> None:
    rows = np.zeros((2, 13), np.float32)
    rows[0, 0], rows[1, 2] = 5, 5
    rows[:, 3 + heads.DIALECTS.index("gulf")] = 3
    rows[:, 10 + heads.GENRES.index("review")] = 1
    joined = heads.joined(rows, np.zeros((2, 3)))
    assert joined.argmax(1).tolist() == [0, 2]
    assert heads.groups(rows, ["الخدمة زينة", "nice"]) == ["ar-review-gulf", "en-review"]


@pytest.mark.parametrize(("genre", "share"), list(zip(heads.GENRES, heads.TABLE_SHARES, strict=True)))
def test_the_table_adds_its_part(genre: str, share: float) -> None:
    unsure = np.zeros((1, 13), np.float32)
    unsure[:, 10 + heads.GENRES.index(genre)] = 1
    joined = heads.joined(unsure, np.array([[0.0, 0.0, 4.0]]))
    assert joined[0].argmax() == 2
    assert joined[0, 2] - joined[0, 0] == pytest.approx(4 * share)
