"""Quotes by rule: both sides, both languages, nothing personal, no copies, same whatever the row order."""

import numpy as np
import pandas as pd
import pytest

from voc.errors import InputError
from voc.meaning import quotes

ROWS = [
    # id, language, text, polarity, p
    ("a1", "ar", "التوصيل تأخر ثلاثة أيام كاملة", "negative", 0.90),
    ("a2", "ar", "التوصيل تأخر ثلاثة أيام كاملة!", "negative", 0.95),  # a copy
    ("a3", "ar", "الشحنة لم تصل والمندوب لا يرد", "negative", 0.85),
    ("a4", "ar", "رقمي [PHONE] التوصيل متأخر جدا", "negative", 0.99),  # personal
    ("e1", "en", "delivery was three days late again", "negative", 0.90),
    ("e2", "en", "the courier never came to my door", "negative", 0.80),
    ("e3", "en", "late", "negative", 0.99),  # too short
    ("e4", "en", "x" * 400, "negative", 0.99),  # too long
    ("e5", "en", "12345 67890 12345 67890", "negative", 0.99),  # no letters
    ("p1", "en", "delivery arrived the very same day", "positive", 0.90),
    ("p2", "ar", "وصل الطلب قبل موعده بيوم كامل", "positive", 0.70),
]


@pytest.fixture
def joined():
    comments = pd.DataFrame({"comment_id": [r[0] for r in ROWS], "language": [r[1] for r in ROWS]})
    comments["text"] = [r[2] for r in ROWS]
    mentions = pd.DataFrame(
        {
            "comment_id": [r[0] for r in ROWS],
            "theme": "delivery_speed",
            "polarity": [r[3] for r in ROWS],
            "p_theme": [r[4] for r in ROWS],
            "p_polarity": 1.0,
            "start": 0,
            "end": [len(r[2]) for r in ROWS],
        }
    )
    return comments, mentions


def test_rule(joined):
    found = quotes.representative(*joined)["delivery_speed"]
    ids = [quote["comment_id"] for quote in found]
    assert not {"a4", "e3", "e4", "e5"} & set(ids)  # personal, short, long, without letters
    assert len({"a1", "a2"} & set(ids)) == 1  # a copy
    assert {quote["polarity"] for quote in found} == {"negative", "positive"}
    assert found[0]["polarity"] == "negative"
    assert [quote["counter"] for quote in found] == [quote["polarity"] == "positive" for quote in found]
    first_two = {dict((r[0], r[1]) for r in ROWS)[i] for i in ids[:2]}
    assert first_two == {"ar", "en"}


def test_spans_are_verbatim(joined):
    comments, mentions = joined
    text = comments.set_index("comment_id")["text"]
    for quote in quotes.representative(comments, mentions)["delivery_speed"]:
        assert text[quote["comment_id"]][quote["start"] : quote["end"]] == text[quote["comment_id"]]


@pytest.mark.parametrize("most", [0, 1, 2, 3, 5, 20])
def test_at_most(joined, most):
    found = quotes.representative(*joined, most=most)["delivery_speed"]
    assert len(found) <= most
    assert len({quote["comment_id"] for quote in found}) == len(found)


def test_row_order_does_not_matter(joined):
    comments, mentions = joined
    order = np.random.default_rng(0).permutation(len(ROWS))
    assert quotes.representative(comments.iloc[order], mentions.iloc[order[::-1]]) == quotes.representative(
        comments, mentions
    )


def test_nothing_to_quote(joined):
    comments, mentions = joined
    assert quotes.representative(comments, mentions.iloc[:0]) == {}
    assert quotes.representative(comments, mentions[mentions["comment_id"] == "e3"]) == {"delivery_speed": []}


def test_missing_column_is_named(joined):
    with pytest.raises(InputError, match="polarity"):
        quotes.representative(joined[0], joined[1].drop(columns="polarity"))
