"""Who answered: the segments of the mix part, small ones pooled.

The language of a respondent who wrote nothing is unknown. Such a respondent is spread over the
languages of the writers of the same wave, segment and score class (the same assumption by which
silent respondents are given reasons), so a change of the comment rate never looks like a change of mix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from voc.numbers.answers import Flags, Floats, Ints

LEAST = 20.0  # answers a segment needs in a wave, unless it is absent there
POOLED = "other"
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
    group, group_names = _cross(comments[plain].iloc[row])
    group = _pool(group, wave, weight, len(group_names))
    group_names = [*group_names, POOLED]
    source = np.arange(n)
    if "language" not in columns:
        return _named(source, group, weight, [str(name) or "all" for name in group_names])
    language, spoken = _languages(comments["language"].iloc[row], wave, weight)
    if len(spoken) < 2:
        return _named(source, group, weight, [str(name) or "all" for name in group_names])
    source, language, weight = _spread(language, len(spoken), (wave, group, category), weight)
    code = _pool(group[source] * len(spoken) + language, wave[source], weight, len(group_names) * len(spoken))
    joined = [f"{a}, {b}" if a else str(b) for a in group_names for b in spoken]
    return _named(source, code, weight, [*joined, POOLED])


def _cross(frame: pd.DataFrame) -> tuple[Ints, list[str]]:
    """(n,) code of each row's combination of values, and the combinations' names."""
    code, names = np.zeros(len(frame), dtype=np.int64), [""]
    for column in frame.columns:
        values, labels = pd.factorize(frame[column].astype(str), sort=True)
        combined, code = np.unique(code * len(labels) + values, return_inverse=True)
        joined = [(names[c // len(labels)], str(labels[c % len(labels)])) for c in combined]
        names = [f"{a}, {b}" if a else b for a, b in joined]
    return code.astype(np.int64), names


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


def _pool(code: Ints, wave: Ints, weight: Floats, size: int) -> Ints:
    """Codes; groups too small in a wave become group `size`, or the largest when still too small."""
    if not len(code):
        return code
    counts = np.bincount(wave * size + code, weight, 2 * size).reshape(2, size)
    present = counts.sum(0) > 0
    small = present & (((counts < LEAST) & (counts > 0)).any(0) | (counts.sum(0) < LEAST))
    if not small.any():
        return code
    rest = counts[:, small].sum(1)
    home = size
    if ((rest < LEAST) & (rest > 0)).any() and (present & ~small).any():
        home = int(np.argmax(np.where(small, -1.0, counts.sum(0))))
    return np.where(small[code], home, code)


def _named(source: Ints, code: Ints, weight: Floats, names: list[str]) -> Segments:
    used, packed = np.unique(code, return_inverse=True)
    return Segments(source, packed.astype(np.int64), weight, tuple(names[c] or "all" for c in used))
