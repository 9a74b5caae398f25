"""One model for both sides of a comparison, and what is known of that model.

Labels of two model versions are never compared.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from voc import artifacts
from voc.errors import InputError
from voc.numbers.evidence import Reliability
from voc.numbers.matrices import Ints

COLUMN = "model"


def refuse_two_models(comments: pd.DataFrame, mentions: pd.DataFrame, side: Ints) -> None:
    """Raises when the two sides were labeled by different models, where the tables say by which.

    A change of recall between model versions looks like a change of what customers say. The name and
    version of the model are read from a column `model` of the comments or of the mentions.

    Args:
        comments: comment_id and perhaps `model`.
        mentions: comment_id and perhaps `model`.
        side: (n,) 0, 1 or -1 per comment.

    Raises:
        InputError: the sides differ in model.
    """
    found: list[set[str]] = [set(), set()]
    if COLUMN in comments.columns:
        for wave in (0, 1):
            found[wave] |= set(comments[COLUMN][side == wave].dropna().astype(str))
    if COLUMN in mentions.columns:
        row = pd.Index(comments["comment_id"]).get_indexer(pd.Index(mentions["comment_id"]))
        at = np.where(row >= 0, side[row], -1)
        for wave in (0, 1):
            found[wave] |= set(mentions[COLUMN][at == wave].dropna().astype(str))
    if all(found) and found[0] != found[1]:
        raise InputError(
            f"The two sides were labeled by different models ({_said(found[0])} and {_said(found[1])}); "
            "their labels cannot be compared. Label both with one model: run `voc analyze` on all rows again."
        )


def reliability_of(comments: pd.DataFrame) -> Reliability:
    """Precision and recall of the embedded theme model, where the comments say that it read them."""
    if COLUMN not in comments.columns:
        return Reliability()
    themes = artifacts.find("themes")
    names = comments[COLUMN].dropna().astype(str).unique()
    if not len(names) or not all(f"voc-themes {themes.version};" in f"{name};" for name in names):
        return Reliability()
    measured = themes.facts.get("reliability", {})
    parts = ("precision", "recall", "polarity")
    return Reliability(**{part: tuple(measured[part]) for part in parts if part in measured})


def _said(names: set[str]) -> str:
    return ", ".join(sorted(names))
