"""Feelings: probabilities, a text judged by itself, what the question adds, the abstain band."""

from __future__ import annotations

import numpy as np
import pytest

from voc.labels import SENTIMENTS
from voc.meaning import asked
from voc.meaning.calibration import Calibration, script, softmax
from voc.meaning.sentiment import SentimentModel, feelings, open_sentiment
from voc.settings import MeaningSettings

TEXTS = [
    "الخدمة ممتازة",
    "السعر غالي جدا",
    "great staff",
    "terrible experience",
    "",
    "😡",
    "3jabni el service",
    "x" * 3000,
]


@pytest.fixture(scope="module", params=["accurate", "fast"])
def model(request: pytest.FixtureRequest) -> SentimentModel:
    return open_sentiment(MeaningSettings(tier=request.param), threads=1)


def test_rows_are_probabilities_and_labels_are_known(model: SentimentModel) -> None:
    found = model.judge(TEXTS)
    assert found.p.shape == (len(TEXTS), 3)
    assert found.p.dtype == np.float64
    np.testing.assert_allclose(found.p.sum(1), 1)
    assert set(found.sentiment) <= set(SENTIMENTS)


def test_clear_words_are_read_right(model: SentimentModel) -> None:
    found = model.judge(
        ["الخدمة ممتازة والموظفين رائعين", "great staff", "أسوأ تجربة", "terrible experience"]
    )
    assert list(found.p.argmax(1)) == [2, 2, 0, 0]


def test_a_text_is_judged_by_itself(model: SentimentModel) -> None:
    together = model.judge(TEXTS).p
    order = np.random.default_rng(1).permutation(len(TEXTS))
    assert np.array_equal(model.judge([TEXTS[i] for i in order]).p, together[order])
    assert np.array_equal(np.concatenate([model.judge([text]).p for text in TEXTS]), together)


def test_no_texts_and_empty_texts(model: SentimentModel) -> None:
    assert model.judge([]).p.shape == (0, 3)
    assert model.judge(["", "  "]).sentiment == ["unsure", "unsure"]


@pytest.mark.parametrize(
    ("question", "leans"),
    [
        ("What should we improve?", "fault"),
        ("وش تبينا نحسن؟", "fault"),
        ("ما الذي لم يعجبك؟", "fault"),
        ("What did you like most?", "praise"),
        ("وش أكثر شي عجبك؟", "praise"),
        ("Why did you give this score?", None),
        (None, None),
    ],
)
def test_questions_that_ask_for_one_side(question: str | None, leans: str | None) -> None:
    assert asked.leaning(question) == leans


@pytest.mark.parametrize(
    ("text", "asks", "column"),
    [
        ("prices", "fault", 0),
        ("الأسعار", "fault", 0),
        ("prices", "praise", 2),
        ("nothing", "fault", 2),
        ("لا شيء", "praise", 0),
    ],
)
def test_a_bare_answer_takes_the_side_asked_for(text: str, asks: asked.Leaning, column: int) -> None:
    plain = np.array([[0.2, 0.6, 0.2]])
    assert asked.moved(plain, [text], asks)[0].argmax() == column
    assert plain.tolist() == [[0.2, 0.6, 0.2]]


def test_a_clear_answer_keeps_its_own_feeling() -> None:
    clear = np.array([[0.02, 0.03, 0.95]])
    assert asked.moved(clear, ["love the staff"], "fault")[0].argmax() == 2


def test_the_abstain_band_and_the_fallback_of_groups() -> None:
    one = (np.ones(3), np.zeros(3))
    calibrated = Calibration({"ar": one, "en": one}, 0.5)
    p = calibrated.probabilities(np.array([[0.0, 0.1, 0.0], [3.0, 0.0, 0.0]]), ["ar-gulf", "en"])
    assert feelings(p, ["a", "b"], None, calibrated).sentiment == ["unsure", "negative"]


def test_softmax_and_script() -> None:
    assert softmax(np.array([[1e4, 0.0, 0.0]])).tolist() == [[1.0, 0.0, 0.0]]
    assert [script(text) for text in ("خدمة ok", "nice مره", "123", "")] == ["ar", "en", "en", "en"]
