"""The Ray engine against the local one: the same bytes, also when a worker is killed on the way."""

import os
import signal
import subprocess

import pandas as pd
import pytest

from voc.demo import survey
from voc.meaning import reading
from voc.settings import MeaningSettings

ray = pytest.importorskip("ray", reason="Ray is not installed (extra `scale`)")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # Ray itself warns


@pytest.fixture(scope="module", autouse=True)
def cluster():
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    yield
    ray.shutdown()


def same(one, two):
    pd.testing.assert_frame_equal(one.frame, two.frame, check_exact=True)
    pd.testing.assert_frame_equal(one.mentions, two.mentions, check_exact=True)


def test_same_bytes_and_a_killed_worker_changes_nothing(tools, monkeypatch):
    from voc import on_ray

    texts = list(survey(n=300)["comment"])
    ids = [str(i) for i in range(len(texts))]
    monkeypatch.setattr(reading, "CHUNK", 40)
    here = reading.read(ids, texts, tools.readers)
    there = reading.read(ids, texts, tools.readers, elsewhere=on_ray.chunk_map(MeaningSettings(), actors=2))
    same(here, there)

    killed = []

    def progress(stage, done, total):
        if not killed:
            found = subprocess.run(
                ["pgrep", "-f", "^ray::_Reader"], capture_output=True, text=True, check=True
            )
            killed.append(int(found.stdout.split()[0]))
            os.kill(killed[0], signal.SIGKILL)

    again = reading.read(
        ids, texts, tools.readers, elsewhere=on_ray.chunk_map(MeaningSettings(), actors=2), progress=progress
    )
    assert killed
    same(here, again)
