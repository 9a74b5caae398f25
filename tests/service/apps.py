"""An app in this process, keys to it and rows to send: what the service's tests start from."""

import time
from contextlib import contextmanager
from dataclasses import dataclass, field

from fakes import FakeModels
from starlette.testclient import TestClient

from service import keys
from service.app import create_app
from service.database import Database
from service.settings import ServiceSettings

ALL = ("classify", "batch", "admin")
OPTIONS = {"text": "comment", "score": "nps", "date": "date", "respondent": "who", "topics": False}


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
