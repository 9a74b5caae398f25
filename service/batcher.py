"""The lane to the model: one thread, fed with micro-batches of whatever is waiting.

A document that comes while the model is idle starts at once; those that come while it is busy go
together in the next micro-batch: one half from the calls that came first, the other from those with the
least left. So a call of one is not stuck behind a call of a hundred, none waits for ever, and a call that was
begun is finished before the next: many under way at once would all be given up half done. Work of batches
fills the gaps. A call that would wait longer than the latency budget is refused at the door with the time to
come again.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from service.analysis import Document
from service.errors import busy
from service.logs import event

Answer = dict[str, Any]
Classify = Callable[[Sequence[Document]], list[Answer]]

_TEXT_COST: Final = 40  # a text costs the model about as much as 40 characters, besides its own
_BACKGROUND_TURN: Final = 4  # of this many micro-batches, one is for batches when they wait


class Broken(Exception):
    """The model failed on this one document; stands in the place of its answer."""


@dataclass(eq=False)
class _Ticket:
    """A call's documents and how far they are. `done` is told once all are answered."""

    documents: Sequence[Document]
    done: Callable[[list[Answer | Broken] | BaseException], None]
    entered: float
    taken: int = 0
    answered: int = 0
    dropped: bool = False
    answers: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.answers = [None] * len(self.documents)


class Batcher:
    """The lane. Start it with `start`, end it with `close`, which finishes what is waiting.

    Args:
        classify: the model; called from one thread only.
        microbatch: most texts at once.
        latency_budget_s: longest expected wait of a call before it is refused.
        max_queued: most documents waiting.
        observe: told of every micro-batch (documents, seconds) and of the queue's length.
    """

    def __init__(
        self,
        classify: Classify,
        *,
        microbatch: int = 32,
        latency_budget_s: float = 1.0,
        max_queued: int = 2_000,
        observe: Callable[[int, float, int], None] | None = None,
    ) -> None:
        self._classify = classify
        self._microbatch = microbatch
        self._budget = latency_budget_s
        self._max_queued = max_queued
        self._observe = observe or (lambda documents, seconds, queued: None)
        self._now: deque[_Ticket] = deque()
        self._later: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._turn = 0
        self._queued = 0
        self._queued_cost = 0
        self._seconds_per_cost = 2e-5
        self._wake = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="voc-model", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def close(self) -> None:
        """Finish what is waiting, then stop."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def expected_wait_s(self) -> float:
        """How long a call that came now would wait before its first document starts."""
        return self._queued_cost * self._seconds_per_cost

    async def classify(self, documents: Sequence[Document]) -> list[Answer | Broken]:
        """The answers to one call's documents, in order.

        Raises:
            Problem: `overloaded`, at once when the wait would be too long, or when it became so.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Answer | Broken]] = loop.create_future()

        def tell(result: list[Answer | Broken] | BaseException) -> None:
            with suppress(RuntimeError):  # the loop has ended, and its callers with it
                loop.call_soon_threadsafe(_settle, future, result)

        ticket = _Ticket(documents, tell, time.monotonic())
        self._enter(ticket)
        own_s = sum(map(_cost, documents)) * self._seconds_per_cost
        try:
            async with asyncio.timeout(max(1.85 * self._budget, 2.2 * own_s)):
                return await future
        except TimeoutError:
            detail = "The call would have taken too long; the machine is busy."
            raise busy("overloaded", detail, self.expected_wait_s) from None
        finally:
            ticket.dropped = True  # no more work for a caller who left

    def in_background(self, job: Callable[[], Any]) -> Any:
        """What `job` returns, run in the lane when calls leave room; keep jobs to one micro-batch."""
        future: Future[Any] = Future()
        with self._wake:
            if self._closing:
                raise busy("overloaded", "The service is shutting down.", 2.0)
            self._later.append((job, future))
            self._wake.notify()
        return future.result()

    def _enter(self, ticket: _Ticket) -> None:
        if not ticket.documents:
            ticket.done([])
            return
        with self._wake:
            if self._closing:
                raise busy("overloaded", "The service is shutting down.", 2.0)
            cost = sum(map(_cost, ticket.documents))
            wait, own_s = self.expected_wait_s, cost * self._seconds_per_cost
            full = self._queued + len(ticket.documents) > self._max_queued
            late = wait + own_s > max(1.6 * self._budget, 2.0 * own_s)  # it would be given up half done
            if wait > self._budget or (self._queued and (full or late)):
                detail = f"{self._queued} documents are waiting, about {wait:.1f} s of work."
                raise busy("overloaded", detail, wait)
            self._now.append(ticket)
            self._queued += len(ticket.documents)
            self._queued_cost += cost
            self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._now or self._later):
                    if self._closing:
                        return
                    self._wake.wait()
                self._turn += 1
                later = self._later and (not self._now or self._turn % _BACKGROUND_TURN == 0)
                job = self._later.popleft() if later else None
                work = [] if later else self._take()
            if job is not None:
                _settle_job(*job)
            elif work:
                self._answer(work)

    def _take(self) -> list[tuple[_Ticket, int]]:
        """The next micro-batch: (ticket, position of the document in it)."""
        self._shed()
        work: list[tuple[_Ticket, int]] = []
        self._share_out(self._now, (self._microbatch + 1) // 2, work)
        self._share_out(sorted(self._now, key=_left), self._microbatch - len(work), work)
        self._now = deque(ticket for ticket in self._now if _left(ticket))
        return work

    def _share_out(self, tickets: Iterable[_Ticket], room: int, work: list[tuple[_Ticket, int]]) -> None:
        """Put up to `room` documents into the work, from one ticket after the other."""
        for ticket in tickets:
            if room <= 0:
                return
            places = range(ticket.taken, min(ticket.taken + room, len(ticket.documents)))
            self._take_out(ticket, places)
            work.extend((ticket, place) for place in places)
            room -= len(places)

    def _take_out(self, ticket: _Ticket, places: range) -> None:
        ticket.taken = places.stop
        self._queued -= len(places)
        self._queued_cost -= sum(_cost(ticket.documents[place]) for place in places)

    def _shed(self) -> None:
        """Forget callers who left, and refuse calls not begun within the budget and half: late answers help
        nobody.
        """
        latest = time.monotonic() - 1.5 * self._budget
        for ticket in self._now:
            late = ticket.taken == 0 and ticket.entered < latest
            if late or ticket.dropped:
                self._take_out(ticket, range(ticket.taken, len(ticket.documents)))
            if late:
                ticket.done(
                    busy("overloaded", "The call waited too long for its turn.", self.expected_wait_s)
                )
        self._now = deque(ticket for ticket in self._now if _left(ticket))

    def _answer(self, work: list[tuple[_Ticket, int]]) -> None:
        documents = [ticket.documents[place] for ticket, place in work]
        started = time.perf_counter()
        answers = self.attempt(documents)
        seconds = time.perf_counter() - started
        pace = seconds / sum(map(_cost, documents))
        self._seconds_per_cost += 0.2 * (pace - self._seconds_per_cost)
        self._observe(len(documents), seconds, self._queued)
        for (ticket, place), answer in zip(work, answers, strict=True):
            ticket.answers[place] = answer
            ticket.answered += 1
            if ticket.answered == len(ticket.documents):
                ticket.done(ticket.answers)

    def attempt(self, documents: list[Document]) -> list[Answer | Broken]:
        """The answers; when the model fails on the lot, each alone, so one cannot spoil the rest."""
        try:
            return list(self._classify(documents))
        except Exception as error:
            event("model.failed", error=True, documents=len(documents), kind=type(error).__name__)
            if len(documents) == 1:
                return [Broken(type(error).__name__)]
        return [answer for document in documents for answer in self.attempt([document])]


def _settle(future: asyncio.Future[Any], result: Any) -> None:
    if future.done():
        return
    if isinstance(result, BaseException):
        future.set_exception(result)
    else:
        future.set_result(result)


def _settle_job(job: Callable[[], Any], future: Future[Any]) -> None:
    try:
        future.set_result(job())
    except BaseException as error:
        future.set_exception(error)


def _left(ticket: _Ticket) -> int:
    return len(ticket.documents) - ticket.taken


def _cost(document: Document) -> int:
    return _TEXT_COST + len(document.text)
