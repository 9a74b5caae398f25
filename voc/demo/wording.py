"""The words of a comment: phrases for what is told, framed and spelled the way people write."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

_FOLDER: Final = Path(__file__).parent
_CITIES: Final = ("الرياض", "جدة", "الدمام", "أبها", "تبوك")
_WORN: Final = str.maketrans("أإآةى", "اااهي")  # letters people do not bother with
_EASTERN: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_LONG_VOWEL: Final = re.compile("(?<=\\w)[اويeoa](?!.*[اويeoa])", re.DOTALL)
Told = Sequence[tuple[str, str]]  # (theme, polarity) pairs


@functools.cache
def phrases() -> dict[str, dict[str, dict[str, list[str]]]]:
    """By theme -> polarity -> variety -> phrases, from `phrases.yaml`."""
    loaded: dict[str, dict[str, dict[str, list[str]]]] = _read("phrases.yaml")
    return loaded


@functools.cache
def frames() -> dict[str, Any]:
    """Openers, joins, contrasts, closers and the rest, from `frames.yaml`."""
    loaded: dict[str, Any] = _read("frames.yaml")
    return loaded


def comment(told: Told, variety: str, rng: np.random.Generator) -> str:
    """One comment that tells exactly these (theme, polarity) pairs in that variety."""
    sides = {
        polarity: _joined(
            [_phrase(theme, polarity, variety, rng) for theme, side in told if side == polarity], variety, rng
        )
        for polarity in ("positive", "negative")
    }
    mood = "negative" if sides["negative"] else "positive"
    if all(sides.values()):
        frame = _pick(frames()["contrasts"][variety], rng)
        text = frame.format(a=sides["positive"], b=sides["negative"])
    else:
        text = sides[mood]
    if rng.random() < 0.22:
        text = _pick(frames()["openers"][mood][variety], rng) + text
    if rng.random() < 0.18:
        text = text.rstrip(".،") + _pick(frames()["closers"][mood][variety], rng)
    return spelled(text, mood, variety, rng)


def short(category: str, language: str, rng: np.random.Generator) -> str:
    """A one-word or empty-handed answer of a detractor, passive or promoter, in `ar` or `en`."""
    text = _pick(frames()["vague"][category][language], rng)
    return _stretched(text) if rng.random() < 0.1 else text


def spelled(text: str, mood: str, variety: str, rng: np.random.Generator) -> str:
    """The text as typed: worn letters, typos, stretched words, emoji, digits, capitals."""
    latin = variety in ("english", "arabizi")
    if variety == "english" and rng.random() < 0.6:
        text = text[0].upper() + text[1:]
    if not latin and rng.random() < 0.35:
        text = text.translate(_WORN)
    if not latin and rng.random() < 0.2:
        text = text.translate(_EASTERN)
    if rng.random() < 0.08:
        text = _mistyped(text, rng)
    if rng.random() < 0.08:
        text = _emphasized(text)
    if rng.random() < 0.14:
        text = f"{text} {_pick(frames()['emoji'][mood], rng)}"
    if variety == "english" and rng.random() < 0.02:
        text = text.upper()
    return text + ("!!" if rng.random() < 0.04 else "")


def filled(text: str, rng: np.random.Generator) -> str:
    """The text with its slots ({minutes}, {days}, {weeks}, {amount}, {times}, {city}) filled."""
    return text.format(
        minutes=_pick((20, 25, 30, 40, 45, 50, 90), rng),
        days=int(rng.integers(3, 11)),
        weeks=int(rng.integers(3, 7)),
        amount=_pick((75, 120, 180, 250, 390, 600), rng),
        times=int(rng.integers(3, 7)),
        city=_pick(_CITIES, rng),
    )


def _phrase(theme: str, polarity: str, variety: str, rng: np.random.Generator) -> str:
    return filled(_pick(phrases()[theme][polarity][variety], rng), rng)


def _joined(parts: list[str], variety: str, rng: np.random.Generator) -> str:
    if not parts:
        return ""
    text = parts[0]
    for part in parts[1:]:
        text = _pick(frames()["joins"][variety], rng).format(a=text, b=part)
    return text


def _emphasized(text: str) -> str:
    words = text.split(" ")
    known = set(frames()["intensifiers"])
    return " ".join(_stretched(word) if word in known else word for word in words)


def _stretched(word: str) -> str:
    return _LONG_VOWEL.sub(lambda match: match.group() * 4, word)


def _mistyped(text: str, rng: np.random.Generator) -> str:
    spots = [i for i in range(1, len(text) - 2) if text[i].isalpha() and text[i + 1].isalpha()]
    if len(spots) < 6:
        return text
    at = spots[int(rng.integers(len(spots)))]
    kind = rng.integers(3)
    if kind == 0:  # swapped neighbors
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 1:  # a letter lost
        return text[:at] + text[at + 1 :]
    return text[:at] + text[at] + text[at:]  # a letter twice


def _pick(options: Sequence[Any], rng: np.random.Generator) -> Any:
    return options[int(rng.integers(len(options)))]


def _read(name: str) -> Any:
    return yaml.safe_load((_FOLDER / name).read_text(encoding="utf-8"))
