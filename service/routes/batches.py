"""`/v1/batches`: whole files, analyzed in the background, kept until deleted."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request
from starlette.responses import FileResponse, JSONResponse, Response

from service import batches, durable
from service.deps import BatchCaller, RuntimeDep
from service.errors import Problem, request_id
from service.schemas import PROBLEM_RESPONSES
from service.schemas_batches import BatchesOut, BatchOptions, BatchOut, BatchRowsIn, State
from service.uploads import KINDS, receive

router = APIRouter(prefix="/v1/batches", tags=["batches"], responses=PROBLEM_RESPONSES)

BatchId = Annotated[str, Path(pattern=r"^bat_[0-9a-z]{26}$", description="From the `Location` of the 202.")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="Sent again with the same body, it makes no second batch.",
    ),
]
_FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "minLength": 1,
            "description": "CSV, XLSX, Parquet, JSONL.",
        },
        "options": BatchOptions.model_json_schema(),
    },
    "additionalProperties": False,
}
_ROWS = BatchRowsIn.model_json_schema()
_ROWS["properties"]["options"] = _ROWS.pop("$defs")["BatchOptions"]
_BODY: dict[str, Any] = {
    "parameters": [
        {
            "name": "options",
            "in": "query",
            "required": False,
            "description": "As JSON; the only place when the body is the file itself (`text/csv`).",
            "content": {"application/json": {"schema": BatchOptions.model_json_schema()}},
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _ROWS},
            "multipart/form-data": {
                "schema": _FORM,
                "encoding": {
                    "file": {"contentType": ", ".join(KINDS)},
                    "options": {"contentType": "application/json"},
                },
            },
        },
    },
}
RawOptions = Annotated[str | None, Query(include_in_schema=False)]  # described above: JSON in a parameter


@router.post(
    "", status_code=202, response_model=BatchOut, openapi_extra=_BODY, summary="Analyze a file or rows"
)
async def create_batch(
    request: Request,
    caller: BatchCaller,
    runtime: RuntimeDep,
    idempotency_key: IdempotencyKey = None,
    options: RawOptions = None,
) -> JSONResponse:
    """Takes a file (`multipart/form-data`, or its bytes with `?options=`) or rows (JSON) and answers at once.

    The answer's `Location` tells how far it is. An upload is deleted as soon as it is read; personal
    data in its texts is masked before they are stored.
    """
    upload = await receive(request, runtime.settings, options)
    try:
        batch, new = await asyncio.to_thread(
            batches.accept,
            runtime.database,
            runtime.settings,
            caller,
            upload,
            idempotency_key,
            request_id(request),
        )
    finally:
        upload.path.unlink(missing_ok=True)
    headers = {"Location": f"/v1/batches/{batch.id}"} | ({} if new else {"Idempotent-Replayed": "true"})
    return JSONResponse(batches.document(batch), 202, headers)


@router.get("", response_model=BatchesOut, summary="List batches")
def list_batches(
    caller: BatchCaller,
    runtime: RuntimeDep,
    after: Annotated[
        str | None, Query(pattern=r"^bat_[0-9a-z]{26}$", description="`next` of a page.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    state: Annotated[State | None, Query()] = None,
) -> JSONResponse:
    """The tenant's batches, newest first."""
    with runtime.database.session(read_only=True) as session:
        found, following = batches.page(session, caller.tenant_id, after=after, limit=limit, state=state)
    return JSONResponse({"batches": [batches.document(one) for one in found], "next": following})


@router.get("/{batch_id}", response_model=BatchOut, summary="How far a batch is")
def get_batch(batch_id: BatchId, caller: BatchCaller, runtime: RuntimeDep) -> JSONResponse:
    """State, progress, and the addresses of the results once it is done."""
    with runtime.database.session(read_only=True) as session:
        return JSONResponse(batches.document(batches.find(session, caller.tenant_id, batch_id)))


@router.get("/{batch_id}/{name}", summary="A result of a batch", response_class=FileResponse)
def get_result(
    batch_id: BatchId,
    name: Literal[
        "result.json",
        "report.html",
        "report.xlsx",
        "report.pptx",
        "comments.parquet",
        "mentions.parquet",
        "rejects.csv",
    ],
    caller: BatchCaller,
    runtime: RuntimeDep,
) -> FileResponse:
    """The file. Until the batch is done it is a `conflict`."""
    with runtime.database.session(read_only=True) as session:
        batch = batches.find(session, caller.tenant_id, batch_id)
    if batch.state != "done":
        raise Problem("conflict", f"The batch is {batch.state}; results are there when it is done.")
    path = batches.folder(runtime.settings, caller.tenant_id, batch_id) / "results" / name
    return FileResponse(path, media_type=batches.RESULTS[name], headers=batches.headers(name))


@router.post("/{batch_id}/cancel", response_model=BatchOut, summary="Stop a batch")
def cancel_batch(
    batch_id: BatchId, request: Request, caller: BatchCaller, runtime: RuntimeDep
) -> JSONResponse:
    """Stops before the next chunk. What was read is kept until the batch is deleted; there are no results."""
    with runtime.database.session() as session:
        batch = batches.cancel(session, caller, batch_id, request_id(request))
    durable.cancel(batch_id)
    batches.clear(runtime.settings, batch)
    return JSONResponse(batches.document(batch))


@router.delete(
    "/{batch_id}", status_code=204, summary="Delete a batch and its results", response_class=Response
)
def delete_batch(batch_id: BatchId, request: Request, caller: BatchCaller, runtime: RuntimeDep) -> Response:
    """Deletes everything the batch left, on disk and in the database, at once."""
    with runtime.database.session() as session:
        batches.remove(
            session, runtime.settings, caller.tenant_id, caller.key_id, batch_id, request_id(request)
        )
    durable.forget(batch_id)
    return Response(status_code=204)
