"""Five slides, native charts with intervals, right to left in Arabic, text that stays text."""

import pytest
from pptx import Presentation
from pptx.oxml.ns import qn

from voc import tables
from voc.report.slides import write_pptx


@pytest.fixture(scope="module", params=["en", "ar"])
def deck(request, example, tmp_path_factory):
    path = tmp_path_factory.mktemp("deck") / "report.pptx"
    write_pptx(path, *example.tables(), request.param)
    return request.param, Presentation(str(path))


def test_five_slides_with_titles(deck):
    _, slides = deck[0], deck[1].slides
    assert len(slides) == 5
    assert all(slide.shapes.title.text_frame.text.strip() for slide in slides)


def test_charts_are_native_and_carry_intervals(deck, example):
    charts = [s.chart for slide in deck[1].slides for s in slide.shapes if s.has_chart]
    assert len(charts) == 3
    with_intervals = [c for c in charts if c._chartSpace.findall(f".//{qn('c:errBars')}")]
    assert len(with_intervals) == 2
    values = list(charts[1].plots[0].series[0].values)
    assert abs(sum(values) - example.result["score"]["delta"]["value"]) < 1e-9  # all eight parts fit


def test_direction(deck):
    language, file = deck
    first = file.slides[0].shapes.title.text_frame.paragraphs[0]._p.pPr
    assert first.get("rtl") == ("1" if language == "ar" else "0")


def test_hostile_text(tmp_path, hostile, example):
    comments = example.comments.head(len(hostile)).assign(text=hostile)
    mentions = tables.empty("mentions")
    for i in range(len(hostile)):
        mentions.loc[i] = [f"c{i:06d}", f"t{i}", "negative", 0.9, 0.9, 0, len(hostile[i]), "en", "model"]
    write_pptx(tmp_path / "x.pptx", example.result, comments, mentions, example.rejects, "ar")
    Presentation(str(tmp_path / "x.pptx"))


def test_nothing_at_all(tmp_path):
    empty = [tables.empty(name) for name in ("comments", "mentions", "rejects")]
    for language in ("en", "ar"):
        write_pptx(tmp_path / "x.pptx", {"score": {}}, *empty, language)
        assert len(Presentation(str(tmp_path / "x.pptx")).slides) == 5
