"""Language identification side by side with lingua and py3langid, in one run.

Two tables: the written rows of tests/intake/language_cases.tsv (ar, ar-Latn, en, mixed, und), and
texts of ../shared/data whose language is known (ar, en), whole and cut to 1-3 words. The others know
no Arabizi and no mixing: for them ar-Latn and mixed count as missed, and the table shows ar and en
apart. They choose among all their languages; anything but Arabic and English counts as und.
"""

from __future__ import annotations

import csv
import gzip
import importlib
import random
import time
from pathlib import Path

import numpy as np

from benchmarks.record import machine, save, table
from voc.intake.language import tag_one
from voc.labels import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
SETS = ("arsarcasm_v2", "saudi_tourism", "ksa_google", "sehhaty", "tweeteval", "saas_nps", "banking77")
SEED = 5


def written():
    lines = (ROOT / "tests" / "intake" / "language_cases.tsv").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if line and not line.startswith("#")]


def known(limit):
    rng = random.Random(SEED)
    whole, cut = [], []
    for name in SETS:
        with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8") as stream:
            rows = [row for row in csv.DictReader(stream) if sum(map(str.isalpha, row["text"])) > 3]
        for row in rng.sample(rows, min(limit // len(SETS), len(rows))):
            words = [word for word in row["text"].split() if word.isalpha()]
            whole.append((row["lang"], row["text"]))
            if words:
                size = rng.randrange(1, 4)
                start = rng.randrange(max(1, len(words) - size))
                cut.append((row["lang"], " ".join(words[start : start + size])))
    return whole, cut


def taggers():
    found = {
        "voc": lambda text: tag_one(text, dialects=False).language,
        "voc, with dialect": lambda text: tag_one(text).language,
    }
    missing = []
    try:
        lingua = importlib.import_module("lingua")
        detector = (
            lingua.LanguageDetectorBuilder.from_all_languages().with_preloaded_language_models().build()
        )
        names = {lingua.Language.ARABIC: "ar", lingua.Language.ENGLISH: "en"}
        found["lingua (all languages)"] = lambda text: names.get(detector.detect_language_of(text), "und")
        pair = lingua.LanguageDetectorBuilder.from_languages(
            lingua.Language.ARABIC, lingua.Language.ENGLISH
        ).build()
        found["lingua (Arabic or English)"] = lambda text: names.get(pair.detect_language_of(text), "und")
    except ModuleNotFoundError as error:
        missing.append(str(error))
    try:
        langid = importlib.import_module("py3langid")
        found["py3langid"] = lambda text: {"ar": "ar", "en": "en"}.get(langid.classify(text)[0], "und")
    except ModuleNotFoundError as error:
        missing.append(str(error))
    return found, missing


def recall(tagger, rows):
    right = {language: [] for language in LANGUAGES}
    for language, text in rows:
        right[language].append(tagger(text) == language)
    return {language: round(float(np.mean(hits)), 4) for language, hits in right.items() if hits}


def main(out: Path, quick: bool) -> None:
    facts = machine()
    whole, cut = known(1_400 if quick else 7_000)
    cases = written()
    found, missing = taggers()
    rows = []
    for name, tagger in found.items():
        tagger("warm up")
        begun = time.process_time()
        on_whole = recall(tagger, whole)
        seconds = time.process_time() - begun
        rows.append(
            {
                "name": name,
                "written_accuracy": float(np.mean([tagger(text) == language for language, text in cases])),
                "written": recall(tagger, cases),
                "whole": on_whole,
                "cut": recall(tagger, cut),
                "texts_per_s": len(whole) / seconds,
            }
        )
    spoken = [tag_one(text) for _, text in cases]
    sure = {"mean_p_language": float(np.mean([s.p_language for s in spoken]))}
    result = {"machine": facts, "n_written": len(cases), "n_known": len(whole), "missing": missing,
              "voc_confidence_on_written": sure, "rows": rows}  # fmt: skip
    header = ("", "written rows", *LANGUAGES, "ar, 1-3 words", "en, 1-3 words", "texts/s")
    cells = [
        (row["name"], row["written_accuracy"], *(row["written"].get(language) for language in LANGUAGES),
         row["cut"]["ar"], row["cut"]["en"], round(row["texts_per_s"]))
        for row in rows
    ]  # fmt: skip
    save(out, "language", result, table(header, cells))
