"""An analyst's labels of some comments: the sheet `voc label` writes and `--labels` reads back.

One row per comment: comment_id, weight, text, themes. In `themes` the analyst writes
``staff:negative; price:positive``, or ``none`` where the comment has no theme. A blank cell means
"not labeled yet" and is left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from voc.errors import InputError, OptionError
from voc.labels import POLARITIES
from voc.taxonomy import Taxonomy
from voc.taxonomy.tree import nearest

NONE: Final = ("none", "لا شيء", "لا شي", "لايوجد", "لا يوجد")
SHEET: Final = ("comment_id", "weight", "text", "themes")


def sheet(comments: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """The comments worth labeling with an empty `themes` column; columns `SHEET`.

    Args:
        comments: needs comment_id and text.
        chosen: comment_id and weight, from `voc.numbers.choosing.choose`.
    """
    texts = comments[["comment_id", "text"]].astype({"comment_id": str})
    found = chosen.astype({"comment_id": str}).merge(texts, on="comment_id", how="left")
    return found.assign(themes="")[list(SHEET)]


def read(path: Path, taxonomy: Taxonomy) -> pd.DataFrame:
    """The labels: comment_id, theme, polarity, weight; an empty theme says "none".

    Raises:
        InputError: the file is not such a sheet, or no row is labeled yet.
        OptionError: a theme or polarity is unknown; the row and the nearest names are shown.
    """
    if not path.is_file():
        raise InputError(f"There is no labels file {str(path)!r}; `voc label` writes one to fill in.")
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} cannot be read as CSV in UTF-8 ({error}).") from error
    missing = [column for column in ("comment_id", "themes") if column not in table.columns]
    if missing:
        raise InputError(f"{path.name} lacks {', '.join(missing)}; it has {', '.join(table.columns)}.")
    weight = pd.to_numeric(table["weight"], errors="coerce").fillna(1.0) if "weight" in table else 1.0
    rows = []
    for number, one in enumerate(table.assign(weight=weight).itertuples(index=False), start=1):
        for theme, polarity in _cell(str(one.themes), f"{path.name}, row {number}", taxonomy):
            rows.append((str(one.comment_id), theme, polarity, float(str(one.weight))))
    if not rows:
        raise InputError(f"No row of {path.name} is labeled yet: its column `themes` is empty.")
    return pd.DataFrame(rows, columns=["comment_id", "theme", "polarity", "weight"])


def _cell(text: str, where: str, taxonomy: Taxonomy) -> list[tuple[str, str]]:
    if not text.strip():
        return []
    if text.strip().lower() in NONE:
        return [("", "neutral")]
    return [_item(item.strip(), where, taxonomy) for item in text.split(";") if item.strip()]


def _item(item: str, where: str, taxonomy: Taxonomy) -> tuple[str, str]:
    theme, _, polarity = item.partition(":")
    theme, polarity = theme.strip(), polarity.strip()
    if polarity not in POLARITIES:
        raise OptionError(f"{where}: {item!r} needs a polarity: {theme}:negative, :neutral or :positive.")
    by_label = {t.label[language]: t.id for t in taxonomy.leaves for language in ("ar", "en")}
    theme = by_label.get(theme, theme)
    leaves = [leaf.id for leaf in taxonomy.leaves]
    if theme not in leaves:
        raise OptionError(f"{where}: there is no theme {theme!r}; {nearest(theme, leaves)}")
    return theme, polarity
