"""Redaction against labeled details: was every one masked, and was anything else?

A label cell lists the details of its text: ``PHONE:0501234567; NAME:محمد``; blank means none.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from voc.errors import InputError
from voc.intake.privacy import redact

KINDS = ("ID", "IBAN", "CARD", "PHONE", "EMAIL", "HANDLE", "PLATE", "NAME")


@dataclass(frozen=True)
class Redaction:
    """Recall and precision of redaction, each in [0, 1], and the counts behind them.

    Attributes:
        n: texts. details: labeled details. found: of them, masked as a whole under any kind.
        masked: masks made. right: of them, those that cover a labeled detail.
        missed: labeled details that were not masked, by kind.
    """

    n: int
    details: int
    found: int
    masked: int
    right: int
    missed: dict[str, int]

    @property
    def recall(self) -> float:
        """Of the labeled details, the share that was masked; 1 where there are none."""
        return self.found / self.details if self.details else 1.0

    @property
    def precision(self) -> float:
        """Of the masks, the share that covers a labeled detail; 1 where there are none."""
        return self.right / self.masked if self.masked else 1.0

    def as_dict(self) -> dict[str, Any]:
        """All figures as plain JSON values."""
        return {**vars(self), "recall": self.recall, "precision": self.precision}

    def __str__(self) -> str:
        """The figures as a terminal shows them."""
        lines = [
            f"pii: {self.n:,} texts, {self.details:,} details",
            f"  recall     {self.recall:.3f}  ({self.found:,} of {self.details:,} masked)",
            f"  precision  {self.precision:.3f}  ({self.right:,} of {self.masked:,} masks right)",
        ]
        return "\n".join([*lines, *(f"  missed {kind}: {n:,}" for kind, n in sorted(self.missed.items()))])


def evaluate(texts: list[str], labels: list[str]) -> Redaction:
    """Recall and precision of `voc.intake.privacy.redact` on labeled texts.

    Args:
        texts: as they came.
        labels: per text, ``KIND:detail`` items separated by semicolons; blank for none.

    Raises:
        InputError: a label has no known kind, or its detail is not in the text.
    """
    details = found = masked = right = 0
    missed: Counter[str] = Counter()
    for number, (text, label) in enumerate(zip(texts, labels, strict=True), start=1):
        wanted = [_place(item.strip(), text, number) for item in label.split(";") if item.strip()]
        spans = [(span.source_start, span.source_end) for span in redact(text).spans]
        details, masked = details + len(wanted), masked + len(spans)
        for kind, start, end in wanted:
            if any(a <= start and end <= b for a, b in spans):
                found += 1
            else:
                missed[kind] += 1
        right += sum(any(a < end and start < b for _, start, end in wanted) for a, b in spans)
    return Redaction(len(texts), details, found, masked, right, dict(missed))


def _place(item: str, text: str, number: int) -> tuple[str, int, int]:
    kind, sign, detail = item.partition(":")
    if not sign or kind.strip() not in KINDS:
        raise InputError(f"Row {number}: {item[:40]!r} is not KIND:detail; kinds are {', '.join(KINDS)}.")
    start = text.find(detail.strip())
    if start < 0 or not detail.strip():
        raise InputError(f"Row {number}: the labeled {kind.strip()} is not in its text, letter for letter.")
    return kind.strip(), start, start + len(detail.strip())
