"""From a model's logits to probabilities that can be taken at their word, per language, genre and dialect.

Takes: (n, 3) logits and the group of each text. Gives: (n, 3) probabilities. Vector scaling
(Guo et al., ICML 2017): ``softmax(logits * scale[group] + bias[group])``, fitted on held-out rows
(models/sentiment/calibrate.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.errors import ModelError

Numbers = NDArray[np.float64]
ARABIC = "ar"
ENGLISH = "en"
_ARABIC_LETTERS = re.compile("[\u0600-\u06ff]")
_LATIN_LETTERS = re.compile("[A-Za-z]")


@dataclass(frozen=True)
class Calibration:
    """Scale and bias of each group's logits, and where the abstain band ends.

    Attributes:
        groups: group -> (scale, bias), each three numbers; ``ar`` and ``en`` are always there, finer ones
            (``ar-tweet``, ``ar-tweet-gulf``) where enough held-out rows spoke for them.
        unsure_below: a text whose largest probability is below this is "unsure".
        certain_from: from this largest probability on, the cascade takes the fast tier's word.
    """

    groups: dict[str, tuple[Numbers, Numbers]]
    unsure_below: float
    certain_from: float = 1.0

    def probabilities(self, logits: Numbers, groups: Sequence[str]) -> Numbers:
        """(n, 3) rows that sum to 1; a group without its own numbers takes those of the next larger one.

        Args:
            logits: (n, 3).
            groups: for each row its language, then what is known of it, the coarser first:
                ``en``, ``en-review``, ``ar-tweet-gulf``.
        """
        place = {name: i for i, name in enumerate(dict.fromkeys(groups))}
        numbers = [self.groups[self._known(name)] for name in place]
        at = np.array([place[name] for name in groups], np.int64)
        scale = np.array([scale for scale, _ in numbers]).reshape(-1, 3)[at]
        bias = np.array([bias for _, bias in numbers]).reshape(-1, 3)[at]
        return softmax(logits * scale + bias)

    def _known(self, group: str) -> str:
        while group not in self.groups and "-" in group:
            group = group.rpartition("-")[0]
        return group


def softmax(logits: Numbers) -> Numbers:
    """Rows as probabilities, (n, 3)."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True)) if len(logits) else logits
    result: Numbers = shifted / shifted.sum(axis=1, keepdims=True)
    return result


def script(text: str) -> str:
    """``ar`` when a text has at least as many Arabic as Latin letters (and some), else ``en``."""
    if text.isascii():
        return ENGLISH
    arabic, latin = len(_ARABIC_LETTERS.findall(text)), len(_LATIN_LETTERS.findall(text))
    return ARABIC if arabic and arabic >= latin else ENGLISH


def load(file: Path, tier: str) -> Calibration:
    """The calibration of one tier.

    Raises:
        ModelError: the file lacks the tier.
    """
    saved: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    if tier not in saved:
        raise ModelError(f"{file} has no numbers for the tier {tier!r}. Reinstall voc to restore it.")
    groups = {
        name: (np.array(found["scale"], np.float64), np.array(found["bias"], np.float64))
        for name, found in saved[tier]["groups"].items()
    }
    found = saved[tier]
    return Calibration(groups, float(found["unsure_below"]), float(found.get("certain_from", 1.0)))
