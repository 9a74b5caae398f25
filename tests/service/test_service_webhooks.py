"""Webhooks: signed, retried, and never sent inward."""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import sqlalchemy as sa
from apps import OPTIONS, rows
from standardwebhooks import Webhook as Verifier

from service import guard, webhooks
from service.errors import Problem
from service.tables import Delivery

INWARD = [
    "http://127.0.0.1/", "https://127.0.0.1/", "https://127.1/", "https://127.255.255.254/", "https://0.0.0.0/",
    "https://0/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://[::1]/",
    "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:10.0.0.1]/", "https://[::ffff:a9fe:a9fe]/",
    "https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/", "https://[2002:a9fe:a9fe::]/", "https://[2001:0:7f00:1::]/",
    "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fc00::1]/", "https://[fd00:ec2::254]/",
    "https://[ff02::1]/", "https://[fec0::1]/", "https://[100::1]/", "https://[2001:db8::1]/",
    "https://10.0.0.1/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/", "https://169.254.170.2/", "https://100.100.100.200/",
    "https://100.64.0.1/", "https://168.63.129.16/", "https://192.0.0.192/", "https://198.18.0.1/",
    "https://192.0.2.1/", "https://198.51.100.1/", "https://203.0.113.1/", "https://192.88.99.1/",
    "https://224.0.0.1/", "https://240.0.0.1/", "https://255.255.255.255/", "https://localhost/",
    "https://LOCALHOST/", "https://localhost./", "https://a.localhost/", "https://metadata.google.internal/",
    "https://metadata/", "https://printer.local/", "http://example.com/", "ftp://example.com/",
    "file:///etc/passwd", "gopher://example.com/", "https://user:pw@example.com/", "https://user@example.com/",
    "https:///path", "https://", "//example.com/", "example.com", "https://example.com:0/",
    "https://example.com:99999/", "https://exa mple.com/", "https://example.com/\r\nHost: x",
    "https://\u0661\u0662\u0667.0.0.1/", "https://\uff11\uff12\uff17.0.0.1/", "javascript:alert(1)",
    "https://[::1", "https://example.com\\@127.0.0.1/\n",
]  # fmt: skip
OUTWARD = [
    "https://example.com/hook", "https://hooks.example.com:8443/a?b=c", "https://8.8.8.8/", "https://[2606:4700::1111]/",
    "https://xn--mgbh0fb.example/", "https://sub.domain.example.co.uk/x#y",
]  # fmt: skip


@pytest.mark.parametrize("url", INWARD)
def test_targets_that_are_refused(url):
    with pytest.raises(Problem) as caught:
        guard.check_url(url)
    assert caught.value.kind == "target-refused"
    assert caught.value.detail.startswith("url: ")


@pytest.mark.parametrize("url", OUTWARD)
def test_targets_that_are_taken(url):
    guard.check_url(url)


@pytest.mark.parametrize(
    "addresses, inward",
    [
        (["8.8.8.8"], False),
        (["127.0.0.1"], True),
        (["8.8.8.8", "10.0.0.1"], True),  # one of several is enough
        (["::ffff:169.254.169.254"], True),
        (["fe80::1%eth0"], True),
        (["2606:4700:4700::1111"], False),
    ],
)
def test_what_a_name_resolves_to_is_judged_when_connecting(monkeypatch, addresses, inward):
    dialed = []
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    backend = guard.GuardedBackend()
    monkeypatch.setattr(backend._inner, "connect_tcp", lambda host, *_, **__: dialed.append(host))
    if inward:
        with pytest.raises(guard.Refused):
            backend.connect_tcp("innocent.example", 443)
        assert dialed == []
    else:
        backend.connect_tcp("innocent.example", 443)
        assert dialed == addresses[:1]  # the judged address itself, not the name


def test_a_name_that_changes_after_the_check_gains_nothing(monkeypatch):
    answers = iter(["8.8.8.8", "127.0.0.1", "127.0.0.1"])
    asked, dialed = [], []

    def resolve(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    backend = guard.GuardedBackend()
    monkeypatch.setattr(backend._inner, "connect_tcp", lambda host, *_, **__: dialed.append(host))
    backend.connect_tcp("rebinding.example", 443)
    assert (asked, dialed) == (["rebinding.example"], ["8.8.8.8"])
    with pytest.raises(guard.Refused):
        backend.connect_tcp("rebinding.example", 443)


class Receiver:
    """A local endpoint that answers as told and keeps what came."""

    def __init__(self, statuses):
        self.statuses, self.seen = list(statuses), []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.seen.append((self.path, dict(self.headers), body))
                status = receiver.statuses.pop(0) if receiver.statuses else 204
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, count, seconds=15):
        deadline = time.monotonic() + seconds
        while len(self.seen) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.seen

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver():
    made = []

    def start(*statuses):
        made.append(Receiver(statuses))
        return made[-1]

    yield start
    for one in made:
        one.close()


def subscribe(service, url, events=("batch.done", "batch.failed")):
    made = service.call("POST", "/v1/webhooks", json={"url": url, "events": list(events)})
    assert made.status_code == 201, made.text
    return made.json()


def run_batch(service):
    sent = {"options": OPTIONS, "rows": rows(3)}
    return service.wait(service.call("POST", "/v1/batches", json=sent).headers["location"])


def test_a_finished_batch_is_told_once_and_signed(launch, receiver):
    target = receiver()
    with launch(webhook_allow_networks=("127.0.0.0/8",)) as service:
        webhook = subscribe(service, target.url)
        batch = run_batch(service)
        (_, headers, body), *_ = target.wait(1)
        told = Verifier(webhook["secret"]).verify(body, headers)
        assert told["type"] == "batch.done"
        assert told["data"]["batch"]["id"] == batch["id"]
        assert headers["webhook-id"].startswith("dlv_")
        assert b"the queue at branch" not in body
        time.sleep(1.5)
        assert len(target.seen) == 1


def test_failures_are_tried_again_under_the_same_id(launch, receiver, monkeypatch):
    monkeypatch.setattr(webhooks, "WAITS_S", (0.0, 0.1, 0.1))
    target = receiver(500, 302, 200)
    with launch(webhook_allow_networks=("127.0.0.0/8",)) as service:
        subscribe(service, target.url)
        run_batch(service)
        seen = target.wait(3)
        assert len({headers["webhook-id"] for _, headers, _ in seen}) == 1
        assert len({body for _, _, body in seen}) == 1
        assert {path for path, _, _ in seen} == {"/hook"}  # the redirect was not followed
        deadline = time.monotonic() + 5
        state = None
        while state != "delivered" and time.monotonic() < deadline:
            with service.database.session(read_only=True) as session:
                state, attempts = session.execute(sa.select(Delivery.state, Delivery.attempts)).one()
        assert (state, attempts) == ("delivered", 3)


def test_it_gives_up_after_so_many_attempts(launch, receiver, monkeypatch):
    monkeypatch.setattr(webhooks, "WAITS_S", (0.0,))
    target = receiver(*[503] * 9)
    with launch(webhook_allow_networks=("127.0.0.0/8",), webhook_attempts=3) as service:
        subscribe(service, target.url)
        run_batch(service)
        assert len(target.wait(3)) == 3
        time.sleep(1.5)
        assert len(target.seen) == 3


def test_a_private_target_is_refused_when_made_and_when_sent(launch, receiver):
    target = receiver()
    with launch() as service:
        made = service.call("POST", "/v1/webhooks", json={"url": target.url, "events": ["batch.done"]})
        assert made.status_code == 403
        webhook = subscribe(service, "https://example.com/")
        with service.database.session() as session:  # as if the name had turned inward since
            session.execute(sa.text("UPDATE webhooks SET url = :url"), {"url": target.url})
        run_batch(service)
        deadline = time.monotonic() + 10
        answer = None
        while answer is None and time.monotonic() < deadline:
            with service.database.session(read_only=True) as session:
                answer = session.scalars(sa.select(Delivery.answer)).one()
        assert "refused" in answer and target.seen == []
        assert webhook["secret"].startswith("whsec_")


def test_secrets_are_shown_once(service):
    made = subscribe(service, "https://example.com/hook")
    for path in ("/v1/webhooks", f"/v1/webhooks/{made['id']}"):
        assert made["secret"] not in service.call("GET", path).text
    assert service.call("DELETE", f"/v1/webhooks/{made['id']}").status_code == 204
    assert service.call("GET", f"/v1/webhooks/{made['id']}").status_code == 404
    bodies = [
        {"url": "https://example.com/", "events": []},
        {"url": "https://example.com/", "events": ["x"]},
        {},
    ]
    for body in bodies:
        assert service.call("POST", "/v1/webhooks", content=json.dumps(body).encode(),
                            headers={"content-type": "application/json"}).status_code == 422  # fmt: skip
