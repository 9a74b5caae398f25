"""`explain`: why a score moved, on tables that are already labeled, by voc or by any other tool."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pandas as pd

from voc.errors import InputError, OptionError
from voc.intake import periods
from voc.intake.scales import Scale, ScoreProblem, scale_of
from voc.labels import POLARITIES
from voc.numbers import drivers
from voc.numbers.movement import Movement, between
from voc.numbers.split import Split, to_target, two_periods, two_segments
from voc.settings import NumbersSettings

SHOWN = 5  # examples in an error message
SYNONYMS = {  # what other tools call our columns; used where ours is missing
    "comment_id": ("id", "response_id", "responseid", "review_id", "feedback_id"),
    "score": ("nps", "rating", "nps_score", "csat", "stars"),
    "theme": ("topic", "category", "aspect", "code", "label"),
    "polarity": ("sentiment", "tone", "valence"),
}
SPELLINGS = {
    "negative": ("neg", "-1", "-1.0", "bad", "سلبي"),
    "neutral": ("neu", "0", "0.0", "none", "mixed", "محايد"),
    "positive": ("pos", "1", "1.0", "+1", "good", "إيجابي", "ايجابي"),
}
KEPT = ("model", "p_theme", "p_polarity", "origin")  # columns of the mentions that the numbers can use


def explain(
    comments: Any,
    mentions: Any = None,
    *,
    before: str | None = None,
    after: str | None = None,
    compare: str | None = None,
    target: float | None = None,
    scale: str | Scale = "nps",
    segments: tuple[str, ...] | None = None,
    parents: dict[str, str | None] | None = None,
    labels: Any = None,
    settings: NumbersSettings | None = None,
) -> Movement:
    """Why the score moved between two periods or differs between two groups.

    Args:
        comments: pandas or polars frame, or path of a CSV, Parquet or JSONL file, with `score`, and
            `period` or `answered_at`; uses comment_id, respondent_id, text or has_text, weight,
            language and segment_* where present. A column `themes` may hold lists, or texts like
            ``"staff:negative; price:positive"`` (without a polarity: neutral). Names and spellings that
            other tools use (id, rating, topic, sentiment; pos, neg, 1, -1) are understood.
        mentions: frame or path with comment_id, theme and, where known, polarity; None when the
            comments have `themes`.
        before: earlier period such as 2024-Q1, or a value of the `period` column.
        after: later period.
        compare: two groups, ``"COLUMN=A,B"``.
        target: score to reach, points, instead of `before`: the parts are then those of the level
            (see `voc.numbers.target`).
        scale: nps, csat, ces, stars, MIN-MAX or a `Scale`.
        segments: columns of the mix part; None takes language and every segment_* column.
        parents: theme -> parent theme.
        labels: frame or path of comments an analyst labeled (see `voc.numbers.movement.between`).
        settings: confidence, false discovery rate, silent respondents, seed.

    Raises:
        InputError, OptionError: tables or options do not fit; the message says what would.
    """
    table = _table(comments, "comments")
    scored = _scored(table, scale_of(scale) if isinstance(scale, str) else scale)
    labeled = _mentions(scored, None if mentions is None else _table(mentions, "mentions"))
    for column in segments or ():
        if column not in scored.columns:
            raise OptionError(f"The segment column {column!r} is not in the comments: {_names(scored)}.")
    return between(
        scored,
        labeled,
        split_of(scored, before, after, compare, target),
        scale_of(scale) if isinstance(scale, str) else scale,
        parents=parents,
        segments=segments,
        settings=settings,
        labels=None if labels is None else _table(labels, "labels"),
    )


def level_of(
    comments: Any,
    mentions: Any = None,
    *,
    scale: str | Scale = "nps",
    by: str | None = None,
    parents: dict[str, str | None] | None = None,
    settings: NumbersSettings | None = None,
) -> pd.DataFrame:
    """What goes with the level of the score: a row per theme with the fields of `drivers.Driver`.

    Args:
        comments: as for `explain`.
        mentions: as for `explain`.
        scale: as for `explain`.
        by: a segment column; the rows then carry its value in the column `segment`.
        parents: as for `explain`.
        settings: as for `explain`.

    Raises:
        InputError, OptionError: tables or options do not fit; the message says what would.
    """
    chosen = scale_of(scale) if isinstance(scale, str) else scale
    scored = _scored(_table(comments, "comments"), chosen)
    labeled = _mentions(scored, None if mentions is None else _table(mentions, "mentions"))
    found: dict[str | None, list[drivers.Driver]] = {}
    if by is None:
        found[None] = drivers.rank(scored, labeled, chosen, parents=parents, settings=settings)
    else:
        found.update(drivers.by_segment(scored, labeled, chosen, by, parents=parents, settings=settings))
    rows = [{"segment": name, **asdict(one)} for name, ranked in found.items() for one in ranked]
    columns = ["segment", *(field.name for field in fields(drivers.Driver))]
    table = pd.DataFrame(rows, columns=columns)
    return table if by is not None else table.drop(columns="segment")


def split_of(
    comments: pd.DataFrame,
    before: str | None = None,
    after: str | None = None,
    compare: str | None = None,
    target: float | None = None,
) -> Split:
    """The comparison that the options and the columns describe.

    With no option: the two values of `period`, or the two latest calendar periods of `answered_at`.

    Raises:
        OptionError: the options contradict each other or name something that is not there.
    """
    if compare is not None:
        if before or after or target is not None:
            raise OptionError("compare stands for itself; leave out before, after and target.")
        return two_segments(compare)
    if target is not None:
        if before is not None or after is None:
            raise OptionError("A target needs `after` (the period to judge) and no `before`.")
        return _targeted(comments, target, after)
    if (before is None) != (after is None):
        raise OptionError("Name both periods, before and after, or neither.")
    values = set(comments["period"].dropna().astype(str)) if "period" in comments.columns else set()
    if before is not None and after is not None:
        if before in values and after in values:
            return Split(before, after)
        return two_periods(before, after, _time_column(comments, sorted(values)))
    if len(values) == 2:
        first, second = ("before", "after") if values == {"before", "after"} else sorted(values)
        return Split(first, second)
    column = _time_column(comments, sorted(values))
    return two_periods(*periods.latest_two(pd.to_datetime(comments[column], utc=True)), column=column)


def _targeted(comments: pd.DataFrame, target: float, after: str) -> Split:
    if "period" in comments.columns and after in set(comments["period"].dropna().astype(str)):
        return Split(f"target {target:g}", after, target=float(target))
    return to_target(target, after, _time_column(comments, []))


def _time_column(comments: pd.DataFrame, values: list[str]) -> str:
    for column in ("answered_at", "date"):
        if column in comments.columns:
            return column
    held = f"; `period` holds {', '.join(values[:SHOWN])}" if values else ""
    raise OptionError(
        f"Periods need a column `answered_at` (dates) or `period` (labels){held}. "
        f"Columns: {_names(comments)}."
    )


def _table(source: Any, what: str) -> pd.DataFrame:
    """A pandas copy of a frame, or the file's rows."""
    if isinstance(source, pd.DataFrame):
        return source.copy(deep=False)
    if hasattr(source, "to_dict") and hasattr(source, "columns"):  # a polars frame
        return pd.DataFrame(source.to_dict(as_series=False))
    if isinstance(source, (list, tuple)):
        return pd.DataFrame(list(source))
    if not isinstance(source, (str, Path)):
        raise InputError(
            f"The {what} are a {type(source).__name__}; give a frame, a list of dicts or a path."
        )
    return _file(Path(source), what)


def _file(path: Path, what: str) -> pd.DataFrame:
    if not path.is_file():
        raise InputError(f"The {what} file {path} does not exist.")
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        if path.suffix in (".jsonl", ".ndjson"):
            return pd.read_json(path, lines=True, dtype=False)
        return pd.read_csv(path, dtype={"comment_id": str, "respondent_id": str}, encoding="utf-8-sig")
    except (ValueError, OSError, pd.errors.ParserError) as error:
        raise InputError(
            f"The {what} file {path.name} cannot be read as {path.suffix or 'CSV'} ({error}). "
            "Use CSV in UTF-8, Parquet or JSONL; `voc analyze` reads everything else."
        ) from error


def _renamed(table: pd.DataFrame) -> pd.DataFrame:
    """Our column names for those of other tools, where ours are missing and only one fits."""
    names = {str(column).strip().lower().replace(" ", "_"): column for column in table.columns}
    found = {}
    for ours, others in SYNONYMS.items():
        fitting = [names[other] for other in (ours, *others) if other in names]
        if ours not in table.columns and len(fitting) == 1:
            found[fitting[0]] = ours
    return table.rename(columns=found)


def _spelled(polarity: pd.Series) -> pd.Series:
    """Polarities in our spelling; what is not known stays, and is refused later with its name."""
    known = {other: ours for ours, others in SPELLINGS.items() for other in (ours, *others)}
    text = polarity.astype(object).where(polarity.notna(), "neutral")
    return text.map(lambda value: known.get(str(value).strip().lower(), value))


def _scored(table: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """The comments with an id each and scores as numbers on the scale."""
    if table.empty:
        raise InputError("The comments table has no rows.")
    table = _renamed(table)
    if "score" not in table.columns:
        raise InputError(f"The comments need a column `score`; they have {_names(table)}.")
    if "comment_id" not in table.columns:
        table = table.assign(comment_id=[str(i + 1) for i in range(len(table))])
    codes, values = pd.factorize(table["score"].astype(object))
    parsed, bad = [float("nan")], []
    for value in values:
        try:
            parsed.append(scale.parse(value))
        except ScoreProblem as problem:
            bad.append(str(problem))
            parsed.append(float("nan"))
    if bad:
        raise InputError(f"Scores do not fit the scale {scale.name}: {'; '.join(bad[:SHOWN])}.")
    return table.assign(
        score=pd.Series(parsed).to_numpy()[codes + 1], comment_id=table["comment_id"].astype(str)
    )


def _mentions(comments: pd.DataFrame, mentions: pd.DataFrame | None) -> pd.DataFrame:
    if mentions is None:
        if "themes" not in comments.columns:
            raise InputError(
                "There are no themes: give a mentions table (comment_id, theme, polarity) or a column "
                f"`themes` in the comments, which have {_names(comments)}."
            )
        mentions = _unfolded(comments)
    mentions = _renamed(mentions)
    missing = [column for column in ("comment_id", "theme") if column not in mentions.columns]
    if missing:
        raise InputError(f"The mentions lack {', '.join(missing)}; they have {_names(mentions)}.")
    polarity = (
        mentions["polarity"] if "polarity" in mentions.columns else pd.Series("neutral", index=mentions.index)
    )
    kept = {name: mentions[name] for name in KEPT if name in mentions.columns}
    return pd.DataFrame(
        {
            **kept,
            "comment_id": mentions["comment_id"].astype(str),
            "theme": mentions["theme"].astype(str),
            "polarity": _spelled(polarity),
        }
    )


def _unfolded(comments: pd.DataFrame) -> pd.DataFrame:
    """One row per theme of the `themes` column: lists, or texts separated by semicolons."""
    rows = []
    for comment, themes in zip(comments["comment_id"], comments["themes"], strict=True):
        if themes is None or isinstance(themes, float):
            continue
        for item in themes.split(";") if isinstance(themes, str) else list(themes):
            theme, _, polarity = str(item).strip().rpartition(":")
            polarity = _spelled(pd.Series([polarity])).iloc[0] if theme else polarity
            if polarity not in POLARITIES:
                theme, polarity = str(item).strip(), "neutral"
            if theme:
                rows.append((comment, theme.strip(), polarity))
    return pd.DataFrame(rows, columns=["comment_id", "theme", "polarity"])


def _names(table: pd.DataFrame) -> str:
    return ", ".join(map(str, table.columns))
