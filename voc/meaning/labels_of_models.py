"""What other models call our labels: polarities, dialects, languages.

Takes: a classifier's ``id2label``. Gives: for each of its outputs the column of our label, in the order
of `OURS`. A model whose labels we cannot read is refused, never guessed at.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from voc.errors import ModelError
from voc.labels import LANGUAGES, POLARITIES

Task = Literal["sentiment", "language", "dialect"]
DIALECTS: Final = ("msa", "gulf", "egyptian", "levantine", "maghrebi")
OURS: Final[dict[Task, tuple[str, ...]]] = {
    "sentiment": POLARITIES,
    "language": LANGUAGES,
    "dialect": DIALECTS,
}
NOT_OURS: Final = -1  # an output none of our labels stands for, such as another country's dialect

_WORDS: Final[dict[Task, tuple[tuple[str, str], ...]]] = {
    "sentiment": (
        (r"(?:very |strongly )?neg(?:ative)?|سلبي", "negative"),
        (r"neu(?:tral)?|mixed|obj(?:ective)?|محايد", "neutral"),
        (r"(?:very |strongly )?pos(?:itive)?|[إا]يجابي", "positive"),
    ),
    "language": (
        (r"ar|ara|arabic|arb|a[a-z]{2} arab", "ar"),
        (r"en|eng|english|eng latn", "en"),
        (r"ar latn|arabizi", "ar-Latn"),
        (r"mixed|code switched", "mixed"),
        (r"und|unknown|other|[a-z]{2,3}(?: [a-z]{4})?|[a-z]{4,20}", "und"),  # any other language
    ),
    "dialect": (  # regions, countries and the city codes of the MADAR corpus
        (r"msa|modern standard arabic|standard|فصحى", "msa"),
        (
            r"gulf|glf|khaleeji|gulf of aden|saudi arabia|saudi|ksa|kuwait|u ?a ?e|united arab emirates|"
            r"qatar|bahrain|oman|yemen|iraqi?|riy|jed|doh|mus|bag|bas|mos|san",
            "gulf",
        ),
        (r"egy|egypt|egyptian|nile basin|nile|sudan|cai|alx|asw|kha", "egyptian"),
        (r"lev|levant|levantine|syria|lebanon|jordan|palestine|ale|amm|bei|dam|jer|sal", "levantine"),
        (
            r"mag|magh?reb|magh?rebi|north african?|nor|morocco|moroccan|algeria|tunisia|libya|mauritania|"
            r"alg|ben|fes|rab|sfx|tri|tun",
            "maghrebi",
        ),
    ),
}
_NEEDED: Final[dict[Task, tuple[str, ...]]] = {
    "sentiment": ("negative", "positive"),
    "language": ("ar", "en"),
    "dialect": ("gulf", "egyptian", "levantine", "maghrebi"),
}
_EXPECTED: Final[dict[Task, str]] = {
    "sentiment": "negative, neutral and positive (or 1 to 5 stars)",
    "language": "codes or names of languages, Arabic and English among them",
    "dialect": "regions, countries or cities of the Gulf, Egypt, the Levant and the Maghreb",
}
_STARS: Final = re.compile(r"([1-5])\s*stars?")
# Names such as LABEL_0 say nothing; with three of them the order of the tweet benchmarks is used.
_NUMBERED: Final = re.compile(r"label_(\d)")


def columns_of(labels: dict[int, str], name: str, task: Task = "sentiment") -> list[int]:
    """Our column for each output of the model called `name`, or `NOT_OURS`.

    >>> columns_of({0: "positive", 1: "negative", 2: "neutral"}, "a model")
    [2, 0, 1]
    >>> columns_of({0: "EGY", 1: "GLF", 2: "LEV", 3: "NOR", 4: "Somalia"}, "a model", "dialect")
    [2, 1, 3, 4, -1]

    Args:
        labels: the model's ``id2label``.
        name: for the message.
        task: whose labels of ours are meant.

    Raises:
        ModelError: a polarity is none of ours, or one that matters is missing.
    """
    columns = [_column(labels[i], len(labels), task) for i in sorted(labels)]
    needed = {OURS[task].index(label) for label in _NEEDED[task]}
    if not needed <= set(columns) or (task == "sentiment" and NOT_OURS in columns):
        said = ", ".join(map(repr, labels.values()))
        raise ModelError(
            f"{name} has the labels {said}; voc expects {_EXPECTED[task]}. "
            f"Choose a {task} model, or set id2label in its config.json."
        )
    return columns


def _column(label: str, count: int, task: Task) -> int:
    said = re.sub(r"[-_]", " ", label.strip().lower())
    for pattern, ours in _WORDS[task]:
        if re.fullmatch(pattern, said):
            return OURS[task].index(ours)
    if task != "sentiment":
        return NOT_OURS
    if stars := _STARS.fullmatch(said):
        return (int(stars[1]) > 2) + (int(stars[1]) > 3)
    numbered = _NUMBERED.fullmatch(label.strip().lower())
    return int(numbered[1]) if numbered and count == 3 and int(numbered[1]) < 3 else NOT_OURS
