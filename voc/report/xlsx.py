"""Writing a worksheet cell by cell: every value as what it is, and native bar charts with intervals.

Takes: an open xlsxwriter workbook. Gives: `Writer`. Text is never a formula, a link or a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from voc.report import cells
from voc.report.quotes import shown
from voc.report.wording import Words

UP: Final = "#21759B"
DOWN: Final = "#B9512C"
NEUTRAL: Final = "#A9B0B8"


@dataclass
class Writer:
    """Sheets written row by row, from the top."""

    book: Any
    words: Words
    formats: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        styles: dict[str, dict[str, Any]] = {
            "text": {"valign": "top"},
            "wrap": {"valign": "top", "text_wrap": True},
            "quoted": {"valign": "top", "quote_prefix": True},
            "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"},
            "title": {"bold": True, "font_size": 16},
            "points": {"num_format": "+0.0;\u22120.0;0.0"},
            "number": {"num_format": "#,##0.##"},
            "decimal": {"num_format": "0.0"},
            "share": {"num_format": "0%"},
            "p": {"num_format": "0.000"},
            "time": {"num_format": "yyyy-mm-dd hh:mm"},
        }
        self.formats = {name: self.book.add_format(style) for name, style in styles.items()}

    def sheet(self, name: str, widths: Sequence[float] = ()) -> Any:
        """A new sheet in the reader's direction."""
        sheet = self.book.add_worksheet(name[:31])
        if self.words.direction == "rtl":
            sheet.right_to_left()
        sheet.hide_gridlines(2)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return sheet

    def head(self, sheet: Any, row: int, names: Sequence[str]) -> None:
        """A row of column headings."""
        for column, name in enumerate(names):
            sheet.write_string(row, column, self.words.plain(name), self.formats["head"])

    def cell(self, sheet: Any, row: int, column: int, value: Any, style: str = "text") -> None:
        """One value as what it is; text is never a formula, a link or a number."""
        if value is None or value != value:
            return
        if isinstance(value, str):
            text = shown(self.words.plain(value))
            form = (
                "quoted"
                if cells.is_formula(text)
                else style
                if style in ("wrap", "title", "head")
                else "text"
            )
            sheet.write_string(row, column, text, self.formats[form])
        elif hasattr(value, "year"):
            sheet.write_datetime(row, column, value, self.formats["time"])
        else:
            sheet.write_number(
                row, column, float(value), self.formats["number" if style == "text" else style]
            )

    def data(self, sheet: Any, row: int, column: int, value: Any) -> None:
        """One value of a data table, verbatim (no wording): text, number, time or nothing."""
        if isinstance(value, str):
            sheet.write_string(
                row, column, value, self.formats["quoted"] if cells.is_formula(value) else None
            )
        elif isinstance(value, float):
            sheet.write_number(row, column, value)
        elif value is not None:
            sheet.write_datetime(row, column, value, self.formats["time"])


@dataclass(frozen=True)
class Bars:
    """Where a bar chart finds its names and values, and each bar's distance to its interval's ends."""

    sheet: str
    first: int
    last: int
    names: int
    values: int
    ends: Sequence[Sequence[float]]


def bar_chart(writer: Writer, sheet: Any, bars: Bars, title: str, place: str) -> None:
    """A native bar chart with the intervals as error bars; downward bars in their own color."""
    chart = writer.book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": writer.words.plain(writer.words.say(title)),
            "categories": [bars.sheet, bars.first, bars.names, bars.last, bars.names],
            "values": [bars.sheet, bars.first, bars.values, bars.last, bars.values],
            "fill": {"color": UP},
            "invert_if_negative": True,
            "invert_if_negative_color": DOWN,
            "gap": 60,
            "y_error_bars": {
                "type": "custom",
                "minus_values": [float(end[0]) for end in bars.ends],
                "plus_values": [float(end[1]) for end in bars.ends],
            },
        }
    )
    chart.set_title({"name": writer.words.plain(writer.words.say(title)), "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "label_position": "low"})
    chart.set_x_axis({"major_gridlines": {"visible": True, "line": {"color": "#E3E1DC"}}})
    chart.set_size({"width": 720, "height": 90 + 30 * (bars.last - bars.first + 1)})
    sheet.insert_chart(place, chart)
