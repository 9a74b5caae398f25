"""report.xlsx: the numbers and the tables behind them, tidy, with native charts.

Takes: `result`, the tables, a language. Gives: a workbook whose sheets run right to left in Arabic.
Every text is written as text, so nothing a customer wrote can become a formula or a link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from voc.labels import POLARITIES, ReportLanguage
from voc.report import cells, sections, story, view
from voc.report.cells import safe_csv
from voc.report.wording import Words
from voc.report.xlsx import DOWN, NEUTRAL, UP, Bars, Writer, bar_chart

__all__ = ["safe_csv", "write_xlsx"]

MOST_ROWS: Final = 20_000  # of a table; a workbook with more opens in minutes, and Parquet has them all
_FILES: Final = {"comments": "comments.parquet", "mentions": "mentions.parquet", "rejects": "rejects.csv"}
WIDE: Final = {"text": 70, "reason": 50, "value": 30}  # characters; other columns of the tables get 16


def write_xlsx(
    path: Path | str,
    result: Mapping[str, Any],
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    rejects: pd.DataFrame,
    language: ReportLanguage,
    context: Mapping[str, Any] | None = None,
) -> None:
    """Write the workbook; existing files are replaced.

    Tables longer than a sheet continue on the next, texts longer than a cell in the next columns,
    and the summary says so.
    """
    import xlsxwriter

    words = Words(language)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        writer = Writer(book, words)
        context = context or sections.build(result, comments, mentions, rejects, words)
        whole = {"comments": comments, "mentions": mentions, "rejects": rejects}
        tables = {name: frame.head(MOST_ROWS) for name, frame in whole.items()}
        cut = [name for name, frame in whole.items() if len(frame) > MOST_ROWS]
        told = [_cut(name, len(whole[name]), words) for name in cut]
        _summary(writer, result, context, tables, told)
        _movement(writer, result, words)
        _themes(writer, context, words)
        _drivers(writer, context, words)
        for name, frame in tables.items():
            _table(writer, name, frame, words)
        _method(writer, result, context, words)


def _cut(table: str, rows: int, words: Words) -> str:
    """That a table goes on in a file."""
    name, count = words.say(f"sheet_{table}"), f"{rows:,}"
    return words.say("table_cut", table=name, most=f"{MOST_ROWS:,}", rows=count, file=_FILES[table])


def _summary(
    writer: Writer,
    result: Mapping[str, Any],
    context: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    told: list[str],
) -> None:
    words, sheet = writer.words, writer.sheet(writer.words.say("sheet_summary"), (34, 15, 15, 15, 15, 12, 12))
    writer.cell(sheet, 0, 0, story.title(result, words), "title")
    row = 2
    for line in [context["headline"], *context["opening"], *_splits(tables, words), *told]:
        writer.sentence(sheet, row, line, 4, 84)
        row += 1
    row += 1
    keys = ("value", "low", "high", "count", "to_low", "to_high")
    writer.head(sheet, row, ["", *(words.say(key) for key in keys)])
    first = row + 1
    titles = {"before": context["names"][0], "after": context["names"][1]}
    titles |= {"delta": words.say("change"), "overall": words.say("overall")}
    for name, card in context["cards"]["items"].items():
        row += 1
        writer.cell(sheet, row, 0, titles[name])
        for column, key in enumerate(("value", "low", "high", "n"), 1):
            writer.cell(sheet, row, column, card.get(key), "number" if key == "n" else "decimal")
        writer.ends(sheet, row, 5, card["value"], view.number(card.get("low")), view.number(card.get("high")))
    after = row + 2
    writer.head(sheet, after, [words.say("rows"), words.say("count")])
    for i, (key, n) in enumerate(context["excluded"]["counts"].items(), after + 1):
        writer.cell(sheet, i, 0, words.say_or_name(f"rows_{key}", key))
        writer.cell(sheet, i, 1, n)
    if row >= first:
        bars = Bars(sheet.get_name(), first, row, 0, 1, (5, 6), [UP] * (row - first + 1))
        bar_chart(writer, sheet, bars, "chart_scores", f"I{first}")


def _splits(tables: Mapping[str, pd.DataFrame], words: Words) -> list[str]:
    """What did not fit into one sheet or one cell, and where it went on."""
    said = []
    for name, frame in tables.items():
        laid = cells.sheets(frame)
        if len(laid) > 1:
            names = words.say("join_comma").join(_sheet_name(name, i, words) for i in range(len(laid)))
            sheet = words.say(f"sheet_{name}")
            said.append(
                words.say("sheet_split", table=sheet, rows=words.count("rows", len(frame)), sheets=names)
            )
        if laid[0].widths and max(laid[0].widths) > 1:
            texts = frame.select_dtypes(exclude="number").astype(str)
            long = int((texts.apply(lambda c: c.str.len()) > cells.PIECE).any(axis=1).sum())
            said.append(words.say("cell_continued", comments=words.count("rows", long)))
    return said


def _sheet_name(table: str, i: int, words: Words) -> str:
    name = words.say(f"sheet_{table}")
    return name if i == 0 else words.plain(words.say("sheet_more", sheet=name, number=i + 1))


def _movement(writer: Writer, result: Mapping[str, Any], words: Words) -> None:
    parts = view.parts(result, words)
    if not parts:
        return
    widths = (30, 14, 16, 14, 11, 11, 11, 11, 11, 11, 10, 24, 9, 9)
    sheet = writer.sheet(words.say("sheet_movement"), widths)
    keys = (
        *("part", "kind_column", "id_column", "parent_column", "total_part", "low", "high"),
        *(
            "prevalence_part",
            "effect_part",
            "projected_part",
            "q_column",
            "named_column",
            "n_before",
            "n_after",
        ),
    )
    writer.head(sheet, 0, [words.say(key) for key in keys])
    for row, part in enumerate(parts, 1):
        named = words.say_or_name(f"named_as_{part.named or 'none'}", str(part.named))
        for column, text in enumerate((part.label, part.kind, part.id, part.parent)):
            writer.cell(sheet, row, column, text)
        points = (part.total, part.low, part.high, part.prevalence, part.effect, part.projected)
        for column, value in enumerate(points, 4):
            writer.cell(sheet, row, column, value, "points")
        writer.cell(sheet, row, 10, part.q_value, "p")
        writer.cell(sheet, row, 11, named)
        writer.cell(sheet, row, 12, part.n_before)
        writer.cell(sheet, row, 13, part.n_after)
        writer.ends(sheet, row, 14, part.total, part.low, part.high)
    sheet.freeze_panes(1, 1)
    bars = Bars(sheet.get_name(), 1, len(parts), 0, 4, (14, 15), [_color(part.total) for part in parts])
    bar_chart(writer, sheet, bars, "chart_parts", f"A{len(parts) + 4}")


def _color(points: float) -> str:
    return UP if points >= 0 else DOWN


def _themes(writer: Writer, context: Mapping[str, Any], words: Words) -> None:
    rows: Sequence[sections.ThemeRow] = context["themes"]
    if not rows:
        return
    sheet = writer.sheet(words.say("sheet_themes"), (30, 14, 12, 12, 12, 12, 12, 12, 12, 12, 12))
    keys = (
        "theme",
        "id_column",
        "mentions_column",
        "share_written",
        "share_before",
        "share_after",
        *POLARITIES,
    )
    periods: Sequence[str] = context["heat"]["periods"] if context["heat"] else ()
    writer.head(sheet, 0, [*(words.say(key) for key in (*keys, *POLARITIES)), *periods])
    for row, theme in enumerate(rows, 1):
        tally = theme.tally
        writer.cell(sheet, row, 0, theme.label)
        writer.cell(sheet, row, 1, tally.id)
        writer.cell(sheet, row, 2, tally.n)
        for column, share in enumerate((tally.share, tally.before, tally.after), 3):
            writer.cell(sheet, row, column, share, "share")
        for column, polarity in enumerate(POLARITIES, 6):
            writer.cell(sheet, row, column, tally.counts[polarity])
        for column, share in enumerate(tally.series if periods else (), 9):
            writer.cell(sheet, row, column, share, "share")
    sheet.freeze_panes(1, 1)
    chart = writer.book.add_chart({"type": "bar", "subtype": "stacked"})
    for column, (polarity, color) in enumerate(zip(POLARITIES, (DOWN, NEUTRAL, UP), strict=True), 6):
        place = [sheet.get_name(), 1, column, len(rows), column]
        names = [sheet.get_name(), 1, 0, len(rows), 0]
        said = words.for_chart(words.plain(words.say(polarity)))
        chart.add_series(
            {"name": said, "values": place, "categories": names, "fill": {"color": color}, "gap": 50}
        )
    title = words.for_chart(words.plain(words.say("chart_themes")))
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 720, "height": 110 + 24 * len(rows)})
    sheet.insert_chart(len(rows) + 3, 0, chart)


def _drivers(writer: Writer, context: Mapping[str, Any], words: Words) -> None:
    if not context["drivers"]:
        return
    rows: Sequence[sections.Driver] = context["drivers"]["rows"]
    sheet = writer.sheet(words.say("sheet_drivers"), (30, 14, 14, 12, 12, 12))
    keys = ("theme", "id_column", "kind_column", "points_column", "low", "high", "to_low", "to_high")
    writer.head(sheet, 0, [words.say(key) for key in keys])
    for row, driver in enumerate(rows, 1):
        polarity = words.say_or_name(driver.polarity, driver.polarity) if driver.polarity else None
        for column, text in enumerate((driver.label, driver.id, polarity)):
            writer.cell(sheet, row, column, text)
        for column, value in enumerate((driver.value, driver.low, driver.high), 3):
            writer.cell(sheet, row, column, value, "points")
        writer.ends(sheet, row, 6, driver.value, driver.low, driver.high)
    bars = Bars(sheet.get_name(), 1, len(rows), 0, 3, (6, 7), [_color(d.value) for d in rows])
    bar_chart(writer, sheet, bars, "chart_drivers", f"A{len(rows) + 4}")


def _table(writer: Writer, name: str, frame: pd.DataFrame, words: Words) -> None:
    """A whole table under its own column names, so that it joins with the Parquet files."""
    for i, laid in enumerate(cells.sheets(frame)):
        heads: list[str] = []
        for column, width in zip(frame.columns, laid.widths, strict=True):
            heads.append(str(column))
            heads += [
                words.say("continued", column=words.name(column), number=k) for k in range(2, width + 1)
            ]
        widths = [WIDE.get(head, 16) for head in heads]
        sheet = writer.sheet(_sheet_name(name, i, words), widths)
        writer.head(sheet, 0, heads)
        sheet.freeze_panes(1, 1)
        for row, values in enumerate(cells.rows(frame, laid), 1):
            for place, value in enumerate(values):
                writer.data(sheet, row, place, value)
        if heads:
            sheet.autofilter(0, 0, max(laid.stop - laid.start, 1), len(heads) - 1)


def _method(writer: Writer, result: Mapping[str, Any], context: Mapping[str, Any], words: Words) -> None:
    sheet = writer.sheet(words.say("sheet_method"), (110,))
    keys = ["method_adds", "method_theme", "method_not_proof", "method_named"] if context["compared"] else []
    keys = [*(keys or ["method_not_proof"]), "method_privacy"]
    lines = [*(words.say(key) for key in keys), context["label_error"], *context["notices"]]
    lines += [f"{role}: {words.name(model)}" for role, model in (result.get("models") or {}).items()]
    lines.append(words.say("made_by", version=words.name(result.get("voc", ""))))
    for row, line in enumerate(lines):
        writer.cell(sheet, row, 0, line, "wrap")
