"""How sure the model was of each mention, as likelihoods of the true states of a theme.

A mention says: the theme is there with chance p_theme, and then has this polarity with chance
p_polarity. Divided by the shares that these chances imply for the whole survey, they are likelihoods that
fit any prior, so that a comment's score and its other mentions can be taken into account
(Saerens, Latinne and Decaestecker 2002, Neural Computation 14). What the model may have missed follows
from its recall, where that is known; an overall over-confidence follows from its precision.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betaincinv, expit, logit

from voc.labels import POLARITIES
from voc.numbers.answers import Answers
from voc.numbers.confusion import BOTH, NEGATIVE, NEUTRAL, NONE, POSITIVE, STATES
from voc.numbers.imputation import Likelihood
from voc.numbers.matrices import Floats, Ints

P_STEPS = np.array([0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995, 1 - 1e-9])  # p_theme is kept to these steps
R_STEPS = np.array([0.5, 0.65, 0.8, 0.9, 1 - 1e-9])  # p_polarity to these
KINDS = (NEGATIVE, NEUTRAL, POSITIVE, BOTH)
MOST_MISSED = 0.5  # share of the comments without a theme that may truly have it
BY_THEME = 0.3  # spread of a theme's recall around the model's, log-odds
NEEDED = ("p_theme", "p_polarity")


@dataclass(frozen=True)
class Reliability:
    """What was measured of a theme model: (mean, number of observations it counts for); None = not known.

    Attributes:
        precision: share of its mentions that are right.
        recall: share of the true mentions that it finds.
        polarity: share of its right mentions whose polarity is right too.
    """

    precision: tuple[float, float] | None = None
    recall: tuple[float, float] | None = None
    polarity: tuple[float, float] | None = None

    def draws(self, m: int, rng: np.random.Generator) -> Iterator[tuple[float | None, float, float | None]]:
        """Precision, recall, polarity, spread evenly over their luck; None: as the probabilities say."""
        middle = (np.arange(m) + 0.5) / m
        nothing: list[float | None] = [None] * m
        precisions = nothing if self.precision is None else list(_quantiles(self.precision, middle))
        recalls = np.ones(m) if self.recall is None else _quantiles(self.recall, middle)
        polarities = nothing
        if self.polarity is not None:
            polarities = list(rng.permutation(_quantiles(self.polarity, middle)))
        yield from zip(precisions, rng.permutation(recalls).tolist(), polarities, strict=True)


def _quantiles(known: tuple[float, float], at: Floats) -> Floats:
    mean, size = known
    return np.asarray(betaincinv(mean * size, (1 - mean) * size, at))


@dataclass(frozen=True)
class Evidence:
    """What the model saw in n answers, in steps of certainty. R codes; code 0 is "nothing seen".

    Attributes:
        code: (n, T) code of every theme in every answer.
        kind: (R,) position in KINDS of what was seen; -1 for code 0.
        r: (R,) chance that the polarity is right where the theme is; 1 for code 0.
        mix: (3,) how often the survey has each polarity: where doubted ones go.
        p: (R,) chance that the theme is there; 0 for code 0.
        count: (T, R) writers per code.
        alive: (T, S) states that the survey knows of the theme.
    """

    code: Ints
    kind: Ints
    r: Floats
    mix: Floats
    p: Floats
    count: Floats
    alive: np.ndarray

    def likelihood(
        self, precision: float | None, recall: Floats, polarity: float | None = None
    ) -> Likelihood:
        """Per theme (R, S): chance of the code given each state, up to a factor per code.

        Args:
            precision: mean of p after correction; None leaves p as it is.
            recall: (T,) share of true mentions that were found.
            polarity: mean of r after correction; None leaves r as it is.
        """
        seen = self.count.sum(0)
        p = self.p if precision is None else _shifted(self.p, seen, precision)
        r = self.r if polarity is None else _shifted(self.r, seen * (self.kind >= 0), polarity)
        found = _states(self.kind, r, self.mix) * p[:, None]
        found[:, NONE] = 1 - p
        return [self._theme(t, found, float(recall[t])) for t in range(len(self.count))]

    def _theme(self, t: int, found: Floats, recall: float) -> Floats:
        count = self.count[t]
        chance = found * self.alive[t]
        chance /= np.maximum(chance.sum(1, keepdims=True), 1e-300)
        there = count[1:] @ chance[1:]
        there[NONE] = 0.0
        missed = there * (1 - recall) / recall / max(count[0], 1.0)
        missed *= min(1.0, MOST_MISSED / max(float(missed.sum()), 1e-300))
        chance[0] = missed
        chance[0, NONE] = 1 - missed.sum()
        share = count @ chance / max(float(count.sum()), 1.0)
        return np.asarray(np.where(share > 1e-12, chance / np.maximum(share, 1e-12), 0.0))


def _shifted(p: Floats, count: Floats, precision: float) -> Floats:
    """Chances p, their log-odds moved so that their mean over `count` is `precision`; 1 stays 1."""
    open_codes = (p > 0) & (p < 1) & (count > 0)
    if not open_codes.any():
        return p
    odds, weight = logit(p[open_codes]), count[open_codes]
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if weight @ expit(odds + middle) < precision * weight.sum() else (low, middle)
        )
    out = p.copy()
    out[open_codes] = expit(odds + low)
    return out


def has_probabilities(mentions: pd.DataFrame) -> bool:
    """True where the mentions say how sure the model was of at least one of them."""
    if not all(name in mentions.columns for name in NEEDED):
        return False
    sure = mentions[list(NEEDED)].apply(pd.to_numeric, errors="coerce")
    return bool((sure < 1).any(axis=None))


def gather(comment_ids: pd.Series, mentions: pd.DataFrame, answers: Answers, row: Ints) -> Evidence:
    """The evidence of `mentions` for the answers.

    Args:
        comment_ids: (N,) ids of the comments table.
        mentions: comment_id, theme, polarity, p_theme, p_polarity; a missing probability counts as 1,
            and so does what an analyst set (origin "analyst").
        answers: one comparison, rare leaves not pooled.
        row: (n,) position in the comments table of each answer.
    """
    where = pd.Index(comment_ids).get_indexer(pd.Index(mentions["comment_id"]))
    theme = pd.Index(answers.themes).get_indexer(pd.Index(mentions["theme"].astype(str)))
    polarity = pd.Index(POLARITIES).get_indexer(pd.Index(mentions["polarity"]))
    known = mentions[list(NEEDED)].apply(pd.to_numeric, errors="coerce").fillna(1.0)
    sure = known.to_numpy(dtype=np.float64, copy=True)  # pandas may hand out a read-only view
    if "origin" in mentions.columns:
        sure[(mentions["origin"] == "analyst").to_numpy()] = 1.0
    used = (where >= 0) & (theme >= 0) & (polarity >= 0)
    themes = len(answers.themes)
    pair, index = np.unique(where[used] * themes + theme[used], return_inverse=True)
    p, r = np.zeros((len(pair), 3)), np.zeros((len(pair), 3))
    np.maximum.at(p, (index, polarity[used]), sure[used, 0])
    np.maximum.at(r, (index, polarity[used]), sure[used, 1])
    kind, p_pair, r_pair = _kinds(p, r)
    codes, kinds, p_code, r_code = _codes(kind, p_pair, r_pair)
    table = np.zeros((len(comment_ids), themes), dtype=np.int64)
    table[pair // themes, pair % themes] = codes
    code = np.where(answers.writes[:, None], table[row], 0)
    writers = np.unique(row[answers.writes])
    count = np.stack([np.bincount(table[writers, t], minlength=len(p_code)) for t in range(themes)])
    mix: Floats = np.asarray(np.bincount(kind, p_pair, len(KINDS))[:3] + 1e-9, dtype=np.float64)
    alive = _alive(answers, code, kinds)
    return Evidence(code, kinds, r_code, mix, p_code, count.astype(np.float64), alive)


def _kinds(p: Floats, r: Floats) -> tuple[Ints, Floats, Floats]:
    """Kind (position in KINDS), p and r of each comment x theme from (m, 3) values per polarity."""
    bad, _, good = p.T > 0
    kind = np.where(bad & good, 3, np.where(bad, 0, np.where(good, 2, 1)))
    alone = np.minimum(kind, 2)
    line = np.arange(len(p))
    both = kind == 3
    return (
        kind,
        np.where(both, p.max(1), p[line, alone]),
        np.where(both, (r[:, 0] + r[:, 2]) / 2, r[line, alone]),
    )


def _codes(kind: Ints, p: Floats, r: Floats) -> tuple[Ints, Ints, Floats, Floats]:
    """Codes from 1 (m,), and per code from 0 its kind, p and r (R,), means of its members."""
    full = (kind * (len(P_STEPS) + 1) + np.searchsorted(P_STEPS, p, "right")) * (len(R_STEPS) + 1)
    used, code = np.unique(full + np.searchsorted(R_STEPS, r, "right"), return_inverse=True)
    size = np.maximum(np.bincount(code, minlength=len(used)), 1)
    p_code, r_code = np.bincount(code, p, len(used)) / size, np.bincount(code, r, len(used)) / size
    kinds = used // ((len(P_STEPS) + 1) * (len(R_STEPS) + 1))
    return code + 1, np.r_[-1, kinds].astype(np.int64), np.r_[0.0, p_code], np.r_[1.0, r_code]


def _states(kind: Ints, r: Floats, mix: Floats) -> Floats:
    """(R, S) chance of each state of a theme that the model is right to see there."""
    states = np.zeros((len(kind), STATES))
    states[kind < 0, NONE] = 1.0
    both = kind == KINDS.index(BOTH)
    states[both, BOTH] = r[both] ** 2
    for state in (NEGATIVE, POSITIVE):
        states[both, state] = (1 - r[both] ** 2) / 2
    for one in range(3):
        here = kind == one
        others = [j for j in range(3) if j != one]
        states[here, KINDS[one]] = r[here]
        for j in others:
            states[here, KINDS[j]] = (1 - r[here]) * mix[j] / mix[others].sum()
    return states


def _alive(answers: Answers, code: Ints, kind: Ints) -> np.ndarray:
    """(T, S) states whose leaves the survey has; "both" only where it was seen."""
    leaf = np.zeros((len(answers.themes), 3), dtype=bool)
    leaf[answers.leaf_theme, answers.leaf_polarity] = True
    out = np.zeros((len(answers.themes), STATES), dtype=bool)
    out[:, NONE] = True
    out[:, [NEGATIVE, NEUTRAL, POSITIVE]] = leaf
    double = np.flatnonzero(kind == KINDS.index(BOTH))
    out[:, BOTH] = np.isin(code, double).any(0) & leaf[:, 0] & leaf[:, 2]
    return out
