"""Work that outlives the process: DBOS workflows whose steps are checkpointed in the database.

A batch's workflows are named after its id, so they are started once however often they are asked
for. Their steps are those of `service.work`; after a crash the next process goes on with the first step
that was not recorded. Arguments are ids only: nothing a person wrote is in DBOS's tables.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetEnqueueOptions, SetWorkflowID

from service import erasure, ids, streams, webhooks
from service.database import Unreachable, now
from service.errors import Problem
from service.logs import event
from service.runtime import Runtime
from service.settings import ServiceSettings
from service.tables import Batch, Worker

VERSION: Final = "1"  # of the workflows below; raise it when their steps change
INTAKE: Final = "intake"
BATCHES: Final = "batches"
SHORT: Final = "short"  # webhooks and streams: must not wait behind batches
_BEAT_S: Final = 1.0
_runtime: Runtime | None = None
_RETRY: Final = {"retries_allowed": True, "interval_seconds": 1.0, "backoff_rate": 2.0, "max_attempts": 4}


def current() -> Runtime:
    """The runtime that durable work runs in."""
    if _runtime is None:
        raise RuntimeError("durable work was started outside a running app")
    return _runtime


class StepError(Exception):
    """A step failed. DBOS keeps it, so it says where and never what: messages may quote what people wrote.

    Attributes:
        again: whether the same step may succeed in a few seconds: we stumbled, and were not refused.
    """

    def __init__(self, error: BaseException) -> None:
        from voc.errors import VocError

        refused = isinstance(error, VocError | Problem) and getattr(error, "kind", "") != "overloaded"
        self.again = not refused
        super().__init__(type(error).__name__)


def _worth_retrying(error: BaseException) -> bool:
    return not isinstance(error, StepError) or error.again


class Stopping(BaseException):
    """The process is to end: leaves a workflow where it is, for the next process to take up.

    Not an `Exception`, so that DBOS does not take it for the workflow's outcome.
    """


class _Open:
    """How many workflows are open in this process, and whether they are to leave."""

    def __init__(self) -> None:
        self.count = 0
        self.stopping = threading.Event()
        self.changed = threading.Condition()

    def add(self, number: int) -> None:
        with self.changed:
            self.count += number
            self.changed.notify_all()

    def drain(self, seconds: float) -> None:
        self.stopping.set()
        with self.changed:
            self.changed.wait_for(lambda: self.count == 0, timeout=seconds)
        time.sleep(0.05)  # the last of them may be writing that it is done


_open = _Open()


def go_on() -> None:
    """Nothing, unless the process is to end.

    Raises:
        Stopping: it is.
    """
    if _open.stopping.is_set():
        raise Stopping


def workflow(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function a durable workflow."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def body(*arguments: Any) -> Any:
            _open.add(1)
            try:
                return function(*arguments)
            finally:
                _open.add(-1)

        registered: Callable[..., Any] = DBOS.workflow(name=name, max_recovery_attempts=1_000)(body)
        return registered

    return decorate


def step(name: str, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function a checkpointed step: tried a few times, and for as long as the database is away."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def body(*arguments: Any) -> Any:
            while True:
                go_on()
                try:
                    with current().tracing.span(f"step {name}", **{"voc.object": str((*arguments, "")[0])}):
                        return function(*arguments)
                except Unreachable:
                    event("step.waits", step=name)
                    _open.stopping.wait(1.0)
                except Exception as error:
                    event("step.failed", level=40, error=True, step=name)
                    raise StepError(error) from None

        registered: Callable[..., Any] = DBOS.step(
            name=name, should_retry=_worth_retrying, **(_RETRY | options)
        )(body)
        return registered

    return decorate


def launch(runtime: Runtime) -> Keeper:
    """Open the durable store, take up what was left, and begin to work; `Keeper.stop` ends it."""
    global _runtime
    # they register themselves
    from service import batch_workflow, revisions, scheduled, webhook_workflow  # noqa: F401

    settings = runtime.settings
    _runtime = runtime
    _open.stopping.clear()
    executor = settings.executor_id or ("local" if settings.sqlite else ids.new("exe"))
    _configure(settings, executor)
    DBOS.launch()
    DBOS.register_queue(INTAKE, worker_concurrency=1, polling_interval_sec=0.5)
    DBOS.register_queue(BATCHES, worker_concurrency=settings.batch_concurrency, polling_interval_sec=0.5)
    DBOS.register_queue(SHORT, worker_concurrency=4, polling_interval_sec=0.5)
    DBOS.apply_schedules(scheduled.table(settings))
    keeper = Keeper(runtime, executor)
    keeper.start()
    return keeper


def enqueue(queue: str, work: Callable[..., Any], *arguments: str, name: str, delay_s: float = 0.0) -> None:
    """Start `work` once under the id `name`; asking again changes nothing. Not from within a step."""
    with SetWorkflowID(name), SetEnqueueOptions(delay_seconds=delay_s or None):
        DBOS.enqueue_workflow(queue, work, *arguments)


def cancel(batch_id: str) -> None:
    """Stop a batch's workflows before their next step, as far as they are there."""
    DBOS.cancel_workflows([f"{batch_id}.intake", batch_id])


def forget(batch_id: str) -> None:
    """Stop a batch's workflows and delete their checkpoints."""
    cancel(batch_id)
    DBOS.delete_workflows([f"{batch_id}.intake", batch_id])


class Keeper:
    """Keeps durable work going: starts what a crash left unstarted, adopts what dead processes left."""

    def __init__(self, runtime: Runtime, executor: str) -> None:
        self.runtime = runtime
        self.executor = executor
        self._started: set[str] = set()
        self._erased_until: dict[str, datetime] = {}  # erasures carried through, up to when
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="voc-keeper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop taking up work; what is under way is taken up by the next process."""
        global _runtime
        self._stop.set()
        self._thread.join()
        _open.drain(self.runtime.settings.shutdown_s)
        DBOS.destroy(workflow_completion_timeout_sec=0)
        _runtime = None

    def _run(self) -> None:
        beats = 0
        while True:
            try:
                self._start_what_waits()
                if not self.runtime.settings.sqlite:
                    self._adopt()
                if beats % 60 == 0:
                    self._finish_erasures()
            except Exception:
                event("keeper.failed", error=True)
            beats += 1
            if self._stop.wait(_BEAT_S):
                return

    def _finish_erasures(self) -> None:
        orders = erasure.unfinished(self.runtime.database, older_than_s=60)
        for order in orders:
            begun = now()
            erasure.finish(self.runtime, order, self._erased_until.get(order.id))
            self._erased_until[order.id] = begun - timedelta(minutes=1)
        self._erased_until = {order.id: self._erased_until[order.id] for order in orders}

    def _start_what_waits(self) -> None:
        """Whatever the database says is to be done has a workflow; a crash may have come between."""
        from service import batch_workflow, revisions, scheduled, webhook_workflow

        with self.runtime.database.session(read_only=True) as session:
            queued = list(session.scalars(sa.select(Batch.id).where(Batch.state == "queued")))
            deliveries = webhooks.pending(session)
            waiting = streams.waiting(session)
            revised = revisions.queued(session)
        for batch_id in queued:
            self._once(INTAKE, batch_workflow.take_in, batch_id, name=f"{batch_id}.intake")
        for delivery_id, attempts in deliveries:
            wait = webhooks.WAITS_S[min(attempts, len(webhooks.WAITS_S) - 1)]
            name = f"{delivery_id}.{attempts}"
            self._once(SHORT, webhook_workflow.send, delivery_id, str(attempts), name=name, delay_s=wait)
        for revision_id in revised:
            self._once(SHORT, revisions.revise, revision_id, name=revision_id)
        for stream_id, newest in waiting:
            self._once(SHORT, scheduled.label, stream_id, name=f"label.{newest}")

    def _once(
        self, queue: str, work: Callable[..., Any], *arguments: str, name: str, delay_s: float = 0.0
    ) -> None:
        if name in self._started:
            return
        if DBOS.get_workflow_status(name) is None:
            enqueue(queue, work, *arguments, name=name, delay_s=delay_s)
        if len(self._started) > 100_000:
            self._started.clear()
        self._started.add(name)

    def _adopt(self) -> None:
        """Take up the workflows of processes that have been silent for too long."""
        with self.runtime.database.session() as session:
            session.merge(Worker(id=self.executor, seen_at=now()))
            gone = sa.select(Worker.id).where(
                Worker.seen_at < now() - timedelta(seconds=self.runtime.settings.adopt_after_s)
            )
            silent = list(session.scalars(gone))
        for executor in silent:
            event("worker.adopted", executor=executor)
            DBOS._recover_pending_workflows([executor])
            with self.runtime.database.session() as session:
                session.execute(sa.delete(Worker).where(Worker.id == executor))


def _configure(settings: ServiceSettings, executor: str) -> None:
    url = settings.url
    if settings.sqlite:
        path = settings.data_dir / "durable.sqlite"
        with closing(sqlite3.connect(path)) as file:
            file.execute("PRAGMA journal_mode=WAL")  # stays with the file
        url = f"sqlite:///{path}"
    config: DBOSConfig = {
        "name": "voc",
        "system_database_url": url,
        "application_version": VERSION,
        "executor_id": executor,
        "serializer": DBOSPortableJSONSerializer(),  # not the default: that is pickle
        "log_level": "ERROR",
        "notification_listener_polling_interval_sec": 1.0,
        "scheduler_polling_interval_sec": 10.0,
    }
    DBOS(config=config)
