"""`POST /v1/classify`: sentiment, language and themes of up to a hundred texts, now."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from starlette.responses import JSONResponse

from service import documents
from service.deps import ClassifyCaller, RuntimeDep
from service.errors import Problem
from service.schemas import PROBLEM_RESPONSES, ClassifyIn, ClassifyOut

router = APIRouter(tags=["classify"])


@router.post(
    "/v1/classify",
    summary="Classify texts",
    response_model=ClassifyOut,
    responses=PROBLEM_RESPONSES,
    response_class=JSONResponse,
)
async def classify(body: ClassifyIn, caller: ClassifyCaller, runtime: RuntimeDep) -> JSONResponse:
    """Language, sentiment and themes with evidence for each document. Nothing is stored.

    A document that cannot be read is listed in `errors`; the others are answered all the same.
    The same text gets the same answer whatever it is sent with.
    """
    most = runtime.settings.max_documents
    if len(body.documents) > most:
        raise Problem("invalid", f"A call takes up to {most} documents; {len(body.documents)} came.")
    if runtime.limits.needs_reading(caller):
        await asyncio.to_thread(runtime.limits.read, caller)
    accepted, errors = documents.sort_out(body.documents, runtime.settings.max_characters)
    runtime.limits.documents(caller, len(accepted))
    with runtime.tracing.span("model", documents=len(accepted)):
        found = await runtime.batcher.classify([one.document for one in accepted])
    answered, broken = documents.answers(accepted, found)
    runtime.metrics.documents.labels("answered").inc(len(answered))
    runtime.metrics.documents.labels("error").inc(len(errors) + len(broken))
    everything = sorted(errors + broken, key=lambda one: int(one["index"]))
    return JSONResponse({"documents": answered, "errors": everything, "model": runtime.models.name})
