"""Webhooks: where a tenant wants to be told, and the telling, signed as Standard Webhooks asks."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence
from typing import Any, Final

import httpcore
import sqlalchemy as sa
from sqlalchemy.orm import Session
from standardwebhooks import Webhook as Signer

from service import audit, guard, ids
from service.database import now
from service.errors import Problem
from service.keys import Caller
from service.logs import event
from service.runtime import Runtime
from service.settings import ServiceSettings
from service.tables import Delivery, Webhook

_MOST: Final = 20  # webhooks of a tenant
WAITS_S: Final = (0.0, 5.0, 30.0, 120.0, 600.0, 1800.0, 7200.0, 18_000.0)  # before attempt 1, 2, ...


def create(
    session: Session,
    settings: ServiceSettings,
    caller: Caller,
    url: str,
    events: Sequence[str],
    request_id: str | None,
) -> Webhook:
    """A new webhook with a fresh secret.

    Raises:
        Problem: the URL is not one that may be sent to, or there are too many.
    """
    guard.check_url(url, settings.webhook_allow_networks)
    query = sa.select(sa.func.count()).where(Webhook.tenant_id == caller.tenant_id)
    if (session.scalar(query) or 0) >= _MOST:
        raise Problem("conflict", f"There are {_MOST} webhooks already; delete one first.")
    webhook = Webhook(
        id=ids.new("whk"),
        tenant_id=caller.tenant_id,
        url=url,
        secret="whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
        events=" ".join(sorted(set(events))),
        created_at=now(),
    )
    session.add(webhook)
    audit.note(session, caller.tenant_id, caller.key_id, "webhook.create", webhook.id, request_id=request_id)
    return webhook


def find(session: Session, tenant_id: str, webhook_id: str) -> Webhook:
    """The tenant's webhook.

    Raises:
        Problem: `not-found`.
    """
    found = session.scalar(sa.select(Webhook).where(Webhook.id == webhook_id, Webhook.tenant_id == tenant_id))
    if found is None:
        raise Problem("not-found", "There is no such webhook.")
    return found


def document(webhook: Webhook, *, secret: bool = False) -> dict[str, Any]:
    """The webhook as told to callers; its secret only when it is made."""
    told = {
        "id": webhook.id,
        "url": webhook.url,
        "events": webhook.events.split(),
        "created_at": webhook.created_at.isoformat(),
    }
    return told | {"secret": webhook.secret} if secret else told


def attempt(runtime: Runtime, delivery_id: str, number: int) -> bool:
    """Send a delivery for the `number`th time (from 0), unless that was done; whether it arrived."""
    with runtime.database.session(read_only=True) as session:
        row = session.get(Delivery, delivery_id)
        webhook = session.get(Webhook, row.webhook_id) if row is not None else None
    if row is None or webhook is None or row.state != "pending" or row.attempts != number:
        return row is not None and row.state == "delivered"
    status, answer = _send(runtime.settings, webhook, row)
    arrived = 200 <= status < 300
    with runtime.database.session() as session:
        fresh = session.get(Delivery, delivery_id)
        if fresh is None:
            return arrived
        fresh.attempts = number + 1
        fresh.answer = answer
        if arrived:
            fresh.state = "delivered"
        elif status == 410 or number + 1 >= runtime.settings.webhook_attempts:
            fresh.state = "failed"
    runtime.metrics.deliveries.labels("delivered" if arrived else "failed").inc()
    event("webhook.sent", delivery=delivery_id, attempt=number + 1, answer=answer)
    return arrived


def pending(session: Session) -> list[tuple[str, int]]:
    """Deliveries still to be sent, and how often each was tried."""
    query = sa.select(Delivery.id, Delivery.attempts).where(Delivery.state == "pending")
    return [(name, attempts) for name, attempts in session.execute(query.order_by(Delivery.id).limit(500))]


def _send(settings: ServiceSettings, webhook: Webhook, row: Delivery) -> tuple[int, str]:
    """The status (0 when there was none) and what to note about it."""
    content = json.dumps(row.body, ensure_ascii=False, separators=(",", ":"))
    moment = now()
    headers = {
        "content-type": "application/json",
        "user-agent": "voc-webhooks/1",
        "webhook-id": row.id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Signer(webhook.secret).sign(row.id, moment, content),
    }
    try:
        guard.check_url(webhook.url, settings.webhook_allow_networks)
        status = guard.post(
            webhook.url,
            headers,
            content.encode(),
            timeout_s=settings.webhook_timeout_s,
            allowed=settings.webhook_allow_networks,
        )
    except (guard.Refused, Problem):
        return 410, "refused: not a public address"
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
        return 0, f"failed: {type(error).__name__}"
    return status, f"status {status}"
