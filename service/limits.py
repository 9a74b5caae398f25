"""What a key may use: calls a minute (token bucket) and documents a day (counted in the database)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.database import Database, Unreachable
from service.errors import busy
from service.keys import Caller
from service.tables import Usage


@dataclass
class _Use:
    tokens: float
    refilled: float
    day: date
    stored: int | None = None  # documents of today in the database; None: not read yet
    calls: int = 0  # not yet written
    documents: int = 0  # not yet written


@dataclass
class Limits:
    """The buckets of one process. With several processes each gives out its share.

    Attributes:
        rate_per_minute: calls a minute for keys that name no rate of their own.
        documents_per_day: likewise for documents, per UTC day.
        share: how many processes share the limits.
    """

    database: Database
    rate_per_minute: int
    documents_per_day: int
    share: int = 1
    clock: Callable[[], float] = time.monotonic
    _uses: dict[str, _Use] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _flushing: threading.Lock = field(default_factory=threading.Lock)

    def call(self, caller: Caller) -> None:
        """Count one call.

        Raises:
            Problem: `too-many-requests`, with when to come again.
        """
        rate = (caller.rate_per_minute or self.rate_per_minute) / self.share / 60.0
        burst = max(1.0, rate * 10.0)  # ten seconds' worth at once
        with self._lock:
            use = self._use(caller.key_id, burst)
            moment = self.clock()
            use.tokens = min(burst, use.tokens + (moment - use.refilled) * rate)
            use.refilled = moment
            if use.tokens < 1.0:
                wait = (1.0 - use.tokens) / rate
                raise busy("too-many-requests", f"This key may make {rate * 60:.0f} calls a minute.", wait)
            use.tokens -= 1.0
            use.calls += 1

    def needs_reading(self, caller: Caller) -> bool:
        """Whether today's use of this key is still to be read from the database."""
        with self._lock:
            return self._use(caller.key_id, 1.0).stored is None

    def read(self, caller: Caller) -> None:
        """Read today's use of a key; blocks, so call it in a thread."""
        with self.database.session(read_only=True) as session:
            row = session.get(Usage, (caller.key_id, _today()))
        with self._lock:
            self._use(caller.key_id, 1.0).stored = row.documents if row else 0

    def documents(self, caller: Caller, count: int) -> None:
        """Count `count` documents against today's quota.

        Raises:
            Problem: `quota-exceeded`; the quota starts again at midnight UTC.
        """
        quota = (caller.documents_per_day or self.documents_per_day) // self.share
        with self._lock:
            use = self._use(caller.key_id, 1.0)
            used = (use.stored or 0) + use.documents
            if used + count > quota:
                detail = f"This key may send {quota} documents a day (UTC); {used} were sent, {count} came."
                raise busy("quota-exceeded", detail, _until_midnight())
            use.documents += count

    def flush(self) -> None:
        """Write the counts to the database; on failure they are kept for the next time."""
        with self._flushing:
            with self._lock:
                pending = [
                    (key, use.day, use.calls, use.documents) for key, use in self._uses.items() if use.calls
                ]
            if not pending:
                return
            try:
                with self.database.session() as session:
                    for key, day, calls, documents in pending:
                        _add(session, key, day, calls, documents)
            except Unreachable:
                return
            with self._lock:
                for key, day, calls, documents in pending:
                    use = self._uses[key]
                    use.calls -= calls
                    use.documents -= documents
                    if use.day == day:
                        use.stored = (use.stored or 0) + documents

    def _use(self, key_id: str, burst: float) -> _Use:
        use = self._uses.get(key_id)
        if use is None:
            use = self._uses[key_id] = _Use(tokens=burst, refilled=self.clock(), day=_today())
        elif use.day != _today() and not use.calls:
            use.day, use.stored, use.documents = _today(), 0, 0
        return use


def _add(session: Session, key_id: str, day: date, calls: int, documents: int) -> None:
    change = {"calls": Usage.calls + calls, "documents": Usage.documents + documents}
    done = session.execute(sa.update(Usage).where(Usage.key_id == key_id, Usage.day == day).values(change))
    if done.rowcount == 0:  # type: ignore[attr-defined]
        session.add(Usage(key_id=key_id, day=day, calls=calls, documents=documents))


def _today() -> date:
    return datetime.now(UTC).date()


def _until_midnight() -> float:
    seconds = datetime.now(UTC)
    return 86_400.0 - (seconds.hour * 3600 + seconds.minute * 60 + seconds.second)
