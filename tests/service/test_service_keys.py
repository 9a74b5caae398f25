"""Keys: only a digest is kept; scopes, expiry, rotation, rates and quotas hold."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from service import keys
from service.database import now
from service.limits import Limits
from service.tables import Key, Usage
from voc.errors import OptionError

ONE = {"documents": [{"id": "1", "text": "fine"}]}


def classify(service, token, body=ONE):
    return service.client.post("/v1/classify", json=body, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize(
    "value",
    [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer voc_", "Bearer voc_a_b", "Bearer voc_a_b_c",
     "bearer x y", "Bearer " + "voc_" * 1000, "Bearer voc__", "Bearer \u00e9"],
    ids=range(12),
)  # fmt: skip
def test_no_key_no_answer(service, value):
    headers = {} if value is None else {"Authorization": value.encode("latin-1")}
    answered = service.client.post("/v1/classify", json=ONE, headers=headers)
    assert answered.status_code == 401
    assert answered.headers["www-authenticate"].startswith("Bearer")
    assert answered.json()["type"] == "urn:voc:problem:unauthorized"


def test_the_database_holds_no_secret(service):
    made = service.key()
    secret = made.token.rsplit("_", 1)[1]
    with service.database.session() as session:
        row = session.get_one(Key, made.id)
        assert secret not in str(vars(row))
        assert len(row.digest) == 64
    other = service.key()
    mixed = f"voc_{made.id}_{other.token.rsplit('_', 1)[1]}"
    assert classify(service, mixed).status_code == 401
    assert classify(service, made.token).status_code == 200


@pytest.mark.parametrize(
    "scopes, method, path, status",
    [
        (("classify",), "POST", "/v1/classify", 200),
        (("classify",), "GET", "/v1/batches", 403),
        (("classify",), "GET", "/v1/respondents/x", 403),
        (("batch",), "POST", "/v1/classify", 403),
        (("batch",), "GET", "/v1/batches", 200),
        (("batch",), "DELETE", "/v1/respondents/x", 403),
        (("batch",), "GET", "/v1/audit", 403),
        (("admin",), "GET", "/v1/batches", 200),
        (("admin",), "POST", "/v1/classify", 200),
        (("admin",), "GET", "/v1/audit", 200),
    ],
)
def test_scopes(service, scopes, method, path, status):
    body = ONE if method == "POST" else None
    answered = service.call(method, path, scopes=scopes, json=body)
    assert answered.status_code == status
    if status == 403:
        assert "scope" in answered.json()["detail"]


def test_revoked_and_expired_keys_stop(service, monkeypatch):
    from service import runtime

    monkeypatch.setattr(runtime, "_REMEMBER_S", 0.0)
    revoked, expired = service.key(), service.key()
    assert classify(service, revoked.token).status_code == 200
    keys.revoke(service.database, revoked.id)
    assert classify(service, revoked.token).status_code == 401
    with service.database.session() as session:
        session.get_one(Key, expired.id).expires_at = now() - timedelta(seconds=1)
    assert classify(service, expired.token).status_code == 401
    states = {key.id: key.state for key in keys.listing(service.database)}
    assert (states[revoked.id], states[expired.id]) == ("revoked", "expired")


def test_rotation_overlaps_then_ends(service, monkeypatch):
    from service import runtime

    monkeypatch.setattr(runtime, "_REMEMBER_S", 0.0)
    old = service.key(tenant="rotating", rate_per_minute=77)
    new = keys.rotate(service.database, old.id, overlap_hours=1)
    assert classify(service, old.token).status_code == classify(service, new.token).status_code == 200
    listed = {key.id: key for key in keys.listing(service.database, "rotating")}
    assert listed[new.id].rate_per_minute == 77
    assert listed[old.id].expires_at <= now() + timedelta(hours=1)
    at_once = keys.rotate(service.database, new.id, overlap_hours=0)
    assert classify(service, new.token).status_code == 401
    assert classify(service, at_once.token).status_code == 200
    with pytest.raises(OptionError, match="expired"):
        keys.rotate(service.database, new.id)


def test_wrong_options_say_so(service):
    with pytest.raises(OptionError, match="Unknown scope"):
        service.key(scopes=("everything",))
    with pytest.raises(OptionError, match="days"):
        service.key(days=0)
    with pytest.raises(OptionError, match="tenant"):
        service.key(tenant=" ")
    with pytest.raises(OptionError, match="no key"):
        keys.revoke(service.database, "nobody")


def test_a_key_may_make_so_many_calls(service):
    token = service.key(rate_per_minute=12).token  # a burst of two, then one every five seconds
    statuses = [classify(service, token).status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    refused = classify(service, token)
    assert 1 <= int(refused.headers["retry-after"]) <= 6
    assert refused.json()["type"] == "urn:voc:problem:too-many-requests"
    assert classify(service, service.key().token).status_code == 200


def test_a_key_may_send_so_many_documents(service):
    made = service.key(documents_per_day=5)
    three = {"documents": [{"id": str(i), "text": "fine"} for i in range(3)]}
    assert classify(service, made.token, three).status_code == 200
    refused = classify(service, made.token, three)
    assert refused.status_code == 429
    assert refused.json()["type"] == "urn:voc:problem:quota-exceeded"
    assert 1 <= int(refused.headers["retry-after"]) <= 86_401
    two = {"documents": three["documents"][:2]}
    assert classify(service, made.token, two).status_code == 200


def test_use_is_counted_in_the_database(service):
    made = service.key()
    for _ in range(3):
        classify(service, made.token)
    service.client.app.state.runtime.limits.flush()
    with service.database.session() as session:
        row = session.scalars(sa.select(Usage).where(Usage.key_id == made.id)).one()
        assert (row.calls, row.documents) == (3, 3)


def test_the_bucket_refills():
    clock = [0.0]
    limits = Limits(None, rate_per_minute=60, documents_per_day=10, clock=lambda: clock[0])
    caller = keys.Caller("k", "t", frozenset(), None, None, None)
    made = 0
    for _ in range(1000):
        clock[0] += 0.1
        try:
            limits.call(caller)
            made += 1
        except Exception:
            continue
    assert 105 <= made <= 111  # 100 seconds at one a second, and a burst of ten
