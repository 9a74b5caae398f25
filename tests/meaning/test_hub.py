"""Hub models: the real loading code on tiny models of the usual architectures, saved to disk here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voc.errors import HubError, ModelError
from voc.evaluate import tasks
from voc.meaning import hub
from voc.meaning.encode import open_encoder
from voc.meaning.labels_of_models import Task, columns_of
from voc.meaning.sentiment import open_sentiment
from voc.settings import MeaningSettings

transformers = pytest.importorskip("transformers", reason="needs the extra hub")
torch = pytest.importorskip("torch", reason="needs the extra hub")

WORDS = "الخدمة ممتازة السعر غالي جدا the staff were great but slow جدااا @user http USER URL query :".split()
TEXTS = ["الخدمة ممتازة", "the staff were great but slow", "السعر غالي جدا", "great", "", "slow " * 90]
CAMEL = {0: "positive", 1: "negative", 2: "neutral"}  # the order CAMeLBERT's models use
CARDIFF = {0: "negative", 1: "neutral", 2: "positive"}


def save(folder: Path, kind: str, labels: dict[int, str] | None) -> str:
    """A tiny random model with a word-level tokenizer, as save_pretrained writes it."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    marks = {"bert": ("[CLS]", "[SEP]", "[PAD]", "[UNK]"), "xlm-roberta": ("<s>", "</s>", "<pad>", "<unk>")}
    first, last, pad, unknown = marks.get(kind, marks["bert"])
    vocabulary = {word: i for i, word in enumerate(dict.fromkeys([first, pad, last, unknown, *WORDS]))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=unknown))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", special_tokens=[(first, vocabulary[first]), (last, vocabulary[last])]
    )
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, cls_token=first, sep_token=last, pad_token=pad, unk_token=unknown,
        bos_token=first, eos_token=last, model_max_length=32,
    )  # fmt: skip
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.AutoConfig.for_model(
        kind, vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=40, pad_token_id=vocabulary[pad],
    )  # fmt: skip
    if labels is None:
        model = transformers.AutoModel.from_config(config)
    else:
        config.id2label, config.label2id = labels, {label: i for i, label in labels.items()}
        model = transformers.AutoModelForSequenceClassification.from_config(config)
    model.save_pretrained(folder)
    return str(folder)


@pytest.mark.parametrize(
    ("kind", "labels", "name"),
    [
        ("bert", CAMEL, "bert-base-arabic-camelbert-mix-sentiment"),
        ("xlm-roberta", CARDIFF, "twitter-xlm-roberta-base-sentiment"),
        ("bert", {0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"}, "MARBERT-ours"),
    ],
)
def test_a_sentiment_model_by_folder(tmp_path: Path, kind: str, labels: dict[int, str], name: str) -> None:
    model = open_sentiment(MeaningSettings(model=save(tmp_path / name, kind, labels)), threads=1)
    found = model.judge(TEXTS)
    assert found.p.shape == (len(TEXTS), 3)
    np.testing.assert_allclose(found.p.sum(1), 1, atol=1e-6)
    alone = np.concatenate([model.judge([text]).p for text in TEXTS])
    np.testing.assert_allclose(alone, found.p, atol=1e-5)
    assert model.judge([]).p.shape == (0, 3)


def test_the_label_map_reaches_the_right_column(tmp_path: Path) -> None:
    labels = {0: "positive", 1: "negative", 2: "neutral"}
    folder = save(tmp_path / "m", "bert", labels)
    raw = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    with torch.inference_mode():
        inputs = tokenizer("the staff were great", return_tensors="pt")
        inputs.pop("token_type_ids", None)
        expected = torch.softmax(raw(**inputs).logits, -1)[0]
    found = hub.HubSentiment(folder).judge(["the staff were great"]).p[0]
    np.testing.assert_allclose(found, expected[[1, 2, 0]].numpy(), atol=1e-5)


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
def test_an_encoder_by_folder(tmp_path: Path, kind: str) -> None:
    encoder = open_encoder(save(tmp_path / "m", kind, None), threads=1)
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dim)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert encoder.encode([]).shape == (0, encoder.dim)


def test_a_long_text_is_read_in_windows(tmp_path: Path) -> None:
    encoder = open_encoder(save(tmp_path / "m", "bert", None), threads=1)
    short, long = encoder.encode(["great " * 20, "great " * 20 + "السعر غالي جدا " * 30])
    assert short @ long < 0.9999


@pytest.mark.parametrize(
    ("labels", "columns"),
    [
        ({0: "negative", 1: "neutral", 2: "positive"}, [0, 1, 2]),
        ({0: "POS", 1: "NEG", 2: "NEU"}, [2, 0, 1]),
        ({0: "Negative", 1: "Positive"}, [0, 2]),
        ({i: f"{i + 1} star{'s' * (i > 0)}" for i in range(5)}, [0, 0, 1, 2, 2]),
        (
            {0: "Very Negative", 1: "Negative", 2: "Neutral", 3: "Positive", 4: "Very Positive"},
            [0, 0, 1, 2, 2],
        ),
        ({0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"}, [0, 1, 2]),
    ],
)
def test_label_maps(labels: dict[int, str], columns: list[int]) -> None:
    assert columns_of(labels, "m") == columns


@pytest.mark.parametrize("labels", [{0: "LABEL_0", 1: "LABEL_1"}, {0: "joy", 1: "anger"}, {0: "positive"}])
def test_labels_nobody_can_read_are_refused(labels: dict[int, str]) -> None:
    with pytest.raises(ModelError, match="id2label"):
        columns_of(labels, "m")


@pytest.mark.parametrize(
    ("task", "labels", "columns"),
    [
        ("dialect", {0: "EGY", 1: "GLF", 2: "LEV", 3: "MAG", 4: "MSA"}, [2, 1, 3, 4, 0]),
        (
            "dialect",
            {0: "Saudi_Arabia", 1: "Morocco", 2: "Jordan", 3: "Egypt", 4: "Somalia"},
            [1, 4, 3, 2, -1],
        ),
        ("language", {0: "ar", 1: "en", 2: "fr", 3: "zh"}, [0, 1, 4, 4]),
        ("language", {0: "arb_Arab", 1: "eng_Latn", 2: "fra_Latn"}, [0, 1, 4]),
    ],
)
def test_label_maps_of_other_tasks(task: Task, labels: dict[int, str], columns: list[int]) -> None:
    assert columns_of(labels, "m", task) == columns


@pytest.mark.parametrize("task", ["dialect", "language"])
def test_a_sentiment_model_is_no_model_of_another_task(task: Task) -> None:
    with pytest.raises(ModelError, match=f"Choose a {task} model"):
        columns_of(CARDIFF, "m", task)


def test_a_dialect_model_is_evaluated_like_ours(tmp_path: Path) -> None:
    labels = {0: "EGY", 1: "GLF", 2: "LEV", 3: "NOR", 4: "MSA", 5: "Djibouti"}
    folder = save(tmp_path / "camelbert-did", "bert", labels)
    rows = tasks.Labeled(
        TEXTS[:4], ["gulf", "msa", "gulf", "levantine"], {"lang": ["ar", "en", "ar", "en"]}, 0
    )
    [named, ours], test = tasks.run("dialect", rows, [folder, None])
    assert named.n == ours.n == 4
    assert named.ece is not None
    assert np.sum(named.confusion) == 4
    assert test is not None


def test_a_folder_without_a_model_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="save_pretrained"):
        open_sentiment(MeaningSettings(model=str(tmp_path)))


def test_an_unreachable_hub_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(HubError, match="without --model the embedded model is used"):
        open_sentiment(MeaningSettings(model="nobody/no-such-model-of-ours"))


@pytest.mark.parametrize(
    ("name", "text", "seen"),
    [
        ("CAMeL-Lab/bert-base-arabic-camelbert-mix-sentiment", "الخِدمة رااااائعة", "الخدمة راائعة"),
        ("UBC-NLP/MARBERTv2", "@ali_7 شوف https://a.b/c", "USER شوف URL"),
        ("cardiffnlp/twitter-xlm-roberta-base-sentiment", "@ali_7 nice https://a.b/c", "@user nice http"),
        ("intfloat/multilingual-e5-base", "nice", "query: nice"),
    ],
)
def test_each_family_gets_its_spelling(name: str, text: str, seen: str) -> None:
    assert hub.spelling(name)(text) == seen
