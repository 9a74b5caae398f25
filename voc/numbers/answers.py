"""One comparison as arrays: who answered what in which wave, and the themes they wrote about.

Takes nothing from tables (see `join`); gives `Answers`, the only input of the decomposition.
Wave 0 is before (or segment A), wave 1 is after (or segment B).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from voc.numbers.matrices import Floats, Ints, Matrix, grouped

Flags = npt.NDArray[np.bool_]

OTHER = "other"


@dataclass(frozen=True)
class Answers:
    """Two waves of answers. `n` rows, `K` leaves (theme x polarity), `T` themes.

    Attributes:
        y: (n,) contribution of the answer to the score, in score points (NPS: 100, 0 or -100).
        raw: (n,) the score as the customer gave it, higher is better; equals `y` for a mean.
        wave: (n,) 0 before, 1 after.
        segment: (n,) index of the segment, 0..Z-1.
        category: (n,) index of the score class used to project silent respondents, 0..C-1.
        writes: (n,) True when the respondent wrote a comment.
        weight: (n,) survey weight or number of copies, > 0.
        person: (n,) index of the person; rows of one person are one draw (clustered variance).
        mentions: (n, K) 0/1, sparse or dense, row i mentions leaf k; empty for silent respondents.
        leaf_theme: (K,) index into `themes`.
        leaf_polarity: (K,) 0 negative, 1 neutral, 2 positive.
        themes: names, T of them.
        n_segments: Z, number of segments.
        n_categories: C, number of score classes.
    """

    y: Floats
    raw: Floats
    wave: Ints
    segment: Ints
    category: Ints
    writes: Flags
    weight: Floats
    person: Ints
    mentions: Matrix
    leaf_theme: Ints
    leaf_polarity: Ints
    themes: tuple[str, ...]
    n_segments: int
    n_categories: int

    @property
    def cell(self) -> Ints:
        """(n,) index of wave x segment, wave * Z + segment, 0..2Z-1."""
        return self.wave * self.n_segments + self.segment

    def mention_counts(self) -> Floats:
        """(2, K) weighted number of respondents who mention each leaf, per wave."""
        return grouped(self.wave, self.weight, 2, self.mentions)


def without_mentions(answers: Answers) -> Answers:
    """The same answers with no leaf at all: only mix and general can be told apart."""
    none = np.zeros(0, dtype=np.int64)
    return replace(
        answers,
        mentions=sp.csr_matrix((len(answers.y), 0)),
        leaf_theme=none,
        leaf_polarity=none,
    )


def pool_rare(answers: Answers, least: int, rare: Flags | None = None) -> tuple[Answers, tuple[str, ...]]:
    """Leaves with fewer than `least` commenters in both waves together become theme "other".

    Nothing is dropped: the pooled leaf of a polarity counts how many rare themes the comment has.
    `rare` (K,) names the leaves to pool instead.

    Returns:
        The answers with the pooled leaves, and the names of the themes that lost a leaf.
    """
    fixed = rare is not None  # the same leaves whatever the data: an empty pooled leaf stays
    if rare is None:
        rare = np.asarray(answers.mention_counts().sum(0) < least - 1e-9)
    if not rare.any():
        return answers, ()
    pooled = tuple(answers.themes[t] for t in sorted({int(t) for t in answers.leaf_theme[rare]}))
    kept = np.flatnonzero(~rare)
    table = sp.csr_matrix(answers.mentions)
    blocks, polarities = [table[:, kept]], []
    for polarity in np.unique(answers.leaf_polarity[rare]):
        members = np.flatnonzero(rare & (answers.leaf_polarity == polarity))
        total = sp.csr_matrix(table[:, members].sum(1))
        if total.nnz or fixed:
            blocks.append(total)
            polarities.append(int(polarity))
    other = len(answers.themes)
    return (
        replace(
            answers,
            mentions=sp.csr_matrix(sp.hstack(blocks)),
            leaf_theme=np.r_[answers.leaf_theme[kept], np.full(len(polarities), other)].astype(np.int64),
            leaf_polarity=np.r_[answers.leaf_polarity[kept], polarities].astype(np.int64),
            themes=(*answers.themes, OTHER),
        ),
        pooled,
    )
