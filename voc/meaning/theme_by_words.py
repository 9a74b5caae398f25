"""Themes by their words alone: how the fast tier finds them, without the network.

Takes: a taxonomy. Gives: a `ThemeModel` without heads. A word that shows a theme by itself and a hint
both count; the probabilities are the precision of each, read by eye and on labeled reviews
(docs/scale.md compares both ways of reading on three labeled sets).
"""

from __future__ import annotations

from typing import Final

from voc import artifacts
from voc.errors import InputError
from voc.meaning.theme_words import ThemeWords
from voc.meaning.themes import ThemeModel
from voc.taxonomy import Taxonomy

_HINT: Final = 0.4  # log-odds of a theme that a hint shows: right in 60 of 100 clauses
_SURE: Final = 2.0  # of one that a sure word shows: right in 88 of 100


def open_by_words(taxonomy: Taxonomy) -> ThemeModel:
    """A theme model for this taxonomy that needs no sentence vectors.

    Raises:
        InputError: a theme has no words, so it could never be found.
    """
    without = [theme.id for theme in taxonomy.leaves if not any(theme.words.values())]
    if without:
        raise InputError(
            f"The fast tier finds themes by their words, and these have none: {', '.join(without[:8])}. "
            "Add words to them in the taxonomy file, or use --tier accurate."
        )
    name = f"voc-themes-by-words {artifacts.find('themes').version}"
    return ThemeModel(name, taxonomy, ThemeWords(taxonomy), (), (_HINT, _SURE))
