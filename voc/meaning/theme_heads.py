"""Linear heads on frozen sentence vectors: one logistic regression per theme, all applied at once.

The heads are small, deterministic, and trained in seconds, for the embedded taxonomy
(``models/themes/train.py``) as well as for a user's own themes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Heads:
    """One linear head per theme.

    Attributes:
        themes: theme ids, one per head.
        weights: shape (n_themes, dim).
        bias: shape (n_themes,); the decision is at 0.
        center: shape (dim,); taken from every vector first (sentence vectors share a large mean).
        alone: shape (n_themes,); log-odds that meaning must reach where no word shows the theme.
    """

    themes: tuple[str, ...]
    weights: Floats
    bias: Floats
    center: Floats
    alone: Floats

    def logits(self, vectors: NDArray[np.float32]) -> Floats:
        """Log-odds (n_texts, n_themes), rounded to 1e-6 so that batching cannot change them."""
        centered = np.asarray(vectors, dtype=np.float64) - self.center
        return np.round(centered @ self.weights.T + self.bias, 6)

    def only(self, themes: tuple[str, ...]) -> Heads:
        """The heads of these themes, in this order."""
        rows = [self.themes.index(theme) for theme in themes]
        return Heads(themes, self.weights[rows], self.bias[rows], self.center, self.alone[rows])

    def joined(self, other: Heads) -> Heads:
        """Both sets of heads; `other` is brought to this center."""
        shift = other.weights @ (self.center - other.center)
        return Heads(
            (*self.themes, *other.themes),
            np.concatenate([self.weights, other.weights]),
            np.concatenate([self.bias, other.bias + shift]),
            self.center,
            np.concatenate([self.alone, other.alone]),
        )

    def save(self, path: Path) -> None:
        """Write them to an ``.npz`` file (weights in half precision: 0.8 kB per theme)."""
        np.savez_compressed(
            path,
            themes=np.array(self.themes),
            weights=self.weights.astype(np.float16),
            bias=self.bias.astype(np.float32),
            center=self.center.astype(np.float32),
            alone=self.alone.astype(np.float32),
        )


def load_heads(path: Path) -> Heads:
    """Heads from a file that `Heads.save` wrote."""
    with np.load(path, allow_pickle=False) as file:
        return Heads(
            tuple(str(theme) for theme in file["themes"]),
            file["weights"].astype(np.float64),
            file["bias"].astype(np.float64),
            file["center"].astype(np.float64),
            file["alone"].astype(np.float64),
        )


def fit_heads(
    themes: tuple[str, ...],
    vectors: NDArray[np.float32],
    labels: NDArray[np.float32],
    weights: Floats | None = None,
    *,
    center: Floats | None = None,
    strength: float = 30.0,
    balanced: bool = False,
) -> Heads:
    """Heads by L2-regularized logistic regression.

    Args:
        themes: theme ids, one per column of `labels`.
        vectors: shape (n, dim), unit rows.
        labels: shape (n, n_themes): 1 yes, 0 no, nan not known (left out for that theme).
        weights: shape (n,), or None for equal weights.
        center: what to take from every vector; None for the mean of `vectors`.
        strength: inverse of the L2 penalty (scikit-learn's ``C``).
        balanced: give the yes and the no of each theme the same total weight: for few examples.
    """
    from sklearn.linear_model import LogisticRegression

    middle = vectors.mean(axis=0, dtype=np.float64) if center is None else center
    centered = (vectors - middle).astype(np.float32)
    coefficients = np.zeros((len(themes), vectors.shape[1]))
    bias = np.full(len(themes), -10.0)  # a theme without examples is never found by its meaning
    for column in range(len(themes)):
        known = ~np.isnan(labels[:, column])
        wanted = labels[known, column]
        if wanted.any() and not wanted.all():
            model = LogisticRegression(
                C=strength, max_iter=500, tol=1e-3, class_weight="balanced" if balanced else None
            )
            model.fit(centered[known], wanted, None if weights is None else weights[known])
            coefficients[column], bias[column] = model.coef_[0], model.intercept_[0]
    return Heads(themes, coefficients, bias, middle, np.zeros(len(themes)))
