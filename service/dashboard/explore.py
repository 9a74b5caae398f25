"""The comments of a finished batch, filtered: how many, their score, their themes, their words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voc.analysis import Analysis
from voc.labels import POLARITIES
from voc.numbers import scores
from voc.numbers.scores import Estimate
from voc.report import quotes, tallies, view
from voc.report.tallies import Crossed, ThemeTally
from voc.revise import scale_in

PAGE: Final = 20  # comments on one page
MOST_VALUES: Final = 30  # of a segment, to choose from
_PART: Final = "part "  # marks a side of the comparison among the periods


@dataclass(frozen=True)
class Filter:
    """What is asked for; an empty text asks for everything.

    Attributes:
        period: a calendar period, or "part before" / "part after" for a side of the comparison.
        segments: segment column -> value.
    """

    period: str = ""
    language: str = ""
    theme: str = ""
    polarity: str = ""
    words: str = ""
    segments: Mapping[str, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether everything is asked for."""
        said = (self.period, self.language, self.theme, self.polarity, self.words)
        return not any(said) and not any(self.segments.values())


@dataclass(frozen=True)
class Mention:
    """A theme of a comment."""

    theme: str
    polarity: str


@dataclass(frozen=True)
class Shown:
    """One comment as it is shown: its row in the table, its words in pieces, its themes."""

    row: int
    pieces: tuple[quotes.Piece, ...]
    language: str
    score: float
    period: str
    sentiment: str
    mentions: tuple[Mention, ...]


@dataclass(frozen=True)
class Found:
    """What a filter finds.

    Attributes:
        n: answers; `n_written`: those with a comment.
        score: with its interval; None without scores.
        split: share of each sentiment among the comments read.
        themes: the most mentioned first.
        comments: one page of them; `pages` in all.
    """

    n: int
    n_written: int
    score: Estimate | None
    split: Mapping[str, float]
    themes: list[ThemeTally]
    comments: list[Shown]
    page: int
    pages: int


@dataclass(frozen=True)
class Choices:
    """What can be asked for."""

    periods: list[str]
    languages: list[str]
    segments: Mapping[str, list[str]]


def crossed(past: Analysis) -> Crossed:
    """The tables joined, once for many filters."""
    return tallies.cross(past.comments, past.mentions, view.sides(past.result))


def choices(whole: Crossed) -> Choices:
    """The periods, languages and segments of these comments."""
    comments = whole.comments
    segments = {
        str(column): [str(value) for value in comments[column].value_counts().head(MOST_VALUES).index]
        for column in comments.columns
        if str(column).startswith("segment_")
    }
    languages = [str(one) for one in comments.loc[whole.wrote, "language"].value_counts().index]
    return Choices(whole.periods, languages, {key: values for key, values in segments.items() if values})


def find(past: Analysis, whole: Crossed, asked: Filter, page: int = 1) -> Found:
    """What `asked` finds; page 1 is the first."""
    keep = _kept(whole, asked)
    rows = np.flatnonzero(keep)
    some = tallies.cross(
        whole.comments[keep].reset_index(drop=True),
        past.mentions[past.mentions["comment_id"].isin(whole.comments["comment_id"].to_numpy()[keep])],
        view.sides(past.result),
    )
    ordered = _ordered(whole, rows, asked)
    pages = max(1, -(-len(ordered) // PAGE))
    page = min(max(page, 1), pages)
    feeling = some.comments["sentiment"].value_counts(normalize=True)
    return Found(
        n=len(rows),
        n_written=int(whole.wrote[rows].sum()),
        score=_score(past, whole.comments.iloc[rows]),
        split={one: float(feeling.get(one, 0.0)) for one in (*POLARITIES, "unsure")},
        themes=tallies.themes(some),
        comments=[shown(whole, int(row), asked) for row in ordered[(page - 1) * PAGE : page * PAGE]],
        page=page,
        pages=pages,
    )


def shown(whole: Crossed, row: int, asked: Filter | None = None) -> Shown:
    """One comment, the evidence of what was asked for marked."""
    asked = asked or Filter()
    comment = whole.comments.iloc[row]
    mine = whole.pairs[whole.pairs["row"] == row]
    fits = mine[_fits(mine, asked)] if asked.theme or asked.polarity else mine.iloc[:0]
    start, end = (int(fits.iloc[0]["start"]), int(fits.iloc[0]["end"])) if len(fits) else (0, 0)
    text = comment["text"] if isinstance(comment["text"], str) else ""
    language = comment.get("language")
    return Shown(
        row=row,
        pieces=quotes.pieces(text, start, end),
        language=language if language in ("ar", "en", "ar-Latn") else "",
        score=float(comment["score"]) if pd.notna(comment.get("score")) else float("nan"),
        period=str(whole.period[row]),
        sentiment=str(comment["sentiment"]) if isinstance(comment.get("sentiment"), str) else "",
        mentions=tuple(map(Mention, mine["theme"], mine["polarity"])),
    )


def _kept(whole: Crossed, asked: Filter) -> NDArray[np.bool_]:
    comments = whole.comments
    keep = np.ones(len(comments), dtype=bool)
    if asked.period.startswith(_PART):
        keep &= whole.wave == asked.period.removeprefix(_PART)
    elif asked.period:
        keep &= whole.period == asked.period
    if asked.language:
        keep &= (comments["language"] == asked.language).to_numpy(dtype=bool) & whole.wrote
    for column, value in asked.segments.items():
        if value and column in comments:
            keep &= (comments[column].astype(str) == value).to_numpy(dtype=bool)
    if asked.words:
        text = comments["text"].fillna("").astype(str)
        keep &= text.str.contains(asked.words, case=False, regex=False).to_numpy(dtype=bool)
    if asked.theme:
        rows = whole.pairs["row"].to_numpy()[_fits(whole.pairs, asked)]
        keep &= np.isin(np.arange(len(comments)), rows)
    elif asked.polarity:
        keep &= (comments["sentiment"] == asked.polarity).to_numpy(dtype=bool)
    return keep


def _fits(pairs: pd.DataFrame, asked: Filter) -> NDArray[np.bool_]:
    fits = np.ones(len(pairs), dtype=bool)
    if asked.theme:
        fits &= (pairs["theme"] == asked.theme).to_numpy(dtype=bool)
    if asked.polarity:
        fits &= (pairs["polarity"] == asked.polarity).to_numpy(dtype=bool)
    return fits


def _ordered(whole: Crossed, rows: NDArray[np.int64], asked: Filter) -> NDArray[np.int64]:
    """Rows with words: the clearest evidence first where a theme is asked for, else the newest."""
    written = rows[whole.wrote[rows]]
    if asked.theme:
        p = pd.Series(whole.pairs["p"].to_numpy(), whole.pairs["row"].to_numpy())
        best = p[_fits(whole.pairs, asked)].groupby(level=0).max().reindex(written).to_numpy()
        return written[np.argsort(-best, kind="stable")]
    if "answered_at" in whole.comments:
        when = pd.to_datetime(whole.comments["answered_at"], utc=True, errors="coerce").iloc[written]
        return written[np.argsort(-when.astype("int64").to_numpy(), kind="stable")]
    return written


def _score(past: Analysis, some: pd.DataFrame) -> Estimate | None:
    scale = scale_in(past)
    scored = some[some["score"].notna()]
    if scale is None or scored.empty:
        return None
    group = scores.sample(
        scale.contributions(scored["score"].to_numpy(dtype=np.float64)),
        scored["weight"].to_numpy(dtype=np.float64),
        list(scored["respondent_id"]),
        scores.kind_of(scale),
        scale.high - scale.low,
    )
    return scores.estimate(group)


def of_query(query: Mapping[str, Any]) -> Filter:
    """The filter that an address asks for."""
    said = {name: str(query.get(name) or "")[:200].strip() for name in query}
    segments = {name: value for name, value in said.items() if name.startswith("segment_") and value}
    plain = {name: said.get(name, "") for name in ("period", "language", "theme", "polarity", "words")}
    return Filter(**plain, segments=segments)
