"""Roles: found by name, by content, by option; every guess shown, every doubt told."""

import pandas as pd
import pytest
from surveys import codes, message, reading

from voc.errors import OptionError
from voc.intake.headers import key, words

LONG = [
    "the staff were kind to us",
    "we waited for two hours",
    "prices are fair",
    "the app crashed twice",
    "fine",
]
SCORES = [9, 2, 7, 1, 10]
DATES = ["2024-01-05", "2024-01-17", "2024-02-03", "2024-02-20", "2024-03-01"]
KINDS = ["A", "B", "A", "B", "A"]


def frame(**columns) -> pd.DataFrame:
    return pd.DataFrame(columns)


@pytest.mark.parametrize(
    "header",
    [
        "comment",
        "Comments",
        "التعليق",
        "تعليقات العملاء",
        "ملاحظات",
        "الملاحظات",
        "رأي العميل؟ اذكر السبب",
        "Verbatim",
        "What is the primary reason for your score?",
        "لماذا أعطيت هذا التقييم؟",
        "feedback_text",
        "reviewBody",
        "النص",
    ],
)
def test_text_columns(header):
    survey = reading(frame(**{"الدرجة": SCORES, header: LONG}))
    assert survey.roles["text"].column == header
    assert survey.roles["text"].how == "name"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("NPS", "nps"),
        ("nps_score", "nps"),
        ("score", "nps"),
        ("الدرجة", "nps"),
        ("How likely are you to recommend us to a friend or colleague?", "nps"),
        ("ما مدى احتمالية أن توصي بنا لصديق أو زميل؟", "nps"),
        ("على مقياس من 0 إلى 10، هل تنصح بنا؟", "nps"),
    ],
)
def test_score_columns(header, kind):
    survey = reading(frame(**{"comment": LONG, header: SCORES, "n": [1, 2, 3, 4, 5]}))
    assert survey.roles["score"].column == header
    assert survey.scale is not None
    assert survey.scale.kind == kind


@pytest.mark.parametrize(
    ("header", "values", "code"),
    [
        ("rating", [1, 5, 3, 4, 5], "stars"),
        ("التقييم", ["٥", "٤", "١", "٣", "٢"], "stars"),
        ("stars", ["★★★★☆", "★☆☆☆☆", "★★★★★", "★★☆☆☆", "★★★☆☆"], "stars"),
        ("CSAT", [1, 5, 3, 4, 5], "csat"),
        ("مدى رضاك عن الخدمة؟", [1, 5, 3, 4, 5], "csat"),
        ("satisfaction", ["Very satisfied", "Neutral", "Dissatisfied", "Satisfied", "Satisfied"], "csat"),
        ("الرضا", ["راضٍ جداً", "محايد", "غير راضٍ", "راضٍ", "راضٍ"], "csat"),
        ("ces", [1, 7, 3, 4, 5], "ces"),
        ("score", [1, 7, 3, 4, 5], "ces"),
        ("score", ["85%", "20%", "100%", "40%", "0%"], "0-100"),
        ("score", ["8/10", "2/10", "9/10", "1/10", "10/10"], "nps"),
        ("nps", [1, 5, 3, 4, 5], "stars"),
    ],
)
def test_the_scale_is_guessed_and_shown(header, values, code):
    survey = reading(frame(comment=LONG, **{header: values}))
    assert survey.scale is not None
    assert survey.scale.code == code
    assert survey.scale.name in message(survey, "scale")


def test_ten_steps_without_a_zero_are_told_from_nps_by_many_answers():
    few = reading(frame(comment=LONG * 20, score=[1, 10, 3, 4, 5] * 20))
    many = reading(frame(comment=LONG * 60, score=[1, 10, 3, 4, 5] * 60))
    assert few.scale is not None
    assert many.scale is not None
    assert (few.scale.code, many.scale.code) == ("nps", "1-10")


def test_roles_by_content_are_not_certain():
    survey = reading(frame(a=LONG * 2, b=SCORES * 2, c=DATES * 2))
    assert {part: role.column for part, role in survey.roles.items()} == {
        "text": "a",
        "score": "b",
        "date": "c",
    }
    assert all(role.how == "content" and not role.sure for role in survey.roles.values())
    assert "not certain" in message(survey, "roles")


def test_two_equal_candidates_are_told():
    other = [f"{text} again and again" for text in LONG]
    survey = reading(frame(**{"What did you like?": LONG, "What could we improve?": other, "score": SCORES}))
    assert survey.roles["text"].column == "What could we improve?"
    assert not survey.roles["text"].sure
    assert "What did you like?" in message(survey, "equal_text")
    assert "--text" in message(survey, "equal_text")


def test_all_roles_at_once_in_arabic():
    columns = {
        "رقم الاستجابة": [11, 12, 13, 14, 15],
        "رقم العميل": ["a", "b", "a", "c", "d"],
        "التعليق": LONG,
        "الدرجة": SCORES,
        "تاريخ الإجابة": DATES,
        "الفرع": KINDS,
        "القناة": ["app", "app", "web", "web", "app"],
        "الوزن": [1, 0.5, 2, 1, 1],
    }
    survey = reading(frame(**columns))
    assert {part: role.column for part, role in survey.roles.items()} == {
        "comment_id": "رقم الاستجابة",
        "respondent": "رقم العميل",
        "date": "تاريخ الإجابة",
        "weight": "الوزن",
        "score": "الدرجة",
        "text": "التعليق",
        "segment_الفرع": "الفرع",
        "segment_القناة": "القناة",
    }
    assert survey.comments["respondent_id"].tolist() == ["a", "b", "a", "c", "d"]
    assert survey.comments["comment_id"].tolist() == ["11", "12", "13", "14", "15"]
    assert survey.comments["weight"].tolist() == [1, 0.5, 2, 1, 1]


def test_options_win_and_are_sure():
    survey = reading(
        frame(comment=LONG, other=[f"x {text}" for text in LONG], score=SCORES, kind=KINDS, when=DATES),
        text="other",
        segments=("KIND",),
        date="When",
    )
    assert survey.roles["text"].column == "other"
    assert survey.comments["segment_kind"].tolist() == KINDS
    assert survey.roles["segment_kind"].how == "option"
    assert survey.roles["date"].sure


@pytest.mark.parametrize(
    ("settings", "gone"),
    [
        ({"score": "-"}, "score"),
        ({"date": "-"}, "date"),
        ({"weight": "-"}, "weight"),
        ({"respondent": "-"}, "respondent"),
        ({"segments": ("-",)}, "segment_kind"),
    ],
)
def test_a_part_can_be_said_to_have_no_column(settings, gone):
    columns = dict(comment=LONG, nps=SCORES, when=DATES, weight=[1, 2, 1, 2, 1], customer_id=[1, 1, 2, 2, 3])
    kinds = ["a", "b", "a", "b", "a"]
    assert (
        gone
        in reading(
            frame(**columns, kind=kinds), **({"segments": ("kind",)} if "segment" in gone else {})
        ).roles
    )
    survey = reading(frame(**columns, kind=kinds), **settings)
    assert gone not in survey.roles
    assert f"no_{gone}_column" not in codes(survey)
    assert survey.counts.rejected == 0


def test_the_answers_cannot_be_said_to_have_no_column():
    with pytest.raises(OptionError, match=r"--text - says that no column"):
        reading(frame(comment=LONG, score=SCORES), text="-")


def test_a_column_called_by_a_dash_can_be_named():
    assert reading(frame(comment=LONG, **{"-": SCORES}), score="-").roles["score"].column == "-"


def test_an_id_that_repeats_is_who_answered():
    survey = reading(frame(id=[1, 1, 2, 2, 3], comment=LONG, score=SCORES))
    assert survey.counts.rejected == 0
    assert survey.roles["respondent"].column == "id"
    assert "repeated_id" in codes(survey)
    forced = reading(frame(id=[1, 1, 2, 2, 3], comment=LONG, score=SCORES), comment_id="id")
    assert forced.counts.duplicates == 2


@pytest.mark.parametrize("header", ["score_max", "n_comments", "rating count", "recommended", "group"])
def test_columns_that_only_sound_like_scores(header):
    values = [0, 1, 0, 1, 1] if header == "recommended" else [10, 10, 10, 10, 10]
    survey = reading(frame(comment=LONG, **{header: values}))
    assert "score" not in survey.roles


def test_an_empty_column_is_never_chosen():
    survey = reading(frame(comment=LONG, nps=[None] * 5, score=SCORES, date=[None] * 5))
    assert survey.roles["score"].column == "score"
    assert "date" not in survey.roles


def test_segment_values_are_kept_and_blanks_are_missing():
    survey = reading(frame(comment=LONG, score=SCORES, branch=["A", " A ", "", "NA", "B"]))
    assert survey.comments["segment_branch"].fillna("?").tolist() == ["A", "A", "?", "?", "B"]


@pytest.mark.parametrize(
    "settings",
    [
        {"text": "coment"},
        {"segments": ("brnch",)},
        {"weight": "w8"},
        {"comment_id": "idd"},
        {"respondent": "who"},
    ],
)
def test_wrong_names(settings):
    with pytest.raises(OptionError, match="which is not there"):
        reading(frame(comment=LONG, score=SCORES, branch=KINDS), **settings)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Comment_Text", "comment text"),
        ("commentText", "comment text"),
        ("إجابة", "اجابه"),
        ("ملاحظـات", "ملاحظات"),
        ("\u200fالتعليق", "التعليق"),
        ("  NPS ", "nps"),
        ("مستوى", "مستوي"),
    ],
)
def test_headers_are_compared_without_their_form(one, other):
    assert key(one) == key(other)


@pytest.mark.parametrize("part", ["text", "score", "date", "comment_id", "respondent", "weight", "segment"])
def test_header_words_are_in_their_folded_form_and_unique(part):
    found = words(part)
    listed = [word for group in found.exact for word in group]
    assert len(listed) == len(set(listed))
    assert all(word == key(word) and word for word in (*listed, *found.part, *found.never))
