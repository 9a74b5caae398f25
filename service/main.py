"""Starts the service: settings, the last safety checks, then uvicorn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from service import logs
from service.analysis import open_models
from service.errors import Problem
from service.settings import ServiceSettings, from_environment
from voc.errors import OptionError

if TYPE_CHECKING:
    from service.database import Database


def run(host: str | None = None, port: int | None = None) -> None:
    """Serve until told to stop; calls under way are finished first.

    Args:
        host: address to listen on, in place of VOC_HOST.
        port: port, in place of VOC_PORT.

    Raises:
        OptionError: the settings are wrong or unsafe.
        VocError: a model or the taxonomy cannot be opened.
    """
    settings = from_environment(host=host, port=port)
    logs.configure(settings.log_level)
    with ThreadPoolExecutor(1) as aside:  # the models open while the rest is imported
        opening = aside.submit(open_models, settings)
        import uvicorn

        from service.app import create_app
        from service.metrics import share_among_workers

        check(settings)
        models = opening.result()  # before the server, so that what is wrong with them is said plainly
    options = server_options(settings)
    if settings.workers == 1:
        uvicorn.run(create_app(settings, models), **options)
        return
    del models  # each worker opens its own
    share_among_workers(settings.data_dir / "metrics")
    uvicorn.run("service.main:app", factory=True, workers=settings.workers, **options)


def server_options(settings: ServiceSettings) -> dict[str, Any]:
    """How uvicorn is to serve the app."""
    from service.protocol import PromptProtocol

    return {
        "host": settings.host,
        "port": settings.port,
        "http": PromptProtocol,
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": True,
        "forwarded_allow_ips": list(settings.forwarded_allow_ips),
        "timeout_graceful_shutdown": settings.shutdown_s,
        "h11_max_incomplete_event_size": 65_536,
        "backlog": 2048,
        "timeout_keep_alive": 75,  # longer than a proxy's, so that it never sends into a closing connection
        "timeout_worker_healthcheck": 60,  # a worker that opens its models is not dead
    }


def app() -> Any:
    """The app from the environment: what each of several workers, or another ASGI server, builds."""
    from service.app import create_app

    settings = from_environment()
    logs.configure(settings.log_level)
    return create_app(settings)


def check(settings: ServiceSettings) -> None:
    """Refuse to start where nobody could call, or anybody on the network could find no key needed.

    Raises:
        OptionError: the service is public and there is no key, or the database cannot be reached.
    """
    from service import keys

    database = open_database(settings)
    try:
        if not keys.any_active(database):
            if settings.public:
                raise OptionError(
                    f"VOC_HOST={settings.host} is public and there is no API key. Make one: voc keys create"
                )
            logs.event("no key yet; make one with: voc keys create")
    finally:
        database.close()


def open_database(settings: ServiceSettings | None = None) -> Database:
    """The database of the settings (those of the environment by default), its tables up to date.

    Raises:
        OptionError: it cannot be reached.
    """
    from service import database as databases
    from service.database import Database

    settings = settings or from_environment()
    try:
        databases.migrate(settings.url)
        database = Database(settings.url)
        database.ping()
    except Problem:
        raise OptionError("The database of VOC_DATABASE_URL cannot be reached.") from None
    except OSError as error:
        raise OptionError(f"VOC_DATA_DIR={settings.data_dir} cannot be used: {error.strerror}.") from None
    except databases.FAILURES as error:
        raise OptionError(
            f"The database of VOC_DATABASE_URL cannot be opened ({type(error).__name__}). "
            "Is it there, and may voc use it?"
        ) from None
    return database
