"""The embedded taxonomy is whole, and a user's mistakes are named with their line."""

import textwrap

import pytest

from voc.errors import InputError, OptionError
from voc.taxonomy import load, packs

DEMO_CAUSES = """staff waiting_time price delivery_speed app cleanliness product_quality billing
complaint_handling location_parking payment returns_refunds offers network_coverage""".split()


def write(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def test_embedded_tree_has_the_ids_others_rely_on():
    tree = load()
    leaves = {theme.id for theme in tree.leaves}
    assert set(DEMO_CAUSES) <= leaves
    assert 22 <= len(leaves) <= 32
    assert tree.parent("staff") == "service"
    assert tree.parent("service") is None
    assert tree.label("cleanliness", "ar") == "النظافة"


@pytest.mark.parametrize("name", [None, *packs()])
def test_every_leaf_is_complete(name):
    tree = load(pack=name)
    stages = {stage.id for stage in tree.stages}
    for theme in tree.leaves:
        assert theme.stage in stages, theme.id
        assert theme.touchpoint in {"before", "during", "after"}, theme.id
        for texts in (theme.label, theme.definition, theme.action):
            assert texts["ar"].strip() and texts["en"].strip(), theme.id
        assert {"msa", "gulf", "egyptian", "english"} <= set(theme.seeds), theme.id
        assert theme.words["ar"] and theme.words["en"], theme.id


@pytest.mark.parametrize("name", [None, *packs()])
def test_every_parent_stands_before_its_children(name):
    seen = set()
    for theme in load(pack=name).themes:
        assert theme.parent is None or theme.parent in seen
        seen.add(theme.id)


def test_own_file_with_synonym_for_the_stage(tmp_path):
    path = write(
        tmp_path,
        """
        themes:
          - id: lessons
            label: {ar: الدروس, en: Lessons}
            stage: الولاء
            touchpoint: أثناء
            examples: [شرح المعلم واضح, the teacher explains well]
        """,
    )
    theme = load(path).theme("lessons")
    assert (theme.stage, theme.touchpoint) == ("advocacy", "during")
    assert len(theme.phrases) == 2


def test_extending_amends_adds_and_hides(tmp_path):
    path = write(
        tmp_path,
        """
        extends: cx
        hide: [network]
        themes:
          - id: staff
            words: {en: [porter]}
          - {id: breakfast, parent: product, label: {ar: الإفطار, en: Breakfast}}
        """,
    )
    tree = load(path)
    assert "porter" in tree.theme("staff").words["en"] and "cashier" in tree.theme("staff").words["en"]
    assert tree.parent("breakfast") == "product"
    assert "network_coverage" not in tree.by_id


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("themes: []", "no themes"),
        ("- staff", "list 'themes'"),
        ("themes: [{id: Staff, label: x}]", "small letters"),
        ("themes:\n  - {id: a, label: x}\n  - {id: a, label: y}", "line 3.*used twice"),
        ("themes: [{id: a}]", "line 1.*no label"),
        ("themes: [{id: a, label: {ar: أ}}]", "both languages"),
        ("themes: [{id: a, label: x, parent: b}]", "unknown parent 'b'"),
        ("extends: cx\nthemes: [{id: a, label: x, parent: servce}]", "did you mean service"),
        ("themes: [{id: a, label: x, stage: later}]", "stage of 'a' is 'later'"),
        ("themes: [{id: a, label: x, sedes: {}}]", "did you mean seeds"),
        ("themes: [{id: a, label: x, seeds: {msa: oops}}]", "list of phrases"),
        ("themes: [{id: a, label: x, seeds: {latin: [x]}}]", "'latin' is not known"),
        ("themes: [{id: a, label: x, label: y}]", "given twice"),
        ("themes: [{id: a, label: x", r"line \d"),
        ("extends: cx\nhide: [stuff]\nthemes: [{id: a, label: x}]", "did you mean staff"),
        (
            "themes: [{id: a, label: x, themes: [{id: b, label: x, themes: [{id: c, label: x}]}]}]",
            "two levels",
        ),
    ],
)
def test_mistakes_are_named(tmp_path, text, message):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load(path)


def test_file_that_is_not_there_or_not_text(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes("themes: [الخدمة]".encode("cp1256"))
    with pytest.raises(InputError, match="UTF-8"):
        load(tmp_path / "latin.yaml")


def test_unknown_names():
    with pytest.raises(OptionError, match="did you mean staff"):
        load().theme("staf")
    with pytest.raises(OptionError, match="no domain pack 'airlin'"):
        load(pack="airlin")
    with pytest.raises(OptionError, match="not both"):
        load("x.yaml", pack="cx")
