"""Satisfaction and agreement written in words ("very satisfied", "راضٍ جداً") as a place on the scale.

Forms often export the label instead of the number. Only closed, well-known wordings are read
(``likert.yaml``); anything else stays unread and is shown in the rejects.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from voc.intake.headers import key


@cache
def _steps() -> dict[int, dict[str, int]]:
    """For five and for seven steps: folded label -> step, 0 is worst."""
    import yaml

    table = yaml.safe_load(Path(__file__).with_name("likert.yaml").read_text(encoding="utf-8"))
    return {
        len(rows): {key(label): step for step, labels in enumerate(rows) for label in labels}
        for rows in table.values()
    }


def likert(label: str, kind: str, low: float, high: float) -> float | None:
    """The score a label means on a CSAT, CES, stars or custom scale of five or seven steps, or None.

    >>> likert("راضٍ جداً", "csat", 1, 5)
    5.0
    """
    steps = _steps().get(int(high - low) + 1) if kind != "nps" else None
    step = steps.get(key(label)) if steps else None
    return None if step is None else float(low + step)
