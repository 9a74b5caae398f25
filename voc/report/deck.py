"""A slide deck in the reader's direction: titles, text, quotes and native bar charts.

Takes: sentences and numbers. Gives: `Deck`, a python-pptx presentation. In Arabic every paragraph is
marked right to left, boxes change sides, and bars grow from the right.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from voc.report import charts
from voc.report.quotes import shown
from voc.report.wording import Words

WIDTH: Final = 13.333  # inches, 16:9
TITLE: Final = 30  # points
BODY: Final = 18
SMALL: Final = 13
INK: Final = "1D2530"
SOFT: Final = "566070"
FONT: Final = {"ar": "Segoe UI", "en": "Segoe UI"}  # has Arabic letters on Windows and Mac Office


@dataclass(frozen=True)
class Box:
    """A place on a slide, in inches from the top left."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Series:
    """One series of a bar chart; `ends` are each bar's distances to its interval's low and high end."""

    name: str
    labels: Sequence[str]
    values: Sequence[float]
    color: str
    ends: Sequence[tuple[float, float]] = ()
    color_below: str | None = None


class Deck:
    """A presentation being written."""

    def __init__(self, words: Words) -> None:
        from pptx import Presentation
        from pptx.util import Inches

        self.words = words
        self.rtl = words.direction == "rtl"
        self._file = Presentation()
        self._file.slide_width, self._file.slide_height = Inches(WIDTH), Inches(7.5)

    def save(self, path: Path | str) -> None:
        """Write the file."""
        self._file.save(str(path))

    def side(self, box: Box) -> Box:
        """`box`, on the other side of the slide in Arabic."""
        return Box(WIDTH - box.x - box.width, box.y, box.width, box.height) if self.rtl else box

    def slide(self, title: str, subtitle: str | None = None) -> Any:
        """A new slide with its title; the title is a real title placeholder, for screen readers."""
        from pptx.util import Inches

        slide = self._file.slides.add_slide(self._file.slide_layouts[5])
        shape = slide.shapes.title
        shape.left, shape.top = Inches(0.6), Inches(0.45)
        shape.width, shape.height = Inches(WIDTH - 1.2), Inches(0.8)
        frame = shape.text_frame
        frame.word_wrap = True
        self._paragraph(frame.paragraphs[0], title, TITLE, INK, bold=True)
        if subtitle is not None:
            self._paragraph(frame.add_paragraph(), subtitle, SMALL, SOFT)
        return slide

    def text(self, slide: Any, box: Box, lines: Sequence[str], size: int) -> Any:
        """A box of paragraphs."""
        frame = self._box(slide, box)
        for i, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
            self._paragraph(paragraph, line, size, SOFT if size == SMALL else INK)
            paragraph.space_after = self._points(size * 0.6)
        return frame

    def quote(self, slide: Any, box: Box, text: str, language: str, theme: str) -> None:
        """What somebody wrote, in its own direction, with its theme under it."""
        frame = self._box(slide, box)
        self._paragraph(frame.paragraphs[0], f"“{text}”", BODY, INK, rtl=language == "ar")
        self._paragraph(frame.add_paragraph(), theme, SMALL, SOFT, rtl=language == "ar")

    def bars(
        self,
        slide: Any,
        box: Box,
        series: Sequence[Series],
        *,
        stacked: bool = False,
        upright: bool = False,
    ) -> None:
        """A native bar chart; intervals as error bars."""
        from pptx.chart.data import CategoryChartData
        from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
        from pptx.util import Inches

        data = CategoryChartData()
        data.categories = [self.words.for_chart(self._clean(label)) for label in series[0].labels]
        for one in series:
            data.add_series(self.words.for_chart(self._clean(one.name)), one.values)
        flat = XL_CHART_TYPE.BAR_STACKED if stacked else XL_CHART_TYPE.BAR_CLUSTERED
        kind = XL_CHART_TYPE.COLUMN_CLUSTERED if upright else flat
        place = (Inches(box.x), Inches(box.y), Inches(box.width), Inches(box.height))
        chart = slide.shapes.add_chart(kind, *place, data).chart
        chart.has_title = False
        chart.has_legend = stacked
        if stacked:
            chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        chart.font.size = self._points(SMALL)
        chart.category_axis.reverse_order = not upright or self.rtl
        mirrored = self.rtl and not upright
        chart.category_axis.tick_label_position = (
            XL_TICK_LABEL_POSITION.HIGH if mirrored else XL_TICK_LABEL_POSITION.LOW
        )
        _fit(chart.value_axis, series)
        chart.value_axis.major_gridlines.format.line.color.rgb = _rgb("E3E1DC")
        plot = chart.plots[0]
        plot.gap_width = 60
        for drawn, one in zip(plot.series, series, strict=True):
            _paint(drawn, one)

    def _box(self, slide: Any, box: Box) -> Any:
        from pptx.util import Inches

        place = (Inches(box.x), Inches(box.y), Inches(box.width), Inches(box.height))
        frame = slide.shapes.add_textbox(*place).text_frame
        frame.word_wrap = True
        return frame

    def _paragraph(
        self, paragraph: Any, text: str, size: int, color: str, *, bold: bool = False, rtl: bool | None = None
    ) -> None:
        from pptx.enum.text import PP_ALIGN

        run = paragraph.add_run()
        run.text = self._clean(text)
        run.font.size, run.font.bold, run.font.name = self._points(size), bold, FONT[self.words.language]
        run.font.color.rgb = _rgb(color)
        leftward = self.rtl if rtl is None else rtl
        # The alignment "left" means "start" in a right-to-left paragraph of PowerPoint's own files only
        # for the flag rtl; "right" is what every program shows on the right.
        paragraph.alignment = PP_ALIGN.RIGHT if leftward else PP_ALIGN.LEFT
        paragraph._p.get_or_add_pPr().set("rtl", "1" if leftward else "0")

    def _clean(self, text: str) -> str:
        return shown(self.words.plain(text))

    def _points(self, size: float) -> Any:
        from pptx.util import Pt

        return Pt(size)


def _rgb(color: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(color.lstrip("#"))


def _fit(axis: Any, series: Sequence[Series]) -> None:
    """An axis that holds every interval, not only every bar."""
    ends = [v + sign * e[side] for s in series for v, e in zip(s.values, s.ends, strict=False)
            for side, sign in ((0, -1), (1, 1))]  # fmt: skip
    if ends:
        line = charts.axis([0.0, *ends])
        step = line.ticks[1] - line.ticks[0] if len(line.ticks) > 1 else 1.0
        axis.minimum_scale = math.floor(min(0.0, *ends) / step) * step
        axis.maximum_scale = math.ceil(max(0.0, *ends) / step) * step
        axis.major_unit = step


def _paint(drawn: Any, series: Series) -> None:
    """Color the bars, those below zero in their own color, and add the intervals."""
    drawn.format.fill.solid()
    drawn.format.fill.fore_color.rgb = _rgb(series.color)
    drawn.invert_if_negative = False
    for i, value in enumerate(series.values):
        if series.color_below and value < 0:
            point = drawn.points[i].format.fill
            point.solid()
            point.fore_color.rgb = _rgb(series.color_below)
    if series.ends:
        _error_bars(drawn, series.ends)


def _error_bars(drawn: Any, ends: Sequence[tuple[float, float]]) -> None:
    """Custom error bars, which python-pptx has no call for: DrawingML c:errBars before the categories."""
    from pptx.oxml import parse_xml

    def literal(side: int) -> str:
        points = (f'<c:pt idx="{i}"><c:v>{float(end[side])!r}</c:v></c:pt>' for i, end in enumerate(ends))
        return f'<c:numLit><c:ptCount val="{len(ends)}"/>{"".join(points)}</c:numLit>'

    xml = (
        '<c:errBars xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        '<c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>'
        f"<c:plus>{literal(1)}</c:plus><c:minus>{literal(0)}</c:minus></c:errBars>"
    )
    drawn._element.cat.addprevious(parse_xml(xml))
