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
LARGE_SETS = (  # for time and memory; short texts only, so that encoding them takes minutes
    *("ksa_google", "airline_tweets", "saudi_tourism", "telecom_nps", "saas_nps", "sehhaty", "absa_en15"),
    *("absa_en14", "ar_company", "banking77", "umsab", "tweeteval", "arsarcasm_v2", "marsa"),
)
REAL = {"en": 25_000, "ar": 5_000}
LONGEST = 600  # characters
CHUNK = 2500  # texts encoded and kept at a time


@dataclass(frozen=True)
class Corpus:
    """`pairs` own translated pairs are the last 2 * pairs rows: all Arabic sides, then all English ones."""

    texts: list[str]
    languages: list[str]
    vectors: np.ndarray
    pairs: int


def rows(name, limit=None):
    """Texts with their languages, evenly spread over the file when there are more than `limit`."""
    with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8") as stream:
        found = [(row["text"], row["lang"]) for row in csv.DictReader(stream)]
    step = max(1, len(found) // limit) if limit else 1
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


def large(n):
    """`n` distinct texts and vectors for time and memory: 30,000 real ones, then these again with noise.

    The real ones are of fourteen sets. A repeated one has a number added to its text and a little noise to
    its vector, so that it counts as a text of its own; what topics come out is of no interest here.
    """
    found = dict(row for name in LARGE_SETS for row in rows(name) if 2 < len(row[0]) <= LONGEST)
    texts, tables = [], []
    for language, most in REAL.items():
        chosen = [text for text, spoken in found.items() if spoken == language][:most]
        texts += chosen
        tables.append(vectors(chosen))
    real = np.concatenate(tables)
    rng = np.random.default_rng(0)
    at = np.arange(n) % len(texts)
    noise = rng.normal(0, 0.02, (n, real.shape[1])).astype(np.float32)
    table = real[at] + np.where((np.arange(n) < len(texts))[:, None], 0, noise).astype(np.float32)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    repeated = [texts[j] if i == j else f"{texts[j]} {i}" for i, j in enumerate(at)]
    return Corpus(repeated, [found[texts[j]] for j in at], table, 0)


def vectors(texts):
    """Vectors of the texts, chunk by chunk from the cache where it has them."""
    from voc import artifacts
    from voc.meaning.encode import open_encoder

    name = f"voc-encoder {artifacts.find('encoder').version}"
    CACHE.mkdir(parents=True, exist_ok=True)
    parts = []
    for start in range(0, len(texts), CHUNK):
        chunk = texts[start : start + CHUNK]
        mark = hashlib.sha256("\0".join([name, *chunk]).encode()).hexdigest()[:16]
        path = CACHE / f"{mark}.npy"
        if not path.exists():
            np.save(path, open_encoder().encode(chunk))
        parts.append(np.load(path))
    return np.concatenate(parts)
