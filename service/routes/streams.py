"""`/v1/streams`: posts and answers as they come, watched for movement."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import JSONResponse, Response

from service import streams, watch
from service.deps import BatchCaller, ClassifyCaller, RuntimeDep
from service.errors import Problem, request_id
from service.schemas import PROBLEM_RESPONSES
from service.schemas_streams import (
    AlertsOut,
    AppendedOut,
    CommentsIn,
    LookOut,
    NamedCommentsIn,
    StreamName,
    StreamOut,
    StreamsOut,
)
from service.tables import Alert
from voc.errors import VocError

router = APIRouter(prefix="/v1", tags=["streams"], responses=PROBLEM_RESPONSES)
Name = Annotated[StreamName, Path(description="Lowercase letters, digits, '.', '_' and '-'.")]
Period = Annotated[
    str | None, Query(max_length=50, description="2024-Q1, 2024-03, 2024-W07, 2024 or DATE..DATE.")
]


@router.post(
    "/comments",
    status_code=202,
    response_model=AppendedOut,
    summary="Append to the stream that the body names",
)
async def append_named(
    body: NamedCommentsIn, request: Request, caller: ClassifyCaller, runtime: RuntimeDep
) -> JSONResponse:
    """The same as `POST /v1/streams/{name}/comments`, for senders with one address for everything."""
    return await append(body.stream, body, request, caller, runtime)


@router.post(
    "/streams/{name}/comments", status_code=202, response_model=AppendedOut, summary="Append to a stream"
)
async def append(
    name: Name, body: CommentsIn, request: Request, caller: ClassifyCaller, runtime: RuntimeDep
) -> JSONResponse:
    """Adds posts and answers; those whose id came before are counted and left as they were.

    Personal data is masked before they are stored. They are classified in the background.
    """
    longest = max(len(comment.text) for comment in body.comments)
    if longest > runtime.settings.max_characters:
        raise Problem(
            "invalid", f"A text has {longest} characters; at most {runtime.settings.max_characters}."
        )
    if runtime.limits.needs_reading(caller):
        await asyncio.to_thread(runtime.limits.read, caller)
    runtime.limits.documents(caller, len(body.comments))
    _, new = await asyncio.to_thread(
        streams.append, runtime.database, caller, name, body.comments, request_id(request)
    )
    told = {"stream": name, "accepted": new, "duplicates": len(body.comments) - new}
    return JSONResponse(told, 202, {"Location": f"/v1/streams/{name}"})


@router.get("/streams", response_model=StreamsOut, summary="List streams")
def list_streams(caller: BatchCaller, runtime: RuntimeDep) -> JSONResponse:
    """The tenant's streams and how many comments they hold."""
    with runtime.database.session(read_only=True) as session:
        return JSONResponse({"streams": streams.documents(session, caller.tenant_id)})


@router.get("/streams/{name}", response_model=StreamOut, summary="A stream")
def get_stream(name: Name, caller: BatchCaller, runtime: RuntimeDep) -> JSONResponse:
    """How many comments it holds, and how many wait to be classified."""
    with runtime.database.session(read_only=True) as session:
        streams.find(session, caller.tenant_id, name)
        return JSONResponse(streams.documents(session, caller.tenant_id, name)[0])


@router.get("/streams/{name}/movement", response_model=dict[str, Any], summary="Why the stream's score moved")
def get_movement(
    name: Name,
    caller: BatchCaller,
    runtime: RuntimeDep,
    before: Period = None,
    after: Period = None,
    scale: Annotated[
        str | None, Query(max_length=20, description="nps, csat, ces, stars or MIN-MAX.")
    ] = None,
) -> JSONResponse:
    """A result.json over the classified comments of the stream; the two latest periods unless named."""
    with runtime.database.session(read_only=True) as session:
        stream = streams.find(session, caller.tenant_id, name)
    try:
        return JSONResponse(watch.movement(runtime, stream.id, before=before, after=after, scale=scale))
    except VocError as error:  # its comments do not allow what was asked
        raise Problem("conflict", str(error)) from None


@router.get("/streams/{name}/latest", response_model=LookOut, summary="What the last look at a stream found")
def get_latest(name: Name, caller: BatchCaller, runtime: RuntimeDep) -> JSONResponse:
    """Trends, movement and alerts as a result.json, made on the schedule (VOC_WATCH_CRON)."""
    with runtime.database.session(read_only=True) as session:
        stream = streams.find(session, caller.tenant_id, name)
    found = watch.latest(runtime.settings, stream)
    if found is None:
        raise Problem("conflict", "No look was taken yet, or there was too little to see.")
    return JSONResponse(found)


@router.get("/streams/{name}/alerts", response_model=AlertsOut, summary="What was seen in a stream")
def list_alerts(
    name: Name, caller: BatchCaller, runtime: RuntimeDep, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> JSONResponse:
    """Alerts, newest first. Webhooks are told of each once."""
    with runtime.database.session(read_only=True) as session:
        stream = streams.find(session, caller.tenant_id, name)
        query = sa.select(Alert).where(Alert.stream_id == stream.id, Alert.tenant_id == caller.tenant_id)
        found = session.scalars(query.order_by(Alert.id.desc()).limit(limit)).all()
    told = [{"id": one.id, "created_at": one.created_at.isoformat(), "alert": one.body} for one in found]
    return JSONResponse({"alerts": told})


@router.delete("/streams/{name}", status_code=204, summary="Delete a stream", response_class=Response)
def delete_stream(name: Name, request: Request, caller: BatchCaller, runtime: RuntimeDep) -> Response:
    """Deletes the stream with its comments and alerts."""
    with runtime.database.session() as session:
        gone = streams.remove(session, caller, name, request_id(request))
    watch.forget(runtime.settings, gone)
    runtime.database.scrub("stream_comments")
    return Response(status_code=204)
