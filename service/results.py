"""The results of a finished batch on disk: what they say about a person, and how they forget one.

A person is forgotten by taking away what ties a row to them and what they wrote: respondent and
comment ids become stand-ins, the text, the row's number and the exact time go. Counts and scores
stay as they were published: they are aggregates and no longer about anyone.
"""

from __future__ import annotations

import fcntl
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from service import edits
from voc.labels import ReportLanguage

IsPerson = Callable[[str], bool]  # respondent id -> whether it is the person


def rows_of(results: Path, is_person: IsPerson) -> list[dict[str, Any]]:
    """What a batch keeps about a person: their comments, each with its mentions, as JSON values."""
    if not _holds(results, is_person):
        return []
    comments = pd.read_parquet(results / "comments.parquet")
    mine = comments[_mask(comments, is_person)]
    mentions = pd.read_parquet(results / "mentions.parquet")
    mentions = mentions[mentions["comment_id"].isin(mine["comment_id"])]
    found: list[dict[str, Any]] = json.loads(
        mine.to_json(orient="records", date_format="iso", double_precision=15)
    )
    told: list[dict[str, Any]] = json.loads(mentions.to_json(orient="records", double_precision=15))
    for row in found:
        row["mentions"] = [one for one in told if one["comment_id"] == row["comment_id"]]
    return found


def forget(results: Path, is_person: IsPerson, language: ReportLanguage) -> int:
    """Take a person out of a batch's results; how many comments were theirs.

    Safe to repeat: the comments table, by which a person is recognized, is replaced last.
    """
    if not _holds(results, is_person):
        return 0
    with _alone(results):
        comments = pd.read_parquet(results / "comments.parquet")
        mask = _mask(comments, is_person)
        if not mask.any():
            return 0
        old = set(comments.loc[mask, "comment_id"])
        texts = set(comments.loc[mask, "text"].str.strip())
        stand_ins = {name: f"erased-{secrets.token_hex(8)}" for name in old}
        comments = _without(comments, mask, stand_ins)
        mentions = pd.read_parquet(results / "mentions.parquet")
        mentions["comment_id"] = mentions["comment_id"].map(lambda name: stand_ins.get(name, name))
        result = without_comments(json.loads((results / "result.json").read_text(encoding="utf-8")), old)
        rejects = pd.read_csv(results / "rejects.csv", dtype=str, keep_default_na=False)
        edits.forget(results.parent, stand_ins, texts)
        _write(results, result, comments, mentions, rejects, language)
    return int(mask.sum())


def put(results: Path, draft: Path) -> None:
    """The files of `draft` take the places of those in `results`, one after the other; it is gone then."""
    with _alone(results):
        _put(results, draft)


def _holds(results: Path, is_person: IsPerson) -> bool:
    """Whether a batch has anything of the person: one column is read, not the texts."""
    people = pd.read_parquet(results / "comments.parquet", columns=["respondent_id"])["respondent_id"]
    return any(is_person(str(name)) for name in people.dropna().unique())


def _mask(comments: pd.DataFrame, is_person: IsPerson) -> pd.Series[bool]:
    people = {name for name in comments["respondent_id"].dropna().unique() if is_person(str(name))}
    return comments["respondent_id"].isin(people)


def _without(comments: pd.DataFrame, mask: pd.Series[bool], stand_ins: dict[str, str]) -> pd.DataFrame:
    changed = comments.copy()
    changed.loc[mask, "respondent_id"] = f"erased-{secrets.token_hex(8)}"
    changed.loc[mask, "comment_id"] = changed.loc[mask, "comment_id"].map(stand_ins)
    changed.loc[mask, "text"] = ""
    if "answered_at" in changed:
        changed["answered_at"] = changed["answered_at"].mask(mask)
    if "source_row" in changed:
        changed["source_row"] = changed["source_row"].astype("Int64").mask(mask)
    return changed


def without_comments(value: Any, comment_ids: set[str]) -> Any:
    """A JSON value without these comments' ids and the objects that point to one of them."""
    if isinstance(value, dict):
        return {key: without_comments(one, comment_ids) for key, one in value.items()}
    if isinstance(value, list):
        kept = [one for one in value if not (isinstance(one, dict) and one.get("comment_id") in comment_ids)]
        return [
            without_comments(one, comment_ids)
            for one in kept
            if not (isinstance(one, str) and one in comment_ids)
        ]
    return value


def _write(
    results: Path,
    result: dict[str, Any],
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    rejects: pd.DataFrame,
    language: ReportLanguage,
) -> None:
    from voc.analysis import Analysis

    draft = results.parent / f"draft-{secrets.token_hex(8)}"
    Analysis(result, comments, mentions, rejects, None).write(draft, language)
    _put(results, draft)


def _put(results: Path, draft: Path) -> None:
    files = sorted(draft.iterdir(), key=lambda file: (file.name == "comments.parquet", file.name))
    for file in files:
        file.replace(results / file.name)
    draft.rmdir()


@contextmanager
def _alone(results: Path) -> Iterator[None]:
    """One at a time, also between processes."""
    with (results.parent / "lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
