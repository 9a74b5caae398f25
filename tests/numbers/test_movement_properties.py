"""What must hold for every movement, whatever the data: sums, symmetry, order, hierarchy, weights."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.numbers.worlds import survey
from voc.numbers.explain import explain
from voc.settings import NumbersSettings

CLOSE = 1e-9
FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
worlds = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 10**6),
        "n_before": st.integers(15, 120),
        "n_after": st.integers(15, 120),
        "rise": st.sampled_from([0.0, 0.2]),
        "arabic": st.sampled_from([0.0, 0.4, 1.0]),
    }
)
modes = st.sampled_from(["project", "own_bar", "auto"])
scales = st.sampled_from(["nps", "0-10"])


def totals(movement):
    return {part.id: part.total for part in movement.parts}


@given(worlds, modes, scales)
@FEW
def test_parts_add_up_to_the_change(world, mode, scale):
    comments, mentions = survey(**world)
    movement = explain(comments, mentions, scale=scale, settings=NumbersSettings(no_comment=mode))
    score = comments.groupby("period")["score"].apply(
        lambda s: s.mean() if scale == "0-10" else 100 * ((s >= 9).mean() - (s <= 6).mean())
    )
    assert movement.delta.value == pytest.approx(score["after"] - score["before"], abs=CLOSE)
    assert sum(totals(movement).values()) == pytest.approx(movement.delta.value, abs=CLOSE)
    for part in movement.parts:
        if part.kind == "theme":
            assert part.prevalence + part.effect == pytest.approx(part.total, abs=CLOSE)
            assert sum(leaf.total for leaf in part.leaves) == pytest.approx(part.total, abs=CLOSE)
        assert part.low <= part.total <= part.high


@given(worlds, modes)
@FEW
def test_exchanging_the_sides_changes_only_the_signs(world, mode):
    comments, mentions = survey(**world)
    there = explain(
        comments, mentions, settings=NumbersSettings(no_comment=mode), before="before", after="after"
    )
    back = explain(
        comments, mentions, settings=NumbersSettings(no_comment=mode), before="after", after="before"
    )
    for part in there.parts:
        mirrored = back.part(part.id)
        assert mirrored.total == pytest.approx(-part.total, abs=CLOSE)
        assert mirrored.prevalence == pytest.approx(-part.prevalence, abs=CLOSE)
        assert (mirrored.low, mirrored.high) == pytest.approx((-part.high, -part.low), abs=1e-6)
        assert mirrored.named == part.named


@given(worlds, st.integers(0, 10**6))
@FEW
def test_order_of_rows_and_names_of_themes_do_not_matter(world, seed):
    comments, mentions = survey(**world)
    rng = np.random.default_rng(seed)
    shuffled = comments.iloc[rng.permutation(len(comments))], mentions.iloc[rng.permutation(len(mentions))]
    names = {f"theme-{i}": f"theme-{(i * 5 + 2) % 7}" for i in range(6)}
    renamed = shuffled[1].assign(theme=shuffled[1]["theme"].map(names))
    first, second = totals(explain(comments, mentions)), totals(explain(shuffled[0], renamed))
    for name, total in first.items():
        assert second[names.get(name, name)] == pytest.approx(total, abs=CLOSE)


@given(worlds, modes, st.integers(0, 10**6))
@FEW
def test_weights_are_copies(world, mode, seed):
    comments, mentions = survey(**world)
    weight = np.random.default_rng(seed).integers(1, 4, len(comments))
    chosen = NumbersSettings(no_comment=mode)
    weighted = explain(comments.assign(weight=weight), mentions, settings=chosen)
    index = np.repeat(np.arange(len(comments)), weight)
    copy = np.concatenate([np.arange(w) for w in weight])
    copies = comments.iloc[index].assign(comment_id=lambda f: f["comment_id"] + "/" + copy.astype(str))
    numbers = pd.DataFrame({"comment_id": comments["comment_id"], "weight": weight})
    doubled = mentions.merge(numbers, on="comment_id")
    repeated = doubled.loc[doubled.index.repeat(doubled["weight"])]
    number = repeated.groupby(level=0).cumcount().astype(str)
    copied = explain(
        copies, repeated.assign(comment_id=repeated["comment_id"] + "/" + number), settings=chosen
    )
    expected = totals(copied)
    for name, total in totals(weighted).items():
        assert total == pytest.approx(expected[name], abs=CLOSE)


@given(worlds)
@FEW
def test_parents_are_the_sums_of_their_children(world):
    comments, mentions = survey(**world)
    parents = {f"theme-{i}": "people" if i < 3 else "product" for i in range(6)}
    movement = explain(comments, mentions, parents=parents)
    for parent in movement.parents:
        children = [part for part in movement.parts if part.parent == parent.id]
        for name in ("prevalence", "effect", "total", "projected"):
            assert getattr(parent, name) == pytest.approx(sum(getattr(c, name) for c in children), abs=CLOSE)
        assert parent.low <= parent.total <= parent.high


@given(worlds)
@FEW
def test_same_input_gives_the_same_numbers(world):
    comments, mentions = survey(**world)
    untouched = comments.copy(), mentions.copy()
    assert explain(comments, mentions).as_dict() == explain(comments, mentions).as_dict()
    pd.testing.assert_frame_equal(comments, untouched[0])
    pd.testing.assert_frame_equal(mentions, untouched[1])


def test_equal_themes_get_equal_credit():
    comments, mentions = survey(5, 300, rise=0.2)
    twin = mentions[mentions["theme"] == "theme-1"].assign(theme="twin")
    movement = explain(comments, pd.concat([mentions, twin]))
    assert movement.part("twin").total == pytest.approx(movement.part("theme-1").total, abs=1e-6)


def test_repeated_mentions_count_once():
    comments, mentions = survey(6, 200)
    assert (
        explain(comments, pd.concat([mentions, mentions])).as_dict() == explain(comments, mentions).as_dict()
    )


def test_people_who_answer_twice_widen_the_interval():
    comments, mentions = survey(7, 300)
    pairs = comments.assign(respondent_id=[f"p{i // 2}" for i in range(len(comments))])
    copies = pd.concat([comments, comments.assign(comment_id=comments["comment_id"] + "x")])
    echo = pd.concat([mentions, mentions.assign(comment_id=mentions["comment_id"] + "x")])
    alone, paired = explain(comments, mentions), explain(pairs, mentions)
    twice = explain(copies, echo)
    for part in alone.parts:
        assert paired.part(part.id).total == pytest.approx(part.total, abs=CLOSE)
    once, again = alone.part("mix"), twice.part("mix")
    assert again.total == pytest.approx(once.total, abs=CLOSE)
    assert again.high - again.low == pytest.approx(once.high - once.low, rel=0.05)
