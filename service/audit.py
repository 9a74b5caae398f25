"""The audit log: who did what to which object. Written in the transaction of the deed itself."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import ids
from service.database import now
from service.tables import Audit


def note(
    session: Session,
    tenant_id: str,
    actor: str,
    action: str,
    object_id: str,
    *,
    request_id: str | None = None,
    **detail: Any,
) -> None:
    """Write one entry into `session`'s transaction.

    `actor` is a key's id, "cli" or "service"; `action` a noun and a verb, such as "batch.delete".
    `detail` holds facts without text and without personal data (of a person give `pseudonym`).
    """
    session.add(
        Audit(
            id=ids.new("aud"),
            tenant_id=tenant_id,
            at=now(),
            actor=actor,
            action=action,
            object=object_id,
            request_id=request_id,
            detail=detail,
        )
    )


def pseudonym(tenant_id: str, respondent_id: str) -> str:
    """A person's stand-in in the log: the same for the same person, of no use outside the tenant."""
    return (
        "person:"
        + hashlib.blake2b(
            respondent_id.encode("utf-8", "surrogatepass"), key=tenant_id.encode()[:64], digest_size=12
        ).hexdigest()
    )


def entries(session: Session, tenant_id: str, after: str | None, limit: int) -> list[Audit]:
    """A tenant's newest entries, those before the id `after` when given."""
    query = sa.select(Audit).where(Audit.tenant_id == tenant_id)
    if after is not None:
        query = query.where(Audit.id < after)
    return list(session.scalars(query.order_by(Audit.id.desc()).limit(limit)))


def document(entry: Audit) -> dict[str, Any]:
    """An entry as told to callers."""
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.object,
        "request_id": entry.request_id,
        "detail": entry.detail,
    }
