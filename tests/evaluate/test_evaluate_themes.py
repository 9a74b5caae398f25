"""`voc evaluate themes`: their labels mapped to ours, beside embedding similarity alone."""

import json
import subprocess
import sys

import pytest

from voc.errors import OptionError
from voc.meaning.theme_quality import mapping_of

ROWS = (
    ("the staff were rude to my mother", "People"),
    ("الأسعار غالية جدا", "Money"),
    ("التوصيل تأخر أسبوع كامل", "Shipping"),
    ("the parcel came late again", "Shipping"),
    ("the app crashes and the price is high", "Software; Money"),
    ("nice blue sky", "Weather"),
    ("ممتاز", ""),
)


@pytest.fixture
def labeled(tmp_path):
    lines = ["comment,topics", *(f'"{text}","{labels}"' for text, labels in ROWS)]
    (tmp_path / "labeled.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "theirs.yaml").write_text(
        "People: [staff, service_quality]\nMoney: price\nShipping: delivery_speed\nSoftware: app\nWeather:\n",
        encoding="utf-8",
    )
    return tmp_path


def run(folder, *options):
    return subprocess.run(
        [
            *(sys.executable, "-m", "voc", "evaluate", "themes", folder / "labeled.csv", "--text", "comment"),
            *("--themes", "topics", "--mapping", folder / "theirs.yaml", *options),
        ],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def test_themes_are_measured_beside_similarity_alone(labeled):
    told = json.loads(run(labeled, "--json").stdout)
    assert told["n"] == 7 and told["unmapped"] == {"Weather": 1}
    assert told["micro"]["gold"] == 6 and told["micro"]["recall"] >= 5 / 6
    assert 0 < told["similarity_alone"]["f1"] <= 1
    assert {"staff", "price", "delivery_speed", "app"} <= {row["theme"] for row in told["themes"]}
    said = run(labeled)
    assert said.returncode == 0 and "embedding similarity alone" in said.stdout


@pytest.mark.parametrize(
    ("content", "told"), [("", "theirs: ours"), ("a: 3", "maps to 3"), ("a: [", "not valid YAML")]
)
def test_a_wrong_mapping_is_explained(tmp_path, content, told):
    path = tmp_path / "map.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(OptionError, match=told):
        mapping_of(path)
