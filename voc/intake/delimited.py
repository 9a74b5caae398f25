"""CSV and its relatives -> `Grid`: any separator and encoding, quoted line breaks, exact row numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from itertools import dropwhile, islice
from typing import BinaryIO, Final

import pyarrow as pa

from voc.errors import InputError, OptionError
from voc.intake.cells import shown
from voc.intake.cutting import Cutter, Row, Source
from voc.intake.encodings import CHUNK, Encoding, detect
from voc.intake.exports import Layout, layout
from voc.intake.survey import Grid, Notice

HEAD: Final = 200  # rows looked at to find the separator and the header
_SEPARATORS: Final = ",;\t|^~\x1f"
_ONE_COLUMN: Final = "\x1f"  # the unit separator, which no text holds
_NAMED: Final = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}


def load(
    opened: Callable[[], BinaryIO], name: str, separator: str | None, encoding: str | None, max_line: int
) -> Grid:
    """The cells of a delimited text file.

    Args:
        opened: opens the file's bytes from their start; called several times.
        name: the file's name, for messages and `source_file`.
        separator: one character, or None to find it.
        encoding: a codec's name, or None to find it.
        max_line: bytes one line may have.

    Raises:
        InputError: empty, header only, a line over `max_line`, or not decodable.
        OptionError: the separator is not one character, or the encoding is unknown.
    """
    _check_lines(opened, name, max_line)
    found = detect(opened, name, encoding)
    _allow_long_cells(max_line)
    try:
        with io.TextIOWrapper(opened(), found.codec, _errors(found.codec), newline="") as text:
            source = Source(text)
            said, mark = _separator(source, separator)
            grid = _grid(Cutter(source, mark), name)
    except UnicodeError as error:
        raise InputError(
            f"{name} cannot be read as {found.title}: {_where(error)}. Pass the right --encoding."
        ) from error
    notices = (*_encoding_notice(found, name), *said, *grid.notices)
    return Grid(grid.name, grid.cells, grid.rows, grid.faulty, grid.questions, notices, grid.tool)


def _grid(cutter: Cutter, name: str) -> Grid:
    head = cutter.records(HEAD)
    if not head:
        raise InputError(f"{name} is empty. Export it again, or pass another file.")
    plan = layout([row for row, _ in head], name)
    if plan.names == [""]:
        raise InputError(f"{name} holds nothing but blank lines. Export it again, or pass another file.")
    cutter.width = len(plan.names)
    cutter.source.give_back([line for _, lines in head[plan.data_from :] for line in lines])
    columns: list[list[pa.Array]] = [[] for _ in plan.names]
    for block in cutter.blocks():
        try:
            arrays = _arrays(block)
        except UnicodeEncodeError:
            arrays = _arrays(cutter.readable(block))
        for parts, array in zip(columns, arrays, strict=False):
            parts.append(array)
    return _assembled(columns, cutter, plan, name)


def _arrays(block: list[Row]) -> list[pa.Array]:
    return [pa.array(values, pa.large_string()) for values in zip(*block, strict=True)]


def _assembled(columns: list[list[pa.Array]], cutter: Cutter, plan: Layout, name: str) -> Grid:
    if not cutter.rows and not cutter.faults:
        raise InputError(
            f"{name} has a header ({shown(', '.join(plan.names), 80)}) and no rows. "
            "Check the export's filter, or pass another file.",
            code="no_rows",
            file=name,
        )
    table = pa.table([pa.chunked_array(parts, pa.large_string()) for parts in columns], names=plan.names)
    notices = list(plan.notices)
    if cutter.blank:
        told = f"{name}: {cutter.blank} blank lines were skipped."
        notices.append(Notice("blank_lines", told, {"file": name, "n": cutter.blank}))
    rows: list[int] | range = cutter.rows
    if cutter.rows and cutter.rows[-1] - cutter.rows[0] + 1 == len(cutter.rows):
        rows = range(cutter.rows[0], cutter.rows[-1] + 1)
    return Grid(
        name, table.to_pandas(), rows, tuple(cutter.faults), plan.questions, tuple(notices), plan.tool
    )


def _separator(source: Source, option: str | None) -> tuple[list[Notice], str]:
    lines = list(islice(source, HEAD))
    source.give_back(lines)
    if lines and lines[0].casefold().startswith("sep=") and len(lines[0].rstrip("\r\n")) == 5:
        source.pending.pop()  # a hint for spreadsheet programs, not data
        return [], option or lines[0][4]
    if option is not None:
        mark = _NAMED.get(option.casefold(), option)
        if len(mark) != 1 or mark in '"\r\n':
            raise OptionError(f"--separator {shown(option, 20)!r} is not one character; use , ; | or tab.")
        return [], mark
    if not lines:
        return [], ","
    best = max(_SEPARATORS, key=lambda mark: (_regularity(lines, mark), -_SEPARATORS.index(mark)))
    if _regularity(lines, best) == 0:
        return [], _ONE_COLUMN
    if best == ",":
        return [], ","
    title = {"\t": "tab"}.get(best, best)
    return [Notice("separator", f"Cells are separated by {title!r}.", {"mark": title})], best


def _regularity(lines: list[str], mark: str) -> float:
    """How regularly `mark` cuts the lines, 0 to 1 and a little for more cells; 0 when it is no separator."""
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark) if row]
    except csv.Error:
        return 0.0
    usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
    if usual < 2:
        return 0.0
    table = list(dropwhile(lambda width: width == 1, widths))  # without title lines
    share = table.count(usual) / len(table)
    if widths[0] == 1 and (share < 0.9 or len(table) < (3 if usual > 2 else 5)):
        return 0.0  # one column of texts in which commas happen to stand
    return share + min(usual, 50) / 1000


def _check_lines(opened: Callable[[], BinaryIO], name: str, most: int) -> None:
    length = line = 0
    with opened() as stream:
        while chunk := stream.read(min(CHUNK, most + 1)):
            first, last = chunk.find(b"\n"), chunk.rfind(b"\n")
            length += len(chunk) if first < 0 else first
            if length > most:
                raise InputError(
                    f"{name}: line {line + 1} is longer than {most:,} bytes and has no line break. "
                    "This is not a table of answers, or its line ends were lost; export it again."
                )
            if first >= 0:
                length = len(chunk) - last - 1
                line += chunk.count(b"\n")


def _allow_long_cells(most: int) -> None:
    csv.field_size_limit(max(csv.field_size_limit(), most))  # the module's only setting is global


def _errors(codec: str) -> str:
    return "surrogateescape" if codec in ("utf-8", "utf-8-sig") else "strict"


def _where(error: UnicodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.object[error.start]:#04x} does not fit"
    return "it does not start as such a file does"


def _encoding_notice(found: Encoding, name: str) -> list[Notice]:
    if found.codec == "utf-8" and found.sure:
        return []
    doubt = "" if found.sure else " If letters look wrong, pass --encoding."
    values = {"file": name, "encoding": found.title, "told": "encoding" if found.sure else "encoding_unsure"}
    return [Notice("encoding", f"{name} was read as {found.title}.{doubt}", values)]
