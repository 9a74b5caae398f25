"""Arabizi (Arabic in Latin letters and digits) to Arabic script, English words left as they are.

Takes: a text in any mix of languages. Gives: the text with its Arabizi words in Arabic script,
aligned with the verbatim one. "3jabni el service bas ghali" -> "عجبني ال service بس غالي".

A word is judged by what it is (a known spelling, digits for letters, an English word) and, where it
could be either ("men", "law", "had"), by the words around it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from voc.intake import romanized, wordlists
from voc.intake.aligned import Aligned, Edit, identity, rewrite

Kind = Literal["arabizi", "english", "shared", "unknown"]

# Left alone: links, mails, handles, masks such as [PHONE].
_SKIPPED: Final = r"(?:https?:|www\.)\S+|[\w.+-]+@[\w.-]+|@\w+|\[(?:[A-Z]+|[a-z]+)\]|\b(?:@user|http)\b"
_LETTERS: Final = r"[A-Za-z2-9](?:[A-Za-z2-9]|['\u2019](?=[A-Za-z2-9]))*"
_EDGE: Final = "A-Za-z0-9_\u00c0-\u024f\u0600-\u06ff"  # a code glued to other letters is no word
_TOKEN: Final = re.compile(rf"(?P<skip>{_SKIPPED})|(?<![{_EDGE}])(?P<word>{_LETTERS})(?![{_EDGE}])")
_ARABIC: Final = re.compile("[\u0620-\u064a]")
_DIGIT: Final = re.compile(r"[0-9]")
_LETTER: Final = re.compile(r"[A-Za-z]")
_DIGIT_LETTER: Final = re.compile(
    r"(?=.*[a-z])(?:[a-z']|[2356789](?![0-9]))*[a-z](?:[a-z']|[2356789](?![0-9]))*"
)
# Latin words with a digit that are no Arabizi: 5star, 4g, mp3, b2b, a4, 3rd, 7up, 2x, 5gb, 6am.
_NOT_ARABIZI: Final = re.compile(
    r"[a-z]\d|\d(?:[a-z]|st|nd|rd|th|am|pm|gb|mb|kb|tb|hr?s?|min|mins|kg|km|cm|mm|ml|sar|aed|usd|star|stars|up|"
    r"day|days|way|pcs?|in|yrs?)|[a-z]{2,}\d|[a-z]+2[a-z]+(?<=2b|2c|2g|2p)|(?:mp|ps|wi|h|f|u|v|q|k|e)\d.?|"
    r"gr8|m8|l8r?|b4|w8|4u|2day|2moro|2nite|2night|h8|str8|co2|h2o|sk8"
)
_ENDING: Final = re.compile(r"(?:ing|ed|ly|s|es|er|ers|est|ness|ful|less|able|ment|y)$")
_STEM_LEAST: Final = 4  # letters
_STRETCH: Final = re.compile(r"([a-z])\1\1+")
_PREFIXES: Final = {
    "el": "ال", "al": "ال", "il": "ال", "l": "ال", "wel": "وال", "wal": "وال", "wil": "وال", "bel": "بال",
    "bil": "بال", "bal": "بال", "lel": "لل", "lil": "لل", "fel": "فال", "fil": "فال", "w": "و", "wa": "و",
    "hal": "هال", "ma": "ما ", "ya": "يا ", "b": "ب", "3al": "عال ",
}  # fmt: skip
_JOINED: Final = frozenset({"ال", "وال", "بال", "لل", "فال", "هال", "عال", "و"})  # written onto the next word
_NEAR: Final = 3  # words on each side that speak for a shared word
_GOOD_FIT: Final = 0.12  # cost per letter of a convincing reading
_FAIR_FIT: Final = 0.25


class Word(NamedTuple):
    """A Latin-script word of a text.

    Attributes:
        start: where it begins in the text.
        end: where it ends, exclusive.
        kind: what it was taken for; no word is left "shared" once its surroundings are seen.
        arabic: its Arabic spelling when it is Arabizi, else "".
        variety: the Arabic variety it is typical of; "all" or "" when of none.
    """

    start: int
    end: int
    kind: Kind
    arabic: str = ""
    variety: str = ""


def transliterate(text: str) -> Aligned:
    """`text` with its Arabizi words in Arabic script; each letter points to its whole Latin word.

    >>> transliterate("3jabni el service bas ghali").text
    'عجبني ال service بس غالي'
    """
    edits: list[Edit] = []
    before: Word | None = None
    for word in words(text):
        if word.kind != "arabizi":
            continue
        arabic = word.arabic
        if before and before.arabic in _JOINED and arabic not in _JOINED:
            gap = text[before.end : word.start]
            if gap in {" ", "-"}:
                edits.append((before.end, word.start, ""))
                arabic = arabic.removeprefix("ال") if before.arabic.endswith("ل") else arabic
        edits.append((word.start, word.end, arabic))
        before = word
    return rewrite(identity(text), edits)


def words(text: str) -> list[Word]:
    """The Latin-script words of `text` in order, each judged among its neighbors."""
    if not _LETTER.search(text):
        return []
    found: list[Word] = []
    shouted = text.isupper() or text.istitle()
    for match in _TOKEN.finditer(text):
        token = match["word"]
        if token and _LETTER.search(token):
            name = bool(found) and token[0].isupper() and not shouted
            found.append(_alone(token, match.start(), match.end(), name))
    n_arabizi = sum(word.kind == "arabizi" for word in found)
    n_english = sum(word.kind == "english" for word in found)
    if not n_arabizi and (n_english or not _readable(text, found)):
        return [_plain(word) for word in found]
    return [_among(text, found, i, n_arabizi, n_english) for i in range(len(found))]


def kind_of(word: str) -> Kind:
    """What one Latin-script word is by itself; `words` also looks at the words around it."""
    return _judge(word.replace("\u2019", "'").lower())[0]


def _alone(token: str, start: int, end: int, name: bool) -> Word:
    kind, arabic, variety = _judge(token.replace("\u2019", "'").lower())
    if kind == "arabizi" and (name or not (token.islower() or token[1:].islower())) and not token.isupper():
        kind = "shared"  # a capital inside a sentence: rather a name, unless all around is Arabizi
    return Word(start, end, kind, arabic, variety)


@lru_cache(maxsize=65_536)
def _judge(word: str) -> tuple[Kind, str, str]:
    """What a lower-case word is by itself: its kind, its Arabic spelling, its variety."""
    known = wordlists.arabizi()
    for form in _forms(word):
        if form in known:
            spelling = known[form]
            return "shared" if spelling.shared else "arabizi", spelling.arabic, spelling.variety
        if _english(form):
            return "english", "", ""
    for form in _forms(word):
        for prefix, arabic in _PREFIXES.items():
            rest = known.get(form.removeprefix(prefix).lstrip("'-"))
            if form.startswith(prefix) and rest and not rest.shared and len(form) - len(prefix) >= 3:
                bare = rest.arabic.removeprefix("ال") if arabic.endswith("ل") else rest.arabic
                return "arabizi", arabic + bare, rest.variety
    if _DIGIT.search(word) and _DIGIT_LETTER.fullmatch(word) and not _NOT_ARABIZI.fullmatch(word):
        short = _forms(word)[-1]
        if _fit(short) <= _GOOD_FIT:
            return "arabizi", _written(short), "all"
    return "unknown", "", ""


def _forms(word: str) -> tuple[str, ...]:
    """The word as it is, and with stretched letters cut to two and to one."""
    return tuple(dict.fromkeys((word, _STRETCH.sub(r"\1\1", word), _STRETCH.sub(r"\1", word))))


def _english(word: str) -> bool:
    ranks = wordlists.english()
    if word in ranks:
        return True
    stem = word.partition("'")[0]
    if stem != word:
        return stem in ranks
    ending = _ENDING.search(word)
    stem = word[: ending.start()] if ending else ""
    return len(stem) >= _STEM_LEAST and (stem in ranks or stem + "e" in ranks)


def _written(word: str) -> str:
    reading = romanized.read(word)
    if reading is not None and reading.cost <= _FAIR_FIT * max(len(word), 4):
        return reading.arabic
    return romanized.spell(word)


def _fit(word: str) -> float:
    """Cost per letter of the best Arabic reading; infinite when there is none."""
    reading = romanized.read(word)
    return reading.cost / len(word) if reading is not None and len(word) >= 4 else float("inf")


def _readable(text: str, found: list[Word]) -> bool:
    """Whether a text without one known Arabizi or English word reads as Arabic all the same."""
    unknown = [text[word.start : word.end].lower() for word in found if word.kind == "unknown"]
    fitting = sum(_fit(word) <= _GOOD_FIT for word in unknown)
    return len(unknown) >= 2 and not _ARABIC.search(text) and fitting / len(found) > 0.6


def _plain(word: Word) -> Word:
    """The same word where nothing around it is Arabizi."""
    return Word(word.start, word.end, "english" if word.kind == "shared" else word.kind)


def _among(text: str, found: list[Word], i: int, n_arabizi: int, n_english: int) -> Word:
    word = found[i]
    if word.kind in {"arabizi", "english"}:
        return word
    votes = {"arabizi": 1.0, "english": -1.0}
    lead = sum(
        votes.get(found[j].kind, 0.0) / abs(j - i)
        for j in range(max(0, i - _NEAR), min(len(found), i + _NEAR + 1))
        if j != i
    )
    token = text[word.start : word.end]
    article = word.arabic == "ال" and token.islower()
    leans = lead > 0 or (lead == 0 and n_arabizi >= n_english) or article
    if word.kind == "shared":
        return _plain(word) if not leans else Word(word.start, word.end, "arabizi", word.arabic, word.variety)
    name = token[0].isupper() and i > 0 and not text.isupper()
    fit = _fit(token.lower())
    if not leans or name or len(token) < 3 or (fit > _FAIR_FIT and n_arabizi < 2):
        return word
    return Word(word.start, word.end, "arabizi", _written(_forms(token.lower())[-1]), "all")
