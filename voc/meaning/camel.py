"""camel-tools' sentiment and dialect models in place of ours (extra ``arabic``), with data you installed.

Takes: the name ``camel-tools``, or ``camel-tools/DATASET`` for another of its models. Gives: a sentiment
model, and dialect probabilities by region. voc bundles none of that data: its licences differ, some
are GPL.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voc._optional import require
from voc.errors import HubError
from voc.intake.arabizi import transliterate
from voc.meaning import hub
from voc.meaning.device import Device
from voc.meaning.labels_of_models import DIALECTS, columns_of

NAME: Final = "camel-tools"
_PACKAGES: Final = {"sentiment": "sentiment-analysis-all", "dialect": "dialectid-model26"}


def is_camel(name: str | None) -> bool:
    """Whether `name` stands for camel-tools rather than for a hub model."""
    return name is not None and name.partition("/")[0] == NAME


class CamelSentiment(hub.HubSentiment):
    """camel-tools' `SentimentAnalyzer`, opened by its own loader; texts as they are, as it reads them.

    camel-tools itself gives labels only; the probabilities are the softmax it takes the label from.

    Args:
        name: ``camel-tools`` (its default, arabert) or ``camel-tools/mbert``.
        threads: None leaves torch's own choice.
        batch_size: windows per run.
        device: see `voc.meaning.device`.

    Raises:
        HubError: its data is not installed.
        MissingExtra: camel-tools is not installed.
    """

    def __init__(
        self, name: str = NAME, threads: int | None = None, batch_size: int = 32, device: Device = "auto"
    ) -> None:
        torch = require("torch", "hub")
        if threads:
            torch.set_num_threads(threads)
        module = _module("camel_tools.sentiment", "sentiment")
        try:
            opened = module.SentimentAnalyzer.pretrained(name.partition("/")[2] or None, use_gpu=False)
        except (OSError, ValueError, KeyError) as error:
            raise HubError(_not_installed("sentiment", error)) from error
        loaded = hub.ready(opened.model, opened.tokenizer, torch, device)
        self._set_up(name, loaded, "sentiment", str, batch_size)


class CamelDialect:
    """camel-tools' `DialectIdentifier`: 26 cities and MSA (Salameh et al., COLING 2018), summed by region.

    Args:
        name: ``camel-tools``.

    Raises:
        HubError: its data is not installed.
        MissingExtra: camel-tools is not installed.
    """

    def __init__(self, name: str = NAME) -> None:
        module = _module("camel_tools.dialectid", "dialect")
        try:
            self._model: Any = module.DialectIdentifier.pretrained()
        except (OSError, module.DialectIdError) as error:
            raise HubError(_not_installed("dialect", error)) from error
        self.name = name
        self.version = str(require("camel_tools", "arabic").__version__)

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(n_texts, 5) in the order of `DIALECTS`, rows sum to 1; Arabizi is read in Arabic letters."""
        p = np.zeros((len(texts), len(DIALECTS)))
        if not len(texts):
            return p
        said = self._model.predict([transliterate(text).text for text in texts])
        cities = {i: city for i, city in enumerate(said[0].scores)}
        for source, target in zip(cities.values(), columns_of(cities, self.name, "dialect"), strict=True):
            p[:, target] += [one.scores[source] for one in said]
        sums = p.sum(axis=1, keepdims=True)
        return np.where(sums > 0, p / np.where(sums > 0, sums, 1), 1 / len(DIALECTS))


def _module(name: str, component: str) -> Any:
    """A module of camel-tools; importing one reads the catalogue of its data, or tries to fetch it."""
    require("camel_tools", "arabic")
    try:
        return require(name, "arabic")
    except Exception as error:  # a network failure of any kind, or a catalogue without the component
        if isinstance(error, ImportError):
            raise
        raise HubError(_not_installed(component, error)) from error


def _not_installed(component: str, error: Exception) -> str:
    reason = str(error).strip().split("\n")[0][:200] or type(error).__name__
    return (
        f"camel-tools' {component} data is not installed ({reason}). With a network run "
        f"`camel_data -i {_PACKAGES[component]}`, or set CAMELTOOLS_DATA to a folder that holds it; "
        "without --model voc's own model is used."
    )
