"""What happens to every call before and after its route: plain ASGI, nothing buffered.

`Envelope` gives it an id, headers, a clock, a line in the log and a place in the metrics, and turns
what nobody foresaw into a problem document. `Gate` asks who calls, before a byte of the body is read,
and watches the body's size and pace.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import Problem
from service.keys import Caller
from service.logs import event
from service.metrics import Metrics
from service.settings import ServiceSettings
from service.tracing import Tracing

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "strict-transport-security": "max-age=31536000",
    "cache-control": "no-store",
}
_UPLOADS: Final = {"/v1/batches", "/dashboard/upload"}
_QUIET: Final = {"/healthz", "/readyz", "/metrics"}


class _Answer:
    """`send`, putting the id and the security headers on every answer."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["x-request-id"] = self._request_id
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


class Envelope:
    """The outermost layer."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, tracing: Tracing) -> None:
        self.app = app
        self.metrics = metrics
        self.tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(12)
        scope["voc.request_id"] = request_id
        answer = _Answer(send, request_id)
        started = time.perf_counter()
        self.metrics.in_flight.inc()
        with self.tracing.call(scope) as span:
            try:
                await self.app(scope, receive, answer)
            except Problem as problem:
                if not answer.status:
                    await problem.response(request_id)(scope, receive, answer)
            except Exception:
                event("call.failed", level=40, error=True, request_id=request_id, path_kind=_route(scope))
                if answer.status:
                    raise
                fault = Problem("internal", "The fault was logged; quote the instance when you report it.")
                await fault.response(request_id)(scope, receive, answer)
            finally:
                self.metrics.in_flight.dec()
                self._note(scope, answer.status, time.perf_counter() - started)
                self.tracing.answered(span, scope["method"], _route(scope), answer.status)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route(scope)
        self.metrics.requests.labels(scope["method"][:10], route, str(status)).inc()
        self.metrics.seconds.labels(route).observe(seconds)
        if route in _QUIET and status < 500:
            return
        caller = scope.get("voc.caller")
        event(
            "call",
            request_id=scope["voc.request_id"],
            method=scope["method"][:10],
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
            key=caller.key_id if caller else None,
            tenant=caller.tenant_id if caller else None,
        )


class Gate:
    """Host, key, scope of body: what is refused without reading on."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: ServiceSettings,
        identify: Callable[[str], Awaitable[Caller]],
    ) -> None:
        self.app = app
        self.settings = settings
        self.identify = identify
        self.hosts = {host.lower() for host in settings.allowed_hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            if scope["path"] not in _QUIET:  # probes call by address
                self._check_host(headers)
            if scope["path"].startswith("/v1/"):
                scope["voc.caller"] = await self.identify(_token(headers))
            receive = self._watch(scope, headers, receive)
        except Problem as problem:
            await problem.response(scope.get("voc.request_id"))(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _check_host(self, headers: Headers) -> None:
        host = headers.get("host", "").lower()
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        if name not in self.hosts:
            raise Problem("misdirected", "This host name is not in VOC_ALLOWED_HOSTS.")

    def _watch(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        """`receive`, refusing bodies that are too large, too slow or of a kind nobody reads."""
        upload = scope["method"] == "POST" and scope["path"] in _UPLOADS
        limit = self.settings.max_upload_bytes if upload else self.settings.max_body_bytes
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > limit:
            raise Problem("too-large", f"The body may have {limit} bytes; content-length says {length[:20]}.")
        has_body = length != "0" or "transfer-encoding" in headers
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if has_body and not upload and scope["path"].startswith("/v1/") and kind != "application/json":
            raise Problem(
                "unsupported-media-type", f"Send application/json; {kind[:80] or 'nothing'!r} came."
            )
        if has_body and headers.get("content-encoding", "identity").lower() != "identity":
            raise Problem("unsupported-media-type", "Send the body without content-encoding.")
        silence_s = self.settings.body_timeout_s
        return _Watched(
            receive, limit, silence_s, self.settings.upload_timeout_s if upload else 3.0 * silence_s
        )


class _Watched:
    """A `receive` that counts bytes and seconds while the body comes in."""

    def __init__(self, receive: Receive, limit: int, silence_s: float, total_s: float) -> None:
        self.receive = receive
        self.limit = limit
        self.silence_s = silence_s
        self.ends = time.monotonic() + total_s
        self.seen = 0
        self.complete = False

    async def __call__(self) -> Message:
        if self.complete:  # now it waits for the caller to hang up, which may take for ever
            return await self.receive()
        wait = min(self.silence_s, self.ends - time.monotonic())
        try:
            message = await asyncio.wait_for(self.receive(), max(wait, 0.001))
        except TimeoutError:
            raise Problem(
                "timeout", "The body stopped coming; send it without pauses.", headers={"Connection": "close"}
            ) from None
        self.seen += len(message.get("body", b""))
        self.complete = message["type"] != "http.request" or not message.get("more_body", False)
        if self.seen > self.limit:
            raise Problem(
                "too-large", f"The body may have {self.limit} bytes.", headers={"Connection": "close"}
            )
        return message


def _token(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise unauthorized("Send the key as: Authorization: Bearer voc_...")
    return token.strip()


def unauthorized(detail: str) -> Problem:
    """The refusal of a call without a valid key."""
    return Problem("unauthorized", detail, headers={"WWW-Authenticate": 'Bearer realm="voc"'})


def _route(scope: Scope) -> str:
    route: Any = scope.get("route")
    path = getattr(route, "path", None)
    return path if isinstance(path, str) else "unknown"
