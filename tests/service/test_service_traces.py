"""What was erased or masked is in no file any more: the raw files are searched, byte for byte."""

import json
import time

import pytest
import sqlalchemy as sa
from apps import OPTIONS, rows
from fakes import FakeModels

from service import erasure, watch
from service.database import now
from service.tables import Alert, Batch, Delivery, Erasure
from voc.errors import InputError

SECRET = "an utterly singular complaint about the violet carpet"
PRIVATE = "رقمي 0551234567 وهويتي 1012345672"
TRACES = ("0551234567", "1012345672")


def traces(folders, words):
    """(file, word) for every file under these folders that holds one of the words."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [(path.name, word) for path in files for word in words if word.encode() in path.read_bytes()]


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request, launch):
    """A service of its own, and the folders that hold everything it keeps."""
    if request.param == "sqlite":
        with launch() as service:
            yield service, [service.settings.data_dir]
        return
    postgres = request.getfixturevalue("postgres")
    with launch(url=postgres.url()) as service:
        yield service, [service.settings.data_dir, postgres.folder / "base"]


def test_an_erased_text_is_in_no_file(home):
    service, folders = home
    sent = {"options": OPTIONS, "rows": rows(8, comment=lambda i: SECRET if i % 2 else "x", who=who)}
    batch = service.wait(service.call("POST", "/v1/batches", json=sent).headers["location"])
    assert batch["state"] == "done"
    service.append(
        "social", [{"id": f"post-{i}", "text": SECRET, "respondent_id": "sara-77"} for i in range(3)]
    )
    service.append("social", [{"id": "other", "text": "by someone else", "respondent_id": "omar"}])
    service.client.app.state.runtime.database.engine.dispose()
    if len(folders) > 1:  # PostgreSQL writes its pages at a checkpoint
        with service.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")
    assert {name for name, _ in traces(folders, [SECRET])}  # it is there, or the search would prove nothing

    told = service.call("DELETE", "/v1/respondents/sara-77").json()
    assert told == {"stream_comments": 3, "batch_comments": 4}
    assert traces(folders, [SECRET, "sara-77"]) == []
    assert service.call("GET", "/v1/streams/social").json()["comments"] == 1


def who(i):
    return "sara-77" if i % 2 else f"person-{i}"


class Leaky(FakeModels):
    """Fails on a text, and quotes it in its error, as libraries do."""

    def read(self, ids, texts, question, vectors):
        raise ValueError(f"cannot read {texts[0]!r}")


def test_an_error_that_quotes_a_text_is_kept_without_it(launch):
    with launch(models=Leaky(), webhook_attempts=1) as service:
        sent = {"options": {**OPTIONS, "question": "?"}, "rows": rows(3, comment=SECRET)}
        batch = service.wait(service.call("POST", "/v1/batches", json=sent).headers["location"], seconds=60)
        assert batch["state"] == "failed"
        assert batch["problem"]["type"] == "urn:voc:problem:internal"
        deadline = time.monotonic() + 10
        while (left := traces([service.settings.data_dir], [SECRET])) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert left == []


class Picky(FakeModels):
    """Refuses a file and quotes a value of it, as a refusal should."""

    def survey(self, path, settings):
        raise InputError(f"The value {PRIVATE!r} is no date.")


def test_refusals_options_and_file_names_are_masked_too(launch):
    with launch(models=Picky()) as service:
        options = {"question": PRIVATE, "title": PRIVATE, "text": "comment"}
        files = {"file": ("calls of 0551234567.csv", "comment,nps\nfine,9\n")}
        sent = {"files": files, "data": {"options": json.dumps(options)}}
        batch = service.wait(service.call("POST", "/v1/batches", **sent).headers["location"])
        assert batch["problem"]["detail"] == "The value 'رقمي [PHONE] وهويتي [ID]' is no date."
        assert batch["options"]["title"] == "رقمي [PHONE] وهويتي [ID]"
        assert "PHONE" in batch["file_name"] and batch["file_name"].endswith(".csv")
        assert traces([service.settings.data_dir], TRACES) == []


def test_erasing_takes_ids_out_of_alerts_and_the_last_look(launch):
    with launch() as service:
        service.append(
            "social", [{"id": f"post-{i}", "text": "x", "respondent_id": who(i)} for i in range(4)]
        )
        runtime = service.client.app.state.runtime
        body = {"theme": "app", "since": "2026-01-04", "comment_ids": ["post-0", "post-1", "post-3"]}
        with service.database.session() as session:
            from service.tables import Stream, Tenant, Webhook

            stream, tenant = (
                session.scalars(sa.select(Stream)).one(),
                session.scalars(sa.select(Tenant)).one(),
            )
            owner = {"tenant_id": tenant.id}
            session.add(Webhook(id="whk_1", url="https://example.com", secret="s", events="x", **owner))
            session.add(Alert(id="alr_1", stream_id=stream.id, fingerprint="f", body=body, **owner))
            session.flush()
            told = {"webhook_id": "whk_1", "event_id": "alr_1", "event": "stream.alert", "state": "failed"}
            session.add(Delivery(id="dlv_1", body={"data": {"alert": body}}, **told, **owner))
        watch.watch(runtime, stream.id)
        assert service.call("GET", "/v1/streams/social/latest").status_code == 200
        assert service.call("DELETE", "/v1/respondents/sara-77").json()["stream_comments"] == 2
        with service.database.session(read_only=True) as session:
            assert session.get(Alert, "alr_1").body["comment_ids"] == ["post-0"]
            assert session.get(Delivery, "dlv_1").body["data"]["alert"]["comment_ids"] == ["post-0"]
        assert service.call("GET", "/v1/streams/social/latest").status_code == 409  # until the next look


def test_an_erasure_stays_open_while_an_earlier_batch_is_under_way(launch):
    with launch(models=FakeModels(seconds_per_text=0.02)) as service:
        sent = {"options": OPTIONS, "rows": rows(150, comment=SECRET, who="sara-77")}
        location = service.call("POST", "/v1/batches", json=sent).headers["location"]
        service.wait(location, until=("classifying",))
        service.call("DELETE", "/v1/respondents/sara-77")
        (order,) = erasure.unfinished(service.database, older_than_s=-1)
        with service.database.session() as session:  # as if the order had come while the results were written
            session.execute(sa.update(Erasure).values(at=now().replace(year=2000)))
        batch = service.wait(location, seconds=60)
        runtime = service.client.app.state.runtime
        with service.database.session() as session:
            session.execute(sa.update(Erasure).values(at=session.get(Batch, batch["id"]).finished_at))
        assert traces([service.settings.data_dir / "tenants"], [SECRET])
        assert erasure.finish(runtime, order) == 150
        assert erasure.unfinished(service.database, older_than_s=-1) == []
        assert traces([service.settings.data_dir / "tenants"], [SECRET]) == []
