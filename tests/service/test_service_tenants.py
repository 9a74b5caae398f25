"""No route gives one tenant anything of another's: every route of the OpenAPI document is probed."""

import json
import re

import pytest
from apps import OPTIONS, rows

MARK = "unmistakable-sentence-of-tenant-one"


@pytest.fixture(scope="module")
def owned(service):
    """One of everything, owned by tenant one."""
    webhook = service.call(
        "POST", "/v1/webhooks", json={"url": "https://example.com/x", "events": ["batch.done"]}
    ).json()
    sent = {"options": OPTIONS, "rows": rows(5, comment=MARK, who="person-one")}
    batch = service.wait(service.call("POST", "/v1/batches", json=sent).headers["location"])
    comment = {"id": "c1", "text": MARK, "respondent_id": "person-one", "score": 3}
    service.call("POST", "/v1/streams/mine/comments", json={"comments": [comment]})
    return {
        "batch_id": batch["id"],
        "webhook_id": webhook["id"],
        "name": "mine",
        "respondent_id": "person-one",
        "secret": webhook["secret"],
    }


def probes(service, owned):
    """Every operation with tenant one's ids in its path: (method, path)."""
    for path, operations in service.client.get("/openapi.json").json()["paths"].items():
        if not path.startswith("/v1/"):
            continue
        for method in operations:
            names = re.findall(r"{(\w+)}", path)
            if path == "/v1/batches/{batch_id}/{name}":
                for result in (
                    "result.json",
                    "report.html",
                    "report.xlsx",
                    "comments.parquet",
                    "rejects.csv",
                ):
                    yield method.upper(), f"/v1/batches/{owned['batch_id']}/{result}"
                continue
            filled = path
            for name in names:
                filled = filled.replace(f"{{{name}}}", owned[name])
            yield method.upper(), filled


BODIES = {
    "/v1/classify": {"documents": [{"id": "1", "text": "fine"}]},
    "/v1/comments": {"stream": "mine", "comments": [{"id": "c1", "text": "fine"}]},
    "/v1/streams/mine/comments": {"comments": [{"id": "c1", "text": "fine"}]},
    "/v1/webhooks": {"url": "https://example.com/y", "events": ["batch.done"]},
    "/v1/batches": {"rows": rows(2), "options": OPTIONS},
}


def test_no_route_crosses_tenants(service, owned):
    count = 0
    for method, path in probes(service, owned):
        answered = service.call(
            method, path, tenant="two", json=BODIES.get(path) if method == "POST" else None
        )
        count += 1
        own = owned["batch_id"] not in path and owned["webhook_id"] not in path
        assert answered.status_code in ((200, 201, 202, 204, 404) if own else (404,)), (method, path)
        for trace in (MARK, owned["secret"], owned["batch_id"], owned["webhook_id"]):
            assert trace not in answered.text, (method, path)
    assert count >= 26


def test_and_nothing_of_tenant_one_was_touched(service, owned):
    batch = service.call("GET", f"/v1/batches/{owned['batch_id']}").json()
    assert batch["state"] == "done"
    assert MARK in service.call("GET", batch["results"]["report.html"]).text
    person = service.call("GET", "/v1/respondents/person-one").json()
    assert [one["text"] for one in person["stream_comments"]] == [MARK]
    assert len(person["batch_comments"]) == 5
    assert service.call("GET", f"/v1/webhooks/{owned['webhook_id']}").status_code == 200


def test_without_a_key_every_route_refuses(service, owned):
    for method, path in probes(service, owned):
        answered = service.client.request(method, path, json=BODIES.get(path) if method == "POST" else None)
        assert answered.status_code == 401, (method, path)
        assert MARK not in answered.text


def test_another_tenants_cursor_shows_nothing_of_it(service, owned):
    for path in ("/v1/batches", "/v1/audit"):
        mine = service.call("GET", path).json()
        cursor = (mine.get("batches") or mine.get("entries"))[0]["id"]
        theirs = service.call("GET", path, tenant="three", params={"after": cursor}).json()
        assert not theirs.get("batches")
        assert all(entry["action"] == "key.create" for entry in theirs.get("entries", []))


def test_the_audit_log_names_deeds_and_no_person(service, owned):
    service.call("GET", "/v1/respondents/person-one")
    entries = service.call("GET", "/v1/audit", params={"limit": 500}).json()["entries"]
    actions = {entry["action"] for entry in entries}
    assert {"key.create", "batch.create", "stream.create", "webhook.create", "person.export"} <= actions
    assert "person-one" not in json.dumps(entries) and MARK not in json.dumps(entries)
    assert all(entry["object"] for entry in entries)
