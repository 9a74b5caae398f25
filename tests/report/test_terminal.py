"""The last lines of a run."""

import json

import pytest

from voc.report.terminal import summary_lines


def test_five_lines(example):
    lines = summary_lines(example.result, "en", "out")
    assert len(lines) == 5
    assert lines[0].startswith("NPS fell from")
    assert "Staff −6.1 (−8.5 to −3.7)" in lines[1]
    assert lines[2].startswith("Not explained by the themes")
    assert lines[3] == "703 read, 700 analyzed, 235 without text, 3 left out."
    assert "report.html" in lines[4] and "out" in lines[4]


def test_arabic_keeps_signs_in_place(example):
    lines = summary_lines(example.result, "ar")
    assert "تعامل الموظفين" in lines[1] and "\u200e−6.1\u200e" in lines[1]
    assert not any(mark in line for line in lines for mark in "\u2066\u2068\u2069")


def test_noise_names_nobody(example):
    quiet = json.loads(json.dumps(example.result))
    quiet["movement"]["verdict"] = "within_noise"
    for part in quiet["movement"]["parts"]:
        part["named"] = None
    lines = summary_lines(quiet, "en")
    assert "within noise" in lines[0]
    assert "No theme can be named" in lines[1] and "smallest move" in lines[1]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_without_a_comparison_or_a_score(language):
    result = {
        "score": {"kind": "nps", "overall": {"value": 31.0, "low": 25.0, "high": 37.0, "n": 410}},
        "themes": [{"id": "staff", "label": {"ar": "تعامل الموظفين", "en": "Staff"}, "share": 0.31}],
        "counts": {"read": 410, "analyzed": 410},
    }
    lines = summary_lines(result, language)
    assert len(lines) == 3 and "31%" in lines[1]
    assert len(summary_lines({"score": {"kind": None}, "movement": None}, language)) == 2
