"""The shallower student begins as layers of the accurate model, learns, and is saved as a graph."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

onnx = pytest.importorskip("onnx", reason="needs the extra train")
torch = pytest.importorskip("torch", reason="needs the extra train")
onnxruntime = pytest.importorskip("onnxruntime")

from models.sentiment import shallow, taught  # noqa: E402
from voc import artifacts  # noqa: E402

TEXTS = ["الخدمة ممتازة بس السعر غالي", "awful, never again", "mesh 7elw", "متى تفتحون؟", "ok 👍"]
UPPER = artifacts.find("sentiment").folder / "teacher.onnx"


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> taught.Taught:
    return taught.read(TEXTS, UPPER, tmp_path_factory.mktemp("read"))


@pytest.fixture(scope="module")
def known(read: taught.Taught) -> shallow.Lessons:
    table = pd.DataFrame(
        {
            "text": TEXTS,
            "label": [2, 0, 0, 1, -1],
            "set": ["own", "umsab", "own", "arsarcasm_v2", "made"],
        }
    )
    return shallow.lessons(table, read)


def test_what_was_read_is_found_again(
    read: taught.Taught, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = taught.read(TEXTS, UPPER, tmp_path)
    monkeypatch.setattr(taught._Teacher, "read", lambda *_: pytest.fail("read again"))
    again = taught.read(TEXTS, UPPER, tmp_path)
    assert np.array_equal(first.numbers, again.numbers)
    assert np.array_equal(first.padded([4, 0])[0], read.padded([4, 0])[0])
    states, mask = again.padded([1, 2])
    assert mask.sum(1).tolist() == again.sizes[[1, 2]].tolist()
    assert not states[mask == 0].any()


def test_all_six_layers_are_the_accurate_model(read: taught.Taught) -> None:
    student = shallow.begun(UPPER, tuple(range(6, 12))).eval()
    states, mask = map(torch.from_numpy, read.padded(range(len(TEXTS))))
    with torch.no_grad():
        numbers, _ = student(states, mask)
    assert torch.allclose(  # whole numbers between the layers there, none here
        shallow.log_mixed(numbers).exp(), shallow.log_mixed(torch.from_numpy(read.numbers)).exp(), atol=0.05
    )


def test_a_student_learns_and_its_file_says_the_same(
    known: shallow.Lessons, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shallow, "WARM", 5)
    monkeypatch.setattr(shallow, "FALL", 30)
    student = shallow.begun(UPPER, shallow.START[2])
    told = shallow.log_mixed(torch.from_numpy(known.read.numbers)).exp()
    states, mask = known.read.padded(range(len(TEXTS)))

    def away() -> float:
        with torch.no_grad():
            said = shallow.log_mixed(student(torch.from_numpy(states), torch.from_numpy(mask))[0]).exp()
        return float((said - told).abs().mean())

    before = away()
    facts = shallow.fit(student, known, 30)
    assert (facts["layers"], facts["steps"]) == (2, 30)
    assert away() < before / 2
    shallow.save(student, tmp_path / "upper.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "upper.onnx"))
    for row, size in enumerate(known.read.sizes):
        one = states[row : row + 1, :size]
        (found,) = session.run(["logits"], {"states": one})
        with torch.no_grad():
            numbers, _ = student(torch.from_numpy(one), torch.ones(1, int(size)))
        assert found.shape == (1, 13)
        assert np.allclose(np.exp(found[0, :3]), shallow.log_mixed(numbers)[0].exp().numpy(), atol=0.05)


def test_what_is_kept_is_a_mean_with_an_earlier_step(
    known: shallow.Lessons, monkeypatch: pytest.MonkeyPatch
) -> None:
    def weights(mean: tuple[int, float], steps: int) -> torch.Tensor:
        monkeypatch.setattr(shallow, "MEAN", mean)
        student = shallow.begun(UPPER, shallow.START[1])
        shallow.fit(student, known, steps)
        return student.head.weight.detach().clone()

    late, early, both = weights((2, 0.0), 4), weights((2, 1.0), 4), weights((2, 0.25), 4)
    assert not torch.equal(late, early)
    assert torch.allclose(both, 0.75 * late + 0.25 * early, atol=1e-7)


def test_the_shipped_model_says_what_its_teacher_says(read: taught.Taught) -> None:
    session = onnxruntime.InferenceSession(str(UPPER.with_name("upper.onnx")))
    assert UPPER.with_name("upper.onnx").stat().st_size < UPPER.stat().st_size / 2
    told = shallow.log_mixed(torch.from_numpy(read.numbers)).exp().numpy()
    for row in range(len(TEXTS)):
        states, _ = read.padded([row])
        (found,) = session.run(["logits"], {"states": states})
        assert np.abs(np.exp(found[0, :3]) - told[row]).max() < 0.35


def test_rows_are_drawn_by_weight_and_batches_keep_within_the_pieces(known: shallow.Lessons) -> None:
    drawn = shallow.batches(known, known.read.sizes, np.random.default_rng(0))
    for _, batch in zip(range(20), drawn, strict=False):
        assert known.read.sizes[batch].max() * len(batch) <= shallow.TOKENS
    assert known.weight.tolist() == [0.8, 4.0, 0.8, 1.5, shallow.MADE]
