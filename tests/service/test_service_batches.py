"""`/v1/batches`: every way in, every way out, on both databases."""

import io
import json
import time

import pandas as pd
import pytest
from apps import OPTIONS, rows
from fakes import FakeModels, answer

from service.analysis import Document


def create(service, count=50, headers=None, options=OPTIONS, **columns):
    body = {"options": options, "rows": rows(count, **columns)}
    return service.call("POST", "/v1/batches", json=body, headers=headers)


@pytest.fixture(scope="module")
def done(service):
    """A finished batch of 50 rows."""
    created = create(service)
    assert created.status_code == 202, created.text
    batch = service.wait(created.headers["location"])
    assert batch["state"] == "done", batch
    return batch


def test_rows_become_results(service, done):
    assert done["progress"] == {"rows_total": 50, "rows_done": 50, "share": 1.0}
    assert done["problem"] is None and done["finished_at"] >= done["started_at"] >= done["created_at"]
    comments = pd.read_parquet(io.BytesIO(service.call("GET", done["results"]["comments.parquet"]).content))
    assert list(comments["text"]) == [row["comment"] for row in rows(50)]
    assert list(comments["p_negative"]) == [answer(Document(text))["p_negative"] for text in comments["text"]]
    mentions = pd.read_parquet(io.BytesIO(service.call("GET", done["results"]["mentions.parquet"]).content))
    assert set(mentions["comment_id"]) <= set(comments["comment_id"])
    result = service.call("GET", done["results"]["result.json"])
    assert result.headers["content-type"] == "application/json"
    assert result.json()["counts"]["read"] == 50


def test_the_report_runs_in_a_sandbox_and_files_download(service, done):
    report = service.call("GET", done["results"]["report.html"])
    assert "sandbox" in report.headers["content-security-policy"]
    assert "allow-same-origin" not in report.headers["content-security-policy"]
    sheet = service.call("GET", done["results"]["report.xlsx"])
    assert 'filename="report.xlsx"' in sheet.headers["content-disposition"]


def test_working_files_and_upload_are_gone(service, done):
    home = next(service.settings.data_dir.glob(f"tenants/*/batches/{done['id']}"))
    assert {path.name for path in home.iterdir()} <= {"results", "lock"}
    assert not list((service.settings.data_dir / "uploads").iterdir())


JSON = {"content-type": "application/json"}
CSV = "comment,nps\nالخدمة ممتازة,10\nslow and rude,2\n"


@pytest.mark.parametrize(
    "how",
    [
        {"files": {"file": ("survey.csv", CSV)}, "data": {"text": "comment", "topics": "false"}},
        {"files": {"file": ("s.csv", CSV)}, "data": {"options": '{"text": "comment", "topics": false}'}},
        {
            "content": CSV.encode(),
            "headers": {"content-type": "text/csv"},
            "params": {"options": '{"topics": false}'},
        },
        {
            "files": {"file": ("survey.csv", CSV)},
            "data": {"text": "comment"},
            "params": {"options": '{"topics": false}'},
        },
        {
            "content": b'{"comment": "slow", "nps": 2}\n{"comment": "quick", "nps": 9}\n',
            "headers": {"content-type": "application/x-ndjson"},
        },
    ],
    ids=["multipart fields", "multipart options", "csv", "multipart and query", "ndjson"],
)
def test_every_kind_of_body(service, how):
    created = service.call("POST", "/v1/batches", **how)
    assert created.status_code == 202, created.text
    batch = service.wait(created.headers["location"])
    assert (batch["state"], batch["progress"]["rows_total"]) == ("done", 2), batch


def test_rows_keep_the_file_name_they_came_with(service):
    created = service.call("POST", "/v1/batches", files={"file": ("../../etc/الاستبيان 1.csv", CSV)})
    assert created.json()["file_name"] == "الاستبيان 1.csv"
    batch = service.wait(created.headers["location"])
    comments = pd.read_parquet(io.BytesIO(service.call("GET", batch["results"]["comments.parquet"]).content))
    assert set(comments["source_file"]) == {"الاستبيان 1.csv"}


@pytest.mark.parametrize(
    "how, status, kind",
    [
        ({"content": b"x", "headers": {"content-type": "image/png"}}, 415, "unsupported-media-type"),
        ({"files": {"file": ("survey.exe", CSV)}}, 415, "unsupported-media-type"),
        ({"files": {"other": ("survey.csv", CSV)}}, 422, "invalid"),
        ({"files": {"file": ("survey.csv", "")}}, 422, "invalid"),
        ({"files": {"file": ("survey.csv", CSV)}, "data": {"nonsense": "1"}}, 422, "invalid"),
        ({"files": {"file": ("survey.csv", CSV)}, "data": {"options": "[1]"}}, 422, "invalid"),
        ({"files": [("file", ("a.csv", CSV)), ("file", ("b.csv", CSV))]}, 422, "invalid"),
        ({"content": b"--b\r\nbroken", "headers": {"content-type": "multipart/form-data; boundary=b"}}, 400,
         "bad-request"),
        ({"content": b"", "headers": {"content-type": "multipart/form-data"}}, 400, "bad-request"),
        ({"json": {"rows": []}}, 422, "invalid"),
        ({"json": {"rows": [1]}}, 422, "invalid"),
        ({"json": {"rows": [{"a": 1}], "rows2": 1}}, 422, "invalid"),
        ({"json": [1]}, 422, "invalid"),
        ({"content": b'{"rows": [{"a": 1}', "headers": JSON}, 400, "bad-request"),
        ({"content": b'{"rows": [{"a": \xff}]}', "headers": JSON}, 400, "bad-request"),
        ({"json": {"rows": [{"a": 1}], "options": {"language": "fr"}}}, 422, "invalid"),
        ({"json": {"rows": [{"a": 1}]}, "headers": {"idempotency-key": "with space"}}, 422, "invalid"),
        ({"files": {"file": ("a.csv", CSV)}, "params": {"options": ["{}", "{}"]}}, 422, "invalid"),
        ({"files": {"file": ("a.csv", CSV)}, "params": {"options": "nonsense"}}, 422, "invalid"),
        ({"json": {"rows": [{"a": 1}], "options": {"text": "a"}}, "params": {"options": '{"text": "b"}'}},
         409, "conflict"),
        ({"files": {"file": ("a.csv", CSV)}, "data": {"score": ["nps", "comment"]}}, 422, "invalid"),
    ],
    ids=range(21),
)  # fmt: skip
def test_bodies_that_cannot_be_read(service, how, status, kind):
    answered = service.call("POST", "/v1/batches", **how)
    assert answered.status_code == status, answered.text
    assert answered.json()["type"] == f"urn:voc:problem:{kind}"
    assert not list((service.settings.data_dir / "uploads").iterdir())


def test_a_file_that_cannot_be_analyzed_fails_with_the_reason(service):
    created = create(service, options={**OPTIONS, "score": "no such column"})
    batch = service.wait(created.headers["location"])
    assert batch["state"] == "failed"
    assert batch["problem"]["type"] == "urn:voc:problem:invalid"
    assert "no such column" in batch["problem"]["detail"]
    home = next(service.settings.data_dir.glob(f"tenants/*/batches/{batch['id']}"))
    deadline = time.monotonic() + 10
    while list(home.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not list(home.iterdir())
    answered = service.call("GET", f"/v1/batches/{batch['id']}/result.json")
    assert answered.status_code == 409


def test_an_idempotency_key_makes_one_batch(service):
    first = create(service, 5, headers={"idempotency-key": "once"})
    again = create(service, 5, headers={"idempotency-key": "once"})
    assert again.status_code == 202
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["idempotent-replayed"] == "true"
    other = create(service, 6, headers={"idempotency-key": "once"})
    assert other.status_code == 409
    assert other.json()["type"] == "urn:voc:problem:idempotency-key-reused"
    elsewhere = service.call(
        "POST",
        "/v1/batches",
        "two",
        json={"options": OPTIONS, "rows": rows(5)},
        headers={"idempotency-key": "once"},
    )
    assert elsewhere.json()["id"] != first.json()["id"]


def test_listing_pages_newest_first(service):
    made = [create(service, 2).json()["id"] for _ in range(5)]
    seen, cursor = [], None
    while True:
        page = service.call(
            "GET", "/v1/batches", params={"limit": 2} | ({"after": cursor} if cursor else {})
        ).json()
        seen += [one["id"] for one in page["batches"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    assert seen[:5] == made[::-1]
    service.wait(f"/v1/batches/{made[-1]}")
    states = service.call("GET", "/v1/batches", params={"state": "done", "limit": 100}).json()["batches"]
    assert {one["state"] for one in states} == {"done"}


def test_delete_leaves_nothing(service):
    batch = service.wait(create(service, 5).headers["location"])
    path = f"/v1/batches/{batch['id']}"
    assert service.call("DELETE", path).status_code == 204
    assert service.call("GET", path).status_code == 404
    assert service.call("DELETE", path).status_code == 404
    assert not list(service.settings.data_dir.glob(f"**/{batch['id']}"))


def test_cancel_stops_between_chunks(launch):
    with launch(models=FakeModels(seconds_per_text=0.02)) as service:
        location = create(service, 400).headers["location"]
        service.wait(location, until=("classifying",))
        canceled = service.call("POST", location + "/cancel")
        assert canceled.status_code == 200 and canceled.json()["state"] == "canceled"
        assert service.call("POST", location + "/cancel").json()["state"] == "canceled"
        assert service.call("GET", location + "/result.json").status_code == 409
        made = service.wait(create(service, 5).headers["location"])  # the next one is not held up
        assert made["state"] == "done"
        assert service.call("POST", f"/v1/batches/{made['id']}/cancel").status_code == 409
        assert service.call("GET", location).json()["state"] == "canceled"


def test_delete_while_running(launch):
    with launch(models=FakeModels(seconds_per_text=0.02)) as service:
        location = create(service, 400).headers["location"]
        service.wait(location, until=("classifying",))
        assert service.call("DELETE", location).status_code == 204
        assert service.wait(create(service, 5).headers["location"])["state"] == "done"
        assert not list(service.settings.data_dir.glob("**/chunks"))


def test_too_many_rows_and_batches(launch):
    with launch(max_rows=10, max_batches=2) as service:
        assert create(service, 11).status_code == 413
        text = "comment,nps\n" + "fine,9\n" * 11
        created = service.call("POST", "/v1/batches", files={"file": ("s.csv", text)})
        batch = service.wait(created.headers["location"])
        assert batch["state"] == "failed" and "11 rows" in batch["problem"]["detail"]
        assert create(service, 1).status_code == 202
        assert create(service, 1).status_code == 409


def test_a_full_disk_is_said_and_nothing_is_kept(launch, tmp_path):
    with launch(min_free_bytes=10**18) as service:
        answered = create(service, 5)
        assert answered.status_code == 507
        assert answered.json()["type"] == "urn:voc:problem:disk-full"
        assert not list(tmp_path.glob("data/uploads/*"))


def test_a_disk_that_fills_while_the_body_comes(tmp_path):
    import asyncio

    from service.errors import Problem
    from service.spool import Spool

    async def spill():
        async with Spool(tmp_path, 0) as spool:
            import os

            full = os.open("/dev/full", os.O_WRONLY)
            os.dup2(full, spool._file)
            os.close(full)
            spool.put(b"x" * 2_000_000)
            await spool.drain()

    with pytest.raises(Problem) as caught:
        asyncio.run(spill())
    assert caught.value.kind == "disk-full"
    assert not list(tmp_path.iterdir())


def test_calls_go_first_while_a_batch_runs(launch):
    with launch(models=FakeModels(seconds_per_call=0.02)) as service:
        location = create(service, 600).headers["location"]
        service.wait(location, until=("classifying",))
        answered = service.call("POST", "/v1/classify", json={"documents": [{"id": "1", "text": "now"}]})
        assert answered.status_code == 200
        assert answered.elapsed.total_seconds() < 1.0
        assert service.call("GET", location).json()["state"] == "classifying"


def test_a_batch_reads_as_classify_does(service, done):
    texts = [row["comment"] for row in rows(50)]
    sent = {"documents": [{"id": str(i), "text": text} for i, text in enumerate(texts)]}
    answered = service.call("POST", "/v1/classify", json=sent).json()["documents"]
    comments = pd.read_parquet(io.BytesIO(service.call("GET", done["results"]["comments.parquet"]).content))
    for row, one in zip(comments.to_dict("records"), answered, strict=True):
        for name in ("language", "p_negative", "p_neutral", "p_positive", "sentiment"):
            assert row[name] == one[name]
    assert json.loads(json.dumps(answered)) == answered
