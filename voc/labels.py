"""Closed vocabularies shared by every room: languages, polarities, score categories, reasons.

A *score* is only what the customer gave. NPS passives are labeled in Arabic with a word that
does not also mean "negative".
"""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["ar", "en", "ar-Latn", "mixed", "und"]
LANGUAGES: Final[tuple[Language, ...]] = ("ar", "en", "ar-Latn", "mixed", "und")

Polarity = Literal["negative", "neutral", "positive"]
POLARITIES: Final[tuple[Polarity, ...]] = ("negative", "neutral", "positive")

Sentiment = Literal["negative", "neutral", "positive", "unsure"]
SENTIMENTS: Final[tuple[Sentiment, ...]] = (*POLARITIES, "unsure")

# Why a comment has no theme: nothing written, too little to tell, or about something else.
Reason = Literal["empty", "vague", "off_topic"]
REASONS: Final[tuple[Reason, ...]] = ("empty", "vague", "off_topic")

Origin = Literal["model", "rule", "analyst"]
ORIGINS: Final[tuple[Origin, ...]] = ("model", "rule", "analyst")

ScaleKind = Literal["nps", "csat", "ces", "stars", "custom"]

ReportLanguage = Literal["ar", "en"]
