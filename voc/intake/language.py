"""The language of each text or clause: Arabic, Arabizi, English, mixed, or none of ours.

Takes: texts. Gives: one `Spoken` per text, independent of the other texts. ``mixed`` is Arabic (in
either script) together with English, each saying something; a brand or a loan word does not make
Arabic mixed. ``und`` is everything without enough words of ours: digits, emoji, Persian, French.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from voc.intake import dialect
from voc.intake.arabizi import transliterate
from voc.intake.evidence import Evidence, gather
from voc.labels import Language

_MIXED_FROM: Final = 0.22  # share of English from which Arabic is mixed
_MIXED_TO: Final = 0.84  # ... and up to which
# Share of right verdicts, away from any border, on spliced texts of known language.
_SURE: Final[dict[Language, float]] = {"ar": 0.98, "en": 0.99, "ar-Latn": 0.95, "mixed": 0.95, "und": 0.95}
_DIALECT_FROM: Final = 0.5  # probability from which a dialect is named
_DIALECT_WORDS: Final = 3
_PERSIAN: Final = 0.22  # share of Persian words from which Arabic script is not Arabic
_FOREIGN: Final = 0.45  # share of other languages' words from which a text is not ours


class Spoken(NamedTuple):
    """A text's language and how sure that is.

    Attributes:
        language: ar, ar-Latn, en, mixed or und.
        p_language: probability in [0, 1] that it is.
        dialect: msa, gulf, egyptian, levantine or maghrebi for Arabic that shows one; else None.
        p_dialect: probability in [0, 1] of that dialect; 0.0 without one.
    """

    language: Language
    p_language: float
    dialect: str | None = None
    p_dialect: float = 0.0


def tag(texts: Sequence[str], dialects: bool = True) -> list[Spoken]:
    """The language of each text, in order; with `dialects`, the dialect of Arabic too (slower).

    >>> [spoken.language for spoken in tag(["الخدمة ممتازة", "3jabni el service", "too slow", "👍"])]
    ['ar', 'ar-Latn', 'en', 'und']
    """
    return [tag_one(text, dialects) for text in texts]


def tag_one(text: str, dialects: bool = True) -> Spoken:
    """The language of one text or clause; a short text shows a dialect only by a word typical of it."""
    evidence = gather(text)
    language, margin = _decide(evidence)
    p_language = _probability(language, margin)
    words = evidence.arabic + evidence.arabizi
    if not dialects or language not in {"ar", "ar-Latn", "mixed"} or words < 1.0:
        return Spoken(language, p_language)
    arabic = transliterate(text).text if evidence.arabizi else text
    name, p = dialect.guess(arabic)
    if p < _DIALECT_FROM or (words < _DIALECT_WORDS and dialect.marked(arabic) != name):
        return Spoken(language, p_language)
    return Spoken(language, p_language, name, round(p, 4))


def _decide(seen: Evidence) -> tuple[Language, float]:
    """The language, and how far in [0, 1] the evidence is from the nearest border."""
    total = seen.arabic + seen.persian + seen.arabizi + seen.english + seen.other + seen.unknown
    if total == 0.0:
        return "und", 1.0
    foreign = (seen.persian + seen.other + 0.5 * seen.unknown) / total
    ours = seen.arabic + seen.arabizi + seen.english
    if seen.persian > _PERSIAN * (seen.persian + seen.arabic) or foreign >= _FOREIGN or ours == 0.0:
        return "und", min(1.0, 0.3 + foreign)
    english = seen.english / ours
    said = seen.english - 0.3 * seen.loans  # English that is more than loans
    if english > _MIXED_TO:
        return "en", (english - _MIXED_TO) / (1 - _MIXED_TO)
    if english >= _MIXED_FROM and said >= 1.0:
        return "mixed", min(english - _MIXED_FROM, _MIXED_TO - english) / (0.5 * (_MIXED_TO - _MIXED_FROM))
    margin = (1.0 - english / _MIXED_FROM) if said else 1.0
    return ("ar" if seen.arabic >= seen.arabizi else "ar-Latn"), max(margin, 0.0)


def _probability(language: Language, margin: float) -> float:
    """How often such a verdict is right, from texts of known language (benchmarks/language)."""
    sure = _SURE[language]
    return round(sure if language in {"mixed", "und"} else 0.5 + (sure - 0.5) * margin, 4)
