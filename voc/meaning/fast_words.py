"""Texts to word numbers for the fast tier: one regular expression and one look-up per word.

Takes: verbatim texts. Gives: numbers of the fast tier's vocabulary. Spelling (`normalize`, recipe
``for_matching``), Arabizi and words outside the vocabulary cost time only when a spelling is met for
the first time; the answer is remembered, so most words cost one look-up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voc.intake import arabizi, charmaps
from voc.intake.normalize import normalize
from voc.meaning.prepare import prepare
from voc.meaning.remembered import Remembered

EMPTY: Final = 0  # the place beside a text
UNKNOWN: Final = 1
LONGEST: Final = 24  # letters of a word that is taken apart
_MARKS: Final = charmaps.TASHKEEL + charmaps.ANNOTATION_MARKS + charmaps.TATWEEL + "\u200c"
_TOKEN: Final = re.compile(rf"https?:\S*|www\.\S+|[@#]?[\w{_MARKS}]+(?:['\u2019]\w+)*|[^\w\s]+")
_WORD: Final = re.compile(r"@user|\w+(?:'\w+)*|[^\w\s]+")
_ARABIC: Final = re.compile("[\u0600-\u06ff]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_LATIN_WORD: Final = re.compile(r"[A-Za-z2-9'\u2019]*[A-Za-z][A-Za-z2-9'\u2019]*")
# Words that strong normalization leaves as they are once they are in small letters and _SAME is applied,
# unless a letter stands three times in a row.
_PLAIN: Final = re.compile("[A-Za-z]+|[0-9]+|[\u0621-\u063a\u0641-\u064a]+")
_THREE: Final = re.compile(r"(.)\1\1")
_SAME: Final = str.maketrans(charmaps.ALEF | charmaps.YA | charmaps.TA_MARBUTA)
_ARABIZI, _ENGLISH, _OTHER, _NEITHER = range(4)


class Words:
    """The vocabulary.

    Args:
        words: the entries, commonest first, spelled as `canonical` spells them; the first is number 2.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._numbers = {word: number for number, word in enumerate(words, start=UNKNOWN + 1)}
        self._known = Remembered(self._look_up)
        self._kinds = Remembered(_kind)
        self._beginnings = _beginnings(words)
        self._costs = [0.0, 0.0] + [3 + math.log(number) for number in self._numbers.values()]

    def numbers(self, texts: Sequence[str]) -> list[list[int]]:
        """Word numbers of each text; a text's numbers depend on that text alone."""
        known = self._known
        return [[number for token in self._tokens(text) for number in known[token]] for text in texts]

    def letters(self) -> NDArray[np.int64]:
        """For each number how many letters the entry has: above zero Arabic ones, below zero Latin ones."""
        found = [
            len(word) if _ARABIC.search(word) else -len(word) if _LATIN.search(word) else 0
            for word in self._numbers
        ]
        return np.array([0] * (UNKNOWN + 1) + found)

    def _tokens(self, text: str) -> list[str]:
        tokens = tokens_of(text)
        if _LATIN.search(text):
            kinds = list(map(self._kinds.__getitem__, tokens))
            if _ARABIZI in kinds or (kinds.count(_OTHER) > 1 and kinds.count(_ENGLISH) < 2):
                return tokens_of(prepare(text))
        return tokens

    def _look_up(self, token: str) -> tuple[int, ...]:
        plain = token[1:] if token[0] == "#" and (token[2:].islower() or token.isupper()) else token
        simple = plain.lower().translate(_SAME)
        number = self._numbers.get(simple)
        if number is not None:  # most words: entries are canonical, so nothing else can come out
            return (number,)
        number_sign = token.isascii() and token.isdecimal()  # normalization leaves these alone
        if number_sign or (plain is token and _PLAIN.fullmatch(token) and not _THREE.search(simple)):
            return tuple(self.taken_apart(simple[:LONGEST]))
        return tuple(number for word in canonical(token) for number in self._parts(word))

    def _parts(self, word: str) -> list[int]:
        if word in self._numbers:
            return [self._numbers[word]]
        if not any(map(str.isalnum, word)):
            return [self._numbers.get(sign, UNKNOWN) for sign in word[:4]]
        return self.taken_apart(word[:LONGEST])

    def taken_apart(self, word: str, itself: bool = True) -> list[int]:
        """The likeliest sequence of entries that spells `word` (a unigram model over ranks, Viterbi).

        Args:
            word: in canonical spelling.
            itself: False forbids the entry that is the whole word.
        """
        known, costs, end = self._numbers.get, self._costs, len(word)
        longest = [self._beginnings.get(word[start : start + 3], 2) for start in range(end)]
        if not itself:
            longest[0] = min(longest[0], end - 1)
        # For each place the cheapest way there: its cost, where the last entry began, and the entry.
        cost, began, entry = [0.0] + [math.inf] * end, [0] * (end + 1), [UNKNOWN] * (end + 1)
        for start in range(end):
            so_far = cost[start]
            if so_far + 30.0 < cost[start + 1]:
                cost[start + 1], began[start + 1], entry[start + 1] = so_far + 30.0, start, UNKNOWN
            for stop in range(start + 1, min(start + longest[start], end) + 1):
                number = known(word[start:stop])
                if number is not None and so_far + costs[number] < cost[stop]:
                    cost[stop], began[stop], entry[stop] = so_far + costs[number], start, number
        found: list[int] = []
        while end:
            found.append(entry[end])
            end = began[end]
        return found[::-1]


def _beginnings(words: Iterable[str]) -> dict[str, int]:
    """For each three letters that entries begin with, how long the longest of these entries is."""
    found: dict[str, int] = {}
    for word in words:
        if len(word) > found.get(word[:3], 2):
            found[word[:3]] = len(word)
    return found


def tokens_of(text: str) -> list[str]:
    """Words with their marks, links, handles, hashtags and runs of signs, as they are written."""
    found: list[str] = _TOKEN.findall(text)
    return found


def canonical(token: str) -> list[str]:
    """The words that a token of a text stands for, in strong normalization; mostly one."""
    found: list[str] = _WORD.findall(normalize(token, "for_matching"))
    return found


def _kind(token: str) -> int:
    """Whether a token is an Arabizi word, an English one, another Latin one, or none of these."""
    if not _LATIN.search(token) or token[0] in "@#" or token.startswith(("http", "www.")):
        return _NEITHER
    kinds = set(map(arabizi.kind_of, _LATIN_WORD.findall(token)))
    if "arabizi" in kinds:
        return _ARABIZI
    return _ENGLISH if kinds & {"english", "shared"} else _OTHER if kinds else _NEITHER
