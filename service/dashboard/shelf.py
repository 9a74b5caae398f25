"""Finished batches in memory: read once, looked at many times; forgotten when their files change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from service import revisions
from service.dashboard import explore
from service.dashboard.pages import asset_url
from voc.analysis import Analysis
from voc.labels import ReportLanguage
from voc.report import page
from voc.report.tallies import Crossed
from voc.settings import Settings

MOST_ROWS: Final = 400_000  # of the batches kept, together; the newest is always kept
MOST_PAGES: Final = 12


@dataclass(frozen=True)
class Book:
    """One finished batch."""

    past: Analysis
    crossed: Crossed
    choices: explore.Choices


class Shelf:
    """What was read lately."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(2)  # heavy work side by side
        self._books: OrderedDict[tuple[Path, int], Book] = OrderedDict()
        self._pages: OrderedDict[tuple[Any, ...], str] = OrderedDict()

    def book(self, results: Path) -> Book:
        """The results in this folder."""
        key = _key(results)
        with self._lock:
            if key in self._books:
                self._books.move_to_end(key)
                return self._books[key]
        with self._turns:
            past = revisions.stored(results)
            whole = explore.crossed(past)
        book = Book(past, whole, explore.choices(whole))
        with self._lock:
            self._books[key] = book
            while len(self._books) > 1 and self._rows() > MOST_ROWS:
                self._books.popitem(last=False)
        return book

    def report(self, results: Path, language: ReportLanguage, *, standalone: bool) -> str:
        """The report of a batch, in either language."""
        past = self.book(results).past  # before the page's turn: a book takes a turn of its own

        def render() -> str:
            tables = (past.result, past.comments, past.mentions, past.rejects)
            return page.html(*tables, language, standalone=standalone, plotly_url=asset_url("plotly.js"))

        return self._page((*_key(results), language, standalone), render)

    def comparison(
        self, results: Path, language: ReportLanguage, settings: Settings, unedited: Analysis,
        revise: Callable[[Analysis, Settings], Analysis],
    ) -> str:  # fmt: skip
        """The report of another comparison over the same comments."""

        def render() -> str:
            again = revise(unedited, settings)
            tables = (again.result, again.comments, again.mentions, again.rejects)
            return page.html(*tables, language, standalone=False, plotly_url=asset_url("plotly.js"))

        return self._page((*_key(results), language, settings), render)

    def _page(self, key: tuple[Any, ...], render: Callable[[], str]) -> str:
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
                return self._pages[key]
        with self._turns:
            text = render()
        with self._lock:
            self._pages[key] = text
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)
        return text

    def _rows(self) -> int:
        return sum(len(book.past.comments) for book in self._books.values())


def _key(results: Path) -> tuple[Path, int]:
    return results, (results / "result.json").stat().st_mtime_ns
