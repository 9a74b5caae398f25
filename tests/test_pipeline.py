"""The whole path on the demo survey: counts and parts add up, evidence is verbatim, one engine everywhere."""

import json

import pandas as pd
import pytest

import voc
from voc.demo import write
from voc.errors import VocError


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    path = tmp_path_factory.mktemp("survey") / "survey.csv"
    write(path)
    return path


@pytest.fixture(scope="module")
def analysis(survey, tools):
    return voc.analyze(survey, before="2024-Q1", after="2024-Q2", tools=tools, topics=False)


def test_counts_add_up(analysis):
    counts = analysis.result["counts"]
    assert counts["read"] == counts["analyzed"] + counts["rejected"]
    assert counts["analyzed"] == len(analysis.comments)
    assert counts["rejected"] == len(analysis.rejects) > 0
    assert sum(analysis.result["languages"].values()) == counts["analyzed"]


def test_parts_add_up_to_the_movement(analysis):
    parts = analysis.result["movement"]["parts"]
    assert sum(part["total"] for part in parts) == pytest.approx(
        analysis.result["score"]["delta"]["value"], abs=1e-9
    )
    for parent in analysis.result["movement"]["parents"]:
        children = [part["total"] for part in parts if parent["id"] in (part["parent"], part["id"])]
        assert parent["total"] == pytest.approx(sum(children), abs=1e-9)


def test_planted_causes_are_on_top(analysis):
    parts = analysis.result["movement"]["parts"]
    named = {part["id"]: part for part in parts if part["named"]}
    assert named["delivery_speed"]["total"] < 0 < named["app"]["total"]
    themes = sorted((p for p in parts if p["kind"] == "theme"), key=lambda p: -abs(p["total"]))
    assert {themes[0]["id"], themes[1]["id"]} == {"delivery_speed", "app"}


def test_evidence_is_verbatim(analysis):
    text = analysis.comments.set_index("comment_id")["text"]
    for row in analysis.mentions.itertuples():
        comment = text[row.comment_id]
        assert 0 <= row.start < row.end <= len(comment)
        assert comment[row.start : row.end].strip()
    for part in analysis.result["movement"]["parts"]:
        for quote in part["quotes"]:
            assert text[quote["comment_id"]][quote["start"] : quote["end"]].strip()


def test_a_mention_says_the_language_of_its_clause(tools):
    [one] = voc.classify(["التوصيل سريع. But the app crashes all the time"], tools=tools)
    assert one.language == "mixed"
    found = {theme["id"]: theme["language"] for theme in one.themes}
    assert found == {"delivery_speed": "ar", "app": "en"}


def test_every_comment_has_a_theme_or_a_reason(analysis):
    themed = set(analysis.mentions["comment_id"])
    for row in analysis.comments.itertuples():
        assert (row.comment_id in themed) == (row.reason_without_theme is None), row.text
    empty = analysis.comments[analysis.comments["text"].str.strip() == ""]
    assert set(empty["reason_without_theme"]) == {"empty"}


def test_result_is_json_without_nan(analysis):
    json.dumps(analysis.result, allow_nan=False)


def test_classify_says_what_analyze_said(analysis, tools):
    rows = analysis.comments[analysis.comments["text"].str.strip() != ""].sample(150, random_state=3)
    labeled = voc.classify(list(rows["text"]), ids=list(rows["comment_id"]), tools=tools)
    for row, one in zip(rows.itertuples(), labeled, strict=True):
        assert (one.id, one.language, one.sentiment) == (row.comment_id, row.language, row.sentiment)
        assert (one.p_negative, one.p_positive) == (row.p_negative, row.p_positive)
        mentions = analysis.mentions[analysis.mentions["comment_id"] == row.comment_id]
        assert [(t["id"], t["polarity"], t["start"], t["end"]) for t in one.themes] == list(
            mentions[["theme", "polarity", "start", "end"]].itertuples(index=False, name=None)
        )


def test_order_of_rows_changes_nothing(survey, analysis, tools):
    frame = pd.read_csv(survey, dtype=str, keep_default_na=False).sample(frac=1, random_state=5)
    again = voc.analyze(frame, before="2024-Q1", after="2024-Q2", tools=tools, topics=False)
    first = {part["id"]: part["total"] for part in analysis.result["movement"]["parts"]}
    second = {part["id"]: part["total"] for part in again.result["movement"]["parts"]}
    assert first.keys() == second.keys()
    for name, total in first.items():
        assert second[name] == pytest.approx(total, abs=1e-9)


def test_written_files(analysis, tmp_path):
    folder = analysis.write(tmp_path / "out", "ar")
    names = {path.name for path in folder.iterdir()}
    assert names >= {
        "result.json", "report.html", "report.xlsx", "comments.parquet", "mentions.parquet", "rejects.csv",
    }  # fmt: skip
    assert json.loads((folder / "result.json").read_text(encoding="utf-8")) == analysis.result
    comments = pd.read_parquet(folder / "comments.parquet")
    mentions = pd.read_parquet(folder / "mentions.parquet")
    moved = voc.explain(comments, mentions, before="2024-Q1", after="2024-Q2")
    assert moved.delta.value == pytest.approx(analysis.movement.delta.value, abs=1e-9)
    assert 'dir="rtl"' in (folder / "report.html").read_text(encoding="utf-8")


def test_labels_of_two_models_are_never_compared(analysis):
    comments = analysis.comments.copy()
    comments.loc[comments["period"] == "2024-Q2", "model"] = "another model"
    with pytest.raises(VocError, match="different models"):
        voc.explain(comments, analysis.mentions, before="2024-Q1", after="2024-Q2")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"before": "2024-Q1"}, "--after"),
        ({"before": "2024-Q1", "after": "2031-Q1"}, "2031-Q1"),
        ({"compare": "branche=a,b"}, "branch"),
        ({"scor": "nps"}, "score"),
        ({"tier": "fast"}, "opened with tier"),
    ],
)
def test_wrong_options_say_what_to_do(survey, tools, options, words):
    with pytest.raises(VocError, match=words):
        voc.analyze(survey, tools=tools, **options)


def test_without_scores_there_is_no_movement(tools):
    frame = pd.DataFrame({"comment": ["الخدمة ممتازة", "the app keeps crashing", ""]})
    found = voc.analyze(frame, text="comment", tools=tools)
    assert found.result["movement"] is None
    assert found.result["score"]["overall"] is None
    assert found.summary("ar")
