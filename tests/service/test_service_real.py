"""The service on the embedded models: its answers are the command line's, bit for bit."""

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from html import escape

import pandas as pd
import pytest
from apps import running

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
