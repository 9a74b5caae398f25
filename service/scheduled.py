"""What runs by the clock, once per tick however many processes there are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service import retention, streams
from service import watch as watching
from service.durable import SHORT, current, enqueue, step, workflow
from service.settings import ServiceSettings
from service.tables import Stream
from voc.errors import VocError


def table(settings: ServiceSettings) -> list[dict[str, Any]]:
    """The schedules, for DBOS."""
    return [
        {"schedule_name": "watch", "workflow_fn": watch_streams, "schedule": settings.watch_cron},
        {"schedule_name": "purge", "workflow_fn": purge, "schedule": "17 * * * *"},
    ]


@workflow("watch")
def watch_streams(due: datetime, _context: object = None) -> None:
    """Start a look at every stream, each on its own so that one cannot hold up the rest."""
    for stream_id in list_streams():
        enqueue(SHORT, look, stream_id, name=f"look.{stream_id}.{due:%Y%m%dT%H%M%S}")


@step("list_streams")
def list_streams() -> list[str]:
    """The ids of all streams."""
    with current().database.session(read_only=True) as session:
        return list(session.scalars(sa.select(Stream.id).order_by(Stream.id)))


@workflow("look")
def look(stream_id: str) -> int:
    """Classify what is new in a stream, then see what moved."""
    while label_stream(stream_id):
        pass
    return int(watch_stream(stream_id))


@workflow("label_stream")
def label(stream_id: str) -> None:
    """Classify what is new in a stream."""
    while label_stream(stream_id):
        pass


@step("label_stream")
def label_stream(stream_id: str) -> int:
    """Classify some comments; 0 when none is left."""
    return streams.label_some(current(), stream_id)


@step("watch_stream")
def watch_stream(stream_id: str) -> int:
    """Look for movement; how many alerts are new."""
    try:
        return watching.watch(current(), stream_id)
    except VocError:  # too little to compare, or scores on no common scale: nothing to tell
        return 0


@workflow("purge")
def purge(_due: datetime, _context: object = None) -> None:
    """Delete what is past its time."""
    purge_all()


@step("purge_all")
def purge_all() -> dict[str, int]:
    """Delete what is past its time."""
    return retention.purge(current())
