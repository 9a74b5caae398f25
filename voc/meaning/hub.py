"""Any transformers model, by hub name or local folder, in place of the embedded ones (extra ``hub``).

Takes: a name. Gives: `HubEncoder` (mean-pooled unit vectors), `HubSentiment` and `HubClassifier` (its own
labels mapped to ours). Each family gets the spelling it was trained on; a text
longer than a model's window is read in several windows and averaged, never cut off. Unlike the
embedded models, the last bits of a result may differ with the batch (float32 kernels do that).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voc._optional import require
from voc.errors import HubError, ModelError
from voc.intake.arabizi import transliterate
from voc.intake.normalize import normalize
from voc.meaning.cache import Cache
from voc.meaning.calibration import Calibration, softmax
from voc.meaning.device import Device, of_torch
from voc.meaning.labels_of_models import NOT_OURS, OURS, Task, columns_of
from voc.meaning.sentiment import Feelings, feelings
from voc.meaning.windows import cut, weighted_means

Rows = NDArray[np.float32]
LONGEST_WINDOW: Final = 512  # word pieces, where a model does not say less
UNSURE_BELOW: Final = 0.5


def _plain(text: str) -> str:
    return normalize(text, "for_reading")


def _arabic_words(text: str) -> str:
    """Arabizi in Arabic letters, spelling marks out: what Arabic-only vocabularies know."""
    return normalize(transliterate(text).text, "for_model")


def _marbert(text: str) -> str:
    return re.sub(r"\bhttp\b", "URL", _arabic_words(text).replace("@user", "USER"))


def _e5(text: str) -> str:
    return "query: " + _plain(text)


# First match wins; matched against the lower-cased name.
_SPELLINGS: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    (r"marbert|arbert", _marbert),
    (r"camelbert|arabert|arabic|asafaya|qarib", _arabic_words),
    (r"\be5\b|[-_/]e5[-_]", _e5),
    (r"", _plain),  # XLM-T, multilingual and English models: handles and links masked as @user and http
)


def spelling(name: str) -> Callable[[str], str]:
    """How texts are written for the model called `name`."""
    return next(write for pattern, write in _SPELLINGS if re.search(pattern, name.lower()))


@dataclass(frozen=True)
class Loaded:
    """A model in evaluation mode on its device, with its tokenizer."""

    model: Any
    tokenizer: Any
    torch: Any
    device: str
    window: int

    def rows(self, texts: Sequence[str], batch_size: int, pick: Callable[[Any, Any], Any]) -> Rows:
        """One float32 row per text; `pick` takes the model's output and the mask."""
        first, last = self._marks()
        owners: list[int] = []
        windows: list[list[int]] = []
        for owner, text in enumerate(texts):
            pieces = self.tokenizer.encode(text, add_special_tokens=False, verbose=False)
            for part in cut(pieces, self.window - len(first) - len(last)):
                owners.append(owner)
                windows.append([*first, *part, *last])
        order = sorted(range(len(windows)), key=lambda i: len(windows[i]))
        found: dict[int, Rows] = {}
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            inputs = self.tokenizer.pad({"input_ids": [windows[i] for i in batch]}, return_tensors="pt")
            inputs = {name: inputs[name].to(self.device) for name in ("input_ids", "attention_mask")}
            with self.torch.inference_mode():
                picked = pick(self.model(**inputs), inputs["attention_mask"])
            found |= dict(zip(batch, picked.float().cpu().numpy(), strict=True))
        values = np.stack([found[i] for i in range(len(windows))])
        return weighted_means(values, owners, [len(window) for window in windows])

    def _marks(self) -> tuple[list[int], list[int]]:
        """The pieces a tokenizer puts before and after a text."""
        with_marks = list(self.tokenizer.encode("a"))
        body = list(self.tokenizer.encode("a", add_special_tokens=False))
        for start in range(len(with_marks) - len(body) + 1):
            if body and with_marks[start : start + len(body)] == body:
                return with_marks[:start], with_marks[start + len(body) :]
        return with_marks[:1], with_marks[1:2]


def load(name: str, kind: str, threads: int | None, device: Device = "auto") -> Loaded:
    """A model and its tokenizer by hub name or folder; `kind` is the transformers class that opens it.

    Raises:
        HubError: it cannot be had or opened.
        MissingExtra: the extra ``hub`` is not installed.
    """
    transformers, torch = require("transformers", "hub"), require("torch", "hub")
    if threads:
        torch.set_num_threads(threads)
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(name)
        model = getattr(transformers, kind).from_pretrained(name)
    except (OSError, ValueError, ImportError) as error:  # what from_pretrained raises, reason in its message
        raise HubError(_cannot_open(name, error)) from error
    return ready(model, tokenizer, torch, device)


def ready(model: Any, tokenizer: Any, torch: Any, wanted: Device = "auto") -> Loaded:
    """An opened model on the device it will run on, with the window it can read."""
    device = of_torch(torch, wanted)
    positions = int(getattr(model.config, "max_position_embeddings", LONGEST_WINDOW))
    if getattr(model.config, "model_type", "") in {"roberta", "xlm-roberta", "camembert"}:
        positions -= 2  # this family counts positions from the padding id
    window = max(8, min(positions, int(tokenizer.model_max_length), LONGEST_WINDOW))
    return Loaded(model.eval().to(device), tokenizer, torch, device, window)


def _cannot_open(name: str, error: Exception) -> str:
    reason = str(error).strip().split("\n")[0][:200]
    if Path(name).expanduser().is_dir():
        return (
            f"The folder {name!r} does not hold a transformers model voc can open ({reason}). It needs "
            "config.json, the weights and the tokenizer's files, as save_pretrained writes them."
        )
    return (
        f"The model {name!r} could not be had from the hub ({reason}). Check the name and the network, or "
        "download it where there is one and give its folder; without --model the embedded model is used."
    )


class HubEncoder:
    """A transformers model as sentence encoder: mean over tokens, length 1.

    Args:
        name: hub name or local folder.
        threads: None leaves torch's own choice.
        batch_size: windows per run.

    Raises:
        HubError: the model cannot be had or opened.
        MissingExtra: the extra ``hub`` is not installed.
    """

    def __init__(self, name: str, threads: int | None = None, batch_size: int = 32) -> None:
        self._loaded = load(name, "AutoModel", threads)
        self.name = name
        self.dim = int(self._loaded.model.config.hidden_size)
        self._batch_size = batch_size
        self._spelling = spelling(name)
        self._cache = Cache()

    def encode(self, texts: Sequence[str]) -> Rows:
        """Vectors (n_texts, dim) float32 of length 1."""
        if not len(texts):
            return np.zeros((0, self.dim), np.float32)
        return self._cache.rows([self._spelling(text) for text in texts], self._compute)

    def _compute(self, texts: list[str]) -> Rows:
        rows = self._loaded.rows(texts, self._batch_size, _mean)
        unit: Rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-12))
        return unit


def _mean(output: Any, mask: Any) -> Any:
    column = mask[:, :, None].to(output.last_hidden_state.dtype)
    return (output.last_hidden_state * column).sum(1) / column.sum(1).clamp(min=1)


class HubClassifier:
    """A transformers classifier whose labels stand for ours; probabilities are its own, not calibrated by us.

    Args:
        name: hub name or local folder.
        task: sentiment, language or dialect.
        threads: None leaves torch's own choice.
        batch_size: windows per run.
        device: see `voc.meaning.device`.

    Raises:
        HubError: the model cannot be had or opened.
        ModelError: its labels do not say which of ours they are.
        MissingExtra: the extra ``hub`` is not installed.
    """

    def __init__(
        self,
        name: str,
        task: Task = "sentiment",
        threads: int | None = None,
        batch_size: int = 32,
        device: Device = "auto",
    ) -> None:
        loaded = load(name, "AutoModelForSequenceClassification", threads, device)
        # Which words are Arabizi is just what a language model is asked.
        self._set_up(name, loaded, task, _plain if task == "language" else spelling(name), batch_size)

    def _set_up(
        self, name: str, loaded: Loaded, task: Task, write: Callable[[str], str], batch_size: int
    ) -> None:
        config = loaded.model.config
        self.name = name
        self.version = str(getattr(config, "_commit_hash", None) or "local")
        self._loaded = loaded
        self._columns = columns_of({int(i): str(label) for i, label in config.id2label.items()}, name, task)
        self._ours = len(OURS[task])
        self._batch_size = batch_size
        self._spelling = write
        self._cache = Cache()

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(n_texts, labels of ours), rows sum to 1; outputs that are none of ours are left out."""
        p = np.zeros((len(texts), self._ours))
        if not len(texts):
            return p
        logits = self._cache.rows([self._spelling(text) for text in texts], self._compute)
        if logits.shape[1] != len(self._columns):
            raise ModelError(f"{self.name} gives {logits.shape[1]} numbers for {len(self._columns)} labels.")
        theirs = softmax(logits.astype(np.float64))
        for source, target in enumerate(self._columns):
            if target != NOT_OURS:
                p[:, target] += theirs[:, source]
        ours: NDArray[np.float64] = p / np.maximum(p.sum(axis=1, keepdims=True), 1e-12)
        return ours

    def _compute(self, texts: list[str]) -> Rows:
        return self._loaded.rows(texts, self._batch_size, lambda output, mask: output.logits)


class HubSentiment(HubClassifier):
    """A transformers classifier as sentiment model; see `HubClassifier`.

    Args:
        name: hub name or local folder.
        threads: None leaves torch's own choice.
        batch_size: windows per run.
        device: see `voc.meaning.device`.

    Raises:
        HubError: the model cannot be had or opened.
        ModelError: its labels do not say what is negative, neutral and positive.
        MissingExtra: the extra ``hub`` is not installed.
    """

    def __init__(
        self, name: str, threads: int | None = None, batch_size: int = 32, device: Device = "auto"
    ) -> None:
        super().__init__(name, "sentiment", threads, batch_size, device)

    def to_read(self, texts: Sequence[str]) -> list[str]:
        """Nothing: the embedded network has no part in it."""
        return []

    def judge(self, texts: Sequence[str], question: str | None = None) -> Feelings:
        """Feelings of each text, in order; see `voc.meaning.sentiment.SentimentModel`."""
        return feelings(self.probabilities(texts), texts, question, Calibration({}, UNSURE_BELOW))
