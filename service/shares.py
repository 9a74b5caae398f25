"""Links that show one report to whoever holds them, until they expire or are revoked.

A link ends in ``<id>_<secret>``; of the secret (256 random bits) only a SHA-256 is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import audit, batches, ids
from service.database import Database, now
from service.errors import Problem
from service.keys import Caller
from service.tables import Batch, Share

DAYS: Final = (1, 7, 30, 90)  # how long a link may last
MOST: Final = 100  # links of one batch


def create(
    session: Session, caller: Caller, batch_id: str, days: int, request_id: str | None
) -> tuple[Share, str]:
    """A new link's row and its token, which is shown once.

    Raises:
        Problem: `not-found`; `conflict` when the batch is not done or has too many links; `invalid`.
    """
    batch = batches.find(session, caller.tenant_id, batch_id)
    if batch.state != "done":
        raise Problem("conflict", f"The batch is {batch.state}; it can be shared when it is done.")
    if days not in DAYS:
        raise Problem("invalid", f"days: one of {', '.join(map(str, DAYS))} was expected.")
    if len(listing(session, caller.tenant_id, batch_id)) >= MOST:
        raise Problem("conflict", f"{MOST} links exist; revoke some first.")
    secret = secrets.token_hex(32)
    share = Share(
        id=ids.new("shr"),
        tenant_id=caller.tenant_id,
        batch_id=batch_id,
        key_id=caller.key_id,
        digest=_digest(secret),
        created_at=now(),
        expires_at=now() + timedelta(days=days),
    )
    session.add(share)
    audit.note(
        session, caller.tenant_id, caller.key_id, "share.create", share.id,
        request_id=request_id, batch=batch_id, days=days,
    )  # fmt: skip
    return share, f"{share.id.removeprefix('shr_')}_{secret}"


def listing(session: Session, tenant_id: str, batch_id: str) -> list[Share]:
    """The links of a batch that still open it, newest first."""
    query = sa.select(Share).where(
        Share.tenant_id == tenant_id,
        Share.batch_id == batch_id,
        Share.revoked_at.is_(None),
        Share.expires_at > now(),
    )
    return list(session.scalars(query.order_by(Share.id.desc())))


def revoke(session: Session, caller: Caller, share_id: str, request_id: str | None) -> Share:
    """End a link now.

    Raises:
        Problem: `not-found`.
    """
    share = session.scalar(sa.select(Share).where(Share.id == share_id, Share.tenant_id == caller.tenant_id))
    if share is None:
        raise Problem("not-found", "There is no such link.")
    if share.revoked_at is None:
        share.revoked_at = now()
        audit.note(session, caller.tenant_id, caller.key_id, "share.revoke", share_id, request_id=request_id)
    return share


def shared(database: Database, token: str) -> Batch:
    """The batch that a link opens.

    Raises:
        Problem: `gone` - it never was, has expired, was revoked, or its batch is deleted: all the same.
    """
    name, _, secret = token.partition("_")
    with database.session(read_only=True) as session:
        share = session.get(Share, f"shr_{name}")
        batch = session.get(Batch, share.batch_id) if share is not None else None
    right = hmac.compare_digest(_digest(secret), share.digest if share else _digest("no such link"))
    open_still = share is not None and share.revoked_at is None and share.expires_at > now()
    if batch is None or batch.state != "done" or not right or not open_still:
        raise Problem("gone", "This link has expired or was revoked. Ask whoever sent it for a new one.")
    return batch


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
