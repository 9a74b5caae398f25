"""Where a table's header is, and what survey tool wrote it.

Takes the first rows of a table, gives a `Layout`: column names, the full question of each column,
and the row where the answers begin. Knows the exports of Qualtrics (three header rows),
SurveyMonkey (two), QuestionPro, LimeSurvey and Google Forms; others have one header row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from voc.intake.cells import plain, shown
from voc.intake.numerals import numeral
from voc.intake.survey import Notice

Row = list[str]
_IMPORT_ID: Final = re.compile(r'^\s*\{\s*"ImportId"\s*:')
# What a tool's header always holds, in plain lower case; the first tool whose words are all there wins.
_SIGNS: Final[tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]] = (
    ("SurveyMonkey", (("respondent id", "معرف المستجيب"), ("collector id", "معرف المجمع"))),
    ("QuestionPro", (("response id",), ("response status",), ("seq. number", "external reference"))),
    (
        "LimeSurvey",
        (
            ("response id", "id", "id. response id"),
            ("date submitted", "submitdate", "submitdate. date submitted"),
            ("last page", "lastpage", "lastpage. last page"),
        ),
    ),
)
_STAMPS: Final = ("timestamp", "طابع زمني", "الطابع الزمني")
# What stands under a question in the second header row and adds nothing to it.
_PLAIN_ANSWERS: Final = (
    "",
    "response",
    "open-ended response",
    "الرد",
    "استجابة",
    "اجابة مفتوحة",
    "إجابة مفتوحة",
)


@dataclass(frozen=True)
class Layout:
    """Column names (unique, none empty), the row where answers begin, and questions by column name."""

    names: list[str]
    data_from: int
    questions: dict[str, str] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    tool: str | None = None


def layout(head: list[Row], name: str) -> Layout:
    """How the table that begins with the rows `head` is laid out; `name` is the file's, for notices."""
    top = _header_row(head)
    if top is None:
        return Layout([""], len(head))
    skipped = (
        [
            Notice(
                "preamble",
                f"{name}: {top} lines above the header were skipped: {_quoted(head[:top])}.",
                {"file": name, "n": top},
            )
        ]
        if any(any(cell.strip() for cell in row) for row in head[:top])
        else []
    )
    found = _qualtrics(head, top) or _two_rows(head, top) or _one_row(head, top, name)
    notices = [*skipped, *found.notices]
    if found.tool:
        notices.insert(
            0, Notice("export", f"{name} is an export of {found.tool}.", {"file": name, "tool": found.tool})
        )
    return Layout(found.names, found.data_from, found.questions, tuple(notices), found.tool)


def unique_names(cells: Row, name: str) -> tuple[list[str], list[Notice]]:
    """Column names without repeats and holes, and what was changed to make them so."""
    names: list[str] = []
    seen: set[str] = set()
    changed: list[str] = []
    for place, cell in enumerate(cells, start=1):
        label = given = " ".join(cell.replace("\0", "").split()) or f"column_{place}"
        count = 1
        while label in seen:
            count += 1
            label = f"{given} ({count})"
        if count > 1:
            changed.append(label)
        seen.add(label)
        names.append(label)
    if not changed:
        return names, []
    few = [shown(label, 60) for label in changed[:5]]
    told = f"{name}: repeated column names were numbered: {', '.join(few)}."
    return names, [Notice("repeated_columns", told, {"file": name, "columns": few})]


def _header_row(head: list[Row]) -> int | None:
    """The first row that is as wide as the table; rows above it are a title or a note."""
    filled = [sum(1 for cell in row if cell.strip()) for row in head]
    if not any(filled):
        return None
    widths = [len(row) for row, cells in zip(head, filled, strict=True) if cells]
    usual = max(set(widths), key=lambda width: (widths.count(width), width))
    for place, (row, cells) in enumerate(zip(head, filled, strict=True)):
        if cells and (len(row) >= usual or len(row) > 1) and cells >= min(2, usual):
            return place
    return next(place for place, cells in enumerate(filled) if cells)


def _qualtrics(head: list[Row], top: int) -> Layout | None:
    marked = [i for i, row in enumerate(head[top : top + 3], start=top) if any(map(_IMPORT_ID.match, row))]
    if not marked:
        return None
    names, notices = unique_names(head[top], "Qualtrics")
    asked = head[top + 1] if marked[0] == top + 2 else []
    questions = {label: text.strip() for label, text in zip(names, asked, strict=False) if text.strip()}
    return Layout(names, marked[0] + 1, questions, tuple(notices), "Qualtrics")


def _two_rows(head: list[Row], top: int) -> Layout | None:
    tool = _tool(head[top])
    if tool not in ("SurveyMonkey", "QuestionPro") or len(head) < top + 2 or head[top + 1][:1] != [""]:
        return None
    asked, under = head[top], head[top + 1] + [""] * (len(head[top]) - len(head[top + 1]))
    labels, texts, question = [], [], ""
    for place, answer in enumerate(under):
        above = asked[place].strip() if place < len(asked) else ""
        question = above or question
        simple = plain(answer).casefold() in _PLAIN_ANSWERS
        labels.append(question if simple else f"{question} - {answer.strip()}" if question else answer)
        texts.append(question)
    names, notices = unique_names(labels, tool)
    questions = {label: text for label, text in zip(names, texts, strict=True) if text}
    return Layout(names, top + 2, questions, tuple(notices), tool)


def _one_row(head: list[Row], top: int, name: str) -> Layout:
    cells = list(head[top])
    after = [len(row) for row in head[top + 1 :] if row]
    usual = max(set(after), key=after.count, default=len(cells))
    if usual > len(cells) and after.count(usual) > len(after) / 2:
        cells += [""] * (usual - len(cells))
    if _is_data(cells, head[top + 1 :]):
        names, _ = unique_names([""] * len(cells), name)
        told = f"{name} has no header: its first row is data. Columns are called {', '.join(names[:4])} ..."
        return Layout(names, top, {}, (Notice("no_header", told, {"file": name, "columns": names[:4]}),))
    names, notices = unique_names(cells, name)
    tool = _tool(cells)
    questions = {label: text for label in names if (text := question_in(label))}
    return Layout(names, top + 1, questions, tuple(notices), tool)


def _tool(cells: Row) -> str | None:
    words = {plain(cell).casefold() for cell in cells}
    for tool, signs in _SIGNS:
        if all(words & set(either) for either in signs):
            return tool
    first = plain(cells[0]).casefold() if cells else ""
    if first in _STAMPS and len(cells) > 1 and any(_is_question(cell) for cell in cells[1:]):
        return "Google Forms"
    return None


def question_in(label: str) -> str | None:
    """The question that a header asks, or None: LimeSurvey writes "Q1. Why did you ...?"."""
    if not _is_question(label):
        return None
    return re.sub(r"^\w{1,12}\.\s+", "", label).strip()


def _is_question(label: str) -> bool:
    return label.rstrip().endswith(("?", "؟", "]")) or len(label.split()) >= 4


def _is_data(cells: Row, below: list[Row]) -> bool:
    """True when a cell of the header is a number on a column of numbers: then it is no header."""
    for place, cell in enumerate(cells):
        number = numeral(cell) if cell.strip() else None
        if number is not None and not 1900 <= number.value <= 2199:
            column = [row[place] for row in below if place < len(row) and row[place].strip()]
            if column and sum(1 for value in column if numeral(value)) > 0.9 * len(column):
                return True
    return False


def _quoted(rows: list[Row]) -> str:
    texts = (" ".join(cell for cell in row if cell.strip()) for row in rows)
    return "; ".join(repr(shown(text, 60)) for text in texts if text)[:200]
