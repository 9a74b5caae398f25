"""What a run can be told, one frozen dataclass per room. Values enter once, at the edge.

The command line, the service and notebooks all build these; nothing in the rooms reads
the environment. Defaults here are the defaults everywhere.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal

from voc.errors import OptionError
from voc.labels import ReportLanguage

NO_COLUMN: Final = "-"


@dataclass(frozen=True)
class IntakeSettings:
    """Which columns play which part; None means "find it by name and content, and say so".

    `NO_COLUMN` ("-") says that no column plays the part, though one may look like it.
    """

    text: str | None = None
    score: str | None = None
    scale: str | None = None  # nps, csat, ces, stars, MIN-MAX; a leading "-" marks a reversed scale
    date: str | None = None
    date_order: Literal["day", "month"] | None = None  # asked for when dates are ambiguous
    comment_id: str | None = None
    respondent: str | None = None
    weight: str | None = None
    segments: tuple[str, ...] = ()
    question: str | None = None
    separator: str | None = None
    encoding: str | None = None
    timezone: str = "UTC"  # of dates without an offset
    max_characters: int = 20_000  # longer comments go to rejects with the reason, never cut
    max_cell_bytes: int = 50_000_000  # one line of a text file
    redact: bool = True  # personal data is masked before anything is stored


@dataclass(frozen=True)
class MeaningSettings:
    """Taxonomy, model and tier."""

    taxonomy: Path | None = None  # None: the embedded CX taxonomy
    pack: str | None = None  # a domain pack by name, for example "airline"
    edits: Path | None = None
    model: str | None = None  # None: the embedded model; else a hub name or a local folder
    tier: Literal["accurate", "cascade", "fast"] = "accurate"
    question: str | None = None
    batch_size: int = 32
    threads: int | None = None  # None: as many as the machine has
    device: Literal["auto", "cpu", "cuda"] = "auto"  # auto: cuda for named models only; see meaning/device.py
    topics: bool = True
    duplicates: Literal["keep", "collapse"] = "keep"  # collapse: copied comments count once


@dataclass(frozen=True)
class NumbersSettings:
    """What is compared, and how carefully."""

    before: str | None = None
    after: str | None = None
    compare: str | None = None  # "COLUMN=A,B": two segments instead of two periods
    labels: Path | None = None  # an analyst's labels of some comments: they tell the model's error
    label_error: Literal["auto", "ignore"] = "auto"  # auto: labels or else probabilities widen intervals
    no_comment: Literal["project", "own_bar", "auto"] = "auto"
    timezone: str = "UTC"  # in which periods begin and end
    confidence: float = 0.95
    fdr: float = 0.05
    seed: int = 20_240_101


@dataclass(frozen=True)
class ReportSettings:
    """Language and limits of what people read."""

    language: ReportLanguage = "en"
    quotes_per_theme: int = 5
    title: str | None = None


@dataclass(frozen=True)
class Settings:
    """All rooms' settings together."""

    intake: IntakeSettings = field(default_factory=IntakeSettings)
    meaning: MeaningSettings = field(default_factory=MeaningSettings)
    numbers: NumbersSettings = field(default_factory=NumbersSettings)
    report: ReportSettings = field(default_factory=ReportSettings)


_ROOMS: dict[str, type[Any]] = {
    "intake": IntakeSettings,
    "meaning": MeaningSettings,
    "numbers": NumbersSettings,
    "report": ReportSettings,
}


def of(**options: Any) -> Settings:
    """Settings from flat options, as notebooks and the command line give them.

    A name that several rooms know (`question`) goes to each of them; None means the default.

    Raises:
        OptionError: an option that no room knows; the nearest names are shown.
    """
    known = {field_.name for room in _ROOMS.values() for field_ in fields(room)}
    for name in options:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(sorted(known))}."
            raise OptionError(f"There is no option {name!r}; {hint}")
    given = {name: value for name, value in options.items() if value is not None}
    rooms = {
        room: kind(**{f.name: given[f.name] for f in fields(kind) if f.name in given})
        for room, kind in _ROOMS.items()
    }
    return Settings(**rooms)
