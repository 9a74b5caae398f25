"""Fills the sentence frames of own-templates.yaml, and writes phrases the way people type them.

Takes: the frames and the words of own-grammar.yaml. Gives: phrases with their labels, and their variants:
doubled letters, slips of the finger, emoji that agree with the words, a sneering one after praise.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from typing import Any

POLARITIES = ("negative", "neutral", "positive")
FILLED = {"negative": 12, "neutral": 30, "positive": 14}  # phrases made from one frame, where it has as many
_SLOT = re.compile(r"{([^}]+)}")
_FEELING = {
    "positive": ("😍", "❤️", "👍", "🌹", "👏", "😊", "🥰", "💯", "😍😍", "👍🏻", "!", "!!"),
    "negative": ("😡", "👎", "💔", "🙄", "😤", "😒", "🤦", "😞", "😡😡", "!", "!!!", ".."),
    "neutral": ("", ".", "?", "🙂"),
}
_SNEER = ("🙄", "🙃", "😒", "🤡", "👏🙄", "😏")
_STRETCHED = "aeiouyاويهةرحزتم"  # letters people hold down
_LETTER = re.compile(r"[^\W\d_]")


def filled(frames: dict[str, Any], words: dict[str, Any], rng: random.Random) -> Iterator[tuple[str, int]]:
    """Phrases of one variety with their labels (0, 1, 2).

    Args:
        frames: the variety's part of own-templates.yaml.
        words: its part of own-grammar.yaml.
        rng: decides the fillings.
    """
    slots = _slots(frames, words)
    for label, polarity in enumerate(POLARITIES):
        for frame in frames[polarity]:
            tries = FILLED[polarity] if "{" in frame else 1
            made = {_SLOT.sub(lambda found: rng.choice(slots[found[1]]), frame) for _ in range(tries)}
            yield from ((" ".join(text.split()), label) for text in sorted(made))


def _slots(frames: dict[str, Any], words: dict[str, Any]) -> dict[str, list[str]]:
    forms = {f"{side}.{form}": found for side in ("good", "bad") for form, found in words[side].items()}
    plain = {name: words[name] for name in ("very", "trouble", "letdown", "polite")}
    return {**words["aspects"], **forms, **plain, **frames["lists"]}


def felt(text: str, label: int, rng: random.Random) -> str:
    """`text` with a mark or an emoji that agrees with it."""
    return f"{text} {rng.choice(_FEELING[POLARITIES[label]])}".strip()


def sneered(texts: Sequence[str], rng: random.Random) -> list[tuple[str, int]]:
    """Words of praise followed by a sneering emoji: no praise."""
    return [(f"{text} {rng.choice(_SNEER)}", 0) for text in texts]


def stretched(text: str, rng: random.Random) -> str:
    """`text` with a letter or two held down: "so goooood"."""
    places = [i for i in range(1, len(text)) if text[i] in _STRETCHED and text[i - 1] != " "]
    for i in sorted(rng.sample(places, min(len(places), rng.choice((1, 1, 2)))), reverse=True):
        text = text[:i] + text[i] * rng.randint(3, 6) + text[i + 1 :]
    return text


def slipped(text: str, rng: random.Random) -> str:
    """`text` with one slip inside a word of four letters or more: a letter lost, doubled or swapped."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) >= 4 and _LETTER.match(word)]
    if not long:
        return text
    i = rng.choice(long)
    word = words[i]
    at = rng.randrange(1, len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    words[i] = rng.choice(
        (before + after, before + letter * 2 + after, before + after[0] + letter + after[1:])
    )
    return " ".join(words)
