"""The start page, uploading a file, and confirming its columns."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from service import batches, uploads
from service.dashboard import drafts, options, preview
from service.dashboard.doors import OurForm, Viewer, check_origin, check_token
from service.dashboard.pages import HOME, PageRoute, go, language_of, runtime_of, show
from service.errors import request_id
from service.schemas_batches import BatchOptions

router = APIRouter(prefix=HOME, include_in_schema=False, route_class=PageRoute)
DraftId = Annotated[str, Path(pattern=r"^drf_[0-9a-z]{26}$")]
ON_A_PAGE = 20
_looking = asyncio.Semaphore(2)  # previews side by side


@router.get("")
def start_page(request: Request, viewer: Viewer, after: str | None = None) -> Response:
    """What there is, and a form for a new file."""
    runtime = runtime_of(request)
    with runtime.database.session(read_only=True) as session:
        found, following = batches.page(session, viewer.tenant_id, after=after, limit=ON_A_PAGE, state=None)
    waiting = drafts.waiting(runtime.settings, viewer.tenant_id) if after is None else []
    told = [batches.document(one) for one in found]
    most = runtime.settings.max_upload_bytes
    return show(request, "start.html.j2", batches=told, drafts=waiting, following=following, most_bytes=most)


@router.post("/upload")
async def upload(request: Request, viewer: Viewer) -> Response:
    """Takes a file; its columns are confirmed on the next page."""
    check_origin(request)
    runtime = runtime_of(request)
    came = await uploads.receive(request, runtime.settings)
    try:
        check_token(request, came.options.get("csrf"))
        draft = await asyncio.to_thread(drafts.keep, runtime.settings, viewer.tenant_id, came)
    finally:
        came.path.unlink(missing_ok=True)
    return go(f"{HOME}/drafts/{draft.id}")


@router.get("/drafts/{draft_id}")
async def draft_page(request: Request, draft_id: DraftId, viewer: Viewer) -> Response:
    """The file's first rows and what its columns were taken for."""
    draft = drafts.find(runtime_of(request).settings, viewer.tenant_id, draft_id)
    chosen = BatchOptions.model_validate({"language": language_of(request)})
    return await _shown(request, draft, chosen, "draft.html.j2")


@router.post("/drafts/{draft_id}/look")
async def look_again(request: Request, draft_id: DraftId, viewer: Viewer, form: OurForm) -> Response:
    """The same with other choices."""
    draft = drafts.find(runtime_of(request).settings, viewer.tenant_id, draft_id)
    chosen = options.read(form, language_of(request), complete=False)
    piece = "draft_piece.html.j2" if "hx-request" in request.headers else "draft.html.j2"
    return await _shown(request, draft, chosen, piece)


@router.post("/drafts/{draft_id}/start")
async def start(request: Request, draft_id: DraftId, viewer: Viewer, form: OurForm) -> Response:
    """Makes a batch of the file, the same as the API's."""
    runtime = runtime_of(request)
    draft = drafts.find(runtime.settings, viewer.tenant_id, draft_id)
    chosen = options.read(form, language_of(request)).model_dump(mode="json", exclude_defaults=True)
    batch, _ = await asyncio.to_thread(
        batches.accept,
        runtime.database,
        runtime.settings,
        viewer,
        draft.as_upload(chosen),
        draft.id,  # pressed twice, it makes one batch
        request_id(request),
    )
    drafts.drop(draft)
    return go(f"{HOME}/batches/{batch.id}")


@router.post("/drafts/{draft_id}/drop")
def drop(request: Request, draft_id: DraftId, viewer: Viewer, form: OurForm) -> Response:
    """Discards the file."""
    drafts.drop(drafts.find(runtime_of(request).settings, viewer.tenant_id, draft_id))
    return go(HOME)


async def _shown(request: Request, draft: drafts.Draft, chosen: BatchOptions, template: str) -> Response:
    async with _looking:
        seen = await asyncio.to_thread(preview.look, draft.file, chosen)
    return show(request, template, draft=draft, chosen=chosen, seen=seen, parts=preview.PARTS)
