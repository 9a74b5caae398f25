"""Where comments are cut, and that nothing is lost or left empty."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.meaning.clauses import LONGEST, split


def pieces(text):
    return [text[span.start : span.end] for span in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("الموظفين حلوين بس الأسعار نار!", ["الموظفين حلوين", "بس الأسعار نار!"]),
        ("المكان جميل ولكن الخدمة بطيئة", ["المكان جميل", "ولكن الخدمة بطيئة"]),
        ("الطعام لذيذ إلا أن الانتظار طويل", ["الطعام لذيذ", "إلا أن الانتظار طويل"]),
        ("سعره مناسب ومع ذلك ما أنصح فيه", ["سعره مناسب", "ومع ذلك ما أنصح فيه"]),
        ("great staff, however the price is high", ["great staff,", "however the price is high"]),
        ("el staff 7elween bas ghali awi", ["el staff 7elween", "bas ghali awi"]),
        ("وين طلبي؟ تأخرتوا كثير؛ ألغوه", ["وين طلبي؟", "تأخرتوا كثير؛", "ألغوه"]),
        ("App crashes 😡😡 but support is kind", ["App crashes 😡😡", "but support is kind"]),
        ("خدمة ممتازة. 😍", ["خدمة ممتازة. 😍"]),
        ("😍 خدمة ممتازة", ["😍 خدمة ممتازة"]),
        ("first line\nsecond line\r\nthird", ["first line", "second line", "third"]),
        ("دفعت 10.5 ريال. والخدمة تمام", ["دفعت 10.5 ريال.", "والخدمة تمام"]),
        ("دفعت ١٠٫٥ ريال الساعة 3:30", ["دفعت ١٠٫٥ ريال الساعة 3:30"]),
        ("see https://a.example/b?c=1.2 then call", ["see https://a.example/b?c=1.2 then call"]),
        ("write to a.b@c.example. Thanks a lot", ["write to a.b@c.example.", "Thanks a lot"]),
        ("Dr. Salem was kind", ["Dr. Salem was kind"]),
        ("نظيف، مرتب، جميل، رائع", ["نظيف، مرتب، جميل، رائع"]),
        (
            "المكان نظيف جدا والموظفين محترمين، والأسعار مناسبة للجميع",
            ["المكان نظيف جدا والموظفين محترمين،", "والأسعار مناسبة للجميع"],
        ),
        ("خلصت بعشر دقايق بس", ["خلصت بعشر دقايق بس"]),
        ("بسبب الزحمة تأخرت", ["بسبب الزحمة تأخرت"]),
        ("nothing but praise for them", ["nothing but praise for them"]),
        ("we waited a while for the bill", ["we waited a while for the bill"]),
        ("it was good though.", ["it was good though."]),
        ("😀😀", ["😀😀"]),
        ("...", ["..."]),
        ("", []),
        (" \n\t", []),
    ],
)
def test_clauses(text, expected):
    assert pieces(text) == expected


TEXTS = st.lists(
    st.sampled_from(
        [*"ابتسكلهم غير abcxyz 019٠٩.,،؛؟?!:/@-\n\t😡😀", "بس ", " لكن ", " but ", "https://a.b/c "]
    )
).map("".join)


@given(st.one_of(st.text(max_size=300), TEXTS, st.lists(TEXTS).map(" ".join)))
def test_spans_are_ordered_and_cover_every_character_that_is_not_space(text):
    spans = split(text)
    previous = 0
    for span in spans:
        assert previous <= span.start < span.end <= len(text)
        assert text[previous : span.start].strip() == ""
        assert text[span.start : span.end].strip() == text[span.start : span.end]
        previous = span.end
    assert text[previous:].strip() == ""


@given(st.one_of(st.text(max_size=300), TEXTS))
def test_no_clause_is_signs_only_beside_words(text):
    found = pieces(text)
    if len(found) > 1:
        assert all(re.search(r"[^\W_]", piece) for piece in found)


@pytest.mark.parametrize("unit", ["كلام طويل ", "word ", "a", "1", "1.", "a.", "بس ", "،", "@", "-", "a@"])
def test_a_very_long_comment_is_cut_in_bounded_pieces_quickly(unit):
    text = unit * (100_000 // len(unit))
    began = time.perf_counter()
    spans = split(text)
    assert time.perf_counter() - began < 5
    if re.search(r"[^\W_]", unit) and "." not in unit:
        assert max(span.end - span.start for span in spans) <= LONGEST
