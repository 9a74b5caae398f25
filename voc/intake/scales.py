"""The score's scale: what answers mean, which category they fall in, and what they add to the score.

A *score* is only what the customer gave. Higher is always better after reading: on a reversed
scale (1 = very easy) the answer is turned around once, here, and nowhere else.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from voc.errors import OptionError
from voc.intake.cells import is_missing, plain, shown
from voc.intake.likert import likert
from voc.intake.numerals import numeral
from voc.intake.reasons import Reason
from voc.labels import ScaleKind

# kind: (low, high, first answer of the middle category, first answer of the top category, names)
_KNOWN: Final[dict[str, tuple[float, float, float, float, tuple[str, str, str]]]] = {
    "nps": (0, 10, 7, 9, ("detractor", "passive", "promoter")),
    "csat": (1, 5, 3, 4, ("dissatisfied", "neutral", "satisfied")),
    "ces": (1, 7, 4, 5, ("difficult", "neutral", "easy")),
    "stars": (1, 5, 3, 4, ("low", "middle", "high")),
}
_CUSTOM_NAMES: Final = ("low", "middle", "high")
_NAMES: Final = {"nps": "NPS", "csat": "CSAT", "ces": "CES", "stars": "stars", "custom": "score"}
_RANGE: Final = re.compile(r"(-)?(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")
_WIDE_RANGE: Final = re.compile(r"(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)")

Floats = npt.NDArray[np.float64]


class ScoreProblem(ValueError):
    """An answer that is not on the scale; `reason` is what the rejects table shows."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Scale:
    """A scale from `low` to `high`; `reversed` when the questionnaire's low answers are the good ones."""

    kind: ScaleKind
    low: float
    high: float
    reversed: bool = False

    @property
    def name(self) -> str:
        """For people: ``"NPS (0-10)"``, ``"score (1-10, reversed)"``."""
        turned = ", reversed" if self.reversed else ""
        return f"{_NAMES[self.kind]} ({self.low:g}-{self.high:g}{turned})"

    @property
    def code(self) -> str:
        """For options: what `scale_of` reads back, for example ``"nps"`` or ``"-1-10"``."""
        if self.kind != "custom":
            return f"-{self.kind}" if self.reversed else self.kind
        if self.low < 0:
            ends = (self.high, self.low) if self.reversed else (self.low, self.high)
            return f"{ends[0]:g}..{ends[1]:g}"
        return f"{'-' if self.reversed else ''}{self.low:g}-{self.high:g}"

    @property
    def categories(self) -> tuple[str, str, str]:
        """Its category names from worst to best, for example detractor, passive, promoter."""
        return _KNOWN[self.kind][4] if self.kind in _KNOWN else _CUSTOM_NAMES

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest score of the middle and of the top category (custom scales: thirds)."""
        if self.kind in _KNOWN:
            return _KNOWN[self.kind][2], _KNOWN[self.kind][3]
        width = self.high - self.low
        return self.low + width / 3, self.low + 2 * width / 3

    def parse(self, value: object) -> float:
        """The score that an answer means, `low` to `high`, higher is better; NaN when none was given.

        Args:
            value: a number or a cell's text: ``"9/10"``, ``"٩"``, ``"10 - extremely likely"``.

        Raises:
            ScoreProblem: it is no number, off the scale, or a fraction on an NPS scale.
        """
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return math.nan
        if isinstance(value, str):
            return self._parse_text(value)
        if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
            return self._placed(float(value), f"{float(value):g}")
        raise ScoreProblem(self._no_score(shown(value, 40)))

    def category(self, score: float) -> str:
        """The category of a score, for example ``"promoter"``; empty for NaN."""
        if math.isnan(score):
            return ""
        return self.categories[int(np.searchsorted(self._edges(), score, side="right"))]

    def contribution(self, score: float) -> float:
        """What one answer adds to the score, whose value is the mean of all contributions.

        NPS +100 / 0 / -100, CSAT 100 for the top two answers and else 0, otherwise the score itself.
        """
        return float(self.contributions(np.array([score], dtype=np.float64))[0])

    def contributions(self, scores: Floats) -> Floats:
        """`contribution` of each score; NaN stays NaN. Shape (n,) -> (n,)."""
        middle, top = self._edges()
        if self.kind == "nps":
            points = np.where(scores >= top, 100.0, np.where(scores < middle, -100.0, 0.0))
        elif self.kind == "csat":
            points = np.where(scores >= top, 100.0, 0.0)
        else:
            return np.asarray(scores, dtype=np.float64)
        return np.asarray(np.where(np.isnan(scores), np.nan, points), dtype=np.float64)

    def categorize(self, scores: Floats) -> npt.NDArray[np.object_]:
        """`category` of each score, None where the score is NaN. Shape (n,) -> (n,)."""
        names = np.array([*self.categories, None], dtype=object)
        codes = np.searchsorted(self._edges(), scores, side="right")
        return np.asarray(names[np.where(np.isnan(scores), 3, codes)], dtype=object)

    def _edges(self) -> tuple[float, float]:
        slack = 1e-9 * max(1.0, abs(self.high))  # 7 on 1-10 is exactly two thirds up
        middle, top = self.bounds
        return middle - slack, top - slack

    def _parse_text(self, text: str) -> float:
        if is_missing(text):
            return math.nan
        found = numeral(text)
        if found is None:
            value = likert(plain(text), self.kind, self.low, self.high)
            if value is None:
                raise ScoreProblem(self._no_score(shown(text, 60)))
            return value  # words say the direction themselves, so they are never turned
        if found.out_of is not None and found.out_of != self.high:
            said = (
                f"{shown(text, 60)!r} is out of {found.out_of:g}, the scale ends at {self.high:g}; "
                "convert it, or pass the right --scale"
            )
            values = {"value": shown(text, 60), "top": found.out_of, "high": self.high}
            raise ScoreProblem(Reason("other_scale", said, **values))
        return self._placed(found.value, shown(text, 60))

    def _placed(self, value: float, said: str) -> float:
        if not self.low <= value <= self.high:
            told = f"score {said} is outside {self.low:g} to {self.high:g}"
            raise ScoreProblem(Reason("outside", told, value=said, low=self.low, high=self.high))
        if self.kind == "nps" and value != int(value):
            told = f"score {said} is not a whole number; NPS answers are 0, 1, ... 10"
            raise ScoreProblem(Reason("fraction", told, value=said))
        return self.low + self.high - value if self.reversed else value

    def _no_score(self, said: str) -> Reason:
        told = f"{said!r} is not a score; a number from {self.low:g} to {self.high:g} was expected"
        return Reason("no_score", told, value=said, low=self.low, high=self.high)


def scale_of(text: str) -> Scale:
    """The scale an option names: nps, csat, ces, stars or MIN-MAX; a leading "-" reverses it.

    ``10-0`` and ``5..-5`` (larger end first) are reversed as well.

    Raises:
        OptionError: it names no scale.
    """
    said = plain(text).casefold().replace(" ", "")
    turned, kind = said.startswith("-"), said.removeprefix("-")
    for known in ("nps", "csat", "ces", "stars"):
        if kind == known:
            return Scale(known, _KNOWN[known][0], _KNOWN[known][1], turned)
    if match := _WIDE_RANGE.fullmatch(said):
        first, last, turned = float(match[1]), float(match[2]), False
    elif match := _RANGE.fullmatch(said):
        first, last = float(match[2]), float(match[3])
    else:
        first = last = 0.0
    if first == last:
        raise OptionError(
            f"--scale {shown(text, 60)!r} is not a scale. Use nps (0-10), csat (1-5), ces (1-7), stars (1-5) "
            "or MIN-MAX such as 1-10; a leading '-' (as in --scale=-ces) marks a scale whose low answers "
            "are the good ones."
        )
    return Scale("custom", min(first, last), max(first, last), turned or first > last)
