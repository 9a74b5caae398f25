"""The demo survey: an export of an invented company, two quarters, Arabic and English, with known causes.

Takes: a seed and a size. Gives: the export as a frame or CSV file, and the answer key beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from voc.demo import wording
from voc.demo.experience import CHANNELS, LANGUAGES, NAMES, People, first_quarter, live
from voc.demo.truth import second_quarter
from voc.errors import OptionError

SEED: Final = 7
SIZE: Final = 3000
BRANCHES: Final[dict[str, float]] = {
    "الرياض - العليا": 0.22, "الرياض - النرجس": 0.14, "جدة - التحلية": 0.19, "مكة المكرمة": 0.10,
    "المدينة المنورة": 0.09, "الدمام": 0.11, "الخبر": 0.08, "أبها": 0.07,
}  # fmt: skip
VARIETIES: Final[dict[str, dict[str, float]]] = {
    "ar": {"gulf": 0.50, "msa": 0.22, "egyptian": 0.10, "levantine": 0.07, "arabizi": 0.05, "mixed": 0.06},
    "en": {"english": 0.93, "mixed": 0.05, "arabizi": 0.02},
}
_CATEGORIES: Final = ("detractor", "passive", "promoter")
_QUARTERS: Final = ((pd.Timestamp("2024-01-01"), 91), (pd.Timestamp("2024-04-01"), 91))  # start, days


@dataclass(frozen=True)
class _Answer:
    text: str
    variety: str | None
    told: tuple[tuple[str, str], ...]
    reason: str | None  # why no theme is told: empty, vague, off_topic


def survey(seed: int = SEED, n: int = SIZE) -> pd.DataFrame:
    """The export: one row per respondent, oldest first, and a few rows that cannot be used.

    Args:
        seed: same seed and size, same survey, to the letter.
        n: respondents, half in 2024-Q1 and half in 2024-Q2; at least 100.

    Returns:
        All columns text, as in a CSV export: response_id, answered_at, channel, branch, survey_language, nps,
        comment. The unusable rows (see `unusable`) come on top of `n`.
    """
    frame = _rows(seed, n)[0]
    extra = unusable()
    spots = np.linspace(len(frame) * 0.05, len(frame) * 0.95, len(extra)).astype(int)
    whole = pd.concat([frame, extra.set_axis(spots)]).sort_index(kind="stable")
    return whole.reset_index(drop=True)


def answer_key(seed: int = SEED, n: int = SIZE) -> pd.DataFrame:
    """What every respondent of `survey(seed, n)` truly told, one row per response x theme x polarity.

    Returns:
        response_id, variety (None when nothing is written), theme and polarity (None when no theme is told),
        and reason (empty, vague or off_topic where no theme is told, else None).
    """
    frame, answers = _rows(seed, n)
    rows = [
        (response, answer.variety, theme, polarity, answer.reason)
        for response, answer in zip(frame["response_id"], answers, strict=True)
        for theme, polarity in answer.told or ((None, None),)
    ]
    return pd.DataFrame(rows, columns=["response_id", "variety", "theme", "polarity", "reason"], dtype=object)


def write(path: str | Path, seed: int = SEED, n: int = SIZE) -> Path:
    """The path of a CSV file (UTF-8 with BOM, as spreadsheets export it) holding `survey(seed, n)`."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    survey(seed, n).to_csv(target, index=False, encoding="utf-8-sig")
    return target


def unusable() -> pd.DataFrame:
    """Rows no analysis may use: bad scores, a broken date, nothing given at all."""
    rows = [
        ("X-0001", "2024-01-09 10:15", "branch", "الدمام", "ar", "11", "الخدمة فوق الوصف"),
        ("X-0002", "2024-01-22 18:40", "online", "أبها", "en", "n/a", "cannot decide"),
        ("X-0003", "2024-02-30 09:00", "branch", "جدة - التحلية", "ar", "8", "تمام"),
        ("X-0004", "2024-03-03 12:05", "call_center", "الخبر", "ar", "-3", "لا تعليق"),
        ("X-0005", "not a date", "online", "الدمام", "en", "9", "good"),
        ("X-0006", "2024-04-17 21:30", "online", "مكة المكرمة", "ar", "", ""),
        ("X-0007", "2024-05-05 08:20", "branch", "الرياض - العليا", "ar", "سبعة ونصف تقريبا", "عادي"),
        ("X-0008", "2024-06-11 16:45", "call_center", "الرياض - النرجس", "en", "100", "perfect"),
    ]
    return pd.DataFrame(rows, columns=_COLUMNS, dtype=object)


_COLUMNS: Final = ["response_id", "answered_at", "channel", "branch", "survey_language", "nps", "comment"]


def _rows(seed: int, n: int) -> tuple[pd.DataFrame, list[_Answer]]:
    if n < 100:
        raise OptionError(f"n is {n}; a survey of at least 100 respondents was expected.")
    parts: list[pd.DataFrame] = []
    answers: list[_Answer] = []
    worlds = (first_quarter(), second_quarter())
    for quarter, (world, size) in enumerate(zip(worlds, (n // 2, n - n // 2), strict=True)):
        people = live(world, size, np.random.default_rng([seed, quarter]))
        rng = np.random.default_rng([seed, quarter, 1])
        spoken = [_answer(people, i, rng) for i in range(size)]
        answers += spoken
        parts.append(_frame(people, spoken, quarter, rng))
    frame = pd.concat(parts, ignore_index=True)
    order = np.argsort(frame["answered_at"].to_numpy(dtype=str), kind="stable")
    frame = frame.iloc[order].reset_index(drop=True)
    frame.insert(0, "response_id", [f"R-{i + 1:06d}" for i in range(n)])
    return frame, [answers[i] for i in order]


def _frame(people: People, answers: list[_Answer], quarter: int, rng: np.random.Generator) -> pd.DataFrame:
    start, days = _QUARTERS[quarter]
    minutes = rng.integers(0, days * 24 * 60, len(answers))
    times = (start + pd.to_timedelta(minutes, unit="min")).strftime("%Y-%m-%d %H:%M")
    branches = rng.choice(np.array(list(BRANCHES), dtype=object), len(answers), p=list(BRANCHES.values()))
    columns: dict[str, Any] = {
        "answered_at": times,
        "channel": [CHANNELS[i] for i in people.channel],
        "branch": branches,
        "survey_language": [LANGUAGES[i] for i in people.language],
        "nps": [_score(int(score), rng) for score in people.score],
        "comment": [answer.text for answer in answers],
    }
    return pd.DataFrame(columns, dtype=object)


def _answer(people: People, i: int, rng: np.random.Generator) -> _Answer:
    if not people.writes[i]:
        return _Answer("", None, (), "empty")
    language = LANGUAGES[people.language[i]]
    shares = VARIETIES[language]
    variety = str(rng.choice(list(shares), p=list(shares.values())))
    sides = {-1: "negative", 1: "positive"}
    told = tuple((NAMES[t], sides[int(people.told[i, t])]) for t in np.flatnonzero(people.told[i]))
    if not told:
        return _without_theme(int(people.score[i]), language, rng)
    copied = wording.frames()["copied"]
    if told == ((copied["theme"], copied["polarity"]),) and language == "ar" and rng.random() < 0.2:
        return _Answer(copied["text"], "msa", told, None)
    shuffled = [told[j] for j in rng.permutation(len(told))]
    text = wording.comment(shuffled, variety, rng)
    if rng.random() < 0.006:
        text += str(rng.choice(wording.frames()["contact"][language]))
    return _Answer(text, variety, told, None)


def _without_theme(score: int, language: str, rng: np.random.Generator) -> _Answer:
    chance = rng.random()
    variety = "msa" if language == "ar" else "english"
    if chance < 0.04:
        text = wording.filled(str(rng.choice(wording.frames()["off_topic"][language])), rng)
        return _Answer(text, variety, (), "off_topic")
    if chance < 0.06:
        return _Answer(str(rng.choice(wording.frames()["hostile"])), None, (), "off_topic")
    category = _CATEGORIES[int(np.digitize(score, [7, 9]))]
    return _Answer(wording.short(category, language, rng), variety, (), "vague")


def _score(score: int, rng: np.random.Generator) -> str:
    chance = rng.random()
    if chance < 0.01:
        return str(score).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    if chance < 0.015:
        return f"{score}/10"
    return str(score)
