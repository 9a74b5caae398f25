"""The one database: SQLite in a file by default, PostgreSQL by its URL; same tables, same code."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session, sessionmaker

from service.errors import Problem

TABLES = "0002"  # the newest of migrations/versions
_READ_ONLY = "voc_read_only"
_SMALL_BYTES = 500_000_000  # a table rewritten in a few seconds
_LOG_ATTEMPTS = 60
_OLDER_READERS = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_xmin::text::bigint < :here"
)
FAILURES = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)


class UtcTime(sa.types.TypeDecorator[datetime]):
    """A moment in UTC, with its zone on both databases."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses naive times, turns the rest to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Gives SQLite's naive times back their zone."""
        if isinstance(value, datetime):
            return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return None


class Database:
    """An engine and its sessions.

    Attributes:
        engine: SQLAlchemy's engine; closed by `close`.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        reading = self.engine.execution_options(**{_READ_ONLY: True})
        self._reading = sessionmaker(reading, expire_on_commit=False)

    @contextmanager
    def session(self, *, read_only: bool = False) -> Iterator[Session]:
        """A session that commits at the end and rolls back on any error.

        Args:
            read_only: nothing will be written, so SQLite need not take its write lock.

        Raises:
            Unreachable: the database cannot be reached.
        """
        try:
            with (self._reading if read_only else self._writing).begin() as session:
                yield session
        except FAILURES as error:
            raise Unreachable(error) from error

    def ping(self) -> None:
        """Nothing when the database answers and has our tables.

        Raises:
            Problem: `unavailable`.
        """
        with self.session(read_only=True) as session:
            session.execute(sa.text("SELECT 1 FROM tenants LIMIT 1"))

    def scrub(self, *tables: str) -> None:
        """Take deleted rows out of the files too, as far as the database lets us; never fails.

        SQLite overwrites them in the file (`secure_delete`), but its log still holds the old pages: it is
        written back and emptied. PostgreSQL keeps dead rows in its pages: small tables are rewritten, large
        ones only vacuumed. Its own log and backups are its keeper's to recycle.
        """
        with suppress(sa.exc.DBAPIError, sa.exc.TimeoutError):
            if self.engine.dialect.name == "sqlite":
                self._empty_log()
            else:
                self._rewrite(tables)

    def _empty_log(self) -> None:
        connection = self.engine.raw_connection()
        try:
            for _ in range(_LOG_ATTEMPTS):  # busy while others read or write
                if not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                    return
                time.sleep(0.05)
        finally:
            connection.close()

    def _rewrite(self, tables: tuple[str, ...]) -> None:
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET lock_timeout = '5s'")
            here = connection.scalar(sa.text("SELECT pg_current_xact_id()::text::bigint"))
            for _ in range(_LOG_ATTEMPTS):  # rows that an older reader might still see would be kept
                if not connection.scalar(_OLDER_READERS, {"here": here}):
                    break
                time.sleep(0.05)
            for table in tables:
                size = connection.scalar(sa.text("SELECT pg_total_relation_size(:name)"), {"name": table})
                full = "FULL" if (size or 0) < _SMALL_BYTES else ""
                connection.exec_driver_sql(f"VACUUM {full} {table}")
            connection.exec_driver_sql("RESET lock_timeout")

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


class Unreachable(Problem):
    """The database did not answer; steps of batches wait and try again, calls get a 503."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(
            "unavailable",
            "The database cannot be reached at the moment. Try again shortly.",
            headers={"Retry-After": "5"},
            retry_after=5,
        )
        self.cause = type(error).__name__


def _engine(url: str) -> sa.Engine:
    if not url.startswith("sqlite"):
        return sa.create_engine(
            url, pool_pre_ping=True, pool_size=10, max_overflow=10, pool_timeout=10,
            connect_args={"connect_timeout": 5},
        )  # fmt: skip
    path = sa.make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = sa.create_engine(url, connect_args={"timeout": 30})

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # a committed row survives power loss
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # erased means overwritten
        connection.isolation_level = None  # the begin below decides

    @sa.event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        reading = connection.get_execution_options().get(_READ_ONLY)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def migrate(url: str) -> None:
    """Bring the tables of the database at `url` to this version."""
    engine = _engine(url)
    try:
        if _up_to_date(engine):
            return  # without alembic, which a start has to wait for
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["engine"] = engine
        command.upgrade(config, "head")
    finally:
        engine.dispose()


def _up_to_date(engine: sa.Engine) -> bool:
    with engine.connect().execution_options(**{_READ_ONLY: True}) as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        return list(connection.scalars(sa.text("SELECT version_num FROM alembic_version"))) == [TABLES]


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)
