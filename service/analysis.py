"""What the service asks of the analysis: the one door between it and `voc.pipeline`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Document:
    """One text to classify.

    Attributes:
        text: verbatim; offsets in the answer count its characters.
        question: what was asked, or None.
        language: what the caller says it is (`voc.labels.LANGUAGES`), or None.
    """

    text: str
    question: str | None = None
    language: str | None = None


class Models(Protocol):
    """Opened models. `classify` gives the same answer for a text whatever is beside it."""

    @property
    def name(self) -> str:
        """The versions of everything that decides an answer, in one line."""

    def classify(self, documents: Sequence[Document]) -> list[dict[str, Any]]:
        """One answer per document, in order: the fields of `POST /v1/classify` but the id."""


def open_models(settings: Any) -> Models:
    """x."""
    raise NotImplementedError
