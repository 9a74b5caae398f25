"""Places of topics: near where the centers are near, inside the map, equal on every run."""

import numpy as np
import pytest

from voc.meaning import topic_map


def test_near_centers_lie_near_each_other():
    rng = np.random.default_rng(1)
    base = rng.normal(size=(2, 64))
    centers = np.vstack(
        [base[0] + 0.05 * rng.normal(size=(4, 64)), base[1] + 0.05 * rng.normal(size=(4, 64))]
    )
    places = topic_map.place(centers.astype(np.float32))
    within = max(np.linalg.norm(places[i] - places[j], ord=1) for i in range(4) for j in range(4))
    across = min(np.abs(places[i, 0] - places[j, 0]) for i in range(4) for j in range(4, 8))
    assert places.min() >= 0 and places.max() <= 1
    assert across > 0.8 and within <= 1.2
    assert np.array_equal(places, topic_map.place(centers.astype(np.float32)))


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_topics(n):
    places = topic_map.place(np.eye(5, dtype=np.float32)[:n])
    assert places.shape == (n, 2) and np.isfinite(places).all()


def test_equal_centers_do_not_break_it():
    assert np.allclose(topic_map.place(np.ones((3, 4), dtype=np.float32)), 0.5)
