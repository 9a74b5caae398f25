"""Doing an analysis again gives what analyzing again would give, without reading a text anew."""

from dataclasses import replace

import pandas as pd
import pytest

import voc
from voc import settings
from voc.demo import write
from voc.errors import VocError
from voc.revise import revise

OPTIONS = {"before": "2024-Q1", "after": "2024-Q2"}


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    path = tmp_path_factory.mktemp("revise") / "survey.csv"
    write(path, n=300)
    return path


@pytest.fixture(scope="module")
def past(survey, tools):
    return voc.analyze(survey, tools=tools, **OPTIONS)


@pytest.fixture(scope="module")
def stored(past, tmp_path_factory):
    """As it comes back from its files."""
    folder = past.write(tmp_path_factory.mktemp("stored"))
    return replace(
        past,
        comments=pd.read_parquet(folder / "comments.parquet"),
        mentions=pd.read_parquet(folder / "mentions.parquet"),
    )


def test_nothing_changed_gives_the_same_result(past, stored, tools):
    again = revise(stored, settings.of(**OPTIONS), tools=tools)
    assert again.result == past.result
    assert list(again.comments["period"]) == list(past.comments["period"])


def test_edits_give_what_analyzing_with_them_gives(survey, stored, tools, tmp_path):
    edits = tmp_path / "edits.yaml"
    edits.write_text(
        "edits:\n"
        "  - rename: {theme: delivery_speed, label: {ar: سرعة الوصول, en: Speed}}\n"
        "  - merge: {themes: [app, website], into: app}\n"
        "  - rule: {theme: price, words: [expensive, غالي]}\n",
        encoding="utf-8",
    )
    fresh = voc.analyze(survey, tools=tools, topics=False, edits=edits, **OPTIONS)
    again = revise(stored, settings.of(edits=edits, **OPTIONS), tools=tools)
    assert again.mentions.to_dict("records") == fresh.mentions.to_dict("records")
    assert {**again.result, "topics": []} == {**fresh.result, "topics": []}
    labels = {theme["id"]: theme["label"]["en"] for theme in again.result["themes"]}
    assert labels["delivery_speed"] == "Speed"


def test_another_comparison(survey, stored, tools):
    fresh = voc.analyze(survey, tools=tools, topics=False, before="2024-01", after="2024-02")
    again = revise(stored, settings.of(before="2024-01", after="2024-02"), tools=tools)
    assert again.result["movement"] == fresh.result["movement"]
    with pytest.raises(VocError, match="2030"):
        revise(stored, settings.of(before="2030-Q1", after="2024-Q2"), tools=tools)
