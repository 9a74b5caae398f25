"""The app on a real port, in a thread of this process."""

import socket
import threading
import time
from contextlib import contextmanager

import uvicorn

from service import keys
from service.app import create_app
from service.database import Database
from service.main import server_options
from service.settings import ServiceSettings


@contextmanager
def serving(folder, models, url=None, scopes=("classify", "batch", "admin"), **settings):
    """Yields (base URL, token, settings)."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {"min_free_bytes": 0, "port": port, **settings}
    built = ServiceSettings(data_dir=folder, database_url=url, **options)
    options = {**server_options(built), "host": "127.0.0.1"}
    config = uvicorn.Config(create_app(built, models), **options)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        time.sleep(0.02)
    database = Database(built.url)
    token = keys.create(database, scopes=scopes, rate_per_minute=10_000_000).token
    database.close()
    try:
        yield f"http://127.0.0.1:{port}", token, built
    finally:
        server.should_exit = True
        thread.join()
