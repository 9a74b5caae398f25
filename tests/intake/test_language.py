"""Language of texts: rows anyone can review; the large table is in language_cases.tsv."""

from pathlib import Path

import pytest

from voc.intake import dialect
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


def table():
    lines = Path(__file__).with_name("language_cases.tsv").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if line and not line.startswith("#")]


def test_the_written_table():
    cases = table()
    assert len(cases) >= 150
    wrong = [(text, language) for language, text in cases if tag_one(text).language != language]
    assert len(wrong) <= 0.03 * len(cases), wrong


def test_clauses_are_tagged_like_texts():
    first, second = tag(["الخدمة ممتازة", "but delivery was very slow"])
    assert (first.language, second.language) == ("ar", "en")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("وش ذا التأخير كل مرة نفس السالفة", "gulf"),
        ("ابغى احد يرد علي الحين", "gulf"),
        ("عايز حد يرد عليا بقاله يومين", "egyptian"),
        ("مش عاجبني النظام الجديد خالص ده وحش اوي", "egyptian"),
        ("كتير منيح بس بدو شوية ترتيب", "levantine"),
        ("واش كاين شي حل لهاد المشكل بزاف", "maghrebi"),
        ("أعلنت الشركة عن افتتاح فرع جديد في المدينة يوم الأحد", "msa"),
        ("5edma wayed zaina bas el as3ar ghalya", "gulf"),
        ("el khedma msh kwayesa awi w mafesh 7ad byrod", "egyptian"),
    ],
)
def test_dialects(text, name):
    spoken = tag_one(text)
    assert spoken.dialect == name
    assert 0.5 <= spoken.p_dialect <= 1.0


@pytest.mark.parametrize("text", ["ممتاز", "good", "👍", ""])
def test_no_dialect_without_words_that_show_one(text):
    assert tag_one(text).dialect is None


def test_dialects_can_be_left_out():
    assert tag_one("وش ذا التأخير", dialects=False).dialect is None


def test_features_are_one_text_s_own():
    ids, values = dialect.features("وش ذا")
    assert list(ids) == sorted(set(ids))
    assert ids.max() < 1 << dialect.BITS
    assert abs((values**2).sum() - 1) < 1e-9
    assert dialect.features("")[0].size > 0


def test_markers_of_two_dialects_decide_nothing():
    assert dialect.marked("وش ده") is None
    assert dialect.marked("الخدمة") is None
    assert dialect.marked("وش هذا") == "gulf"
