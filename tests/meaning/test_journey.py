"""The journey map adds up, follows the taxonomy's order and says what to do."""

import pandas as pd
import pytest

from voc.meaning.journey import lay_out, stages_of
from voc.tables import empty
from voc.taxonomy import load


def mention(comment_id, theme, polarity):
    return {
        "comment_id": comment_id,
        "theme": theme,
        "polarity": polarity,
        "p_theme": 0.9,
        "p_polarity": 0.8,
        "start": 0,
        "end": 5,
        "origin": "model",
    }


@pytest.fixture
def tables():
    comments = pd.DataFrame({"comment_id": ["a", "b", "c"], "text": ["..."] * 3, "score": [2.0, 9.0, None]})
    mentions = pd.DataFrame(
        [
            mention("a", "staff", "negative"),
            mention("a", "billing", "negative"),
            mention("b", "staff", "positive"),
            mention("b", "staff", "negative"),
            mention("c", "staff", "negative"),
            mention("c", "gone_theme", "negative"),
        ]
    )
    return comments, mentions


def test_map(tables):
    rows = lay_out(*tables, load())
    assert [row.stage for row in rows] == ["purchase", "retention"]
    purchase = rows[0]
    assert (purchase.n, purchase.negative, purchase.neutral, purchase.positive) == (4, 3, 0, 1)
    assert purchase.balance == pytest.approx(-0.5)
    assert purchase.level == "negative"
    assert purchase.mean_score == pytest.approx(5.5)
    assert [(point.theme, point.n) for point in purchase.challenges] == [("staff", 3)]
    assert [(point.theme, point.n) for point in purchase.strengths] == [("staff", 1)]
    assert purchase.opportunities[0].text["ar"] and purchase.opportunities[0].text["en"]
    assert [cell.id for cell in purchase.touchpoints] == ["during"]
    assert sum(cell.n for cell in purchase.touchpoints) == purchase.n


def test_inputs_are_left_alone(tables):
    before = [table.copy() for table in tables]
    lay_out(*tables, load())
    for table, copy in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_nothing_to_lay_out():
    comments = pd.DataFrame({"comment_id": ["a"], "text": [""]})
    assert lay_out(comments, empty("mentions"), load()) == []


def test_stage_of_a_comment(tables):
    _, mentions = tables
    assert stages_of(["a", "b", "x"], mentions, load()) == ["purchase", "purchase", None]
    given = ["الولاء", "nonsense", "Decision"]
    assert stages_of(["a", "b", "x"], mentions, load(), given) == ["advocacy", "purchase", "purchase"]
