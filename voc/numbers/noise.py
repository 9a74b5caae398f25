"""Classifier error carried into the movement: multiple imputation from a labeled subsample.

Each imputation draws the confusion anew (Bayesian bootstrap of the labeled comments), then the true
states of every comment, then decomposes. Parts are the mean over imputations (exact, as each is);
variances follow Rubin: mean variance + (1 + 1/m) x variance between imputations.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from voc.errors import InputError, OptionError
from voc.numbers.answers import Answers, pool_rare
from voc.numbers.confusion import BOTH, NEGATIVE, NEUTRAL, POSITIVE, Labeled, mentions_of, observed, states_of
from voc.numbers.decomposition import Decomposition, decompose
from voc.numbers.imputation import Writers, draw
from voc.numbers.join import has_text
from voc.numbers.matrices import Floats, Ints
from voc.numbers.regression import Options

IMPUTATIONS = 10
LEAST_LABELS = 50


def impute(
    answers: Answers,
    labeled: Labeled,
    options: Options,
    *,
    seed: int,
    imputations: int = IMPUTATIONS,
    least: int = 10,
) -> Decomposition:
    """The decomposition pooled over imputations of the true mentions.

    Args:
        answers: with the model's mentions, rare leaves not pooled yet.
        labeled: the analyst's labels of some of the comments.
        options: how to decompose.
        seed: of the draws.
        imputations: number of draws, at least 2.
        least: leaves with fewer commenters, as the model sees them, become "other".
    """
    rng = np.random.default_rng(seed)
    writers, where = _writers(answers, labeled)
    polarities, themes = _all_leaves(answers, labeled)
    made = []
    for _ in range(imputations):
        confusion = labeled.confusion(rng.exponential(size=len(labeled.row)))
        states = np.zeros((len(answers.y), len(answers.themes)), dtype=np.int64)
        states[where] = draw(writers, confusion, rng)
        full = replace(
            answers,
            mentions=mentions_of(states, themes, polarities),
            leaf_theme=themes,
            leaf_polarity=polarities,
        )
        made.append(decompose(_pooled_like(full, answers, least), options))
    return _rubin(made)


def _writers(answers: Answers, labeled: Labeled) -> tuple[Writers, Ints]:
    where = np.flatnonzero(answers.writes)
    seen = observed(answers)
    known = np.zeros(len(answers.y), dtype=bool)
    known[labeled.row] = True
    truth = seen.copy()
    truth[labeled.row] = labeled.truth
    cell = answers.wave * answers.n_categories + answers.category
    every = (seen, cell, answers.category, answers.segment, known, truth)
    return Writers(*(values[where] for values in every)), where


def _all_leaves(answers: Answers, labeled: Labeled) -> tuple[Ints, Ints]:
    """Polarity and theme of every leaf that the model or the analyst used."""
    used = set(zip(answers.leaf_theme.tolist(), answers.leaf_polarity.tolist(), strict=True))
    for polarity, own in ((0, (NEGATIVE, BOTH)), (1, (NEUTRAL,)), (2, (POSITIVE, BOTH))):
        used |= {(int(t), polarity) for t in np.flatnonzero(np.isin(labeled.truth, own).any(0))}
    leaves = np.array(sorted(used), dtype=np.int64).reshape(-1, 2)
    return leaves[:, 1], leaves[:, 0]


def _pooled_like(full: Answers, model: Answers, least: int) -> Answers:
    """`full` with the same leaves pooled in every imputation: those the model rarely found."""
    counts = dict(
        zip(
            zip(model.leaf_theme.tolist(), model.leaf_polarity.tolist(), strict=True),
            model.mention_counts().sum(0),
            strict=True,
        )
    )
    rare = np.array(
        [
            counts.get((t, p), 0.0) < least
            for t, p in zip(full.leaf_theme.tolist(), full.leaf_polarity.tolist(), strict=True)
        ]
    )
    return pool_rare(full, least, rare)[0]


def _rubin(made: list[Decomposition]) -> Decomposition:
    """Means over imputations; variances with the spread between them added."""
    m = len(made)
    first = made[0]

    def mean(name: str) -> Floats:
        return np.asarray(np.mean([getattr(one, name) for one in made], axis=0))

    def between(name: str) -> Floats:
        values = np.array([getattr(one, name) for one in made])
        return np.atleast_2d(np.cov(values.T)) * (1 + 1 / m)

    spread = np.diag(between("ingredients"))
    within = np.mean([one.ingredient_se**2 for one in made], axis=0)
    return Decomposition(
        answers=first.answers,
        components=mean("components"),
        covariance=mean("covariance") + between("components"),
        correction=mean("correction"),
        ingredients=mean("ingredients"),
        ingredient_se=np.sqrt(within + spread),
        shares=mean("shares"),
        own=mean("own"),
    )


def with_themes_of(answers: Answers, labels: pd.DataFrame) -> Answers:
    """The answers with the themes that only the analyst found added, without mentions."""
    said = labels["theme"].dropna() if "theme" in labels.columns else pd.Series(dtype=object)
    new = sorted({str(name).strip() for name in said} - {"", *answers.themes})
    return replace(answers, themes=(*answers.themes, *new))


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
