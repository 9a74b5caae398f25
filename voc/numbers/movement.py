"""Why a score moved: parts that add up to the change, each with an interval and a verdict.

Takes the `comments` and `mentions` tables and a `Split`; gives a `Movement`. The method and what
was measured about it are described in `docs/`. Parts are associations, not effects of an action.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from voc.labels import ReportLanguage
from voc.numbers.scores import Change, Estimate

if TYPE_CHECKING:
    import pandas as pd

    from voc.intake.scales import Scale
    from voc.numbers.split import Split
    from voc.settings import NumbersSettings

Kind = Literal["theme", "mix", "general", "comment_rate", "silent"]
Named = Literal["prevalence", "effect", "both", "part"]


@dataclass(frozen=True)
class Leaf:
    """One theme with one polarity. Points are score points; shares are of all respondents.

    Attributes:
        polarity: negative, neutral or positive.
        prevalence, effect, total: points; total = prevalence + effect.
        low, high: 95 % interval of the total.
        share_before, share_after: share of (projected) respondents who mention it, in [0, 1].
        level: mean difference in score that goes with a mention, other mentions and segment held.
        n_before, n_after: respondents who mention it.
    """

    polarity: str
    prevalence: float
    effect: float
    total: float
    low: float
    high: float
    share_before: float
    share_after: float
    level: float
    n_before: int
    n_after: int


@dataclass(frozen=True)
class Cell:
    """A theme's part within one segment; the cells of a theme add up to its total.

    Attributes:
        segment: name of the segment, as in `Movement.segments`.
        prevalence, effect, total: points of the whole score; total = prevalence + effect.
        low, high: 95 % interval of the total.
    """

    segment: str
    prevalence: float
    effect: float
    total: float
    low: float
    high: float


@dataclass(frozen=True)
class Part:
    """One bar of the movement, in score points.

    Attributes:
        kind: theme, mix (who answered), general (not explained by themes), comment_rate, silent.
        id: theme id, or the kind itself. "other" holds the themes too rare to show.
        parent: parent theme or None.
        prevalence: part that goes with more or fewer people writing about it (0 for other kinds).
        effect: part that goes with different scores of those who write about it, beyond the common shift.
        total, low, high: the whole bar and its 95 % interval.
        projected: points of the total that rest on silent respondents having writers' reasons.
        q_value: smallest false discovery rate at which the part is named.
        named: which of its parts passed: prevalence, effect, both; `part` for other kinds; or None.
        n_before, n_after: respondents behind it.
        prevalence_low, ..., effect_high: 95 % intervals of the two parts.
        strength: largest |estimate / standard error| of its parts; the order of evidence.
        share_before, share_after: share of (projected) respondents who mention the theme's leaves, summed.
        leaves: the polarities of a theme.
        cells: where a theme's part comes from, largest first; empty with a single segment.
    """

    kind: Kind
    id: str
    parent: str | None
    prevalence: float
    effect: float
    total: float
    low: float
    high: float
    projected: float
    q_value: float
    named: Named | None
    n_before: int
    n_after: int
    prevalence_low: float = 0.0
    prevalence_high: float = 0.0
    effect_low: float = 0.0
    effect_high: float = 0.0
    strength: float = 0.0
    share_before: float = 0.0
    share_after: float = 0.0
    leaves: tuple[Leaf, ...] = ()
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class SegmentShare:
    """One segment of the mix part: its share and mean score (points) in the two waves."""

    name: str
    share_before: float
    share_after: float
    score_before: float
    score_after: float
    contribution: float


@dataclass(frozen=True)
class Movement:
    """The change of a score and its parts; the parts' totals add up to `delta.value`.

    Attributes:
        verdict: "moved" or "within_noise".
        scale: name of the scale, for people.
        split: names of the two sides.
        before, after: the two scores; `before` has n = 0 when it is a target.
        delta: after minus before, its interval and p-value.
        parts: leaves of the movement, named ones first, by evidence x size; mix and general last.
        parents: totals of parent themes, each the sum of its children.
        mode: project (silent respondents take writers' reasons) or own_bar (they have own bars).
        comment_rate: share of respondents who wrote, before and after.
        smallest_move: smallest move of the whole score that could have been seen (80 % power).
        smallest_prevalence, smallest_effect: the same for a typical theme part (median).
        simultaneous: critical |z| for reading all bars at once.
        decimals: digits that points deserve in text (1 for NPS and shares, 2 for means).
        over_time: False when two groups are compared instead of two periods.
        segments: segments of the mix part.
        pooled: themes that had a polarity with too few comments and went to "other".
        notices: what the numbers rest on, for the method note, code -> number. labeled_comments: an
            analyst's labels; imputations: draws from the model's probabilities, with model_precision
            and model_recall where its card has them; without either, label error is not included.
        sensitivity: with labels, theme -> (prevalence, effect) by the moment correction, points.
    """

    verdict: Literal["moved", "within_noise"]
    scale: str
    split: tuple[str, str]
    before: Estimate
    after: Estimate
    delta: Change
    parts: tuple[Part, ...]
    parents: tuple[Part, ...]
    mode: Literal["project", "own_bar"]
    comment_rate: tuple[float, float]
    smallest_move: float
    smallest_prevalence: float
    smallest_effect: float
    simultaneous: float
    over_time: bool = True
    decimals: int = 1
    segments: tuple[SegmentShare, ...] = ()
    pooled: tuple[str, ...] = ()
    notices: dict[str, float] = field(default_factory=dict)
    sensitivity: dict[str, tuple[float, float]] = field(default_factory=dict)

    def part(self, identifier: str) -> Part:
        """The part with this id (a theme, or mix, general, comment_rate, silent).

        Raises:
            KeyError: no part has it.
        """
        for part in (*self.parts, *self.parents):
            if part.id == identifier:
                return part
        raise KeyError(f"no part {identifier!r}; there are {', '.join(part.id for part in self.parts)}")

    @property
    def named(self) -> tuple[Part, ...]:
        """The parts that can be told from zero, strongest first."""
        return tuple(part for part in self.parts if part.named)

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers, texts and lists, ready for JSON."""
        return asdict(self)

    def to_frame(self) -> pd.DataFrame:
        """One row per part, in the order of `parts`; points and counts."""
        from voc.numbers.frames import part_frame

        return part_frame(self)

    def plot(self, lang: ReportLanguage = "en") -> Any:
        """A plotly waterfall from the earlier to the later score, one bar per part, with intervals."""
        from voc.numbers.frames import waterfall

        return waterfall(self, lang)

    def summary(self, lang: ReportLanguage = "en", labels: Mapping[str, str] | None = None) -> str:
        """A few sentences in Arabic or English; `labels` gives theme names in that language."""
        from voc.numbers.words import summarize

        return summarize(self, lang, labels or {})


def between(
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    split: Split,
    scale: Scale,
    *,
    parents: Mapping[str, str | None] | None = None,
    segments: tuple[str, ...] | None = None,
    settings: NumbersSettings | None = None,
    labels: pd.DataFrame | None = None,
) -> Movement:
    """Why the score of one side of `split` differs from the other.

    Args:
        comments: comment_id and score, the split's column, and where present respondent_id, text or
            has_text, weight, language, segment_*.
        mentions: comment_id, theme, polarity (negative, neutral, positive).
        split: the two sides.
        scale: turns scores into points.
        parents: theme -> parent theme, for totals of parents.
        segments: columns of the mix part; None takes language and every segment_* column.
        settings: confidence, false discovery rate, how silent respondents count, seed.
        labels: an analyst's labels of some of the comments (comment_id, theme, polarity; an empty
            theme says "none"; optional weight from `choosing.choose`): the model's errors then widen
            the intervals and its bias is taken out.

    Raises:
        InputError, OptionError: a column is missing, a side is empty, ids do not match.
    """
    from voc.numbers.assemble import movement
    from voc.settings import NumbersSettings

    return movement(
        comments, mentions, split, scale, parents or {}, segments, settings or NumbersSettings(), labels
    )
