"""A unique id for every comment, and the rows whose id was read before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Ids:
    """`values`: one id a row, unique among rows that stay. `repeated`: rows to reject. `renamed`: rows
    whose id another file uses for another answer; theirs now begins with the file's name.
    """

    values: npt.NDArray[Any]
    repeated: Flags
    renamed: int


def made_ids(files: npt.NDArray[Any], rows: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """``FILE:ROW`` for every row."""
    return np.array([f"{file}:{row}" for file, row in zip(files, rows.tolist(), strict=True)], dtype=object)


def comment_ids(given: pd.Series, rows: npt.NDArray[np.int64], answers: pd.DataFrame, kept: Flags) -> Ids:
    """Ids from a column, made ones where a cell is empty.

    Within one file an id that comes again is a repeat. Between files it is one only when the whole
    answer is the same; else both are answers, and the later one's id is told apart by its file.

    Args:
        given: the id column as text, missing where empty.
        rows: the row numbers in the source files.
        answers: source_file, text, score and answered_at of the same rows.
        kept: rows not rejected so far; the others keep any id.
    """
    absent = (given.isna() | (given == "")).to_numpy(dtype=bool)
    ids = given.to_numpy(dtype=object, copy=True)
    ids[absent] = made_ids(answers["source_file"].to_numpy(dtype=object)[absent], rows[absent])
    if not given[kept & ~absent].duplicated().any():
        return Ids(_unique(ids, kept), np.zeros(len(ids), dtype=bool), 0)
    frame = answers.assign(id=ids, number=np.arange(len(ids)))[kept & ~absent]
    within = frame.duplicated(["source_file", "id"])
    alike = frame.duplicated(["id", "text", "score", "answered_at"]) | within
    repeated = np.zeros(len(ids), dtype=bool)
    repeated[frame["number"][alike].to_numpy()] = True
    left = frame[~alike]
    other = left["number"][left.duplicated("id")].to_numpy()
    ids[other] = [
        f"{file}:{one}"
        for file, one in zip(answers["source_file"].to_numpy()[other], ids[other], strict=True)
    ]
    return Ids(_unique(ids, kept & ~repeated), repeated, len(other))


def _unique(ids: npt.NDArray[Any], stay: Flags) -> npt.NDArray[Any]:
    """`ids` with a number behind those that still occur twice (a made id that was also given)."""
    places = np.flatnonzero(stay)
    again = places[pd.Series(ids[places]).duplicated().to_numpy()]
    taken = set(ids[places].tolist())
    for place in again:
        count, wanted = 2, ids[place]
        while f"{wanted} ({count})" in taken:
            count += 1
        ids[place] = f"{wanted} ({count})"
        taken.add(ids[place])
    return ids
