"""report.pptx: the five slides a CX manager shows, with native charts that can be edited.

Takes: `result`, the tables, a language. Gives: score, how the move adds up, themes, customers' words,
and what to keep in mind; right to left in Arabic. Text is text: what customers wrote cannot run or link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from voc.labels import POLARITIES, ReportLanguage
from voc.report import quotes, sections, story, view
from voc.report.deck import BODY, SMALL, Box, Deck, Series
from voc.report.wording import Words
from voc.report.xlsx import DOWN, NEUTRAL, UP

MOST_BARS: Final = 9  # parts on the chart slide; the slide says how many more the report shows
MOST_THEMES: Final = 10
MOST_QUOTES: Final = 4
LEFT: Final = Box(0.6, 1.6, 6.0, 5.2)
RIGHT: Final = Box(6.9, 1.6, 5.8, 5.2)
WHOLE: Final = Box(0.6, 1.6, 12.1, 5.2)


def write_pptx(
    path: Path | str,
    result: Mapping[str, Any],
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    rejects: pd.DataFrame,
    language: ReportLanguage,
    context: Mapping[str, Any] | None = None,
) -> None:
    """Write the five slides; a file that is there is replaced."""
    words = Words(language)
    context = context or sections.build(result, comments, mentions, rejects, words)
    deck = Deck(words)
    _score(deck, result, context, words)
    _move(deck, result, words)
    _themes(deck, context["themes"], words)
    _quotes(deck, context["quotes"], words)
    _method(deck, result, context, words)
    deck.save(path)


def _score(deck: Deck, result: Mapping[str, Any], context: Mapping[str, Any], words: Words) -> None:
    slide = deck.slide(story.title(result, words), words.say("slide_score"))
    deck.text(slide, deck.side(LEFT), [context["headline"], *context["opening"][:3]], BODY)
    cards = context["cards"]["items"]
    shown = [name for name in ("before", "after") if name in cards] or [n for n in cards if n == "overall"]
    if not shown:
        return
    titles = {"before": context["names"][0], "after": context["names"][1], "overall": words.say("overall")}
    series = Series(
        words.say("chart_scores"),
        [
            words.say(
                "bar_label",
                part=titles[name],
                points=words.number(cards[name]["value"]),
                interval=words.interval(cards[name]["low"], cards[name]["high"], signed=False),
            )
            for name in shown
        ],
        [float(cards[name]["value"]) for name in shown],
        UP,
        [(cards[n]["value"] - cards[n]["low"], cards[n]["high"] - cards[n]["value"]) for n in shown],
    )
    deck.bars(slide, deck.side(RIGHT), [series], upright=True)


def _move(deck: Deck, result: Mapping[str, Any], words: Words) -> None:
    slide = deck.slide(words.say("slide_move"))
    parts = view.parts(result, words)
    if not parts:
        deck.text(slide, WHOLE, [story.headline(result, words)], BODY)
        return
    kept = [p for p in parts if p.named or p.kind != "theme"]
    kept += [p for p in parts if p not in kept][: max(0, MOST_BARS - len(kept))]
    kept.sort(key=parts.index)
    series = Series(
        words.say("chart_parts"),
        [_bar_label(part, words) for part in kept],
        [part.total for part in kept],
        UP,
        [(part.total - part.low, part.high - part.total) for part in kept],
        DOWN,
    )
    deck.bars(slide, Box(WHOLE.x, WHOLE.y, WHOLE.width, 4.6), [series])
    left_out = len(parts) - len(kept)
    notes = [words.say("slide_more_parts", n=left_out)] if left_out else []
    notes.insert(0, words.say("slide_noise") if view.within_noise(result) else words.say("method_named"))
    deck.text(slide, Box(WHOLE.x, 6.3, WHOLE.width, 0.8), notes, SMALL)


def _bar_label(part: view.Part, words: Words) -> str:
    points, interval = words.points(part.total), words.interval(part.low, part.high)
    return words.say("bar_label", part=part.label, points=points, interval=interval)


def _themes(deck: Deck, rows: Sequence[sections.ThemeRow], words: Words) -> None:
    slide = deck.slide(words.say("slide_themes"))
    shown = sorted(rows, key=lambda row: -row.tally.n)[:MOST_THEMES]
    if not shown:
        deck.text(slide, WHOLE, [words.say("none")], BODY)
        return
    labels = [row.label for row in shown]
    colors = dict(zip(POLARITIES, (DOWN, NEUTRAL, UP), strict=True))
    series = [
        Series(words.say(p), labels, [float(row.tally.counts[p]) for row in shown], colors[p])
        for p in POLARITIES
        if p != "neutral" or any(row.tally.counts[p] for row in shown)
    ]
    deck.bars(slide, WHOLE, series, stacked=True)


def _quotes(deck: Deck, groups: Sequence[sections.QuoteGroup], words: Words) -> None:
    slide = deck.slide(words.say("slide_words"))
    top, height = WHOLE.y, WHOLE.height / MOST_QUOTES
    chosen = [(group, group.lead[0]) for group in groups if group.lead][:MOST_QUOTES]
    for i, (group, quote) in enumerate(chosen):
        place = Box(WHOLE.x, top + i * height, WHOLE.width, height - 0.1)
        deck.quote(
            slide, place, "".join(_plain(piece) for piece in quote.pieces), quote.language, group.label
        )
    if not chosen:
        deck.text(slide, WHOLE, [words.say("none")], BODY)


def _plain(piece: quotes.Piece) -> str:
    return f"[{piece.text}]" if piece.kind == "control" else quotes.shown(piece.text)


def _method(deck: Deck, result: Mapping[str, Any], context: Mapping[str, Any], words: Words) -> None:
    slide = deck.slide(words.say("slide_method"))
    counts = context["excluded"]["counts"]
    lines = [words.say("method_not_proof")]
    if context["compared"]:
        smallest = words.number(view.smallest_move(result))
        lines += [words.say("smallest_move", points=smallest), context["label_error"]]
    kinds = ("read", "analyzed", "without_text", "rejected")
    lines.append(words.say("excluded_counts", **{kind: int(counts.get(kind, 0)) for kind in kinds}))
    lines += context["notices"][:3]
    deck.text(slide, WHOLE, lines, BODY)
