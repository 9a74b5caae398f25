"""Links that show a report without a log-in, until they expire or are revoked."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from starlette.responses import HTMLResponse

from service import batches, shares
from service.dashboard.doors import OurForm, Viewer
from service.dashboard.pages import HOME, PageRoute, go, language_of, runtime_of, show
from service.dashboard.result_pages import BatchId, batch_of, results_of, shelf
from service.errors import request_id
from service.keys import Caller
from service.tables import Batch

router = APIRouter(include_in_schema=False, route_class=PageRoute)
ShareId = Annotated[str, Path(pattern=r"^shr_[0-9a-z]{26}$")]
Token = Annotated[str, Path(pattern=r"^[0-9a-z]{26}_[0-9a-f]{64}$")]


@router.get(f"{HOME}/batches/{{batch_id}}/share")
def share_page(request: Request, batch_id: BatchId, viewer: Viewer) -> Response:
    """The links that open it, and a form for a new one."""
    batch = batch_of(request, viewer, batch_id)
    results_of(request, batch)
    return _listed(request, viewer, batch)


@router.post(f"{HOME}/batches/{{batch_id}}/share")
def share(request: Request, batch_id: BatchId, viewer: Viewer, form: OurForm) -> Response:
    """Makes a link; it is shown once."""
    days = str(form.get("days") or "")
    with runtime_of(request).database.session() as session:
        _, token = shares.create(
            session, viewer, batch_id, int(days) if days.isdecimal() else 0, request_id(request)
        )
    link = str(request.url.replace(path=f"/shared/{token}", query=""))
    return _listed(request, viewer, batch_of(request, viewer, batch_id), link)


@router.post(f"{HOME}/shares/{{share_id}}/revoke")
def revoke(request: Request, share_id: ShareId, viewer: Viewer, form: OurForm) -> Response:
    """Ends a link now."""
    with runtime_of(request).database.session() as session:
        ended = shares.revoke(session, viewer, share_id, request_id(request))
    return go(f"{HOME}/batches/{ended.batch_id}/share")


@router.get("/shared/{token}")
async def shared(request: Request, token: Token) -> Response:
    """The report, read-only, in either language; in a sandbox, as everything on it is the batch's own."""
    runtime = runtime_of(request)
    batch = await asyncio.to_thread(shares.shared, runtime.database, token)
    results = batches.folder(runtime.settings, batch.tenant_id, batch.id) / "results"
    language = language_of(request)
    text = await asyncio.to_thread(shelf.report, results, language, standalone=True)
    return HTMLResponse(text, headers={**batches.headers("report.html"), "Referrer-Policy": "no-referrer"})


def _listed(request: Request, viewer: Caller, batch: Batch, link: str | None = None) -> Response:
    with runtime_of(request).database.session(read_only=True) as session:
        found = shares.listing(session, viewer.tenant_id, batch.id)
    told = batches.document(batch)
    return show(request, "share.html.j2", batch=told, shares=found, link=link, days=shares.DAYS, tab="share")
