"""Runs the checklist: minimal cases per capability, variety and polarity (Ribeiro et al., ACL 2020).

Takes: checklist.yaml and a sentiment model. Gives: pass rates by capability and by variety. A case
passes when the most probable polarity is the expected one (inside the abstain band too; the share of
"unsure" is reported beside); a contrast case when every clause in turn has the expected one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml

from voc.labels import POLARITIES
from voc.meaning import clauses
from voc.meaning.sentiment import SentimentModel

FILE = Path(__file__).resolve().parent / "checklist.yaml"


@dataclass(frozen=True)
class Case:
    """One case; `expected` holds one polarity, or one per clause."""

    capability: str
    variety: str
    text: str
    expected: tuple[str, ...]
    question: str | None = None


def cases() -> Iterator[Case]:
    """All cases of the file, in its order."""
    saved = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for capability, groups in saved.items():
        for group, polarities in groups.items():
            for expected, texts in polarities.items():
                for text in map(str, texts):
                    asked = group if capability == "question" else None
                    variety = "question" if asked else group
                    yield Case(capability, variety, text, tuple(expected.split(" > ")), asked)


def run(model: SentimentModel) -> pd.DataFrame:
    """One row per case: capability, variety, text, expected, found, passed, unsure."""
    rows = []
    for case in cases():
        parts = [case.text]
        if len(case.expected) > 1:
            parts = [case.text[span.start : span.end] for span in clauses.split(case.text)]
        feelings = model.judge(parts, question=case.question)
        found = tuple(POLARITIES[i] for i in feelings.p.argmax(1))
        rows.append(
            {
                "capability": case.capability,
                "variety": case.variety,
                "text": case.text,
                "expected": " > ".join(case.expected),
                "found": " > ".join(found),
                "passed": found == case.expected,
                "unsure": "unsure" in feelings.sentiment,
            }
        )
    return pd.DataFrame(rows)


def rates(table: pd.DataFrame) -> dict[str, dict[str, list[float]]]:
    """Pass rate and number of cases: overall, by capability and by variety."""
    found: dict[str, dict[str, list[float]]] = {"overall": {"all": _rate(table)}}
    for column in ("capability", "variety"):
        found[column] = {str(name): _rate(group) for name, group in table.groupby(column, sort=False)}
    return found


def _rate(table: pd.DataFrame) -> list[float]:
    return [round(float(table["passed"].mean()), 4), len(table)]
