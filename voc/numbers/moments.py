"""A second, quicker correction for classifier error: moments of the mentions solved for the true ones.

What the model says is a known linear map of the truth on average, o = a + J m, so J^-1 (o - a) has the
mean of the true mentions, and the products of two themes' values have the mean of theirs. Only a theme's
own block of second moments must be set: true mentions are 0 or 1, so it is the diagonal of the means.
Unbiased where the confusion is right, wider than multiple imputation; shown beside it as a sensitivity.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from voc.numbers.answers import Answers
from voc.numbers.confusion import BOTH, NEGATIVE, NONE, POSITIVE, Labeled, observed
from voc.numbers.decomposition import point
from voc.numbers.matrices import Floats, Ints
from voc.numbers.regression import Options

SMALLEST = 0.15  # eigenvalue of J below which the model is too unsure of a theme to be solved for


def corrected_parts(answers: Answers, labeled: Labeled, options: Options) -> dict[str, tuple[float, float]]:
    """Theme -> (prevalence, effect) in points, by the moment correction; neutral mentions are left out.

    Themes whose labels carry too little information to be solved for are missing.
    """
    confusion = labeled.confusion()
    bad_rows, good_rows = (confusion[:, :, (own, BOTH)].sum(2) for own in (NEGATIVE, POSITIVE))  # (T, S)
    seen = observed(answers)
    said = np.stack([np.isin(seen, (NEGATIVE, BOTH)), np.isin(seen, (POSITIVE, BOTH))], axis=2).astype(
        np.float64
    )
    values, solved = [], []
    for t in range(len(answers.themes)):
        shares = np.stack([bad_rows[t], good_rows[t]])  # (2, S)
        slope = shares[:, [NEGATIVE, POSITIVE]] - shares[:, [NONE]]
        if abs(np.linalg.det(slope)) < SMALLEST**2:
            continue
        values.append((said[:, t] - shares[:, NONE]) @ np.linalg.inv(slope).T * answers.writes[:, None])
        solved.append(t)
    if not solved:
        return {}
    theme = np.repeat(np.array(solved, dtype=np.int64), 2)
    made = point(
        replace(
            answers,
            mentions=np.hstack(values),
            leaf_theme=theme,
            leaf_polarity=np.tile(np.array([0, 2]), len(solved)),
        ),
        replace(options, own=False, moments=True),
    )
    return _by_theme(answers.themes, theme, made.components)


def _by_theme(themes: tuple[str, ...], theme: Ints, components: Floats) -> dict[str, tuple[float, float]]:
    k = len(theme)
    return {
        themes[t]: (
            float(components[:k][theme == t].sum()),
            float(components[k : 2 * k][theme == t].sum()),
        )
        for t in np.unique(theme)
    }
