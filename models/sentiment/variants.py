"""More texts for the fast tier to learn from: sentences, a dictionary's examples, variants of real texts.

A static student knows a word only from the texts it met it in, and there are few English tweets that may be
learned from. What the accurate model says of *any* text can be had, though, so texts are made: two halves of
real ones joined, and words exchanged for others, mostly such as stand beside the same neighbor elsewhere.
They need not make sense. The student learns from them what a word does to the texts around it.

Takes: training rows of data.py, the fast tier's vocabulary, folders of WordNet and of the texts VADER was
tested on. Gives: texts without labels.
"""

from __future__ import annotations

import html
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pandas as pd

from models.sentiment import data
from voc.meaning.prepare import prepare

SEED = 20_240_101
LONGEST = 30  # words
# How many variants are made of each text (of reviews: of each sentence).
ENGLISH = {
    "tweeteval": 60, "umsab": 60, "sehhaty": 30, "ksa_google": 6, "saas_nps": 4, "skytrax": 2, "bank": 1,
    "wordnet": 0,
}  # fmt: skip
ARABIC = {
    "saudi_tourism": 10, "umsab": 10, "ajgt": 8, "sehhaty": 8, "arsarcasm_v2": 2, "ksa_google": 2,
    "absa_ar_hotels": 1,
}  # fmt: skip
# Variants of each of VADER's test texts: how many.
VADER = {"tweets": 6, "amazonReviewSnippets": 1, "movieReviewSnippets": 1}
READS, MORE = 131_072, 49_152  # made texts that the accurate model reads, of `made` and of `more`
JOINED = 0.35  # share of variants that begin as one text and end as another
SIGNS = (
    "😍", "😂", "😭", "😡", "❤️", "👍", "👎", "🙄", "😊", "💔", "🔥", "🎉", "!", "!!", "...", "?",
    ":)", ":(", "lol", "#fail", "#love",
)  # fmt: skip
_ENGLISH_WORD = r"[a-z']{3,}"
_SENTENCE = re.compile(r"(?<=[.!?؟])\s+|\n+")
_EXAMPLE = re.compile(r'"([^"]+)"')
_NOT_A_WORD = re.compile(r"^(@user|http\S*|\W+)$")


@dataclass
class Neighbors:
    """Which words follow and precede which, as often as they do, and words of the vocabulary."""

    pool: Sequence[str]
    after: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    before: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def learn(self, texts: Iterable[str]) -> None:
        for text in texts:
            words = text.split()
            for left, right in pairwise(words):
                self.after[left.lower()].append(right)
                self.before[right.lower()].append(left)

    def other(self, words: list[str], i: int, rng: random.Random) -> str:
        """A word for the place `i` of `words`."""
        kind = rng.random()
        if kind < 0.45 and i and self.after.get(words[i - 1].lower()):
            return rng.choice(self.after[words[i - 1].lower()])
        if kind < 0.6 and i + 1 < len(words) and self.before.get(words[i + 1].lower()):
            return rng.choice(self.before[words[i + 1].lower()])
        return rng.choice(self.pool)


def variant(text: str, others: Sequence[str], near: Neighbors, rng: random.Random) -> str:
    """A text made of `text`, and sometimes the end of one of `others`."""
    words = text.split()
    if rng.random() < JOINED:
        end = rng.choice(others).split()
        words = words[: rng.randint(1, len(words))] + end[rng.randrange(len(end)) :]
    words = words[:LONGEST]
    share = rng.choice((0.05, 0.1, 0.2, 0.3, 0.5))
    for i, word in enumerate(words):
        if rng.random() < share and not _NOT_A_WORD.match(word):
            words[i] = near.other(words, i, rng)
    if rng.random() < 0.15:
        words.append(rng.choice(SIGNS))
    return " ".join(words)


def sentences(text: str) -> Iterator[str]:
    """Sentences of a text, long ones cut, very short ones left out."""
    for sentence in _SENTENCE.split(text):
        words = sentence.split()
        for start in range(0, len(words), LONGEST):
            if len(words[start : start + LONGEST]) > 1:
                yield " ".join(words[start : start + LONGEST])


def examples(folder: Path | None) -> list[str]:
    """The example phrases of a WordNet 3.0 folder (``data.adj`` and its like); none without a folder."""
    found: dict[str, None] = {}
    if folder is None:
        return []
    for part in ("adj", "adv", "verb", "noun"):
        for line in (folder / f"data.{part}").read_text(encoding="utf-8").splitlines():
            if line[:1] != " ":
                found.update(dict.fromkeys(_EXAMPLE.findall(line.partition("|")[2])))
    return [text for text in map(prepare, found) if " " in text]


def made(rows: pd.DataFrame, words: Sequence[str], wordnet: Path | None) -> list[str]:
    """All made texts, in an order in which any beginning is a fair draw.

    Args:
        rows: of data.py; only the training part is used.
        words: the fast tier's vocabulary.
        wordnet: folder of the dictionary, or None to go without its examples.
    """
    rng = random.Random(SEED)
    rows = rows[(rows["part"] == "train") & ~rows["set"].isin(["own", "ar_emoji"])]
    found: dict[str, None] = {}
    for lang, counts in (("en", ENGLISH), ("ar", ARABIC)):
        mine = rows[rows["lang"] == lang]
        sources = {name: _sources(mine[mine["set"] == name]["text"], lang) for name in counts}
        if lang == "en":
            bank = data.read("banking77")
            sources["bank"] = [prepare(text) for text in bank[bank["split"] == "train"]["text"]]
            sources["wordnet"] = examples(wordnet)
        pattern = _ENGLISH_WORD if lang == "en" else r"[\u0621-\u064a]{3,}"
        near = Neighbors([word for word in words if re.fullmatch(pattern, word)])
        everything = [text for texts in sources.values() for text in texts]
        near.learn(everything)
        for name, texts in sources.items():
            found.update(dict.fromkeys(texts))
            for text in texts:
                for _ in range(counts[name]):
                    others = texts if rng.random() < 0.6 else everything
                    found[variant(text, others, near, rng)] = None
    texts = list(found)
    rng.shuffle(texts)
    return texts


def vader(folder: Path | None) -> dict[str, list[str]]:
    """English texts that VADER was tested on, without those that stand in a dev or test row of ours.

    Args:
        folder: ``hutto_ICWSM_2014`` of vaderSentiment's source package; None gives no texts.
    """
    if folder is None:
        return {}
    held = data.held_out()
    found = {}
    for name in VADER:
        lines = (
            (folder / f"{name}_GroundTruth.txt").read_text(encoding="utf-8", errors="replace").splitlines()
        )
        texts = [html.unescape(line.split("\t")[2]) for line in lines if line.count("\t") == 2]
        found[name] = _sources((prepare(text) for text in texts if not held.holds(text)), "en")
    return found


def more(words: Sequence[str], folder: Path | None) -> list[str]:
    """VADER's test texts and variants of them, in an order in which any beginning is a fair draw."""
    rng = random.Random(SEED + 1)
    sources = vader(folder)
    everything = [text for texts in sources.values() for text in texts]
    near = Neighbors([word for word in words if re.fullmatch(_ENGLISH_WORD, word)])
    near.learn(everything)
    found: dict[str, None] = dict.fromkeys(everything)
    for name, texts in sources.items():
        for text in texts:
            for _ in range(VADER[name]):
                found[variant(text, texts if rng.random() < 0.6 else everything, near, rng)] = None
    texts = list(found)
    rng.shuffle(texts)
    return texts


def _sources(texts: Iterable[str], lang: str) -> list[str]:
    cut = (part for text in texts for part in sentences(text)) if lang == "en" else texts
    return list(dict.fromkeys(" ".join(text.split()[:LONGEST]) for text in cut))
