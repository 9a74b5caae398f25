"""Arabizi to Arabic script: rows an Arabic speaker can review, and offset properties."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.intake import romanized
from voc.intake.arabizi import transliterate, words
from voc.intake.wordlists import arabizi, english

ROWS = [
    ("3jabni el service bas ghali", "عجبني ال service بس غالي"),
    ("5edma zeft w el mowazafeen mesh mo7tarameen", "خدمة زفت و الموظفين مش محترمين"),
    ("el app mo shaghal since yesterday", "ال app مو شغال since yesterday"),
    ("khadamat sayye2a wallah", "خدمات سيئة والله"),
    ("momtaz", "ممتاز"),
    ("7elw", "حلو"),
    ("7elwwwwww", "حلو"),
    ("kteeeer 7elwwww el makaan", "كتير حلو المكان"),
    ("El Khedma Momtaza", "الخدمة ممتازة"),
    ("EL KHEDMA ZEFT", "الخدمة زفت"),
    ("la 3'orfa natheefa wel mawqif b3eed", "لا غرفة نظيفة والموقف بعيد"),
    ("service raw3a, thank you STC", "service روعة, thank you STC"),
    ("ma 7abbeit the food, kan bared", "ما حبيت the food, كان بارد"),
    ("el delivery ta2akhar 3 sa3at w ma 7ad yrod", "ال delivery تاخر 3 ساعات وما حد يرد"),
    ("bezzaf dyal lmachakil m3a service client", "بزاف ديال المشاكل مع service client"),
    ("esh hatha el kalam, mo ma32ool", "ايش هذا الكلام, مو معقول"),
    ("kwayes awi bs el internet dayman by2ta3", "كويس قوي بس ال internet دائما بتاع"),
    ("wayed zain bas el as3ar ghalya", "وايد زين بس الاسعار غالية"),
    ("inshallah t7asnoon el tatbeeq", "ان شاء الله تحسنون التطبيق"),
    ("mnee7 bs bati2", "منيح بس بطيء"),
    ("ana men el zaba2en men zaman", "انا من الزبائن من زمان"),
    ("الخدمة zift والموظفين rude", "الخدمة زفت والموظفين rude"),
    ("yrdoon bser3a", "يردون بسرعة"),
    ("t3aml raqi", "تعامل راقي"),
]

LEFT_ALONE = [
    "The staff had a 5star attitude and wifi 5g was great, men and law",
    "My son had a fee of 3 SAR, la la land",
    "I love the Al Rajhi app, it is in El Paso",
    "5/5 10/10 4g 2nd 3rd mp3 b2b gr8 24h 6am 3d 2x",
    "Le service est tres mauvais et le personnel impoli",
    "Me gusta mucho el hotel",
    "iPhone15 covid19 A320 B737 H2O Windows11",
    "mail sara3@example.com or @ma3aya see https://x.example/3jabni",
    "[PHONE] [NAME] @user http",
    "don't can't won't it's Ahmed's staff's",
    "الخدمة ممتازة جدا",
    "👍👍 100%",
    "",
]


@pytest.mark.parametrize(("text", "arabic"), ROWS, ids=range(len(ROWS)))
def test_rows(text, arabic):
    assert transliterate(text).text == arabic


@pytest.mark.parametrize("text", LEFT_ALONE, ids=range(len(LEFT_ALONE)))
def test_english_and_other_words_are_left_alone(text):
    assert transliterate(text).text == text


@pytest.mark.parametrize(
    ("text", "found", "verbatim"),
    [
        ("3jabni el service bas ghali", "غالي", "ghali"),
        ("3jabni el service bas ghali", "service", "service"),
        ("kteer 7elwwww el makaan", "حلو", "7elwwww"),
        ("wallah el 5edma zeft", "الخدمة", "el 5edma"),
    ],
)
def test_offsets_point_to_the_latin_word(text, found, verbatim):
    aligned = transliterate(text)
    at = aligned.text.index(found)
    start, end = aligned.original(at, at + len(found))
    assert text[start:end] == verbatim


TOKENS = st.sampled_from(
    ["3jabni", "el", "service", "ma", "men", "7elww", "w", "'", "2", "3'", "é", "،", "الخدمة", "\n"]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=30), st.lists(TOKENS, max_size=8).map(" ".join)))
def test_any_text_survives_with_its_offsets(text):
    aligned = transliterate(text)
    assert len(aligned.starts) == len(aligned.ends) == len(aligned.text)
    assert list(aligned.starts) == sorted(aligned.starts)
    assert transliterate(aligned.text).text is not None
    assert all(word.kind != "shared" for word in words(text))
    for word in words(text):
        assert 0 <= word.start < word.end <= len(text)


def test_the_lexicon_marks_every_english_word():
    clear = {spelling for spelling, meaning in arabizi().items() if not meaning.shared}
    assert not clear & english().keys()
    assert len(arabizi()) > 2000


def test_variety_of_a_word_is_told():
    assert [word.variety for word in words("wayed 7elw")] == ["gulf", "all"]


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [
        ("khadamat", "خدمات"),
        ("estijaba", "استجابة"),
        ("sayarat", "سيارات"),
        ("jam3a", "جامعة"),
        ("mat3am", "مطعم"),
    ],
)
def test_readings_come_from_words_of_real_feedback(latin, arabic):
    reading = romanized.read(latin)
    assert reading is not None
    assert reading.arabic == arabic


def test_words_on_no_list_are_spelled_out():
    assert romanized.spell("zeftawi") == "زفتاوي"
