"""Normalization: rows an Arabic speaker can review, and properties over random strings."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.errors import OptionError
from voc.intake import charmaps, normalize
from voc.intake.aligned import identity, rewrite

ROWS = [
    # text, for_model, for_matching
    ("الخِدمـــة رااااائعة", "الخدمة راائعة", "الخدمه رائعه"),
    ("أسعارُكُم غاليةٌ جِدًّا", "أسعاركم غالية جدا", "اسعاركم غاليه جدا"),
    ("إلى المستشفى آخر مرة", "إلى المستشفى آخر مرة", "الي المستشفي اخر مره"),
    ("جدااااااا حلووووو", "جداا حلوو", "جدا حلو"),
    ("هههههههه ضحكتوني", "هه ضحكتوني", "هه ضحكتوني"),
    ("#خدمة_العملاء سيئة", "خدمة العملاء سيئة", "خدمه العملاء سيئه"),
    ("شي سيئ#خدمة_سيئة#زفت", "شي سيئ خدمة سيئة زفت", "شي سيئ خدمه سيئه زفت"),
    ("#CustomerService is #bad_app", "Customer Service is bad app", "customer service is bad app"),
    ("#STCPay down", "STC Pay down", "stc pay down"),
    ("sooooo goooood!!!!!", "soo good!!", "soo good!!"),
    ("شكرا @stc_ksa https://example.com/a?b=1", "شكرا @user http", "شكرا @user http"),
    ("شكرا [HANDLE]", "شكرا @user", "شكرا @user"),
    ("راسلوني على a.b@example.com", "راسلوني على a.b@example.com", "راسلوني علي a.b@example.com"),
    ("التقييم ٩ من ١٠ و۵٪", "التقييم 9 من 10 و5%", "التقييم 9 من 10 و5%"),
    ("Tom &amp; Jerry &lt;3", "Tom & Jerry <3", "tom & jerry <3"),
    ("&amp;amp;amp;", "&", "&"),
    ("ﻻ ﺍﻟﺨﺪﻣﺔ ﷲ", "لا الخدمة الله", "لا الخدمه الله"),
    ("خدمت کي ی", "خدمت كي ي", "خدمت كي ي"),
    ("ليش؟؟؟؟ والله،", "ليش؟؟ والله،", "ليش?? والله,"),
    ("خد\u200bمة\u200f ممتازة\u202e", "خدمة ممتازة", "خدمه ممتازه"),
    ("  سطر\n\n\tآخر \x00 ", "سطر آخر", "سطر اخر"),
    ("😂😂😂😂 ❤️❤️❤️❤️ 👍🏽", "😂😂 ❤❤ 👍🏽", "😂😂 ❤❤ 👍🏽"),
    ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
    ("ا\u0654حمد", "أحمد", "احمد"),  # hamza written apart
    ("ا\u0640\u0654حمد", "أحمد", "احمد"),  # the same, stretched
    ("1000000 ريال", "1000000 ريال", "1000000 ريال"),
    ("", "", ""),
]


@pytest.mark.parametrize(("text", "model", "matching"), ROWS, ids=range(len(ROWS)))
def test_rows(text, model, matching):
    assert normalize.normalize(text, "for_model") == model
    assert normalize.normalize(text, "for_matching") == matching


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("الخِدمـــة رااااائعة!!!", "الخِدمـــة رااااائعة!!!"),  # wording untouched
        ("#خدمة_العملاء ٩", "#خدمة_العملاء ٩"),
        ("ﺍﻟﺨﺪﻣﺔ &amp; ﷼", "الخدمة & ريال"),
        ("x² ½", "x² ½"),
        ("\u202eاقلب\u202c @abc", "اقلب @user"),
        ("\ud83d broken", "\ufffd broken"),
    ],
)
def test_reading_changes_no_wording(text, reading):
    assert normalize.normalize(text, "for_reading") == reading


@pytest.mark.parametrize(
    ("text", "recipe", "found", "verbatim"),
    [
        ("الخِدمـــة رااااائعة جدا", "for_matching", "رائعه", "رااااائعة"),
        ("الخِدمـــة رااااائعة جدا", "for_matching", "الخدمه", "الخِدمـــة"),
        ("جميلٌ!", "for_matching", "جميل", "جميلٌ"),
        ("#خدمة_العملاء", "for_matching", "العملاء", "العملاء"),
        ("#CustomerService", "for_matching", "service", "Service"),
        ("a &amp; b", "for_model", "&", "&amp;"),
        ("ﻻ بأس", "for_matching", "لا", "ﻻ"),
        ("ﻻ بأس", "for_matching", "ا", "ﻻ"),
        ("شوف https://example.com/x الرابط", "for_model", "http", "https://example.com/x"),
        ("soooo slow", "for_model", "soo", "soooo"),
        ("خد\u200bمة", "for_model", "خدمة", "خد\u200bمة"),
    ],
)
def test_evidence_is_verbatim(text, recipe, found, verbatim):
    aligned = normalize.align(text, recipe)
    at = aligned.text.index(found)
    start, end = aligned.original(at, at + len(found))
    assert text[start:end] == verbatim


PIECES = st.sampled_from(
    [
        *"اأإآٱبةىيوهلمـ",
        *charmaps.TASHKEEL,
        *charmaps.ANNOTATION_MARKS[:4],
        *"٠٩۵٪٫٬،؟؛“”«",
        *"aAbBoOszß#_@&;:/.w$ \n\t\x00\x85",
        *"ﻻﷲﷺﷻ﷼﷽ﺍﻟﹷﹰＡ＃＆½…™ｶﾞ",
        "\u0301", "\u0345", "\u0653", "\u0654", "\u0655", "\u200b", "\u200c", "\u200d", "\u200f", "\u202e",
        "\ufe0f", "\ufeff", "\ud83d", "\u1100", "\u1161", "\u11a8", "İ", "é", "e\u0301", "\U000e0067",
        "😂", "❤", "👍🏽", "👨", "1", "&amp;", "&#1571;", "&#x26;", "&AMP;", "amp;", "&#", "38;", "http", "https://",
        "www.", "HTTP://", "@user", "[HANDLE]", "[liNK]", "[Handle]", "hTTpS://", "\u017f",
        "™",
        "اااا", "aaa", "AAa", "!!!", "#A_b", "nbsp;",
    ]
)  # fmt: skip
STRINGS = st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=20))


@settings(max_examples=600, deadline=None)
@given(STRINGS, st.sampled_from(sorted(normalize.RECIPES)))
def test_idempotent_and_aligned(text, recipe):
    once = normalize.normalize(text, recipe)
    assert normalize.normalize(once, recipe) == once
    aligned = normalize.align(text, recipe)
    assert aligned.text == once
    assert len(aligned.starts) == len(aligned.ends) == len(once)
    assert list(aligned.starts) == sorted(aligned.starts)
    assert list(aligned.ends) == sorted(aligned.ends)
    for start, end in zip(aligned.starts, aligned.ends, strict=True):
        assert 0 <= start <= end <= len(text)
    for i, character in enumerate(once):  # a character that came through alone came from itself
        if aligned.ends[i] - aligned.starts[i] == 1 and text.count(character) and character in "😂❤bs":
            assert text[aligned.starts[i]].casefold() == character


def test_a_space_put_inside_one_source_character_keeps_the_ranges_in_order():
    aligned = normalize.align("#\u2122s", "for_model")  # trade mark sign, in a hashtag
    assert aligned.text == "T Ms"
    assert list(aligned.starts) == sorted(aligned.starts)
    assert list(aligned.ends) == sorted(aligned.ends)


@settings(max_examples=250, deadline=None)
@given(STRINGS)
def test_every_step_lists_the_changes_it_makes(text):
    for step in {step.name: step for steps in normalize.RECIPES.values() for step in steps}.values():
        assert rewrite(identity(text), step.edits(text), step.absorbs).text == step.apply(text), step.name


@pytest.mark.parametrize("hostile", ["&" * 50_000, " \n" * 50_000 + "x", "#" * 50_000, "#" + "_" * 50_000,
                                     "a" * 100_000, "http" * 25_000, "@" * 50_000, "\u0301" * 50_000,
                                     "&amp;" * 20_000, "#aA" * 20_000, "ـَ" * 50_000])  # fmt: skip
def test_long_hostile_texts_take_linear_time(hostile):
    begun = time.perf_counter()
    for recipe in normalize.RECIPES:
        normalize.normalize(hostile, recipe)
    assert time.perf_counter() - begun < 5


def test_unknown_recipe_is_named():
    with pytest.raises(OptionError, match="for_matching"):
        normalize.normalize("x", "strong")
    with pytest.raises(OptionError, match=r"0\.\.9"):
        normalize.align("x", "for_model").original(0, 9)


@settings(max_examples=300, deadline=None)
@given(STRINGS)
def test_equal_to_camel_tools(text):
    dediac = pytest.importorskip("camel_tools.utils.dediac", reason="camel-tools is not installed")
    camel = pytest.importorskip("camel_tools.utils.normalize", reason="camel-tools is not installed")
    assert normalize.tashkeel.apply(text) == dediac.dediac_ar(text)
    assert normalize.alef.apply(text) == camel.normalize_alef_ar(text)
    assert normalize.ya.apply(text) == camel.normalize_alef_maksura_ar(text)
    assert normalize.ta_marbuta.apply(text) == camel.normalize_teh_marbuta_ar(text)
    assert normalize.compatible.apply(text) == camel.normalize_unicode(text)
    assert normalize.composed.apply(text) == camel.normalize_unicode(text, compatibility=False)


def test_tables_equal_to_camel_tools():
    charmap = pytest.importorskip("camel_tools.utils.charmap", reason="camel-tools is not installed")
    charsets = pytest.importorskip("camel_tools.utils.charsets", reason="camel-tools is not installed")
    clean = charmap.CharMapper.builtin_mapper("arclean")
    assert set(charmaps.TASHKEEL) == charsets.AR_DIAC_CHARSET
    assert all(clean(digit) == normalize.digits.apply(digit) for digit in charmaps.DIGITS)
    assert normalize.tatweel.apply(charmaps.TATWEEL) == clean(charmaps.TATWEEL) == ""
    same = {"\u06a9", "\u06aa", "\u06be", "\u06c1"}
    assert all(clean(letter) == charmaps.KEYBOARD[letter] for letter in same)
