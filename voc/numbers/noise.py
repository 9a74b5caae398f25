"""Classifier error carried into the movement: multiple imputation of the true mentions.

What is known of the model's errors comes from comments an analyst labeled, or, without them, from the
model's own probabilities. Each imputation draws the error rates anew, then the true states of every
comment, then decomposes. Parts are the mean over imputations (exact, as each is); variances follow
Rubin: mean variance + (1 + 1/m) x variance between imputations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from voc.numbers.answers import Answers, pool_rare
from voc.numbers.by_segment import BySegment
from voc.numbers.confusion import BOTH, NEGATIVE, NEUTRAL, POSITIVE, Labeled, mentions_of, observed
from voc.numbers.decomposition import Decomposition, decompose
from voc.numbers.evidence import BY_THEME, Evidence, Reliability
from voc.numbers.imputation import Chain, Likelihood
from voc.numbers.imputation_models import Writers
from voc.numbers.levels import Levels, levels, pooled
from voc.numbers.matrices import Floats, Ints
from voc.numbers.regression import Options
from voc.numbers.sampled_errors import Sampled, corrected, corrected_levels, only

IMPUTATIONS = 10  # with an analyst's labels
FEW_IMPUTATIONS = 8  # from the model's probabilities, in every analysis


class Errors(Protocol):
    """What is known of a model's errors."""

    def codes(self, answers: Answers) -> Ints:
        """(n, T) what was seen of each theme; 0 = nothing."""

    def known(self, answers: Answers) -> tuple[np.ndarray, Ints]:
        """(n,) which answers are labeled, and (n, T) their true states."""

    def leaves(self, answers: Answers) -> tuple[Ints, Ints]:
        """Polarity and theme of every leaf that may be drawn."""

    def likelihoods(self, m: int, rng: np.random.Generator) -> Iterator[Likelihood]:
        """Draws of the error rates."""


@dataclass(frozen=True)
class FromLabels:
    """Error rates from the comments an analyst labeled."""

    labeled: Labeled

    def codes(self, answers: Answers) -> Ints:
        """The model's states."""
        return observed(answers)

    def known(self, answers: Answers) -> tuple[np.ndarray, Ints]:
        """The analyst's states."""
        known = np.zeros(len(answers.y), dtype=bool)
        known[self.labeled.row] = True
        truth = np.zeros((len(answers.y), len(answers.themes)), dtype=np.int64)
        truth[self.labeled.row] = self.labeled.truth
        return known, truth

    def leaves(self, answers: Answers) -> tuple[Ints, Ints]:
        """The leaves that the model or the analyst used."""
        used = set(zip(answers.leaf_theme.tolist(), answers.leaf_polarity.tolist(), strict=True))
        for polarity, own in ((0, (NEGATIVE, BOTH)), (1, (NEUTRAL,)), (2, (POSITIVE, BOTH))):
            used |= {(int(t), polarity) for t in np.flatnonzero(np.isin(self.labeled.truth, own).any(0))}
        leaves = np.array(sorted(used), dtype=np.int64).reshape(-1, 2)
        return leaves[:, 1], leaves[:, 0]

    def likelihoods(self, m: int, rng: np.random.Generator) -> Iterator[Likelihood]:
        """Confusions of m Bayesian bootstrap draws of the labeled comments."""
        for _ in range(m):
            luck = rng.exponential(size=len(self.labeled.row))
            yield [np.ascontiguousarray(table.T) for table in self.labeled.confusion(luck)]


@dataclass(frozen=True)
class FromProbabilities:
    """Error rates from the model's own probabilities and what its card says."""

    evidence: Evidence
    reliability: Reliability

    def codes(self, answers: Answers) -> Ints:
        """Steps of certainty."""
        return self.evidence.code

    def known(self, answers: Answers) -> tuple[np.ndarray, Ints]:
        """Nothing is labeled."""
        return np.zeros(len(answers.y), dtype=bool), np.zeros_like(self.evidence.code)

    def leaves(self, answers: Answers) -> tuple[Ints, Ints]:
        """The leaves that the model used."""
        return answers.leaf_polarity, answers.leaf_theme

    def likelihoods(self, m: int, rng: np.random.Generator) -> Iterator[Likelihood]:
        """Draws of precision and recall, recall with some luck of its own per theme."""
        themes = len(self.evidence.count)
        for precision, recall, polarity in self.reliability.draws(m, rng):
            odds = np.log(recall / max(1 - recall, 1e-12)) + BY_THEME * rng.standard_normal(themes)
            yield self.evidence.likelihood(precision, np.asarray(1 / (1 + np.exp(-odds))), polarity)


def impute(
    answers: Answers,
    errors: Errors,
    options: Options,
    *,
    seed: int,
    imputations: int = IMPUTATIONS,
    least: int = 10,
    comment: Ints | None = None,
) -> Decomposition:
    """The decomposition pooled over imputations of the true mentions.

    Args:
        answers: with the model's mentions, as for `drawn`.
        errors: what is known of the model's errors.
        options: how to decompose.
        seed: of the draws.
        imputations: number of draws, at least 2.
        least: leaves with fewer commenters become "other".
        comment: (n,) the comment each answer comes from, or None.
    """
    as_read, draws = drawn(answers, errors, seed=seed, imputations=imputations, least=least, comment=comment)
    made = [decompose(one, options) for one in draws]
    return _rubin(made, decompose(as_read, replace(options, own=False)))


def impute_levels(
    answers: Answers,
    errors: Errors,
    project: bool,
    *,
    seed: int,
    imputations: int = FEW_IMPUTATIONS,
    least: int = 10,
    comment: Ints | None = None,
) -> tuple[Levels, Answers]:
    """The contributions to the level pooled over imputations, and the answers as the model read them.

    Args:
        answers: with the model's mentions, as for `drawn`.
        errors: what is known of the model's errors.
        project: silent respondents take the reasons of writers, as in `levels.levels`.
        seed: of the draws.
        imputations: number of draws, at least 2.
        least: leaves with fewer commenters become "other".
        comment: (n,) the comment each answer comes from, or None.
    """
    as_read, draws = drawn(answers, errors, seed=seed, imputations=imputations, least=least, comment=comment)
    made = [levels(one, project=project) for one in draws]
    return pooled(made, levels(as_read, project=project)), as_read


def drawn(
    answers: Answers,
    errors: Errors,
    *,
    seed: int,
    imputations: int = IMPUTATIONS,
    least: int = 10,
    comment: Ints | None = None,
) -> tuple[Answers, Iterator[Answers]]:
    """The answers as the model read them, and draws of what they truly say, all with the same leaves.

    Args:
        answers: with the model's mentions, rare leaves not pooled yet.
        errors: what is known of the model's errors.
        seed: of the draws.
        imputations: number of draws, at least 2.
        least: leaves with fewer commenters, as the model sees them, become "other".
        comment: (n,) the comment each answer comes from, as a number that does not depend on the order of
            the rows; the draws then depend neither on that order nor on which side comes first.
    """
    rng = np.random.default_rng(seed)
    writers, where, source = _writers(answers, errors, comment)
    polarities, themes = errors.leaves(answers)

    def with_states(states: Ints) -> Answers:
        mentions = mentions_of(states, themes, polarities)
        full = replace(answers, mentions=mentions, leaf_theme=themes, leaf_polarity=polarities)
        return _pooled_like(full, answers, least)

    def draws() -> Iterator[Answers]:
        chain = None
        for likelihood in errors.likelihoods(imputations, rng):
            chain = chain or Chain(writers, likelihood, rng)
            states = np.zeros((len(answers.y), len(answers.themes)), dtype=np.int64)
            states[where] = chain.draw(likelihood)[source]
            yield with_states(states)

    return with_states(observed(answers)), draws()


def impute_samples(
    whole: Answers, sampled: Sampled, errors: FromProbabilities, options: Options, *, seed: int, least: int
) -> Decomposition:
    """As `impute`, from draws that each have a sample of their own.

    Args: as there; and `sampled`, the answers in the samples (two or more), which `errors` is of. Leaves
        with fewer than `least` commenters in `whole` become "other".
    """
    draws = _sample_draws(whole, sampled, errors, seed, least)
    made = [(decompose(one, options), decompose(as_read, options)) for one, as_read in draws]
    return corrected(decompose(_pooled_like(whole, whole, least), options), made)


def impute_level_samples(
    whole: Answers, sampled: Sampled, errors: FromProbabilities, project: bool, *, seed: int, least: int
) -> tuple[Levels, Answers]:
    """As `impute_levels`, from draws that each have a sample of their own; see `impute_samples`."""
    draws = _sample_draws(whole, sampled, errors, seed, least)
    made = [(levels(one, project=project), levels(as_read, project=project)) for one, as_read in draws]
    everybody = _pooled_like(whole, whole, least)
    return corrected_levels(levels(everybody, project=project), made), everybody


def _sample_draws(
    whole: Answers, sampled: Sampled, errors: FromProbabilities, seed: int, least: int
) -> Iterator[tuple[Answers, Answers]]:
    """Per sample a draw of what its answers truly say, and the same answers as the model read them."""
    rng = np.random.default_rng(seed)
    polarities, themes = errors.leaves(whole)
    for number, likelihood in enumerate(errors.likelihoods(int(sampled.draw.max()) + 1, rng)):
        rows = np.flatnonzero(sampled.draw == number)
        some = only(sampled.answers, rows)
        own = replace(errors, evidence=replace(errors.evidence, code=errors.evidence.code[rows]))
        writers, where, source = _writers(some, own, sampled.comment[rows])
        states = np.zeros((len(some.y), len(some.themes)), dtype=np.int64)
        states[where] = Chain(writers, likelihood, rng).draw(likelihood)[source]
        mentions = mentions_of(states, themes, polarities)
        truly = replace(some, mentions=mentions, leaf_theme=themes, leaf_polarity=polarities)
        yield _pooled_like(truly, whole, least), _pooled_like(some, whole, least)


def _writers(answers: Answers, errors: Errors, comment: Ints | None) -> tuple[Writers, Ints, Ints]:
    """The commenters in an order of their own, the answers with text, and the commenter of each of those."""
    where = np.flatnonzero(answers.writes)
    comment = np.arange(len(answers.y)) if comment is None else comment
    _, first, source = np.unique(comment[where], return_index=True, return_inverse=True)
    one = where[first]  # in order of `comment`
    wave = answers.wave[one] ^ int(answers.wave[one[0]]) if len(one) else answers.wave[one]
    order = np.argsort(wave, kind="stable")
    known, truth = errors.known(answers)
    every = (errors.codes(answers), None, answers.category, answers.segment, known, truth)
    sorted_ = [wave[order] if values is None else values[one[order]] for values in every]
    return Writers(*sorted_), where, np.argsort(order)[source]


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


def _rubin(made: list[Decomposition], as_read: Decomposition) -> Decomposition:
    """Means over imputations; variances with the spread between them added."""
    m = len(made)

    def mean(name: str) -> Floats:
        return np.asarray(np.mean([getattr(one, name) for one in made], axis=0))

    def between(name: str) -> Floats:
        values = np.array([getattr(one, name) for one in made])
        return np.atleast_2d(np.cov(values.T)) * (1 + 1 / m)

    spread = np.diag(between("ingredients"))
    within = np.mean([one.ingredient_se**2 for one in made], axis=0)
    return Decomposition(
        answers=as_read.answers,  # readers count what the model found, not one of the draws
        components=mean("components"),
        covariance=mean("covariance") + between("components"),
        correction=mean("correction"),
        ingredients=mean("ingredients"),
        ingredient_se=np.sqrt(within + spread),
        shares=mean("shares"),
        own=mean("own"),
        cells=BySegment.pooled([one.cells for one in made]),
        as_read=as_read,
    )
