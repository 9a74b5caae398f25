"""One space for all languages: what a text is about, without the part that says its language.

Takes: sentence vectors and the language of each text. Gives: a `Space`, and unit vectors in it.

A multilingual encoder puts a text's language into its vector, so clusters split by language. Here every
language is centered on its own mean, the directions that vary are found with all languages weighing the
same, and their spread is half evened out. On 208 own translated pairs the nearest other text is then of
the same subject in 0.83 of cases, against 0.70 for the raw vectors (`tests/meaning/pairs.yaml`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voc.errors import InputError

Vectors = NDArray[np.float32]

DIMENSIONS: Final = 150
_EVENING: Final = 0.25  # power of the eigenvalues divided out: 0 none, 0.5 full whitening
_FLOOR: Final = 0.02  # of the mean eigenvalue, so that near-empty directions are not blown up
_OWN_MEAN: Final = 30  # texts a language needs for a mean of its own
_NEAR: Final = {"ar-Latn": "ar"}  # Arabizi is transliterated before encoding, so it lies where Arabic lies
_GRID: Final = np.float32(1024)


@dataclass(frozen=True)
class Space:
    """Where texts of all languages meet.

    Attributes:
        languages: those with a mean of their own.
        means: (n_languages, dim) mean vector of each.
        basis: (dim, k) directions, scaled.
    """

    languages: tuple[str, ...]
    means: Vectors
    basis: Vectors

    def project(self, vectors: Vectors, languages: Sequence[str]) -> Vectors:
        """Unit vectors in the space: (n, k) float32.

        Entries lie on a grid of 1/1024, so that inner products of two such vectors are exact in float32:
        the same whatever the batch or the number of threads.

        Raises:
            InputError: the vectors come from another encoder.
        """
        if len(vectors) and vectors.shape[1] != self.means.shape[1]:
            raise InputError(
                f"These vectors have {vectors.shape[1]} numbers; the topics were found on vectors of "
                f"{self.means.shape[1]}. Use the same encoder, or discover topics afresh."
            )
        known = {language: i for i, language in enumerate(self.languages)}
        middle = self.means.mean(axis=0, dtype=np.float64).astype(np.float32)
        table = np.vstack([self.means, middle])
        rows = [known.get(spoken, known.get(_NEAR.get(spoken, ""), len(known))) for spoken in languages]
        placed = (vectors - table[rows]) @ self.basis
        length = np.linalg.norm(placed, axis=1, keepdims=True)
        unit = placed / np.maximum(length, np.float32(1e-12))
        return np.asarray(np.trunc(unit * _GRID) / _GRID, dtype=np.float32)


def fit(vectors: Vectors, languages: Sequence[str]) -> Space:
    """The space of these texts.

    Args:
        vectors: (n, dim) float32 sentence vectors; n at least 2.
        languages: the language tag of each row; languages with fewer than 30 rows get the common mean.
    """
    tags = np.asarray(languages, dtype=object)
    names, counts = np.unique(tags.astype(str), return_counts=True)
    own = [str(name) for name, count in zip(names, counts, strict=True) if count >= _OWN_MEAN]
    if not own:
        own = [str(names[np.argmax(counts)])]
    means = np.stack([vectors[tags == name].mean(axis=0, dtype=np.float64) for name in own])
    spread = np.zeros((vectors.shape[1], vectors.shape[1]))
    main = [name for name in own if name in ("ar", "en")] or own
    for name in main:
        rows = vectors[tags == name].astype(np.float64) - means[own.index(name)]
        spread += rows.T @ rows / len(rows) / len(main)
    values, directions = np.linalg.eigh(spread)
    kept = min(DIMENSIONS, vectors.shape[1], max(2, len(vectors) - len(own)))
    values, directions = values[::-1][:kept], directions[:, ::-1][:, :kept]
    signs = np.sign(directions[np.abs(directions).argmax(axis=0), np.arange(kept)])
    floor = _FLOOR * np.trace(spread) / len(spread) + 1e-12
    basis = directions * signs / (np.maximum(values, 0) + floor) ** _EVENING
    return Space(tuple(own), means.astype(np.float32), basis.astype(np.float32))
