"""Sentence frames and the calibration fitted on held-out rows: small parts of the training recipe."""

from __future__ import annotations

import random
import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from models.sentiment import calibrate, frames, own
from voc.meaning.calibration import Calibration, softmax

GRAMMAR = yaml.safe_load(Path(own.HERE, "own-grammar.yaml").read_text(encoding="utf-8"))
FRAMES = yaml.safe_load(Path(own.HERE, "own-templates.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("variety", sorted(FRAMES))
def test_every_frame_can_be_filled(variety: str) -> None:
    said = list(frames.filled(FRAMES[variety], GRAMMAR[variety], random.Random(0)))
    assert {label for _, label in said} == {0, 1, 2}
    assert all(text and not re.search("[{}]", text) for text, _ in said)


def test_a_slip_changes_one_word_and_a_stretch_only_lengthens() -> None:
    rng = random.Random(1)
    for text in ("the delivery was wonderful", "الخدمة عندكم رائعة"):
        for _ in range(50):
            pairs = zip(text.split(), frames.slipped(text, rng).split(), strict=True)
            assert sum(one != other for one, other in pairs) <= 1
            long = frames.stretched(text, rng)
            assert len(long) > len(text)
            assert re.sub(r"(.)\1{2,}", r"\1", long) == text


def test_each_kind_of_text_gets_the_numbers_that_fit_it() -> None:
    rng = np.random.default_rng(0)
    n = 4000
    truth = rng.normal(size=(n, 3)) * 2
    labels = np.array([rng.choice(3, p=p) for p in softmax(truth)])
    groups = ["en-tweet" if i % 2 else "en-review" for i in range(n)]
    tweets = np.array([group == "en-tweet" for group in groups])
    logits = np.where(tweets[:, None], truth * 2 + [0, 1, 0], truth)  # too sure, and too fond of neutral
    found = calibrate.fit(logits, labels, groups, ["a"] * (n // 2) + ["b"] * (n // 2))
    assert set(found) == {"en", "en-review", "en-tweet"}
    assert found["en-tweet"]["scale"][0] == pytest.approx(0.5, abs=0.08)
    assert found["en-review"]["scale"][0] == pytest.approx(1.0, abs=0.12)
    assert found["en-tweet"]["bias"][1] == pytest.approx(-1 / 3, abs=0.15)


def test_sets_that_surprise_each_other_make_it_humbler() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(4000, 3)) * 2
    shift = np.repeat([[1.5, 0, 0], [0, 0, 1.5]], 2000, axis=0)  # the two sets' annotators disagree
    labels = np.array([rng.choice(3, p=p) for p in softmax(truth + shift)])
    one = calibrate.fit(truth, labels, ["ar"] * 4000, ["a"] * 2000 + ["b"] * 2000)
    two = calibrate.fit(truth, labels, ["ar"] * 4000, ["a", "b"] * 2000)
    assert one["ar"]["scale"][0] < two["ar"]["scale"][0]


def test_a_group_without_numbers_takes_those_of_the_next_larger_one() -> None:
    numbers = {"ar": (np.ones(3), np.zeros(3)), "ar-tweet": (np.ones(3), np.array([9.0, 0, 0]))}
    p = Calibration(numbers, 0.5).probabilities(np.zeros((3, 3)), ["ar-tweet-gulf", "ar-review", "ar"])
    assert p[0, 0] > 0.99
    np.testing.assert_allclose(p[1:], 1 / 3)
