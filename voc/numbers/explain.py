"""`explain`: why a score moved, on tables that are already labeled, by voc or by any other tool."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

import pandas as pd

from voc.errors import InputError, OptionError
from voc.intake import periods
from voc.intake.scales import Scale, scale_of
from voc.numbers import drivers, foreign
from voc.numbers.history import Digest, digest_of
from voc.numbers.movement import Movement, between
from voc.numbers.split import Split, to_target, two_periods, two_segments
from voc.settings import NumbersSettings


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
    scored = foreign.scored(
        foreign.table(comments, "comments"), scale_of(scale) if isinstance(scale, str) else scale
    )
    labeled = foreign.mentions_of(scored, None if mentions is None else foreign.table(mentions, "mentions"))
    for column in segments or ():
        if column not in scored.columns:
            raise OptionError(
                f"The segment column {column!r} is not in the comments: {foreign.columns_of(scored)}."
            )
    return between(
        scored,
        labeled,
        split_of(scored, before, after, compare, target),
        scale_of(scale) if isinstance(scale, str) else scale,
        parents=parents,
        segments=segments,
        settings=settings,
        labels=None if labels is None else foreign.table(labels, "labels"),
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
    scored = foreign.scored(foreign.table(comments, "comments"), chosen)
    labeled = foreign.mentions_of(scored, None if mentions is None else foreign.table(mentions, "mentions"))
    found: dict[str | None, list[drivers.Driver]] = {}
    if by is None:
        found[None] = drivers.rank(scored, labeled, chosen, parents=parents, settings=settings)
    else:
        found.update(drivers.by_segment(scored, labeled, chosen, by, parents=parents, settings=settings))
    rows = [{"segment": name, **asdict(one)} for name, ranked in found.items() for one in ranked]
    columns = ["segment", *(field.name for field in fields(drivers.Driver))]
    table = pd.DataFrame(rows, columns=columns)
    return table if by is not None else table.drop(columns="segment")


def day_of(comments: Any, mentions: Any = None, *, day: str | None = None) -> Digest | None:
    """What one day brought, theme by theme, against the same weekdays of the four weeks before.

    Args:
        comments: as for `explain`, with `answered_at`; scores are not needed.
        mentions: as for `explain`.
        day: YYYY-MM-DD, UTC; the latest day with an answer by default.

    Raises:
        InputError, OptionError: tables or the day do not fit; the message says what would.
    """
    table = foreign.renamed(foreign.table(comments, "comments"))
    if "answered_at" not in table.columns:
        raise InputError(
            f"A digest needs the column `answered_at` (dates); there are {foreign.columns_of(table)}."
        )
    if "comment_id" not in table.columns:
        table = table.assign(comment_id=[str(i + 1) for i in range(len(table))])
    table = table.assign(comment_id=table["comment_id"].astype(str))
    return digest_of(
        table,
        foreign.mentions_of(table, None if mentions is None else foreign.table(mentions, "mentions")),
        day,
    )


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
    held = f"; `period` holds {', '.join(values[: foreign.SHOWN])}" if values else ""
    raise OptionError(
        f"Periods need a column `answered_at` (dates) or `period` (labels){held}. "
        f"Columns: {foreign.columns_of(comments)}."
    )
