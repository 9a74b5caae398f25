"""Scores, intervals and tests, against numbers worked out by hand and published formulas."""

import numpy as np
import pytest
from scipy import stats

from voc.errors import InputError, OptionError
from voc.intake.scales import scale_of
from voc.numbers.power import detectable, needed, smallest_move
from voc.numbers.scores import against, change, estimate, kind_of, sample


def nps(promoters, passives, detractors, **kwargs):
    return sample(np.repeat([100.0, 0.0, -100.0], [promoters, passives, detractors]), kind="nps", **kwargs)


def test_nps_interval_is_adjusted_wald():
    found = estimate(nps(50, 30, 20))
    p, d, n = 50.75 / 103, 20.75 / 103, 103
    half = 1.959964 * 100 * np.sqrt((p + d - (p - d) ** 2) / n)
    assert found.value == pytest.approx(30)
    assert (found.low, found.high) == pytest.approx((100 * (p - d) - half, 100 * (p - d) + half), abs=1e-4)
    assert found.n == 100


def test_nps_change_uses_the_adjusted_moments_of_both_sides():
    moved = change(nps(50, 30, 20), nps(35, 35, 30))
    assert moved.value == pytest.approx(-25)
    assert moved.low < -25 < moved.high
    assert moved.p_value == pytest.approx(0.0286, abs=2e-3)


def test_nps_coverage_at_small_n():
    rng = np.random.default_rng(1)
    truth = 20.0
    hits = 0
    for _ in range(2000):
        found = estimate(sample(rng.choice([100.0, 0.0, -100.0], 30, p=[0.5, 0.2, 0.3]), kind="nps"))
        hits += found.low <= truth <= found.high
    assert 0.935 <= hits / 2000 <= 0.97


@pytest.mark.parametrize("counts", [(1, 0, 0), (0, 1, 0), (40, 0, 0)])
def test_one_answer_or_one_opinion_still_has_an_interval(counts):
    found = estimate(nps(*counts))
    assert found.low < found.high
    assert -100 <= found.low <= found.high <= 100


def test_top_box_interval_and_change():
    top = sample(np.repeat([100.0, 0.0], [8, 2]), kind="share")
    found = estimate(top)
    assert found.value == 80
    assert 0 <= found.low < 80 < found.high <= 100
    p = (8 + 2) / 14
    half = 1.959964 * 100 * np.sqrt(p * (1 - p) / 14)
    assert (found.low, found.high) == pytest.approx((100 * p - half, min(100, 100 * p + half)), abs=1e-3)


def test_mean_is_welch_up_to_one_answer_spread_over_the_scale():
    rng = np.random.default_rng(0)
    a, b = rng.normal(7, 2, 400), rng.normal(7.5, 1, 300)
    moved = change(sample(a, width=10), sample(b, width=10))
    welch = stats.ttest_ind(b, a, equal_var=False)
    assert moved.value == pytest.approx(b.mean() - a.mean())
    assert moved.p_value == pytest.approx(welch.pvalue, rel=0.3)
    assert (moved.low, moved.high) == pytest.approx(tuple(welch.confidence_interval()), rel=0.05)


def test_a_handful_of_equal_answers_is_not_certain():
    same = sample(np.array([5.0, 5.0]), width=4)
    other = sample(np.array([4.0, 4.0]), width=4)
    assert change(same, other).p_value > 0.05
    assert estimate(same).low < 5 < estimate(same).high


def test_weights_and_repeated_people_change_the_interval_not_the_people():
    y = np.repeat([100.0, 0.0, -100.0], [50, 30, 20])
    plain = estimate(sample(y, kind="nps"))
    uneven = np.tile([0.2, 1.8], 50)
    weighted = sample(y, uneven, kind="nps")
    assert weighted.n_effective < 100
    twice = np.repeat(y, 2)
    person = np.repeat(np.arange(100), 2)
    clustered = estimate(sample(twice, person=person, kind="nps"))
    assert clustered.value == pytest.approx(plain.value)
    assert clustered.high - clustered.low == pytest.approx(plain.high - plain.low, rel=1e-6)


def test_target_has_no_interval_of_its_own():
    group = nps(50, 30, 20)
    short = against(group, 45.0)
    assert short.value == pytest.approx(-15)
    assert short.p_value == pytest.approx(against(group, 45.0).p_value)
    assert short.high - short.low < change(group, group).high - change(group, group).low


def test_no_answer_is_an_error():
    with pytest.raises(InputError, match="at least one"):
        sample(np.zeros(0))


def test_power_matches_the_table_of_the_method_note():
    for n, expected in ((100, 33.7), (200, 23.8), (500, 15.1), (1000, 10.6), (2000, 7.5), (5000, 4.8)):
        assert smallest_move(85, n, 85, n) == pytest.approx(expected, abs=0.06)
    assert needed(5, sd=85) == pytest.approx(2 * (2.8016 * 85 / 5) ** 2, abs=2)
    assert detectable(1.0, tests=25) == pytest.approx(3.93, abs=0.01)
    with pytest.raises(OptionError):
        needed(0)
    with pytest.raises(OptionError):
        smallest_move(85, 0, 85, 10)


@pytest.mark.parametrize(
    ("scale", "kind"),
    [("nps", "nps"), ("csat", "share"), ("ces", "mean"), ("stars", "mean"), ("1-10", "mean")],
)
def test_every_scale_has_its_kind_of_interval(scale, kind):
    assert kind_of(scale_of(scale)) == kind


@pytest.mark.parametrize("kind", ["nps", "share", "mean"])
@pytest.mark.parametrize("n", [1, 2, 40])
def test_an_interval_holds_its_own_value_at_the_ends_of_the_scale(kind, n):
    top, bottom = (
        sample(np.full(n, y), kind=kind, width=100.0) for y in (100.0, -100.0 if kind == "nps" else 0.0)
    )
    for group in (top, bottom):
        found = estimate(group)
        assert found.low <= found.value <= found.high
    moved = change(bottom, top)
    assert moved.low <= moved.value <= moved.high
