"""What other models call negative, neutral and positive.

Takes: a classifier's ``id2label``. Gives: for each of its outputs, our column (0 negative,
1 neutral, 2 positive). A model whose labels we cannot read is refused, never guessed at.
"""

from __future__ import annotations

import re
from typing import Final

from voc.errors import ModelError

_WORDS: Final[tuple[tuple[str, int], ...]] = (
    (r"(?:very |strongly )?neg(?:ative)?|سلبي", 0),
    (r"neu(?:tral)?|mixed|obj(?:ective)?|محايد", 1),
    (r"(?:very |strongly )?pos(?:itive)?|[إا]يجابي", 2),
)
_STARS: Final = re.compile(r"([1-5])\s*stars?")
# Names such as LABEL_0 say nothing; with three of them the order of the tweet benchmarks is used.
_NUMBERED: Final = re.compile(r"label_(\d)")


def columns_of(labels: dict[int, str], name: str) -> list[int]:
    """Our column for each output of the model called `name`.

    >>> columns_of({0: "positive", 1: "negative", 2: "neutral"}, "a model")
    [2, 0, 1]

    Raises:
        ModelError: a label is none of ours, or negative or positive is missing.
    """
    columns = [_column(labels[i], len(labels)) for i in sorted(labels)]
    known = [column for column in columns if column is not None]
    if len(known) < len(columns) or not {0, 2} <= set(known):
        said = ", ".join(map(repr, labels.values()))
        raise ModelError(
            f"{name} has the labels {said}; voc expects negative, neutral and positive (or 1 to 5 stars). "
            "Choose a sentiment model, or set id2label in its config.json."
        )
    return known


def _column(label: str, count: int) -> int | None:
    said = label.strip().lower().replace("-", " ")
    for pattern, column in _WORDS:
        if re.fullmatch(pattern, said):
            return column
    if stars := _STARS.fullmatch(said):
        return (int(stars[1]) > 2) + (int(stars[1]) > 3)
    numbered = _NUMBERED.fullmatch(said)
    return int(numbered[1]) if numbered and count == 3 and int(numbered[1]) < 3 else None
