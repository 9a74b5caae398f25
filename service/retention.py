"""What is kept no longer than the settings say: batches, stream comments, log entries, stray files."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from service import batches
from service.database import now
from service.durable import forget
from service.logs import event
from service.runtime import Runtime
from service.tables import Audit, Batch, Delivery, ProcessingRecord, StreamComment


def purge(runtime: Runtime) -> dict[str, int]:
    """Delete whatever is past its time; how many of each."""
    settings, database = runtime.settings, runtime.database
    oldest = now() - timedelta(days=settings.retention_days)
    oldest_audit = now() - timedelta(days=settings.audit_days)
    with database.session(read_only=True) as session:
        old = list(session.execute(sa.select(Batch.id, Batch.tenant_id).where(Batch.created_at < oldest)))
    for batch_id, tenant_id in old:
        forget(batch_id)
        with database.session() as session:
            batches.remove(session, settings, tenant_id, "service", batch_id, None)
    with database.session() as session:
        counts = {"batches": len(old)}
        for name, statement in {
            "stream_comments": sa.delete(StreamComment).where(StreamComment.received_at < oldest),
            "deliveries": sa.delete(Delivery).where(Delivery.created_at < oldest),
            "audit": sa.delete(Audit).where(Audit.at < oldest_audit),
            "records": sa.delete(ProcessingRecord).where(ProcessingRecord.at < oldest_audit),
        }.items():
            counts[name] = int(session.execute(statement).rowcount)  # type: ignore[attr-defined]
    counts["files"] = _stray_files(runtime)
    event("purged", counts=counts)
    return counts


def _stray_files(runtime: Runtime) -> int:
    """Uploads and drafts that never became a batch, and folders of batches that are no more."""
    latest = time.time() - runtime.settings.upload_hours * 3600
    removed = 0
    for file in (runtime.settings.data_dir / "uploads").glob("*.part"):
        removed += _remove(file, latest)
    for draft in runtime.settings.data_dir.glob("tenants/*/drafts/*"):
        removed += _remove(draft, latest)
    with runtime.database.session(read_only=True) as session:
        known = set(session.scalars(sa.select(Batch.id)))
    for home in runtime.settings.data_dir.glob("tenants/*/batches/*"):
        if home.name not in known:
            removed += _remove(home, latest)
    return removed


def _remove(path: Path, latest: float) -> int:
    try:
        if path.stat().st_mtime >= latest:
            return 0
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    except FileNotFoundError:
        return 0
    return 1
