"""A stream on the embedded models: looked at by the clock, a rise seen, and told by a signed webhook."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from apps import running
from standardwebhooks import Webhook as Verifier
from test_service_webhooks import Receiver

from service.analysis import PipelineModels


@pytest.mark.parametrize("scored", [True, False], ids=["answers with scores", "posts without"])
def test_a_stream_is_looked_at_by_the_clock_and_a_rise_is_told(tools, tmp_path, scored):
    receiver = Receiver([])
    allowed = {"watch_cron": "*/5 * * * * *", "webhook_allow_networks": ("127.0.0.0/8",)}
    with running(tmp_path, models=PipelineModels(tools), **allowed) as service:
        hook = {"url": receiver.url, "events": ["stream.alert"]}
        secret = service.call("POST", "/v1/webhooks", json=hook).json()["secret"]
        service.append("posts", list(posts(scored)), seconds=300)
        (_, headers, body), *_ = receiver.wait(1, seconds=120)
        told = Verifier(secret).verify(body, headers)
        assert (told["type"], told["data"]["stream"]) == ("stream.alert", "posts")
        alert = told["data"]["alert"]
        assert alert["theme"].startswith("delivery") and alert["polarity"] == "negative"
        kept = service.call("GET", "/v1/streams/posts/alerts").json()["alerts"]
        assert alert in [one["alert"] for one in kept]
        latest = service.call("GET", "/v1/streams/posts/latest").json()["result"]
        assert alert["theme"] in {one["id"] for one in latest["themes"] if one["series"]}
        if scored:
            answered = service.call("GET", "/v1/streams/posts/movement")
            assert answered.status_code == 200 and answered.json()["score"]["overall"]["n"] == 40 * 12
        count = len(receiver.seen)
        time.sleep(11)  # two more looks tell nothing again
        assert len(receiver.seen) == count == len(kept)
    receiver.close()


def posts(scored):
    """Forty weeks of a dozen posts; in the last five the deliveries are late."""
    start = datetime.now(UTC) - timedelta(weeks=40)
    for week in range(40):
        late = 7 if week >= 35 else 1
        for i in range(12):
            text = (
                "التوصيل تأخر كثير" if i < late else ("الموظف محترم جدا", "the staff were very kind")[i % 2]
            )
            post = {"id": f"{week}-{i}", "text": text}
            post["answered_at"] = (start + timedelta(weeks=week, hours=i)).isoformat()
            yield {**post, "score": 2 if i < late else 9} if scored else post
