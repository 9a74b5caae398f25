"""The lines a manager reads at the end of a run.

Takes: `result`. Gives: a verdict, what goes with it, what stays unexplained, what was counted, and
where the files are; the first four without a folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from voc.labels import ReportLanguage
from voc.report import story, view
from voc.report.wording import Words

MOST_PARTS: Final = 3  # named parts on the second line; the report shows all


def summary_lines(
    result: Mapping[str, Any], language: ReportLanguage, folder: str | None = None
) -> list[str]:
    """Four lines about the result, and a fifth that says where the files are when `folder` is given.

    In Arabic, numbers carry left-to-right marks so that minus signs stay on their left in a
    terminal that shapes Arabic; one that does not shows the letters unjoined, and the report is
    the place to read.
    """
    words = Words(language)
    lines = [story.headline(result, words), *_parts(result, words), *_unexplained(result, words)]
    lines.append(_counts(result, words))
    if folder is not None:
        lines.append(words.say("line_files", report=words.name("report.html"), folder=words.name(folder)))
    return [words.plain(line) for line in lines]


def _parts(result: Mapping[str, Any], words: Words) -> list[str]:
    if not view.compared(result):
        return _themes(result, words)
    named = [part for part in view.parts(result, words) if part.named and part.kind != "general"]
    if not named:
        smallest = words.say("smallest_move", points=words.number(view.smallest_move(result)))
        return [f"{words.say('nothing_named_short')} {smallest}"]
    named.sort(key=lambda part: -abs(part.total))
    told = []
    for part in named[:MOST_PARTS]:
        said = {"part": part.label, "points": words.points(part.total)}
        said["interval"] = words.interval(part.low, part.high)
        told.append(words.say("line_part", **said))
    return [words.say("line_parts", parts=words.say("join_comma").join(told))]


def _themes(result: Mapping[str, Any], words: Words) -> list[str]:
    rows = [row for row in view.rows(result, "themes") if isinstance(row.get("share"), int | float)]
    rows.sort(key=lambda row: -float(row["share"]))
    told = [
        words.say(
            "line_theme", part=words.label(row.get("label") or row["id"]), share=words.share(row["share"])
        )
        for row in rows[:MOST_PARTS]
    ]
    return [words.say("line_themes", parts=words.say("join_comma").join(told))] if told else []


def _unexplained(result: Mapping[str, Any], words: Words) -> list[str]:
    parts = view.parts(result, words) if view.compared(result) else []
    return [story.sentence(part, result, words, {}) for part in parts if part.kind == "general"]


def _counts(result: Mapping[str, Any], words: Words) -> str:
    counts = result.get("counts") or {}
    kinds = ("read", "analyzed", "without_text", "rejected")
    return words.say("line_counts", **{kind: int(counts.get(kind) or 0) for kind in kinds})
