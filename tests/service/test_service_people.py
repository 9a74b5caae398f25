"""A person's rights: masked before storage, exported, forgotten everywhere; and what is kept how long."""

import io
import json
from datetime import timedelta

import pandas as pd
import pytest
import sqlalchemy as sa
from apps import OPTIONS, rows
from fakes import FakeModels

from service import erasure, retention
from service.database import now
from service.tables import Audit, Batch, Erasure, StreamComment

PRIVATE = "رقمي 0551234567 وهويتي 1012345672 and mail sara.test@example.com"
TRACES = ("0551234567", "1012345672", "sara.test@example.com")


def traces_in(folder, words):
    """Files under `folder` that hold one of these words."""
    return [
        (path.name, word)
        for path in folder.rglob("*")
        if path.is_file()
        for word in words
        if word.encode() in path.read_bytes()
    ]


def test_personal_data_is_masked_before_anything_is_stored(service):
    sent = {"options": OPTIONS, "rows": rows(6, comment=PRIVATE)}
    batch = service.wait(service.call("POST", "/v1/batches", json=sent).headers["location"])
    assert batch["state"] == "done"
    comment = {"id": "p1", "text": PRIVATE, "question": PRIVATE, "respondent_id": "s"}
    assert (
        service.call("POST", "/v1/streams/private/comments", json={"comments": [comment]}).status_code == 202
    )
    comments = pd.read_parquet(io.BytesIO(service.call("GET", batch["results"]["comments.parquet"]).content))
    assert not any(trace in text for trace in TRACES for text in comments["text"])
    assert comments["text"].str.contains(r"\[PHONE\]").all()
    person = service.call("GET", "/v1/respondents/s").json()
    assert not any(trace in json.dumps(person) for trace in TRACES)
    assert traces_in(service.settings.data_dir, TRACES) == []


def test_rejected_rows_are_masked_too(service):
    sent = {"options": OPTIONS, "rows": rows(6, nps=lambda i: "call 0551234567" if i == 2 else i)}
    batch = service.wait(service.call("POST", "/v1/batches", json=sent).headers["location"])
    assert "0551234567" not in service.call("GET", batch["results"]["rejects.csv"]).text


def test_export_then_forget_everywhere(service):
    secret = "only sara writes this"
    sent = {"options": OPTIONS, "rows": rows(8, comment=lambda i: secret if i % 2 else f"other {i}", who=who)}
    batch = service.wait(service.call("POST", "/v1/batches", json=sent).headers["location"])
    comments = [{"id": f"{i}", "text": secret, "respondent_id": "sara"} for i in range(3)]
    service.call("POST", "/v1/streams/social/comments", json={"comments": comments})
    told = service.call("GET", "/v1/respondents/sara").json()
    assert (len(told["stream_comments"]), len(told["batch_comments"])) == (3, 4)
    assert all(one["text"] == secret for one in told["stream_comments"] + told["batch_comments"])

    before = pd.read_parquet(io.BytesIO(service.call("GET", batch["results"]["comments.parquet"]).content))
    erased = service.call("DELETE", "/v1/respondents/sara")
    assert erased.json() == {"stream_comments": 3, "batch_comments": 4}
    assert service.call("DELETE", "/v1/respondents/sara").json() == {
        "stream_comments": 0,
        "batch_comments": 0,
    }
    told = service.call("GET", "/v1/respondents/sara").json()
    assert (told["stream_comments"], told["batch_comments"]) == ([], [])

    after = pd.read_parquet(io.BytesIO(service.call("GET", batch["results"]["comments.parquet"]).content))
    assert list(after["score"]) == list(before["score"])
    mine = before["respondent_id"] == "sara"
    assert (after.loc[mine, "text"] == "").all() and after.loc[mine, "answered_at"].isna().all()
    assert list(after.loc[~mine, "text"]) == list(before.loc[~mine, "text"])
    assert not set(before.loc[mine, "comment_id"]) & set(after["comment_id"])
    for path in batch["results"].values():
        body = service.call("GET", path).content
        assert secret.encode() not in body and b"sara" not in body, path
        assert not any(name.encode() in body for name in before.loc[mine, "comment_id"]), path
    assert traces_in(service.settings.data_dir / "tenants", [secret]) == []


def who(i):
    return "sara" if i % 2 else f"person-{i}"


def test_a_person_erased_while_the_batch_runs_is_not_in_its_results(launch):
    with launch(models=FakeModels(seconds_per_text=0.01)) as service:
        sent = {
            "options": OPTIONS,
            "rows": rows(200, comment=lambda i: f"sara says {i}" if i % 2 else "x", who=who),
        }
        location = service.call("POST", "/v1/batches", json=sent).headers["location"]
        service.wait(location, until=("classifying",))
        assert service.call("DELETE", "/v1/respondents/sara").json()["batch_comments"] == 0
        batch = service.wait(location)
        assert batch["state"] == "done"
        assert "sara" not in service.call("GET", batch["results"]["report.html"]).text
        assert service.call("GET", "/v1/respondents/sara").json()["batch_comments"] == []


def test_an_interrupted_erasure_is_finished(service):
    sent = {"options": OPTIONS, "rows": rows(4, who="omar")}
    service.wait(service.call("POST", "/v1/batches", json=sent).headers["location"])
    caller = service.key()
    runtime = service.client.app.state.runtime
    with service.database.session() as session:
        from service import audit
        from service.tables import Key

        tenant = session.get_one(Key, caller.id).tenant_id
        at = now() - timedelta(minutes=5)
        order = Erasure(
            id="era_1", tenant_id=tenant, person=audit.pseudonym(tenant, "omar"), at=at, done=False
        )
        session.add(order)
    (found,) = erasure.unfinished(service.database, 60)
    assert erasure.finish(runtime, found) == 4
    assert erasure.unfinished(service.database, 60) == []


@pytest.mark.parametrize("name", ["a/b", "..", "%2e%2e", "a b", "سارة", "x" * 200, "'; --"])
def test_any_respondent_id_can_be_asked_for(service, name):
    from urllib.parse import quote

    answered = service.call("GET", "/v1/respondents/" + quote(name, safe=""))
    assert answered.status_code in (200, 404)
    if "/" not in name and name not in ("..", "%2e%2e"):
        assert answered.json()["respondent_id"] == name


def test_every_run_has_its_processing_record(service):
    batch = service.wait(
        service.call("POST", "/v1/batches", json={"options": OPTIONS, "rows": rows(3)}).headers["location"]
    )
    records = service.call("GET", "/v1/records").json()["records"]
    (mine,) = [one for one in records if one["object"] == batch["id"]]
    assert mine["body"]["rows"]["read"] == 3
    assert {"controller", "purpose", "categories_of_data", "kept_until", "measures"} <= set(mine["body"])


def test_retention_purges_what_is_old_and_only_that(service):
    runtime = service.client.app.state.runtime
    sent = {"options": OPTIONS, "rows": rows(3)}
    old, new = (
        service.wait(service.call("POST", "/v1/batches", json=sent).headers["location"])["id"]
        for _ in range(2)
    )
    comments = [{"id": "old", "text": "a"}, {"id": "new", "text": "b"}]
    service.call("POST", "/v1/streams/aging/comments", json={"comments": comments})
    stray = service.settings.data_dir / "uploads" / "left.part"
    stray.write_text("left by a crash")
    import os

    os.utime(stray, (1, 1))
    long_ago = now() - timedelta(days=1000)
    with service.database.session() as session:
        session.execute(sa.update(Batch).where(Batch.id == old).values(created_at=long_ago))
        session.execute(
            sa.update(StreamComment).where(StreamComment.source_id == "old").values(received_at=long_ago)
        )
        session.execute(sa.update(Audit).where(Audit.object == old).values(at=long_ago))
    counts = retention.purge(runtime)
    assert (counts["batches"], counts["stream_comments"], counts["files"]) == (1, 1, 1)
    assert counts["audit"] >= 1
    assert service.call("GET", f"/v1/batches/{old}").status_code == 404
    assert service.call("GET", f"/v1/batches/{new}").status_code == 200
    assert service.call("GET", "/v1/streams/aging").json()["comments"] == 1
    assert not stray.exists() and not list(service.settings.data_dir.glob(f"**/{old}"))
