"""Wire shapes of streams, alerts and webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

StreamName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
EventKind = Literal["batch.done", "batch.failed", "stream.alert"]


class CommentIn(BaseModel):
    """A post or answer. `id` is the source's own: sent twice, it is kept once."""

    model_config = ConfigDict(extra="forbid")
    id: str = Field(min_length=1, max_length=200)
    text: str = Field(max_length=20_000, description="Personal data in it is masked before it is stored.")
    score: float | None = Field(None, strict=True, allow_inf_nan=False, ge=-1e9, le=1e9)
    respondent_id: str | None = Field(None, min_length=1, max_length=200, description="Who wrote it.")
    question: str | None = Field(None, max_length=1000)
    answered_at: AwareDatetime | None = Field(None, description="When; now, unless given.")


class CommentsIn(BaseModel):
    """1 to 1,000 posts or answers."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "comments": [
                        {
                            "id": "post-881",
                            "text": "التطبيق يعلق كل ما أدفع",
                            "score": 2,
                            "answered_at": "2026-05-01T09:00:00+03:00",
                        },
                        {"id": "post-882", "text": "Delivery came early, thank you", "score": 10},
                    ]
                }
            ]
        },
    )
    comments: list[CommentIn] = Field(min_length=1, max_length=1000)


class NamedCommentsIn(CommentsIn):
    """1 to 1,000 posts or answers, and the stream they go to."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "stream": "x-mentions",
                    "comments": [
                        {"id": "1789", "text": "الشحنة تأخرت أسبوع وما أحد يرد", "respondent_id": "u-52"}
                    ],
                }
            ]
        },
    )
    stream: StreamName


class LookOut(BaseModel):
    """The last scheduled look at a stream: when, and the result.json of the analysis."""

    at: datetime
    result: dict[str, Any]


class AppendedOut(BaseModel):
    """How many were new and how many had come before."""

    stream: str
    accepted: int
    duplicates: int


class StreamOut(BaseModel):
    """A stream and how many comments it holds; `waiting` are not classified yet."""

    name: str
    comments: int
    waiting: int
    created_at: datetime


class StreamsOut(BaseModel):
    """All streams of the tenant."""

    streams: list[StreamOut]


class AlertOut(BaseModel):
    """A movement that was seen in a stream."""

    id: str
    created_at: datetime
    alert: dict[str, Any]


class AlertsOut(BaseModel):
    """Newest first."""

    alerts: list[AlertOut]


class WebhookIn(BaseModel):
    """Where to be told, and what about."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"url": "https://hooks.example.com/voc", "events": ["batch.done"]}]},
    )
    url: str = Field(min_length=8, max_length=2000, description="https:// on a public host.")
    events: list[EventKind] = Field(min_length=1, max_length=10)


class WebhookOut(BaseModel):
    """A webhook; without its secret."""

    id: str
    url: str
    events: list[EventKind]
    created_at: datetime


class WebhookMadeOut(WebhookOut):
    """A webhook just made: `secret` is shown this once and signs what is sent (Standard Webhooks)."""

    secret: str


class WebhooksOut(BaseModel):
    """All webhooks of the tenant."""

    webhooks: list[WebhookOut]


class ErasedOut(BaseModel):
    """How many comments were the person's and are now forgotten."""

    stream_comments: int
    batch_comments: int


class PersonOut(BaseModel):
    """Everything kept about a person."""

    respondent_id: str
    stream_comments: list[dict[str, Any]]
    batch_comments: list[dict[str, Any]]


class AuditEntryOut(BaseModel):
    """Who did what to which object."""

    id: str
    at: datetime
    actor: str
    action: str
    object: str
    request_id: str | None
    detail: dict[str, Any]


class AuditOut(BaseModel):
    """A page of the audit log, newest first."""

    entries: list[AuditEntryOut]
    next: str | None


class RecordOut(BaseModel):
    """The processing record of a run (PDPL, Article 31)."""

    id: str
    object: str
    at: datetime
    body: dict[str, Any]


class RecordsOut(BaseModel):
    """The tenant's processing records, newest first."""

    records: list[RecordOut]
