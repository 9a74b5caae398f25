"""The command line as a person uses it: exit codes, messages, JSON and files, in a real process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from voc.demo import write

ENV = {**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1", "COLUMNS": "100"}


def voc(*arguments, text=None, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "voc", *map(str, arguments)],
        input=text, capture_output=True, text=True, encoding="utf-8", env=ENV, cwd=cwd, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def survey(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "survey.csv"
    write(path, n=400)
    return path


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["analyze"],
        ["classify"],
        ["explain"],
        ["evaluate"],
        ["evaluate", "sentiment"],
        ["themes"],
        ["serve"],
    ],
)
def test_help_is_there_for_every_command(command):
    done = voc(*command, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


def test_version():
    import voc as package

    assert voc("--version").stdout.strip() == package.__version__


def test_analyze_writes_the_files_and_json_only_on_stdout(survey, tmp_path):
    done = voc(
        "analyze",
        survey,
        "--before",
        "2024-Q1",
        "--after",
        "2024-Q2",
        "--no-topics",
        "--out",
        tmp_path,
        "--json",
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result == json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert {path.name for path in tmp_path.iterdir()} >= {"report.html", "report.xlsx", "rejects.csv"}


def test_explain_reads_what_analyze_wrote(survey, tmp_path):
    assert voc("analyze", survey, "--no-topics", "--out", tmp_path).returncode == 0
    done = voc(
        "explain", tmp_path / "comments.parquet", tmp_path / "mentions.parquet",
        "--before", "2024-Q1", "--after", "2024-Q2", "--digest", "latest", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    moved = json.loads(done.stdout)
    assert sum(part["total"] for part in moved["parts"]) == pytest.approx(moved["delta"]["value"], abs=1e-9)
    told = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["digest"]
    assert {row["theme"]: row["n"] for row in told["rows"]} == {
        row["theme"]: row["n"] for row in moved["digest"]["rows"]
    }
    assert told["day"] == moved["digest"]["day"]


def test_classify_reads_lines_and_gives_json_lines():
    done = voc(
        "classify",
        "-",
        "--json",
        text="الخدمة ممتازة بس السعر غالي\nterrible experience, the driver was rude and two hours late\n",
    )
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["language"], second["language"]) == ("ar", "en")
    assert {theme["polarity"] for theme in first["themes"]} == {"positive", "negative"}
    assert second["sentiment"] == "negative"


def test_evaluate_prints_and_gives_json(tmp_path):
    file = tmp_path / "labeled.csv"
    rows = [
        ("الخدمة رائعة جدا", "positive"),
        ("سيئ جدا لن أعود", "negative"),
        ("love it", "pos"),
        ("awful", "neg"),
    ] * 4
    pd.DataFrame(rows, columns=["text", "label"]).to_csv(file, index=False)
    done = voc("evaluate", "sentiment", file, "--text", "text", "--label", "label", "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)["models"][0]
    assert figures["n"] == 16
    assert figures["overall"]["accuracy"]["value"] >= 0.75
    assert "macro_f1" in voc("evaluate", "sentiment", file, "--text", "text", "--label", "label").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["analyze", "no-such-file.csv"], ["no-such-file.csv"]),
        (["analyze", "{survey}", "--score", "npss"], ["npss", "nps"]),
        (["analyze", "{survey}", "--scale", "thumbs"], ["thumbs", "nps"]),
        (["analyze", "{survey}", "--lang", "fr"], ["fr", "ar"]),
        (["analyze", "{survey}", "--before", "Q1"], ["--after"]),
        (["analyze", "{survey}", "--before", "Q9", "--after", "2024-Q2"], ["Q9", "2024-Q1"]),
        (["analyze", "{survey}", "--compare", "branch"], ["COLUMN=A,B"]),
        (["explain", "{survey}"], ["score"]),
        (["classify", "no-such-file.txt"], ["no-such-file.txt"]),
        (["evaluate", "sentiment", "{survey}", "--text", "comment", "--label", "mood"], ["mood", "comment"]),
        (["themes", "no-such.yaml"], ["no-such.yaml"]),
    ],
)
def test_what_is_wrong_is_said_and_exits_2(survey, arguments, words):
    done = voc(*(str(survey) if a == "{survey}" else a for a in arguments))
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr
    assert done.stdout == ""


def test_unknown_option_exits_2():
    assert voc("analyze", "x.csv", "--frobnicate").returncode == 2


def commands():
    """Every command with its words: ["evaluate", "sentiment"]."""
    from typer.main import get_command

    from voc.cli import app

    return [
        ([name, inner] if inner else [name], one)
        for name, command in get_command(app).commands.items()
        for inner, one in getattr(command, "commands", {"": command}).items()
    ]


@pytest.mark.parametrize(
    ("words", "command"), commands(), ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_every_command_gives_json_and_says_what_it_does(words, command):
    known = {option for parameter in command.params for option in parameter.opts}
    assert command.help
    assert "--json" in known or words == ["serve"]  # which prints nothing but its log


def test_exit_codes_and_completion_are_told():
    told = voc("--help").stdout
    assert "Exit codes: 0 done, 2" in " ".join(told.split())
    assert "--install-completion" in told and "--show-completion" in told
    program = "import sys; sys.argv[0] = 'voc'; from voc.cli import main; main()"
    asked = {"_VOC_COMPLETE": "complete_bash", "COMP_WORDS": "voc ana", "COMP_CWORD": "1"}
    completed = subprocess.run(
        [sys.executable, "-c", program], env={**ENV, **asked}, capture_output=True, text=True, check=False
    )
    assert completed.stdout.split() == ["analyze"]


@pytest.mark.parametrize(("no_color", "colored"), [("1", False), ("", True)])
def test_colors_respect_no_color(no_color, colored):
    pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
    ours, theirs = pty.openpty()
    environment = {**ENV, "NO_COLOR": no_color, "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "voc", "analyze", "no-such-file.csv"],
        stdout=theirs,
        stderr=theirs,
        env=environment,
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # Linux ends a pseudo-terminal so
            break
        if not piece:
            break
        said += piece
    os.close(ours)
    assert process.wait() == 2
    assert (b"\x1b[31m" in said) is colored
