"""Traces by OpenTelemetry, when asked for (VOC_OTEL=true): how long what took, never what was said.

Where they go is told by OpenTelemetry's own variables: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME,
OTEL_TRACES_SAMPLER and so on. A caller's `traceparent` is continued. Attributes are routes, statuses, ids
and counts. Without VOC_OTEL nothing is imported and a span costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Scope

from service.settings import ServiceSettings
from voc._optional import require


class Tracing:
    """Makes spans; without a provider, none.

    Args:
        provider: an OpenTelemetry `TracerProvider`, or None for no traces.
    """

    def __init__(self, provider: Any | None = None) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("voc.service") if provider is not None else None

    def span(self, name: str, **attributes: Any) -> AbstractContextManager[Any]:
        """A span inside the present one; attributes hold ids and counts."""
        if self._tracer is None:
            return nullcontext()
        return self._open(name, attributes)

    def call(self, scope: Scope) -> AbstractContextManager[Any]:
        """The span of a call, continuing the caller's trace; `answered` completes it."""
        if self._tracer is None:
            return nullcontext()
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        carrier = dict(Headers(scope=scope))
        parent = TraceContextTextMapPropagator().extract(carrier)
        method = scope["method"][:10]
        attributes = {"http.request.method": method, "voc.request_id": scope["voc.request_id"]}
        return self._open(method, attributes, context=parent, kind=SpanKind.SERVER)

    def answered(self, span: Any, method: str, route: str, status: int) -> None:
        """Name the call's span after its route, and say how it ended."""
        if span is None:
            return
        span.update_name(f"{method[:10]} {route}")
        span.set_attributes({"http.route": route, "http.response.status_code": status})
        if status >= 500:
            from opentelemetry.trace import StatusCode

            span.set_status(StatusCode.ERROR)

    def close(self) -> None:
        """Send what has gathered."""
        if self._provider is not None:
            self._provider.shutdown()

    @contextmanager
    def _open(self, name: str, attributes: dict[str, Any], **more: Any) -> Iterator[Any]:
        assert self._tracer is not None
        # messages of exceptions may quote what was sent, so only their type is noted
        with self._tracer.start_as_current_span(
            name, attributes=attributes, record_exception=False, set_status_on_exception=False, **more
        ) as span:
            try:
                yield span
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                raise


def from_settings(settings: ServiceSettings) -> Tracing:
    """Traces as the settings and the OTEL_ variables ask for them.

    Raises:
        MissingExtra: VOC_OTEL is set and OpenTelemetry is not installed.
    """
    if not settings.otel:
        return Tracing()
    sdk = require("opentelemetry.sdk.trace", "otel")
    exports = require("opentelemetry.sdk.trace.export", "otel")
    otlp = require("opentelemetry.exporter.otlp.proto.http.trace_exporter", "otel")
    resources = require("opentelemetry.sdk.resources", "otel")
    named = resources.Resource.create({"service.name": "voc"})
    own = resources.OTELResourceDetector().detect()  # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win
    provider = sdk.TracerProvider(resource=named.merge(own))
    provider.add_span_processor(exports.BatchSpanProcessor(otlp.OTLPSpanExporter()))
    return Tracing(provider)
