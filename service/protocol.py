"""HTTP/1.1 as uvicorn speaks it, with two things added below the app, where no middleware reaches.

A connection whose request line and headers do not come, or that does not take its answer, is closed: a
thousand idle sockets (slowloris) cost nobody else a place. What is not HTTP is refused with a problem
document like everything else.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.errors import MEDIA_TYPE, Problem

HEAD_TIMEOUT_S = 20.0
SEND_TIMEOUT_S = 60.0  # without taking anything of an answer that waits


class PromptProtocol(H11Protocol):
    """A connection that gives a request's head so many seconds to arrive, and an answer to be taken."""

    _late: asyncio.TimerHandle | None = None
    _deaf: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The clock of the first request begins."""
        super().connection_made(transport)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        """It stops once a head is complete, and begins again with the first byte of the next."""
        super().data_received(data)
        self._watch_head()

    def on_response_complete(self) -> None:
        """The head of a next request may have begun to come already: then its clock runs from here."""
        super().on_response_complete()
        if self.conn.trailing_data[0]:
            self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing to wait for."""
        self._stop_watching()
        self._listens()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The caller takes nothing at the moment."""
        super().pause_writing()
        if self._deaf is None:
            self._deaf = self.loop.call_later(SEND_TIMEOUT_S, self.transport.abort)

    def resume_writing(self) -> None:
        """The caller goes on."""
        self._listens()
        super().resume_writing()

    def _listens(self) -> None:
        if self._deaf is not None:
            self._deaf.cancel()
            self._deaf = None

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP; what was wrong with it is in h11's words, which quote nothing."""
        refusal = Problem("bad-request", f"This is not HTTP/1.1: {msg.rstrip('.')}.")
        body = refusal.response().body
        headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode()),
                   (b"connection", b"close")]  # fmt: skip
        parts: list[Any] = [
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=bytes(body)),
            h11.EndOfMessage(),
        ]
        for part in parts:
            self.transport.write(self.conn.send(part) or b"")
        self.transport.close()

    def _watch_head(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop_watching()
        elif self._late is None:
            self._late = self.loop.call_later(HEAD_TIMEOUT_S, self._close_late)

    def _stop_watching(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _close_late(self) -> None:
        self._late = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()
