"""Copied comments are found, counted and collapsed; short answers that many people write are not copies."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc import demo
from voc.errors import InputError, OptionError
from voc.meaning import duplicates

LONG = "نطالب الشركة بتحسين الشبكة في حينا لأن الإنترنت ينقطع كل مساء"
ENGLISH = "Dear team, the delivery of my order was late again and nobody told me why"


def groups(texts):
    found = duplicates.find([f"c{i}" for i in range(len(texts))], texts)
    return [set(group) for _, group in found.members.groupby("group")["id"]]


@pytest.mark.parametrize(
    "texts, expected",
    [
        ([LONG, LONG], [{"c0", "c1"}]),
        ([LONG, LONG.replace("إ", "ا").replace("ة", "ه") + "!!!"], [{"c0", "c1"}]),  # spelling variants
        ([LONG, LONG.replace("كل مساء", "كل مساااء") + " 😡"], [{"c0", "c1"}]),
        ([ENGLISH, ENGLISH.upper()], [{"c0", "c1"}]),
        ([ENGLISH, ENGLISH + " ok"], [{"c0", "c1"}]),  # near
        ([LONG, ENGLISH, LONG, ENGLISH, LONG], [{"c0", "c2", "c4"}, {"c1", "c3"}]),
        ([LONG, ENGLISH], []),
        (["Good"] * 5 + ["جيد جدا"] * 5, []),  # many people write this
        (["", "", " "], []),
        ([], []),
    ],
)
def test_groups(texts, expected):
    assert groups(texts) == expected


def test_a_different_subject_is_no_copy():
    assert groups([ENGLISH, ENGLISH.replace("delivery of my order", "visit of the technician")]) == []


def test_counts_and_collapse():
    comments = pd.DataFrame(
        {"comment_id": list("abcde"), "text": [LONG, "جيد", LONG, LONG + " جدا", ENGLISH]}
    )
    found = duplicates.find(comments["comment_id"], comments["text"])
    assert (found.n_texts, found.n_compared, found.n_copies) == (5, 4, 2)
    table = found.groups()
    assert table.loc[0, ["size", "n_exact", "n_near", "kept"]].tolist() == [3, 2, 1, "a"]
    left = found.collapsed(comments)
    assert list(left["comment_id"]) == ["a", "b", "e"]
    assert list(left["n_copies"]) == [3, 1, 1]
    assert len(comments) == 5  # untouched


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(8)))
def test_row_order_does_not_matter(order):
    texts = [LONG, ENGLISH, LONG + " شكرا", "Good", ENGLISH, "جيد", ENGLISH + " please", LONG]
    ids = [f"c{i}" for i in range(8)]
    straight = duplicates.find(ids, texts).members
    mixed = duplicates.find([ids[i] for i in order], [texts[i] for i in order]).members
    pd.testing.assert_frame_equal(straight, mixed)


def test_the_pasted_campaign_in_the_demo_is_found():
    survey = demo.survey()
    found = duplicates.find(survey["response_id"], survey["comment"])
    table = found.groups().set_index("kept")
    texts = survey.set_index("response_id")["comment"]
    pasted = [kept for kept in table.index if "نطالب شركة زهوان" in texts[kept]]
    assert len(pasted) == 1
    assert table.loc[pasted[0], "size"] >= 3


def test_many_texts_are_quick_enough():
    rng = np.random.default_rng(0)
    words = np.array([*LONG.split(), *ENGLISH.split()])
    texts = [" ".join(rng.choice(words, 12)) for _ in range(2000)]
    assert duplicates.find([str(i) for i in range(2000)], texts).n_texts == 2000


@pytest.mark.parametrize(
    "arguments, error",
    [
        (dict(ids=["a"], texts=[]), InputError),
        (dict(ids=["a"], texts=["b"], threshold=0), OptionError),
        (dict(ids=["a"], texts=["b"], threshold=1.5), OptionError),
    ],
)
def test_bad_input_is_refused(arguments, error):
    with pytest.raises(error, match=r"expected|needs an id"):
        duplicates.find(**arguments)


def test_collapse_names_the_missing_column():
    with pytest.raises(InputError, match="comment_id"):
        duplicates.find(["a"], [LONG]).collapsed(pd.DataFrame({"x": [1]}))


@pytest.mark.parametrize(
    "copy",
    [
        f"RT @someone: {ENGLISH}",
        f"@shop {ENGLISH} https://example.com/a1b2c3",
        f"{ENGLISH} #delivery #late",
        f"[HANDLE] {ENGLISH}",
    ],
)
def test_retweets_links_and_masks_do_not_hide_a_copy(copy):
    assert groups([ENGLISH, copy]) == [{"c0", "c1"}]


def test_templated_answers_are_copies():
    template = "شكرا لتواصلكم معنا، نأسف لما حدث وسيتم الرد على طلبكم رقم {} خلال يومي عمل بإذن الله"
    assert groups([template.format(n) for n in (104, 233, 871)]) == [{"c0", "c1", "c2"}]


def test_a_collapsed_survey_counts_each_text_once_and_says_what_it_left_out(tools):
    import voc

    rows = [{"comment": LONG, "nps": 1, "date": "2024-05-02"}] * 4
    rows += [
        {"comment": ENGLISH, "nps": 3, "date": "2024-05-03"},
        {"comment": "Good", "nps": 9, "date": "2024-05-04"},
    ]
    told = {
        how: voc.analyze(
            rows, text="comment", score="nps", scale="nps", tools=tools, topics=False, duplicates=how
        )
        for how in ("keep", "collapse")
    }
    kept, collapsed = told["keep"], told["collapse"]
    assert kept.result["counts"]["analyzed"] == 6 and not kept.result["copies"]["collapsed"]
    counts = collapsed.result["counts"]
    assert (counts["read"], counts["analyzed"], counts["rejected"], counts["duplicates"]) == (6, 3, 3, 3)
    assert collapsed.result["copies"]["n_copies"] == 3 and collapsed.result["copies"]["collapsed"]
    assert list(collapsed.rejects["reason"]) == [duplicates.COPY] * 3
    assert len(collapsed.comments) == 3
    assert set(collapsed.mentions["comment_id"]) <= set(collapsed.comments["comment_id"])
    assert len(kept.mentions) > len(collapsed.mentions) > 0


def test_very_many_texts_have_the_same_exact_groups_as_few(monkeypatch):
    rng = np.random.default_rng(3)
    texts = [f"{ENGLISH} q{chr(97 + n % 26)}z{chr(97 + n // 26)}" for n in rng.integers(1, 40, 120)] + [
        LONG,
        "Good",
        "",
        LONG,
    ] * 3
    ids = [f"c{i}" for i in rng.permutation(len(texts))]
    monkeypatch.setattr(duplicates, "MOST", 10)
    few = duplicates.find(ids, texts)
    monkeypatch.setattr(duplicates, "MANY", 1)
    many = duplicates.find(ids, texts)
    pd.testing.assert_frame_equal(few.members, many.members)
    assert (few.n_texts, few.n_compared, few.near) == (many.n_texts, many.n_compared, many.near)
    assert not many.near and many.n_copies > 50


def test_many_texts_of_few_wordings_are_still_looked_at_for_near_copies(monkeypatch):
    monkeypatch.setattr(duplicates, "MANY", 1)
    found = duplicates.find(["a", "b"], [ENGLISH, ENGLISH + " ok"])
    assert found.near and found.n_copies == 1
