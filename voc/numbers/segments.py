"""Who answered: the segments of the mix part, small ones pooled.

Columns are crossed one after the other, the one with fewest values first. A cell too small to stand
alone is pooled with its neighbors inside the cell it was cut from, so a fine column (branches) never
blurs a coarse one (channels).

The language of a respondent who wrote nothing is unknown. Such a respondent is spread over the
languages of the writers of the same wave, segment and score class (the same assumption by which
silent respondents are given reasons), so a change of the comment rate never looks like a change of mix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from voc.numbers.answers import Flags
from voc.numbers.matrices import Floats, Ints

LEAST = 20.0  # answers a segment needs in a wave, unless it is absent there
POOLED = "other"
UNSTATED = "not given"  # the segment of those whose cell is blank: a group like any other
UNKNOWN = {"", "und", "nan", "None", "<NA>"}


@dataclass(frozen=True)
class Segments:
    """Segments of the rows of one comparison.

    Attributes:
        source: (m,) index of the answer each row comes from; an answer may be several rows.
        code: (m,) segment of each row.
        weight: (m,) weight of each row; rows of one answer add up to its weight.
        names: segment names, index = code.
    """

    source: Ints
    code: Ints
    weight: Floats
    names: tuple[str, ...]

    @staticmethod
    def single(n: int, weight: Floats) -> Segments:
        """Everybody in one segment."""
        return Segments(np.arange(n), np.zeros(n, dtype=np.int64), weight, ("all",))


def stated(values: pd.Series) -> pd.Series:
    """A segment column as text; who gave nothing is in the group `UNSTATED`, not left out."""
    return values.astype(object).where(values.notna(), UNSTATED).astype(str)


def spread_unknown_language(
    comments: pd.DataFrame,
    row: Ints,
    columns: tuple[str, ...],
    wave: Ints,
    category: Ints,
    writes: Flags,
    weight: Floats,
) -> Segments:
    """The segments of the answers at `row`: the cross of `columns`, small cells pooled.

    Args:
        comments: the table; columns that are not in it are an error of the caller.
        row: (n,) positions of the answers.
        columns: segment columns; `language` gets the special treatment above.
        wave: (n,) as in `Answers`, as are the following.
        category: score class.
        writes: True for writers.
        weight: survey weight.
    """
    n = len(row)
    plain = [column for column in columns if column != "language"]
    group, group_names = _cross(comments[plain].iloc[row], wave, weight)
    source = np.arange(n)
    if "language" not in columns:
        return _named(source, group, weight, [str(name) or "all" for name in group_names])
    language, spoken = _languages(comments["language"].iloc[row], wave, weight)
    if len(spoken) < 2:
        return _named(source, group, weight, [str(name) or "all" for name in group_names])
    source, language, weight = _spread(language, len(spoken), (wave, group, category), weight)
    code, joined = _cut(group[source], group_names, language, spoken, wave[source], weight, LEAST)
    return _named(source, code, weight, joined)


def _cross(frame: pd.DataFrame, wave: Ints, weight: Floats) -> tuple[Ints, list[str]]:
    """(n,) code of each row's cell, and the cells' names; every cell leaves room for two languages."""
    code, names = np.zeros(len(frame), dtype=np.int64), [""]
    sizes = frame.nunique()
    for column in sorted(frame.columns, key=lambda name: int(sizes[name])):
        values, labels = pd.factorize(stated(frame[column]), sort=True)
        code, names = _cut(
            code, names, values.astype(np.int64), list(map(str, labels)), wave, weight, 3 * LEAST
        )
    return code, names


def _cut(
    cell: Ints, cells: list[str], value: Ints, values: list[str], wave: Ints, weight: Floats, least: float
) -> tuple[Ints, list[str]]:
    """Cells cut by a further column; values too small within their cell are pooled there."""
    size = len(values)
    rest = values.index(POOLED) if POOLED in values else size
    cut = np.empty(len(cell), dtype=np.int64)
    for one in np.unique(cell):
        rows = cell == one
        pooled = _pool(value[rows], wave[rows], weight[rows], size, least)
        cut[rows] = one * (size + 1) + np.where(pooled == size, rest, pooled)
    used, code = np.unique(cut, return_inverse=True)
    labels = [*values, POOLED]
    pairs = [(cells[c // (size + 1)], labels[c % (size + 1)]) for c in used]
    return code.astype(np.int64), [f"{a}, {b}" if a and b else a or b for a, b in pairs]


def _languages(values: pd.Series, wave: Ints, weight: Floats) -> tuple[Ints, list[str]]:
    """(n,) language code or -1 when unknown, and the names; rare languages pooled."""
    text = values.astype(object).where(values.notna(), "").astype(str)
    known = ~text.isin(UNKNOWN).to_numpy()
    code, names = pd.factorize(text, sort=True)
    out = np.full(len(text), -1, dtype=np.int64)
    out[known] = _pool(code[known].astype(np.int64), wave[known], weight[known], len(names))
    spoken = [*map(str, names), POOLED]
    used = np.unique(out[known])
    renumber = np.full(len(spoken) + 1, -1, dtype=np.int64)
    renumber[used] = np.arange(len(used))
    return renumber[out], [spoken[code] for code in used]


def _spread(
    language: Ints, size: int, keys: tuple[Ints, Ints, Ints], weight: Floats
) -> tuple[Ints, Ints, Floats]:
    """Rows where an answer of unknown language is split like the known ones of its cell."""
    unknown = np.flatnonzero(language < 0)
    known = np.flatnonzero(language >= 0)
    if not len(unknown):
        return np.arange(len(language)), language, weight
    shares = np.zeros((len(unknown), size))
    for depth in (3, 2, 1, 0):  # the finest cell that has writers: wave, segment, score class
        code = np.zeros(len(language), dtype=np.int64)
        for key in keys[:depth]:
            code = code * (int(key.max()) + 1) + key
        table = np.zeros((int(code.max()) + 1, size))
        np.add.at(table, (code[known], language[known]), weight[known])
        open_rows = shares.sum(1) == 0
        shares[open_rows] = table[code[unknown[open_rows]]]
    shares /= shares.sum(1, keepdims=True)
    who, spoken = np.nonzero(shares)
    source = np.r_[known, unknown[who]]
    order = np.argsort(source, kind="stable")
    return (
        source[order],
        np.r_[language[known], spoken].astype(np.int64)[order],
        np.r_[weight[known], weight[unknown[who]] * shares[who, spoken]][order],
    )


def _pool(code: Ints, wave: Ints, weight: Floats, size: int, least: float = LEAST) -> Ints:
    """Codes; groups too small in a wave become group `size`, or the largest when still too small."""
    if not len(code):
        return code
    counts = np.bincount(wave * size + code, weight, 2 * size).reshape(2, size)
    present = counts.sum(0) > 0
    small = present & (((counts < least) & (counts > 0)).any(0) | (counts.sum(0) < least))
    if not small.any():
        return code
    rest = counts[:, small].sum(1)
    home = size
    if ((rest < least) & (rest > 0)).any() and (present & ~small).any():
        home = int(np.argmax(np.where(small, -1.0, counts.sum(0))))
    return np.where(small[code], home, code)


def _named(source: Ints, code: Ints, weight: Floats, names: list[str]) -> Segments:
    used, packed = np.unique(code, return_inverse=True)
    return Segments(source, packed.astype(np.int64), weight, tuple(names[c] or "all" for c in used))
