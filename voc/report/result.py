"""result.json: everything an analysis found, as plain JSON values, in one place.

Takes the typed results of the rooms. Gives the dict that the report, the workbook, the service
and notebooks read, so that all of them show the same numbers. Keys are a contract (docs/result.md);
additions are welcome, meanings are fixed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from voc.labels import LANGUAGES
from voc.report import tallies

if TYPE_CHECKING:
    from voc.intake.survey import Survey
    from voc.meaning.duplicates import Duplicates
    from voc.numbers.comparison import Numbers
    from voc.numbers.history import Digest
    from voc.numbers.movement import Movement, Part
    from voc.taxonomy import Taxonomy

SPECIAL_LABELS = {
    "mix": {"en": "Who answered", "ar": "تغيّر تركيبة المجيبين"},
    "general": {"en": "Not explained by the themes", "ar": "ما لا تفسّره المحاور"},
    "comment_rate": {"en": "How many wrote a comment", "ar": "تغيّر نسبة من كتبوا تعليقًا"},
    "silent": {"en": "Those who wrote nothing", "ar": "من لم يكتبوا تعليقًا"},
    "other": {"en": "Other themes", "ar": "محاور أخرى"},
}


@dataclass(frozen=True)
class Facts:
    """The typed results of the rooms that `build` lays out."""

    version: str
    survey: Survey
    models: Mapping[str, str]
    numbers: Numbers
    journey: Sequence[Any] = ()
    topics: Sequence[Any] = ()
    quotes: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    copies: Duplicates | None = None
    collapsed: bool = False
    notices: tuple[Any, ...] = ()
    title: str | None = None


def build(facts: Facts, comments: pd.DataFrame, mentions: pd.DataFrame, taxonomy: Taxonomy) -> dict[str, Any]:
    """The result as plain JSON values: numbers are numbers, absent figures are null, never NaN."""
    split, moved = facts.numbers.comparison.split, facts.numbers.movement
    counts = facts.survey.counts
    tagged = comments["language"].value_counts()
    scale = facts.survey.scale
    whole = {
        "voc": facts.version,
        "title": facts.title,
        "models": dict(facts.models),
        "question": facts.survey.question,
        "counts": asdict(counts),
        "columns": {role: asdict(found) for role, found in facts.survey.roles.items()},
        "languages": {language: int(tagged.get(language, 0)) for language in LANGUAGES},
        "compared": None if split is None else {"before": split.before, "after": split.after},
        "score": {
            "kind": None if scale is None else scale.kind,
            "scale": None if scale is None else {"low": scale.low, "high": scale.high},
            "overall": facts.numbers.overall,
            "before": None if moved is None else moved.before,
            "after": None if moved is None else moved.after,
            "delta": None if moved is None else moved.delta,
            "series": facts.numbers.series,
        },
        "movement": None if moved is None else _movement(moved, facts.quotes, taxonomy),
        "drivers": [{**_plain(one), "label": label(str(one.id), taxonomy)} for one in facts.numbers.drivers],
        "themes": _themes(comments, mentions, split, taxonomy),
        "topics": facts.topics,
        "journey": facts.journey,
        "alerts": [{**_plain(one), "label": label(one.theme, taxonomy)} for one in facts.numbers.alerts],
        "digest": _digest(facts.numbers.digest, taxonomy),
        "copies": None if facts.copies is None else _copies(facts.copies, facts.collapsed),
        "contradictions": [_plain(one) for one in facts.numbers.contradictions],
        "warnings": [
            asdict(notice)
            for notice in (*facts.survey.notices, *facts.numbers.comparison.notices, *facts.notices)
        ],
    }
    clean = _plain(whole)
    assert isinstance(clean, dict)
    return clean


def _digest(digest: Digest | None, taxonomy: Taxonomy) -> dict[str, Any] | None:
    """What the latest day brought, themes with their labels."""
    if digest is None:
        return None
    rows = [{**_plain(row), "label": label(row.theme, taxonomy)} for row in digest.rows]
    return {**_plain(digest), "rows": rows}


def _copies(copies: Duplicates, collapsed: bool) -> dict[str, Any]:
    """Copied comments: how many repeat another, whether they count, the largest groups by the id kept."""
    groups = copies.groups().head(20)
    return {
        "n_compared": copies.n_compared,
        "n_copies": copies.n_copies,
        "collapsed": collapsed,
        "groups": groups.to_dict("records"),
    }


def label(theme: str, taxonomy: Taxonomy) -> dict[str, str]:
    """The Arabic and English name of a theme or special part; the id itself for foreign labels."""
    if theme in SPECIAL_LABELS:
        return SPECIAL_LABELS[theme]
    if theme in taxonomy.by_id:
        return {language: taxonomy.label(theme, language) for language in ("ar", "en")}
    return {"ar": theme, "en": theme}


def _movement(
    moved: Movement, quotes: Mapping[str, list[dict[str, Any]]], taxonomy: Taxonomy
) -> dict[str, Any]:
    def row(part: Part) -> dict[str, Any]:
        return {**asdict(part), "label": label(part.id, taxonomy), "quotes": quotes.get(part.id, [])}

    rest = asdict(moved)
    return {
        "verdict": moved.verdict,
        "parts": [row(part) for part in moved.parts],
        "parents": [{**row(part), "quotes": []} for part in moved.parents],
        **{
            key: rest[key]
            for key in (
                "mode", "comment_rate", "smallest_move", "smallest_prevalence", "smallest_effect",
                "simultaneous", "segments", "pooled", "notices",
            )
        },
    }  # fmt: skip


def _themes(
    comments: pd.DataFrame, mentions: pd.DataFrame, split: Any, taxonomy: Taxonomy
) -> list[dict[str, Any]]:
    names = ("before", "after") if split is None else (split.before, split.after)
    crossed = tallies.cross(comments, mentions, names)
    counts = mentions.groupby(["theme", "polarity"]).size()
    return [
        {
            "id": tally.id,
            "parent": taxonomy.parent(tally.id) if tally.id in taxonomy.by_id else None,
            "label": label(tally.id, taxonomy),
            "n": tally.n,
            "share": tally.share,
            "share_before": tally.before,
            "share_after": tally.after,
            **{
                f"n_{polarity}": int(counts.get((tally.id, polarity), 0))
                for polarity in ("negative", "neutral", "positive")
            },
            "series": [
                {"period": period, "share": share}
                for period, share in zip(crossed.periods, tally.series, strict=False)
            ],
        }
        for tally in tallies.themes(crossed)
    ]


def _plain(value: Any) -> Any:
    """`value` with dataclasses, arrays, timestamps and NaN turned into JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        return {key: _plain(item) for key, item in asdict(value).items()}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | np.ndarray):
        return [_plain(item) for item in value]
    if isinstance(value, pd.Timestamp):
        return None if pd.isna(value) else value.isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is pd.NA or value is pd.NaT:
        return None
    return value
