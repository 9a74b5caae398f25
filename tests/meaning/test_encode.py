"""The embedded encoder: same vector in any company, near for equal meanings, honest errors."""

from __future__ import annotations

import numpy as np
import pytest

from voc import artifacts
from voc.errors import ModelError
from voc.meaning.cache import Cache
from voc.meaning.encode import EmbeddedEncoder, open_encoder
from voc.meaning.network import LOGITS, VECTORS, Network, open_network
from voc.meaning.onnx_session import open_session
from voc.meaning.prepare import prepare
from voc.meaning.windows import cut, weighted_means

TEXTS = [
    "الخدمة ممتازة بس السعر غالي",
    "The staff were kind and the room was spotless.",
    "حلو",
    "3jabni el service bas ghali",
    "",
    "😡",
    "ok",
    "انتظرت ساعة ونص عند الكاونتر ومحد رد علي، وفي النهاية قالوا لي ارجع بكرة لأن النظام واقف",
    "I waited for over an hour, nobody explained anything, and the refund still has not arrived on my card",
    "والله المكان يجنن والقهوة تضبط المزاج",
]


@pytest.fixture(scope="module")
def encoder() -> EmbeddedEncoder:
    return EmbeddedEncoder()


def test_rows_are_unit_float32(encoder: EmbeddedEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dim)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_rows(encoder: EmbeddedEncoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dim)


@pytest.mark.parametrize(("threads", "batch_size"), [(1, 1), (2, 3), (1, 32)])
def test_a_vector_depends_on_its_text_alone(encoder: EmbeddedEncoder, threads: int, batch_size: int) -> None:
    together = encoder.encode(TEXTS)
    other = EmbeddedEncoder(open_network(threads, batch_size))
    order = np.random.default_rng(batch_size).permutation(len(TEXTS))
    shuffled = other.encode([TEXTS[i] for i in order])
    assert np.array_equal(shuffled, together[order])
    for text, row in zip(TEXTS, together, strict=True):
        assert np.array_equal(_fresh(other).encode([text])[0], row)


def test_company_of_32_longer_and_shorter_texts_changes_nothing(encoder: EmbeddedEncoder) -> None:
    alone = _fresh(encoder).encode(["الموظف كان محترم"])[0]
    company = [f"branch {i} " + "was slow today " * i for i in range(1, 32)]
    assert np.array_equal(_fresh(encoder).encode([*company, "الموظف كان محترم"])[-1], alone)


@pytest.mark.parametrize(
    ("text", "same", "other"),
    [
        ("السعر مرتفع جدا", "it is too expensive", "the staff were friendly"),
        ("the app keeps crashing", "التطبيق يعلق ويطفي", "الاكل لذيذ"),
        ("3jabni el service", "عجبني السيرفس", "الموقع بعيد"),
    ],
)
def test_the_same_meaning_is_nearer(encoder: EmbeddedEncoder, text: str, same: str, other: str) -> None:
    vector, near, far = encoder.encode([text, same, other])
    assert vector @ near > vector @ far + 0.02


def test_a_long_text_is_read_to_its_end(encoder: EmbeddedEncoder) -> None:
    start = "الفندق نظيف والموقع ممتاز. " * 120
    plain, changed = encoder.encode([start, start + "the parking was a nightmare " * 40])
    assert plain @ changed < 0.999


@pytest.mark.parametrize("size", [0, 1, 254, 255, 1000])
def test_windows_lose_no_piece(size: int) -> None:
    pieces = list(range(size))
    windows = cut(pieces, 254)
    assert [piece for window in windows for piece in window] == pieces
    assert all(len(window) <= 254 for window in windows)
    assert max(map(len, windows)) - min(map(len, windows)) < len(windows)


def test_windows_are_averaged_by_their_length() -> None:
    values = np.array([[1.0], [2.0], [5.0]], np.float32)
    assert weighted_means(values, [0, 1, 1], [9, 2, 1]).tolist() == [[1.0], [3.0]]


def test_each_different_text_is_computed_once() -> None:
    asked: list[str] = []

    def compute(texts: list[str]) -> np.ndarray:
        asked.extend(texts)
        return np.array([[len(text)] for text in texts], np.float32)

    cache = Cache(limit=2)
    assert cache.rows(["a", "bb", "a"], compute).tolist() == [[1], [2], [1]]
    assert cache.rows(["bb", "ccc"], compute).tolist() == [[2], [3]]
    assert asked == ["a", "bb", "ccc"]
    assert len(cache) == 2


def test_a_batch_larger_than_the_limit_is_kept_whole() -> None:
    cache = Cache(limit=2)
    cache.keep({text: np.zeros(1, np.float32) for text in "abcd"})
    assert set(cache.find(list("abcdx"))) == set("abcd")
    cache.keep({"e": np.zeros(1, np.float32)})
    assert set(cache.find(list("abcde"))) == {"d", "e"}


def test_both_outputs_from_one_pass_equal_each_alone() -> None:
    together, alone = open_network(2), open_network(1, 3)
    prepared = [prepare(text) for text in TEXTS]
    passes = _counted(together)
    found = together.read({VECTORS: prepared[2:], LOGITS: prepared[::-1]})
    assert np.array_equal(found[VECTORS], alone.rows(prepared, VECTORS)[2:])
    assert np.array_equal(found[LOGITS], alone.rows(prepared, LOGITS)[::-1])
    assert passes["texts"] == len(TEXTS)  # not once per output
    together.read({VECTORS: prepared[2:], LOGITS: prepared})
    assert passes["texts"] == len(TEXTS)  # nor twice


def test_broken_files_are_a_clear_error(tmp_path) -> None:
    (tmp_path / "m.onnx").write_bytes(b"not a model")
    with pytest.raises(ModelError, match="Reinstall"):
        open_session(tmp_path / "m.onnx")
    with pytest.raises(ModelError, match="Reinstall"):
        Network(artifacts.find("encoder").path("trunk.onnx"), tmp_path / "t.json", "", {})


def test_open_encoder_gives_the_embedded_one_by_default() -> None:
    encoder = open_encoder(threads=1)
    assert encoder.name.startswith("voc-encoder")


def _counted(network: Network) -> dict[str, int]:
    """How many texts pass the trunk of `network` from now on."""
    seen = {"texts": 0}
    trunk = network._trunk

    class Counting:
        def run(self, outputs, given):
            seen["texts"] += len(given["ids"])
            return trunk.run(outputs, given)

    network._trunk = Counting()
    return seen


def _fresh(encoder: EmbeddedEncoder) -> EmbeddedEncoder:
    """The same encoder with nothing remembered."""
    encoder._network.forget()
    return encoder
