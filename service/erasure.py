"""A person's rights over all stores of a tenant: what is kept about them, and being forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import audit, batches, ids, results, watch
from service.database import Database, now
from service.keys import Caller
from service.results import IsPerson
from service.runtime import Runtime
from service.schemas_batches import BatchOptions
from service.tables import Alert, Batch, Delivery, Erasure, Stream, StreamComment


def export(runtime: Runtime, caller: Caller, respondent_id: str, request_id: str | None) -> dict[str, Any]:
    """Everything the tenant's stores hold about a person."""
    with runtime.database.session() as session:
        query = (
            sa.select(StreamComment, Stream.name)
            .join(Stream)
            .where(StreamComment.tenant_id == caller.tenant_id, StreamComment.respondent_id == respondent_id)
            .order_by(StreamComment.id)
        )
        streamed = [_told(comment, name) for comment, name in session.execute(query)]
        person = audit.pseudonym(caller.tenant_id, respondent_id)
        audit.note(session, caller.tenant_id, caller.key_id, "person.export", person, request_id=request_id)
        finished = _finished(session, caller.tenant_id)
    found = []
    for batch in finished:
        home = batches.folder(runtime.settings, caller.tenant_id, batch.id) / "results"
        found += [{"batch": batch.id, **row} for row in results.rows_of(home, respondent_id.__eq__)]
    return {"respondent_id": respondent_id, "stream_comments": streamed, "batch_comments": found}


def erase(runtime: Runtime, caller: Caller, respondent_id: str, request_id: str | None) -> dict[str, int]:
    """Forget a person in every store of the tenant; how many comments were theirs.

    What is under way leaves them out when it is done; what a crash interrupts is finished by the
    keeper.
    """
    person = audit.pseudonym(caller.tenant_id, respondent_id)
    order = Erasure(id=ids.new("era"), tenant_id=caller.tenant_id, person=person, at=now(), done=False)
    with runtime.database.session() as session:
        gone = _delete_streamed(session, caller.tenant_id, respondent_id)
        session.add(order)
        audit.note(session, caller.tenant_id, caller.key_id, "person.erase", person, request_id=request_id)
        touched = [session.get_one(Stream, stream_id) for stream_id in sorted(gone)]
    for stream in touched:
        watch.forget(runtime.settings, stream)
    in_batches = finish(runtime, order)
    runtime.database.scrub("stream_comments", "alerts", "deliveries")
    runtime.metrics.erasures.inc()
    return {"stream_comments": sum(map(len, gone.values())), "batch_comments": in_batches}


def _delete_streamed(session: Session, tenant_id: str, respondent_id: str) -> dict[str, list[str]]:
    """Delete a person's stream comments, and their ids where alerts name them: ids by stream."""
    mine = (StreamComment.tenant_id == tenant_id, StreamComment.respondent_id == respondent_id)
    gone: dict[str, list[str]] = {}
    for stream_id, source_id in session.execute(
        sa.select(StreamComment.stream_id, StreamComment.source_id).where(*mine)
    ):
        gone.setdefault(stream_id, []).append(source_id)
    session.execute(sa.delete(StreamComment).where(*mine))
    for stream_id, names in gone.items():
        alerts = session.scalars(sa.select(Alert).where(Alert.stream_id == stream_id)).all()
        for alert in alerts:
            alert.body = results.without_comments(alert.body, set(names))
        for delivery in session.scalars(
            sa.select(Delivery).where(
                Delivery.tenant_id == tenant_id, Delivery.event_id.in_([alert.id for alert in alerts])
            )
        ):
            delivery.body = results.without_comments(delivery.body, set(names))
    return gone


def finish(runtime: Runtime, order: Erasure, since: datetime | None = None) -> int:
    """Carry an erasure through the finished batches; safe to repeat. How many comments were found.

    It is done once no batch from before it is under way: such a batch leaves the person out when it
    ends, unless the order came in that very moment, which a later round then puts right.

    Args:
        runtime: of the running app.
        order: the erasure.
        since: look only at batches that ended after this; all of them unless given.
    """
    is_person = _matching(order.tenant_id, {order.person})
    with runtime.database.session(read_only=True) as session:
        earlier = sa.select(sa.func.count()).where(
            Batch.tenant_id == order.tenant_id,
            Batch.created_at <= order.at,
            Batch.state.not_in(batches.ENDED),
        )
        under_way = session.scalar(earlier)
        finished = _finished(session, order.tenant_id, since)
    count = 0
    for batch in finished:
        home = batches.folder(runtime.settings, order.tenant_id, batch.id) / "results"
        if home.exists():
            count += results.forget(home, is_person, BatchOptions.model_validate(batch.options).language)
    if not under_way:
        with runtime.database.session() as session:
            session.execute(sa.update(Erasure).where(Erasure.id == order.id).values(done=True))
    return count


def unfinished(database: Database, older_than_s: float) -> list[Erasure]:
    """Erasures that a crash interrupted."""
    latest = now() - timedelta(seconds=older_than_s)
    with database.session(read_only=True) as session:
        return list(session.scalars(sa.select(Erasure).where(Erasure.done.is_(False), Erasure.at < latest)))


def since_created(database: Database, batch_id: str) -> IsPerson | None:
    """Tells who asked to be forgotten since the batch was made; None when nobody did."""
    with database.session(read_only=True) as session:
        batch = session.get(Batch, batch_id)
        if batch is None:
            return None
        query = sa.select(Erasure.person).where(
            Erasure.tenant_id == batch.tenant_id, Erasure.at >= batch.created_at
        )
        people = set(session.scalars(query))
    return _matching(batch.tenant_id, people) if people else None


def _matching(tenant_id: str, people: set[str]) -> IsPerson:
    return lambda respondent: audit.pseudonym(tenant_id, respondent) in people


def _finished(session: Session, tenant_id: str, since: datetime | None = None) -> list[Batch]:
    query = sa.select(Batch).where(Batch.tenant_id == tenant_id, Batch.state == "done").order_by(Batch.id)
    return list(session.scalars(query if since is None else query.where(Batch.finished_at >= since)))


def _told(comment: StreamComment, stream: str) -> dict[str, Any]:
    return {
        "stream": stream,
        "id": comment.source_id,
        "text": comment.text,
        "score": comment.score,
        "answered_at": comment.answered_at.isoformat(),
        "received_at": comment.received_at.isoformat(),
        "labels": comment.labels,
    }
