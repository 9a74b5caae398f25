"""The words of topics, in each language: an Arabic-aware tokenizer and class-based tf-idf.

Takes: texts and their topic numbers. Gives: the words that set every topic apart, in each language.

Words are counted by stem (proclitics and the article off in Arabic, plural s off in English) and shown
in their most frequent spelling. A text counts a word once, so that no long or pasted text decides a
topic's words.
"""

from __future__ import annotations

import functools
import html
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from voc.intake.arabizi import transliterate
from voc.intake.normalize import normalize

Script = Literal["ar", "en"]
SCRIPTS: Final[tuple[Script, Script]] = ("ar", "en")

_WORD: Final = re.compile("[\u0621-\u064a\u066e-\u06d3]+|[0-9]?[a-z]+[0-9]?(?:'[a-z]+)?")  # Arabic or Latin
_RAW: Final = re.compile(
    "[\u0621-\u0652\u0670-\u06d3\ufb50-\ufdff\ufe70-\ufefc]+|[0-9]?[A-Za-z]+[0-9]?(?:['\u2019][A-Za-z]+)?"
)  # the same with marks, long strokes and presentation forms
_NOISE: Final = re.compile(
    r"\((?:translated by google|original)\)|https?://\S+|www\.\S+|@\w+|\[[A-Z]{2,6}\]", re.IGNORECASE
)  # put there by review sites; links; handles; masks of personal data
_MARKS: Final = re.compile("[\u0640\u064b-\u0652\u0670]")  # tatweel and tashkeel
_LEAST_TEXTS: Final = 3  # texts a word must be in to stand for a topic
_LEAST_SHARE: Final = 0.02  # of a topic's texts, likewise
_POOL: Final = 30  # heaviest words among which those said together are chosen
_CLITICS: Final = ("وبال", "وال", "فال", "بال", "كال", "ولل", "لل", "ال")


@dataclass(frozen=True)
class Vocabulary:
    """Which stems are in which texts.

    Attributes:
        stems: one per column.
        shown: the most frequent spelling of each stem.
        scripts: "ar" or "en" of each stem.
        counts: scipy CSR matrix (n_texts, n_stems), 1 where the text has the stem.
        speaks: (n_texts,) whether a text has any word beyond praise and blame.
    """

    stems: tuple[str, ...]
    shown: tuple[str, ...]
    scripts: NDArray[np.object_]
    counts: Any
    speaks: NDArray[np.bool_]


def tokens(text: str) -> list[str]:
    """Words of a text after the strong recipe, Arabic and Latin, stop-words out.

    >>> tokens("التوصيل تأخر جداااا!")
    ['التوصيل', 'تاخر']
    """
    return [word for word, _ in _spelled(text)]


def stem(word: str) -> str:
    """A word without Arabic proclitic and article, or without English plural s and possessive.

    >>> stem("والتوصيل"), stem("deliveries"), stem("prices")
    ('توصيل', 'delivery', 'price')
    """
    if word[0] > "z":
        for clitic in _CLITICS:
            if word.startswith(clitic) and len(word) - len(clitic) >= 3:
                return word[len(clitic) :]
        return word
    word = word.partition("'")[0]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@functools.cache
def stop_words() -> frozenset[str]:
    """Arabic (MSA, dialects), English and Latin-Arabic words without a subject, after the strong recipe."""
    lists = _lists()
    raw = " ".join([*lists["ar"].values(), lists["en"], lists["latin_arabic"]])
    return frozenset(normalize(raw, "for_matching").split())


@functools.cache
def judgments() -> frozenset[str]:
    """Stems of words that only praise or blame; kept out of labels."""
    words = normalize(" ".join(_lists()["judgment"].values()), "for_matching").split()
    return frozenset(map(stem, words))


@functools.cache
def glossary() -> dict[str, str]:
    """Stem of a word -> the word to show in the other language, from `glossary.yaml`, both ways."""
    table: dict[str, str] = {}
    for english, arabic in _read("glossary.yaml").items():
        words = arabic.split()
        table[stem(normalize(english, "for_matching"))] = words[0].replace("_", " ")
        for word in words:
            table.setdefault(stem(normalize(word.replace("_", " "), "for_matching")), english)
    return table


def vocabulary(texts: Sequence[str], languages: Sequence[str]) -> Vocabulary:
    """The stems of these texts that occur in at least 3 of them (all of them when there are fewer than 50).

    Arabizi (`ar-Latn`) is counted in Arabic script.
    """
    from scipy.sparse import csr_matrix

    column: dict[str, int] = {}
    spellings: list[Counter[str]] = []
    indexes: list[int] = []
    ends = [0]
    calm = judgments()
    speaks: list[bool] = []
    for text, language in zip(texts, languages, strict=True):
        found: dict[str, str] = {}
        for word, spelling in _spelled(transliterate(text).text if language == "ar-Latn" else text):
            found.setdefault(stem(word), spelling)
        speaks.append(not all(root in calm or root.removeprefix("و") in calm for root in found))
        for root, word in found.items():
            at = column.setdefault(root, len(column))
            if at == len(spellings):
                spellings.append(Counter())
            spellings[at][word] += 1
            indexes.append(at)
        ends.append(len(indexes))
    data = np.ones(len(indexes), dtype=np.float32)
    counts = csr_matrix((data, indexes, ends), shape=(len(texts), max(1, len(column))))
    counts = _without_and(counts, column)
    often = np.asarray(counts.sum(axis=0)).ravel() >= (_LEAST_TEXTS if len(texts) >= 50 else 1)
    stems = np.array([*column] or [""], dtype=object)
    order = [i for i in np.argsort(stems, kind="stable") if often[i]]
    shown = tuple(min(spellings[i].items(), key=lambda item: (-item[1], item[0]))[0] for i in order)
    scripts = np.array(["ar" if stems[i][0] > "z" else "en" for i in order], dtype=object)
    return Vocabulary(tuple(stems[order]), shown, scripts, counts[:, order], np.array(speaks, dtype=bool))


def _without_and(counts: Any, column: dict[str, int]) -> Any:
    """The counts with words that carry an Arabic "and" given to the word without it.

    Only where that is as frequent: the letter may belong to the word ("وقت").
    """
    from scipy.sparse import csr_matrix

    total = np.asarray(counts.sum(axis=0)).ravel()
    home = np.arange(counts.shape[1])
    for root, at in column.items():
        if len(root) > 3 and root[0] == "و":
            bare = column.get(stem(root[1:]), at)
            home[at] = bare if total[bare] >= total[at] else at
    n = len(home)
    merged = counts @ csr_matrix((np.ones(n, dtype=np.float32), (np.arange(n), home)), shape=(n, n))
    merged.data[:] = 1
    return merged.tocsr()


def weights(vocabulary: Vocabulary, labels: NDArray[np.int64], n_topics: int) -> NDArray[np.float64]:
    """Class-based tf-idf (Grootendorst 2022) of each stem in each topic: (n_topics, n_stems).

    `tf * log(1 + mean texts per topic / texts with the stem)`, where tf is the share of the topic's texts of
    that script with the stem. Stems in fewer than 3 texts of a topic, or 2 % of them, weigh nothing there,
    unless the topic has fewer than 10 texts of that script.

    Args:
        vocabulary: of the texts.
        labels: (n_texts,) topic of each text; -1 is left out.
        n_topics: how many topics there are.
    """
    from scipy.sparse import csr_matrix

    kept = np.flatnonzero(labels >= 0)
    member = csr_matrix((np.ones(len(kept)), (labels[kept], kept)), shape=(n_topics, len(labels)))
    inside = np.asarray((member @ vocabulary.counts).todense(), dtype=np.float64)
    result = np.zeros_like(inside)
    for script in SCRIPTS:
        own = vocabulary.scripts == script
        if not own.any():
            continue
        has_script = np.asarray(vocabulary.counts[:, np.flatnonzero(own)].sum(axis=1)).ravel() > 0
        texts = np.asarray(member @ has_script.astype(np.float64)).ravel()
        count = inside[:, own]
        least = np.where(texts >= 10, np.maximum(_LEAST_TEXTS, _LEAST_SHARE * texts), 0)
        count = np.where(count < least[:, None], 0, count)
        share = count / np.maximum(texts, 1)[:, None]
        rarity = np.log1p(texts.sum() / n_topics / np.maximum(count.sum(axis=0), 1))
        result[:, own] = share * rarity
    return result


def top(
    vocabulary: Vocabulary, weight: NDArray[np.float64], script: Script, n: int = 10
) -> tuple[tuple[str, ...], ...]:
    """The `n` heaviest words of each row of `weight` (one per topic) in that script, as mostly spelled."""
    own = np.flatnonzero(vocabulary.scripts == script)
    rows = []
    for row in weight:
        best = own[np.argsort(-row[own], kind="stable")[:n]]
        rows.append(tuple(vocabulary.shown[i] for i in best if row[i] > 0))
    return tuple(rows)


def together(
    vocabulary: Vocabulary, weight: NDArray[np.float64], script: Script, n: int = 10
) -> tuple[tuple[str, ...], ...]:
    """`n` of the 30 heaviest words of each row of `weight`, chosen so that they are said together.

    From the heaviest word on, the next is the one with the highest product of the root of its weight and one
    plus its mean NPMI (Bouma 2009) with those chosen. On 8,416 texts of two languages that raised the
    coherence of a topic's words from -0.28 to -0.18 (Arabic) and from -0.17 to 0.02 (English).
    """
    own = np.flatnonzero(vocabulary.scripts == script)
    rows = []
    for row in weight:
        heavy = own[np.argsort(-row[own], kind="stable")[:_POOL]]
        heavy = heavy[row[heavy] > 0]
        affinity = _npmi(vocabulary.counts[:, heavy])
        merit = np.sqrt(row[heavy])
        chosen: list[int] = []
        while len(chosen) < min(n, len(heavy)):
            friendly = affinity[:, chosen].mean(axis=1) if chosen else np.zeros(len(heavy))
            value = np.round(merit * (1 + friendly), 9)
            value[chosen] = -1
            chosen.append(int(value.argmax()))
        rows.append(tuple(vocabulary.shown[heavy[i]] for i in chosen))
    return tuple(rows)


def _npmi(counts: Any) -> NDArray[np.float64]:
    """Normalized pointwise mutual information of each two columns: 1 always together, -1 never."""
    texts = max(counts.shape[0], 1)
    both = np.asarray((counts.T @ counts).todense(), dtype=np.float64) / texts
    alone = np.diagonal(both)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log(both / np.outer(alone, alone)) / -np.log(both)
    return np.where(both > 0, np.where(both < 1, value, 1.0), -1.0)


def _spelled(text: str) -> list[tuple[str, str]]:
    """The words of `tokens`, each with the spelling it has in the text (without marks, in small letters)."""
    stop = stop_words()
    found = []
    for raw in _RAW.findall(_NOISE.sub(" ", html.unescape(text))):
        word = _matched(raw)
        if len(word) > 1 and word.partition("'")[0] not in stop:
            found.append((word, _MARKS.sub("", raw).casefold()))
    return found


@functools.lru_cache(maxsize=200_000)
def _matched(raw: str) -> str:
    """A word after the strong recipe, or "" when nothing of it is left."""
    found = _WORD.match(normalize(raw, "for_matching"))
    return found.group() if found else ""


@functools.cache
def _lists() -> dict[str, Any]:
    return _read("stopwords.yaml")


def _read(name: str) -> dict[str, Any]:
    import yaml

    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))
    return loaded
