"""`voc themes` and `voc edits` as a person uses them, in a real process."""

import json
import os
import subprocess
import sys

import pandas as pd
import pytest

ENV = {**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1", "COLUMNS": "100"}


def voc(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "voc", *map(str, arguments)],
        capture_output=True, text=True, encoding="utf-8", env=ENV, check=False,
    )  # fmt: skip


SCHOOL = """
id: school
label: {ar: المدرسة, en: School}
themes:
  - id: bus
    label: {ar: الحافلة, en: School bus}
    examples: [الباص يتأخر كل صباح, سائق الحافلة متهور, the bus comes late, bus driver is kind, الباص مزدحم]
  - id: canteen
    label: {ar: المقصف, en: Canteen}
    examples: [أكل المقصف غير صحي, canteen food is cold, healthy lunches in the canteen, السندويتشات بايتة]
"""


def test_own_themes_come_with_their_cross_validated_quality(tmp_path):
    path = tmp_path / "school.yaml"
    path.write_text(SCHOOL, encoding="utf-8")
    told = {theme["id"]: theme["quality"] for theme in json.loads(voc("themes", path, "--json").stdout)}
    assert (told["bus"]["n"], told["canteen"]["n"]) == (5, 4)
    assert all(0 <= told[theme]["recall"] <= 1 for theme in told)
    done = voc("themes", path, "--lang", "ar")
    assert "الحافلة  [bus]  الأمثلة 5، الدقة" in done.stdout and done.returncode == 0
    assert "precision" not in voc("themes", path, "--no-quality").stdout


@pytest.fixture
def past(tmp_path):
    comments = pd.DataFrame({"comment_id": ["a", "b"], "text": ["the driver was rude", "cheap and cheerful"]})
    mention = {"p_theme": 0.9, "p_polarity": 0.9, "start": 0, "end": 19, "language": "en", "origin": "model"}
    mentions = pd.DataFrame(
        [
            {"comment_id": "a", "theme": "staff", "polarity": "negative", **mention},
            {"comment_id": "b", "theme": "price", "polarity": "positive", **mention},
        ]
    )
    comments.to_parquet(tmp_path / "comments.parquet")
    mentions.to_parquet(tmp_path / "mentions.parquet")
    return tmp_path


def test_edits_are_shown_before_they_are_accepted(past):
    path = past / "edits.yaml"
    path.write_text(
        "edits:\n  - split: {theme: staff, into: drivers, label: Drivers, words: [driver]}\n"
        "  - merge: {themes: [website], into: app}\n",
        encoding="utf-8",
    )
    done = voc("edits", path, past / "comments.parquet", past / "mentions.parquet")
    assert done.returncode == 0
    assert "+ drivers (negative)  a: the driver was rude" in done.stdout
    assert "note: merge, line 3 changes nothing here." in done.stdout
    told = json.loads(
        voc("edits", path, past / "comments.parquet", past / "mentions.parquet", "--json").stdout
    )
    assert {row["theme"]: row["n_after"] for row in told["themes"]} == {"drivers": 1, "staff": 0}
    assert told["idle"] == ["merge, line 3"]


def test_topics_come_with_their_stability(tmp_path):
    from voc.demo import write

    write(tmp_path / "survey.csv", n=500)
    done = voc("topics", tmp_path / "survey.csv", "--runs", "1")
    assert done.returncode == 0, done.stderr
    assert "T001" in done.stdout
    assert "Topics agree" in done.stdout and "below 0.50" in done.stdout
    assert "Without a topic:" in done.stdout
