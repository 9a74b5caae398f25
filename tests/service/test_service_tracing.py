"""Traces: one span per call and per step of a batch, continuing the caller's trace, and never a text."""

import pytest
from apps import OPTIONS, rows, running

from service.settings import ServiceSettings
from service.tracing import Tracing, from_settings

pytest.importorskip("opentelemetry.sdk", reason="the otel extra is not installed")
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

SECRET = "nobody but me says this about the lift"
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def traced(tmp_path):
    """A service and the exporter its spans go to."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with running(tmp_path / "data", tracing=Tracing(provider)) as service:
        yield service, exporter


def test_a_call_is_a_span_of_the_callers_trace_with_the_model_inside(traced):
    service, exporter = traced
    sent = {"documents": [{"id": "1", "text": SECRET}, {"id": "2", "text": f"BREAK THE MODEL {SECRET}"}]}
    headers = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "x-request-id": "call-7"}
    assert service.call("POST", "/v1/classify", json=sent, headers=headers).status_code == 200
    spans = {span.name: span for span in exporter.get_finished_spans()}
    call, model = spans["POST /v1/classify"], spans["model"]
    assert f"{call.context.trace_id:032x}" == TRACE
    assert model.parent.span_id == call.context.span_id
    assert dict(call.attributes) == {
        "http.request.method": "POST", "http.route": "/v1/classify", "http.response.status_code": 200,
        "voc.request_id": "call-7",
    }  # fmt: skip
    assert dict(model.attributes) == {"documents": 2}


def test_refusals_are_told_and_ids_in_paths_are_not(traced):
    service, exporter = traced
    service.client.get("/v1/respondents/sara-77")  # no key
    service.call("GET", "/v1/respondents/sara-77")
    told = [
        (span.name, span.attributes["http.response.status_code"]) for span in exporter.get_finished_spans()
    ]
    assert told[-1] == ("GET /v1/respondents/{respondent_id}", 200)
    assert told[-2][1] == 401
    assert "sara-77" not in "".join(span.to_json() for span in exporter.get_finished_spans())


def test_the_steps_of_a_batch_are_spans_and_nothing_quotes_a_text(traced):
    service, exporter = traced
    sent = {"options": OPTIONS, "rows": rows(30, comment=SECRET)}
    batch = service.wait(service.call("POST", "/v1/batches", json=sent).headers["location"])
    names = [
        span.name
        for span in exporter.get_finished_spans()
        if span.attributes.get("voc.object") == batch["id"]
    ]
    assert names[0] == "step read" and names.count("step label") == 2
    assert SECRET not in "".join(span.to_json() for span in exporter.get_finished_spans())


def test_an_exception_is_noted_by_its_type_alone(traced):
    service, exporter = traced
    service.models.conclude = fail
    service.append("s", [{"id": "1", "text": SECRET}])
    assert service.call("GET", "/v1/streams/s/movement").status_code == 500
    call = next(span for span in exporter.get_finished_spans() if span.name.endswith("/movement"))
    assert not call.status.is_ok and call.events == ()
    assert SECRET not in call.to_json()


def fail(*_):
    raise ValueError(SECRET)


def test_without_the_setting_there_is_none_and_with_it_the_exporter_is_made(monkeypatch, tmp_path):
    assert from_settings(ServiceSettings(data_dir=tmp_path))._provider is None
    monkeypatch.setenv("OTEL_SERVICE_NAME", "voc-riyadh")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    tracing = from_settings(ServiceSettings(data_dir=tmp_path, otel=True))
    assert tracing._provider.resource.attributes["service.name"] == "voc-riyadh"
    tracing.close()
