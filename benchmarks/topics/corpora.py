"""Texts, languages and vectors of the topics benchmark; vectors are kept in a cache folder between runs."""

import csv
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
CACHE = ROOT / "benchmarks" / ".cache" / "topics"
SETS = {"ksa_google": 5000, "airline_tweets": 3000}  # Saudi map reviews (ar, en), airline tweets (en)


@dataclass(frozen=True)
class Corpus:
    """`pairs` own translated pairs are the last 2 * pairs rows: all Arabic sides, then all English ones."""

    texts: list[str]
    languages: list[str]
    vectors: np.ndarray
    pairs: int


def rows(name, limit):
    with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8") as stream:
        found = [(row["text"], row["lang"]) for row in csv.DictReader(stream)]
    step = max(1, len(found) // limit)
    return found[::step][:limit]


def pairs():
    told = yaml.safe_load((ROOT / "tests" / "meaning" / "pairs.yaml").read_text(encoding="utf-8"))
    return [tuple(pair) for group in told.values() for pair in group]


def corpus(quick):
    """Reviews and tweets of two languages with the translated pairs among them."""
    found = [row for name, limit in SETS.items() for row in rows(name, 1500 if quick else limit)]
    both = pairs()
    texts = [text for text, _ in found] + [ar for ar, _ in both] + [en for _, en in both]
    languages = [language for _, language in found] + ["ar"] * len(both) + ["en"] * len(both)
    return Corpus(texts, languages, vectors(texts), len(both))


def enlarged(small, n):
    """`n` distinct texts and vectors: those of `small` again and again, a number and some noise added."""
    rng = np.random.default_rng(0)
    at = np.arange(n) % len(small.texts)
    noise = rng.normal(0, 0.02, (n, small.vectors.shape[1])).astype(np.float32)
    table = small.vectors[at] + noise
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    texts = [f"{small.texts[j]} {i}" for i, j in enumerate(at)]
    return Corpus(texts, [small.languages[j] for j in at], table, 0)


def vectors(texts):
    from voc.meaning.encode import open_encoder

    encoder = open_encoder()
    mark = hashlib.sha256("\0".join([encoder.name, *texts]).encode()).hexdigest()[:16]
    path = CACHE / f"{mark}.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, encoder.encode(texts))
    return np.load(path)
