"""camel-tools as a backend: its real loading and predicting code, on tiny data of our own making."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from voc.errors import HubError
from voc.evaluate import tasks
from voc.meaning import camel
from voc.meaning.labels_of_models import DIALECTS
from voc.meaning.sentiment import open_sentiment
from voc.settings import MeaningSettings

pytest.importorskip("camel_tools", reason="needs the extra arabic")
transformers = pytest.importorskip("transformers", reason="needs the extra hub")
torch = pytest.importorskip("torch", reason="needs the extra hub")
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # its own modules, on import
    pytest.mark.filterwarnings("ignore::SyntaxWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:sklearn.*"),  # while it trains
]

TEXTS = ["الخدمة ممتازة", "السعر غالي جدا", "الموظف تعامله راقي", "جدا جدا", "راقي", "غالي الخدمة", ""]
CITIES = (
    "ALE ALG ALX AMM ASW BAG BAS BEI BEN CAI DAM DOH FES JED JER KHA MOS MSA MUS RAB RIY SAL SAN SFX TRI TUN"
).split()
SPOKEN = {"RIY": "وش ذا الحين", "CAI": "ايه ده دلوقتي", "BEI": "شو هيدا هلق", "RAB": "شنو هادشي دابا"}
# The smallest language model that kenlm reads.
ARPA = (
    "\\data\\\nngram 1=3\nngram 2=1\n\n\\1-grams:\n-1\t<unk>\t0\n-99\t<s>\t0\n-1\t</s>\t0\n\n"
    "\\2-grams:\n-1\t<s> </s>\n\n\\end\\\n"
)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder with a catalogue, seen by a freshly imported camel-tools."""
    components = {
        "SentimentAnalysis": ("arabert", {"arabert": "sentiment_analysis/arabert"}),
        "DialectID": ("model26", {"model26": "dialectid/model26", "model6": "dialectid/model6"}),
    }
    catalogue = {
        "version": "1.6.0",
        "packages": {},
        "components": {
            name: {"default": default, "datasets": {key: {"path": path} for key, path in paths.items()}}
            for name, (default, paths) in components.items()
        },
    }
    (tmp_path / "catalogue.json").write_text(json.dumps(catalogue), encoding="utf-8")
    with afresh(tmp_path, monkeypatch):
        yield tmp_path / "data"


class afresh:
    """camel-tools imported anew with `folder` as its data; forgotten again afterwards."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CAMELTOOLS_DATA", str(folder))
        monkeypatch.setenv("HOME", str(folder))

    def __enter__(self) -> None:
        self._forget()

    def __exit__(self, *_: object) -> None:
        self._forget()

    @staticmethod
    def _forget() -> None:
        for name in [name for name in sys.modules if name.split(".")[0] == "camel_tools"]:
            del sys.modules[name]


def save_sentiment(folder: Path) -> None:
    """A tiny random BERT with camel-tools' labels in camel-tools' order."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *" ".join(TEXTS).split()]
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(dict.fromkeys(words)), encoding="utf-8")
    transformers.BertTokenizer(str(folder / "vocab.txt"), model_max_length=40).save_pretrained(folder)
    torch.manual_seed(3)
    labels = {0: "positive", 1: "negative", 2: "neutral"}
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=40, id2label=labels,
        label2id={label: i for i, label in labels.items()}, initializer_range=1.0,
    )  # fmt: skip
    model = transformers.BertForSequenceClassification(config)
    model.classifier.weight.data -= model.classifier.weight.data.mean(0)
    model.save_pretrained(folder)


def save_dialects(folder: Path) -> None:
    """camel-tools' own model, trained by camel-tools on a few words of four cities."""
    dill = pytest.importorskip("dill")
    for kind in ("char", "word"):
        (folder / "lm" / kind).mkdir(parents=True)
        for city in CITIES:
            (folder / "lm" / kind / f"{city}.arpa").write_text(ARPA, encoding="utf-8")
    rows = [f"{SPOKEN.get(city, 'كلام')} {i}\t{city}" for city in CITIES for i in range(8)]
    (folder / "rows.tsv").write_text("ar\tdialect\n" + "\n".join(rows), encoding="utf-8")
    from camel_tools.dialectid import DialectIdentifier

    model = DialectIdentifier()
    model.train(folder / "rows.tsv", folder / "rows.tsv")
    model._char_lms = model._word_lms = None  # as camel-tools saves it
    version = f"{sys.version_info.major}{sys.version_info.minor}"
    with (folder / f"did_pretrained_{version}.dill").open("wb") as file:
        dill.dump(model, file)


def test_its_sentiment_gives_its_own_labels(data: Path) -> None:
    save_sentiment(data / "sentiment_analysis" / "arabert")
    found = open_sentiment(MeaningSettings(model="camel-tools"), threads=1).judge(TEXTS)
    from camel_tools.sentiment import SentimentAnalyzer

    own = SentimentAnalyzer.pretrained(use_gpu=False).predict(TEXTS[:-1])
    said = [("negative", "neutral", "positive")[i] for i in found.p[:-1].argmax(1)]
    assert said == own
    assert len(set(own)) > 1
    np.testing.assert_allclose(found.p.sum(1), 1)


def test_its_dialects_become_ours(data: Path) -> None:
    pytest.importorskip("kenlm", reason="camel-tools has it on Linux and macOS only")
    save_dialects(data / "dialectid" / "model26")
    texts = ["وش ذا الحين", "ايه ده دلوقتي", "شو هيدا هلق", "شنو هادشي دابا"]
    labels = ["gulf", "egyptian", "levantine", "maghrebi"]
    [found], _ = tasks.run("dialect", tasks.Labeled(texts, labels, {}, 0), ["camel-tools"])
    assert found.overall["accuracy"].value == 1
    assert found.model.startswith("camel-tools ")
    p = camel.CamelDialect().probabilities(["وش ذا الحين", ""])
    assert p.shape == (2, len(DIALECTS))
    np.testing.assert_allclose(p.sum(1), 1)


@pytest.mark.parametrize(("task", "package"), [("sentiment", "sentiment-analysis"), ("dialect", "dialectid")])
def test_without_data_the_error_says_what_to_install(data: Path, task: str, package: str) -> None:
    rows = tasks.Labeled(["الخدمة ممتازة"], ["positive"], {}, 0)
    with pytest.raises(HubError, match=f"camel_data -i {package}"):
        tasks.run(task, rows, ["camel-tools"])


def test_without_a_catalogue_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No catalogue and no network: camel-tools fails while it is imported."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with afresh(tmp_path / "none", monkeypatch), pytest.raises(HubError, match="CAMELTOOLS_DATA"):
        camel.CamelDialect()
