"""What every model of this room sees of a text: one spelling, Arabizi in Arabic letters.

Takes: verbatim text. Gives: the string that is cut into word pieces. Kept in one place so that
training scripts, the encoder and the sentiment model cannot disagree.
"""

from __future__ import annotations

from functools import lru_cache

from voc.intake.arabizi import transliterate
from voc.intake.normalize import normalize


@lru_cache(maxsize=4_096)  # several models read the same text one after the other
def prepare(text: str) -> str:
    """`text` as the embedded models read it: Arabizi in Arabic letters, then recipe ``for_model``."""
    return normalize(transliterate(text).text, "for_model")
