"""Every way in gives the same comments: separators, encodings, formats, frames, one or many files."""

import gzip
import json

import pandas as pd
import polars as pl
import pytest
from surveys import HEADER, ROWS, codes, csv_text, message, reading, write

TEXTS = [row[1] for row in ROWS]


def frame() -> pd.DataFrame:
    return pd.DataFrame(ROWS, columns=list(HEADER))


def assert_same(survey) -> None:
    comments = survey.comments
    assert comments["text"].tolist() == TEXTS
    assert comments["score"].tolist() == [10, 2, 4, 8, 9]
    assert comments["score_category"].tolist() == [
        "promoter",
        "detractor",
        "detractor",
        "passive",
        "promoter",
    ]
    assert comments["answered_at"].dt.strftime("%Y-%m-%d").tolist() == [row[3] for row in ROWS]
    assert comments["segment_الفرع"].tolist() == [row[4] for row in ROWS]
    assert comments["source_row"].tolist() == [1, 2, 3, 4, 5]
    assert comments["comment_id"].tolist() == ["1", "2", "3", "4", "5"]
    assert survey.counts.without_text == 1


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "^"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_separator_and_line_end(tmp_path, separator, end):
    survey = reading(write(tmp_path / "a.csv", csv_text(separator=separator, end=end)))
    assert_same(survey)
    assert ("separator" in codes(survey)) == (separator != ",")


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", None),
        ("utf-8-sig", "byte-order mark"),
        ("cp1256", "Windows-1256"),
        ("iso8859-6", "ISO 8859-6"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "little-endian"),
        ("utf-16-be", "big-endian"),
        ("utf-32", "UTF-32"),
    ],
)
def test_encodings_are_found_and_told(tmp_path, encoding, told):
    survey = reading(write(tmp_path / "a.csv", csv_text(), encoding))
    assert_same(survey)
    assert (told in message(survey, "encoding")) if told else "encoding" not in codes(survey)


def test_western_letters_in_one_byte(tmp_path):
    text = 'comment,score\n"Très déçu par le café, señor Muñoz",2\nfine by me,9\n'
    survey = reading(write(tmp_path / "a.csv", text, "cp1252"))
    assert survey.comments["text"][0] == "Très déçu par le café, señor Muñoz"


def test_an_encoding_given_is_taken(tmp_path):
    survey = reading(write(tmp_path / "a.csv", csv_text(), "cp1256"), encoding="windows-1256")
    assert_same(survey)


def test_gzip(tmp_path):
    assert_same(reading(write(tmp_path / "a.csv.gz", gzip.compress(csv_text().encode()))))


def test_a_separator_hint_of_excel(tmp_path):
    assert_same(reading(write(tmp_path / "a.csv", "sep=;\r\n" + csv_text(separator=";"))))


@pytest.mark.parametrize("name", ["a.xlsx", "misnamed.csv"])
def test_workbook_whatever_its_name(tmp_path, name):
    frame().to_excel(tmp_path / "made.xlsx", index=False)
    assert_same(reading((tmp_path / "made.xlsx").rename(tmp_path / name)))


def test_typed_workbook_cells(tmp_path):
    typed = frame().assign(الدرجة=[10, 2, 4, 8, 9], التاريخ=pd.to_datetime([row[3] for row in ROWS]))
    typed.to_excel(tmp_path / "a.xlsx", index=False)
    assert_same(reading(tmp_path / "a.xlsx"))


def test_the_fullest_sheet_is_read_and_told(tmp_path):
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        pd.DataFrame({"note": ["made in January"]}).to_excel(book, sheet_name="About", index=False)
        frame().to_excel(book, sheet_name="Answers", index=False)
    survey = reading(tmp_path / "a.xlsx")
    assert_same(survey)
    assert "'Answers'" in message(survey, "sheets")
    assert "'About'" in message(survey, "sheets")


def test_sheets_of_one_shape_are_read_together(tmp_path):
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        frame().iloc[:2].to_excel(book, sheet_name="Q1", index=False)
        frame().iloc[2:].to_excel(book, sheet_name="Q2", index=False)
    survey = reading(tmp_path / "a.xlsx")
    assert survey.counts.analyzed == 5
    assert set(survey.comments["source_file"]) == {"a.xlsx [Q1]", "a.xlsx [Q2]"}


def test_parquet_and_json(tmp_path):
    frame().to_parquet(tmp_path / "a.parquet")
    assert_same(reading(tmp_path / "a.parquet"))
    records = frame().to_dict("records")
    assert_same(reading(write(tmp_path / "a.json", json.dumps(records, ensure_ascii=False))))
    assert_same(reading(write(tmp_path / "b.json", json.dumps({"total": 5, "responses": records}, indent=2))))
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    assert_same(reading(write(tmp_path / "a.jsonl", lines)))
    assert_same(reading(write(tmp_path / "b.jsonl", lines, "utf-16")))


def test_a_line_that_is_no_object_is_rejected(tmp_path):
    lines = [
        '{"text": "good food here", "score": 9}',
        "{broken",
        "[1]",
        "",
        '{"text": "cold food", "score": 3}',
    ]
    survey = reading(write(tmp_path / "a.jsonl", "\n".join(lines)))
    assert survey.rejects["source_row"].tolist() == [2, 3]
    assert survey.comments["source_row"].tolist() == [1, 5]


def test_frames_and_rows_and_that_they_are_not_changed():
    before = frame()
    assert_same(reading(before))
    pd.testing.assert_frame_equal(before, frame())
    assert_same(reading(pl.from_pandas(frame())))
    assert_same(reading(pl.from_pandas(frame()).lazy()))
    assert_same(reading(frame().to_dict("records")))
    assert_same(reading(frame().astype("category")))
    assert_same(reading(frame().set_index(frame().index + 100)))


def test_odd_objects_in_a_frame_become_text():
    rows = [
        {"text": "a fine long answer", "score": 9, "extra": {"a": [1]}},
        {"text": 12, "score": 3.0, "extra": None},
        {"text": None, "score": "7", "extra": b"\xff"},
    ]
    survey = reading(rows)
    assert survey.comments["text"].tolist() == ["a fine long answer", "12", ""]
    assert survey.comments["score"].tolist() == [9, 3, 7]


def test_several_files_with_different_columns(tmp_path):
    one = write(tmp_path / "q1.csv", "comment,score,branch\nslow service today,3,A\ngood food here,9,B\n")
    two = write(
        tmp_path / "q2.csv", "score,comment,channel\n8,friendly staff there,app\n2,long queue again,web\n"
    )
    survey = reading([one, two])
    assert survey.comments["source_file"].tolist() == ["q1.csv", "q1.csv", "q2.csv", "q2.csv"]
    assert survey.comments["source_row"].tolist() == [1, 2, 1, 2]
    assert survey.comments["score"].tolist() == [3, 9, 8, 2]
    assert survey.comments["comment_id"].tolist() == ["q1.csv:1", "q1.csv:2", "q2.csv:1", "q2.csv:2"]
    assert "other_columns" in codes(survey)


def test_text_here_and_numbers_there(tmp_path):
    path = write(tmp_path / "a.csv", "comment,score,date\nslow service today,3,2024-01-05\n")
    when = pd.to_datetime(["2024-02-01 10:00"])
    survey = reading([path, pd.DataFrame({"comment": ["good food here"], "score": [9.0], "date": when})])
    assert survey.comments["score"].tolist() == [3, 9]
    assert survey.comments["answered_at"].dt.strftime("%m-%d %H").tolist() == ["01-05 00", "02-01 10"]


def test_equal_file_names_are_told_apart(tmp_path):
    for folder in ("jan", "feb"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "a.csv", "comment,score\nslow service,3\n")
    survey = reading([tmp_path / "jan" / "a.csv", tmp_path / "feb" / "a.csv"])
    assert survey.comments["source_file"].tolist() == ["jan/a.csv", "feb/a.csv"]


def test_progress_counts_sources(tmp_path):
    from voc.intake.read import read
    from voc.settings import IntakeSettings

    path = write(tmp_path / "a.csv", csv_text())
    told = []
    read([path, frame()], IntakeSettings(redact=False), lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_row_numbers_count_records_not_lines(tmp_path):
    text = 'comment,score\n"two\nlines",9\n\n"three\n\nlines",8\nlast one here,12\nfine by me,7\n'
    survey = reading(write(tmp_path / "a.csv", text), scale="nps")
    assert survey.comments["source_row"].tolist() == [1, 3, 5]
    assert survey.comments["text"].tolist() == ["two\nlines", "three\n\nlines", "fine by me"]
    assert survey.rejects[["source_row", "column", "value"]].to_numpy().tolist() == [[4, "score", "12"]]
    assert "blank_lines" in codes(survey)


def test_a_bad_row_costs_one_row_and_not_its_neighbors(tmp_path):
    text = (
        "id,comment,score\n"
        '1,"good, really",9\n'
        '2,"never closed,5\n'
        "3,next one is fine,7\n"
        "4,too,many,cells\n"
        "5\n"
        '6,"said ""hello"" to me",8\n'
        '7,"a "bare" quote",6\n'
        "8,the end,10\n"
    )
    survey = reading(write(tmp_path / "a.csv", text), scale="nps")
    assert survey.comments["comment_id"].tolist() == ["1", "3", "6", "7", "8"]
    assert survey.rejects["source_row"].tolist() == [2, 4, 5]
    assert "never closed" in survey.rejects["reason"][0]
    assert survey.comments["text"][2] == 'said "hello" to me'


def test_a_stray_quote_in_a_large_file_stays_where_it_is(tmp_path):
    rows = [f"{i},comment number {i},{i % 11}" for i in range(1, 120_001)]
    rows[70_000] = '70001,"open,5'
    survey = reading(write(tmp_path / "a.csv", "id,comment,score\n" + "\n".join(rows)), scale="nps")
    assert survey.counts.read == 120_000
    assert survey.rejects["source_row"].tolist() == [70_001]
    assert survey.comments["source_row"].iloc[-1] == 120_000
