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
        if self.words.direction == "rtl":  # else a cell takes the direction of its first letter
            for name in ("text", "wrap", "head", "title"):
                styles[name]["reading_order"] = 2
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

    def ends(self, sheet: Any, row: int, column: int, value: float, low: float, high: float) -> None:
        """The two distances that a chart draws as the interval, in `column` and the next."""
        self.cell(sheet, row, column, value - low, "decimal")
        self.cell(sheet, row, column + 1, high - value, "decimal")

    def sentence(self, sheet: Any, row: int, text: str, last_column: int, width: int) -> None:
        """A sentence across several columns, wrapped; `width` is theirs in characters."""
        text = shown(self.words.plain(text))
        sheet.set_row(row, 16 * (1 + len(text) // width))
        sheet.merge_range(row, 0, row, last_column, "", self.formats["wrap"])
        sheet.write_string(row, 0, text, self.formats["wrap"])

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
    """Columns of a bar chart: names, values, and the distances to each interval's low and high end."""

    sheet: str
    first: int
    last: int
    names: int
    values: int
    ends: tuple[int, int]
    colors: Sequence[str]


def bar_chart(writer: Writer, sheet: Any, bars: Bars, title: str, place: str) -> None:
    """A native bar chart with the intervals as error bars; downward bars in their own color."""
    from xlsxwriter.utility import quote_sheetname, xl_range_abs

    chart = writer.book.add_chart({"type": "bar"})
    said = writer.words.for_chart(writer.words.plain(writer.words.say(title)))
    sides = [f"={quote_sheetname(bars.sheet)}!{xl_range_abs(bars.first, c, bars.last, c)}" for c in bars.ends]
    chart.add_series(
        {
            "name": said,
            "categories": [bars.sheet, bars.first, bars.names, bars.last, bars.names],
            "values": [bars.sheet, bars.first, bars.values, bars.last, bars.values],
            "points": [{"fill": {"color": color}} for color in bars.colors],
            "gap": 60,
            "y_error_bars": {
                "type": "custom",
                "minus_values": sides[0],
                "plus_values": sides[1],
            },
        }
    )
    chart.set_title({"name": said, "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "label_position": "low"})
    chart.set_x_axis({"major_gridlines": {"visible": True, "line": {"color": "#E3E1DC"}}})
    chart.set_size({"width": 720, "height": 90 + 30 * (bars.last - bars.first + 1)})
    sheet.insert_chart(place, chart)
