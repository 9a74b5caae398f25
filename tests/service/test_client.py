"""`voc.client` against the running service."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from apps import OPTIONS, rows
from fakes import FakeModels, answer
from live import serving

from service.analysis import Document
from voc.client import Answer, Client, Failure, ServiceError
from voc.errors import InputError


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with (
        serving(tmp_path_factory.mktemp("data"), FakeModels()) as (url, token, _),
        Client(url, token) as client,
    ):
        yield client


def test_classify_keeps_order_and_tells_failures(client):
    texts = [f"text {i}" for i in range(230)]
    texts[5], texts[150] = "", "x" * 20_001
    found = list(client.classify(iter(texts)))
    assert len(found) == 230
    assert (found[5].kind, found[150].kind) == ("empty", "too-long")
    for i, one in enumerate(found):
        if isinstance(one, Failure):
            continue
        assert isinstance(one, Answer)
        assert one.p_negative == answer(Document(texts[i]))["p_negative"]


def test_a_question_is_sent(client):
    (found,) = client.classify(["السعر"], question="وش اللي ما عجبك؟")
    assert found.p_negative == answer(Document("السعر", "وش اللي ما عجبك؟"))["p_negative"]


def test_batches_from_rows_and_files(client, tmp_path):
    batch = client.wait(client.analyze_rows(rows(20), **OPTIONS).id, every_s=0.05)
    assert (batch.state, batch.rows_total, batch.rows_done) == ("done", 20, 20)
    assert client.result(batch.id)["counts"]["read"] == 20
    saved = client.download(batch.id, "report.html", tmp_path)
    assert saved.read_text().startswith("<html")
    client.delete(batch.id)
    with pytest.raises(ServiceError) as caught:
        client.batch(batch.id)
    assert (caught.value.status, caught.value.kind) == (404, "not-found")
    file = tmp_path / "survey.csv"
    file.write_text("comment,nps\nجيد,9\n", encoding="utf-8")
    assert client.wait(client.analyze_file(file, score="nps", topics=False).id, every_s=0.05).rows_total == 1
    with pytest.raises(InputError):
        client.analyze_file(tmp_path / "nothing.csv")


def test_a_failed_batch_raises_with_the_reason(client):
    batch = client.analyze_rows(rows(3), score="no such column")
    with pytest.raises(ServiceError, match="no such column"):
        client.wait(batch.id, every_s=0.05)


def test_streams_and_erasure(client):
    comments = [{"id": f"{i}", "text": "hello", "respondent_id": "noura"} for i in range(3)]
    assert client.append("posts", comments) == 3
    assert client.append("posts", comments) == 0
    with pytest.raises(ServiceError) as caught:
        client.latest("posts")
    assert caught.value.kind == "conflict"
    assert client.erase("noura") == 3


def test_a_wrong_key_and_an_absent_service_say_so(client):
    with Client(str(client._http.base_url), "voc_no_key") as other, pytest.raises(ServiceError) as caught:
        list(other.classify(["x"]))
    assert caught.value.kind == "unauthorized"
    with Client("http://127.0.0.1:9", "k", attempts=1) as nobody, pytest.raises(ServiceError) as caught:
        list(nobody.classify(["x"]))
    assert caught.value.status == 0


def test_a_busy_service_is_asked_again():
    seen = []

    class Busy(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            body = b'{"id": "b", "state": "done", "problem": null, "progress": '
            body += b'{"rows_total": 1, "rows_done": 1}}'
            self.send_response(503 if len(seen) < 3 else 200)
            self.send_header("retry-after", "0")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Busy)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with Client(f"http://127.0.0.1:{server.server_port}", "k") as client:
            assert client.batch("b").ended
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert len(seen) == 3
