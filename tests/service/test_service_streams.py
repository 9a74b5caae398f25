"""Streams: appended once per source id, classified in the background, watched for movement."""

import threading
import time
from datetime import UTC, datetime, timedelta

from apps import running
from fakes import FakeModels, answer

from service import watch
from service.analysis import Document


def append(service, name, comments, **more):
    return service.call("POST", f"/v1/streams/{name}/comments", json={"comments": comments}, **more)


def settled(service, name, seconds=15):
    """The stream once nothing waits to be classified."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        stream = service.call("GET", f"/v1/streams/{name}").json()
        if not stream["waiting"]:
            return stream
        time.sleep(0.05)
    raise AssertionError(stream)


def test_what_came_before_is_counted_and_left_alone(service):
    first = append(service, "posts", [{"id": "1", "text": "first"}, {"id": "2", "text": "second"}])
    assert first.status_code == 202 and first.headers["location"] == "/v1/streams/posts"
    assert first.json() == {"stream": "posts", "accepted": 2, "duplicates": 0}
    again = append(service, "posts", [{"id": "2", "text": "changed"}, {"id": "3", "text": "third"}])
    assert again.json() == {"stream": "posts", "accepted": 1, "duplicates": 1}
    twice = append(service, "posts", [{"id": "4", "text": "a"}, {"id": "4", "text": "b"}])
    assert twice.json() == {"stream": "posts", "accepted": 1, "duplicates": 1}
    assert settled(service, "posts")["comments"] == 4
    other = append(service, "others", [{"id": "1", "text": "first"}])
    assert other.json()["accepted"] == 1


def test_one_address_for_every_stream(service):
    comments = [{"id": "1", "text": "first"}, {"id": "2", "text": "second"}]
    sent = service.call("POST", "/v1/comments", json={"stream": "named", "comments": comments})
    assert (sent.status_code, sent.headers["location"]) == (202, "/v1/streams/named")
    assert append(service, "named", comments).json() == {"stream": "named", "accepted": 0, "duplicates": 2}
    for body in ({"comments": comments}, {"stream": "Bad Name", "comments": comments}, {"stream": "named"}):
        assert service.call("POST", "/v1/comments", json=body).status_code == 422


def test_comments_are_classified_in_the_background(service):
    append(
        service, "labeled", [{"id": "1", "text": "السعر", "question": "وش المشكلة؟", "respondent_id": "r9"}]
    )
    settled(service, "labeled")
    (comment,) = service.call("GET", "/v1/respondents/r9").json()["stream_comments"]
    assert comment["labels"] == answer(Document("السعر", "وش المشكلة؟"))


def test_the_same_comments_from_many_callers_are_kept_once(service):
    comments = [{"id": f"{i}", "text": f"t{i}"} for i in range(40)]
    accepted = []
    service.headers()

    def send():
        accepted.append(append(service, "crowd", comments).json()["accepted"])

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(accepted) == 40
    assert settled(service, "crowd")["comments"] == 40


def test_bad_comments_are_refused_whole(service):
    for comment in ({"id": "1"}, {"text": "x"}, {"id": "", "text": "x"},
                    {"id": "1", "text": "x", "score": "9"},
                    {"id": "1", "text": "x", "answered_at": "2024-01-01T00:00:00"},
                    {"id": "1", "text": "x", "y": 1},
                    {"id": "1", "text": "x" * 20_001}):  # fmt: skip
        answered = append(service, "bad", [comment])
        assert answered.status_code == 422, comment
    assert append(service, "bad", [{"id": "1", "text": "x"}] * 1001).status_code == 422
    assert append(service, "Bad Name", [{"id": "1", "text": "x"}]).status_code == 422
    assert service.call("GET", "/v1/streams/bad").status_code == 404


def test_a_stream_can_be_deleted(service):
    append(service, "brief", [{"id": "1", "text": "x", "respondent_id": "r10"}])
    settled(service, "brief")
    assert service.call("DELETE", "/v1/streams/brief").status_code == 204
    assert service.call("GET", "/v1/streams/brief").status_code == 404
    assert service.call("GET", "/v1/respondents/r10").json()["stream_comments"] == []
    assert "brief" not in [one["name"] for one in service.call("GET", "/v1/streams").json()["streams"]]


class Watchful(FakeModels):
    """Sees the same alert whenever it is asked, with figures that change a little."""

    def conclude(self, survey, readings, settings):
        analysis = super().conclude(survey, readings, settings)
        self.looks = getattr(self, "looks", 0) + 1
        alert = {
            "theme": "app",
            "polarity": "negative",
            "segment": None,
            "since": "2024-05-06",
            "n": self.looks,
        }
        analysis.result["alerts"] = [alert]
        return analysis


def test_an_alert_is_kept_and_told_once(tmp_path):
    with running(tmp_path, models=Watchful(), watch_cron="* * * * * *") as service:
        start = datetime.now(UTC) - timedelta(days=30)
        comments = [
            {
                "id": f"{i}",
                "text": f"t{i}",
                "score": i % 11,
                "answered_at": (start + timedelta(days=i)).isoformat(),
            }
            for i in range(20)
        ]
        append(service, "watched", comments)
        settled(service, "watched")
        deadline = time.monotonic() + 25
        while service.models.__dict__.get("looks", 0) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert service.models.looks >= 2  # by the clock, without being asked
        (alert,) = service.call("GET", "/v1/streams/watched/alerts").json()["alerts"]
        assert alert["alert"]["theme"] == "app"
        movement = service.call("GET", "/v1/streams/watched/movement").json()
        assert movement["counts"]["analyzed"] == 20
        runtime = service.client.app.state.runtime
        with service.database.session(read_only=True) as session:
            from service import streams
            from service.tables import Key

            tenant = session.get_one(Key, service.key().id).tenant_id
            stream_id = streams.find(session, tenant, "watched").id
        assert watch.watch(runtime, stream_id) == 0
        latest = service.call("GET", "/v1/streams/watched/latest").json()
        assert latest["result"]["alerts"][0]["theme"] == "app"
        (record,) = service.call("GET", "/v1/records").json()["records"]
        assert record["object"].startswith(stream_id) and record["body"]["rows"]["analyzed"] == 20
        assert datetime.fromisoformat(latest["at"]) > start
        assert service.call("DELETE", "/v1/streams/watched").status_code == 204
        assert not list(service.settings.data_dir.glob("**/latest.json"))
