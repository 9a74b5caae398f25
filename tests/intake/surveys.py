"""Small surveys in our own words, written to real files for the tests of reading."""

from pathlib import Path

from voc.intake.read import Survey, read
from voc.settings import IntakeSettings

ROWS = [
    ("1", "الموظفون متعاونون والخدمة سريعة", "10", "2024-01-05", "جدة"),
    ("2", "انتظرت ساعتين, ولم يرد أحد", "2", "2024-01-17", "الرياض"),
    ("3", "The app keeps crashing at checkout", "4", "2024-02-03", "جدة"),
    ("4", "el khidma 7elwa bas ghalia", "8", "2024-02-20", "الرياض"),
    ("5", "", "9", "2024-03-01", "جدة"),
]
HEADER = ("رقم الاستجابة", "التعليق", "الدرجة", "التاريخ", "الفرع")


def write(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    """`content` in a file."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def csv_text(rows=ROWS, header=HEADER, separator=",", end="\n") -> str:
    """The rows as CSV, every cell quoted that holds the separator."""

    def cell(text: str) -> str:
        return f'"{text}"' if separator in text else text

    return end.join(separator.join(map(cell, row)) for row in (header, *rows)) + end


def reading(source, **settings) -> Survey:
    """`read` without redaction, with its promise checked."""
    survey = read(source, IntakeSettings(**{"redact": False, **settings}))
    check(survey)
    return survey


def check(survey: Survey) -> None:
    """What holds of every survey that was read."""
    counts = survey.counts
    assert counts.read == counts.analyzed + counts.rejected
    assert counts.analyzed == len(survey.comments) > 0
    assert counts.rejected == len(survey.rejects)
    assert counts.duplicates <= counts.rejected
    assert counts.without_text == (survey.comments["text"] == "").sum()
    assert survey.comments["comment_id"].is_unique
    assert survey.comments[["comment_id", "respondent_id", "text"]].notna().all().all()
    assert survey.rejects["reason"].str.len().min() > 0 if len(survey.rejects) else True
    assert (survey.rejects["value"].str.len() <= 200).all()


def codes(survey: Survey) -> set[str]:
    """The codes of its notices."""
    return {notice.code for notice in survey.notices}


def message(survey: Survey, code: str) -> str:
    """The message of the notice with that code."""
    return next(notice.message for notice in survey.notices if notice.code == code)
