"""A finished batch done again with the edits that an analyst accepted, as durable as the batch itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import audit, batches, edits, erasure, ids, results
from service.database import now
from service.durable import SHORT, current, enqueue, step, workflow
from service.errors import Problem, of_voc
from service.keys import Caller
from service.logs import event
from service.runtime import Runtime
from service.schemas_batches import BatchOptions
from service.tables import Batch, Revision
from voc.analysis import Analysis
from voc.errors import VocError
from voc.settings import Settings


def accept(runtime: Runtime, caller: Caller, batch: Batch, request_id: str | None) -> Revision:
    """Have the proposed edits carried out; the results stay readable until the new ones are there.

    Raises:
        Problem: `conflict` when nothing is proposed, or edits are being carried out already.
    """
    home = batches.folder(runtime.settings, caller.tenant_id, batch.id)
    place = edits.folder(home)
    revision = Revision(
        id=ids.new("rev"),
        tenant_id=caller.tenant_id,
        batch_id=batch.id,
        key_id=caller.key_id,
        state="queued",
        created_at=now(),
    )
    with runtime.database.session() as session:
        if under_way(session, batch.id):
            raise Problem("conflict", "Edits are being carried out; wait until they are done.")
        if not (place / edits.PROPOSED).exists():
            raise Problem("conflict", "No edits are proposed.")
        shutil.copyfile(place / edits.PROPOSED, place / f"{revision.id}.yaml")
        session.add(revision)
        audit.note(
            session, caller.tenant_id, caller.key_id, "batch.edit", batch.id,
            request_id=request_id, edits=len(edits.proposed(home)),
        )  # fmt: skip
    enqueue(SHORT, revise, revision.id, name=revision.id)
    return revision


def latest(session: Session, batch_id: str) -> Revision | None:
    """The newest revision of a batch."""
    query = sa.select(Revision).where(Revision.batch_id == batch_id)
    return session.scalar(query.order_by(Revision.id.desc()).limit(1))


def under_way(session: Session, batch_id: str) -> bool:
    """Whether edits are being carried out."""
    found = latest(session, batch_id)
    return found is not None and found.state == "queued"


def queued(session: Session) -> list[str]:
    """The ids of all revisions that are to be carried out."""
    return list(session.scalars(sa.select(Revision.id).where(Revision.state == "queued")))


@workflow("revise")
def revise(revision_id: str) -> None:
    """Carry the edits out, then say how it ended."""
    try:
        carry_out(revision_id)
    except Exception as error:
        event("revision.broke", level=40, error=True, revision=revision_id, kind=type(error).__name__)
        detail = "The fault was logged; quote the batch's id when you report it."
        end(revision_id, "failed", Problem("internal", detail).document())


@step("carry_out")
def carry_out(revision_id: str) -> None:
    """Analyze again with the edits; run twice, it leaves what it leaves when run once."""
    runtime = current()
    with runtime.database.session(read_only=True) as session:
        revision = session.get(Revision, revision_id)
        batch = session.get(Batch, revision.batch_id) if revision is not None else None
    if revision is None or batch is None or revision.state != "queued":
        return
    home = batches.folder(runtime.settings, batch.tenant_id, batch.id)
    place = edits.folder(home)
    path = place / f"{revision_id}.yaml"
    if path.exists():
        options = BatchOptions.model_validate(batch.options)
        try:
            _again(runtime, home, options.to_settings(edits=path), batch.id)
        except VocError as error:
            _finish(revision_id, "failed", of_voc(error).document())
            return
        path.replace(place / edits.ACCEPTED)
        edits.take_back(home)
    _finish(revision_id, "done", None)


@step("end_revision")
def end(revision_id: str, state: str, problem: dict[str, object]) -> None:
    """Say how a revision ended."""
    _finish(revision_id, state, problem)


def _again(runtime: Runtime, home: Path, settings: Settings, batch_id: str) -> None:
    past = stored(home / "results")
    edits.keep_unedited(home, past.comments, past.mentions)
    comments, mentions = edits.unedited(home, past.comments, past.mentions)
    before = Analysis(past.result, comments, mentions, past.rejects, None)
    draft = edits.folder(home) / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    runtime.models.revise(before, settings).write(draft, settings.report.language)
    _forget(runtime, draft, batch_id, settings)
    results.put(home / "results", draft)
    _forget(runtime, home / "results", batch_id, settings)  # asked for between the two lines above


def _forget(runtime: Runtime, folder: Path, batch_id: str, settings: Settings) -> None:
    """Leave out whoever asked to be forgotten since the batch was made: this may have brought them back."""
    erased = erasure.since_created(runtime.database, batch_id)
    if erased:
        results.forget(folder, erased, settings.report.language)


def stored(folder: Path) -> Analysis:
    """The results of a finished batch as an analysis."""
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    rejects = pd.read_csv(folder / "rejects.csv", dtype={"source_row": "Int64"}, keep_default_na=False)
    tables = [pd.read_parquet(folder / f"{name}.parquet") for name in ("comments", "mentions")]
    return Analysis(result, tables[0], tables[1], rejects, None)


def _finish(revision_id: str, state: str, problem: dict[str, object] | None) -> None:
    with current().database.session() as session:
        revision = session.get(Revision, revision_id)
        if revision is not None and revision.state == "queued":
            revision.state, revision.problem, revision.finished_at = state, problem, now()
    event("revision.ended", revision=revision_id, state=state)
