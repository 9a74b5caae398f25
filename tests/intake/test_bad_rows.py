"""Rows and options that make no sense: each row in the rejects with its reason, each option with its fix."""

import pytest
from surveys import ROWS, codes, csv_text, reading, write

from voc.errors import InputError, OptionError, VocError

GOOD = "comment,score\n"


@pytest.mark.parametrize(
    ("option", "wanted", "near"),
    [
        ("text", "تعليقات", "التعليق"),
        ("score", "الدرجه ", None),
        ("date", "التارخ", "التاريخ"),
        ("text", "zzz", None),
    ],
)
def test_a_wrong_column_shows_the_nearest(tmp_path, option, wanted, near):
    path = write(tmp_path / "a.csv", csv_text())
    if wanted == "الدرجه ":  # the same letters in another form: understood
        assert reading(path, score=wanted).roles["score"].column == "الدرجة"
        return
    with pytest.raises(OptionError, match="--" + option) as caught:
        reading(path, **{option: wanted})
    assert "The columns are" in str(caught.value)
    assert near is None or f"Did you mean {near!r}" in str(caught.value)


def test_scores_off_the_scale_are_rejected_with_the_reason(tmp_path):
    text = GOOD + "".join(
        f"comment number {i},{score}\n" for i, score in enumerate([9, 11, -1, 8.5, "x", 0, ""])
    )
    survey = reading(write(tmp_path / "a.csv", text), scale="nps")
    assert survey.comments["score"].tolist()[:2] == [9, 0]
    assert survey.rejects["source_row"].tolist() == [2, 3, 4, 5]
    assert survey.rejects["value"].tolist() == ["11", "-1", "8.5", "x"]


def test_no_score_fits(tmp_path):
    path = write(tmp_path / "a.csv", GOOD + "good food here,50\nslow service,80\n")
    with pytest.raises(OptionError, match="--scale"):
        reading(path, scale="nps")


def test_one_respondent(tmp_path):
    assert reading(write(tmp_path / "a.csv", GOOD + "good food here,9\n")).counts.analyzed == 1


def test_all_comments_empty_with_scores(tmp_path):
    survey = reading(write(tmp_path / "a.csv", GOOD + ",9\n,3\n  ,5\n"))
    assert (survey.counts.analyzed, survey.counts.without_text) == (3, 3)


def test_all_comments_empty_without_scores(tmp_path):
    with pytest.raises(InputError, match="neither text nor score"):
        reading(write(tmp_path / "a.csv", "id,comment\n1,\n2,\n"))


def test_rows_with_nothing_are_rejected(tmp_path):
    survey = reading(write(tmp_path / "a.csv", GOOD + "good food here,9\n,\n,NA\n"))
    assert survey.rejects["source_row"].tolist() == [2, 3]


def test_a_very_long_comment_is_rejected_never_cut(tmp_path):
    path = write(tmp_path / "a.csv", GOOD + "ok then,9\n" + "طويل " * 20_000 + ",3\n")
    survey = reading(path)
    assert survey.rejects["source_row"].tolist() == [2]
    assert "20,000 characters" in survey.rejects["reason"][0]
    assert reading(path, max_characters=200_000).comments["text"].str.len().max() == 99_999 + 1


def test_direction_tricks_are_kept_told_and_escaped_where_shown(tmp_path):
    trick = "\u202egood\u202c"  # right-to-left override
    survey = reading(write(tmp_path / "a.csv", GOOD + f"{trick} service,9\nfine for me,{trick}\n"))
    assert survey.comments["text"].tolist() == [f"{trick} service"]
    assert survey.rejects["value"].tolist() == ["\\u202egood\\u202c"]
    assert "direction_marks" in codes(survey)


def test_null_bytes(tmp_path):
    survey = reading(write(tmp_path / "a.csv", GOOD + "bad\0row here,3\ngood row here,9\n" * 3))
    assert survey.rejects["source_row"].tolist() == [1, 3, 5]
    assert "null byte" in survey.rejects["reason"][0]
    assert "\\x00" in survey.rejects["value"][0]


def test_duplicated_ids(tmp_path):
    text = "id,comment,score\n1,first words here,9\n2,second words here,8\n1,third words here,1\n"
    rest = "".join(f"{i},words of {i},5\n" for i in range(3, 30))
    survey = reading(write(tmp_path / "a.csv", text + rest))
    assert (survey.counts.duplicates, survey.counts.rejected) == (1, 1)
    assert survey.rejects["source_row"].tolist() == [3]
    assert survey.comments["text"][0] == "first words here"


def test_one_id_in_two_files(tmp_path):
    one = write(tmp_path / "one.csv", "id,comment,score\n1,good food,9\n2,slow staff,3\n")
    two = write(tmp_path / "two.csv", "id,comment,score\n1,good food,9\n2,another answer,8\n")
    survey = reading([one, two])
    assert survey.comments["comment_id"].tolist() == ["1", "2", "two.csv:2"]  # same id, another answer
    assert survey.counts.duplicates == 1  # same id, same answer
    assert "renamed_ids" in codes(survey)


def test_missing_ids_are_made_and_never_clash(tmp_path):
    text = "id,comment,score\na.csv:2,good food,9\n,slow staff,3\nb,long queue,2\n" + "".join(
        f"c{i},words of {i},5\n" for i in range(20)
    )
    survey = reading(write(tmp_path / "a.csv", text))
    assert survey.comments["comment_id"].tolist()[:2] == ["a.csv:2", "a.csv:2 (2)"]


def test_no_column_of_answers(tmp_path):
    path = write(tmp_path / "a.csv", "a,b\n1,2\n3,4\n5,6\n")
    with pytest.raises(OptionError, match="--text"):
        reading(path)


def test_a_date_option_without_dates(tmp_path):
    path = write(tmp_path / "a.csv", csv_text())
    with pytest.raises(OptionError, match="holds no date"):
        reading(path, date="الفرع")
    with pytest.raises(OptionError, match="time zone"):
        reading(path, timezone="Asia/Riyad")


def test_bad_dates_and_weights_are_rejected(tmp_path):
    rows = ["good food,9,2024-01-01,1.5", "slow one,3,someday,1", "long queue,4,2024-02-01,-1"]
    text = "\n".join(["comment,score,date,weight", *rows])
    survey = reading(write(tmp_path / "a.csv", text), date="date")
    assert survey.rejects[["source_row", "column"]].to_numpy().tolist() == [[2, "date"], [3, "weight"]]
    assert survey.comments["weight"].tolist() == [1.5]


def test_no_message_shows_raw_control_characters(tmp_path):
    path = write(tmp_path / "a.csv", "com\u202ement\x07,sc\tore\n1,2\n")
    with pytest.raises(VocError) as caught:
        reading(path, text="zz\x1b[31m\u202e")
    assert not any(mark in str(caught.value) for mark in "\x1b\u202e\x07")


def test_many_sources_fail_as_one(tmp_path):
    good = write(tmp_path / "a.csv", csv_text(ROWS))
    with pytest.raises(InputError, match=r"none\.csv"):
        reading([good, tmp_path / "none.csv"])


def test_the_reason_for_refusing_all_rows_is_told_once_a_kind(tmp_path):
    text = GOOD + "".join(f"words of {i},{i + 20}\n" for i in range(30)) + "fine,x\n"
    with pytest.raises(OptionError, match="fits the scale"):
        reading(write(tmp_path / "a.csv", text), scale="nps")
    dates = (
        "comment,date\n" + "".join(f"words of {i},20{i + 24}-13-45\n" for i in range(30)) + "ok,2024-01-01\n"
    )
    with pytest.raises(InputError, match=r"30 rows like this\)"):
        reading(write(tmp_path / "b.csv", dates.replace("ok,2024", ",2024")), date="date")


def test_personal_data_is_masked_in_comments_and_rejects(tmp_path):
    text = "comment,score\ncall me on 0551234567 please,9\nmy mail is someone@example.com,99\nfine by me,3\n"
    path = write(tmp_path / "a.csv", text + "write to someone@example.com,9,9\n")
    survey = reading(path, redact=True, scale="nps")
    assert survey.comments["text"].tolist() == ["call me on [PHONE] please", "fine by me"]
    assert survey.rejects["value"].tolist() == ["99", "write to [EMAIL],9,9"]
    assert "redacted" in codes(survey)
    assert "0551234567" in reading(path, scale="nps").comments["text"][0]
