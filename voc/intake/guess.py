"""Which scale a score column is on, from its header and its numbers."""

from __future__ import annotations

from typing import Final

import pandas as pd

from voc.intake.cells import shown
from voc.intake.headers import key
from voc.intake.numerals import numeral
from voc.intake.scales import Scale, scale_of
from voc.intake.survey import Notice

FITS: Final = 0.99  # share of answers that must lie on a scale for it to be guessed
TELLING: Final = 200  # answers among which a scale that has a zero should show one
_NPS: Final = ("nps", "recommend", "recommendation", "ltr", "توصيه", "توصي", "تنصح", "الترويج")
_CSAT: Final = ("csat", "satisfaction", "satisfied", "رضا", "الرضا", "رضاك", "راض")
_CES: Final = ("ces", "effort", "ease", "easy", "جهد", "الجهد", "سهوله", "سهل")
_STARS: Final = ("star", "stars", "rating", "review", "تقييم", "التقييم", "نجوم", "النجوم")


def guess_scale(values: pd.Series, column: str) -> tuple[Scale, Notice]:
    """The scale that the numbers of `column` fit best, and the notice that shows the guess."""
    counts = values.dropna().map(str).value_counts()
    found = {text: numeral(text) for text in counts.index}
    numbers = pd.Series({t: one.value for t, one in found.items() if one}, dtype=float)
    weights = counts[numbers.index].astype(float)
    tops = {one.out_of for one in found.values() if one and one.out_of}
    code, sure = _code(key(column), numbers, weights, tops)
    doubt = "" if sure else "; set --scale if that is wrong"
    scale = scale_of(code)
    message = f"Scores in {shown(column, 60)!r} were taken to be {scale.name}{doubt}."
    told = {
        "told": "scale" if sure else "scale_unsure",
        "column": shown(column, 60),
        "kind": f"@kind_{scale.kind}",
        "low": scale.low,
        "high": scale.high,
    }
    return scale, Notice("scale", message, told)


def _code(header: str, numbers: pd.Series, weights: pd.Series, tops: set[float]) -> tuple[str, bool]:
    def named(words: tuple[str, ...]) -> bool:
        return any(f" {word} " in f" {header} " for word in words)

    def fits(low: float, high: float) -> bool:
        inside = weights[(numbers >= low) & (numbers <= high)].sum()
        return bool(inside >= FITS * weights.sum()) and tops <= {high}

    if numbers.empty:  # satisfaction in words only
        return ("ces" if named(_CES) else "csat"), False
    for words, code, low, high in (
        (_NPS, "nps", 0, 10), (_CSAT, "csat", 1, 5), (_CES, "ces", 1, 7), (_STARS, "stars", 1, 5),
    ):  # fmt: skip
        if named(words) and fits(low, high) and not (code == "nps" and numbers.max() <= 5):
            return code, True
    if fits(1, 5):
        return "stars", False
    if fits(1, 7):
        return "ces", False
    if fits(0, 10):
        has_zero = bool((numbers == 0).any())
        return ("nps" if has_zero or weights.sum() < TELLING else "1-10"), False
    low, high = numbers.min(), numbers.max()
    return ("0-100", False) if 0 <= low and high <= 100 else (f"{low:g}..{high:g}", False)
