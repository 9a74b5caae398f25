"""Logs as one JSON object a line on standard error. No text of any comment ever goes in."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

logger: Final = logging.getLogger("voc.service")


class JsonLines(logging.Formatter):
    """A record as JSON: time, level, logger, event, and the fields given as `extra={"fields": ...}`.

    Of an exception only its type and place are written: its message may quote what was sent.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if line["event"].startswith("Traceback "):  # uvicorn, when the app does not start
            line["event"], line["error"] = "not started", line["event"].strip().rpartition("\n")[2]
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["at_line"] = _place(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False, default=str)


class _StandardError(logging.Handler):
    """Writes to whatever standard error is at the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line, or nothing when standard error is gone."""
        with suppress(ValueError, OSError):
            sys.stderr.write(self.format(record) + "\n")


def configure(level: str) -> None:
    """Send the logs of the service, of uvicorn and of DBOS to standard error as JSON lines."""
    handler = _StandardError()
    handler.setFormatter(JsonLines())
    for name, least in {"voc": level, "uvicorn.error": level, "dbos": "ERROR", "alembic": "WARNING"}.items():
        named = logging.getLogger(name)
        named.handlers = [handler]
        named.propagate = False
        named.setLevel(least)
    logging.getLogger("uvicorn.access").handlers = []
    logging.getLogger("uvicorn.access").propagate = False


def event(name: str, *, level: int = logging.INFO, error: bool = False, **fields: Any) -> None:
    """Log that something happened; `fields` hold ids, counts and times, never text."""
    logger.log(level, name, exc_info=error, extra={"fields": fields})


def _place(trace: Any) -> str | None:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else None
