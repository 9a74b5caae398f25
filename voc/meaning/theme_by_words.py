"""Themes by their words alone: how the fast tier finds them, without the network.

Takes: a taxonomy. Gives: a `ThemeModel` whose heads look at no vector. A word that shows a theme by
itself and a hint both count; the probabilities are the precision of each, read by eye and on labeled
reviews (docs/scale.md compares both ways of reading on three labeled sets).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from voc import artifacts
from voc.errors import InputError
from voc.meaning.theme_heads import Heads
from voc.meaning.theme_training import OFF_TOPIC
from voc.meaning.theme_words import ThemeWords
from voc.meaning.themes import ThemeModel
from voc.taxonomy import Taxonomy

_HINT: Final = 0.4  # log-odds of a theme that a hint shows: right in 60 of 100 clauses
_SURE: Final = 1.6  # what a sure word adds to it: right in 88 of 100
_NEVER: Final = 50.0  # log-odds that meaning would have to reach without any word


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
    themes = (*(theme.id for theme in taxonomy.leaves), OFF_TOPIC)
    bias = np.append(np.full(len(taxonomy.leaves), _HINT), 0.0)
    heads = Heads(themes, np.zeros((len(themes), 0)), bias, np.zeros(0), np.full(len(themes), _NEVER))
    name = f"voc-themes-by-words {artifacts.find('themes').version}"
    return ThemeModel(name, taxonomy, ThemeWords(taxonomy), heads, _SURE)
