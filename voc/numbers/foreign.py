"""Tables of any tool as ours: a score on its scale, an id each, mentions with theme and polarity."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from voc.errors import InputError
from voc.intake.scales import Scale, ScoreProblem
from voc.labels import POLARITIES

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


def table(source: Any, what: str) -> pd.DataFrame:
    """A pandas copy of a frame, a list of dicts, or the rows of a CSV, Parquet or JSONL file."""
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


def renamed(table: pd.DataFrame) -> pd.DataFrame:
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


def scored(table: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """The comments with an id each and scores as numbers on the scale."""
    if table.empty:
        raise InputError("The comments table has no rows.")
    table = renamed(table)
    if "score" not in table.columns:
        raise InputError(f"The comments need a column `score`; they have {columns_of(table)}.")
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


def mentions_of(comments: pd.DataFrame, mentions: pd.DataFrame | None) -> pd.DataFrame:
    """comment_id, theme, polarity and what is known of them, from a table or the comments' `themes`.

    Raises:
        InputError: there are no themes, or columns are missing.
    """
    if mentions is None:
        if "themes" not in comments.columns:
            raise InputError(
                "There are no themes: give a mentions table (comment_id, theme, polarity) or a column "
                f"`themes` in the comments, which have {columns_of(comments)}."
            )
        mentions = _unfolded(comments)
    mentions = renamed(mentions)
    missing = [column for column in ("comment_id", "theme") if column not in mentions.columns]
    if missing:
        raise InputError(f"The mentions lack {', '.join(missing)}; they have {columns_of(mentions)}.")
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


def columns_of(table: pd.DataFrame) -> str:
    """The names of its columns, for messages."""
    return ", ".join(map(str, table.columns))
