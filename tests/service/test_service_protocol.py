"""Callers who hold a connection and say nothing, say nonsense, or never listen."""

import contextlib
import socket
import time

import httpx
import pytest
from fakes import FakeModels
from live import serving

from service import protocol


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setattr(protocol, "HEAD_TIMEOUT_S", 0.6)
    with serving(tmp_path / "data", FakeModels()) as (url, token, settings):
        yield url, token, settings.port


def until_closed(connection, seconds=15):
    """What came before the server hung up."""
    connection.settimeout(seconds)
    came = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65_536):
            came += piece
    return came


HELD = {
    "nothing at all": b"",
    "half a request line": b"GET /hea",
    "headers without an end": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n",
    "half of a second request": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HT",
}


@pytest.mark.parametrize("name", HELD)
def test_heads_that_do_not_come_are_not_waited_for(server, name):
    url, token, port = server
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(40)]
        for one in held:
            one.sendall(HELD[name])
        sent = {"documents": [{"id": "1", "text": "quick"}]}
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.post(f"{url}/v1/classify", json=sent, headers=headers).status_code == 200
        for one in held:
            assert until_closed(one).count(b"HTTP/1.1 ") == HELD[name].count(b"\r\n\r\n")


def test_a_head_that_comes_in_pieces_is_read(server):
    with socket.create_connection(("127.0.0.1", server[2])) as slow:
        for piece in (b"GET /healthz HTTP/1.1\r\n", b"Host: localhost\r\n", b"\r\n"):
            slow.sendall(piece)
            time.sleep(0.1)
        assert slow.recv(4096).startswith(b"HTTP/1.1 200")
        time.sleep(0.8)  # an idle connection is closed as uvicorn does, not by the clock of heads
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert slow.recv(4096).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("raw", [b"\x16\x03\x01\x02\x00\x01\x00", b"nonsense\r\n\r\n"])
def test_what_is_not_http_is_a_problem_too(server, raw):
    with socket.create_connection(("127.0.0.1", server[2])) as odd:
        odd.sendall(raw + b"\r\n\r\n")
        head, _, body = until_closed(odd).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400") and b"application/problem+json" in head
    assert b"urn:voc:problem:bad-request" in body


def test_a_caller_who_does_not_listen_is_let_go(server, monkeypatch):
    monkeypatch.setattr(protocol, "SEND_TIMEOUT_S", 0.5)
    url, _, port = server
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", port))
        deaf.setblocking(False)
        ask = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
        hung_up, deadline = False, time.monotonic() + 30
        while not hung_up and time.monotonic() < deadline:
            try:
                deaf.send(ask)
            except BlockingIOError:
                time.sleep(0.05)
            except OSError:
                hung_up = True
        assert hung_up
    assert "voc_requests_in_flight 1.0" in httpx.get(f"{url}/metrics").text  # this very call
