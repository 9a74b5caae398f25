"""What each section of the page shows; a section without data is None, and the page leaves it out.

Takes: the result and the tables. Gives: the context of the templates.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from voc.numbers.segments import POOLED, UNSTATED
from voc.report import charts, discoveries, journey_map, notices, quotes, segments, story, tallies, view
from voc.report.view import Part
from voc.report.wording import Words

MOST_REASONS: Final = 12  # reasons listed on the page; the rest are counted and are in rejects.csv
SPARK: Final = (110.0, 28.0)  # width and height of a sparkline


@dataclass(frozen=True)
class ThemeRow:
    """One line of the theme table."""

    tally: tallies.ThemeTally
    label: str
    part: Part | None
    spark: list[str]


@dataclass(frozen=True)
class Driver:
    """Points of the score that go with one theme within the period, with their interval."""

    id: str
    label: str
    value: float
    low: float
    high: float
    polarity: str
    quadrant: str


@dataclass(frozen=True)
class QuoteGroup:
    """The quotes of one theme."""

    id: str
    label: str
    tally: tallies.ThemeTally
    part: Part | None
    lead: list[quotes.Quote]
    counter: list[quotes.Quote]


def build(
    result: Mapping[str, Any],
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    rejects: pd.DataFrame,
    words: Words,
) -> dict[str, Any]:
    """Everything the templates show, by name."""
    crossed = tallies.cross(comments, mentions, view.sides(result))
    parts = view.parts(result, words)
    theme_rows = _themes(crossed, parts, view.labels(result, words), words)
    shares = {row.tally.id: row.tally.by_polarity for row in theme_rows}
    topics = discoveries.topics(result, crossed, words)
    return {
        "names": view.period_names(result, words),
        "headline": story.headline(result, words),
        "opening": story.opening(result, words, shares),
        "compared": view.compared(result),
        "cards": _cards(result),
        "movement": _movement(result, parts),
        "silent": _silent(result, parts),
        "mix": _mix(result, words),
        "themes": theme_rows,
        "unthemed": _unthemed(comments),
        "drivers": _drivers(result, words),
        "score_trend": _score_trend(result, words),
        "heat": _heat(crossed, theme_rows, words),
        "segments": segments.groups(crossed, words),
        "theme_names": {row.tally.id: row.label for row in theme_rows},
        "journey": journey_map.journey(result, words),
        "topics": topics,
        "topic_map": discoveries.map_of(topics, words),
        "alerts": discoveries.alerts(result, words),
        "latest_day": discoveries.latest_day(result, words),
        "quotes": _quotes(crossed, theme_rows),
        "excluded": _excluded(result, rejects, words),
        "notices": _notices(result, words),
        "label_error": story.label_error(result, words),
        "agreement": discoveries.agreement(result, words),
        "polarities": ("negative", "neutral", "positive"),
        "least": {"period": tallies.LEAST_IN_PERIOD, "segment": tallies.LEAST_IN_SEGMENT},
        "nan": math.isnan,
        "charts": charts,
    }


def _cards(result: Mapping[str, Any]) -> dict[str, Any]:
    names = ("before", "after", "delta") if view.compared(result) else ()
    found = {name: view.estimate(result, name) for name in (*names, "overall")}
    cards = {name: card for name, card in found.items() if card is not None}
    ends = [view.number(c.get(k)) for n, c in cards.items() if n != "delta" for k in ("low", "high")]
    return {"items": cards, "axis": charts.axis(ends) if cards else None}


def _movement(result: Mapping[str, Any], parts: list[Part]) -> dict[str, Any] | None:
    before, after, delta = (view.estimate(result, name) for name in ("before", "after", "delta"))
    if not (before and after and delta and parts):
        return None
    steps = charts.waterfall(float(before["value"]), parts)
    half = (view.number(delta.get("high")) - view.number(delta.get("low"))) / 2
    band = (before["value"] - half, before["value"] + half)
    reach = [x for s in steps for x in (s.start, s.end, s.low, s.high)]
    return {
        "steps": steps,
        "band": band,
        "axis": charts.axis([*reach, *band, before["value"], after["value"]]),
        "before": before,
        "after": after,
        "delta": delta,
    }


def _silent(result: Mapping[str, Any], parts: list[Part]) -> dict[str, Any] | None:
    """Shares of respondents who wrote, per side, and how many points are projected on the silent."""
    moved = result.get("movement") or {}
    rates = moved.get("comment_rate")
    if not (isinstance(rates, list | tuple) and len(rates) == 2):
        return None
    projected = sum(p.projected for p in parts if p.kind == "theme" and math.isfinite(p.projected))
    own = moved.get("mode") == "own_bar"
    return {"before": float(rates[0]), "after": float(rates[1]), "own": own, "projected": projected}


def _mix(result: Mapping[str, Any], words: Words) -> list[dict[str, Any]]:
    """The groups of the mix part, those that moved the score most first; none when there is one group."""
    found = view.rows(result.get("movement") or {}, "segments")
    if len(found) < 2:
        return []
    found = sorted(found, key=lambda row: -abs(view.number(row.get("contribution"))))
    return [{**row, "label": _segment_label(str(row.get("name")), words)} for row in found]


def _segment_label(name: str, words: Words) -> str:
    """A segment's name part by part: "online, Riyadh, ar" with the language in words."""
    pieces = [piece.strip() for piece in re.split(r"[,/] ", name)]
    said = {UNSTATED: words.say("segment_missing"), POOLED: words.say("segment_small")}
    return " / ".join(said.get(piece) or words.say_or_name(f"language_{piece}", piece) for piece in pieces)


def _themes(
    crossed: tallies.Crossed, parts: list[Part], names: Mapping[str, str], words: Words
) -> list[ThemeRow]:
    by_id = {part.id: part for part in parts if part.kind == "theme"}
    rows = [
        ThemeRow(
            tally=tally,
            label=names.get(tally.id, words.name(tally.id)),
            part=by_id.get(tally.id),
            spark=charts.polyline(
                tally.series, width=SPARK[0], height=SPARK[1], mirror=words.language == "ar"
            ),
        )
        for tally in tallies.themes(crossed)
    ]
    order = {part.id: i for i, part in enumerate(parts) if part.named}
    return sorted(rows, key=lambda row: order.get(row.tally.id, len(parts)))


def _unthemed(comments: pd.DataFrame) -> dict[str, int] | None:
    if "reason_without_theme" not in comments:
        return None
    counts = comments["reason_without_theme"].value_counts()
    found = {reason: int(counts.get(reason, 0)) for reason in ("empty", "vague", "off_topic")}
    return found if any(found.values()) else None


def _drivers(result: Mapping[str, Any], words: Words) -> dict[str, Any] | None:
    names = view.labels(result, words)
    found: list[Driver] = []
    for raw in view.rows(result, "drivers"):
        theme = str(raw.get("id") or raw.get("theme"))
        value = next((view.number(raw[key]) for key in ("value", "total", "points") if key in raw), math.nan)
        low, high = view.number(raw.get("low")), view.number(raw.get("high"))
        if all(map(math.isfinite, (value, low, high))):  # never a bar without its interval
            label = names.get(theme, words.name(theme))
            found.append(
                Driver(
                    theme,
                    label,
                    value,
                    low,
                    high,
                    str(raw.get("polarity") or ""),
                    str(raw.get("quadrant") or ""),
                )
            )
    if not found:
        return None
    found.sort(key=lambda row: -abs(row.value))
    reach = [end for row in found for end in (row.low, row.high)]
    quadrants = any(row.quadrant for row in found)
    return {"rows": found, "axis": charts.axis([0.0, *reach]), "quadrants": quadrants}


def _score_trend(result: Mapping[str, Any], words: Words) -> dict[str, Any] | None:
    points: list[dict[str, Any]] = []
    for raw in view.rows(result, "trend") or view.rows(result.get("score") or {}, "series"):
        value, low, high, n = (view.number(raw.get(key)) for key in ("value", "low", "high", "n"))
        if raw.get("period") and all(map(math.isfinite, (value, low, high))):
            points.append(
                {"period": words.period(raw["period"]), "value": value, "n": n, "ends": (low, high)}
            )
    if len(points) < 2:
        return None
    return {"points": points, "axis": charts.axis([end for p in points for end in p["ends"]])}


def _heat(crossed: tallies.Crossed, rows: list[ThemeRow], words: Words) -> dict[str, Any] | None:
    if not crossed.periods or not rows:
        return None
    top = max((x for row in rows for x in row.tally.series if math.isfinite(x)), default=0.0)
    return {"periods": [words.period(p) for p in crossed.periods], "rows": rows, "top": top} if top else None


def _quotes(crossed: tallies.Crossed, rows: list[ThemeRow]) -> list[QuoteGroup]:
    groups = []
    for row in rows:
        named = row.part.more.get("quotes") if row.part is not None else None
        leading = None
        if row.part is not None and row.part.named:  # quotes that go with the bar come first
            leading = "negative" if row.part.total < 0 else "positive"
        given = named if isinstance(named, list) else []
        lead, counter = quotes.choose(crossed, row.tally.id, given, leading)
        if lead or counter:
            groups.append(QuoteGroup(row.tally.id, row.label, row.tally, row.part, lead, counter))
    return groups


def _excluded(result: Mapping[str, Any], rejects: pd.DataFrame, words: Words) -> dict[str, Any]:
    counts = {str(k): int(v) for k, v in (result.get("counts") or {}).items() if isinstance(v, int | float)}
    reasons = []
    for _, group in rejects.groupby("reason", sort=False) if len(rejects) else []:
        first = group.iloc[0]
        row, value = first.get("source_row"), _example(first.get("value"))
        why = notices.reason_words({str(key): one for key, one in first.items()}, words)
        reasons.append((len(group), why, int(row) if pd.notna(row) else None, value))
    reasons.sort(key=lambda found: -found[0])
    rest = sum(found[0] for found in reasons[MOST_REASONS:])
    languages = result.get("languages") or {}
    return {"counts": counts, "reasons": reasons[:MOST_REASONS], "rest": rest, "languages": languages}


def _example(value: Any) -> str:
    return quotes.shown(str(value))[:80] if pd.notna(value) else ""


def _notices(result: Mapping[str, Any], words: Words) -> list[str]:
    """What was assumed or found odd: a title in the reader's language, then the detail."""
    found = [notices.notice_words(notice, words) for notice in result.get("warnings") or []]
    copies = result.get("copies") or {}
    if view.whole(copies.get("n_copies")):
        counts = {
            "copies": view.whole(copies.get("n_copies")),
            "compared": view.whole(copies.get("n_compared")),
        }
        found.append(
            words.say("copies_collapsed_line" if copies.get("collapsed") else "copies_line", **counts)
        )
    return found
