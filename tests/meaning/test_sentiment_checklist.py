"""The checklist itself: large, covering, never trained on; and what the shipped models pass of it."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest

from models.sentiment import checklist, own
from voc.meaning.prepare import prepare
from voc.meaning.sentiment import open_sentiment
from voc.settings import MeaningSettings

CASES = list(checklist.cases())
VARIETIES = {"msa", "gulf", "egy", "lev", "mag", "en", "arabizi", "mixed"}


def test_it_is_large_and_covers_every_variety_and_polarity() -> None:
    assert len(CASES) >= 400
    assert set(VARIETIES) <= {case.variety for case in CASES}
    assert set(Counter(case.expected for case in CASES)) >= {("negative",), ("neutral",), ("positive",)}
    assert min(Counter(case.capability for case in CASES).values()) >= 20


def test_no_case_stands_twice() -> None:
    seen = Counter((case.text, case.question) for case in CASES)
    assert [text for text, count in seen.items() if count > 1] == []


@pytest.fixture(scope="module")
def trained() -> pd.DataFrame:
    """Our own training rows."""
    return own.rows(pd.DataFrame({"text": ["الخدمة ممتازة"], "label": [2]}))


def test_our_training_rows_hold_no_case(trained: pd.DataFrame) -> None:
    texts = set(trained["text"])
    assert [case.text for case in CASES if prepare(case.text) in texts] == []


def test_copies_of_a_case_with_a_word_changed_are_found() -> None:
    copies = own.Copies(["the queue at the bank was long", "nice"])
    assert copies.holds("nice")
    assert copies.holds("The queue at the bank was very long!")
    assert not copies.holds("the line at the desk was short")


def test_training_phrases_are_many_and_of_every_polarity(trained: pd.DataFrame) -> None:
    assert len(trained) > 10_000
    assert trained["label"].value_counts(normalize=True).min() > 0.1
    assert not trained["text"].str.contains("[{}]").any()  # every slot was filled


@pytest.mark.parametrize(("tier", "least"), [("accurate", 0.70), ("fast", 0.55)])
def test_what_the_models_pass(tier: str, least: float) -> None:
    rates = checklist.rates(checklist.run(open_sentiment(MeaningSettings(tier=tier), threads=1)))
    assert rates["overall"]["all"][0] >= least
