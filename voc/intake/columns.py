"""Which column plays which part: text, score, date, ids, weight, segments.

An option decides; else the header's words, checked against the content; else the content alone.
Every guess is returned with how it was made and whether another column would have done as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

import numpy.typing as npt
import pandas as pd

from voc.errors import OptionError
from voc.intake import headers, looks
from voc.intake.cells import shown
from voc.intake.looks import Look
from voc.intake.survey import Notice, Role
from voc.settings import NO_COLUMN, IntakeSettings

MOST_SEGMENTS: Final = 3  # found by their names; more cut the answers into too small groups
_OPTIONS: Final = {
    "text": "--text",
    "score": "--score",
    "date": "--date",
    "comment_id": "--id",
    "respondent": "the setting respondent",
    "weight": "--weight",
    "segment": "--segment",
}


@dataclass(frozen=True)
class Roles:
    """The part each column plays, and what is to be told about the guesses."""

    roles: dict[str, Role]
    notices: tuple[Notice, ...]


def find_roles(
    cells: pd.DataFrame, files: npt.NDArray[Any], settings: IntakeSettings, questions: Mapping[str, str]
) -> Roles:
    """The columns of `cells` by the part they play.

    Args:
        cells: all rows of all sources.
        files: (n,) the source of each row.
        settings: what the user said; "-" (`NO_COLUMN`) for a part that no column plays.
        questions: the full question of a column, where the export tells it.

    Raises:
        OptionError: an option names no column, one column twice, or no text column can be found
            (or "-" was said of it).
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
    without = {part for part, one in said.items() if one == NO_COLUMN and NO_COLUMN not in names}
    if "text" in without:
        raise OptionError(
            f"--text {NO_COLUMN} says that no column holds the answers, but voc reads answers. Name the "
            f"column; the columns are {_listed(names)}."
        )
    roles = {
        part: Role(named(one, names, part, questions), "option", True)
        for part, one in said.items()
        if one is not None and part not in without
    }
    _check_distinct(roles)
    if settings.segments == (NO_COLUMN,) and NO_COLUMN not in names:
        segments, without = [], without | {"segment"}
    else:
        segments = [named(one, names, "segment", questions) for one in settings.segments]
    sources = pd.Series(pd.factorize(files)[0], index=cells.index)
    seen = {name: Look(name, cells[name], sources) for name in names}
    search = _Search(seen, questions, {role.column for role in roles.values()} | set(segments))
    for part in _FINDERS:
        if part not in without | set(roles) and (role := search.find(part)) is not None:
            roles[part] = role
    identified = {"comment_id", "respondent"} & set(roles) or "respondent" in without
    if not identified and (role := search.repeated_id()) is not None:
        roles["respondent"] = role
    if "text" not in roles:
        taken = ", ".join(f"{shown(role.column, 40)!r} as {part}" for part, role in roles.items())
        raise OptionError(
            "No column looks like written answers. Name it with --text; the columns are "
            f"{_listed(names)}{f' (already taken: {taken})' if taken else ''}.",
            code="no_text_column",
            columns=[shown(name, 40) for name in names[:15]],
        )
    taken_now = {role.column for role in roles.values()}
    found = segments if segments or "segment" in without else search.segments(taken_now)
    how = "option" if segments else "name"
    roles |= {f"segment_{name}": Role(name, how, bool(segments)) for name in found}  # type: ignore[arg-type]
    missed = [part for part in ("score", "date") if part not in without | set(roles)]
    notices = [*search.notices, *map(_absent, missed)]
    return Roles(roles, tuple(notices))


def _absent(part: str) -> Notice:
    lost = {"score": "no score can be explained", "date": "no periods can be compared"}[part]
    return Notice(
        f"no_{part}_column",
        f"No {part} column was found, so {lost}; name it with {_OPTIONS[part]}.",
        {"option": _OPTIONS[part]},
    )


def _check_distinct(roles: Mapping[str, Role]) -> None:
    parts: dict[str, str] = {}
    for part, role in roles.items():
        other = parts.setdefault(role.column, part)
        if other != part and {part, other} != {"comment_id", "respondent"}:
            raise OptionError(
                f"{_OPTIONS[other]} and {_OPTIONS[part]} both name the column {shown(role.column, 60)!r}. "
                "One column can play one part; name another one."
            )


def named(wanted: str, names: list[str], part: str, questions: Mapping[str, str]) -> str:
    """The column that an option names, by header or by question.

    Capitals, spaces and the forms of Arabic letters do not matter.

    Raises:
        OptionError: there is none; the message shows the nearest names.
    """
    if wanted in names:
        return wanted
    folded = {headers.key(text): name for name, text in questions.items() if name in names}
    folded |= {headers.key(name): name for name in reversed(names)}
    if headers.key(wanted) in folded and headers.key(wanted):
        return folded[headers.key(wanted)]
    near = [folded[match] for match in get_close_matches(headers.key(wanted), list(folded), 3, 0.6)]
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
        ranked, unread = [], []
        for look in free:
            ranks = [words.rank(look.name), words.rank(self.questions.get(look.name, ""))]
            best = min((rank for rank in ranks if rank is not None), default=None)
            if best is not None and fits(look) and not (best >= headers.PART and looks.is_yes_no(look)):
                ranked.append((best, look))
            elif best is not None and best < headers.PART:
                unread.append(look)
        how = "name"
        if not ranked and part == "text":  # called comments, whatever is in it, be it nothing
            left = [look for name, look in self.looks.items() if name not in self.taken]
            ranked = [(rank, look) for look in left if (rank := words.rank(look.name)) is not None]
            ranked = [pair for pair in ranked if pair[0] < headers.PART or not pair[1].cells]
        if not ranked and by_content is not None:
            ranked, how = [(0, look) for look in free if by_content(look)], "content"
        if unread and (not ranked or how == "content") and part in ("score", "date", "weight"):
            self._tell_of_unread(part, unread[0])
        if not ranked:
            return None
        first = min(rank for rank, _ in ranked)
        equals = sorted(
            (look for rank, look in ranked if rank == first), key=looks.fullness(part), reverse=True
        )
        sure = how == "name" and first < headers.PART and len(equals) == 1
        if len(equals) > 1:
            self._tell_of_equals(part, equals)
        self.taken.add(equals[0].name)
        return Role(equals[0].name, how, sure)  # type: ignore[arg-type]

    def repeated_id(self) -> Role | None:
        """A column called id whose values repeat too much for ids of answers: it tells who answered."""
        for name, look in self.looks.items():
            if (
                name in self.taken
                or headers.words("comment_id").rank(name) is None
                or not looks.is_person(look)
            ):
                continue
            self.taken.add(name)
            message = (
                f"{shown(name, 60)!r} repeats, so it was taken to tell who answered. If every answer should "
                f"have its own, pass --id {shown(name, 60)!r}: repeats are then rejected."
            )
            self.notices.append(Notice("repeated_id", message, {"column": shown(name, 60)}))
            return Role(name, "name", False)
        return None

    def segments(self, taken: set[str]) -> list[str]:
        """Columns whose header names a usual segment and whose content has a few repeated values."""
        usual = headers.words("segment")
        free = {name: look for name, look in self.looks.items() if name not in taken}
        found = [
            name for name, look in free.items() if usual.rank(name) is not None and looks.is_segment(look)
        ]
        if len(found) > MOST_SEGMENTS:
            left = [shown(name, 40) for name in found[MOST_SEGMENTS : MOST_SEGMENTS + 5]]
            message = (
                f"The first {MOST_SEGMENTS} columns that look like segments were taken; so do "
                f"{', '.join(map(repr, left))}. Choose with --segment."
            )
            values = {"n": MOST_SEGMENTS, "columns": left}
            self.notices.append(Notice("more_segments", message, values))
        return found[:MOST_SEGMENTS]

    def _tell_of_unread(self, part: str, look: Look) -> None:
        message = (
            f"{shown(look.name, 60)!r} is called like a {part} but holds none (for example "
            f"{shown(look.cells[0], 40)!r}), so it was not used. Name the right column with {_OPTIONS[part]}."
        )
        values = {
            "told": "unread_column",
            "column": shown(look.name, 60),
            "part": f"@role_{part}",
            "example": shown(look.cells[0], 40),
            "option": _OPTIONS[part],
        }
        self.notices.append(Notice(f"unread_{part}", message, values))

    def _tell_of_equals(self, part: str, equals: list[Look]) -> None:
        others = " and ".join(repr(shown(look.name, 60)) for look in equals[1:4])
        option = _OPTIONS[part]
        message = (
            f"{shown(equals[0].name, 60)!r} was taken as the {part.replace('_', ' ')} column; {others} would "
            f"fit as well. Choose with {option}."
        )
        values = {
            "told": "equal_columns",
            "column": shown(equals[0].name, 60),
            "part": f"@role_{part}",
            "others": [shown(look.name, 60) for look in equals[1:4]],
            "option": option,
        }
        self.notices.append(Notice(f"equal_{part}", message, values))


# In the order of search: what was found is no longer free for the next.
_FINDERS: Final[Mapping[headers.Part, tuple[Callable[[Look], bool], Callable[[Look], bool] | None]]] = {
    "comment_id": (looks.is_id, None),
    "respondent": (looks.is_person, None),
    "date": (looks.is_date, looks.is_clear_date),
    "weight": (looks.is_weight, None),
    "score": (looks.is_score, looks.is_rating),
    "text": (looks.is_text, looks.is_prose),
}


def _listed(names: list[str]) -> str:
    few = ", ".join(repr(shown(name, 40)) for name in names[:15])
    return few if len(names) <= 15 else f"{few} and {len(names) - 15} more"
