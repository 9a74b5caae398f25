"""An analyst's edits of a finished batch, on disk beside its results.

edits/accepted.yaml     what the results were made with; the format of `voc analyze --edits`
edits/proposed.yaml     what is being put together, the accepted edits included
edits/mentions.parquet  the models' own labels, kept from the first edit on: edits start from them
edits/reasons.parquet   likewise the reasons for having no theme
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
import yaml

from voc.meaning import edit_file
from voc.meaning import edits as editing
from voc.meaning.edits import Diff
from voc.taxonomy import Taxonomy

Entry = dict[str, Any]  # one edit as the file holds it: {"rename": {"theme": ..., "label": ...}}
ACCEPTED: Final = "accepted.yaml"
PROPOSED: Final = "proposed.yaml"
MOST: Final = 2_000  # edits of one batch


def folder(home: Path) -> Path:
    """Where a batch's edits are."""
    return home / "edits"


def accepted(home: Path) -> list[Entry]:
    """The edits that the results were made with."""
    return _entries(folder(home) / ACCEPTED)


def proposed(home: Path) -> list[Entry]:
    """The edits that would be carried out next; the accepted ones when nothing was proposed."""
    path = folder(home) / PROPOSED
    return _entries(path) if path.exists() else accepted(home)


def propose(home: Path, entries: Sequence[Entry], taxonomy: Taxonomy) -> None:
    """Keep these edits as the proposed ones.

    Raises:
        VocError: one of them is wrong, or names a theme that is not there.
    """
    place = folder(home)
    place.mkdir(mode=0o700, exist_ok=True)
    draft = place / "edits.yaml"  # the name stands in messages
    write(draft, entries)
    try:
        editing.amend(draft, taxonomy)
    except BaseException:
        draft.unlink()
        raise
    draft.replace(place / PROPOSED)


def take_back(home: Path) -> None:
    """Drop what was proposed; the accepted edits stay."""
    (folder(home) / PROPOSED).unlink(missing_ok=True)


def write(path: Path, entries: Sequence[Entry]) -> None:
    """The edits as a file that `voc analyze --edits` reads."""
    text = yaml.safe_dump({"edits": list(entries)}, allow_unicode=True, sort_keys=False, width=10_000)
    path.write_text(text, encoding="utf-8")


def keep_unedited(home: Path, comments: pd.DataFrame, mentions: pd.DataFrame) -> None:
    """Put the models' own labels aside before they are first edited."""
    place = folder(home)
    if (place / "mentions.parquet").exists():
        return
    comments[["comment_id", "reason_without_theme"]].to_parquet(place / "reasons.parquet", index=False)
    draft = place / "mentions.draft"
    mentions.to_parquet(draft, index=False)
    draft.replace(place / "mentions.parquet")  # last: it says that both are there


def unedited(home: Path, comments: pd.DataFrame, mentions: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The two tables as the models left them."""
    place = folder(home)
    if not (place / "mentions.parquet").exists():
        return comments, mentions
    reasons = pd.read_parquet(place / "reasons.parquet").set_index("comment_id")["reason_without_theme"]
    before = comments["comment_id"].map(reasons).astype(object)
    before = before.where(before.notna(), None)
    return comments.assign(reason_without_theme=before), pd.read_parquet(place / "mentions.parquet")


def difference(home: Path, comments: pd.DataFrame, mentions: pd.DataFrame) -> Diff:
    """What the proposed edits would change in the results as they are now.

    Raises:
        VocError: the proposed edits are wrong.
    """
    path = folder(home) / PROPOSED
    if not path.exists():
        return editing.diff(mentions, mentions)
    texts, labels = unedited(home, comments, mentions)
    _, after = editing.apply(path, texts, labels)
    idle = editing.preview(path, texts, labels).idle
    found = editing.diff(mentions, after)
    return Diff(found.themes, found.mentions, idle)


def forget(home: Path, stand_ins: Mapping[str, str], texts: set[str]) -> None:
    """Take a person out: their comments' ids become stand-ins, edits of their comments go."""
    place = folder(home)
    for name in ("mentions.parquet", "reasons.parquet"):
        if (place / name).exists():
            table = pd.read_parquet(place / name)
            ids = table["comment_id"].map(lambda one: stand_ins.get(one, one))
            table.assign(comment_id=ids).to_parquet(place / "forget.draft", index=False)
            (place / "forget.draft").replace(place / name)
    for path in place.glob("*.yaml"):
        kept = [one for one in _entries(path) if not _is_about(one, stand_ins, texts)]
        write(place / "forget.draft", kept)
        (place / "forget.draft").replace(path)


def _is_about(entry: Entry, stand_ins: Mapping[str, str], texts: set[str]) -> bool:
    ((kind, said),) = entry.items()
    if kind == "comment":
        return str(said["id"]) in stand_ins
    return kind == "text" and str(said["equals"]).strip() in texts


def _entries(path: Path) -> list[Entry]:
    if not path.exists():
        return []
    edit_file.read(path)  # raises what is wrong with it
    found: list[Entry] = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("edits") or []
    return found
