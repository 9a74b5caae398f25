"""An analyst's labels matched to the answers of a comparison."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from voc.errors import InputError
from voc.numbers.answers import Answers
from voc.numbers.confusion import Labeled, observed, states_of
from voc.numbers.matrices import Ints

LEAST_LABELS = 50


def with_themes_of(answers: Answers, labels: pd.DataFrame) -> Answers:
    """The answers with the themes that only the analyst found added, without mentions."""
    said = labels["theme"].dropna() if "theme" in labels.columns else pd.Series(dtype=object)
    new = sorted({str(name).strip() for name in said} - {"", *answers.themes})
    return replace(answers, themes=(*answers.themes, *new))


def enough(comment_ids: pd.Series, answers: Answers, row: Ints, labels: pd.DataFrame) -> bool:
    """Whether at least 50 of the answers with text are labeled; arguments as for `labeled_rows`."""
    own = pd.Index(comment_ids.astype(str).to_numpy()[row[answers.writes]]).unique()
    return int(own.isin(labels["comment_id"].astype(str)).sum()) >= LEAST_LABELS


def labeled_rows(comment_ids: pd.Series, answers: Answers, row: Ints, labels: pd.DataFrame) -> Labeled:
    """The labels as states beside the model's, matched to the answers.

    Args:
        comment_ids: (N,) ids of the comments table.
        answers: one comparison, rare leaves not pooled.
        row: (n,) position in the comments table of each answer.
        labels: comment_id, theme, polarity (one row per theme; a row with an empty theme says that
            the comment has none), and where present `weight`, the inverse chance of being chosen.

    Raises:
        InputError: fewer than 50 labeled comments belong to the comparison, or a theme is unknown.
    """
    missing = [c for c in ("comment_id", "theme", "polarity") if c not in labels.columns]
    if missing:
        held = ", ".join(map(str, labels.columns))
        raise InputError(f"The labels lack {', '.join(missing)}; they have {held}.")
    place = pd.Series(np.arange(len(row)), index=comment_ids.to_numpy()[row])
    place = place[~place.index.duplicated() & answers.writes]
    ids = labels["comment_id"].astype(str).drop_duplicates()
    known = ids[ids.isin(place.index)]
    if len(known) < LEAST_LABELS:
        raise InputError(
            f"{len(known)} labeled comments belong to this comparison; at least {LEAST_LABELS} are needed. "
            "`voc label` picks comments worth labeling."
        )
    rows = place[known].to_numpy(dtype=np.int64)
    themes = {name: t for t, name in enumerate(answers.themes)}
    own = labels[labels["comment_id"].astype(str).isin(known) & labels["theme"].notna()]
    own = own[own["theme"].astype(str).str.strip() != ""]
    strange = sorted(set(own["theme"].astype(str)) - set(themes))
    if strange:
        raise InputError(f"The labels' themes {', '.join(strange[:5])} are not among the answers' themes.")
    at = pd.Series(np.arange(len(known)), index=known.to_numpy())
    kind = own["polarity"].map({"negative": 0, "neutral": 1, "positive": 2})
    if kind.isna().any():
        raise InputError(f"The polarity {own['polarity'][kind.isna()].iloc[0]!r} is unknown.")
    place_of = at[own["comment_id"].astype(str)].to_numpy()
    truth = _truth(place_of, own["theme"].map(themes), kind, len(known), len(themes))
    weight = np.ones(len(known))
    if "weight" in labels.columns:
        chosen = labels.assign(comment_id=labels["comment_id"].astype(str)).drop_duplicates("comment_id")
        weight = chosen.set_index("comment_id")["weight"].loc[known].to_numpy(dtype=np.float64)
        weight = weight / weight.mean()
    return Labeled(rows, truth, observed(answers)[rows], weight)


def _truth(row: Ints, theme: pd.Series, kind: pd.Series, n: int, themes: int) -> Ints:
    leaf = theme.to_numpy(dtype=np.int64) * 3 + kind.to_numpy(dtype=np.int64)
    table = sp.csr_matrix((np.ones(len(row)), (row, leaf)), shape=(n, 3 * themes))
    every = np.arange(3 * themes)
    return states_of(table, every // 3, every % 3, themes)
