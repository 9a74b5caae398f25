"""The tables of the database. Whatever a caller can name belongs to a tenant."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from service.database import UtcTime, now

Json = dict[str, Any]


class Base(DeclarativeBase):
    """The catalog that migrations compare with."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcTime(),
        Json: sa.JSON(),
        str: sa.String(),
    }


def _tenant() -> Mapped[str]:
    return mapped_column(sa.ForeignKey("tenants.id", ondelete="CASCADE"), index=True)


class Tenant(Base):
    """A customer of the service: the wall that no read crosses."""

    __tablename__ = "tenants"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Key(Base):
    """An API key; of the secret only its SHA-256 (the secret has 256 random bits, so no salt)."""

    __tablename__ = "api_keys"
    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = _tenant()
    name: Mapped[str]
    digest: Mapped[str]
    scopes: Mapped[str]  # separated by spaces
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    replaced_by: Mapped[str | None]
    rate_per_minute: Mapped[int | None]
    documents_per_day: Mapped[int | None]


class Usage(Base):
    """What a key used on one day (UTC)."""

    __tablename__ = "usage"
    key_id: Mapped[str] = mapped_column(sa.ForeignKey("api_keys.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(sa.Date(), primary_key=True)
    calls: Mapped[int] = mapped_column(sa.BigInteger(), default=0)
    documents: Mapped[int] = mapped_column(sa.BigInteger(), default=0)


class Batch(Base):
    """A file or rows to analyze; `state` is one of `schemas_batches.State`."""

    __tablename__ = "batches"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "idempotency_key"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = _tenant()
    key_id: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    file_name: Mapped[str]
    bytes: Mapped[int] = mapped_column(sa.BigInteger())
    options: Mapped[Json]
    idempotency_key: Mapped[str | None]
    fingerprint: Mapped[str]  # SHA-256 of the upload and its options
    rows_total: Mapped[int | None]
    rows_done: Mapped[int] = mapped_column(default=0)
    chunks: Mapped[int | None]
    problem: Mapped[Json | None]
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Share(Base):
    """A link that shows one batch's report to whoever holds it; of its secret only a SHA-256 is kept."""

    __tablename__ = "shares"
    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = _tenant()
    batch_id: Mapped[str] = mapped_column(sa.ForeignKey("batches.id", ondelete="CASCADE"), index=True)
    key_id: Mapped[str]
    digest: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Revision(Base):
    """A finished batch done again with an analyst's edits. `state`: queued, done, failed."""

    __tablename__ = "revisions"
    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = _tenant()
    batch_id: Mapped[str] = mapped_column(sa.ForeignKey("batches.id", ondelete="CASCADE"), index=True)
    key_id: Mapped[str]
    state: Mapped[str]
    problem: Mapped[Json | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]


class Stream(Base):
    """A named flow of posts and answers, and how it is watched."""

    __tablename__ = "streams"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "name"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = _tenant()
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


class StreamComment(Base):
    """One post or answer; its text is redacted before it comes here. `labels` is null until classified."""

    __tablename__ = "stream_comments"
    __table_args__ = (
        sa.UniqueConstraint("stream_id", "source_id"),
        sa.Index("ix_stream_comments_person", "tenant_id", "respondent_id"),
        sa.Index("ix_stream_comments_time", "stream_id", "answered_at"),
        sa.Index(
            "ix_stream_comments_waiting",
            "stream_id",
            sqlite_where=sa.text("labels IS NULL"),
            postgresql_where=sa.text("labels IS NULL"),
        ),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = _tenant()
    stream_id: Mapped[str] = mapped_column(sa.ForeignKey("streams.id", ondelete="CASCADE"))
    source_id: Mapped[str]
    respondent_id: Mapped[str | None]
    text: Mapped[str] = mapped_column(sa.Text())
    question: Mapped[str | None]
    score: Mapped[float | None] = mapped_column(sa.Float())
    language: Mapped[str | None]
    answered_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(default=now)
    labels: Mapped[Json | None] = mapped_column(sa.JSON(none_as_null=True))


class Alert(Base):
    """A movement seen in a stream; `fingerprint` keeps one event from being told twice."""

    __tablename__ = "alerts"
    __table_args__ = (sa.UniqueConstraint("stream_id", "fingerprint"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = _tenant()
    stream_id: Mapped[str] = mapped_column(sa.ForeignKey("streams.id", ondelete="CASCADE"))
    fingerprint: Mapped[str]
    body: Mapped[Json]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Webhook(Base):
    """Where a tenant wants events told, and the secret that signs them."""

    __tablename__ = "webhooks"
    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = _tenant()
    url: Mapped[str]
    secret: Mapped[str]
    events: Mapped[str]  # separated by spaces
    created_at: Mapped[datetime] = mapped_column(default=now)


class Delivery(Base):
    """One event on its way to one webhook. `state`: pending, delivered, failed."""

    __tablename__ = "deliveries"
    __table_args__ = (sa.UniqueConstraint("webhook_id", "event_id"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = _tenant()
    webhook_id: Mapped[str] = mapped_column(sa.ForeignKey("webhooks.id", ondelete="CASCADE"))
    event_id: Mapped[str]
    event: Mapped[str]
    body: Mapped[Json]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    answer: Mapped[str | None]  # the last status or error
    created_at: Mapped[datetime] = mapped_column(default=now)


class Audit(Base):
    """Who did what to which object; never text, and of a person only a keyed hash."""

    __tablename__ = "audit"
    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = _tenant()
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    actor: Mapped[str]  # a key's id, "cli" or "service"
    action: Mapped[str]
    object: Mapped[str]
    request_id: Mapped[str | None]
    detail: Mapped[Json]


class ProcessingRecord(Base):
    """What PDPL's Article 31 asks to be written down, one per run."""

    __tablename__ = "processing_records"
    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = _tenant()
    object: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    body: Mapped[Json]


class Erasure(Base):
    """A person who asked to be forgotten, as a keyed hash: work under way leaves them out too."""

    __tablename__ = "erasures"
    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = _tenant()
    person: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    done: Mapped[bool] = mapped_column(default=False)


class Worker(Base):
    """A running process and when it last said so; the work of silent ones is adopted."""

    __tablename__ = "workers"
    id: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(default=now)
