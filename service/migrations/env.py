"""Runs the migrations on the engine that `service.database.migrate` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.engine import Engine

from service.database import UtcTime
from service.tables import Base


def _plain_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcTime) else False


def _run(engine: Engine) -> None:
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":  # workers that start together take turns
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7216033)")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=_plain_type,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


_run(context.config.attributes["engine"])
