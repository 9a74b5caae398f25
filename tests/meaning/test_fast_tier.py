"""The fast tier: its words, and that a text's numbers are its own, bit for bit."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc import artifacts
from voc.errors import ModelError
from voc.meaning import fast_tier, remembered
from voc.meaning.fast_words import EMPTY, UNKNOWN, Words, canonical, tokens_of

TEXTS = [
    "الخدمة ممتازة جدا بس السعر غالي",
    "",
    "awful, never again!!!",
    "متى تفتحون؟",
    "5dmt el 3omala zeft 😡😡",
    "Best. Staff. Ever 😍 @someone https://example.org/a #GreatService",
    "zxqvkw",
    "slow " * 300,
]
TIER = fast_tier.load(artifacts.find("sentiment").folder)
WORDS = Words(["خدمه", "الخدمه", "و", "great", "service", "staff", "!!", "😡", "ing", "sing", "رائع", "http"])
NUMBER = {word: number for number, word in enumerate(WORDS._numbers, start=UNKNOWN + 1)}


def numbers(*words: str) -> list[int]:
    return [NUMBER[word] for word in words]


def test_a_text_has_the_same_numbers_in_any_company() -> None:
    many = TEXTS * 40
    together = TIER.logits(many)
    alone = np.concatenate([TIER.logits([text]) for text in TEXTS])
    assert np.array_equal(together, np.tile(alone, (40, 1)))
    order = np.random.default_rng(0).permutation(len(many))
    assert np.array_equal(TIER.logits([many[i] for i in order]), together[order])
    fresh = fast_tier.load(artifacts.find("sentiment").folder)  # words met in another order
    assert np.array_equal(fresh.logits(TEXTS[::-1]), alone[::-1])


def test_no_texts_have_no_logits() -> None:
    assert TIER.logits([]).shape == (0, 3)


def test_polarity_of_plain_words() -> None:
    found = TIER.logits(
        ["الخدمة سيئة جدا", "terrible service", "الخدمة ممتازة", "great service", "el 5dma momtaza"]
    )
    assert found.argmax(1).tolist() == [0, 0, 2, 2, 2]


def test_arabizi_counts_as_arabic() -> None:
    _, arabic = TIER.read(["3ajabni el akl", "great food", "الأكل لذيذ", "123 !!"])
    assert arabic.tolist() == [True, False, True, False]


def test_spellings_of_a_word_are_one_number() -> None:
    assert WORDS.numbers(["الخدمة", "الخدمه", "الخِدمــة", "GREAT greeeat", "راااائع"]) == [
        *[numbers("الخدمه")] * 3,
        [*numbers("great"), *WORDS.numbers(["greeat"])[0]],
        numbers("رائع"),
    ]


def test_hashtags_links_handles_and_signs() -> None:
    [found] = WORDS.numbers(["#Great_Service #great https://example.org/a?b=1 !!!!! 😡😡😡"])
    assert found == numbers("great", "service", "great", "http", "!!", "😡", "😡")
    assert WORDS.numbers(["#GreatService"]) == [numbers("great", "service")]


def test_a_word_outside_the_vocabulary_is_taken_apart() -> None:
    assert WORDS.numbers(["وخدمة"]) == [numbers("و", "خدمه")]
    assert WORDS.taken_apart("sing", itself=False)[-1] == NUMBER["ing"]
    assert set(WORDS.taken_apart("zz")) == {UNKNOWN}


@given(st.text("abceginrst", min_size=1, max_size=9) | st.text("خدمهولارئع", min_size=1, max_size=9))
def test_a_word_is_taken_apart_the_cheapest_way(word: str) -> None:
    """Held against all ways there are: each entry costs three and the logarithm of its number."""

    def cost(number: int) -> float:
        return 30.0 if number == UNKNOWN else 3 + math.log(number)

    cheapest = [0.0]
    for end in range(1, len(word) + 1):
        pieces = [(start, NUMBER.get(word[start:end])) for start in range(end)]
        ways = [cheapest[start] + cost(number) for start, number in pieces if number is not None]
        cheapest.append(min([cheapest[end - 1] + 30.0, *ways]))
    assert sum(map(cost, WORDS.taken_apart(word))) == pytest.approx(cheapest[-1])


@given(st.from_regex("[A-Za-z]{1,12}|[\u0621-\u063a\u0641-\u064a]{1,12}", fullmatch=True))
def test_plain_words_need_no_normalization(word: str) -> None:
    """The look-up spares plain words the whole recipe; so the recipe must have nothing to do there."""
    found = [number for part in canonical(word) for number in WORDS.taken_apart(part)]
    assert WORDS.numbers([word]) == [found]


@given(st.text("0123456789", min_size=1, max_size=30))
def test_numbers_need_no_normalization_and_no_memory(number: str) -> None:
    words = Words(["1", "2024", "5"])
    assert words.numbers([number])[0] == [n for word in canonical(number) for n in words._parts(word)]
    assert not words._known


def test_what_is_remembered_of_spellings_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "GENERATION", 50)
    words = Words(["ab", "cd"])
    texts = [f"ab {'abcd' * (n % 7 + 1)}x{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}" for n in range(600)]
    assert [words.numbers([text]) for text in texts] == [
        Words(["ab", "cd"]).numbers([text]) for text in texts
    ]
    assert len(words._known) + len(words._known._before) <= 100
    assert "ab" in words._known or "ab" in words._known._before  # the common ones stay


def test_nothing_is_left_of_marks_alone() -> None:
    assert WORDS.numbers(["", " \n", "\u0640"]) == [[], [], []]


@given(st.sampled_from(sorted(TIER._words._numbers)[::40]))
@settings(max_examples=200)
def test_an_entry_stands_for_itself_in_any_case(word: str) -> None:
    """The quick look-up takes what is in the vocabulary as it is; so entries must be canonical."""
    assert [part for token in tokens_of(word) for part in canonical(token)] == [word]
    if word.isascii() and word.isalpha():
        assert TIER._words.numbers([word.upper()]) == TIER._words.numbers([word])


def test_windows_do_not_reach_into_the_next_text() -> None:
    assert EMPTY not in TIER._words._numbers.values()
    assert np.array_equal(TIER.logits(["great", "terrible"])[0], TIER.logits(["great", "lovely"])[0])


def test_files_that_are_no_fast_tier_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="Reinstall"):
        fast_tier.load(tmp_path)
    folder = artifacts.find("sentiment").folder
    shutil.copy(folder / "fast-words.txt", tmp_path)
    (tmp_path / "fast.npz").write_bytes(b"not an archive")
    with pytest.raises(ModelError, match="Reinstall"):
        fast_tier.load(tmp_path)
