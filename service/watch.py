"""Streams read back as a survey: movement on request; trends, movement and alerts on a schedule."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import sqlalchemy as sa

from service import events, ids, records
from service.database import Database, now
from service.logs import event
from service.tables import Alert, Stream, StreamComment
from voc.errors import InputError
from voc.settings import Settings, of

if TYPE_CHECKING:
    from service.runtime import Runtime
    from service.settings import ServiceSettings
    from voc.intake.survey import Survey
    from voc.meaning.reading import Readings

LABELS: Final = (
    "language", "p_language", "p_negative", "p_neutral", "p_positive", "sentiment", "reason_without_theme",
)  # fmt: skip
_WINDOW: Final = timedelta(days=400)  # what is watched


def movement(
    runtime: Runtime, stream_id: str, *, before: str | None, after: str | None, scale: str | None
) -> dict[str, Any]:
    """Why the stream's score moved: a result.json over its classified comments.

    Raises:
        VocError: a period or the scale is wrong, or there is nothing to compare.
    """
    settings = of(before=before, after=after, scale=scale, topics=False)
    survey, readings = as_survey(runtime.database, stream_id, settings)
    return runtime.models.conclude(survey, readings, settings).result


def watch(runtime: Runtime, stream_id: str) -> int:
    """Look at a stream now: the result is kept, new alerts are kept and told. How many were new.

    Raises:
        VocError: there is too little to compare, or the scores have no common scale.
    """
    settings = of(topics=False)
    survey, readings = as_survey(runtime.database, stream_id, settings)
    result = runtime.models.conclude(survey, readings, settings).result
    new = 0
    with runtime.database.session() as session:
        stream = session.get(Stream, stream_id)
        if stream is None:
            return 0
        _keep(runtime.settings, stream, result)
        run = f"{stream.id}.{now():%Y-%m-%d}"  # one record a day, however often it is looked at
        records.write(session, runtime, stream.tenant_id, run, result["counts"])
        for alert in result["alerts"]:
            fingerprint = _fingerprint(alert)
            known = sa.select(Alert.id).where(Alert.stream_id == stream_id, Alert.fingerprint == fingerprint)
            if session.scalar(known) is not None:
                continue
            row = Alert(
                id=ids.new("alr"),
                tenant_id=stream.tenant_id,
                stream_id=stream_id,
                fingerprint=fingerprint,
                body=alert,
                created_at=now(),
            )
            session.add(row)
            told = {"stream": stream.name, "alert_id": row.id, "alert": alert}
            events.emit(session, stream.tenant_id, "stream.alert", row.id, told)
            new += 1
    if new:
        event("stream.alerts", stream=stream_id, new=new)
    return new


def latest(settings: ServiceSettings, stream: Stream) -> dict[str, Any] | None:
    """What the last look at a stream found: `at` and `result`; None before the first."""
    try:
        found: dict[str, Any] = json.loads(_kept(settings, stream).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


def forget(settings: ServiceSettings, stream: Stream) -> None:
    """Delete what the last look found; the next one makes it anew from what is still there."""
    shutil.rmtree(_kept(settings, stream).parent, ignore_errors=True)


def _kept(settings: ServiceSettings, stream: Stream) -> Path:
    return settings.data_dir / "tenants" / stream.tenant_id / "streams" / stream.id / "latest.json"


def _keep(settings: ServiceSettings, stream: Stream, result: dict[str, Any]) -> None:
    path = _kept(settings, stream)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(".draft")
    told = {"at": now().isoformat(), "result": result}
    draft.write_text(json.dumps(told, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    draft.rename(path)


def as_survey(database: Database, stream_id: str, settings: Settings) -> tuple[Survey, Readings]:
    """The classified comments of a stream as what `voc.intake.read` and `voc.meaning.reading` give.

    Raises:
        InputError: there are none yet.
    """
    from voc.intake.read import read
    from voc.meaning.reading import Readings

    with database.session(read_only=True) as session:
        query = sa.select(StreamComment).where(
            StreamComment.stream_id == stream_id,
            StreamComment.labels.is_not(None),
            StreamComment.answered_at >= now() - _WINDOW,
        )
        rows = [
            row for row in session.scalars(query.order_by(StreamComment.id)) if "failed" not in _labels(row)
        ]
    if not rows:
        raise InputError("No comment of the stream is classified yet; ask again in a moment.")
    frame = pd.DataFrame(
        {
            "id": [row.source_id for row in rows],
            "respondent": [row.respondent_id or row.source_id for row in rows],
            "text": [row.text for row in rows],
            "score": [row.score for row in rows],
            "answered_at": [row.answered_at.isoformat() for row in rows],
        }
    )
    roles = replace(
        settings.intake, text="text", score="score", date="answered_at", comment_id="id",
        respondent="respondent", redact=False,
    )  # fmt: skip
    survey = read(frame, roles)
    by_id = {row.source_id: _labels(row) for row in rows}
    kept = [by_id[name] for name in survey.comments["comment_id"]]
    mentions = [
        {
            "comment_id": name,
            "theme": theme["id"],
            **{key: value for key, value in theme.items() if key != "id"},
        }
        for name, labels in zip(survey.comments["comment_id"], kept, strict=True)
        for theme in labels["themes"]
    ]
    return survey, Readings(_frame(kept), _mentions(mentions), None)


def _frame(labels: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame({name: [one[name] for one in labels] for name in LABELS})
    numbers = [name for name in LABELS if name.startswith("p_")]
    frame[numbers] = frame[numbers].astype("float64")
    return frame


def _mentions(rows: list[dict[str, Any]]) -> pd.DataFrame:
    from voc import tables

    return pd.DataFrame(rows) if rows else tables.empty("mentions")


def _labels(row: StreamComment) -> dict[str, Any]:
    return row.labels or {}


def _fingerprint(alert: dict[str, Any]) -> str:
    """What makes an alert the same one: its subject and when it began, not its exact figures."""
    same = {key: alert.get(key) for key in ("theme", "polarity", "segment", "since")}
    return hashlib.sha256(json.dumps(same, sort_keys=True, default=str).encode()).hexdigest()[:32]
