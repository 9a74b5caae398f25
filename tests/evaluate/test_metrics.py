"""Our metrics against scikit-learn's, and the edge cases it warns about."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from voc.errors import InputError
from voc.evaluate import metrics, tasks

rows = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=3, max_size=80)


@given(rows)
def test_agree_with_scikit_learn(pairs):
    truth, guess = (np.array(column) for column in zip(*pairs, strict=True))
    present = sorted(set(truth))
    assert metrics.macro_f1(truth, guess, 3) == pytest.approx(
        sk.f1_score(truth, guess, labels=present, average="macro", zero_division=0)
    )
    assert metrics.macro_recall(truth, guess, 3) == pytest.approx(
        sk.recall_score(truth, guess, labels=present, average="macro", zero_division=0)
    )
    assert metrics.accuracy(truth, guess) == pytest.approx(sk.accuracy_score(truth, guess))
    assert (metrics.confusion(truth, guess, 3) == sk.confusion_matrix(truth, guess, labels=[0, 1, 2])).all()


def test_calibration_error_of_honest_and_overconfident_models():
    rng = np.random.default_rng(0)
    p_top = rng.uniform(0.5, 1, 40_000)
    truth = (rng.random(40_000) > p_top).astype(np.int64)
    honest = np.stack([p_top, 1 - p_top], 1)
    assert metrics.calibration_error(truth, honest) < 0.01
    loud = np.stack([np.full(40_000, 0.99), np.full(40_000, 0.01)], 1)
    assert metrics.calibration_error(truth, loud) == pytest.approx(0.99 - 0.75, abs=0.01)


def test_mcnemar_counts_only_disagreements():
    truth = np.zeros(40, dtype=np.int64)
    first, second = truth.copy(), truth.copy()
    second[:12] = 1
    result = metrics.mcnemar(truth, first, second)
    assert (result.only_first, result.only_second) == (12, 0)
    assert result.p_value == pytest.approx(2 * 0.5**12)
    assert metrics.mcnemar(truth, first, first).p_value == 1.0


def test_bootstrap_interval_holds_the_value_and_is_seeded():
    rng = np.random.default_rng(1)
    truth, guess = rng.integers(0, 3, 300), rng.integers(0, 3, 300)
    one = metrics.bootstrap(metrics.accuracy, truth, guess)
    assert one == metrics.bootstrap(metrics.accuracy, truth, guess)
    assert one.low <= one.value <= one.high


def test_every_class_has_an_interval_around_its_f1():
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 3, 400)
    guess = np.where(rng.random(400) < 0.7, truth, rng.integers(0, 3, 400))
    for figure in metrics.per_class_intervals(truth, guess, ("a", "b", "c")):
        assert figure.f1_low < figure.f1 < figure.f1_high
        assert figure.f1_high - figure.f1_low < 0.2


def test_sentiment_is_shown_by_language_and_dialect_unless_columns_are_named():
    texts = ["الخدمة ممتازة", "great service"] * 20
    labels = ["positive"] * 40
    [found], test = tasks.run("sentiment", tasks.Labeled(texts, labels, {}, 0), [None], "fast")
    assert test is None
    assert {"language: ar", "language: en"} <= set(found.groups)
    assert found.groups["dialect: none"]["n"] >= 20
    [named], _ = tasks.run("sentiment", tasks.Labeled(texts, labels, {"who": ["a"] * 40}, 0), [None], "fast")
    assert set(named.groups) == {"who: a"}
    assert "(" in str(named).split("who: a")[1]


def test_usual_names_of_dialects_are_understood(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("text,dialect\nوش رايك,glf\nعايز ايه,egy\nشو بدك,LEV\n", encoding="utf-8")
    rows = tasks.load(file, "text", "dialect")
    assert rows.labels == ["gulf", "egyptian", "levantine"]
    [found], _ = tasks.run("dialect", rows, [None])
    assert found.overall["accuracy"].value == 1


def test_unknown_labels_are_named():
    with pytest.raises(InputError, match=r"'angry'.*--mapping"):
        metrics.numbered(["negative", "angry"], ["negative", "positive"], "label column")
