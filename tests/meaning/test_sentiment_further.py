"""A model read back from its shipped whole numbers says what the shipped files say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="needs the extra train")
torch = pytest.importorskip("torch", reason="needs the extra train")

from models.encoder import graph, network  # noqa: E402
from models.sentiment import further, further_fast  # noqa: E402
from voc import artifacts  # noqa: E402
from voc.meaning import fast_tier  # noqa: E402

TEXTS = ["الخدمة ممتازة بس السعر غالي", "awful, never again", "mesh 7elw", "متى تفتحون؟", "ok 👍"]


def test_the_fast_tier_read_back_says_the_same() -> None:
    folder = artifacts.find("sentiment").folder
    shipped = fast_tier.load(folder)
    student, words = further_fast.reopened(folder)
    assert len(words) == len(shipped._words._numbers)
    again = further_fast.logits(student, shipped._words.numbers(TEXTS))
    assert np.abs(again - shipped.logits(TEXTS)).max() < 0.01


def test_the_accurate_model_read_back_has_its_weights(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    torch.manual_seed(0)
    parent = network.dump(network.Encoder(words=9, layers=12))
    tuned = {
        name: value + rng.normal(0, 0.01, value.shape).astype(np.float32) for name, value in parent.items()
    }
    heads = rng.normal(0, 1, (39, 384)).astype(np.float32)  # eight groups of three, dialect, sarcasm, gate
    onnx.save(
        graph.upper(tuned | {"head.w": heads, "head.b": np.arange(39, dtype=np.float32)}),
        tmp_path / "upper.onnx",
    )
    np.savez(tmp_path / "parent.npz", **parent)
    model = further.reopened(tmp_path / "upper.onnx", tmp_path / "parent.npz")
    found = network.dump(model.encoder)
    for name, value in tuned.items():
        if name.startswith(("l6.", "l11.")):
            assert np.abs(found[name] - value).max() <= np.abs(value).max() / 127, name
    assert np.array_equal(found["l5.fi.w"], parent["l5.fi.w"])
    with torch.no_grad():
        third = model.sentiment.weight + model.change.weight.view(8, 3, -1)[3]
    assert np.allclose(third.numpy(), heads[9:12], atol=1e-5)
    assert np.array_equal(model.sarcasm.bias.detach().numpy(), [29, 30])
