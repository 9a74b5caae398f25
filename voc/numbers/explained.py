"""What an explanation consists of, whichever way it was found, and the `Movement` it makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from voc.intake.scales import Scale
from voc.numbers.ends import Ends, smallest
from voc.numbers.movement import Movement, Part, SegmentShare
from voc.numbers.power import detectable
from voc.numbers.scores import kind_of
from voc.numbers.split import Split
from voc.settings import NumbersSettings


@dataclass(frozen=True)
class Explained:
    """The parts of a movement and what they rest on; fields as in `Movement`.

    Attributes:
        typical: median standard errors of the prevalence and of the effect parts, points; 0 without any.
    """

    parts: tuple[Part, ...]
    mode: Literal["project", "own_bar"]
    comment_rate: tuple[float, float]
    typical: tuple[float, float]
    simultaneous: float
    parents: tuple[Part, ...] = ()
    segments: tuple[SegmentShare, ...] = ()
    pooled: tuple[str, ...] = ()
    notices: dict[str, float] = field(default_factory=dict)
    sensitivity: dict[str, tuple[float, float]] = field(default_factory=dict)

    def movement(self, ends: Ends, scale: Scale, split: Split, settings: NumbersSettings) -> Movement:
        """The movement between the two ends."""
        seen = [detectable(se, confidence=settings.confidence) for se in self.typical]
        return Movement(
            verdict="moved" if ends.delta.p_value < 1 - settings.confidence else "within_noise",
            scale=scale.name,
            split=(split.before, split.after),
            before=ends.before,
            after=ends.after,
            delta=ends.delta,
            parts=self.parts,
            parents=self.parents,
            mode=self.mode,
            comment_rate=self.comment_rate,
            smallest_move=smallest(ends.samples, settings.confidence),
            smallest_prevalence=seen[0],
            smallest_effect=seen[1],
            simultaneous=self.simultaneous,
            over_time=split.is_time,
            decimals=2 if kind_of(scale) == "mean" else 1,
            segments=self.segments,
            pooled=self.pooled,
            notices=self.notices,
            sensitivity=self.sensitivity,
        )
