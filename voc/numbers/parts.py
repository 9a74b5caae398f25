"""The bars of a movement laid out from its components: themes, mix, general, and parents as sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.special import ndtri

from voc.labels import POLARITIES
from voc.numbers.answers import OTHER, Answers
from voc.numbers.decomposition import Decomposition
from voc.numbers.matrices import Floats, Ints, compact, grouped
from voc.numbers.movement import Cell, Kind, Leaf, Named, Part
from voc.numbers.verdicts import Verdicts, judge
from voc.settings import NumbersSettings

TOPS: tuple[Kind, ...] = ("mix", "comment_rate", "silent", "general")


@dataclass(frozen=True)
class Layout:
    """Parts and what parents and readers' limits are made from.

    Attributes:
        parts: theme parts, named ones first, by evidence x size, then mix, (comment_rate, silent,) general.
        family: (m, 2K + 4) tested rows.
        typical_se: standard errors of the prevalence and effect parts of the themes.
        made: the decomposition.
        quantile: normal quantile of the intervals.
    """

    parts: tuple[Part, ...]
    family: Floats
    typical_se: tuple[Floats, Floats]
    made: Decomposition
    quantile: float


def lay_out(
    made: Decomposition,
    project: bool,
    row: Ints,
    parents: Mapping[str, str | None],
    settings: NumbersSettings,
    segments: tuple[str, ...] = (),
) -> Layout:
    """The parts of `made`.

    Args:
        made: the decomposition.
        project: whether `made` projects silent respondents.
        row: (n,) which comment each row of the answers is.
        parents: theme -> parent.
        settings: confidence and false discovery rate.
        segments: names of the segments, for the cells.
    """
    answers = made.answers
    k = len(answers.leaf_theme)
    themes = np.unique(answers.leaf_theme)
    prevalence = np.zeros((len(themes), 2 * k + 4))
    prevalence[np.searchsorted(themes, answers.leaf_theme), np.arange(k)] = 1.0
    effect = np.roll(prevalence, k, axis=1)
    tops = np.eye(2 * k + 4)[2 * k :]
    shown = [i for i in range(4) if not (project and i in (1, 2))]
    family = np.vstack([prevalence, effect, tops[shown]])
    verdicts = judge(made, themes, tops[shown])
    quantile = float(ndtri(0.5 + settings.confidence / 2))
    bars = _Bars(made, verdicts, settings.fdr, quantile, parents, _People.of(answers, row), segments)
    parts = bars.themes(themes)
    parts.sort(key=lambda part: (part.named is None, -part.strength * abs(part.total), part.id))
    ends = [bars.top(TOPS[i], tops[i], j) for j, i in enumerate(shown)]
    se = made.combine(family)[1]
    return Layout(
        (*parts, *ends), family, (se[: len(themes)], se[len(themes) : 2 * len(themes)]), made, quantile
    )


def parent_parts(layout: Layout, parents: Mapping[str, str | None]) -> tuple[Part, ...]:
    """Totals of parent themes: the sum of their children, with the interval of the sum."""
    made, themes = layout.made, [part for part in layout.parts if part.kind == "theme"]
    k = len(made.answers.leaf_theme)
    out = []
    for parent in sorted({part.parent for part in themes if part.parent is not None}):
        children = [part for part in themes if parent in (part.parent, part.id)]
        members = {part.id for part in children}
        leaf = np.array(
            [made.answers.themes[t] in members for t in made.answers.leaf_theme], dtype=np.float64
        )
        none, end = np.zeros(k), np.zeros(4)
        rows = np.vstack([np.r_[leaf, none, end], np.r_[none, leaf, end], np.r_[leaf, leaf, end]])
        half = layout.quantile * made.combine(rows)[1]
        prevalence, effect = (
            sum(getattr(child, name) for child in children) for name in ("prevalence", "effect")
        )
        total = sum(child.total for child in children)
        out.append(
            replace(
                children[0],
                id=parent,
                parent=parents.get(parent),
                prevalence=prevalence,
                effect=effect,
                total=total,
                low=total - half[2],
                high=total + half[2],
                prevalence_low=prevalence - half[0],
                prevalence_high=prevalence + half[0],
                effect_low=effect - half[1],
                effect_high=effect + half[1],
                projected=sum(child.projected for child in children),
                q_value=min(child.q_value for child in children),
                named=None,
                strength=max(child.strength for child in children),
                n_before=sum(child.n_before for child in children),
                n_after=sum(child.n_after for child in children),
                share_before=sum(child.share_before for child in children),
                share_after=sum(child.share_after for child in children),
                leaves=(),
                cells=(),
            )
        )
    return tuple(out)


@dataclass(frozen=True)
class _People:
    """Respondents behind the bars, each once.

    Attributes:
        all: (2,) respondents per wave.
        theme: (2, T') respondents who mention any leaf of each theme present.
        leaf: (2, K) respondents who mention each leaf.
    """

    all: Ints
    theme: Ints
    leaf: Ints

    @staticmethod
    def of(answers: Answers, row: Ints) -> _People:
        first = np.unique(row, return_index=True)[1]
        wave, table = answers.wave[first], compact(answers.mentions)[first]
        kinds, index = np.unique(answers.leaf_theme, return_inverse=True)
        members = (index[:, None] == np.arange(len(kinds))[None, :]).astype(np.float64)
        by_theme: Any = table @ (members if isinstance(table, np.ndarray) else sp.csr_matrix(members))
        held: list[Any] = [matrix > 0 for matrix in (by_theme, table)]
        counts = [grouped(wave, np.ones(len(wave)), 2, matrix) for matrix in held]
        return _People(np.bincount(wave, minlength=2), *(np.rint(count).astype(np.int64) for count in counts))


@dataclass(frozen=True)
class _Bars:
    """Builds parts; the index of `top` is its position among the other parts."""

    made: Decomposition
    verdicts: Verdicts
    fdr: float
    quantile: float
    parents: Mapping[str, str | None]
    people: _People
    segments: tuple[str, ...]

    def themes(self, themes: Ints) -> list[Part]:
        """One part per theme in `themes` (T',), in that order."""
        answers, k, count = self.made.answers, len(self.made.answers.leaf_theme), len(themes)
        prevalence = np.zeros((count, 2 * k + 4))
        prevalence[np.searchsorted(themes, answers.leaf_theme), np.arange(k)] = 1.0
        effect = np.roll(prevalence, k, axis=1)
        value, se = self.made.combine(np.vstack([prevalence, effect, prevalence + effect]))
        value, half = value.reshape(3, count), self.quantile * se.reshape(3, count)
        leaves = self.leaves()
        return [
            self.theme(
                i,
                answers.themes[t],
                value[:, i],
                half[:, i],
                [x for j, x in leaves if answers.leaf_theme[j] == t],
            )
            for i, t in enumerate(themes)
        ]

    def theme(self, i: int, name: str, value: Floats, half: Floats, leaves: list[Leaf]) -> Part:
        q = self.verdicts.prevalence_q[i], self.verdicts.effect_q[i]
        total = float(value[0] + value[1])
        members = np.flatnonzero(self.made.answers.leaf_theme == self.made.answers.themes.index(name))
        own = float(
            self.made.own[members].sum() + self.made.own[len(self.made.answers.leaf_theme) + members].sum()
        )
        return Part(
            kind="theme",
            id=name,
            parent=None if name == OTHER else self.parents.get(name),
            prevalence=float(value[0]),
            effect=float(value[1]),
            total=total,
            low=total - float(half[2]),
            high=total + float(half[2]),
            projected=total - own,
            q_value=float(min(q)),
            named=_which(bool(q[0] <= self.fdr), bool(q[1] <= self.fdr)),
            n_before=int(self.people.theme[0, i]),
            n_after=int(self.people.theme[1, i]),
            prevalence_low=float(value[0] - half[0]),
            prevalence_high=float(value[0] + half[0]),
            effect_low=float(value[1] - half[1]),
            effect_high=float(value[1] + half[1]),
            strength=float(self.verdicts.strength[i]),
            share_before=sum(leaf.share_before for leaf in leaves),
            share_after=sum(leaf.share_after for leaf in leaves),
            leaves=tuple(leaves),
            cells=self.cells(members),
        )

    def cells(self, leaves: Ints) -> tuple[Cell, ...]:
        """The theme of these leaves within each segment, largest first."""
        if len(self.segments) < 2:
            return ()
        found, more = [], self.made.cells
        for z, name in enumerate(self.segments):
            prevalence = float(more.prevalence[z, leaves].sum())
            effect = float(more.effect[z, leaves].sum())
            half = self.quantile * float(np.sqrt(more.variance[z, leaves].sum()))
            total = prevalence + effect
            found.append(Cell(name, prevalence, effect, total, total - half, total + half))
        return tuple(sorted(found, key=lambda cell: (-abs(cell.total), cell.segment)))

    def leaves(self) -> list[tuple[int, Leaf]]:
        """Every leaf with its index."""
        made, k = self.made, len(self.made.answers.leaf_theme)
        value, se = made.combine(np.hstack([np.eye(k), np.eye(k), np.zeros((k, 4))]))
        half = self.quantile * se
        return [
            (
                j,
                Leaf(
                    polarity=POLARITIES[made.answers.leaf_polarity[j]],
                    prevalence=float(made.components[j]),
                    effect=float(made.components[k + j]),
                    total=float(value[j]),
                    low=float(value[j] - half[j]),
                    high=float(value[j] + half[j]),
                    share_before=float(made.shares[0, j]),
                    share_after=float(made.shares[1, j]),
                    level=float(made.ingredients[j]),
                    n_before=int(self.people.leaf[0, j]),
                    n_after=int(self.people.leaf[1, j]),
                ),
            )
            for j in range(k)
        ]

    def top(self, kind: Kind, row: Floats, index: int) -> Part:
        value, se = self.made.combine(row[None, :])
        half = self.quantile * float(se[0])
        total = float(value[0])
        n = self.people.all
        return Part(
            kind=kind,
            id=kind,
            parent=None,
            prevalence=0.0,
            effect=0.0,
            total=total,
            low=total - half,
            high=total + half,
            projected=total - float(row @ self.made.own) if kind == "general" else 0.0,
            q_value=float(self.verdicts.top_q[index]),
            named="part" if self.verdicts.top_q[index] <= self.fdr else None,
            n_before=int(n[0]),
            n_after=int(n[1]),
            strength=float(self.verdicts.top_strength[index]),
        )


def _which(prevalence: bool, effect: bool) -> Named | None:
    if prevalence and effect:
        return "both"
    return "prevalence" if prevalence else "effect" if effect else None
