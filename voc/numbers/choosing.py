"""Which comments an analyst should label: at random with known chances, more where themes are rare."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy.sparse as sp

from voc.errors import OptionError
from voc.numbers.join import has_text
from voc.numbers.labeled import LEAST_LABELS
from voc.numbers.matrices import Floats


def choose(comments: pd.DataFrame, mentions: pd.DataFrame, n: int, seed: int = 0) -> pd.DataFrame:
    """Comments worth labeling, at random with known chances: half for all, half where rare themes are.

    Args:
        comments: comment_id and text or has_text.
        mentions: comment_id, theme, polarity, as the model found them.
        n: how many, at least 50.
        seed: of the draw.

    Returns:
        comment_id and weight (inverse of the chance to be chosen); pass both on with the labels.
    """
    if n < LEAST_LABELS:
        raise OptionError(f"{n} labels are too few to estimate errors; choose at least {LEAST_LABELS}.")
    ids = comments["comment_id"].astype(str)
    leaf = mentions["theme"].astype(str) + "/" + mentions["polarity"].astype(str)
    rarity = 1 / leaf.map(leaf.value_counts())
    pulls = rarity.groupby(mentions["comment_id"].astype(str)).max().reindex(ids).fillna(0.0)
    pull: Floats = np.asarray(pulls, dtype=np.float64)
    writes = np.flatnonzero(has_text(comments, sp.csr_matrix((len(comments), 1))))
    size = min(n, len(writes))
    chance = _chances(pull[writes], size)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(writes))
    steps = chance[order].cumsum() + rng.random()
    taken = np.sort(order[np.flatnonzero(np.diff(np.floor(np.r_[steps[0] - chance[order[0]], steps])) > 0)])
    return pd.DataFrame({"comment_id": ids.to_numpy()[writes[taken]], "weight": 1 / chance[taken]})


def _chances(pull: Floats, size: int) -> Floats:
    """(m,) inclusion chances summing to `size`, each at most 1."""
    mixed = 0.5 / len(pull) + 0.5 * (pull / pull.sum() if pull.sum() > 0 else 1 / len(pull))
    chance = np.minimum(size * mixed, 1.0)
    for _ in range(20):
        free = chance < 1
        if not free.any() or abs(chance.sum() - size) < 1e-9:
            break
        chance[free] = np.minimum(chance[free] * (size - (~free).sum()) / chance[free].sum(), 1.0)
    return np.asarray(chance)
