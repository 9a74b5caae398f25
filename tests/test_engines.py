"""Where texts are read changes nothing in what is read: processes, a killed run, a sample of vectors."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from voc import engines, on_processes, processes
from voc.demo import survey
from voc.meaning import reading
from voc.meaning.chunk import sampled
from voc.pipeline import open_tools
from voc.settings import MeaningSettings

FAST = MeaningSettings(tier="fast")


@pytest.fixture(scope="module")
def fast():
    return open_tools(FAST)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return list(survey(n=200)["comment"].fillna(""))


def same(one: reading.Readings, two: reading.Readings) -> None:
    pd.testing.assert_frame_equal(one.frame, two.frame, check_exact=True)
    pd.testing.assert_frame_equal(one.mentions, two.mentions, check_exact=True)
    assert (one.vectors is None) == (two.vectors is None)
    if one.vectors is not None:
        assert np.array_equal(one.vectors, two.vectors)
        assert np.array_equal(one.positions(), two.positions())


def read(texts: list[str], tools, **how) -> reading.Readings:
    return reading.read([f"c{i}" for i in range(len(texts))], texts, tools.readers, **how)


def square(setting: int):
    """Answers in another process; -1 ends it without a word."""

    def answer(item: int) -> int:
        if item == -1:
            os.kill(os.getpid(), signal.SIGKILL)
        if item == -2:
            raise ValueError("no such number")
        return setting + item * item

    return answer


def test_processes_answer_in_order_and_pass_errors_on() -> None:
    found = processes.mapped("tests.test_engines:square", 100, iter(range(7)), 2)
    assert list(found) == [100 + i * i for i in range(7)]
    with pytest.raises(ValueError, match="no such number"):
        list(processes.mapped("tests.test_engines:square", 0, [1, -2], 1))


def test_an_item_that_kills_its_process_is_given_up_with_a_reason() -> None:
    with pytest.raises(Exception, match="died 3 times"):
        list(processes.mapped("tests.test_engines:square", 0, [1, -1], 1))


def test_processes_and_chunks_of_any_size_change_nothing(fast, texts, monkeypatch) -> None:
    whole = read(texts, fast)
    monkeypatch.setattr(reading, "CHUNK", 70)
    same(whole, read(texts, fast))
    same(whole, read(texts, fast, elsewhere=on_processes.chunk_map(FAST, 2)))


def test_a_run_goes_on_from_its_finished_chunks(fast, texts, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(reading, "CHUNK", 70)
    whole = read(texts, fast, vectors=True, most_vectors=60)
    kept = engines.finished(tmp_path, fast, None)

    def broken(chunks, task):
        for chunk in chunks[:1]:
            yield reading.read_chunk(chunk, task, fast.readers)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(texts, fast, vectors=True, most_vectors=60, elsewhere=broken, finished=kept)
    asked: list[int] = []

    def counting(chunks, task):
        asked.append(len(chunks))
        return (reading.read_chunk(chunk, task, fast.readers) for chunk in chunks)

    chunks = -(-len(set(texts)) // 70)
    same(whole, read(texts, fast, vectors=True, most_vectors=60, elsewhere=counting, finished=kept))
    same(whole, read(texts, fast, vectors=True, most_vectors=60, elsewhere=counting, finished=kept))
    assert asked == [chunks - 1, 0]


def test_finished_chunks_of_other_settings_are_not_found(fast, tmp_path) -> None:
    task = reading.Task(None, False)
    keys = {
        engines.finished(tmp_path, tools, question).key(["slow"], asked)
        for tools, question, asked in (
            (fast, None, task),
            (fast, "What did you like?", task),
            (fast, None, replace(task, vectors=True)),
            (replace(fast, settings=replace(FAST, pack="airline")), None, task),
        )
    }
    assert len(keys) == 4
    slower = replace(fast, settings=replace(FAST, threads=1))
    assert engines.finished(tmp_path, slower, None).key(["slow"], task) in keys


def test_a_sample_depends_on_the_text_alone() -> None:
    texts = [f"comment number {i}" for i in range(4000)]
    chosen = [text for text in texts if sampled(text, 0.25)]
    assert 800 < len(chosen) < 1200
    assert [text for text in reversed(texts) if sampled(text, 0.25)] == chosen[::-1]


MEASURED = """
import resource, sys, voc
from voc.demo import survey
from voc.settings import of
frame = survey(n=int(sys.argv[1]))
frame["comment"] = frame["comment"].fillna("fine") + [f" {i}" for i in range(len(frame))]  # no two alike
voc.analyze(frame, tier="fast", topics=False, before="2024-Q1", after="2024-Q2", threads=1)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_per_row_is_bounded() -> None:
    """From 4,000 to 16,000 comments: 14 kB a row when written, near-copies included.

    That part, the spelling caches and the topics' vectors stop growing at 30,000 comments (docs/scale.md).
    """

    def peak(rows: int) -> int:
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, str(rows)], capture_output=True, text=True, check=True
        )
        return int(done.stdout) * 1024

    assert (peak(16_000) - peak(4_000)) / 12_000 < 20_000


@pytest.mark.slow
def test_killed_with_signal_9_and_run_again_gives_the_same_bytes(tmp_path) -> None:
    file = tmp_path / "survey.parquet"
    survey(n=9000).to_parquet(file)
    names = ("result.json", "comments.parquet", "mentions.parquet", "report.html")

    def command(out: str) -> list[str]:
        options = ["--tier", "fast", "--no-topics", "--out", str(tmp_path / out)]
        return [sys.executable, "-m", "voc", "analyze", str(file), *options]

    subprocess.run(command("whole"), check=True, capture_output=True)
    process = subprocess.Popen(command("killed"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    kept = tmp_path / "killed" / ".unfinished"
    while process.poll() is None and not list(kept.glob("*.frame.parquet")):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "killed" / "result.json").exists()
    assert list(kept.glob("*.frame.parquet"))
    subprocess.run(command("killed"), check=True, capture_output=True)
    for name in names:
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    assert not kept.exists()
