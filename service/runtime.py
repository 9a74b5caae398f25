"""What one running app holds: opened once at start, handed to routes and to durable work."""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass, field

from service import keys
from service.analysis import Models
from service.batcher import Batcher
from service.database import Database
from service.keys import Caller
from service.limits import Limits
from service.metrics import Metrics
from service.middleware import unauthorized
from service.settings import ServiceSettings
from service.tracing import Tracing

_REMEMBER_S = 5.0  # how long a checked key is believed; a revoked one works no longer than this
_MOST_REMEMBERED = 10_000


@dataclass
class Runtime:
    """The parts of the service; `models` and `batcher` are there once the lifespan has begun."""

    settings: ServiceSettings
    database: Database
    metrics: Metrics
    limits: Limits
    tracing: Tracing = field(default_factory=Tracing)
    _models: Models | None = None
    _batcher: Batcher | None = None
    _checked: dict[bytes, tuple[float, Caller]] = field(default_factory=dict)

    @property
    def models(self) -> Models:
        """The opened models."""
        if self._models is None:
            raise RuntimeError("the app's lifespan has not begun")
        return self._models

    @property
    def batcher(self) -> Batcher:
        """The lane to the model."""
        if self._batcher is None:
            raise RuntimeError("the app's lifespan has not begun")
        return self._batcher

    def open(self, models: Models) -> None:
        """Put the models in and start the lane."""
        self._models = models
        self._batcher = Batcher(
            models.classify,
            microbatch=self.settings.microbatch,
            latency_budget_s=self.settings.latency_budget_s,
            max_queued=self.settings.max_queued_documents,
            observe=self._observe,
        )
        self._batcher.start()

    async def identify(self, token: str) -> Caller:
        """Who holds `token`; counts the call against the key's rate.

        Raises:
            Problem: `unauthorized`, `too-many-requests`, or `unavailable` without a database.
        """
        slot = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        checked = self._checked.get(slot)
        if checked is None or checked[0] < time.monotonic():
            caller = await asyncio.to_thread(keys.authenticate, self.database, token)
            if caller is None:
                self._checked.pop(slot, None)
                raise unauthorized("The key is unknown, expired or revoked.")
            if len(self._checked) >= _MOST_REMEMBERED:
                self._checked.clear()
            self._checked[slot] = (time.monotonic() + _REMEMBER_S, caller)
        else:
            caller = checked[1]
        if caller.expires_at is not None and caller.expires_at.timestamp() <= time.time():
            raise unauthorized("The key is unknown, expired or revoked.")
        self.limits.call(caller)
        return caller

    def _observe(self, documents: int, seconds: float, queued: int) -> None:
        self.metrics.microbatch.observe(documents)
        self.metrics.model_seconds.observe(seconds)
        self.metrics.queued.set(queued)
