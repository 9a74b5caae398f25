"""Events for webhooks: written in the transaction of what happened, sent afterwards, never lost."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import ids
from service.database import now
from service.tables import Delivery, Webhook

KINDS: Final = ("batch.done", "batch.failed", "stream.alert")


def emit(session: Session, tenant_id: str, kind: str, event_id: str, data: dict[str, Any]) -> None:
    """Put the event down for every webhook of the tenant that wants its kind; once per `event_id`.

    `data` holds ids, numbers and states; never a comment's text.
    """
    body = {"type": kind, "timestamp": now().isoformat(), "data": data}
    for webhook in session.scalars(sa.select(Webhook).where(Webhook.tenant_id == tenant_id)):
        if kind not in webhook.events.split():
            continue
        sent = sa.select(Delivery.id).where(Delivery.webhook_id == webhook.id, Delivery.event_id == event_id)
        if session.scalar(sent) is None:
            session.add(
                Delivery(
                    id=ids.new("dlv"),
                    tenant_id=tenant_id,
                    webhook_id=webhook.id,
                    event_id=event_id,
                    event=kind,
                    body=body,
                    state="pending",
                    attempts=0,
                    created_at=now(),
                )
            )
