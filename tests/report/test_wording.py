"""The wording file: complete in both languages, correct plurals, and none of the words we do not use."""

import re
import string

import pytest

from voc.report.wording import FSI, LRI, PDI, Words, plural, rich, sentences

FORMS = {"en": {"one", "other"}, "ar": {"zero", "one", "two", "few", "many", "other"}}

# Words of causation, and "passive" rendered by the word that also means "negative".
FORBIDDEN = {
    "en": [
        r"caus\w*", r"cost us", r"cost you", r"due to", r"because", r"led to", r"leads to", r"drove",
        r"driven by", r"driver of", r"result of", r"resulted", r"responsible for", r"thanks to", r"impact\w*",
        r"% of the (change|move|drop|rise)",
    ],
    "ar": [
        "بسبب", "تسبب", "تسبّب", "يسبب", "سببه", "سببها", "كلّفنا", "كلفنا", "أدى إلى", "أدّى إلى", "أدت إلى",
        "نتيجةً? ل", "بفضل", "ناجم عن", "ناتج عن", "يعود إلى", "جراء", "السلبيون", "سلبيون",
        "السلبيين", "سلبيين",
    ],
}  # fmt: skip


def every(language):
    for key, entry in sentences().items():
        forms = entry[language]
        for text in forms.values() if isinstance(forms, dict) else [forms]:
            yield key, text


def slots(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_sentence_is_there(language):
    for key, entry in sentences().items():
        assert set(entry) == {"en", "ar"}, key
        forms = entry[language]
        if isinstance(forms, dict):
            assert set(forms) == FORMS[language], key
        assert all(text.strip() or key == "join_comma" for _, text in every(language))


def test_both_languages_take_the_same_values():
    for key, entry in sentences().items():
        if isinstance(entry["en"], str):
            assert slots(entry["en"]) == slots(entry["ar"]), key


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_forbidden_word(language):
    for key, text in every(language):
        for pattern in FORBIDDEN[language]:
            assert not re.search(pattern, text, re.IGNORECASE), f"{key}: {pattern!r} in {text!r}"


def test_the_scan_sees_what_it_must():
    assert any(re.search(p, "The drop was caused by staff", re.IGNORECASE) for p in FORBIDDEN["en"])
    assert any(re.search(p, "انخفض بسبب الموظفين") for p in FORBIDDEN["ar"])


def test_no_direction_marks_in_the_file():
    for language in ("en", "ar"):
        for key, text in every(language):
            assert not re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", text), key


def test_points_of_change_carry_their_interval():
    for key, entry in sentences().items():
        if key.startswith("named_") and "{points}" in str(entry["en"]):
            assert "{interval}" in entry["en"] and "{interval}" in entry["ar"], key


def test_passive_is_not_the_word_for_negative():
    assert "سلبي" not in sentences()["category_passive"]["ar"]
    assert sentences()["negative"]["ar"] == "سلبي"


@pytest.mark.parametrize(
    "n, form, comments",
    [
        (0, "zero", "لا تعليقات"),
        (1, "one", "تعليق واحد"),
        (2, "two", "تعليقان"),
        (3, "few", "3 تعليقات"),
        (10, "few", "10 تعليقات"),
        (11, "many", "11 تعليقًا"),
        (99, "many", "99 تعليقًا"),
        (100, "other", "100 تعليق"),
        (102, "other", "102 تعليق"),
        (103, "few", "103 تعليقات"),
        (111, "many", "111 تعليقًا"),
        (1000, "other", "1,000 تعليق"),
        (2345, "many", "2,345 تعليقًا"),
    ],
)
def test_arabic_plurals(n, form, comments):
    assert plural("ar", n) == form
    assert re.sub("[\u2066\u2069]", "", Words("ar").count("comments", n)) == comments


def test_english_plurals_and_fractions():
    assert Words("en").plain(Words("en").count("rows", 1)) == "1 row"
    assert Words("en").plain(Words("en").count("rows", 0)) == "0 rows"
    assert plural("ar", 4.8) == plural("en", 1.5) == "other"


@pytest.mark.parametrize(
    "value, decimals, signed, text",
    [
        (-4.84, 1, True, "−4.8"),
        (4.84, 1, True, "+4.8"),
        (0.0, 1, True, "0.0"),
        (-0.04, 1, True, "0.0"),
        (12345.6, 0, False, "12,346"),
    ],
)
def test_numbers(value, decimals, signed, text):
    assert Words("ar").number(value, decimals, signed=signed) == f"{LRI}{text}{PDI}"


@pytest.mark.parametrize(
    "share, text",
    [(0, "0%"), (0.001, "<1%"), (0.12, "12%"), (0.999, ">99%"), (1, "100%"), (float("nan"), "not known")],
)
def test_shares(share, text):
    assert Words("en").plain(Words("en").share(share)) == text


@pytest.mark.parametrize(
    "label, en, ar",
    [
        ("2024-Q1", "Q1 2024", "الربع الأول 2024"),
        ("2024-03", "March 2024", "مارس 2024"),
        ("2024-W07", "week 7, 2024", "الأسبوع 7 من 2024"),
        ("2024", "2024", "2024"),
        ("2024-05-06", "6 May 2024", "6 مايو 2024"),
        ("2024-01-01..2024-03-31", "1 January 2024 to 31 March 2024", "من 1 يناير 2024 إلى 31 مارس 2024"),
        ("before", "Before", "الفترة السابقة"),
        ("الرياض", "الرياض", "الرياض"),
    ],
)
def test_periods(label, en, ar):
    bare = re.compile("[\u200e\u2066-\u2069]")
    assert bare.sub("", Words("en").period(label)) == en
    assert bare.sub("", Words("ar").period(label)) == ar


def test_names_cannot_turn_the_sentence_round():
    name = Words("en").name("evil\u202eeman\x00")  # right-to-left override, null
    assert "\u202e" not in name and "\x00" not in name
    assert name.startswith(FSI) and name.endswith(PDI)


def test_rich_escapes_and_isolates():
    words = Words("ar")
    html = rich(words.say("read_quotes", theme=words.name("<script>alert(1)</script>")))
    assert "<script" not in html and "<bdi>&lt;script&gt;" in html
    assert rich(words.points(-4.8)) == '<bdi dir="ltr" class="n">−4.8</bdi>'


def test_plain_arabic_keeps_the_minus_on_the_left():
    words = Words("ar")
    assert (
        words.plain(words.points(-4.8)) == "\u200e−4.8\u200e\u200f"
    )  # left-to-right inside, right-to-left after
    assert Words("en").plain(Words("en").points(-4.8)) == "−4.8"


def test_wrong_use_is_refused():
    with pytest.raises(KeyError):
        Words("en").say("no_such_sentence")
    with pytest.raises(TypeError):
        Words("en").say("count_rows", n="three")
