"""An analyst's corrections, kept in a file and applied on every run: they outlive models and re-fits.

Takes the `comments` and `mentions` tables as the models left them. Gives the two tables as the
analyst wants them, the taxonomy with its new names and parents, and a diff to look at before
accepting. The format of the file is shown in `voc.meaning.edit_file`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from voc.errors import OptionError
from voc.intake.language import tag_one
from voc.labels import POLARITIES
from voc.meaning.clauses import split
from voc.meaning.edit_file import Edit, read
from voc.meaning.theme_words import Hit, ThemeWords
from voc.taxonomy import Taxonomy, Theme, nearest

_RANK: Final = {"analyst": 0, "rule": 1, "model": 2}
_KEY: Final = ["comment_id", "theme", "polarity"]


@dataclass(frozen=True)
class Diff:
    """What edits change.

    Attributes:
        themes: one row per theme that changes: theme, n_before, n_after, n_added, n_removed (comments).
        mentions: the changed mentions, with `change` "added" or "removed".
        idle: edits that changed nothing here, as "kind, line N".
    """

    themes: pd.DataFrame
    mentions: pd.DataFrame
    idle: tuple[str, ...] = ()


def apply(
    path: Path | None, comments: pd.DataFrame, mentions: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables with the edits of a file carried out, in the file's order; the inputs are not changed.

    Comments that gain a theme lose their reason for having none, and the other way round.

    Args:
        path: the edits file, or None for no edits.
        comments: needs comment_id, text; p_negative, p_neutral, p_positive decide polarities not given.
        mentions: the `mentions` table.

    Raises:
        InputError: the file is wrong; the message has the line.
    """
    if path is None:
        return comments, mentions
    edited, reasons = mentions, pd.Series(dtype=object)
    for edit in read(path):
        edited, told = _carry_out(edit, comments, edited)
        reasons = pd.concat([reasons, told])
    return _with_reasons(comments, mentions, edited, reasons), edited


def amend(path: Path | None, taxonomy: Taxonomy) -> Taxonomy:
    """The tree with the renamed, moved, merged and split themes of an edits file.

    Raises:
        OptionError: an edit names a theme that is not there; the message has the line and near names.
    """
    themes = dict(taxonomy.by_id)
    for edit in read(path) if path is not None else ():
        named = [one for one in (edit.theme, *edit.themes, *edit.is_themes) if one]
        for theme_id in named:
            if theme_id not in themes:
                hint = nearest(theme_id, list(themes))
                raise OptionError(f"{path}, line {edit.line}: there is no theme {theme_id!r}; {hint}")
        if edit.kind == "rename" and edit.label is not None:
            themes[edit.theme] = replace(themes[edit.theme], label=edit.label)
        elif edit.kind == "move":
            if edit.into not in themes or themes[edit.into].parent is not None:
                known = ", ".join(one.id for one in themes.values() if one.parent is None)
                raise OptionError(f"{path}, line {edit.line}: 'under' is one of {known}.")
            themes[edit.theme] = replace(themes[edit.theme], parent=edit.into)
        elif edit.kind in ("merge", "split"):
            _regroup(edit, themes)
    tops = [theme for theme in themes.values() if theme.parent is None]
    ordered = [one for top in tops for one in (top, *(t for t in themes.values() if t.parent == top.id))]
    return replace(taxonomy, themes=tuple(ordered))


def _regroup(edit: Edit, themes: dict[str, Theme]) -> None:
    """Carry out a merge or a split on the tree."""
    model = themes[edit.theme or edit.themes[0]]
    label = edit.label or (themes[edit.into].label if edit.into in themes else None)
    name = label or {"ar": edit.into, "en": edit.into.replace("_", " ").capitalize()}
    themes[edit.into] = replace(themes.get(edit.into, model), id=edit.into, label=name)
    for theme_id in edit.themes:
        if theme_id != edit.into:
            del themes[theme_id]


def diff(before: pd.DataFrame, after: pd.DataFrame) -> Diff:
    """What changed between two `mentions` tables of the same comments."""
    marked = before[_KEY].merge(after[_KEY], on=_KEY, how="outer", indicator="change")
    changed = marked[marked["change"] != "both"].copy()
    changed["change"] = changed["change"].map({"left_only": "removed", "right_only": "added"}).astype(str)
    rows = [
        {
            "theme": theme,
            "n_before": int(before.loc[before["theme"] == theme, "comment_id"].nunique()),
            "n_after": int(after.loc[after["theme"] == theme, "comment_id"].nunique()),
            "n_added": int((changed.loc[changed["theme"] == theme, "change"] == "added").sum()),
            "n_removed": int((changed.loc[changed["theme"] == theme, "change"] == "removed").sum()),
        }
        for theme in sorted(changed["theme"].unique())
    ]
    columns = ["theme", "n_before", "n_after", "n_added", "n_removed"]
    return Diff(pd.DataFrame(rows, columns=columns), changed.reset_index(drop=True))


def preview(path: Path, comments: pd.DataFrame, mentions: pd.DataFrame) -> Diff:
    """What an edits file would change in past results, and which of its edits change nothing."""
    edited, idle = mentions, []
    for edit in read(path):
        after, _ = _carry_out(edit, comments, edited)
        if edit.kind not in ("rename", "move") and diff(edited, after).mentions.empty:
            idle.append(f"{edit.kind}, line {edit.line}")
        edited = after
    return replace(diff(mentions, edited), idle=tuple(idle))


def _carry_out(edit: Edit, comments: pd.DataFrame, mentions: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """The mentions after one edit, and the reasons it gives, by comment id."""
    reasons = pd.Series(dtype=object)
    if edit.kind == "merge":
        mentions = mentions.assign(
            theme=mentions["theme"].where(~mentions["theme"].isin(edit.themes), edit.into)
        )
    elif edit.kind == "split":
        texts = dict(zip(comments["comment_id"], comments["text"], strict=True))
        words = _words(edit)
        chosen = [
            row.theme == edit.theme and bool(words.find(texts[row.comment_id][row.start : row.end]))
            for row in mentions.itertuples()
        ]
        mentions = mentions.assign(theme=mentions["theme"].mask(pd.Series(chosen, mentions.index), edit.into))
    elif edit.kind == "rule":
        mentions = _added(mentions, _rule_rows(edit, comments))
    elif edit.kind in ("comment", "text"):
        column = "comment_id" if edit.kind == "comment" else "text"
        chosen_comments = comments[comments[column].astype(str).str.strip() == edit.match.strip()]
        ids = chosen_comments["comment_id"]
        gone = mentions["comment_id"].isin(ids) & mentions["theme"].isin([*edit.is_not, *edit.is_themes])
        rows = [
            _row(comment, theme, 0, len(comment["text"]), edit, "analyst")
            for comment in chosen_comments.to_dict("records")
            for theme in edit.is_themes
        ]
        mentions = _added(mentions[~gone], rows)
        reasons = pd.Series(edit.reason, index=ids, dtype=object)
    return _strongest(mentions), reasons


def _words(edit: Edit) -> ThemeWords:
    words = {"ar": edit.words}  # each word is inflected by its own script, whatever the group
    theme = Theme(edit.into or edit.theme, None, {}, words=words, unless=edit.unless)
    return ThemeWords(Taxonomy("edit", {}, (theme,)))


def _rule_rows(edit: Edit, comments: pd.DataFrame) -> list[dict[str, Any]]:
    """A mention for each comment with a rule's words; the evidence is the clause of the first one."""
    words, rows = _words(edit), []
    for comment in comments.to_dict("records"):
        hits: Sequence[Hit] = words.find(comment["text"])
        if hits:
            clause = next(s for s in split(comment["text"]) if s.start <= hits[0].start < s.end)
            rows.append(_row(comment, edit.theme, clause.start, clause.end, edit, "rule"))
    return rows


def _row(
    comment: dict[Any, Any], theme: str, start: int, end: int, edit: Edit, origin: str
) -> dict[str, Any]:
    p = [float(comment.get(f"p_{polarity}") or 0.0) for polarity in POLARITIES]
    p = [0.0 if one != one else one for one in p]  # a comment without text has no probabilities
    best = max(range(3), key=lambda place: p[place])
    given = edit.polarity is not None or p[best] == 0
    return {
        "comment_id": comment["comment_id"],
        "theme": theme,
        "polarity": edit.polarity or (POLARITIES[best] if not given else "neutral"),
        "p_theme": 1.0,
        "p_polarity": 1.0 if given else p[best],
        "start": start,
        "end": end,
        "language": tag_one(comment["text"][start:end], dialects=False).language,
        "origin": origin,
    }


def _added(mentions: pd.DataFrame, rows: list[dict[str, Any]]) -> pd.DataFrame:
    if not rows:
        return mentions
    new = pd.DataFrame(rows, columns=list(mentions.columns)).astype(mentions.dtypes.to_dict())
    return pd.concat([mentions, new], ignore_index=True)


def _strongest(mentions: pd.DataFrame) -> pd.DataFrame:
    """One row per comment, theme and polarity: an analyst's before a rule's before a model's, then by p."""
    ranked = mentions.assign(_rank=mentions["origin"].map(_RANK), _place=range(len(mentions)))
    ranked = ranked.sort_values(["_rank", "p_theme", "_place"], ascending=[True, False, True])
    kept = ranked.drop_duplicates(_KEY).sort_values("_place")
    return kept[list(mentions.columns)].reset_index(drop=True)


def _with_reasons(
    comments: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, told: pd.Series
) -> pd.DataFrame:
    """Comments whose `reason_without_theme` fits the edited mentions."""
    if "reason_without_theme" not in comments.columns:
        return comments
    ids = comments["comment_id"]
    given = dict(zip(told.index, told, strict=True))
    reasons = comments["reason_without_theme"].astype(object).mask(ids.isin(after["comment_id"]), None)
    lost = ids.isin(before["comment_id"]) & ~ids.isin(after["comment_id"])
    reasons = reasons.mask(lost, pd.Series([given.get(one, "vague") for one in ids], ids.index, dtype=object))
    return comments.assign(reason_without_theme=reasons.where(reasons.notna(), None))
