"""The app: settings in, a served path out. Models open once, when the app starts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from fastapi import Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware

from service import dashboard, durable, openapi, problems
from service import database as databases
from service import tracing as traces
from service.analysis import Models, open_models
from service.database import Database
from service.deps import known_query
from service.limits import Limits
from service.logs import event
from service.metrics import Metrics
from service.middleware import Envelope, Gate
from service.routes import batches, classify, docs, health, people, streams, webhooks
from service.runtime import Runtime
from service.settings import ServiceSettings
from service.tracing import Tracing

_TICK_S = 1.0  # how often counts are written


def create_app(
    settings: ServiceSettings, tools: Models | None = None, tracing: Tracing | None = None
) -> FastAPI:
    """The service as an ASGI app.

    Args:
        settings: from `service.settings.from_environment`, or built by hand.
        tools: opened models; None opens the embedded ones (or those named in the settings).
        tracing: where traces go; None asks the settings.
    """
    database = Database(settings.url)
    limits = Limits(database, settings.rate_per_minute, settings.documents_per_day, share=settings.workers)
    tracing = tracing or traces.from_settings(settings)
    runtime = Runtime(settings, database, Metrics(), limits, tracing)
    app = FastAPI(
        title="voc",
        lifespan=_lifespan(runtime, tools),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.runtime = runtime
    for module in (health, docs, classify, batches, streams, webhooks, people):
        app.include_router(module.router, dependencies=[Depends(known_query)])
    dashboard.install(app)
    problems.install(app)
    openapi.install(app)
    app.add_middleware(Gate, settings=settings, identify=runtime.identify)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["authorization", "content-type", "idempotency-key", "x-request-id"],
        )
    app.add_middleware(Envelope, metrics=runtime.metrics, tracing=tracing)
    return app


def _lifespan(
    runtime: Runtime, tools: Models | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        settings = runtime.settings
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        await asyncio.to_thread(databases.migrate, settings.url)
        models = tools if tools is not None else await asyncio.to_thread(open_models, settings)
        runtime.open(models)
        keeper = await asyncio.to_thread(durable.launch, runtime)
        ticking = asyncio.create_task(_every(_TICK_S, lambda: asyncio.to_thread(runtime.limits.flush)))
        event("started", model=models.name, database="sqlite" if settings.sqlite else "postgresql")
        try:
            yield
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking
            await asyncio.to_thread(keeper.stop)
            await asyncio.to_thread(runtime.batcher.close)
            await asyncio.to_thread(runtime.limits.flush)
            runtime.database.close()
            runtime.metrics.close()
            await asyncio.to_thread(runtime.tracing.close)
            event("stopped")

    return lifespan


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        await work()
