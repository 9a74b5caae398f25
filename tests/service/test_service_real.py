"""The service on the embedded models: its answers are the command line's, bit for bit."""

import io
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from html import escape

import pandas as pd
import pytest
from conftest import running
from standardwebhooks import Webhook as Verifier
from test_service_webhooks import Receiver

import voc
from service.analysis import PipelineModels
from voc.demo import write

TEXTS = [
    "الخدمة ممتازة بس السعر غالي",
    "The courier was polite but two days late",
    "el app helw awy bas by3alla2",
    "التوصيل تأخر والموظف ما رد علي",
    "ok",
    "👍👍",
    "المكان نظيف and the staff are friendly",
    "لا",
]


@pytest.fixture(scope="module")
def service(tools, tmp_path_factory):
    with running(
        tmp_path_factory.mktemp("data"), models=PipelineModels(tools), microbatch=5, latency_budget_s=600.0
    ) as started:
        yield started


def test_classify_is_bit_for_bit_that_of_the_library_whatever_the_batching(service, tools):
    service.headers()
    expected = {
        text: one.as_dict() for text, one in zip(TEXTS, voc.classify(TEXTS, tools=tools), strict=True)
    }

    def ask(texts):
        sent = {"documents": [{"id": str(i), "text": text} for i, text in enumerate(texts)]}
        return service.call("POST", "/v1/classify", json=sent).json()

    calls = [TEXTS[i:] + TEXTS[:i] for i in range(len(TEXTS))] + [[text] for text in TEXTS]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, calls))
    for texts, answer in zip(calls, answers, strict=True):
        assert answer["errors"] == []
        for text, one in zip(texts, answer["documents"], strict=True):
            assert {**one, "id": None} == {**expected[text], "id": None}


def test_a_batch_is_that_of_voc_analyze(service, tools, tmp_path):
    survey = tmp_path / "survey.csv"
    write(survey, n=600)
    options = {"before": "2024-Q1", "after": "2024-Q2", "topics": False}
    expected = voc.analyze(survey, tools=tools, **options)
    with survey.open("rb") as stream:
        created = service.call(
            "POST", "/v1/batches", files={"file": (survey.name, stream)}, data={**options, "topics": "false"}
        )
    batch = service.wait(created.headers["location"], seconds=300)
    assert batch["state"] == "done", batch
    assert service.call("GET", batch["results"]["result.json"]).json() == expected.result
    comments = pd.read_parquet(io.BytesIO(service.call("GET", batch["results"]["comments.parquet"]).content))
    assert list(comments["comment_id"]) == list(expected.comments["comment_id"])
    for name in ("text", "language", "sentiment"):
        assert list(comments[name]) == list(expected.comments[name]), name
    for name in ("p_negative", "p_neutral", "p_positive", "score"):
        pd.testing.assert_series_equal(
            comments[name], expected.comments[name], check_exact=True, check_dtype=False
        )
    mentions = pd.read_parquet(io.BytesIO(service.call("GET", batch["results"]["mentions.parquet"]).content))
    assert mentions.to_dict("records") == expected.mentions.to_dict("records")
    page = service.call("GET", batch["results"]["report.html"]).text
    assert page.lstrip().lower().startswith("<!doctype html")
    assert service.call("GET", batch["results"]["report.xlsx"]).content[:2] == b"PK"


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


def test_what_the_real_reports_say_of_a_person_is_erased_from_every_file(service, tmp_path):
    survey = tmp_path / "survey.csv"
    write(survey, n=400)
    frame = pd.read_csv(survey)
    mine = "الموصل رمى الطرد عند باب الجيران والكرتون مفتوح and nobody called me back"
    frame.loc[frame.index[50:58], "comment"] = mine
    frame["person"] = [f"p{i}" for i in range(len(frame))]
    frame.loc[frame.index[50:58], "person"] = "layla-52"
    frame.to_csv(survey, index=False)
    with survey.open("rb") as stream:
        created = service.call(
            "POST", "/v1/batches", files={"file": ("s.csv", stream)}, data={"respondent": "person"}
        )
    batch = service.wait(created.headers["location"], seconds=300)
    assert batch["state"] == "done", batch
    home = next(service.settings.data_dir.glob(f"tenants/*/batches/{batch['id']}"))
    assert holding(home, mine) and holding(home, "layla-52")
    assert service.call("DELETE", "/v1/respondents/layla-52").json()["batch_comments"] == 8
    assert holding(service.settings.data_dir, mine) == holding(service.settings.data_dir, "layla-52") == []


def holding(folder, text):
    """Files that hold the text: as it is, or inside the parts of a workbook, slides or a table."""
    found = []
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        inside = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                inside += [archive.read(name) for name in archive.namelist()]
        if path.suffix == ".parquet":
            inside.append(pd.read_parquet(path).to_csv().encode())
        if any(text.encode() in part or escape(text).encode() in part for part in inside):
            found.append(path.name)
    return found
