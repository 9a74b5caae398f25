"""The movement's waterfall as a Plotly figure, in the reader's language: another view of the same bars.

Takes: what `sections` gives for the movement. Gives: a plain dict of `data` and `layout`, which
https://plotly.com/javascript/reference/ describes; the page draws it when it is asked to. Colors are
named as the style sheet names them ("--up"), so the figure follows light and dark.
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Collection, Mapping
from typing import Any, Final

from voc.report.charts import Step
from voc.report.wording import Words

_ROW: Final = 34  # pixels of a bar with its space
_LETTERS: Final = 26  # of a name, before it goes on in a second line


def waterfall(
    movement: Mapping[str, Any], names: tuple[str, str], linked: Collection[str], w: Words
) -> dict[str, Any]:
    """The figure: both scores, a bar for each part, its interval, and the band of no real change.

    Args:
        movement: `sections.build(...)["movement"]`: steps, band, axis, before, after.
        names: the two periods or segments, ready to show.
        linked: themes that have quotes on the page.
        w: the wording.

    Returns:
        {"data": [...], "layout": {...}}: numbers in score points; `customdata` of a bar is the id of its
        quotes, or "". Strings are escaped, since Plotly reads a few tags.
    """
    steps: list[Step] = movement["steps"]
    before, after = movement["before"], movement["after"]
    rows = [_name(w.say("row_start", period=names[0]), w), *(_name(s.part.label, w) for s in steps)]
    rows.append(_name(w.say("row_start", period=names[1]), w))
    places = list(range(len(rows)))
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": places[1:-1],
        "base": [s.start for s in steps],
        "x": [s.end - s.start for s in steps],
        "width": 0.5,
        "customdata": [
            f"quotes-{s.part.id}" if s.part.kind == "theme" and s.part.id in linked else "" for s in steps
        ],
        "hovertext": [_told(s, w) for s in steps],
        "hoverinfo": "text",
        "marker": {
            "color": ["--up" if s.part.total >= 0 else "--down" for s in steps],
            "opacity": [1.0 if s.part.named else 0.45 for s in steps],
        },
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [s.high - s.end for s in steps],
            "arrayminus": [s.end - s.low for s in steps],
            "color": "--ink",
            "thickness": 1.5,
            "width": 4,
        },
    }
    scores = {
        "type": "scatter",
        "mode": "markers",
        "y": [places[0], places[-1]],
        "x": [before["value"], after["value"]],
        "hovertext": [
            f"{rows[at]}<br>{_plain(w.number(item['value']), w)} · {_range(item, w)}"
            for at, item in ((0, before), (-1, after))
        ],
        "hoverinfo": "text",
        "marker": {"size": 12, "color": "--ink"},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [_reach(item, "high") for item in (before, after)],
            "arrayminus": [-_reach(item, "low") for item in (before, after)],
            "color": "--ink",
            "thickness": 1.5,
            "width": 4,
        },
    }
    low, high = movement["band"]
    axis, side = movement["axis"], "right" if w.direction == "rtl" else "left"
    layout = {
        "height": _ROW * len(rows) + 60,
        "showlegend": False,
        "dragmode": False,
        "paper_bgcolor": "--ground",
        "plot_bgcolor": "--paper",
        "font": {"color": "--ink", "family": "inherit", "size": 13},
        "margin": {"t": 8, "b": 34, "l": 8, "r": 8, side[0]: _room(rows)},
        "hoverlabel": {"align": side, "font": {"family": "inherit"}},
        "xaxis": {
            "range": [axis.low, axis.high],
            "tickvals": list(axis.ticks),
            "ticktext": [_plain(w.number(t, 0 if t == int(t) else 1), w) for t in axis.ticks],
            "gridcolor": "--line",
            "zeroline": False,
        },
        "yaxis": {
            "range": [len(rows) - 0.5, -0.5],
            "tickvals": places,
            "ticktext": rows,
            "side": side,
            "ticks": "",
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
        },
        "shapes": [
            {
                "type": "rect", "layer": "below", "xref": "x", "yref": "paper", "x0": low, "x1": high,
                "y0": 0, "y1": 1, "fillcolor": "--band", "line": {"width": 0},
            }
        ],
    }  # fmt: skip
    return {"data": [bars, scores], "layout": layout}


def _room(rows: list[str]) -> int:
    """Pixels beside the bars for their names: Plotly's own measure of Arabic names is too small."""
    longest = max(len(line) for row in rows for line in html.unescape(row).split("<br>"))
    return 16 + round(6.4 * longest)


def _told(step: Step, w: Words) -> str:
    part = step.part
    inside = "named_as_none" if part.low <= 0 <= part.high else "named_as_unclear"
    verdict = f"named_as_{part.named}" if part.named and w.has(f"named_as_{part.named}") else "tag_named"
    return "<br>".join(
        (
            _name(part.label, w),
            f"{_plain(w.points(part.total), w)} · {_plain(w.interval(part.low, part.high), w)}",
            _plain(w.say(verdict if part.named else inside), w),
        )
    )


def _range(item: Mapping[str, Any], w: Words) -> str:
    if item.get("low") is None or item.get("high") is None:
        return ""
    return _plain(w.interval(float(item["low"]), float(item["high"]), signed=False), w)


def _reach(item: Mapping[str, Any], end: str) -> float:
    found = item.get(end)
    return 0.0 if found is None else float(found) - float(item["value"])


def _name(text: str, w: Words) -> str:
    """A name in lines of some letters, escaped."""
    lines = textwrap.wrap(w.plain(text), _LETTERS, max_lines=3, placeholder="…")
    return "<br>".join(w.for_chart(html.escape(line, quote=False)) for line in lines)


def _plain(text: str, w: Words) -> str:
    return w.for_chart(html.escape(w.plain(text), quote=False))
