"""Streams: named flows of posts and answers, appended, classified, and read back as one survey."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import audit, ids
from service.analysis import Document
from service.batcher import Broken
from service.database import Database, now
from service.errors import Problem
from service.keys import Caller
from service.schemas_streams import CommentIn
from service.tables import Stream, StreamComment

if TYPE_CHECKING:
    from service.runtime import Runtime

_MOST_STREAMS = 1_000


def append(
    database: Database, caller: Caller, name: str, comments: Sequence[CommentIn], request_id: str | None
) -> tuple[str, int]:
    """Add what is new to the stream (made when it is new): its id, and how many were new.

    Personal data in the texts and questions is masked before they are stored.
    """
    rows = _rows(caller.tenant_id, comments)
    for attempt in range(3):
        try:
            with database.session() as session:
                stream = _made(session, caller, name, request_id)
                return stream.id, _insert(session, stream.id, rows)
        except sa.exc.IntegrityError:  # another call brought the same comment or stream meanwhile
            if attempt == 2:
                raise Problem(
                    "conflict", "Other calls keep bringing the same comments; send again."
                ) from None
    raise AssertionError("unreachable")


def _rows(tenant_id: str, comments: Sequence[CommentIn]) -> dict[str, dict[str, Any]]:
    """One row per source id; the first of a repeated id counts."""
    from voc.intake.privacy import redact

    rows: dict[str, dict[str, Any]] = {}
    for comment in comments:
        moment = now()
        row = {
            "id": ids.new("cmt"),
            "tenant_id": tenant_id,
            "source_id": comment.id,
            "respondent_id": comment.respondent_id,
            "text": redact(comment.text).text,
            "question": redact(comment.question).text if comment.question else None,
            "score": comment.score,
            "answered_at": comment.answered_at or moment,
            "received_at": moment,
        }
        rows.setdefault(comment.id, row)
    return rows


def _insert(session: Session, stream_id: str, rows: dict[str, dict[str, Any]]) -> int:
    known = set(
        session.scalars(
            sa.select(StreamComment.source_id).where(
                StreamComment.stream_id == stream_id, StreamComment.source_id.in_(list(rows))
            )
        )
    )
    fresh = [{**row, "stream_id": stream_id} for name, row in rows.items() if name not in known]
    if fresh:
        session.execute(sa.insert(StreamComment), fresh)
    return len(fresh)


def find(session: Session, tenant_id: str, name: str) -> Stream:
    """The tenant's stream.

    Raises:
        Problem: `not-found`.
    """
    stream = session.scalar(sa.select(Stream).where(Stream.tenant_id == tenant_id, Stream.name == name))
    if stream is None:
        raise Problem("not-found", "There is no such stream.")
    return stream


def documents(session: Session, tenant_id: str, name: str | None = None) -> list[dict[str, Any]]:
    """The tenant's streams as told to callers, or the one called `name`."""
    waiting = sa.func.sum(sa.case((StreamComment.labels.is_(None), 1), else_=0))
    query = (
        sa.select(Stream, sa.func.count(StreamComment.id), waiting)
        .outerjoin(StreamComment, StreamComment.stream_id == Stream.id)
        .where(Stream.tenant_id == tenant_id)
        .group_by(Stream.id)
        .order_by(Stream.name)
    )
    if name is not None:
        query = query.where(Stream.name == name)
    return [
        {
            "name": stream.name,
            "comments": count,
            "waiting": int(unlabeled or 0) if count else 0,
            "created_at": stream.created_at.isoformat(),
        }
        for stream, count, unlabeled in session.execute(query)
    ]


def remove(session: Session, caller: Caller, name: str, request_id: str | None) -> Stream:
    """Delete a stream with its comments and alerts; the stream that was.

    Raises:
        Problem: `not-found`.
    """
    stream = find(session, caller.tenant_id, name)
    session.execute(sa.delete(StreamComment).where(StreamComment.stream_id == stream.id))
    session.delete(stream)
    audit.note(session, caller.tenant_id, caller.key_id, "stream.delete", stream.id, request_id=request_id)
    return stream


def waiting(session: Session) -> list[tuple[str, str]]:
    """Streams with comments that are not classified yet, each with the newest of them."""
    query = sa.select(StreamComment.stream_id, sa.func.max(StreamComment.id))
    query = query.where(StreamComment.labels.is_(None)).group_by(StreamComment.stream_id)
    return [(stream_id, newest) for stream_id, newest in session.execute(query)]


def label_some(runtime: Runtime, stream_id: str, limit: int = 500) -> int:
    """Classify up to `limit` comments of a stream that are not yet; how many there were."""
    with runtime.database.session(read_only=True) as session:
        query = sa.select(StreamComment).where(
            StreamComment.stream_id == stream_id, StreamComment.labels.is_(None)
        )
        waiting = list(session.scalars(query.order_by(StreamComment.id).limit(limit)))
    for start in range(0, len(waiting), runtime.settings.microbatch):
        part = waiting[start : start + runtime.settings.microbatch]
        texts = [Document(one.text, one.question) for one in part]
        answers = runtime.batcher.in_background(partial(runtime.batcher.attempt, texts))
        with runtime.database.session() as session:
            for comment, answer in zip(part, answers, strict=True):
                labels = {"failed": True} if isinstance(answer, Broken) else answer
                session.execute(
                    sa.update(StreamComment).where(StreamComment.id == comment.id).values(labels=labels)
                )
    return len(waiting)


def _made(session: Session, caller: Caller, name: str, request_id: str | None) -> Stream:
    found = session.scalar(sa.select(Stream).where(Stream.tenant_id == caller.tenant_id, Stream.name == name))
    if found is not None:
        return found
    count = session.scalar(sa.select(sa.func.count()).where(Stream.tenant_id == caller.tenant_id)) or 0
    if count >= _MOST_STREAMS:
        raise Problem("conflict", f"There are {count} streams already; delete one first.")
    stream = Stream(id=ids.new("str"), tenant_id=caller.tenant_id, name=name, created_at=now())
    session.add(stream)
    session.flush()
    audit.note(session, caller.tenant_id, caller.key_id, "stream.create", stream.id, request_id=request_id)
    return stream
