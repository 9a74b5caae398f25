"""Classifier error: joint imputation takes its bias out, labels stay as the analyst set them."""

import numpy as np
import pandas as pd
import pytest

from tests.numbers.worlds import THEMES, survey
from voc.errors import InputError, OptionError
from voc.intake.scales import scale_of
from voc.numbers.confusion import BOTH, NEGATIVE, NEUTRAL, NONE, POSITIVE, Labeled, mentions_of, states_of
from voc.numbers.explain import explain
from voc.numbers.imputation import Writers, draw
from voc.numbers.join import join
from voc.numbers.noise import choose

NAMES = {"negative": NEGATIVE, "positive": POSITIVE}


def classified(comments, mentions, seed, recall=0.75, false=0.02):
    """What a model with that recall would have found, the same in both waves."""
    rng = np.random.default_rng(seed)
    found = mentions[rng.random(len(mentions)) < recall]
    writers = comments.loc[comments["has_text"], "comment_id"].to_numpy()
    row, theme = np.nonzero(rng.random((len(writers), THEMES)) < false)
    ghosts = pd.DataFrame(
        {
            "comment_id": writers[row],
            "theme": [f"theme-{t}" for t in theme],
            "polarity": rng.choice(["negative", "positive"], len(row)),
        }
    )
    seen = pd.concat([found, ghosts]).drop_duplicates(["comment_id", "theme"])
    return seen.reset_index(drop=True)


def labels_of(comments, mentions, chosen):
    """The true labels of the chosen comments, with a row for comments without themes."""
    own = mentions[mentions["comment_id"].isin(chosen["comment_id"])]
    none = chosen.loc[~chosen["comment_id"].isin(own["comment_id"]), ["comment_id"]]
    said = pd.concat([own, none.assign(theme="", polarity=None)])
    return said.merge(chosen, on="comment_id")


def test_labels_take_the_bias_out():
    ratio_naive, ratio_fixed = [], []
    for seed in range(3):
        comments, mentions = survey(seed, 2000, rise=0.2)
        seen = classified(comments, mentions, seed)
        truth = explain(comments, mentions).part("theme-1")
        labels = labels_of(comments, mentions, choose(comments, seen, 300, seed))
        naive = explain(comments, seen).part("theme-1")
        corrected = explain(comments, seen, labels=labels)
        fixed = corrected.part("theme-1")
        ratio_naive.append(naive.prevalence / truth.prevalence)
        ratio_fixed.append(fixed.prevalence / truth.prevalence)
        assert sum(part.total for part in corrected.parts) == pytest.approx(corrected.delta.value, abs=1e-9)
        assert fixed.prevalence_high - fixed.prevalence_low > naive.prevalence_high - naive.prevalence_low
        assert corrected.notices["labeled_comments"] == 300
        beside = corrected.sensitivity["theme-1"]
        assert beside[0] == pytest.approx(fixed.prevalence, rel=0.35)
    assert np.mean(ratio_naive) < 0.85
    assert np.mean(ratio_fixed) == pytest.approx(1.0, abs=0.12)


def test_same_seed_same_numbers_with_labels():
    comments, mentions = survey(5, 300)
    labels = labels_of(comments, mentions, choose(comments, mentions, 80))
    first, second = (explain(comments, mentions, labels=labels).as_dict() for _ in range(2))
    assert first == second


def test_states_and_mentions_are_the_same_thing():
    states = np.array([[NONE, NEGATIVE], [NEUTRAL, POSITIVE], [BOTH, NONE]])
    theme, polarity = np.repeat([0, 1], 3), np.tile([0, 1, 2], 2)
    table = mentions_of(states, theme, polarity)
    assert table.toarray()[2].tolist() == [1, 0, 1, 0, 0, 0]
    assert np.array_equal(states_of(table, theme, polarity, 2), states)


def test_labeled_comments_keep_their_labels_and_a_perfect_model_its_own():
    rng = np.random.default_rng(0)
    seen = rng.choice([NONE, NEGATIVE, POSITIVE], (200, 3), p=[0.7, 0.2, 0.1])
    truth = np.where(rng.random(seen.shape) < 0.3, NONE, seen)
    known = np.arange(200) < 60
    category = rng.integers(0, 3, 200)
    writers = Writers(seen, category, category, np.zeros(200, dtype=int), known, truth)
    labeled = Labeled(np.arange(60), truth[:60], seen[:60], np.ones(60))
    drawn = draw(writers, labeled.confusion(), rng)
    assert np.array_equal(drawn[known], truth[known])
    certain = np.tile(np.eye(5), (3, 1, 1))
    perfect = Writers(seen, category, category, np.zeros(200, dtype=int), ~known & False, seen)
    assert np.array_equal(draw(perfect, certain, rng), seen)


def test_choose_gives_known_chances_and_favors_rare_themes():
    comments, mentions = survey(6, 1000)
    rare = mentions.head(12).assign(theme="rare")
    said = pd.concat([mentions, rare])
    picked = choose(comments, said, 200, seed=3)
    assert len(picked) in (199, 200, 201)
    assert picked["weight"].sum() == pytest.approx(comments["has_text"].sum(), rel=0.25)
    assert set(picked["comment_id"]) <= set(comments.loc[comments["has_text"], "comment_id"])
    share = rare["comment_id"].isin(picked["comment_id"]).mean()
    assert share > 2 * 200 / comments["has_text"].sum()
    pd.testing.assert_frame_equal(picked, choose(comments, said, 200, seed=3))
    with pytest.raises(OptionError, match="too few"):
        choose(comments, said, 10)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda labels: labels.head(20), "at least 50"),
        (lambda labels: labels.drop(columns="theme"), "lack theme"),
        (lambda labels: labels.assign(polarity="angry"), "angry"),
    ],
)
def test_wrong_labels_say_what_is_wrong(change, message):
    comments, mentions = survey(8, 150)
    labels = mentions.assign(weight=1.0)
    with pytest.raises(InputError, match=message):
        explain(comments, mentions, labels=change(labels))


def test_observed_states_match_the_joined_table():
    comments, mentions = survey(9, 100)
    joined = join(comments, mentions, np.zeros(len(comments), dtype=int), scale_of("nps"), ())
    answers = joined.answers
    states = states_of(answers.mentions, answers.leaf_theme, answers.leaf_polarity, len(answers.themes))
    for (theme, polarity), rows in mentions.groupby(["theme", "polarity"]):
        held = states[:, answers.themes.index(theme)] == NAMES[polarity]
        assert held.sum() == rows["comment_id"].nunique()


def test_a_theme_only_the_analyst_found_gets_its_part():
    comments, mentions = survey(10, 400)
    seen = mentions[mentions["theme"] != "theme-3"]
    labels = labels_of(comments, mentions, choose(comments, seen, 150))
    movement = explain(comments, seen, labels=labels)
    assert "theme-3" in {*movement.pooled, *(part.id for part in movement.parts)} or movement.part("other")
    assert sum(part.total for part in movement.parts) == pytest.approx(movement.delta.value, abs=1e-9)
