"""The Ray engine against the local one: the same bytes, also when a worker or a node is killed on the way."""

import os
import signal
import subprocess

import pandas as pd
import pytest

from voc.demo import survey
from voc.errors import VocError
from voc.meaning import reading
from voc.pipeline import open_tools
from voc.settings import MeaningSettings

ray = pytest.importorskip("ray", reason="Ray is not installed (extra `scale`)")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # Ray itself warns
FAST = MeaningSettings(tier="fast")


@pytest.fixture
def cluster():
    """A head and one more node on this machine, a processor each; every node has a raylet of its own."""
    from ray.cluster_utils import Cluster

    found = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    ray.init(address=found.address, log_to_driver=False, logging_level="ERROR")
    yield found
    ray.shutdown()
    found.shutdown()


@pytest.fixture(scope="module")
def fast():
    return open_tools(FAST)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(reading, "CHUNK", 10)


def same(one, two):
    pd.testing.assert_frame_equal(one.frame, two.frame, check_exact=True)
    pd.testing.assert_frame_equal(one.mentions, two.mentions, check_exact=True)


def read(tools, **how):
    texts = list(survey(n=300)["comment"].fillna(""))
    return reading.read([str(i) for i in range(len(texts))], texts, tools.readers, **how)


def on_ray(settings, actors=2, progress=None):
    from voc import on_ray as engine

    how = {} if progress is None else {"progress": progress}
    return {"elsewhere": engine.chunk_map(settings, actors=actors), **how}


def test_two_nodes_give_the_same_bytes(cluster, tools):
    cluster.add_node(num_cpus=1)
    same(read(tools), read(tools, **on_ray(MeaningSettings())))


def test_a_killed_worker_changes_nothing(cluster, fast):
    cluster.add_node(num_cpus=1)
    killed = []

    def progress(stage, done, total):
        if not killed:
            found = subprocess.run(
                ["pgrep", "-f", "^ray::_Reader"], capture_output=True, text=True, check=True
            )
            killed.append(int(found.stdout.split()[0]))
            os.kill(killed[0], signal.SIGKILL)

    again = read(fast, **on_ray(FAST, progress=progress))
    assert killed
    same(read(fast), again)


def test_a_lost_node_changes_nothing(cluster, fast):
    node = cluster.add_node(num_cpus=1)
    lost = []

    def progress(stage, done, total):
        if not lost and done > total / 4:
            cluster.remove_node(node, allow_graceful=False)
            lost.append(done)

    again = read(fast, **on_ray(FAST, progress=progress))
    assert lost and lost[0] < 300
    same(read(fast), again)


def test_actors_that_cannot_start_are_an_error_and_not_an_endless_wait(cluster):
    from voc import on_ray as engine

    missing = MeaningSettings(taxonomy="there-is-no-such-file.yaml")
    with pytest.raises(VocError, match="actors were lost"):
        list(engine.chunk_map(missing, actors=1)([["slow"]], reading.Task(None, False)))
