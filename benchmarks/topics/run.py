"""`python benchmarks/run.py topics`: voc's topics, BERTopic's and Turftopic's on the same vectors in one run.

Corpus: Saudi map reviews (Arabic and English), airline tweets (English) and 208 own translated pairs.
Measured: coherence (NPMI) and diversity per language, share of texts without a topic, alignment (share of
translated pairs in one topic, with chance beside it), agreement of a second run with another seed and of a
run on nine tenths of the texts, processor time, wall time and peak memory; then the time for 100,000 texts.

Turftopic depends on igraph (GPL): keep it in an environment of its own that also sees voc's packages, and
name that environment's interpreter in TURFTOPIC_PYTHON. What a system gave is kept in the cache folder by
its code and the texts it was given, so an interrupted run goes on; empty the folder to measure all anew.
"""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.record import machine, save, table
from benchmarks.topics import measures
from benchmarks.topics.corpora import CACHE, Corpus, corpus, large
from benchmarks.topics.systems import SYSTEMS

ROOT = Path(__file__).resolve().parents[2]
NEEDS = {"voc, engine bertopic": "bertopic", "BERTopic defaults": "bertopic"}
AGAIN = ("voc", "voc, engine bertopic", "BERTopic defaults")  # also run with another seed and on fewer texts
LARGE = 100_000
LIMIT_S = int(os.environ.get("VOC_BENCHMARK_LIMIT_S", "3600"))  # a run that takes longer is left out


def interpreter(name):
    """The Python that can run a system, or None."""
    if name.startswith("Turftopic"):
        return os.environ.get("TURFTOPIC_PYTHON")
    return sys.executable if name not in NEEDS or importlib.util.find_spec(NEEDS[name]) else None


def measured(name, given, seed):
    """What a system gives in a process of its own, or None when it fails or takes too long."""
    kept = CACHE / f"{mark(name, given, seed)}.json"
    if kept.exists():
        return json.loads(kept.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.npz", Path(folder) / "out.json"
        np.savez(
            source, texts=np.array(given.texts), languages=np.array(given.languages), vectors=given.vectors
        )
        command = [interpreter(name), "-m", "benchmarks.topics.systems", name, source, target, str(seed)]
        try:
            subprocess.run(command, cwd=ROOT, check=True, timeout=LIMIT_S, capture_output=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            print(f"{name}: {(error.stderr or b'').decode()[-300:]}")
            return None
        kept.write_bytes(target.read_bytes())
        return json.loads(target.read_text(encoding="utf-8"))


def mark(name, given, seed):
    """Names one run: the system, its texts and seed, and for voc's engines their code."""
    told = hashlib.sha256(f"{name} {seed}".encode())
    told.update("\0".join(given.texts).encode())
    code = [Path(__file__).with_name("systems.py")]
    if name.startswith("voc"):
        code += sorted((ROOT / "voc" / "meaning").glob("topic*.py"))
    for path in code:
        told.update(path.read_bytes())
    return told.hexdigest()[:16]


def part(given, kept):
    return Corpus(
        [given.texts[i] for i in kept], [given.languages[i] for i in kept], given.vectors[kept], given.pairs
    )


def evaluated(name, given, again):
    first = measured(name, given, 1)
    if first is None:
        return None
    labels, words = first["labels"], first["words"]
    aligned, chance = measures.alignment(labels, given.pairs)
    result = {
        "topics": len(words),
        "without_topic": float((np.asarray(labels) < 0).mean()),
        "both_languages": measures.mixed(labels, given.languages),
        "alignment": aligned,
        "alignment_by_chance": chance,
        **{key: first[key] for key in ("cpu_s", "wall_s", "peak_mb")},
    }
    for language in ("ar", "en"):
        result[f"npmi_{language}"], result[f"n_npmi_{language}"] = measures.coherence(
            words, given.texts, language
        )
        result[f"diversity_{language}"] = measures.diversity(words, language)
    if again:
        second = measured(name, given, 2)
        kept = np.flatnonzero(np.random.default_rng(0).random(len(labels)) < 0.9)
        fewer = measured(name, part(given, kept), 1)
        if second:
            result["agreement_seed"] = measures.agreement(labels, second["labels"])
        if fewer:
            left = np.asarray(labels)[kept]
            result["agreement_subset"] = measures.agreement(left, fewer["labels"])
            result["matched_jaccard_subset"] = measures.matched_jaccard(left, fewer["labels"])
    print(name, json.dumps(result), flush=True)
    return result


def main(out, quick):
    given = corpus(quick)
    results = {}
    for name in SYSTEMS:
        if interpreter(name) is None:
            print(f"{name}: skipped, it is not installed (see the head of benchmarks/topics/run.py)")
            continue
        results[name] = evaluated(name, given, again=name in AGAIN)
    sizes = {}
    if not quick:
        many = large(LARGE)
        for name in ("voc", "BERTopic defaults"):
            told = measured(name, many, 1) if results.get(name) else None
            if told:
                sizes[name] = {key: told[key] for key in ("cpu_s", "wall_s", "peak_mb")}
                print(name, LARGE, sizes[name], flush=True)
    result = {"machine": machine(), "texts": len(given.texts), "pairs": given.pairs, "systems": results}
    save(out, "topics", result | {"large": {"texts": LARGE, "systems": sizes}}, markdown(result, sizes))


def markdown(result, large):
    names = [name for name, told in result["systems"].items() if told]
    lines = {
        "topics": "topics",
        "texts without a topic (share)": "without_topic",
        "translated pairs in one topic (share)": "alignment",
        "the same by chance": "alignment_by_chance",
        "topics that hold both languages (share)": "both_languages",
        "coherence, NPMI, Arabic words": "npmi_ar",
        "coherence, NPMI, English words": "npmi_en",
        "diversity, Arabic words": "diversity_ar",
        "diversity, English words": "diversity_en",
        "agreement with another seed (ARI)": "agreement_seed",
        "agreement on nine tenths of the texts (ARI)": "agreement_subset",
        "overlap of matched topics there (Jaccard)": "matched_jaccard_subset",
        "processor seconds": "cpu_s",
        "peak memory, MB": "peak_mb",
    }
    rows = [[label, *(result["systems"][name].get(key) for name in names)] for label, key in lines.items()]
    text = f"### Topics: {result['texts']:,} texts in two languages, same vectors\n\n" + table(
        ["measure", *names], rows
    )
    if large:
        times = ", ".join(
            f"{name} {told['cpu_s']:.0f} s of processor time, {told['peak_mb']:,.0f} MB"
            for name, told in large.items()
        )
        text += f"\n\n{LARGE:,} texts, vectors given: {times}."
    load = result["machine"]["load_at_start"]
    text += (
        f"\n\nThe machine's load was {load:.0f}: processor seconds count, waiting does not; "
        "with OMP_NUM_THREADS=1 and NUMBA_NUM_THREADS=1 threads do not wait for each other either."
    )
    return text
