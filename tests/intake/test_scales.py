"""Scales: what answers mean, where categories begin, what an answer adds to the score."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import OptionError
from voc.intake.scales import Scale, ScoreProblem, scale_of

READ = [
    # scale, answer, score
    ("nps", "9", 9),
    ("nps", "٩", 9),
    ("nps", "۹", 9),  # Persian digit
    ("nps", "９", 9),  # full-width digit
    ("nps", " 9.0 ", 9),
    ("nps", "٩٫٠", 9),
    ("nps", "9/10", 9),
    ("nps", "٩/١٠", 9),
    ("nps", "9 out of 10", 9),
    ("nps", "٩ من ١٠", 9),
    ("nps", "10 - extremely likely", 10),
    ("nps", "10 – Extremely likely", 10),
    ("nps", "0 - غير محتمل إطلاقاً", 0),
    ("nps", "Extremely likely (10)", 10),
    ("nps", "محتمل جداً - ١٠", 10),
    ("nps", "7: likely", 7),
    ("nps", "\u200f٩\u200e", 9),  # right-to-left and left-to-right marks around it
    ("nps", 9, 9),
    ("nps", 9.0, 9),
    ("nps", np.int64(9), 9),
    ("csat", "٤ من ٥", 4),
    ("csat", "4 stars", 4),
    ("csat", "٤ نجوم", 4),
    ("csat", "5 ★", 5),
    ("csat", "★★★★☆", 4),
    ("csat", "⭐⭐⭐", 3),
    ("csat", "⭐️⭐️⭐️⭐️⭐️", 5),
    ("csat", "Very satisfied", 5),
    ("csat", "راضٍ جداً", 5),
    ("csat", "غير راضٍ", 2),
    ("csat", "محايد", 3),
    ("stars", "4,5", 4.5),
    ("stars", "٤٫٥", 4.5),
    ("ces", "Strongly agree", 7),
    ("ces", "أوافق بشدة", 7),
    ("0-100", "85%", 85),
    ("0-100", "٨٥٪", 85),
    ("1-10", "1", 1),
    ("-ces", "1", 7),
    ("10-0", "0", 10),
    ("-nps", "10 - not at all likely", 0),
]

REFUSED = [
    ("nps", "11", "outside 0 to 10"),
    ("nps", "-1", "outside"),
    ("nps", "8.5", "whole number"),
    ("nps", "4/5", "out of 5"),
    ("csat", "9/10", "out of 10"),
    ("csat", "0", "outside 1 to 5"),
    ("nps", "3 days late", "not a score"),
    ("nps", "9-10", "not a score"),
    ("nps", "9 10", "not a score"),
    ("nps", "2024-01-02", "not a score"),
    ("nps", "great", "not a score"),
    ("nps", "very satisfied", "not a score"),
    ("nps", "1e1", "not a score"),
    ("nps", "inf", "not a score"),
    ("nps", True, "not a score"),
    ("nps", float("inf"), "outside"),
    ("nps", "9" * 400, "not a score"),
]


@pytest.mark.parametrize(("scale", "answer", "score"), READ)
def test_answers_are_read(scale, answer, score):
    assert scale_of(scale).parse(answer) == score


@pytest.mark.parametrize(("scale", "answer", "reason"), REFUSED)
def test_answers_off_the_scale_are_refused_with_the_reason(scale, answer, reason):
    with pytest.raises(ScoreProblem, match=reason):
        scale_of(scale).parse(answer)


@pytest.mark.parametrize("blank", ["", "  ", "NA", "n/a", "-", "null", "لا ينطبق", "لا أعرف", None, math.nan])
def test_a_missing_answer_is_not_a_number(blank):
    assert math.isnan(scale_of("nps").parse(blank))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("nps", Scale("nps", 0, 10)),
        ("NPS", Scale("nps", 0, 10)),
        ("-ces", Scale("ces", 1, 7, True)),
        ("1-10", Scale("custom", 1, 10)),
        ("٠-١٠٠", Scale("custom", 0, 100)),
        ("-1-10", Scale("custom", 1, 10, True)),
        ("10-1", Scale("custom", 1, 10, True)),
        ("-5..5", Scale("custom", -5, 5)),
        ("5..-5", Scale("custom", -5, 5, True)),
    ],
)
def test_scales_by_option(code, expected):
    assert scale_of(code) == expected
    assert scale_of(expected.code) == expected


@pytest.mark.parametrize("code", ["", "stars5", "5", "3-3", "a-b", "--nps", "1..", "\u202e01-1"])
def test_a_wrong_scale_names_the_right_ones(code):
    with pytest.raises(OptionError, match="Use nps"):
        scale_of(code)


@pytest.mark.parametrize(
    ("code", "scores", "categories"),
    [
        ("nps", [0, 6, 7, 8, 9, 10], "detractor detractor passive passive promoter promoter"),
        ("csat", [1, 2, 3, 4, 5], "dissatisfied dissatisfied neutral satisfied satisfied"),
        ("ces", [1, 3, 4, 5, 7], "difficult difficult neutral easy easy"),
        ("stars", [1, 2.5, 3, 3.5, 4], "low low middle middle high"),
        ("1-10", [1, 3, 4, 6, 7, 10], "low low middle middle high high"),
    ],
)
def test_categories(code, scores, categories):
    scale = scale_of(code)
    expected = categories.split()
    assert [scale.category(score) for score in scores] == expected
    assert scale.categorize(np.array(scores, dtype=float)).tolist() == expected
    assert scale.category(math.nan) == ""
    assert scale.categorize(np.array([math.nan])).tolist() == [None]


def test_the_mean_of_contributions_is_the_score():
    answers = np.array([0, 5, 7, 8, 9, 10], dtype=float)
    assert scale_of("nps").contributions(answers).mean() == pytest.approx(0)
    assert scale_of("csat").contributions(np.array([1, 3, 4, 5.0])).tolist() == [0, 0, 100, 100]
    assert scale_of("ces").contribution(6) == 6
    assert math.isnan(scale_of("nps").contribution(math.nan))


@given(st.text(max_size=40))
def test_any_text_is_a_score_on_the_scale_or_a_problem(text):
    scale = scale_of("nps")
    try:
        score = scale.parse(text)
    except ScoreProblem as problem:
        assert str(problem)
    else:
        assert math.isnan(score) or 0 <= score <= 10
