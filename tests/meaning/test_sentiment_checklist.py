"""The checklist itself: large, covering, never trained on; and what the shipped models pass of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import yaml

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


def test_our_training_rows_hold_no_case() -> None:
    nothing = pd.DataFrame({"text": [], "label": []})
    trained = set(own.rows(nothing)["text"])
    assert [case.text for case in CASES if prepare(case.text) in trained] == []


def test_training_phrases_are_well_formed() -> None:
    saved = yaml.safe_load(Path(own.HERE, "own.yaml").read_text(encoding="utf-8"))
    assert set(saved) == {"clauses", "whole"}
    rows = own.rows(pd.DataFrame({"text": ["الخدمة ممتازة"], "label": [2]}))
    assert set(rows["label"]) == {0, 1, 2}
    assert not rows["text"].duplicated().any() or len(rows) > 4000


@pytest.mark.parametrize(("tier", "least"), [("accurate", 0.70), ("fast", 0.55)])
def test_what_the_models_pass(tier: str, least: float) -> None:
    rates = checklist.rates(checklist.run(open_sentiment(MeaningSettings(tier=tier), threads=1)))
    assert rates["overall"]["all"][0] >= least
