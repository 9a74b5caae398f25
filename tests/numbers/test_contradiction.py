"""Score-text contradictions: the share per language, and when a turned scale is suspected."""

import math

import numpy as np
import pytest

from voc.numbers.contradiction import contradictions


def answers(rng, count, sign, noise=0.25):
    """Scores 0-10 and text probabilities that agree (sign 1), disagree (-1) or are unrelated (0)."""
    scores = rng.integers(0, 11, count).astype(float)
    polarity = np.clip(sign * (scores - 5) / 5 + rng.normal(0, noise, count), -0.99, 0.99)
    return scores, (1 - polarity) / 2, (1 + polarity) / 2


def test_only_the_language_whose_scale_was_turned_is_suspected():
    rng = np.random.default_rng(1)
    arabic, english, mixed = answers(rng, 200, -1), answers(rng, 400, 1), answers(rng, 300, 0)
    columns = [np.concatenate(parts) for parts in zip(arabic, english, mixed, strict=True)]
    found = {
        one.language: one for one in contradictions(*columns, ["ar"] * 200 + ["en"] * 400 + ["mixed"] * 300)
    }
    assert [tag for tag, one in found.items() if one.reversed_suspected] == ["ar"]
    assert found["ar"].share > 0.9
    assert found["en"].share < 0.1
    assert found["ar"].low <= found["ar"].correlation <= found["ar"].high < 0


def test_shares_count_clear_texts_at_the_ends_of_the_scale():
    scores = np.array([0, 2, 3, 9, 10, 10, 10, math.nan, 1])
    p_negative = np.array([0.1, 0.9, 0.1, 0.9, 0.1, 0.5, 0.85, 0.9, math.nan])
    p_positive = np.array([0.9, 0.1, 0.9, 0.1, 0.9, 0.5, 0.05, 0.1, math.nan])
    (one,) = contradictions(scores, p_negative, p_positive, ["en"] * 9)
    assert (one.n, one.n_clear, one.n_against) == (7, 5, 3)  # 0 praised; 9 and 10 scolded
    assert one.share == pytest.approx(3 / 5)


def test_other_scales_by_their_bounds():
    scores = np.array([1.0, 2, 5, 5])
    p_positive = np.array([0.9, 0.9, 0.9, 0.05])
    (one,) = contradictions(scores, 0.95 - p_positive, p_positive, ["en"] * 4, bounds=(1, 5))
    assert one.n_against == 2  # a praised 1 and a scolded 5; 2 of 1-5 is not an end


@pytest.mark.parametrize("count", [0, 1, 3, 29])
def test_few_answers_never_raise_a_suspicion(count):
    rng = np.random.default_rng(2)
    found = contradictions(*answers(rng, count, -1), ["ar"] * count)
    assert not any(one.reversed_suspected for one in found)


def test_equal_scores_have_no_correlation():
    (one,) = contradictions(np.full(50, 9.0), np.linspace(0, 1, 50), np.linspace(1, 0, 50), ["en"] * 50)
    assert math.isnan(one.correlation)
    assert not one.reversed_suspected


def test_unequal_lengths_are_refused():
    with pytest.raises(ValueError, match="one entry per comment"):
        contradictions(np.zeros(3), np.zeros(3), np.zeros(2), ["en"] * 3)


@pytest.mark.slow
def test_unrelated_texts_are_hardly_ever_suspected():
    rng = np.random.default_rng(3)
    runs = [contradictions(*answers(rng, 40, 0), ["ar"] * 40)[0].reversed_suspected for _ in range(2000)]
    assert np.mean(runs) < 0.01
