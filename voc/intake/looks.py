"""What a column holds, seen in a sample of its cells, and which parts it could therefore play."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final

import pandas as pd

from voc.intake.cells import is_missing, plain
from voc.intake.dates import date_share
from voc.intake.likert import likert
from voc.intake.numerals import numeral

SAMPLE: Final = 1_000  # cells looked at in a column
MOST_SEGMENT_VALUES: Final = 12  # of a segment found by its name


class Look:
    """A column's content in a sample of its filled cells, worked out when asked."""

    def __init__(self, name: str, values: pd.Series, files: pd.Series) -> None:
        self.name = name
        self._files = files
        filled = values.dropna()
        if not (pd.api.types.is_numeric_dtype(filled) or pd.api.types.is_datetime64_any_dtype(filled)):
            filled = filled[filled.str.strip() != ""]
        step = max(1, len(filled) // (4 * SAMPLE))
        texts = [str(value) for value in filled.iloc[::step]]
        self.rows = len(values)
        self.is_time = bool(pd.api.types.is_datetime64_any_dtype(values))
        self.cells = [text for text in texts if text.strip() and not is_missing(text)][:SAMPLE]
        self.filled = len(filled) / max(1, len(values)) * len(self.cells) / max(1, min(len(texts), SAMPLE))
        self._values = filled

    @cached_property
    def distinct(self) -> list[str]:
        """The sample's distinct cells, in order of first appearance."""
        return list(dict.fromkeys(self.cells))

    @cached_property
    def n_unique(self) -> int:
        """Distinct values of the whole column."""
        return int(self._values.nunique())

    @cached_property
    def unique_share(self) -> float:
        """Distinct values of the whole column per filled cell, 0 to 1; each file's counted on their own."""
        own = pd.DataFrame({"value": self._values, "file": self._files[self._values.index]})
        return float((~own.duplicated()).sum()) / max(1, len(own))

    @cached_property
    def number_share(self) -> float:
        """The share of cells that name a number, or a place on a satisfaction scale in words."""
        return self._share(
            lambda text: numeral(text) is not None or likert(plain(text), "csat", 1, 5) is not None
        )

    @cached_property
    def numbers(self) -> list[float]:
        """The numbers that the distinct cells name."""
        return [found.value for found in map(numeral, self.distinct) if found is not None]

    @cached_property
    def dates(self) -> float:
        """The share of cells that name a date."""
        return 1.0 if self.is_time else date_share(self.cells[:200])

    @cached_property
    def words(self) -> float:
        """Words a cell, on average, cells without letters counting none."""
        counts = [len(text.split()) if any(map(str.isalpha, text)) else 0 for text in self.cells]
        return sum(counts) / max(1, len(counts))

    def _share(self, holds: Callable[[str], bool]) -> float:
        known = {text: holds(text) for text in self.distinct}
        return sum(known[text] for text in self.cells) / max(1, len(self.cells))


def fullness(part: str) -> Callable[[Look], float]:
    """How to order columns that fit a part equally well: more filled, and for text wordier, is better."""
    if part == "text":
        return lambda look: look.filled * min(look.words, 12)
    return lambda look: look.filled


def is_text(look: Look) -> bool:
    """Letters that are neither numbers nor dates."""
    return look.words > 0 and look.number_share < 0.8 and look.dates < 0.5


def is_prose(look: Look) -> bool:
    """Several words a cell, and not the same few texts again and again."""
    return is_text(look) and look.words >= 3 and look.unique_share > 0.2


def is_score(look: Look) -> bool:
    """Mostly numbers, or satisfaction in words."""
    return not look.is_time and look.number_share >= 0.5


def is_yes_no(look: Look) -> bool:
    """Nothing but 0 and 1."""
    numbers = set(look.numbers)
    return bool(numbers) and numbers <= {0.0, 1.0}


def is_rating(look: Look) -> bool:
    """Only small whole numbers, at least three different ones, and never a running number."""
    numbers = set(look.numbers)
    return (
        look.number_share >= 0.95
        and 3 <= len(numbers) <= 11
        and all(0 <= number <= 10 and number == int(number) for number in numbers)
        and look.rows > len(numbers)
    )


def is_date(look: Look) -> bool:
    """Mostly dates, or large numbers that count days or seconds."""
    if look.dates >= 0.5:
        return True
    numbers = look.numbers
    return bool(numbers) and look.number_share > 0.9 and min(numbers) > 20_000


def is_clear_date(look: Look) -> bool:
    """Nearly all dates, numbers not counted."""
    return look.dates >= 0.9


def is_id(look: Look) -> bool:
    """Short and hardly ever the same twice."""
    return look.unique_share >= 0.9 and look.filled > 0.5 and look.words < 3


def is_person(look: Look) -> bool:
    """Short, and more than one value."""
    return look.words < 4 and look.n_unique > 1


def is_weight(look: Look) -> bool:
    """Nearly all numbers."""
    return look.number_share >= 0.9


def is_segment(look: Look) -> bool:
    """A few short values that repeat."""
    return 2 <= look.n_unique <= MOST_SEGMENT_VALUES and look.filled >= 0.3 and look.words < 6
