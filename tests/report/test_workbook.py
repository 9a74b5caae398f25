"""The workbook and the CSV: tidy, charted, in the reader's direction, and never a formula."""

import io
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest

from voc import tables
from voc.report import cells
from voc.report.workbook import safe_csv, write_xlsx

DANGEROUS = ["=1+1", "+1+cmd", "-2+3", "@SUM(A1)", "\tx", "\r=x", "=HYPERLINK(\"http://x\",\"y\")",
             "=cmd|'/c calc'!A1", "  =1", "＝1+1", "\u200b=1", "\ufeff=1"]  # fmt: skip


@pytest.fixture(scope="module", params=["en", "ar"])
def book(request, example, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "report.xlsx"
    write_xlsx(path, *example.tables(), request.param)
    return request.param, path, openpyxl.load_workbook(path)


def test_sheets_and_direction(book, example):
    language, _, opened = book
    names = opened.sheetnames
    assert len(names) == 8
    assert names[0] == ("Summary" if language == "en" else "الملخص")
    assert all(sheet.sheet_view.rightToLeft is (True if language == "ar" else None) for sheet in opened)
    comments = opened[names[4]]
    assert comments.max_row == len(example.comments) + 1
    assert [c.value for c in comments[1]] == list(example.comments.columns)
    assert comments["C3"].value == (example.comments["text"][1] or None)


def test_parts_in_the_workbook_sum_to_the_change(book, example):
    _, _, opened = book
    sheet = opened[opened.sheetnames[1]]
    totals = [sheet.cell(row, 5).value for row in range(2, sheet.max_row + 1) if sheet.cell(row, 2).value]
    assert abs(sum(totals) - example.result["score"]["delta"]["value"]) < 1e-9


def test_native_charts_with_error_bars(book):
    _, path, _ = book
    with zipfile.ZipFile(path) as archive:
        charts = [n for n in archive.namelist() if n.startswith("xl/charts/chart")]
        bodies = [archive.read(name).decode() for name in charts]
    assert len(charts) == 4
    assert sum("c:errBars" in body for body in bodies) == 3


def test_no_cell_is_a_formula(book):
    _, path, opened = book
    assert all(cell.data_type != "f" for sheet in opened for row in sheet.iter_rows() for cell in row)
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
    assert not any("<f>" in sheet or "<f " in sheet or "hyperlink" in sheet for sheet in sheets)


def hostile_comments(texts):
    n = len(texts)
    return pd.DataFrame({"comment_id": [f"c{i}" for i in range(n)], "text": texts, "score": np.nan})


def test_hostile_text_is_text(example, tmp_path, hostile):
    comments = hostile_comments([*DANGEROUS, *hostile])
    write_xlsx(
        tmp_path / "x.xlsx", {"score": {}}, comments, tables.empty("mentions"), tables.empty("rejects"), "ar"
    )
    opened = openpyxl.load_workbook(tmp_path / "x.xlsx")
    found = next(sheet for sheet in opened if sheet["A1"].value == "comment_id")
    for row, text in enumerate(comments["text"], 2):
        cell = found.cell(row, 2)
        assert cell.data_type == "s", text
        if cells.is_formula(cells.shown(text)):
            assert cell.quotePrefix, text


def test_long_text_is_continued_and_said(tmp_path):
    long = "طويل 😡 " * 15_000  # more than three cells' worth
    frame = hostile_comments([long, "short"])
    write_xlsx(
        tmp_path / "x.xlsx", {"score": {}}, frame, tables.empty("mentions"), tables.empty("rejects"), "en"
    )
    opened = openpyxl.load_workbook(tmp_path / "x.xlsx")
    sheet = opened["Comments"]
    heads = [c.value for c in sheet[1]]
    pieces = [sheet.cell(2, i).value for i, head in enumerate(heads, 1) if str(head).startswith("text")]
    assert "".join(pieces) == long and len(pieces) > 2
    assert all(len(p.encode("utf-16-le")) // 2 <= cells.MOST_CHARACTERS for p in pieces)
    assert any(
        "continues in the columns" in str(c.value) for row in opened["Summary"].iter_rows() for c in row
    )


def test_more_rows_than_a_sheet_holds(monkeypatch, tmp_path, example):
    monkeypatch.setattr(cells, "MOST_ROWS", 300)
    write_xlsx(tmp_path / "x.xlsx", *example.tables(), "en")
    opened = openpyxl.load_workbook(tmp_path / "x.xlsx")
    found = [opened[name].max_row - 1 for name in ("Comments", "Comments 2", "Comments 3")]
    assert sum(found) == len(example.comments)
    assert any("continues on" in str(c.value) for row in opened["Summary"].iter_rows() for c in row)


def test_safe_csv(tmp_path):
    frame = pd.DataFrame({"=evil": DANGEROUS, "n": range(len(DANGEROUS)), "text": ["-4.5", "السعر"] * 6})
    safe_csv(frame, tmp_path / "r.csv")
    raw = (tmp_path / "r.csv").read_bytes()
    assert raw.startswith("\ufeff".encode())
    back = pd.read_csv(io.BytesIO(raw), dtype=str, encoding="utf-8-sig", keep_default_na=False)
    assert list(back.columns) == ["'=evil", "n", "text"]
    assert all(value.startswith("'") for value in back["'=evil"])
    assert list(back["text"][:2]) == ["-4.5", "السعر"]
    assert frame.columns[0] == "=evil"  # the input is left alone


def test_nothing_at_all(tmp_path):
    empty = [tables.empty(name) for name in ("comments", "mentions", "rejects")]
    for language in ("en", "ar"):
        write_xlsx(tmp_path / "x.xlsx", {"score": {}}, *empty, language)
        assert len(openpyxl.load_workbook(tmp_path / "x.xlsx").sheetnames) == 5
