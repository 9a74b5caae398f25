"""A batch as two durable workflows: take it in, then label chunk by chunk, explain and tell.

Taking in does not wait behind the batches before it, so that raw uploads are masked and deleted at once.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from service import batches, erasure, events, records, work
from service.database import now
from service.durable import BATCHES, current, enqueue, go_on, step, workflow
from service.errors import Problem, of_voc
from service.logs import event
from service.masking import masked
from service.schemas_batches import BatchOptions
from service.spool import full
from service.tables import Batch
from voc.errors import VocError
from voc.settings import Settings


@workflow("intake")
def take_in(batch_id: str) -> None:
    """Read the upload, then queue the rest."""
    try:
        chunks = read_rows(batch_id)
    except Exception as error:
        event("batch.broke", level=40, error=True, batch=batch_id, kind=type(error).__name__)
        give_up(batch_id)
        return
    if chunks:
        enqueue(BATCHES, run_batch, batch_id, str(chunks), name=batch_id)


@workflow("batch")
def run_batch(batch_id: str, chunks: str) -> str:
    """All of a batch that was read, or as much as is left of it; how it ended.

    Steps say False when the batch ended (canceled, deleted, or failed for a reason told to the caller);
    they raise only when trying again did not help.
    """
    try:
        done = all(label_chunk(batch_id, i) for i in range(int(chunks))) and explain(batch_id, int(chunks))
    except Exception as error:
        event("batch.broke", level=40, error=True, batch=batch_id, kind=type(error).__name__)
        done = give_up(batch_id)
    return "done" if done else "ended"


@step("read")
def read_rows(batch_id: str) -> int:
    """Read the upload and delete it; the number of chunks, 0 when the batch ended."""
    runtime = current()

    def stage(home: Path, settings: Settings) -> int:
        plan = work.read(
            home,
            runtime.models,
            settings,
            chunk_rows=runtime.settings.chunk_rows,
            max_rows=runtime.settings.max_rows,
        )
        _update(batch_id, rows_total=plan.rows, chunks=plan.chunks)
        return plan.chunks

    return _stage(batch_id, "reading", stage) or 0


@step("label")
def label_chunk(batch_id: str, chunk: int) -> bool:
    """Classify one chunk of rows."""
    runtime = current()

    def stage(home: Path, settings: Settings) -> bool:
        slice_rows = runtime.settings.microbatch
        rows = work.label(home, runtime.models, settings, chunk, slice_rows=slice_rows, turn=_turn)
        _update(batch_id, rows_done=chunk * runtime.settings.chunk_rows + rows)
        runtime.metrics.rows.inc(rows)
        return True

    return bool(_stage(batch_id, "classifying", stage))


@step("explain")
def explain(batch_id: str, chunks: int) -> bool:
    """Write the results and say that the batch is done, with its processing record and its event."""
    runtime = current()

    def stage(home: Path, settings: Settings) -> bool:
        erased = erasure.since_created(runtime.database, batch_id)
        counts = work.explain(home, runtime.models, settings, erased, chunks)
        with runtime.database.session() as session:
            batch = _alive(session.get(Batch, batch_id))
            batch.state, batch.finished_at = "done", now()
            records.write(session, runtime, batch.tenant_id, batch_id, counts)
            _tell(session, batch)
        return True

    done = bool(_stage(batch_id, "explaining", stage))
    if done:
        runtime.metrics.batches.labels("done").inc()
        event("batch.done", batch=batch_id)
    return done


@step("give_up")
def give_up(batch_id: str) -> bool:
    """Say that the batch failed through our fault; False."""
    detail = "The fault was logged; quote the batch's id when you report it."
    _fail(batch_id, Problem("internal", detail))
    return False


def _turn(job: Callable[[], Any]) -> Any:
    go_on()
    return current().batcher.in_background(job)


def _stage(batch_id: str, state: str, stage: Callable[[Path, Settings], Any]) -> Any:
    """What the stage returns; None when the batch ended before or in it."""
    runtime = current()
    try:
        with runtime.database.session() as session:
            batch = _alive(session.get(Batch, batch_id))
            batch.state, batch.started_at = state, batch.started_at or now()
            options = BatchOptions.model_validate(batch.options)
            home = batches.folder(runtime.settings, batch.tenant_id, batch_id)
        return stage(home, options.to_settings())
    except _Gone:
        _sweep(batch_id)
        return None
    except VocError as error:
        _fail(batch_id, of_voc(error))
        return None
    except OSError as error:
        if not _is_alive(batch_id):  # deleted meanwhile, so its files vanished under the stage
            return None
        if isinstance(full(error), Problem):
            event("disk.full", level=40, batch=batch_id)
        raise


def _fail(batch_id: str, problem: Problem) -> None:
    runtime = current()
    with runtime.database.session() as session:
        batch = session.get(Batch, batch_id)
        if batch is None or batch.state in batches.ENDED:
            return
        batch.state, batch.finished_at, batch.problem = "failed", now(), masked(problem.document())
        _tell(session, batch)
    _sweep(batch_id)
    runtime.metrics.batches.labels("failed").inc()
    event("batch.failed", batch=batch_id, problem=problem.kind)


def _sweep(batch_id: str) -> None:
    """Delete what an ended batch left, also when a crash came between its end and its sweeping."""
    runtime = current()
    with runtime.database.session(read_only=True) as session:
        batch = session.get(Batch, batch_id)
    if batch is not None:
        work.clear(batches.folder(runtime.settings, batch.tenant_id, batch_id))


def _tell(session: Session, batch: Batch) -> None:
    kind = f"batch.{batch.state}"
    events.emit(
        session, batch.tenant_id, kind, f"{batch.id}.{batch.state}", {"batch": batches.document(batch)}
    )


def _update(batch_id: str, **values: Any) -> None:
    with current().database.session() as session:
        batch = _alive(session.get(Batch, batch_id))
        for name, value in values.items():
            setattr(batch, name, value)


def _is_alive(batch_id: str) -> bool:
    with current().database.session(read_only=True) as session:
        batch = session.get(Batch, batch_id)
        return batch is not None and batch.state not in batches.ENDED


def _alive(batch: Batch | None) -> Batch:
    if batch is None or batch.state in batches.ENDED:
        raise _Gone
    return batch


class _Gone(Exception):
    """The batch was canceled or deleted meanwhile."""
