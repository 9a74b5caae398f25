"""Label error on samples: the parts stay exact, agree with those from all comments, and say their doubt."""

import numpy as np
import pytest

from tests.numbers.worlds import survey
from voc.intake.scales import scale_of
from voc.numbers import drivers, sampled_errors
from voc.numbers.explain import explain


@pytest.fixture(scope="module")
def world():
    comments, mentions = survey(4, 3000, rise=0.2)
    rng = np.random.default_rng(4)
    kept = mentions[rng.random(len(mentions)) < 0.9]
    return comments, kept.assign(p_theme=rng.choice([0.6, 0.8, 0.9], len(kept)), p_polarity=0.9)


def test_samples_are_of_equal_size_and_do_not_depend_on_the_order_of_rows():
    comment = np.r_[np.arange(100), np.arange(30)]  # some comments are two answers
    draw = sampled_errors.samples(comment, 8, seed=1, most=40)
    assert draw is not None
    assert np.bincount(draw[:100] + 1).tolist() == [60, *[5] * 8]
    assert (draw[100:] == draw[:30]).all()
    order = np.random.default_rng(0).permutation(len(comment))
    assert (sampled_errors.samples(comment[order], 8, seed=1, most=40) == draw[order]).all()
    assert sampled_errors.samples(comment, 8, seed=1, most=100) is None


def test_sampled_parts_add_up_agree_and_are_less_sure(world, monkeypatch):
    comments, mentions = world
    whole = explain(comments, mentions)
    monkeypatch.setattr(sampled_errors, "MOST_COMMENTS", 3200)
    some = explain(comments, mentions)
    assert some.notices["imputed_comments"] == 3200
    assert "imputed_comments" not in whole.notices
    assert sum(part.total for part in some.parts) == pytest.approx(some.delta.value, abs=1e-9)
    named = [(part, some.part(part.id)) for part in whole.parts if part.kind == "theme"]
    assert all(abs(one.total - other.total) < (other.high - other.low) / 2 for one, other in named)
    widths = np.array([(other.high - other.low) / (one.high - one.low) for one, other in named])
    assert 1.0 < np.median(widths) < 4.0


def test_the_same_seed_gives_the_same_numbers(world, monkeypatch):
    comments, mentions = world
    monkeypatch.setattr(sampled_errors, "MOST_COMMENTS", 1600)
    first = explain(comments, mentions)
    shuffled = comments.sample(frac=1, random_state=1)
    again = explain(shuffled, mentions.sample(frac=1, random_state=2))
    assert [p.total for p in first.parts] == pytest.approx([p.total for p in again.parts], abs=1e-9)


def test_sampled_levels_still_make_up_the_score(world, monkeypatch):
    comments, mentions = world
    scale = scale_of("nps")
    whole = {one.id: one for one in drivers.rank(comments, mentions, scale)}
    monkeypatch.setattr(sampled_errors, "MOST_COMMENTS", 3200)
    some = {one.id: one for one in drivers.rank(comments, mentions, scale)}
    assert whole.keys() == some.keys()
    assert all(
        abs(one.total - some[name].total) < some[name].high - some[name].low for name, one in whole.items()
    )
    assert np.median([some[name].high - some[name].low for name in some]) > np.median(
        [one.high - one.low for one in whole.values()]
    )
