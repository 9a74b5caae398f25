"""The summary's rules: order, association only, intervals with every bar, nothing named within noise."""

import re

import pytest

from tests.numbers.worlds import survey
from voc.numbers.explain import explain
from voc.numbers.words import SENTENCES

FORBIDDEN = {
    "en": re.compile(r"caus|because|due to|cost us|led to|driver|impact", re.IGNORECASE),
    "ar": re.compile("سبب|تسبّب|أدى|أدّى|بفعل|نتيجة|كلّف"),
}
WORLDS = {
    "nothing": {"seed": 1, "n_before": 300},
    "prevalence": {"seed": 2, "n_before": 2500, "rise": 0.2},
    "severity": {"seed": 3, "n_before": 4000, "severity": 2.4},
    "drift": {"seed": 4, "n_before": 4000, "drift": 0.6},
    "mix": {"seed": 5, "n_before": 3000, "before": {"arabic_gap": -1.0}, "arabic": 0.8},
}


@pytest.fixture(scope="module", params=list(WORLDS))
def told(request):
    movement = explain(*survey(**WORLDS[request.param]))
    return (
        request.param,
        movement,
        {lang: movement.summary(lang, {"theme-1": "ثيم"}) for lang in ("ar", "en")},
    )


def test_nothing_is_said_to_be_a_cause(told):
    for lang, text in told[2].items():
        assert not FORBIDDEN[lang].search(text)


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_no_sentence_at_all_speaks_of_causes(lang):
    assert not any(FORBIDDEN[lang].search(sentence) for sentence in SENTENCES[lang].values())
    assert SENTENCES["ar"].keys() == SENTENCES["en"].keys()


def test_the_whole_move_comes_first_and_general_last(told):
    _, movement, texts = told
    lines = texts["en"].splitlines()
    assert lines[0].startswith("NPS")
    assert ("within noise" in lines[0]) == (movement.verdict == "within_noise")
    assert "Not explained" in lines[-2] or "without a matching change" in lines[-2]
    assert lines[-1] == "Labeling error is not included in the intervals."


def test_every_points_figure_has_its_interval(told):
    for line in told[2]["en"].splitlines():
        if "associated with" in line or "Not explained" in line:
            assert "95 %" in line


def test_each_world_is_told_as_what_it_is(told):
    world, _, texts = told
    expected = {
        "nothing": "No theme can be named",
        "prevalence": "More people wrote negatively about",
        "severity": "gave lower scores than before, beyond the general shift",
        "drift": "without a matching change",
        "mix": "Who answered changed",
    }[world]
    assert expected in texts["en"]


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_groups_are_not_told_as_before_and_after(lang):
    comments, mentions = survey(6, 2500, rise=0.25)
    groups = comments.assign(branch=comments["period"].map({"before": "north", "after": "south"}))
    text = explain(groups.drop(columns="period"), mentions, compare="branch=north,south").summary(lang)
    assert "south" in text.splitlines()[0]
    assert not re.search(r"before|went from|انتقل|من قبل", text)
    assert not FORBIDDEN[lang].search(text)


def test_arabic_numbers_keep_their_direction(told):
    for number in re.findall(r"[+-]\d+\.\d", told[2]["ar"]):
        assert "\u2066" + number in told[2]["ar"]
