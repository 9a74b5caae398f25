"""Wire shapes of batches: the options that may come with a file, and what is told about a batch."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from voc.labels import ReportLanguage
from voc.settings import Settings, of

State = Literal["queued", "reading", "classifying", "explaining", "done", "failed", "canceled"]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class BatchOptions(BaseModel):
    """What the columns are and what is compared: the options of `voc analyze`, all optional."""

    model_config = ConfigDict(extra="forbid")
    text: Name | None = Field(None, description="Column of the open answer.")
    score: Name | None = Field(None, description='Column of the score; "-" if there is none.')
    scale: Name | None = Field(None, description="nps, csat, ces, stars or MIN-MAX.")
    date: Name | None = Field(None, description="Column of the answer's date.")
    date_order: Literal["day", "month"] | None = Field(None, description="When 03/04 could be both.")
    id: Name | None = Field(None, description="Column of the comment's id.")
    respondent: Name | None = Field(None, description="Column of the person; needed to erase a person.")
    segments: list[Name] = Field(
        [], max_length=20, description='Columns to compare mixes by; ["-"] for none.'
    )
    weight: Name | None = Field(None, description="Column of survey weights.")
    question: str | None = Field(None, max_length=1000, description="The question that was asked.")
    encoding: Name | None = Field(None, description="Of text files, if known.")
    before: Name | None = Field(None, description="2024-Q1, 2024-03, 2024-W07, 2024 or DATE..DATE.")
    after: Name | None = Field(None, description="The later period.")
    compare: Name | None = Field(None, description="Two segments instead: COLUMN=A,B.")
    topics: bool = Field(True, description="Discover topics too.")
    language: ReportLanguage = Field("en", description="Language of the report and the workbook.")
    title: str | None = Field(None, max_length=200, description="Heading of the report.")

    def to_settings(self, **more: Any) -> Settings:
        """The analysis's settings, and `more` by name; personal data is always masked."""
        options = self.model_dump(exclude={"id", "segments"}) | more
        return of(**options, comment_id=self.id, segments=tuple(self.segments), redact=True)


class BatchRowsIn(BaseModel):
    """Rows as JSON: every row an object from column name to value."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "options": {"text": "comment", "score": "nps", "date": "answered", "language": "ar"},
                    "rows": [
                        {"comment": "الخدمة ممتازة والموظفين محترمين", "nps": 10, "answered": "2024-02-01"},
                        {"comment": "Waited an hour at the branch", "nps": 3, "answered": "2024-05-01"},
                    ],
                }
            ]
        },
    )
    options: BatchOptions = Field(default_factory=lambda: BatchOptions.model_validate({}))
    rows: list[dict[str, Any]] = Field(min_length=1)


class ProgressOut(BaseModel):
    """How far a batch is; `rows_total` is null until the file is read."""

    rows_total: int | None
    rows_done: int
    share: float = Field(description="Of the work, from 0 to 1.")


class BatchOut(BaseModel):
    """A batch. `results` lists what can be fetched once `state` is `done`."""

    id: str
    state: State
    file_name: str
    bytes: int
    options: BatchOptions
    progress: ProgressOut
    problem: dict[str, Any] | None
    results: dict[str, str]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class BatchesOut(BaseModel):
    """A page of batches, newest first; `next` is the cursor of the following page."""

    batches: list[BatchOut]
    next: str | None
