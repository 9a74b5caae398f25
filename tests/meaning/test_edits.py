"""An analyst's edits change what they name and nothing else, and say so beforehand."""

import textwrap

import pandas as pd
import pytest

from voc.errors import InputError, OptionError
from voc.meaning import edits
from voc.meaning.edit_file import read
from voc.taxonomy import load

MENTIONS = [
    ("a", "staff", "negative", 0.9, 0, 21, "model"),
    ("a", "price", "positive", 0.7, 22, 40, "model"),
    ("b", "app", "negative", 0.8, 0, 12, "model"),
    ("b", "website", "negative", 0.9, 0, 12, "model"),
    ("c", "staff", "positive", 0.6, 0, 10, "rule"),
]
TEXTS = {
    "a": "the driver was rude, but cheap enough",
    "b": "app is broken",
    "c": "kind team",
    "d": "كل شي تمام",
}


@pytest.fixture
def tables():
    columns = [*"comment_id theme polarity p_theme p_polarity start end language origin".split()]
    rows = [(c, t, p, q, 0.8, s, e, "en", o) for c, t, p, q, s, e, o in MENTIONS]
    comments = pd.DataFrame(
        {
            "comment_id": list(TEXTS),
            "text": list(TEXTS.values()),
            "p_negative": [0.7, 0.8, 0.1, 0.1],
            "p_neutral": [0.2, 0.1, 0.2, 0.1],
            "p_positive": [0.1, 0.1, 0.7, 0.8],
            "reason_without_theme": [None, None, None, "vague"],
        }
    )
    return comments, pd.DataFrame(rows, columns=columns)


def carry_out(tmp_path, tables, text):
    path = tmp_path / "edits.yaml"
    path.write_text("edits:\n" + textwrap.indent(textwrap.dedent(text).strip(), "  "), encoding="utf-8")
    return edits.apply(path, *tables), path


def pairs(mentions):
    return list(zip(mentions["comment_id"], mentions["theme"], mentions["polarity"], strict=True))


def test_no_file_changes_nothing(tables):
    assert edits.apply(None, *tables) == tables


def test_merge_keeps_the_stronger_mention(tmp_path, tables):
    (_, mentions), _ = carry_out(tmp_path, tables, "- merge: {themes: [website], into: app}")
    assert pairs(mentions).count(("b", "app", "negative")) == 1
    assert mentions.loc[mentions["theme"] == "app", "p_theme"].item() == 0.9


def test_split_by_words_in_the_evidence(tmp_path, tables):
    text = "- split: {theme: staff, into: drivers, label: {ar: السائقون, en: Drivers}, words: [driver]}"
    (_, mentions), path = carry_out(tmp_path, tables, text)
    assert ("a", "drivers", "negative") in pairs(mentions) and ("c", "staff", "positive") in pairs(mentions)
    tree = edits.amend(path, load())
    assert tree.label("drivers", "en") == "Drivers" and tree.parent("drivers") == "service"


def test_rule_adds_a_theme_with_its_clause_as_evidence(tmp_path, tables):
    (comments, mentions), _ = carry_out(tmp_path, tables, "- rule: {theme: service_quality, words: [تمام]}")
    row = mentions[mentions["comment_id"] == "d"].iloc[0]
    assert (row["theme"], row["polarity"], row["origin"]) == ("service_quality", "positive", "rule")
    assert row["language"] == "ar"
    assert TEXTS["d"][row["start"] : row["end"]] == TEXTS["d"]
    assert comments.set_index("comment_id").loc["d", "reason_without_theme"] is None


def test_comment_is_and_is_not(tmp_path, tables):
    text = """
    - comment: {id: a, is: [delivery_speed], is_not: [staff], polarity: negative}
    - comment: {id: c, is_not: [staff], reason: off_topic}
    """
    (comments, mentions), _ = carry_out(tmp_path, tables, text)
    assert ("a", "delivery_speed", "negative") in pairs(mentions)
    assert "staff" not in set(mentions["theme"])
    assert mentions.loc[mentions["theme"] == "delivery_speed", "origin"].item() == "analyst"
    assert comments.set_index("comment_id").loc["c", "reason_without_theme"] == "off_topic"


def test_text_edit_reaches_every_comment_with_that_text(tmp_path, tables):
    text = '- text: {equals: "app is broken", is_not: [app, website]}'
    (comments, mentions), _ = carry_out(tmp_path, tables, text)
    assert "b" not in set(mentions["comment_id"])
    assert comments.set_index("comment_id").loc["b", "reason_without_theme"] == "vague"


def test_rename_and_move(tmp_path, tables):
    text = """
    - rename: {theme: staff, label: {ar: فريقنا, en: Our team}}
    - move: {theme: offers, under: product}
    """
    (_, mentions), path = carry_out(tmp_path, tables, text)
    pd.testing.assert_frame_equal(mentions, tables[1])
    tree = edits.amend(path, load())
    assert tree.label("staff", "ar") == "فريقنا" and tree.parent("offers") == "product"
    order = [theme.id for theme in tree.themes]
    assert order.index("product") < order.index("offers") < order.index("price_value")


def test_applying_twice_is_applying_once(tmp_path, tables):
    text = """
    - merge: {themes: [website], into: app}
    - rule: {theme: service_quality, words: [تمام]}
    - comment: {id: a, is: [delivery_speed], is_not: [staff]}
    """
    once, path = carry_out(tmp_path, tables, text)
    twice = edits.apply(path, *once)
    for first, second in zip(once, twice, strict=True):
        pd.testing.assert_frame_equal(first, second)


def test_inputs_are_left_alone(tmp_path, tables):
    before = [table.copy() for table in tables]
    carry_out(tmp_path, tables, "- comment: {id: a, is: [app], is_not: [staff]}")
    for table, copy in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_preview_shows_what_would_change(tmp_path, tables):
    text = """
    - merge: {themes: [website], into: app}
    - rule: {theme: staff, words: [nowhere]}
    """
    _, path = carry_out(tmp_path, tables, text)
    seen = edits.preview(path, *tables)
    assert seen.themes.set_index("theme").loc["website", ["n_before", "n_after"]].tolist() == [1, 0]
    assert set(seen.mentions["change"]) == {"removed"}
    assert seen.idle == ("rule, line 3",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("edits: 3", "list under 'edits:'"),
        ("edits:\n  - renam: {theme: a}", "line 2.*did you mean rename"),
        ("edits:\n  - rename: {theme: staff}", "needs 'label'"),
        ("edits:\n  - rename: {theme: staff, label: {en: x}}", "both languages"),
        ("edits:\n  - comment: {id: a}", "'is' or 'is_not'"),
        ("edits:\n  - comment: {id: a, is: [app], polarity: bad}", "polarity is 'bad'"),
        ("edits:\n  - rule: {theme: app, words: [x], wrds: [y]}", "did you mean words"),
        ("edits: [", "not valid YAML"),
        ("editz: []", "list under 'edits:'"),
        ("edits: []\nmore: 1", "'more' is not known"),
    ],
)
def test_mistakes_are_named(tmp_path, text, message):
    path = tmp_path / "edits.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read(path)


def test_unknown_theme_and_missing_file(tmp_path):
    path = tmp_path / "edits.yaml"
    with pytest.raises(InputError, match="cannot be read"):
        read(path)
    path.write_text("edits:\n  - rename: {theme: staf, label: x}", encoding="utf-8")
    with pytest.raises(OptionError, match="did you mean staff"):
        edits.amend(path, load())
    path.write_text("", encoding="utf-8")
    assert read(path) == ()
