"""What the service asks of the analysis: the one door between it and `voc.pipeline`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from voc.settings import MeaningSettings, Settings

if TYPE_CHECKING:
    from service.settings import ServiceSettings
    from voc.analysis import Analysis, Labeled
    from voc.intake.survey import Survey
    from voc.meaning.reading import Readings
    from voc.pipeline import Tools
    from voc.taxonomy import Taxonomy


@dataclass(frozen=True)
class Document:
    """One text to classify.

    Attributes:
        text: verbatim; offsets in the answer count its characters.
        question: what was asked, or None.
        language: what the sender says it is; the answer's `language` is still what was found.
    """

    text: str
    question: str | None = None
    language: str | None = None


class Models(Protocol):
    """Opened models and the stages of an analysis.

    Whatever is read in a text never depends on the texts beside it, so a batch may be read in
    chunks and a call in micro-batches, and both give what `voc analyze` gives.
    """

    @property
    def name(self) -> str:
        """The versions of everything that decides an answer, in one line."""

    def classify(self, documents: Sequence[Document]) -> list[dict[str, Any]]:
        """One answer per document, in order: the fields of `POST /v1/classify` but the id."""

    def survey(self, path: Path, settings: Settings) -> Survey:
        """The rows of a file, personal data masked."""

    def read(self, ids: Sequence[str], texts: Sequence[str], question: str | None, vectors: bool) -> Readings:
        """What some texts of a survey say."""

    def conclude(self, survey: Survey, readings: Readings, settings: Settings) -> Analysis:
        """The numbers and the result, from what all texts of the survey say."""

    @property
    def taxonomy(self) -> Taxonomy:
        """The themes that are read."""

    def revise(self, past: Analysis, settings: Settings) -> Analysis:
        """A finished analysis with other edits or another comparison; no text is read."""


def open_models(settings: ServiceSettings) -> Models:
    """The models that the settings name, opened.

    Raises:
        VocError: a model or the taxonomy cannot be opened.
    """
    from voc.pipeline import open_tools

    meaning = MeaningSettings(
        taxonomy=settings.taxonomy,
        pack=settings.pack,
        model=settings.model,
        tier=settings.tier,
        threads=settings.threads,
    )
    return PipelineModels(open_tools(meaning))


class PipelineModels:
    """`Models` on the real path."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools

    @property
    def name(self) -> str:
        """For example ``encoder e5-small 1.0.0; sentiment ...``."""
        from voc import __version__

        parts = [f"voc {__version__}", *(f"{kind} {name}" for kind, name in self.tools.models.items())]
        return "; ".join(parts)

    def classify(self, documents: Sequence[Document]) -> list[dict[str, Any]]:
        """One call into the pipeline per question asked."""
        from voc.pipeline import classify

        answers: list[dict[str, Any]] = [{}] * len(documents)
        places: dict[str | None, list[int]] = {}
        for place, document in enumerate(documents):
            places.setdefault(document.question, []).append(place)
        for question, asked in places.items():
            texts = [documents[place].text for place in asked]
            for place, labeled in zip(
                asked, classify(texts, question=question, tools=self.tools), strict=True
            ):
                answers[place] = _plain(labeled)
        return answers

    def survey(self, path: Path, settings: Settings) -> Survey:
        """Read through `voc.intake.read`."""
        from voc.intake.read import read

        return read(path, settings.intake)

    def read(self, ids: Sequence[str], texts: Sequence[str], question: str | None, vectors: bool) -> Readings:
        """Read through `voc.meaning.reading`."""
        from voc.meaning import reading

        return reading.read(ids, texts, self.tools.readers, question=question, vectors=vectors)

    def conclude(self, survey: Survey, readings: Readings, settings: Settings) -> Analysis:
        """The second half of `voc.pipeline.analyze`."""
        from voc.pipeline import conclude

        return conclude(survey, readings, settings, tools=self.tools)

    @property
    def taxonomy(self) -> Taxonomy:
        """That of the opened tools."""
        return self.tools.taxonomy

    def revise(self, past: Analysis, settings: Settings) -> Analysis:
        """Through `voc.revise`."""
        from voc.revise import revise

        return revise(past, settings, tools=self.tools)


def _plain(labeled: Labeled) -> dict[str, Any]:
    answer = labeled.as_dict()
    del answer["id"]
    return answer
