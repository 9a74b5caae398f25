"""The labeled texts the shipped sentiment model is trained on, with every leak taken out.

Takes: ../shared/data. Gives: one table of prepared texts (`text, label, set, lang, dialect, sarcasm,
part`), only from sets whose licence lets a model trained on them be released. A row goes out when
it is marked as standing in some set's dev or test rows, or when it is a near-duplicate of one.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from models.sentiment import own
from voc.intake.normalize import normalize
from voc.meaning.prepare import prepare

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
_ENDS = str.maketrans("nr", "  ")
LABELS = {"neg": 0, "neu": 1, "pos": 2}
LONGEST = 900  # characters of a text that are trained on
# Left in every tenth English tweet of the training parts; the texts we report on have none.
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\([\"'nr])")
NEAR = 0.6  # share of a row's word triples found in one held-out row that makes it a near-duplicate


@dataclass(frozen=True)
class Set:
    """A training set: which splits to learn from, and how often each row is seen in a full run."""

    name: str
    epochs: float
    splits: tuple[str, ...] = ("train",)
    keep: str = ""  # a pandas query on its own columns
    most: int | None = None  # rows drawn from it


SHIPPED = (
    Set("umsab", 5),
    Set("tweeteval", 5, ("dev",)),  # its train split is not at hand; its test split is what we report
    Set("arsarcasm_v2", 4),
    Set("ajgt", 4),
    Set("saudi_tourism", 5),
    Set("absa_ar_hotels", 2),
    Set("ksa_google", 1),
    Set("sehhaty", 1),
    Set("skytrax", 1, keep="subset in ['lounge', 'seat']"),  # the CC0 part
    Set("saas_nps", 1),
    Set("ar_emoji", 1, most=12_000),  # labels by emoji: noisy, drawn only at the beginning of a run
)
REPORTED = (
    "umsab", "tweeteval", "arsarcasm_v2", "ajgt", "saudi_tourism", "absa_ar_hotels", "ksa_google", "sehhaty",
    "skytrax", "saas_nps", "marsa", "astd", "ar_company", "ar_multidomain", "airline_tweets", "telecom_nps",
    "ar_emoji",
)  # fmt: skip


@dataclass(frozen=True)
class Corpus:
    """The training table and how many rows each reason removed, by set."""

    rows: pd.DataFrame
    removed: dict[str, dict[str, int]]


def read(name: str) -> pd.DataFrame:
    """One set as it lies on disk, with texts as strings."""
    table = pd.read_csv(DATA / f"{name}.csv.gz", low_memory=False)
    table["text"] = table["text"].fillna("").astype(str)
    return table


def unescaped(text: str) -> str:
    """`text` with the escapes of a JSON string, which some training rows still have, undone."""
    found = _ESCAPE.sub(lambda one: chr(int(one[1], 16)) if one[1] else one[2].translate(_ENDS), text)
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def corpus(sets: tuple[Set, ...] = SHIPPED, held_out: tuple[str, ...] = REPORTED) -> Corpus:
    """The rows of `labeled` and our own."""
    found = labeled(sets, held_out)
    return Corpus(pd.concat([found.rows, _own(found.rows)], ignore_index=True), found.removed)


def labeled(sets: tuple[Set, ...], held_out: tuple[str, ...]) -> Corpus:
    """The sets' labeled rows, leak-free with respect to the dev and test rows of the sets in `held_out`."""
    learned = {entry.name: entry.splits for entry in sets}
    held = _held_out(held_out, learned)
    tables, removed = [], {}
    for entry in sets:
        table = read(entry.name)
        table = table[table["split"].isin(entry.splits) & table["label"].isin(LABELS)]
        table = table.query(entry.keep) if entry.keep else table
        marked = table["xtest"].fillna("").map(lambda names: _reported(names, held_out))
        near = ~marked & table["text"].map(held.holds)
        removed[entry.name] = {"marked": int(marked.sum()), "near": int(near.sum()), "kept": 0}
        table = table[~marked & ~near]
        removed[entry.name]["kept"] = len(table)
        tables.append(_columns(table, entry))
    return Corpus(pd.concat(tables, ignore_index=True), removed)


def _own(real: pd.DataFrame) -> pd.DataFrame:
    """Our own rows, with short Arabic training rows romanized among them."""
    sources = ("umsab", "ajgt", "saudi_tourism", "absa_ar_hotels", "arsarcasm_v2", "ksa_google")
    short = (real["lang"] == "ar") & (real["part"] == "train") & (real["text"].str.len() < 90)
    found = own.rows(real[short & real["set"].isin(sources)])
    return found.assign(set="own", lang="ar", dialect="", sarcasm=np.nan, epochs=1.5, part="train")


def _columns(table: pd.DataFrame, entry: Set) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "text": [prepare(unescaped(text[:LONGEST])) for text in table["text"]],
            "label": table["label"].map(LABELS).to_numpy(),
            "set": entry.name,
            "lang": table["lang"].to_numpy(),
            "dialect": table["dialect"].fillna("").to_numpy(),
            "sarcasm": table["sarcasm"].to_numpy() if "sarcasm" in table else np.nan,
            "epochs": entry.epochs,
        }
    )
    rows = rows[rows["text"] != ""].drop_duplicates(["text", "label"])
    # A tenth of every set is kept for calibration, by the text's hash so that equal texts stay together.
    if entry.most is not None:
        rows = rows.sample(min(entry.most, len(rows)), random_state=0)
    rows["part"] = ["calibration" if _bucket(text) < 8 else "train" for text in rows["text"]]
    return rows


def _reported(names: str, held_out: tuple[str, ...]) -> bool:
    """Whether `names` (an xtest cell) names a set we report on."""
    return any(name in names for name in held_out)


def _bucket(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % 100


class _HeldOut:
    """Dev and test texts, indexed so that near-duplicates of a text are found fast."""

    def __init__(self, texts: list[str]) -> None:
        self._keys = {_key(text) for text in texts}
        self._rows: dict[int, list[int]] = defaultdict(list)
        for row, text in enumerate(texts):
            for triple in _triples(_key(text)):
                self._rows[triple].append(row)

    def holds(self, text: str) -> bool:
        key = _key(text)
        if len(key) < 15:  # short praise and complaints repeat naturally
            return False
        if key in self._keys:
            return True
        triples = _triples(key)
        if len(triples) < 4:
            return False
        hits = Counter(row for triple in triples for row in self._rows.get(triple, ())[:50])
        return bool(hits) and max(hits.values()) / len(triples) >= NEAR


def held_out() -> _HeldOut:
    """The dev and test texts of all sets we report on: ``holds(text)`` tells a text that stands there."""
    return _held_out(REPORTED, {})


def _held_out(names: tuple[str, ...], learned: dict[str, tuple[str, ...]]) -> _HeldOut:
    texts: list[str] = []
    for name in names:
        table = read(name)
        keep = table["split"].isin(("dev", "test")) & ~table["split"].isin(learned.get(name, ()))
        texts += list(table[keep]["text"])
    return _HeldOut(texts)


def _key(text: str) -> str:
    """Letters only, after strong normalization and without masks: what makes two texts the same."""
    return " ".join(
        re.findall(r"[^\W\d_]+", re.sub(r"@user|http", " ", normalize(text[:2000], "for_matching")))
    )


def _triples(key: str) -> set[int]:
    words = key.split()
    return {hash(tuple(words[i : i + 3])) for i in range(len(words) - 2)}


if __name__ == "__main__":
    result = corpus()
    print(pd.DataFrame(result.removed).T)
    print(result.rows.groupby(["set", "lang", "part"])["label"].value_counts().unstack())
