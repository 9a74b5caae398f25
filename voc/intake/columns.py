"""Which column plays which part: text, score, date, ids, weight, segments.

An option decides; else the header's words, checked against the content; else the content alone.
Every guess is returned with how it was made and whether another column would have done as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Final

import pandas as pd

from voc.errors import OptionError
from voc.intake import headers
from voc.intake.cells import is_missing, plain, shown
from voc.intake.dates import date_share
from voc.intake.likert import likert
from voc.intake.numerals import numeral
from voc.intake.survey import Notice, Role
from voc.settings import IntakeSettings

SAMPLE: Final = 1_000  # cells looked at in a column
MOST_SEGMENT_VALUES: Final = 60
_OPTIONS: Final = {
    "text": "--text",
    "score": "--score",
    "date": "--date",
    "comment_id": "--id",
    "respondent": "the setting respondent",
    "weight": "--weight",
    "segment": "--segment",
}


class Look:
    """A column's content in a sample of its filled cells, worked out when asked."""

    def __init__(self, name: str, values: pd.Series) -> None:
        self.name = name
        filled = values.dropna()
        step = max(1, len(filled) // (4 * SAMPLE))
        texts = [str(value) for value in filled.iloc[::step]]
        self.rows = len(values)
        self.is_time = bool(pd.api.types.is_datetime64_any_dtype(values))
        self.cells = [text for text in texts if text.strip() and not is_missing(text)][:SAMPLE]
        self.filled = len(filled) / max(1, len(values)) * len(self.cells) / max(1, min(len(texts), SAMPLE))
        self._values = values

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
        """Distinct values of the whole column per filled cell, 0 to 1."""
        return self.n_unique / max(1, int(self._values.notna().sum()))

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


@dataclass(frozen=True)
class Roles:
    """The part each column plays, and what is to be told about the guesses."""

    roles: dict[str, Role]
    notices: tuple[Notice, ...]


def find_roles(cells: pd.DataFrame, settings: IntakeSettings, questions: Mapping[str, str]) -> Roles:
    """The columns of `cells` by the part they play.

    Raises:
        OptionError: an option names no column, one column twice, or no text column can be found.
    """
    said = {
        "text": settings.text,
        "score": settings.score,
        "date": settings.date,
        "comment_id": settings.comment_id,
        "respondent": settings.respondent,
        "weight": settings.weight,
    }
    names = [str(name) for name in cells.columns]
    roles = {
        part: Role(named(one, names, part), "option", True) for part, one in said.items() if one is not None
    }
    segments = [named(one, names, "segment") for one in settings.segments]
    looks = {name: Look(name, cells[name]) for name in names}
    search = _Search(looks, questions, {role.column for role in roles.values()} | set(segments))
    for part in _FINDERS:
        if part not in roles and (role := search.find(part)) is not None:
            roles[part] = role
    if "text" not in roles:
        raise OptionError(
            f"No column looks like written answers. Name it with --text; the columns are {_listed(names)}."
        )
    found = segments or search.segments({role.column for role in roles.values()})
    how = "option" if segments else "name"
    roles |= {f"segment_{name}": Role(name, how, bool(segments)) for name in found}  # type: ignore[arg-type]
    return Roles(roles, tuple(search.notices))


def named(wanted: str, names: list[str], part: str) -> str:
    """The column that an option names; capitals, spaces and Arabic letter forms do not matter.

    Raises:
        OptionError: there is none; the message shows the nearest names.
    """
    if wanted in names:
        return wanted
    folded = {headers.key(name): name for name in reversed(names)}
    if headers.key(wanted) in folded and headers.key(wanted):
        return folded[headers.key(wanted)]
    near = [folded[match] for match in get_close_matches(headers.key(wanted), list(folded), 3, 0.5)]
    hint = f"Did you mean {' or '.join(repr(shown(name, 60)) for name in near)}? " if near else ""
    option = _OPTIONS[part]
    raise OptionError(
        f"{option} names the column {shown(wanted, 60)!r}, which is not there. {hint}"
        f"The columns are {_listed(names)}."
    )


class _Search:
    def __init__(self, looks: dict[str, Look], questions: Mapping[str, str], taken: set[str]) -> None:
        self.looks = looks
        self.questions = questions
        self.taken = taken
        self.notices: list[Notice] = []

    def find(self, part: headers.Part) -> Role | None:
        """The best free column for a part, marked as taken; None when none fits."""
        words = headers.words(part)
        fits, by_content = _FINDERS[part]
        free = [look for name, look in self.looks.items() if name not in self.taken and look.cells]
        ranked = []
        for look in free:
            ranks = [words.rank(look.name), words.rank(self.questions.get(look.name, ""))]
            best = min((rank for rank in ranks if rank is not None), default=None)
            if best is not None and fits(look):
                ranked.append((best, look))
        how = "name"
        if not ranked and by_content is not None:
            ranked, how = [(0, look) for look in free if by_content(look)], "content"
        if not ranked:
            return None
        first = min(rank for rank, _ in ranked)
        equals = sorted((look for rank, look in ranked if rank == first), key=_fullness(part), reverse=True)
        sure = how == "name" and first < 10 and len(equals) == 1
        if len(equals) > 1:
            self._tell_of_equals(part, equals)
        self.taken.add(equals[0].name)
        return Role(equals[0].name, how, sure)  # type: ignore[arg-type]

    def segments(self, taken: set[str]) -> list[str]:
        """Columns whose header names a usual segment and whose content has a few repeated values."""
        return [
            name
            for name, look in self.looks.items()
            if name not in taken and headers.words("segment").rank(name) is not None and _is_segment(look)
        ]

    def _tell_of_equals(self, part: str, equals: list[Look]) -> None:
        others = " and ".join(repr(shown(look.name, 60)) for look in equals[1:4])
        option = _OPTIONS[part]
        message = (
            f"{shown(equals[0].name, 60)!r} was taken as the {part.replace('_', ' ')} column; {others} would "
            f"fit as well. Choose with {option}."
        )
        self.notices.append(Notice(f"equal_{part}", message))


def _fullness(part: str) -> Callable[[Look], float]:
    if part == "text":
        return lambda look: look.filled * min(look.words, 12)
    return lambda look: look.filled


def _is_text(look: Look) -> bool:
    return look.words > 0 and look.number_share < 0.8 and look.dates < 0.5


def _is_prose(look: Look) -> bool:
    return _is_text(look) and look.words >= 3 and look.unique_share > 0.2


def _is_score(look: Look) -> bool:
    numbers = set(look.numbers)
    return not look.is_time and look.number_share >= 0.5 and not (numbers and numbers <= {0.0, 1.0})


def _is_rating(look: Look) -> bool:
    """Only small whole numbers, at least three different ones, and never a running number."""
    numbers = set(look.numbers)
    return (
        look.number_share >= 0.95
        and 3 <= len(numbers) <= 11
        and all(0 <= number <= 10 and number == int(number) for number in numbers)
        and look.rows > len(numbers)
    )


def _is_date(look: Look) -> bool:
    if look.dates >= 0.5:
        return True
    numbers = look.numbers
    return bool(numbers) and look.number_share > 0.9 and min(numbers) > 20_000


def _is_clear_date(look: Look) -> bool:
    return look.dates >= 0.9


def _is_id(look: Look) -> bool:
    return look.unique_share >= 0.9 and look.filled > 0.5 and look.words < 3


def _is_person(look: Look) -> bool:
    return look.words < 4 and look.n_unique > 1


def _is_weight(look: Look) -> bool:
    return look.number_share >= 0.9


def _is_segment(look: Look) -> bool:
    return 2 <= look.n_unique <= MOST_SEGMENT_VALUES and look.filled >= 0.3 and look.words < 6


# In the order of search: what was found is no longer free for the next.
_FINDERS: Final[Mapping[headers.Part, tuple[Callable[[Look], bool], Callable[[Look], bool] | None]]] = {
    "comment_id": (_is_id, None),
    "respondent": (_is_person, None),
    "date": (_is_date, _is_clear_date),
    "weight": (_is_weight, None),
    "score": (_is_score, _is_rating),
    "text": (_is_text, _is_prose),
}


def _listed(names: list[str]) -> str:
    few = ", ".join(repr(shown(name, 40)) for name in names[:15])
    return few if len(names) <= 15 else f"{few} and {len(names) - 15} more"
