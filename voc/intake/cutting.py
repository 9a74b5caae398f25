"""Lines of delimited text -> rows of cells, with exact row numbers and every bad row kept as a fault.

A well-formed file is cut by the C reader in blocks. A block with a broken quote or a wrong number
of cells is gone through again row by row, so that one bad row costs one row and not its neighbors.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TextIO

from voc.intake.cells import shown
from voc.intake.reasons import Reason

BLOCK: Final = 8 << 20  # characters cut at a time
SLOW_ROWS: Final = 50_000  # rows gone through one by one before the fast way is tried again
PATIENCE: Final = 1_000  # lines read on to find the end of a quoted cell
WRONG_BYTES: Final = Reason("bytes", "not in the encoding of the rest of the file; save it again as UTF-8")
OPEN_QUOTE: Final = Reason("open_quote", "a quotation mark is opened and never closed; close it or double it")
LOOSE_QUOTE: Final = Reason("loose_quote", "misplaced quotation marks; double the inner ones")
Row = list[str]
Fault = tuple[int, str, str]  # source row, what came, reason


@dataclass
class Source:
    """Lines of text that can be given back."""

    stream: TextIO
    pending: list[str] = field(default_factory=list)  # given back, last first
    taken: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        while True:
            line = self.pending.pop() if self.pending else self.stream.readline()
            if not line:
                return
            self.taken.append(line)
            yield line

    def block(self) -> str:
        """Some `BLOCK` characters of whole lines; quotes in them are paired if a few more lines can do it."""
        parts = list(reversed(self.pending)) or [self.stream.read(BLOCK), self.stream.readline()]
        self.pending = []
        open_quote = sum(part.count('"') for part in parts) % 2
        for _ in range(PATIENCE if open_quote else 0):
            parts.append(line := self.stream.readline())
            if not line or line.count('"') % 2:
                break
        return "".join(parts)

    def give_back(self, lines: list[str]) -> None:
        """These lines come next, before the rest of the stream."""
        self.pending.extend(reversed(lines))

    def mark(self) -> None:
        """`taken` starts anew."""
        self.taken = []


class Cutter:
    """Cuts lines into rows of `width` cells, numbering them; keeps what cannot be cut as faults."""

    def __init__(self, source: Source, mark: str) -> None:
        self.source = source
        self.dialect: dict[str, Any] = {"delimiter": mark}
        self.number = 0  # of the last record handed out, blank ones included
        self.width = 0
        self.rows: list[int] = []
        self.faults: list[Fault] = []
        self.blank = 0

    def records(self, count: int) -> list[tuple[Row, list[str]]]:
        """The next records of any width and the lines they were cut from; nothing is judged yet."""
        found: list[tuple[Row, list[str]]] = []
        while len(found) < count and (cut := self._next()) is not None:
            found.append((cut[0], self.source.taken))
        return found

    def blocks(self) -> Iterator[list[Row]]:
        """Blocks of rows that all have `width` cells; `rows` gets their numbers."""
        while True:
            block = self._fast_block()
            if block is None:
                block = self._slow_block()
            if not block and self._at_end():
                return
            if block:
                yield block

    def _fast_block(self) -> list[Row] | None:
        text = self.source.block()
        try:
            block = list(csv.reader(io.StringIO(text, newline=""), strict=True, **self.dialect))
        except csv.Error:
            block = [[]]
        narrow = self.width == 1 and any(map(_is_blank, block))
        if all(len(row) == self.width for row in block) and not narrow:
            self.rows.extend(range(self.number + 1, self.number + len(block) + 1))
            self.number += len(block)
            return block
        self.source.give_back(io.StringIO(text, newline="").readlines())
        return None

    def _slow_block(self) -> list[Row]:
        kept: list[Row] = []
        for _ in range(SLOW_ROWS):
            cut = self._next()
            if cut is None:
                break
            row, fault = cut
            self.number += 1
            if _is_blank(row):
                self.blank += 1
            elif fault is None and len(row) != self.width:
                told = f"{len(row)} cells, {self.width} were expected; quote cells that hold the separator"
                self._fault(row, Reason("cells", told, found=len(row), expected=self.width))
            elif fault is not None:
                self._fault(row, fault)
            else:
                self.rows.append(self.number)
                kept.append(row)
        return kept

    def readable(self, block: list[Row]) -> list[Row]:
        """The last block without the rows whose bytes are not in the file's encoding: those are faults."""
        numbers = self.rows[-len(block) :]
        del self.rows[-len(block) :]
        kept: list[Row] = []
        for number, row in zip(numbers, block, strict=True):
            line = self.dialect["delimiter"].join(row)
            try:
                line.encode()
            except UnicodeEncodeError:
                lost = line.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
                self.faults.append(
                    (
                        number,
                        shown(lost),
                        WRONG_BYTES,
                    )
                )
                continue
            self.rows.append(number)
            kept.append(row)
        return kept

    def _fault(self, row: Row, reason: str) -> None:
        line = (
            self.dialect["delimiter"].join(row).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        )
        self.faults.append((self.number, shown(line), reason))

    def _next(self) -> tuple[Row, str | None] | None:
        """The next record and what is wrong with its quotes, or None at the end.

        A quote that is never closed would swallow the lines after it: then only the first line is
        taken, as a fault, and the others are given back.
        """
        self.source.mark()
        try:
            row = next(csv.reader(self.source, strict=True, **self.dialect), None)
            return None if row is None else (row, None)
        except csv.Error:
            lines = self.source.taken
        if len(lines) > 1:
            self.source.give_back(lines[1:])
            self.source.taken = lines[:1]
        row = next(csv.reader([lines[0]], **self.dialect), [])
        if len(lines) > 1:
            return row, OPEN_QUOTE
        return row, None if len(row) == self.width else LOOSE_QUOTE

    def _at_end(self) -> bool:
        for line in self.source:
            self.source.give_back([line])
            return False
        return True


def _is_blank(row: Row) -> bool:
    return not row or (len(row) == 1 and not row[0].strip())
