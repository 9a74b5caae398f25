"""The processing record of a run: what PDPL's Article 31 asks a controller to have written down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from service.database import now
from service.runtime import Runtime
from service.tables import ProcessingRecord


def write(session: Session, runtime: Runtime, tenant_id: str, object_id: str, counts: dict[str, Any]) -> None:
    """Write the record of one run into `session`'s transaction, once."""
    record_id = f"rec_{object_id}"
    if session.get(ProcessingRecord, record_id) is not None:
        return
    settings = runtime.settings
    body = {
        "controller": settings.controller,
        "purpose": settings.purpose,
        "categories_of_people": ["people who answered a survey or wrote a post"],
        "categories_of_data": ["free text", "scores", "answer dates", "respondent ids as sent"],
        "measures": [
            "personal data in text masked before storage",
            "uploads deleted once read",
            "no text in logs",
            "tenants separated",
            "keys hashed",
        ],
        "recipients": [],
        "transfers_abroad": "none by the service",
        "rows": counts,
        "model": runtime.models.name,
        "kept_until": (now() + timedelta(days=settings.retention_days)).isoformat(),
        "erasure": "DELETE /v1/respondents/{id}",
    }
    session.add(ProcessingRecord(id=record_id, tenant_id=tenant_id, object=object_id, at=now(), body=body))
