"""Classifier error: joint imputation takes its bias out, labels stay as the analyst set them."""

import numpy as np
import pandas as pd
import pytest

from tests.numbers.worlds import THEMES, survey
from voc.errors import InputError, OptionError
from voc.intake.scales import scale_of
from voc.numbers.choosing import choose
from voc.numbers.confusion import BOTH, NEGATIVE, NEUTRAL, NONE, POSITIVE, Labeled, mentions_of, states_of
from voc.numbers.evidence import Reliability, gather
from voc.numbers.evidence import _states as evidence_states
from voc.numbers.explain import explain
from voc.numbers.imputation import Chain
from voc.numbers.imputation_models import Writers
from voc.numbers.join import join
from voc.numbers.levels import levels
from voc.numbers.noise import FromProbabilities, impute, impute_levels
from voc.numbers.regression import Options
from voc.settings import NumbersSettings

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
    category, wave, segment = rng.integers(0, 3, 200), np.repeat([0, 1], 100), np.zeros(200, dtype=int)
    labeled = Labeled(np.arange(60), truth[:60], seen[:60], np.ones(60))
    confusion = [table.T for table in labeled.confusion()]
    drawn = Chain(Writers(seen, wave, category, segment, known, truth), confusion, rng).draw(confusion)
    assert np.array_equal(drawn[known], truth[known])
    certain = [np.eye(5)] * 3
    perfect = Writers(seen, wave, category, segment, ~known & False, seen)
    assert np.array_equal(Chain(perfect, certain, rng).draw(certain), seen)


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


def unsure(comments, mentions, seed):
    """The mentions with false ones among them; of these, and of as many true ones, the model is half sure."""
    rng = np.random.default_rng(seed)
    writers = comments.loc[comments["has_text"], "comment_id"].to_numpy()
    row, theme = np.nonzero(rng.random((len(writers), THEMES)) < 0.06)
    false = pd.DataFrame(
        {"comment_id": writers[row], "theme": [f"theme-{t}" for t in theme], "polarity": "negative"}
    )
    half_sure = rng.random(len(mentions)) < len(false) / len(mentions)
    true = mentions.assign(p_theme=np.where(half_sure, 0.5, 0.99))
    said = pd.concat([true, false.assign(p_theme=0.5)], ignore_index=True)
    return said.drop_duplicates(["comment_id", "theme"]).assign(p_polarity=0.99, origin="model")


def test_the_models_own_doubt_takes_false_mentions_back_and_the_parts_still_add_up():
    comments, mentions = survey(3, 1500, rise=0.2)
    said = unsure(comments, mentions, 3)
    truth, doubted = explain(comments, mentions), explain(comments, said)
    trusted = explain(comments, said, settings=NumbersSettings(label_error="ignore"))
    assert doubted.notices["imputations"] == 8
    assert "imputations" not in trusted.notices
    assert sum(part.total for part in doubted.parts) == pytest.approx(doubted.delta.value, abs=1e-9)
    errors = [
        np.mean([abs(movement.part(part.id).total - part.total) for part in truth.parts])
        for movement in (doubted, trusted)
    ]
    assert errors[0] < errors[1]
    assert doubted.part("theme-1").named
    for part in doubted.parts:  # readers count what the model found, whatever was drawn
        assert (part.n_before, part.n_after) == (
            trusted.part(part.id).n_before,
            trusted.part(part.id).n_after,
        )
    for lang, words in (("en", "the model's own probabilities"), ("ar", "احتمالات النموذج")):
        assert words in doubted.summary(lang)


def test_draws_depend_neither_on_the_order_of_rows_nor_on_which_side_comes_first():
    comments, mentions = survey(4, 250, rise=0.2)
    said = unsure(comments, mentions, 4)
    there = explain(comments, said, before="before", after="after")
    back = explain(
        comments.sample(frac=1, random_state=1),
        said.sample(frac=1, random_state=2),
        before="after",
        after="before",
    )
    for part in there.parts:
        assert back.part(part.id).total == pytest.approx(-part.total, abs=1e-9)
        assert back.part(part.id).prevalence == pytest.approx(-part.prevalence, abs=1e-9)


def test_a_certain_model_needs_no_imputation_and_an_analyst_is_certain():
    comments, mentions = survey(5, 300)
    plain = explain(comments, mentions).as_dict()
    assert explain(comments, mentions.assign(p_theme=1.0, p_polarity=1.0)).as_dict() == plain
    assert explain(comments, mentions.assign(p_theme=np.nan, p_polarity=np.nan)).as_dict() == plain
    edited = mentions.assign(p_theme=0.6, p_polarity=0.6, origin="analyst")
    made = explain(comments, edited)
    for part in plain["parts"]:
        assert made.part(part["id"]).total == pytest.approx(part["total"], abs=1e-9)


def test_what_a_forgetful_model_missed_is_put_back():
    comments, mentions = survey(6, 3000, rise=0.2)
    rng = np.random.default_rng(6)
    found = mentions[rng.random(len(mentions)) < 0.7].assign(p_theme=0.98, p_polarity=0.98)
    true = explain(comments, mentions).part("theme-1").prevalence
    naive = (
        explain(comments, found, settings=NumbersSettings(label_error="ignore")).part("theme-1").prevalence
    )
    joined = join(comments, found, (comments["period"] == "after").to_numpy(dtype=int), scale_of("nps"), ())
    evidence = gather(comments["comment_id"], found, joined.answers, joined.row)
    errors = FromProbabilities(evidence, Reliability(recall=(0.7, 200.0)))
    made = impute(joined.answers, errors, Options(), seed=1, imputations=4)
    leaves = np.flatnonzero(made.answers.leaf_theme == joined.answers.themes.index("theme-1"))
    assert abs(made.components[leaves].sum() - true) < abs(naive - true)


def test_likelihoods_return_the_probabilities_they_were_made_from():
    comments, mentions = survey(7, 400)
    said = unsure(comments, mentions, 7)
    joined = join(comments, said, (comments["period"] == "after").to_numpy(dtype=int), scale_of("nps"), ())
    evidence = gather(comments["comment_id"], said, joined.answers, joined.row)
    chance = evidence.likelihood(None, np.ones(THEMES))[0]
    count = evidence.count[0]
    assert count.sum() == comments["has_text"].sum()
    expected = (count @ evidence.p) / count.sum()  # share of the comments that hold theme 0
    for code in np.flatnonzero(count[1:]) + 1:
        there = chance[code, 1:] @ (count @ (chance * _shares(evidence)))[1:] / count.sum()
        assert there == pytest.approx(evidence.p[code], abs=1e-9)
    assert (count @ (chance * _shares(evidence)))[1:].sum() / count.sum() == pytest.approx(expected)
    doubtful = evidence.likelihood(0.6, np.full(THEMES, 0.8))[0]
    assert doubtful[0, NEGATIVE] > 0 == chance[0, NEGATIVE]


def _shares(evidence):
    """Shares of the states of theme 0 that its probabilities imply."""
    states = evidence_states(evidence.kind, evidence.r, evidence.mix)
    found = states * evidence.p[:, None] * evidence.alive[0]
    found[:, NONE] = 1 - evidence.p
    return evidence.count[0] @ (found / found.sum(1, keepdims=True)) / evidence.count[0].sum()


def level(comments, mentions, recall=None, precision=None):
    """The level's contributions and their errors, as `drivers.rank` finds them from probabilities."""
    joined = join(comments, mentions, np.zeros(len(comments), dtype=int), scale_of("nps"), ())
    evidence = gather(comments["comment_id"], mentions, joined.answers, joined.row)
    errors = FromProbabilities(evidence, Reliability(precision=precision, recall=recall))
    made, as_read = impute_levels(joined.answers, errors, True, seed=1, least=0)
    return joined.answers, made, as_read


def test_label_error_of_the_level_is_carried():
    comments, mentions = survey(4, 1500)
    comments = comments[comments["period"] == "before"].reset_index(drop=True)
    mentions = mentions[mentions["comment_id"].isin(comments["comment_id"])]
    sure = mentions.assign(p_theme=1.0, p_polarity=1.0)
    answers, same, as_read = level(comments, sure)
    plain = levels(answers)
    assert np.allclose(same.contribution, plain.contribution, atol=1e-9)
    assert (as_read.mentions != answers.mentions).nnz == 0
    _, missed, _ = level(comments, sure, recall=(0.6, 200.0))
    score = float(np.average(answers.y, weights=answers.weight))
    assert missed.base + missed.contribution.sum() == pytest.approx(score, abs=1e-9)
    bad = answers.leaf_polarity == 0
    assert missed.share[bad].sum() == pytest.approx(plain.share[bad].sum() / 0.6, rel=0.1)
    everything = np.ones((1, len(bad)))
    assert missed.combine(everything)[1] > plain.combine(everything)[1]


def test_the_verdict_is_that_of_the_labels_and_its_interval_carries_their_errors():
    comments, mentions = survey(7, 1500, rise=0.2)
    doubtful = mentions.assign(p_theme=0.95, p_polarity=0.95, model="some model")
    trusted = explain(comments, doubtful, settings=NumbersSettings(label_error="ignore"))
    carried = explain(comments, doubtful)
    assert "imputations" in carried.notices
    first, second = trusted.part("theme-1"), carried.part("theme-1")
    assert first.named and second.named
    assert second.prevalence_high < 0
    for part in carried.parts:
        if part.kind == "theme" and part.named in ("prevalence", "both"):
            assert part.prevalence_low * part.prevalence_high > 0, "named, but its interval holds zero"
