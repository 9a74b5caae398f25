"""What is known of the errors of the labels in one comparison: by an analyst, by the model, or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from voc.numbers.answers import Answers
from voc.numbers.confusion import Labeled
from voc.numbers.decomposition import Decomposition
from voc.numbers.evidence import Reliability, gather, has_probabilities
from voc.numbers.join import Joined
from voc.numbers.labeled import labeled_rows, with_themes_of
from voc.numbers.levels import Levels
from voc.numbers.matrices import Ints
from voc.numbers.models import reliability_of
from voc.numbers.moments import corrected_parts
from voc.numbers.noise import (
    FEW_IMPUTATIONS,
    IMPUTATIONS,
    FromLabels,
    FromProbabilities,
    impute,
    impute_level_samples,
    impute_levels,
    impute_samples,
)
from voc.numbers.regression import Options
from voc.numbers.sampled_errors import Sampled, only, samples
from voc.settings import NumbersSettings


@dataclass(frozen=True)
class KnownErrors:
    """Errors of the labels and the answers they belong to (rare leaves not pooled).

    Attributes:
        answers: the comparison, with the themes that only the analyst found.
        comment: (n,) comment of each answer, as a number that does not depend on the order of rows.
        labeled: the analyst's labels; None without them.
        probabilities: the model's own probabilities; None without them or where labels are given.
        sampled: the answers that `probabilities` are of, where these are not all.
    """

    answers: Answers
    comment: Ints
    labeled: Labeled | None = None
    probabilities: FromProbabilities | None = None
    sampled: Sampled | None = None

    def decompose(self, options: Options, least: int, seed: int) -> Decomposition | None:
        """The decomposition over imputations of the true mentions; None when no errors are known."""
        errors = self._errors()
        if errors is None:
            return None
        if self.sampled is not None and self.probabilities is not None:
            return impute_samples(
                self.answers, self.sampled, self.probabilities, options, seed=seed, least=least
            )
        return impute(
            self.answers,
            errors,
            options,
            seed=seed,
            imputations=IMPUTATIONS if self.labeled else FEW_IMPUTATIONS,
            least=least,
            comment=self.comment,
        )

    def levels(self, project: bool, least: int, seed: int) -> tuple[Levels, Answers] | None:
        """Contributions to the level over imputations, with the answers as read; None as for `decompose`."""
        errors = self._errors()
        if errors is None:
            return None
        if self.sampled is not None and self.probabilities is not None:
            return impute_level_samples(
                self.answers, self.sampled, self.probabilities, project, seed=seed, least=least
            )
        return impute_levels(self.answers, errors, project, seed=seed, least=least, comment=self.comment)

    def _errors(self) -> FromLabels | FromProbabilities | None:
        """What is known of the errors; None when nothing is, or no comment or theme is there to be wrong."""
        if not len(self.answers.themes) or not self.answers.writes.any():
            return None
        return FromLabels(self.labeled) if self.labeled else self.probabilities

    def notices(self) -> dict[str, float]:
        """What the intervals include, as code -> number."""
        if self.labeled:
            return {"labeled_comments": float(len(self.labeled.row))}
        if self.probabilities is None:
            return {}
        known: Reliability = self.probabilities.reliability
        counted = {"imputations": float(FEW_IMPUTATIONS)}
        if self.sampled is not None:
            counted["imputed_comments"] = float(len(np.unique(self.sampled.comment)))
        for name, measured in (("model_precision", known.precision), ("model_recall", known.recall)):
            if measured is not None:
                counted[name] = measured[0]
        return counted

    def sensitivity(self, options: Options) -> dict[str, tuple[float, float]]:
        """With labels, theme -> (prevalence, effect) by the moment correction, points."""
        return corrected_parts(self.answers, self.labeled, options) if self.labeled else {}


def known_errors(
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    joined: Joined,
    labels: pd.DataFrame | None,
    settings: NumbersSettings,
) -> KnownErrors:
    """What the tables say about the errors of their labels; an analyst's labels go before probabilities."""
    ids = comments["comment_id"].astype(str).to_numpy()[joined.row]
    comment = np.unique(ids, return_inverse=True)[1].astype(np.int64)
    if labels is not None:
        answers = with_themes_of(joined.answers, labels)
        return KnownErrors(
            answers, comment, labeled_rows(comments["comment_id"], answers, joined.row, labels)
        )
    if settings.label_error == "ignore" or not has_probabilities(mentions):
        return KnownErrors(joined.answers, comment)
    sampled = None
    answers, row, of = joined.answers, joined.row, comments["comment_id"]
    draw = samples(comment, FEW_IMPUTATIONS, settings.seed)
    if draw is not None:
        rows = np.flatnonzero(draw >= 0)
        places, row = np.unique(row[rows], return_inverse=True)
        answers, of = only(answers, rows), of.iloc[places]
        sampled = Sampled(answers, comment[rows], draw[rows])
    evidence = gather(of, mentions, answers, row)
    known = FromProbabilities(evidence, reliability_of(comments))
    return KnownErrors(joined.answers, comment, probabilities=known, sampled=sampled)
