"""Tables to arrays: joins scores, segments and mentions of one comparison, and counts what cannot join."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from voc.errors import InputError
from voc.intake.scales import Scale
from voc.labels import POLARITIES
from voc.numbers.answers import Answers, Flags
from voc.numbers.matrices import Floats, Ints
from voc.numbers.segments import Segments, spread_unknown_language

CLASSES = 5  # a score with at most so many values has each as its own class; else three equal parts


@dataclass(frozen=True)
class Joined:
    """One comparison, ready for the numbers.

    Attributes:
        answers: rows of the two sides (a silent respondent of unknown language is several rows).
        row: (n,) position of each row of `answers` in the comments table.
        segments: names of the segments of the mix part.
        without_score: answers on the two sides that have no score and so cannot count.
        stray_mentions: mentions whose comment is not in the comments table at all.
    """

    answers: Answers
    row: Ints
    segments: tuple[str, ...]
    without_score: int
    stray_mentions: int


def join(
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    side: Ints,
    scale: Scale,
    segment_columns: tuple[str, ...],
    split_segments: bool = True,
) -> Joined:
    """The answers of both sides with scores, segments and mentions.

    Args:
        comments: needs comment_id and score; uses respondent_id, text or has_text, weight, language
            and the segment columns where present.
        mentions: needs comment_id, theme, polarity; repeated rows count once.
        side: (n,) 0, 1 or -1 (on neither side) per comment.
        scale: turns scores into points.
        segment_columns: the segments of the mix part (language may be one of them).
        split_segments: False for a single group of answers.

    Raises:
        InputError: no mention belongs to any comment, or a side has no score.
    """
    score = pd.to_numeric(comments["score"], errors="coerce").to_numpy(dtype=np.float64)
    used = (side >= 0) & ~np.isnan(score)
    row = np.flatnonzero(used)
    for wave in np.unique(side[side >= 0]):
        if not (side[row] == wave).any():
            raise InputError(
                "One side of the comparison has answers but no scores; a score is needed on both."
            )
    table, themes, polarity, theme, stray = _mention_matrix(comments["comment_id"], mentions)
    wave = side[row]
    raw = score[row]
    y = scale.contributions(raw)
    category = score_classes(y)
    weight = _weights(comments, row)
    writes = has_text(comments, table)[row]
    person = _people(comments, row)
    if split_segments:
        segments = spread_unknown_language(comments, row, segment_columns, wave, category, writes, weight)
    else:
        segments = Segments.single(len(row), weight)
    keep = segments.source
    answers = Answers(
        y=y[keep],
        raw=raw[keep],
        wave=wave[keep],
        segment=segments.code,
        category=category[keep],
        writes=writes[keep],
        weight=segments.weight,
        person=person[keep],
        mentions=table[row[keep]],
        leaf_theme=theme,
        leaf_polarity=polarity,
        themes=themes,
        n_segments=len(segments.names),
        n_categories=int(category.max()) + 1,
    )
    missing = int((side >= 0).sum() - len(row))
    return Joined(answers, row[keep], segments.names, missing, stray)


def score_classes(y: Floats) -> Ints:
    """(n,) class of each contribution: every value its own, or three equal parts of a fine scale."""
    values, index = np.unique(y, return_inverse=True)
    if len(values) <= CLASSES:
        return index.astype(np.int64)
    edges = np.quantile(y, [1 / 3, 2 / 3])
    return np.unique(np.searchsorted(edges, y), return_inverse=True)[1].astype(np.int64)


def has_text(comments: pd.DataFrame, table: sp.csr_matrix) -> Flags:
    """(n,) True where the respondent wrote something; without a text column, where a theme was found."""
    if "has_text" in comments.columns:
        return comments["has_text"].fillna(False).to_numpy(dtype=bool)
    if "text" in comments.columns:
        text = comments["text"]
        return (text.notna() & (text.astype(str).str.strip() != "")).to_numpy(dtype=bool)
    return np.asarray(np.diff(table.indptr) > 0)


def _mention_matrix(
    ids: pd.Series, mentions: pd.DataFrame
) -> tuple[sp.csr_matrix, tuple[str, ...], Ints, Ints, int]:
    """(n, K) sparse 0/1, theme names, polarity and theme of each leaf, number of stray mentions."""
    index = pd.Index(ids)
    if not index.is_unique:
        double = ids[ids.duplicated()].iloc[0]
        raise InputError(f"comment_id {double!r} occurs more than once in the comments; ids must be unique.")
    row = index.get_indexer(pd.Index(mentions["comment_id"]))
    found = row >= 0
    if len(mentions) and not found.any():
        raise InputError(
            f"No mention belongs to any comment: mentions.comment_id has values like "
            f"{mentions['comment_id'].iloc[0]!r}, comments.comment_id like {ids.iloc[0]!r}."
        )
    said, values = pd.factorize(mentions["polarity"][found], use_na_sentinel=False)
    known = np.array([POLARITIES.index(v) if v in POLARITIES else -1 for v in values], dtype=np.int64)
    if (known < 0).any():
        raise InputError(
            f"The polarity {values[int(known.argmin())]!r} is unknown; use {', '.join(POLARITIES)}."
        )
    kind = known[said]
    code, names = pd.factorize(mentions["theme"][found], sort=True)
    leaf, column = np.unique(code.astype(np.int64) * 3 + kind, return_inverse=True)
    table = sp.csr_matrix((np.ones(len(column)), (row[found], column)), shape=(len(ids), len(leaf)))
    table.sum_duplicates()
    table.data[:] = 1.0
    return table, tuple(map(str, names)), leaf % 3, leaf // 3, int((~found).sum())


def _weights(comments: pd.DataFrame, row: Ints) -> Floats:
    """(n,) whole numbers are copies and stay; other survey weights are scaled to a mean of 1."""
    if "weight" not in comments.columns:
        return np.ones(len(row))
    weight = pd.to_numeric(comments["weight"], errors="coerce").to_numpy(dtype=np.float64)[row]
    if not (weight > 0).all() or not np.isfinite(weight).all():
        bad = int(np.flatnonzero(~(np.isfinite(weight) & (weight > 0)))[0])
        raise InputError(f"The weight in row {int(row[bad]) + 1} is {weight[bad]}; weights must be above 0.")
    if np.array_equal(weight, np.rint(weight)):
        return weight
    return np.asarray(weight * (len(weight) / weight.sum()))


def _people(comments: pd.DataFrame, row: Ints) -> Ints:
    """(n,) index of the person behind each row; every row its own where nobody is named."""
    if "respondent_id" not in comments.columns:
        return np.arange(len(row))
    code, _ = pd.factorize(comments["respondent_id"].iloc[row], use_na_sentinel=True)
    unknown = code < 0
    out = code.astype(np.int64)
    out[unknown] = out.max(initial=-1) + 1 + np.arange(int(unknown.sum()))
    return out
