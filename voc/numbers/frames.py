"""A movement as a table and as a waterfall figure."""

from __future__ import annotations

from typing import Any

import pandas as pd

from voc._optional import require
from voc.labels import ReportLanguage
from voc.numbers.movement import Movement

COLUMNS = (
    "kind", "id", "parent", "prevalence", "effect", "total", "low", "high", "projected", "q_value", "named",
    "n_before", "n_after", "prevalence_low", "prevalence_high", "effect_low", "effect_high", "strength",
    "share_before", "share_after",
)  # fmt: skip
TITLES = {
    "en": {"mix": "Who answered", "general": "Not explained by themes", "comment_rate": "Comment rate",
           "silent": "Silent respondents", "other": "Other themes"},
    "ar": {"mix": "من أجاب", "general": "غير مفسَّر بالمواضيع", "comment_rate": "نسبة من كتبوا",
           "silent": "من لم يكتبوا", "other": "مواضيع أخرى"},
}  # fmt: skip


def part_frame(movement: Movement) -> pd.DataFrame:
    """One row per part with the columns of `Part`, without its leaves."""
    rows = [{column: getattr(part, column) for column in COLUMNS} for part in movement.parts]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def waterfall(movement: Movement, lang: ReportLanguage = "en") -> Any:
    """A plotly figure: the earlier score, a bar per part with its interval, the later score.

    Raises:
        MissingExtra: plotly is not installed.
    """
    graph = require("plotly.graph_objects", "all")
    titles = TITLES[lang]
    names = [movement.split[0], *(titles.get(part.id, part.id) for part in movement.parts), movement.split[1]]
    totals = [movement.before.value, *(part.total for part in movement.parts), movement.after.value]
    measures = ["absolute", *("relative" for _ in movement.parts), "total"]
    figure = graph.Figure(
        graph.Waterfall(
            x=names,
            y=totals,
            measure=measures,
            text=[
                f"{value:+.1f}" if kind == "relative" else f"{value:.1f}"
                for value, kind in zip(totals, measures, strict=True)
            ],
        )
    )
    level, tops = movement.before.value, []
    for part in movement.parts:
        level += part.total
        tops.append(level)
    figure.add_trace(
        graph.Scatter(
            x=names[1:-1],
            y=tops,
            mode="markers",
            marker={"size": 1, "color": "#444"},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [part.high - part.total for part in movement.parts],
                "arrayminus": [part.total - part.low for part in movement.parts],
            },
            showlegend=False,
        )
    )
    figure.update_layout(showlegend=False, yaxis_title=movement.scale)
    return figure
