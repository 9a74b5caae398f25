"""What was found without being asked for: alerts on themes that rise, and topics nobody listed.

Takes: `result`, `Crossed`. Gives: lines and cards ready to show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from voc.labels import POLARITIES
from voc.report import quotes, topic_map, view
from voc.report.tallies import Crossed
from voc.report.wording import Words

MOST_WORDS: Final = 8
MOST_EXAMPLES: Final = 2
MOST_OF_A_DAY: Final = 8
UNUSUAL: Final = 0.05  # false discovery rate over the day's themes


@dataclass(frozen=True)
class AlertLine:
    """One alert in words; `early`: the theme rose while the score had not yet moved."""

    text: str
    confirmed: bool
    early: bool


def alerts(result: Mapping[str, Any], words: Words) -> list[AlertLine]:
    """Every alert, in the result's order."""
    names, found = view.labels(result, words), []
    for raw in view.rows(result, "alerts"):
        theme = str(raw.get("theme") or raw.get("id") or "")
        polarity = str(raw.get("polarity") or "negative")
        text = words.say(
            f"alert_{polarity if polarity in POLARITIES else 'neutral'}",
            theme=names.get(theme, words.name(theme)),
            since=words.period(raw.get("since") or "?"),
            share=words.share(view.number(raw.get("share"))),
            usual=words.share(view.number(raw.get("usual"))),
        )
        if raw.get("segment"):
            text = words.say("alert_in", segment=words.name(raw["segment"]), alert=text)
        found.append(AlertLine(text, bool(raw.get("confirmed")), bool(raw.get("early"))))
    return found


@dataclass(frozen=True)
class DayRow:
    """One theme and polarity on the latest day; `expected` is NaN where no day before can be compared."""

    theme: str
    polarity: str
    n: int
    expected: float
    unusual: bool


def latest_day(result: Mapping[str, Any], words: Words) -> dict[str, Any] | None:
    """What the latest day brought: its name, comments, days compared with, most unusual rows first."""
    day = result.get("digest")
    if not isinstance(day, Mapping) or not view.whole(day.get("n_days")):
        return None
    names = view.labels(result, words)
    rows = [
        DayRow(
            names.get(str(raw.get("theme")), words.name(raw.get("theme"))),
            str(raw.get("polarity")),
            view.whole(raw.get("n")),
            view.number(raw.get("expected")),
            view.number(raw.get("q_value")) <= UNUSUAL,
        )
        for raw in view.rows(day, "rows")[:MOST_OF_A_DAY]
    ]
    told = {"day": words.period(day.get("day")), "n": view.whole(day.get("n"))}
    return {**told, "n_days": view.whole(day.get("n_days")), "rows": rows} if rows else None


@dataclass(frozen=True)
class TopicCard:
    """One discovered topic; `theme` names what covers it, or None; `place` is its x and y on the map."""

    label: str
    n: int
    words: Sequence[str]
    theme: str | None
    examples: Sequence[quotes.Quote]
    place: tuple[float, float]


def topics(result: Mapping[str, Any], crossed: Crossed, words: Words) -> list[TopicCard]:
    """Every topic, the largest first."""
    names, places = view.labels(result, words), crossed.places
    cards = []
    for raw in view.rows(result, "topics"):
        theme = raw.get("theme")
        covered = None if theme is None else names.get(str(theme), words.name(theme))
        label = words.label(raw.get("label") or raw.get("id") or "")
        examples = quotes.whole(crossed, places, list(raw.get("examples") or [])[:MOST_EXAMPLES])
        n = view.whole(raw.get("size"))
        place = (view.number(raw.get("x")), view.number(raw.get("y")))
        cards.append(TopicCard(label, n, _words(raw.get("words"), words), covered, examples, place))
    return sorted(cards, key=lambda card: -card.n)


def map_of(cards: Sequence[TopicCard], words: Words) -> list[topic_map.Spot]:
    """The topics' map; empty when there are too few or they have no places."""
    names = [words.plain(card.label) for card in cards]
    return topic_map.spots([card.place for card in cards], [card.n for card in cards], names)


def _words(found: object, words: Words) -> list[str]:
    """Typical words, the reader's language first, the languages taking turns."""
    if not isinstance(found, Mapping):
        return [words.name(word) for word in (found if isinstance(found, list | tuple) else [])][:MOST_WORDS]
    mine = [words.name(word) for word in found.get(words.language) or []]
    other = [words.name(word) for word in found.get("en" if words.language == "ar" else "ar") or []]
    return mine[: MOST_WORDS // 2] + other[: MOST_WORDS // 2]


def agreement(result: Mapping[str, Any], words: Words) -> list[tuple[str, bool]]:
    """Per language, how many clear comments contradict their rating, and whether the scale looks reversed."""
    found = []
    for raw in view.rows(result, "contradictions"):
        clear, against = view.whole(raw.get("n_clear")), view.whole(raw.get("n_against"))
        if clear <= 0:
            continue
        code = str(raw.get("language"))
        line = words.say(
            "agreement_line",
            language=words.say_or_name(f"language_{code}", code),
            against=against,
            clear=clear,
            share=words.share(against / clear),
        )
        found.append((line, bool(raw.get("reversed_suspected"))))
    return found
