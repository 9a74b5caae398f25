"""`/v1/respondents`, `/v1/audit`, `/v1/records`: a person's rights, and who did what. Admin keys only."""

from __future__ import annotations

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import JSONResponse

from service import audit, erasure
from service.deps import AdminCaller, RuntimeDep
from service.errors import request_id
from service.schemas import PROBLEM_RESPONSES
from service.schemas_streams import AuditOut, ErasedOut, PersonOut, RecordsOut
from service.tables import ProcessingRecord

router = APIRouter(prefix="/v1", tags=["people"], responses=PROBLEM_RESPONSES)
Respondent = Annotated[str, Path(min_length=1, max_length=200, description="As sent with the comments.")]


@router.get("/respondents/{respondent_id}", response_model=PersonOut, summary="What is kept about a person")
def export_person(
    respondent_id: Respondent, request: Request, caller: AdminCaller, runtime: RuntimeDep
) -> JSONResponse:
    """Everything in the tenant's streams and batches about a person; empty lists when there is nothing."""
    return JSONResponse(erasure.export(runtime, caller, respondent_id, request_id(request)))


@router.delete("/respondents/{respondent_id}", response_model=ErasedOut, summary="Forget a person")
def erase_person(
    respondent_id: Respondent, request: Request, caller: AdminCaller, runtime: RuntimeDep
) -> JSONResponse:
    """Takes a person out of every stream and batch, those under way included.

    Their stream comments are deleted. In finished batches their text, ids and times go, and reports
    are written anew; the figures stay, as they are about no one in particular.
    """
    return JSONResponse(erasure.erase(runtime, caller, respondent_id, request_id(request)))


@router.get("/audit", response_model=AuditOut, summary="Who did what")
def list_audit(
    caller: AdminCaller,
    runtime: RuntimeDep,
    after: Annotated[
        str | None, Query(pattern=r"^aud_[0-9a-z]{26}$", description="`next` of a page.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> JSONResponse:
    """The tenant's audit log, newest first."""
    with runtime.database.session(read_only=True) as session:
        found = audit.entries(session, caller.tenant_id, after, limit)
    told = [audit.document(one) for one in found]
    return JSONResponse({"entries": told, "next": found[-1].id if len(found) == limit else None})


@router.get("/records", response_model=RecordsOut, summary="Processing records")
def list_records(
    caller: AdminCaller, runtime: RuntimeDep, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> JSONResponse:
    """One record per run, as PDPL's Article 31 asks for, newest first."""
    with runtime.database.session(read_only=True) as session:
        query = sa.select(ProcessingRecord).where(ProcessingRecord.tenant_id == caller.tenant_id)
        found = session.scalars(query.order_by(ProcessingRecord.at.desc()).limit(limit)).all()
    told = [{"id": one.id, "object": one.object, "at": one.at.isoformat(), "body": one.body} for one in found]
    return JSONResponse({"records": told})
