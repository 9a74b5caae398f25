"""Words that show a theme: inflected forms are found, other uses are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.intake.normalize import align, normalize
from voc.meaning.spaced_words import TOKEN, matched, spaced
from voc.meaning.theme_words import ThemeWords
from voc.taxonomy import Taxonomy, Theme, load


@pytest.fixture(scope="module")
def words():
    return ThemeWords(load())


def themes(words, text, *, hints=False):
    leaves = load().leaves
    return {leaves[hit.theme].id for hit in words.find(text) if hints or not hit.hint}


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("والموظفين محترمين", "staff"),
        ("بالموظّفات", "staff"),
        ("أسعارهم نااار", "price"),
        ("للأسعار عندكم حل", "price"),
        ("نظــيف ومرتب", "cleanliness"),
        ("ونظافتها ممتازة", "cleanliness"),
        ("التطبيق يعلق", "app"),
        ("وتطبيقكم معلق", "app"),
        ("المواقف قليلة", "location_parking"),
        ("خدمة العملاء ما ترد", "customer_support"),
        ("الشبكه ضعيفه", "network_coverage"),
        ("the cashiers were kind", "staff"),
        ("Overpriced!", "price"),
        ("el mowazafeen zo2", "staff"),
        ("as3arhom nar", "price"),
        ("الطلب جاني ناقص حبتين", None),
        ("طلب ناقص", "order_accuracy"),
    ],
)
def test_forms_are_found(words, text, theme):
    assert themes(words, text) == ({theme} if theme else set())


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("I can't wait to come back", "waiting_time"),
        ("الدوري السعودي", "waiting_time"),
        ("nothing to complain about", "complaint_handling"),
        ("يا غالي على قلبي", "price"),
        ("شبكات التواصل الاجتماعي", "network_coverage"),
        ("الموقع الإلكتروني معلق", "location_parking"),
        ("جهاز الشبكة خربان", "network_coverage"),
        ("room for improvement", "facilities"),
    ],
)
def test_other_uses_are_not(words, text, theme):
    assert theme not in themes(words, text, hints=True)


def test_offsets_quote_the_verbatim_text(words):
    text = "بصراحة المُوَظَّفـــين محترمين"
    (hit,) = (hit for hit in words.find(text) if not hit.hint)
    assert text[hit.start : hit.end] == "المُوَظَّفـــين"


def test_gaps_and_sentence_ends():
    theme = Theme("late", None, {}, words={"ar": ("تاخر ~ الطلب",), "en": ("sort it out",)})
    words = ThemeWords(Taxonomy("t", {}, (theme,)))
    assert words.find("تأخر علينا كثير الطلب")
    assert not words.find("تأخر واحد اثنين ثلاثة أربعة الطلب")
    assert not words.find("a good sort. It out there")


def test_a_hint_is_marked_and_a_sure_word_wins():
    theme = Theme("a", None, {}, words={"en": ("big box?", "box?", "=big box"), "ar": ()})
    words = ThemeWords(Taxonomy("t", {}, (theme,)))
    assert [hit.hint for hit in words.find("boxes")] == [True]
    assert [hit.hint for hit in words.find("a big box")] == [False]


def test_nothing_in_empty_or_strange_text(words):
    for text in ("", " \n", "😡😡", "\u202e\u0000", "؟؟؟"):
        assert words.find(text) == []


def test_a_meal_and_a_seat_have_one_theme_on_a_plane():
    taxonomy = load(pack="airline")
    words = ThemeWords(taxonomy)

    def sure(text):
        return {taxonomy.leaves[hit.theme].id for hit in words.find(text) if not hit.hint}

    assert sure("the meal was cold and the coffee weak") == {"inflight_food"}
    assert sure("no legroom, and the armrest was broken") == {"cabin_comfort"}
    assert sure("the business lounge was full") == {"facilities"}
    assert "price" in sure("not worth paying for premium economy")
    assert "price" not in sure("nobody paid attention to us")
    assert sure("المقاعد ضيقة") == {"cabin_comfort"}


PIECES = [
    *("الخِدمـــة", "رااااائعة", "والموظفين", "ﷺ", "٣٥", "ﻻ", "\u200fنظيف", "كويس!!!!", "؟", "، "),
    *("http://x.y", "www.a.b", "@ab_c", "[HANDLE]", "#CamelCase_tag", "&amp;", "&nbsp;", "&#32;x"),
    *(
        "Staff!!!",
        "soooo",
        "don't",
        "1,000",
        "12345",
        "\t",
        "a\nb",
        "\u00a0",
        "👨\u200d👩\u200d👧",
        "👍👍👍👍",
    ),
    *("\u064bx", "½", "İ", "a\u0301", "\u0345", "x\x1fy", "\u2028", ".", "waiter.", "no"),
]


@given(st.lists(st.sampled_from([*PIECES, " ", " ", " "]) | st.text(max_size=3), max_size=14))
def test_word_by_word_is_the_text_at_once(parts):
    text = "".join(parts)
    whole = normalize(text, "for_matching")
    assert matched(text) == whole
    tokens, offset = [], 0
    for piece in text.split(" "):
        words = spaced(piece)
        for token, (start, end) in zip(words.tokens, words.spans, strict=True):
            tokens.append((token, offset + start, offset + end))
        offset += len(piece) + 1
    aligned = align(text, "for_matching")
    found = [(m[0], *aligned.original(m.start(), m.end())) for m in TOKEN.finditer(whole)]
    assert tokens == found


def test_a_phrase_runs_over_no_end_of_a_sentence(words):
    assert "customer_support" in themes(words, "the customer service")
    assert "customer_support" not in themes(words, "I was a customer. Service", hints=True)
