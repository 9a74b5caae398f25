"""`/v1/webhooks`: where a tenant wants to be told."""

from __future__ import annotations

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, Response

from service import audit, webhooks
from service.deps import BatchCaller, RuntimeDep
from service.errors import request_id
from service.schemas import PROBLEM_RESPONSES
from service.schemas_streams import WebhookIn, WebhookMadeOut, WebhookOut, WebhooksOut
from service.tables import Webhook

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], responses=PROBLEM_RESPONSES)
WebhookId = Annotated[str, Path(pattern=r"^whk_[0-9a-z]{26}$")]


@router.post("", status_code=201, response_model=WebhookMadeOut, summary="Be told of events")
def create_webhook(
    body: WebhookIn, request: Request, caller: BatchCaller, runtime: RuntimeDep
) -> JSONResponse:
    """Events are posted to the URL, signed with the secret in this answer, up to eight times until a 2xx."""
    with runtime.database.session() as session:
        made = webhooks.create(session, runtime.settings, caller, body.url, body.events, request_id(request))
        told = webhooks.document(made, secret=True)
    return JSONResponse(told, 201, {"Location": f"/v1/webhooks/{made.id}"})


@router.get("", response_model=WebhooksOut, summary="List webhooks")
def list_webhooks(caller: BatchCaller, runtime: RuntimeDep) -> JSONResponse:
    """The tenant's webhooks, without their secrets."""
    with runtime.database.session(read_only=True) as session:
        query = sa.select(Webhook).where(Webhook.tenant_id == caller.tenant_id).order_by(Webhook.id)
        return JSONResponse({"webhooks": [webhooks.document(one) for one in session.scalars(query)]})


@router.get("/{webhook_id}", response_model=WebhookOut, summary="A webhook")
def get_webhook(webhook_id: WebhookId, caller: BatchCaller, runtime: RuntimeDep) -> JSONResponse:
    """Its URL and events."""
    with runtime.database.session(read_only=True) as session:
        return JSONResponse(webhooks.document(webhooks.find(session, caller.tenant_id, webhook_id)))


@router.delete("/{webhook_id}", status_code=204, summary="Delete a webhook", response_class=Response)
def delete_webhook(
    webhook_id: WebhookId, request: Request, caller: BatchCaller, runtime: RuntimeDep
) -> Response:
    """Stops it, and what was still to be sent to it."""
    with runtime.database.session() as session:
        session.delete(webhooks.find(session, caller.tenant_id, webhook_id))
        actor = caller.key_id
        audit.note(
            session, caller.tenant_id, actor, "webhook.delete", webhook_id, request_id=request_id(request)
        )
    return Response(status_code=204)
