"""Made texts: of training rows alone, of their words and the vocabulary's, and the same in every run."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

onnx = pytest.importorskip("onnx", reason="needs the extra train")

from models.sentiment import data, variants  # noqa: E402

NEAR = variants.Neighbors(["cheap", "lovely"])
NEAR.learn(["the staff was rude today", "@user the room was lovely"])
DICTIONARY = """  1 a licence, not an entry
00001 00 a 01 calm 0 000 | free of noise; "a calm street"; "calm"
00002 00 s 01 rude 0 000 | unkind; "he was rude to the guests"
"""


@given(
    st.lists(st.sampled_from(["the", "staff", "was", "slow", "@user", "!!", "http"]), min_size=1),
    st.integers(),
)
def test_a_variant_keeps_marks_and_takes_known_words(words: list[str], seed: int) -> None:
    other = ["the room was lovely"]
    found = variants.variant(" ".join(words), other, NEAR, random.Random(seed)).split()
    assert found == variants.variant(" ".join(words), other, NEAR, random.Random(seed)).split()
    assert 1 <= len(found) <= variants.LONGEST + 1
    learned = {word for texts in (*NEAR.after.values(), *NEAR.before.values()) for word in texts}
    assert set(found) <= {*words, *other[0].split(), *learned, *NEAR.pool, *variants.SIGNS}


@given(st.text("ab .!\n", max_size=200))
def test_sentences_lose_no_word_but_lone_ones(text: str) -> None:
    found = list(variants.sentences(text))
    assert all(1 < len(sentence.split()) <= variants.LONGEST for sentence in found)
    kept = [word for sentence in found for word in sentence.split()]
    left = iter(text.split())
    assert all(word in left for word in kept)  # in their order


def test_the_dictionary_gives_phrases(tmp_path: Path) -> None:
    for part in ("adj", "adv", "verb", "noun"):
        (tmp_path / f"data.{part}").write_text(DICTIONARY, encoding="utf-8")
    assert variants.examples(tmp_path) == ["a calm street", "he was rude to the guests"]
    assert variants.examples(None) == []


def test_only_training_rows_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = pd.DataFrame({"text": ["my card is lost", "secret bank words"], "split": ["train", "test"]})
    monkeypatch.setattr(data, "read", lambda name: bank)
    rows = pd.DataFrame(
        {
            "text": [
                "the room was lovely",
                "hidden words here",
                "الغرفة كانت جميلة والموظف كان لطيفا معنا طوال اليوم",
                "own phrase",
            ],
            "set": ["umsab", "umsab", "saudi_tourism", "own"],
            "lang": ["en", "en", "ar", "ar"],
            "part": ["train", "calibration", "train", "train"],
        }
    )
    found = variants.made(rows, ["cheap", "رخيصه"], None)
    assert found == variants.made(rows, ["cheap", "رخيصه"], None)
    assert len(found) == len(set(found)) > 20
    words = {word for text in found for word in text.split()}
    assert {"lovely", "card", "cheap", "جميلة", "رخيصه"} <= words
    assert not words & {"hidden", "secret", "own"}


def test_texts_of_vader_are_taken_but_for_those_we_report_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = data._HeldOut(["a tweet that is tested on somewhere else"])
    monkeypatch.setattr(data, "held_out", lambda: held)
    for name in variants.VADER:
        lines = (
            "1\t2.5\tTea &amp; cake were lovely",
            "2\t-1\tA tweet that is tested on somewhere else",
            "3\tx",
        )
        (tmp_path / f"{name}_GroundTruth.txt").write_text("\n".join(lines), encoding="utf-8")
    assert variants.vader(tmp_path) == {name: ["Tea & cake were lovely"] for name in variants.VADER}
    found = variants.more(["cheap"], tmp_path)
    assert "Tea & cake were lovely" in found
    assert found == variants.more(["cheap"], tmp_path)
    assert variants.more(["cheap"], None) == []


def test_escapes_are_undone() -> None:
    assert data.unescaped(r"It\u2019s \"fine\"\u002c ok\nbye \ud83d\ude02") == 'It’s "fine", ok bye 😂'
    assert data.unescaped(r"C:\temp 50\50 \ud83d") == "C:\\temp 50\\50 \ufffd"
