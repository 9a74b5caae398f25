"""Batches as rows of the database and folders on disk: made, found, listed, canceled, deleted."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Session

from service import audit, ids
from service.database import Database, now
from service.errors import Problem
from service.keys import Caller
from service.masking import masked
from service.schemas_batches import BatchOptions
from service.settings import ServiceSettings
from service.tables import Batch
from service.uploads import Upload

ENDED: Final = ("done", "failed", "canceled")
RESULTS: Final = {
    "result.json": "application/json",
    "report.html": "text/html; charset=utf-8",
    "report.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "report.pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "comments.parquet": "application/vnd.apache.parquet",
    "mentions.parquet": "application/vnd.apache.parquet",
    "rejects.csv": "text/csv; charset=utf-8",
}


def folder(settings: ServiceSettings, tenant_id: str, batch_id: str) -> Path:
    """Where a batch's files are."""
    return settings.data_dir / "tenants" / tenant_id / "batches" / batch_id


def check_options(raw: dict[str, Any]) -> BatchOptions:
    """The options as sent, checked.

    Raises:
        Problem: `invalid`, naming the option.
    """
    try:
        return BatchOptions.model_validate(raw)
    except ValidationError as error:
        errors = [
            {"pointer": "/options/" + "/".join(map(str, item["loc"])), "in": "body", "detail": _said(item)}
            for item in error.errors(include_url=False, include_input=False)
        ]
        first = errors[0]
        raise Problem("invalid", f"{first['pointer']}: {first['detail']}", errors=errors[:20]) from None


def _said(item: Any) -> str:
    if item["type"] == "extra_forbidden":
        return f"There is no such option; they are {', '.join(BatchOptions.model_fields)}."
    return str(item["msg"])


def accept(
    database: Database,
    settings: ServiceSettings,
    caller: Caller,
    upload: Upload,
    idempotency_key: str | None,
    request_id: str | None,
) -> tuple[Batch, bool]:
    """The batch of this upload, and whether it is new; an earlier one when the key was used before.

    The file is moved into the batch's folder before the row is committed, so a row always has its file.

    Raises:
        Problem: `idempotency-key-reused` for another body, or `conflict` when too many are kept.
    """
    options = check_options(upload.options)
    dumped = options.model_dump(mode="json", exclude_defaults=True)
    dumped |= {name: masked(dumped[name]) for name in ("question", "title") if name in dumped}
    fingerprint = hashlib.sha256(
        (upload.fingerprint + json.dumps(dumped, sort_keys=True)).encode()
    ).hexdigest()
    batch = Batch(
        id=ids.new("bat"),
        tenant_id=caller.tenant_id,
        key_id=caller.key_id,
        state="queued",
        file_name=upload.file_name,
        bytes=upload.bytes,
        options=dumped,
        idempotency_key=idempotency_key,
        fingerprint=fingerprint,
        rows_done=0,
        created_at=now(),
    )
    try:
        with database.session() as session:
            earlier = _earlier(session, caller.tenant_id, idempotency_key)
            if earlier is not None:
                return _replayed(earlier, fingerprint), False
            _check_room(session, settings, caller.tenant_id)
            home = folder(settings, caller.tenant_id, batch.id)
            (home / "upload").mkdir(parents=True, mode=0o700)
            upload.path.rename(home / "upload" / upload.file_name)
            session.add(batch)
            audit.note(
                session, caller.tenant_id, caller.key_id, "batch.create", batch.id,
                request_id=request_id, bytes=upload.bytes,
            )  # fmt: skip
    except sa.exc.IntegrityError:  # the same key at the same moment in another process
        shutil.rmtree(folder(settings, caller.tenant_id, batch.id), ignore_errors=True)
        with database.session(read_only=True) as session:
            earlier = _earlier(session, caller.tenant_id, idempotency_key)
        if earlier is None:
            raise
        return _replayed(earlier, fingerprint), False
    except BaseException:
        shutil.rmtree(folder(settings, caller.tenant_id, batch.id), ignore_errors=True)
        raise
    return batch, True


def find(session: Session, tenant_id: str, batch_id: str) -> Batch:
    """The tenant's batch; another tenant's is as absent as one that never was.

    Raises:
        Problem: `not-found`.
    """
    batch = session.scalar(sa.select(Batch).where(Batch.id == batch_id, Batch.tenant_id == tenant_id))
    if batch is None:
        raise Problem("not-found", "There is no such batch.")
    return batch


def page(
    session: Session, tenant_id: str, *, after: str | None, limit: int, state: str | None
) -> tuple[Sequence[Batch], str | None]:
    """Up to `limit` batches older than the cursor `after`, newest first, and the next cursor."""
    query = sa.select(Batch).where(Batch.tenant_id == tenant_id)
    if after is not None:
        query = query.where(Batch.id < after)
    if state is not None:
        query = query.where(Batch.state == state)
    found = session.scalars(query.order_by(Batch.id.desc()).limit(limit + 1)).all()
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def cancel(session: Session, caller: Caller, batch_id: str, request_id: str | None) -> Batch:
    """The batch, canceled if it had not ended.

    Raises:
        Problem: `not-found`; `conflict` when it is done or failed.
    """
    batch = find(session, caller.tenant_id, batch_id)
    if batch.state in ("done", "failed"):
        raise Problem("conflict", f"The batch is {batch.state}; only batches under way can be canceled.")
    if batch.state != "canceled":
        batch.state, batch.finished_at = "canceled", now()
        audit.note(session, caller.tenant_id, caller.key_id, "batch.cancel", batch_id, request_id=request_id)
    return batch


def remove(
    session: Session,
    settings: ServiceSettings,
    tenant_id: str,
    actor: str,
    batch_id: str,
    request_id: str | None,
) -> None:
    """Delete a batch, its files first: a crash between leaves a row that can be deleted again.

    Raises:
        Problem: `not-found`.
    """
    batch = find(session, tenant_id, batch_id)
    shutil.rmtree(folder(settings, tenant_id, batch_id), ignore_errors=True)
    session.delete(batch)
    audit.note(session, tenant_id, actor, "batch.delete", batch_id, request_id=request_id)


def clear(settings: ServiceSettings, batch: Batch) -> None:
    """Delete the files of a canceled batch; its row stays."""
    shutil.rmtree(folder(settings, batch.tenant_id, batch.id), ignore_errors=True)


def headers(name: str) -> dict[str, str]:
    """How a browser is to treat a result. The report runs its own scripts, in a sandbox without origin."""
    if name == "report.html":
        policy = "sandbox allow-scripts allow-popups; default-src 'none'; script-src 'unsafe-inline'; "
        policy += "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; frame-ancestors 'none'"
        return {"Content-Security-Policy": policy}
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def document(batch: Batch) -> dict[str, Any]:
    """The batch as told to callers (`BatchOut`)."""
    total, done = batch.rows_total, batch.rows_done
    share = 1.0 if batch.state == "done" else 0.0 if not total else min(0.95 * done / total, 0.95)
    results = {name: f"/v1/batches/{batch.id}/{name}" for name in RESULTS} if batch.state == "done" else {}
    times = {
        name: moment.isoformat() if moment is not None else None
        for name, moment in (
            ("created_at", batch.created_at),
            ("started_at", batch.started_at),
            ("finished_at", batch.finished_at),
        )
    }
    return {
        "id": batch.id,
        "state": batch.state,
        "file_name": batch.file_name,
        "bytes": batch.bytes,
        "options": BatchOptions.model_validate(batch.options).model_dump(mode="json"),
        "progress": {"rows_total": total, "rows_done": done, "share": round(share, 4)},
        "problem": batch.problem,
        "results": results,
        **times,
    }


def _earlier(session: Session, tenant_id: str, key: str | None) -> Batch | None:
    if key is None:
        return None
    return session.scalar(sa.select(Batch).where(Batch.tenant_id == tenant_id, Batch.idempotency_key == key))


def _replayed(batch: Batch, fingerprint: str) -> Batch:
    if batch.fingerprint != fingerprint:
        raise Problem("idempotency-key-reused", f"The key made {batch.id} from another body; use a new key.")
    return batch


def _check_room(session: Session, settings: ServiceSettings, tenant_id: str) -> None:
    kept = session.scalar(sa.select(sa.func.count()).where(Batch.tenant_id == tenant_id)) or 0
    if kept >= settings.max_batches:
        raise Problem("conflict", f"{kept} batches are kept, and no more may be; delete some first.")
