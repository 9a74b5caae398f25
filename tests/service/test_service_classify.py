"""`POST /v1/classify`: answers beside errors, and refusals that say what to do."""

import json
import re

import pytest
from fakes import answer

from service.analysis import Document

JSON = {"content-type": "application/json"}


def post(service, documents, **more):
    return service.call("POST", "/v1/classify", json={"documents": documents}, **more)


def test_answers_in_order_with_every_field(service):
    texts = ["الخدمة ممتازة بس السعر غالي", "the app keeps crashing", "el app helw awy", "شكرا thanks"]
    answered = post(service, [{"id": f"d{i}", "text": text} for i, text in enumerate(texts)])
    assert answered.status_code == 200
    body = answered.json()
    assert body["errors"] == []
    assert body["model"] == "fake 1"
    assert body["documents"] == [{"id": f"d{i}", **answer(Document(text))} for i, text in enumerate(texts)]


def test_a_question_reaches_the_model(service):
    body = post(service, [{"id": "1", "text": "السعر", "question": "وش اللي ما عجبك؟"}]).json()
    assert body["documents"] == [{"id": "1", **answer(Document("السعر", "وش اللي ما عجبك؟"))}]


BAD = [
    ({"id": "x", "text": ""}, "empty"),
    ({"id": "x", "text": " \n\t "}, "empty"),
    ({"id": "x"}, "empty"),
    ({"id": "x", "text": None}, "empty"),
    ({"id": "x", "text": "a" * 20_001}, "too-long"),
    ({"id": "x", "text": 5}, "bad-document"),
    ({"id": "x", "text": ["a"]}, "bad-document"),
    ({"id": "x", "text": "fine", "language": "klingon"}, "bad-language"),
    ({"id": "x", "text": "fine", "language": 7}, "bad-language"),
    ({"id": "x", "text": "fine", "language": ["ar"]}, "bad-language"),
    ({"id": "x", "text": "fine", "question": {}}, "bad-document"),
    ({"id": "x", "text": "fine", "score": "ten"}, "bad-document"),
    ({"id": "x", "text": "fine", "score": True}, "bad-document"),
    ({"text": "fine"}, "bad-id"),
    ({"id": 5, "text": "fine"}, "bad-id"),
    ({"id": "", "text": "fine"}, "bad-id"),
    ({"id": "y" * 201, "text": "fine"}, "bad-id"),
    ({"id": "good-1", "text": "fine"}, "duplicate-id"),
    ("text", "bad-document"),
    (None, "bad-document"),
    ([], "bad-document"),
]


@pytest.mark.parametrize("bad, kind", BAD, ids=[f"{kind}-{i}" for i, (_, kind) in enumerate(BAD)])
def test_one_bad_document_never_fails_the_rest(service, bad, kind):
    body = post(service, [{"id": "good-1", "text": "good"}, bad, {"id": "good-2", "text": "جيد"}]).json()
    assert [one["id"] for one in body["documents"]] == ["good-1", "good-2"]
    (error,) = body["errors"]
    assert error["type"] == f"urn:voc:problem:document:{kind}"
    assert error["index"] == 1
    assert error["title"] and error["detail"]


def test_half_a_surrogate_pair_is_an_error_of_its_document(service):
    raw = b'{"documents": [{"id": "1", "text": "\\ud83d"}, {"id": "2", "text": "ok"}]}'
    answered = service.call("POST", "/v1/classify", content=raw, headers={"content-type": "application/json"})
    assert [one["id"] for one in answered.json()["documents"]] == ["2"]
    assert answered.json()["errors"][0]["id"] == "1"


def test_a_text_that_breaks_the_model_fails_alone(service):
    body = post(
        service, [{"id": str(i), "text": f"BREAK THE MODEL {i}" if i == 3 else f"t{i}"} for i in range(8)]
    )
    assert [one["id"] for one in body.json()["documents"]] == ["0", "1", "2", "4", "5", "6", "7"]
    assert body.json()["errors"][0]["type"].endswith(":failed")


def test_numbers_arrive_bit_for_bit(service):
    got = json.loads(post(service, [{"id": "1", "text": "exactly"}]).content)["documents"][0]
    assert {**answer(Document("exactly")), "id": "1"} == got


@pytest.mark.parametrize(
    "body, status, kind",
    [
        (b"", 422, "invalid"),
        (b"{", 400, "bad-request"),
        (b"[]", 422, "invalid"),
        (b"{}", 422, "invalid"),
        (b'{"documents": []}', 422, "invalid"),
        (b'{"documents": {}}', 422, "invalid"),
        (b'{"documents": [{"id": "1", "text": "x"}], "more": 1}', 422, "invalid"),
        (
            json.dumps({"documents": [{"id": str(i), "text": "x"} for i in range(101)]}).encode(),
            422,
            "invalid",
        ),
        (b'{"documents": [{"id": "1", "text": "' + b"x" * 4_000_000 + b'"}]}', 413, "too-large"),
        (b"\xff\xfe{}", 400, "bad-request"),
        (b"[" * 100_000, 400, "bad-request"),
    ],
    ids=range(11),
)
def test_malformed_bodies_are_problems(service, body, status, kind):
    headers = {"content-type": "application/json"} if body else {}
    answered = service.call("POST", "/v1/classify", content=body, headers=headers)
    assert answered.status_code == status
    problem(answered, kind)


def problem(answered, kind):
    assert answered.headers["content-type"] == "application/problem+json"
    body = answered.json()
    assert body["type"] == f"urn:voc:problem:{kind}"
    assert body["status"] == answered.status_code
    assert body["title"] and body["detail"]
    assert re.fullmatch(r"urn:voc:request:[\w.-]+", body["instance"])


@pytest.mark.parametrize(
    "method, path, headers, status, kind",
    [
        ("GET", "/nothing", {}, 404, "not-found"),
        ("GET", "/v1/nothing", {}, 404, "not-found"),
        ("GET", "/v1/classify", {}, 405, "method-not-allowed"),
        ("PUT", "/healthz", {}, 405, "method-not-allowed"),
        ("POST", "/v1/classify", {"content-type": "text/plain"}, 415, "unsupported-media-type"),
        ("POST", "/v1/classify", {"content-type": "application/json", "content-encoding": "gzip"}, 415,
         "unsupported-media-type"),
        ("GET", "/docs", {"host": "evil.example"}, 421, "misdirected"),
        ("POST", "/v1/classify", {**JSON, "content-length": "99999999"}, 413, "too-large"),
        ("POST", "/v1/classify", {**JSON, "content-length": "many"}, 413, "too-large"),
    ],
)  # fmt: skip
def test_errors_of_the_framework_are_problems_too(service, method, path, headers, status, kind):
    content = b"{}" if method == "POST" else None
    answered = service.call(method, path, headers=headers, content=content)
    assert answered.status_code == status
    problem(answered, kind)
    if status == 405:
        assert answered.headers["allow"]


def test_every_answer_carries_an_id_and_security_headers(service):
    answered = service.client.get("/healthz", headers={"x-request-id": "mine-1"})
    assert answered.headers["x-request-id"] == "mine-1"
    for name in ("x-content-type-options", "x-frame-options", "content-security-policy", "referrer-policy"):
        assert answered.headers[name]
    hostile = service.client.get("/healthz", headers={"x-request-id": "a b\tc"})
    assert re.fullmatch(r"[0-9a-f]{24}", hostile.headers["x-request-id"])


def test_health_readiness_and_metrics(service):
    assert service.client.get("/healthz").json() == {"status": "ok"}
    assert service.client.get("/readyz").json() == {"status": "ready", "model": "fake 1"}
    post(service, [{"id": "1", "text": "counted"}])
    metrics = service.client.get("/metrics").text
    assert 'voc_requests_total{method="POST",route="/v1/classify",status="200"}' in metrics
    assert "voc_documents_total" in metrics


def test_probes_are_answered_by_address(service):
    for path in ("/healthz", "/readyz", "/metrics"):
        assert service.client.get(path, headers={"host": "10.1.2.3:8000"}).status_code == 200


def test_the_docs_page_shows_every_call_without_scripts(service):
    page = service.client.get("/docs")
    assert page.status_code == 200
    for path in service.client.get("/openapi.json").json()["paths"]:
        assert path in page.text
    assert "<script" not in page.text and "http://" not in page.text and "//cdn" not in page.text
    assert "الموظف محترم" in page.text


def test_logs_hold_no_text(service, capfd):
    from service import logs

    logs.configure("DEBUG")
    try:
        post(
            service,
            [{"id": "1", "text": "my secret sentence"}, {"id": "2", "text": "BREAK THE MODEL quietly"}],
        )
        err = capfd.readouterr().err
    finally:
        logs.configure("ERROR")
    assert '"event": "call"' in err and '"event": "model.failed"' in err
    assert "secret" not in err and "quietly" not in err
    for line in err.splitlines():
        json.loads(line)
