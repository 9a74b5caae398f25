"""Classifier error in very large comparisons: found on samples, added to the decomposition of everybody.

Drawing the true states of every theme takes time and memory in proportion to the comments, while what it
tells, how the parts change when the model's errors are undone, is known well from fewer. Each draw
therefore has a random sample of comments of its own; there the decomposition of the drawn states minus that
of the model's own mentions is one draw of the correction. The mean correction is added to the parts of all
answers (it sums to zero, so they stay exact), and (1 + 1/m) x the variance between the draws to theirs. That
spread holds the doubt about the error rates, the luck of the draws and that of the samples: beyond
`MOST_COMMENTS` comments the intervals narrow no further for want of samples, and are rather too wide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np

from voc.numbers.answers import Answers
from voc.numbers.by_segment import BySegment
from voc.numbers.decomposition import Decomposition
from voc.numbers.levels import Levels
from voc.numbers.matrices import Floats, Ints

MOST_COMMENTS = 100_000  # with more, the draws have samples of as many together
_SEED = 8  # of the samples, beside the one given

Draw = tuple[Decomposition, Decomposition]  # of drawn states, of the model's own mentions


@dataclass(frozen=True)
class Sampled:
    """The answers in the samples: themselves, the comment and the draw of each, (n,) both."""

    answers: Answers
    comment: Ints
    draw: Ints


def samples(comment: Ints, draws: int, seed: int, most: int | None = None) -> Ints | None:
    """(n,) the draw to which each answer's comment belongs, -1 for none; None where there are few enough.

    Args:
        comment: (n,) the comment of each answer, as a number that does not depend on the order of rows.
        draws: number of samples, of equal size.
        seed: of the choice.
        most: comments in all samples together; `MOST_COMMENTS` by default.
    """
    most = MOST_COMMENTS if most is None else most
    numbers = np.unique(comment)
    if len(numbers) <= most:
        return None
    chosen = np.random.default_rng([seed, _SEED]).permutation(len(numbers))[: most // draws * draws]
    of = np.full(len(numbers), -1)
    of[chosen] = np.arange(len(chosen)) % draws
    return np.asarray(of[np.searchsorted(numbers, comment)])


def only(answers: Answers, rows: Ints) -> Answers:
    """Some of the answers."""
    by_row = {
        one.name: getattr(answers, one.name)[rows]
        for one in fields(Answers)
        if one.name in ("y", "raw", "wave", "segment", "category", "writes", "weight", "person", "mentions")
    }
    return replace(answers, **by_row)


def corrected(whole: Decomposition, draws: list[Draw]) -> Decomposition:
    """The decomposition of everybody with the draws' mean correction, and their spread in its errors."""
    m = len(draws)

    def change(of: Callable[[Decomposition], Floats]) -> Floats:
        return np.array([of(drawn) - of(plain) for drawn, plain in draws])

    def moved(name: str) -> Floats:
        return np.asarray(getattr(whole, name) + change(lambda one: getattr(one, name)).mean(0))

    components = change(lambda one: one.components)
    ingredients = change(lambda one: one.ingredients)
    by_cell = change(lambda one: one.cells.prevalence + one.cells.effect)
    more = 1 + 1 / m
    return replace(
        whole,
        components=moved("components"),
        covariance=whole.covariance + np.atleast_2d(np.cov(components.T)) * more,
        ingredients=moved("ingredients"),
        ingredient_se=np.sqrt(whole.ingredient_se**2 + ingredients.var(0, ddof=1) * more),
        shares=moved("shares"),
        own=moved("own"),
        cells=BySegment(
            whole.cells.prevalence + change(lambda one: one.cells.prevalence).mean(0),
            whole.cells.effect + change(lambda one: one.cells.effect).mean(0),
            whole.cells.variance + by_cell.var(0, ddof=1) * more,
        ),
        as_read=whole,
    )


def corrected_levels(whole: Levels, draws: list[tuple[Levels, Levels]]) -> Levels:
    """The contributions to the level, corrected as the components of a movement are."""
    contribution = np.array([drawn.contribution - plain.contribution for drawn, plain in draws])
    moved = {
        name: getattr(whole, name)
        + np.mean([getattr(drawn, name) - getattr(plain, name) for drawn, plain in draws], axis=0)
        for name in ("contribution", "effect", "share")
    }
    spread = np.atleast_2d(np.cov(contribution.T)) * (1 + 1 / len(draws))
    base = whole.base - float(contribution.mean(0).sum())  # the score stays what it is
    return replace(whole, **moved, base=base, covariance=whole.covariance + spread, as_read=whole)
