"""Notices, reasons and refusals in both languages: every code has its sentence, and none mixes languages."""

import ast
import re
from pathlib import Path

import pandas as pd
import pytest

from voc.errors import VocError
from voc.intake.read import read
from voc.report.notices import notice_words, reason_words
from voc.report.wording import FSI, PDI, Words, sentences
from voc.settings import IntakeSettings

ROOT = Path(__file__).resolve().parents[2]
ISOLATED = re.compile(f"{FSI}[^{PDI}]*{PDI}")
TERMS = {"JSON", "UTF", "NPS", "CSAT", "CES", "xlsx", "CSV", "U", "FFFD"}  # written so in Arabic too

MESSY = """survey of the branches
id,التعليق,nps,تاريخ,branch,comment 2,phone notes
1,الخدمة بطيئة جدا اليوم,3,13/02/2024,الرياض,,x
2,الموظف خدوم ومحترم,9,1445/06/01,جدة,,x
2,مكرر,9,14/02/2024,جدة,,x
3,كلمني على 0551234567,77,15/02/2024,جدة,,x
4,نص عادي,سبعة ونصف,31/31/2024,جدة,,x
5,\u202eمقلوب\u202c,8,16/02/2024,جدة,,x
6,,,17/02/2024,جدة,,x
7,حرف ضائع \ufffd هنا,5,,جدة,,x
8,زائد,5,17/02/2024,جدة,,x,y,z

9,بلا تاريخ صحيح,5,غدا,جدة,,x
10,سنة غريبة,5,17/02/1850,جدة,,x
"""


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    path = tmp_path_factory.mktemp("messy") / "messy.csv"
    path.write_text(MESSY, encoding="utf-8")
    return read(path, IntakeSettings(scale="nps"))


def calls(name):
    """Every call of `name` in voc: (file, call)."""
    for path in (ROOT / "voc").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                yield path.name, node


def test_every_notice_and_reason_has_its_sentence():
    found = 0
    for kind, prefix in (("Notice", "told_"), ("Reason", "told_row_")):
        for file, call in calls(kind):
            first = call.args[0] if call.args else None
            if not isinstance(first, ast.Constant):
                continue  # a family of codes: their `told` names the sentence
            found += 1
            name = prefix + first.value
            assert any(key.startswith(name) for key in sentences()), (file, name)
    assert found >= 30
    for error in ("InputError", "OptionError"):
        for file, call in calls(error):
            for code in (word.value.value for word in call.keywords if word.arg == "code"):
                assert f"told_{code}" in sentences(), (file, code)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_sentences_are_filled_and_do_not_mix_languages(survey, language):
    words = Words(language)
    told = [notice_words(notice, words) for notice in survey.notices]
    told += [reason_words(row, words) for row in survey.rejects.to_dict("records")]
    assert len(told) >= 12
    for sentence in told:
        assert "{" not in sentence
        own = ISOLATED.sub("", sentence)
        if language == "ar":
            assert set(re.findall("[A-Za-z]+", own)) <= TERMS, own
            assert re.search("[\u0621-\u064a]{3}", own), own
        else:
            assert not re.search("[\u0621-\u064a]", own), own


def test_the_reasons_stay_readable_in_the_table_and_in_other_languages(survey):
    rows = survey.rejects.set_index("source_row")
    assert list(survey.rejects["code"].unique()) != [""]
    outside = rows[rows["code"] == "row_outside"].iloc[0]
    assert outside["reason"] == "score 77 is outside 0 to 10"
    assert "خارج المدى" in reason_words(outside, Words("ar"))
    bare = {"reason": "something of another version", "code": "row_unheard_of", "details": "no json"}
    assert "something of another version" in reason_words(bare, Words("ar"))
    assert (
        pd.Series(reason_words({"reason": "x", "code": "row_outside"}, Words("ar"))).str.contains("x").all()
    )


def test_what_stops_a_file_has_a_code_and_its_values(tmp_path):
    path = tmp_path / "dates.csv"
    path.write_text(
        "comment,nps,date\n" + "".join(f"late,{i % 11},0{1 + i % 6}/03/2024\n" for i in range(20)),
        encoding="utf-8",
    )
    with pytest.raises(VocError) as caught:
        read(path, IntakeSettings())
    assert caught.value.code == "date_order_asked"
    assert "بطريقتين" in Words("ar").tell("told_date_order_asked", caught.value.values)
