"""The stability report: clear groups are stable, groups that are not there are not."""

import numpy as np
import pytest

from voc.errors import OptionError
from voc.meaning import topic_stability, topics

WORDS = ["توصيل", "فاتورة", "موظف", "تطبيق", "سعر", "نظافة"]


def texts_of(n_groups, noise, seed=0, n=360, dim=48):
    rng = np.random.default_rng(seed)
    directions = rng.standard_normal((n_groups, dim))
    at = np.arange(n) % n_groups
    table = (directions[at] + noise * rng.standard_normal((n, dim))).astype(np.float32)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    return (
        [f"{WORDS[i % 6]} رقم {k}" for k, i in enumerate(at)],
        table,
        ["ar"] * n,
        [str(k) for k in range(n)],
    )


def test_clear_groups_are_stable():
    given = texts_of(6, noise=0.3)
    found = topics.discover(*given)
    report = topic_stability.stability(found, *given[:3], n_runs=2)
    assert report.seed_ari > 0.95
    assert report.subset_ari > 0.95
    assert report.matched_jaccard > 0.95
    assert report.per_topic.keys() == {topic.id for topic in found.topics}
    assert "ARI, 2 runs each" in report.summary()


def test_noise_is_not():
    given = texts_of(6, noise=30.0)
    report = topic_stability.stability(topics.discover(*given), *given[:3], n_runs=1)
    assert report.subset_ari < 0.6


def test_needs_topics_and_runs():
    given = texts_of(6, noise=0.3)
    with pytest.raises(OptionError, match="one run or more"):
        topic_stability.stability(topics.discover(*given), *given[:3], n_runs=0)
