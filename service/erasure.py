"""A person's rights over all stores of a tenant: what is kept about them, and being forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from service import audit, batches, ids, results
from service.database import Database, now
from service.keys import Caller
from service.results import IsPerson
from service.runtime import Runtime
from service.schemas_batches import BatchOptions
from service.tables import Batch, Erasure, Stream, StreamComment


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
        gone = session.execute(
            sa.delete(StreamComment).where(
                StreamComment.tenant_id == caller.tenant_id, StreamComment.respondent_id == respondent_id
            )
        )
        session.add(order)
        audit.note(session, caller.tenant_id, caller.key_id, "person.erase", person, request_id=request_id)
        streamed = int(gone.rowcount)  # type: ignore[attr-defined]
    in_batches = finish(runtime, order)
    runtime.metrics.erasures.inc()
    return {"stream_comments": streamed, "batch_comments": in_batches}


def finish(runtime: Runtime, order: Erasure) -> int:
    """Carry an erasure through the finished batches and mark it done; safe to repeat."""
    is_person = _matching(order.tenant_id, {order.person})
    with runtime.database.session(read_only=True) as session:
        finished = _finished(session, order.tenant_id)
    count = 0
    for batch in finished:
        home = batches.folder(runtime.settings, order.tenant_id, batch.id) / "results"
        if home.exists():
            count += results.forget(home, is_person, BatchOptions.model_validate(batch.options).language)
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


def _finished(session: Any, tenant_id: str) -> list[Batch]:
    query = sa.select(Batch).where(Batch.tenant_id == tenant_id, Batch.state == "done").order_by(Batch.id)
    return list(session.scalars(query))


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
