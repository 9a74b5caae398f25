"""Language of texts: rows anyone can review; the large table is in language_cases.tsv."""

import pytest

from voc.intake.language import tag, tag_one
from voc.labels import LANGUAGES

ROWS = [
    ("الخدمة ممتازة", "ar"),
    ("3jabni el service bas ghali", "ar-Latn"),
    ("The delivery was late again", "en"),
    ("الخدمة ممتازة but delivery was very slow", "mixed"),
    ("👍", "und"),
    ("10/10", "und"),
    ("", "und"),
    ("Le service est très mauvais", "und"),
    ("خیلی خوب بود", "und"),
    ("بہت اچھی سروس ہے", "und"),
    ("عندي مشكلة في iPhone 15 Pro", "ar"),
]


@pytest.mark.parametrize(("text", "language"), ROWS, ids=range(len(ROWS)))
def test_rows(text, language):
    assert tag_one(text).language == language


def test_each_text_is_tagged_alone_and_in_order():
    texts = [text for text, _ in ROWS]
    assert tag(texts) == [tag_one(text) for text in texts] == tag(texts[::-1])[::-1]


def test_probabilities_are_probabilities():
    for spoken in tag([text for text, _ in ROWS]):
        assert spoken.language in LANGUAGES
        assert 0.0 <= spoken.p_language <= 1.0
