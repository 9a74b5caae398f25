"""From one Latin-script word to the Arabic word it most likely writes.

Takes: an Arabizi word ("5adamat"). Gives: the Arabic word (and how far apart the two are), found among
the words of real feedback by a weighted edit distance between Latin units and Arabic letters, or,
where none is near, spelled out by rule. Latin writing leaves out short vowels at will and uses one
letter for several Arabic ones; the costs below say how unusual each reading is.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from voc.intake import wordlists

_UNIT: Final = re.compile(r"[35679]'|kh|gh|sh|ch|th|dh|[a-z2-9]")
_VOWELS: Final = frozenset("aeiou")
_HAMZA: Final = "\u0621\u0623\u0625\u0622\u0624\u0626"

# Latin unit -> Arabic letter -> cost of reading it so.
_READINGS: Final[dict[str, dict[str, float]]] = {
    "2": {**dict.fromkeys(_HAMZA, 0.0), "ق": 0.3, "ا": 0.3},
    "3": {"ع": 0.0},
    "3'": {"غ": 0.0},
    "4": {"ذ": 0.2, "ش": 0.5},
    "5": {"خ": 0.0},
    "5'": {"خ": 0.0},
    "7'": {"خ": 0.0},
    "7": {"ح": 0.0},
    "6": {"ط": 0.0},
    "6'": {"ظ": 0.0},
    "8": {"غ": 0.1, "ق": 0.2},
    "9": {"ص": 0.1, "ق": 0.3},
    "9'": {"ض": 0.0},
    "b": {"ب": 0.0},
    "p": {"ب": 0.0},
    "t": {"ت": 0.0, "ط": 0.4, "ة": 0.3},
    "th": {"ث": 0.1, "ذ": 0.2, "ظ": 0.3, "ض": 0.5},
    "j": {"ج": 0.0},
    "h": {"ه": 0.0, "ح": 0.25, "ة": 0.2},
    "kh": {"خ": 0.0},
    "d": {"د": 0.0, "ض": 0.3, "ذ": 0.4, "ظ": 0.5},
    "dh": {"ذ": 0.1, "ظ": 0.1, "ض": 0.1},
    "r": {"ر": 0.0},
    "z": {"ز": 0.0, "ظ": 0.2, "ذ": 0.3},
    "s": {"س": 0.0, "ص": 0.3, "ث": 0.5},
    "sh": {"ش": 0.0},
    "ch": {"ش": 0.2, "ك": 0.8},
    "gh": {"غ": 0.0},
    "g": {"ق": 0.2, "ج": 0.2, "غ": 0.4},
    "f": {"ف": 0.0},
    "q": {"ق": 0.0},
    "k": {"ك": 0.0, "ق": 0.4},
    "c": {"ك": 0.4, "س": 0.6},
    "l": {"ل": 0.0},
    "m": {"م": 0.0},
    "n": {"ن": 0.0},
    "w": {"و": 0.0},
    "y": {"ي": 0.0, "ى": 0.3},
    "v": {"ف": 0.0},
    "x": {"ك": 0.5},
    "a": {"ا": 0.0, "أ": 0.05, "آ": 0.05, "إ": 0.3, "ى": 0.1, "ة": 0.0, "ع": 0.6},
    "e": {"ي": 0.15, "ا": 0.3, "إ": 0.1, "أ": 0.3, "ة": 0.2, "ع": 0.8},
    "i": {"ي": 0.0, "ا": 0.3, "إ": 0.1, "ع": 0.8},
    "o": {"و": 0.0, "أ": 0.2, "ا": 0.4, "ع": 0.8},
    "u": {"و": 0.0, "أ": 0.2, "ا": 0.4, "ع": 0.8},
}
# Arabic letter left out in Latin writing.
_SILENT: Final = {**dict.fromkeys(_HAMZA, 0.4), "ا": 0.7, "و": 0.8, "ي": 0.7, "ى": 0.5, "ة": 0.4, "ع": 1.0}
_LOST: Final = 2.0  # a consonant on one side only
_SHORT_VOWEL: Final = 0.15
_WORD_WEIGHT: Final = 0.12  # how much a word's log count speaks for it
_FAR: Final = 2.5  # beyond this cost two words are not the same word
_CANDIDATES: Final = 60

# Consonants that Latin writing mixes up share a class; vowels, hamza and ain have none.
_CLASSES: Final = {
    **dict.fromkeys("تطثذظضدز", "T"),
    **dict.fromkeys("سص", "S"),
    **dict.fromkeys("هح", "H"),
    **dict.fromkeys("كقجغ", "K"),
    **{letter: letter for letter in "بخرشفلمن"},
}


@dataclass(frozen=True)
class Reading:
    """An Arabic word for a Latin one; `cost` is 0 for a perfect fit, above 1.5 for a poor one."""

    arabic: str
    cost: float


@lru_cache(maxsize=65_536)
def read(latin: str) -> Reading | None:
    """The best Arabic word of real feedback for a lower-case Latin word; None when nothing is near.

    >>> read("khadamat").arabic
    'خدمات'
    """
    units = tuple(_UNIT.findall(latin))
    if len(units) < 2 or len(units) > 16:
        return None
    best: Reading | None = None
    best_total = math.inf
    for word in {word for key in _keys(units) for word in _shelves().get(key, ())[:_CANDIDATES]}:
        bonus = _WORD_WEIGHT * math.log(wordlists.arabic()[word])
        cost = distance(units, word, min(best_total + bonus, _FAR))
        total = cost - bonus
        if (total, word) < (best_total, best.arabic if best else ""):
            best, best_total = Reading(word, cost), total
    return best if best is not None and best.cost <= _FAR else None


def distance(units: tuple[str, ...], word: str, limit: float = math.inf) -> float:
    """Weighted edit distance between Latin units and an Arabic word; infinite once above `limit`."""
    size = len(word)
    above = [0.0] * (size + 1)
    for j in range(size):
        above[j + 1] = above[j] + _silent(word, j)
    for i, unit in enumerate(units):
        row = [above[0] + _dropped(units, i)]
        readings = _READINGS[unit]
        for j in range(size):
            same = above[j] + _reading(readings, units, i, word, j)
            row.append(min(same, above[j + 1] + _dropped(units, i), row[j] + _silent(word, j)))
        above = row
        if min(row) > limit:
            return math.inf
    return above[size]


def _reading(readings: dict[str, float], units: tuple[str, ...], i: int, word: str, j: int) -> float:
    letter = word[j]
    cost = readings.get(letter, math.inf)
    if letter == "ا" and j == 0 and units[i] in _VOWELS:
        return 0.0
    if letter in "ةى" and i < len(units) - 2:
        return math.inf
    return cost


def _dropped(units: tuple[str, ...], i: int) -> float:
    unit, before = units[i], units[i - 1] if i else ""
    last = i == len(units) - 1
    if unit in _VOWELS:
        long = not last and units[i + 1] == unit
        return 0.05 if unit == before else 0.4 if last else 0.6 if long else _SHORT_VOWEL
    if unit == before:
        return 0.05  # a doubled consonant: shadda
    if last and unit == "h" and before in _VOWELS:
        return 0.1
    if last and unit == "n" and before == "a":
        return 0.4  # tanwin
    return 0.6 if unit in {"2", "w", "y"} else _LOST


def _silent(word: str, j: int) -> float:
    if word[j] == "ا" and j == len(word) - 1 and j and word[j - 1] == "و":
        return 0.2  # the mute alef of plural verbs
    return _SILENT.get(word[j], _LOST)


@cache
def _shelves() -> dict[str, list[str]]:
    """Words by their consonant classes, the most frequent first."""
    shelves: dict[str, list[str]] = {}
    for word in wordlists.arabic():
        shelves.setdefault(_squeezed("".join(_CLASSES.get(letter, "") for letter in word)), []).append(word)
    return shelves


def _keys(units: tuple[str, ...]) -> set[str]:
    keys = {""}
    for unit in units:
        classes = {_CLASSES.get(letter, "") for letter in _READINGS[unit]}
        keys = {key + made for key in keys for made in (classes if unit not in _VOWELS else {""})}
    keys |= {key[:-1] for key in keys if units[-1] in {"n", "h", "t"}}
    return {_squeezed(key) for key in keys}


def _squeezed(key: str) -> str:
    return re.sub(r"(.)\1+", r"\1", key)


_PLAIN: Final = {
    **{unit: min(readings, key=lambda letter: readings[letter]) for unit, readings in _READINGS.items()},
    **{"2": "أ", "g": "ج", "x": "كس", "dh": "ذ"},
}


def spell(latin: str) -> str:
    """`latin` spelled out in Arabic letters by rule, for words no list has.

    Long vowels are written, short ones are not; a final a is a ta marbuta in longer words.

    >>> spell("zeftawi")
    'زفتاوي'
    """
    units = _UNIT.findall(latin)
    made: list[str] = []
    for i, unit in enumerate(units):
        before = units[i - 1] if i else ""
        last = i == len(units) - 1
        if unit not in _VOWELS:
            made.append("" if unit == before else _PLAIN[unit])
        elif i == 0:
            made.append("ا")
        elif last:
            made.append({"a": "ة" if len(units) > 4 else "ا", "e": "ة"}.get(unit, _PLAIN[unit]))
        elif unit == before:
            made.append({"e": "ي", "o": "و"}.get(unit, _PLAIN[unit]) if not made[-1] else "")
        elif unit == "a" and i + 2 < len(units) and units[i + 2] in _VOWELS:
            made.append("ا")
        else:
            made.append("و" if unit in "ou" and units[i + 1] not in {"o", "u"} and i > 1 else "")
    return "".join(made)
