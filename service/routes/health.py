"""`/healthz`, `/readyz`, `/metrics`: for the machines that look after the service."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from service.deps import RuntimeDep
from service.schemas import PROBLEM_RESPONSES

router = APIRouter(tags=["operations"])


@router.get("/healthz", summary="The process runs")
async def healthz() -> dict[str, str]:
    """Always `ok` while the event loop turns."""
    return {"status": "ok"}


@router.get("/readyz", summary="It can take calls", responses=PROBLEM_RESPONSES)
async def readyz(runtime: RuntimeDep) -> dict[str, Any]:
    """`ready` when the database answers and the models are open."""
    await asyncio.to_thread(runtime.database.ping)
    return {"status": "ready", "model": runtime.models.name}


@router.get("/metrics", summary="Prometheus metrics", response_class=Response)
async def metrics(runtime: RuntimeDep) -> Response:
    """The text format of Prometheus."""
    return Response(runtime.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
