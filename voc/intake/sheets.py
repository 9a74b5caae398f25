"""Excel workbooks (.xlsx) -> `Grid`s: the sheet that holds the answers, or all sheets of one shape."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import pandas as pd

from voc.errors import InputError
from voc.intake.cells import shown
from voc.intake.containers import check_unpacked, refuse_bomb
from voc.intake.exports import Layout, layout
from voc.intake.reasons import Reason
from voc.intake.survey import Grid, Notice

HEAD: Final = 200  # rows looked at to find the header
_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")  # how Excel writes a character that XML cannot hold
Row = list[str]


@dataclass(frozen=True)
class _Sheet:
    title: str
    rows: list[Row]

    @property
    def cells(self) -> int:
        return sum(1 for row in self.rows for cell in row if cell)


def load(path: Path, label: str) -> list[Grid]:
    """The cells of a workbook: of its fullest sheet, or of all sheets when they share one header.

    Raises:
        InputError: a zip bomb, damaged, protected, or without a row of data.
    """
    _check_archive(path, label)
    sheets = [sheet for sheet in _sheets(path, label) if sheet.cells]
    if not sheets:
        raise InputError(f"{label} has no cell with data in it. Export it again, or pass another file.")
    first = max(sheets, key=lambda sheet: sheet.cells)
    header = layout(first.rows[:HEAD], label).names
    alike = [sheet for sheet in sheets if layout(sheet.rows[:HEAD], label).names == header]
    notice = _choice(first, alike, sheets, label)
    if len(alike) == 1:
        return [_grid(first, label, notice)]
    return [_grid(sheet, f"{label} [{sheet.title}]", notice if sheet is alike[0] else []) for sheet in alike]


def _choice(first: _Sheet, alike: list[_Sheet], sheets: list[_Sheet], label: str) -> list[Notice]:
    if len(sheets) == 1:
        return []
    others = [shown(sheet.title, 40) for sheet in sheets if sheet not in alike]
    left = ", ".join(map(repr, others))
    values = {"file": label, "read": [shown(one.title, 40) for one in alike], "left": others, "told": "sheet"}
    if len(alike) == 1:
        told = f"{label}: sheet {shown(first.title, 40)!r} was read, it has the most data; not read: {left}."
    else:
        read = ", ".join(repr(shown(sheet.title, 40)) for sheet in alike)
        told = f"{label}: the sheets {read} have the same columns and were read together."
        told += f" Not read: {left}." if left else ""
        values["told"] = "sheets_some" if left else "sheets_all"
    return [Notice("sheets", told + " Save a sheet as a file of its own to read it alone.", values)]


def _check_archive(path: Path, label: str) -> None:
    """Sizes as declared, then as they really are; and no entity tricks in the XML."""
    packed = path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        refuse_bomb(sum(info.file_size for info in infos), packed, label)
        for info in infos:
            check_unpacked(partial(_member, archive, info), packed, label)
            with archive.open(info) as member:
                if b"<!DOCTYPE" in member.read(4096):
                    raise InputError(
                        f"{label} holds an XML document type, which Excel never writes: refused."
                    )


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    return cast(BinaryIO, archive.open(info))


def _sheets(path: Path, label: str) -> list[_Sheet]:
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions it leaves out
            with path.open("rb") as stream:  # a stream, as openpyxl judges paths by their names
                book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
                return [_Sheet(sheet.title, list(_rows(sheet))) for sheet in book.worksheets]
    except Exception as error:  # a damaged workbook can fail anywhere inside the parser
        raise InputError(
            f"{label} looks like an Excel workbook but cannot be read ({shown(error, 80)}). "
            "Open it in Excel and save it again as .xlsx, or as CSV."
        ) from error


def _rows(sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()  # what the file declares may be wrong in either direction
    for row in sheet.iter_rows(values_only=True):
        texts = [_text(value) for value in row]
        while texts and not texts[-1]:
            texts.pop()
        yield texts


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) if "_x" in value else value
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _grid(sheet: _Sheet, label: str, notices: list[Notice]) -> Grid:
    plan: Layout = layout(sheet.rows[:HEAD], label)
    width = len(plan.names)
    kept: list[Row] = []
    numbers: list[int] = []
    faults: list[tuple[int, str, str]] = []
    blank = 0
    end = max((place for place, row in enumerate(sheet.rows, start=1) if row), default=0)
    for number, row in enumerate(islice(sheet.rows, plan.data_from, end), start=1):
        if not row:
            blank += 1
        elif len(row) > width:
            why = f"{len(row)} cells, {width} were expected; give every column a header"
            reason = Reason("cells", why, found=len(row), expected=width)
            faults.append((number, shown(" | ".join(row)), reason))
        else:
            kept.append(row + [""] * (width - len(row)))
            numbers.append(number)
    if not kept and not faults:
        raise InputError(
            f"{label} has a header ({shown(', '.join(plan.names), 80)}) and no rows. "
            "Check the export's filter, or pass another file.",
            code="no_rows",
            file=label,
        )
    told = [*notices, *plan.notices]
    if blank:
        skipped = f"{label}: {blank} blank rows were skipped."
        told.append(Notice("blank_lines", skipped, {"file": label, "n": blank}))
    columns = list(zip(*kept, strict=True)) if kept else [()] * width
    cells = pd.DataFrame(dict(zip(plan.names, (pd.Series(c, dtype="str") for c in columns), strict=True)))
    return Grid(label, cells, numbers, tuple(faults), plan.questions, tuple(told), plan.tool)
