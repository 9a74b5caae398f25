"""Normalization side by side with camel-tools, PyArabic and arabic-norm, on the same texts in one run.

The shared job is what all of them can do: tashkeel out, alef, alef maksura and ta marbuta forms
unified. Each text goes through one call per library; the best of several rounds counts, in processor
time, so that a busy machine disturbs the comparison less. Needs ../shared/data and the extra `bench`.
"""

from __future__ import annotations

import csv
import gzip
import importlib
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.record import machine, save, table
from voc.intake import normalize

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SETS = ("saudi_tourism", "arsarcasm_v2", "ksa_google", "ajgt")
SHARED_JOB = (normalize.tashkeel, normalize.alef, normalize.ya, normalize.ta_marbuta)
Reader = Callable[[str], str]


def texts(limit):
    found = []
    for name in SETS:
        with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8") as stream:
            found += [row["text"] for row in csv.DictReader(stream) if row["lang"] == "ar"][
                : limit // len(SETS)
            ]
    return found


def shared_job(text):
    for step in SHARED_JOB:
        text = step.apply(text)
    return text


def with_unicode(text):
    return shared_job(normalize.compatible.apply(text))


def camel() -> dict[str, Reader]:
    dediac = importlib.import_module("camel_tools.utils.dediac").dediac_ar
    camel = importlib.import_module("camel_tools.utils.normalize")

    def plain(text):
        text = camel.normalize_alef_maksura_ar(camel.normalize_alef_ar(dediac(text)))
        return camel.normalize_teh_marbuta_ar(text)

    return {"camel-tools": plain, "camel-tools, Unicode too": lambda t: plain(camel.normalize_unicode(t))}


def pyarabic() -> dict[str, Reader]:
    araby = importlib.import_module("pyarabic.araby")

    def plain(text):
        return araby.normalize_teh(araby.normalize_alef(araby.strip_tashkeel(text)))

    return {"PyArabic (its own alef and teh forms)": plain}


def arabic_norm() -> dict[str, Reader]:
    return {"arabic-norm (Rust; its own rules)": importlib.import_module("arabic_norm").normalize}


def speed(reader: Reader, corpus, rounds):
    best = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        for text in corpus:
            reader(text)
        best = min(best, time.process_time() - begun)
    return best


def main(out: Path, quick: bool) -> None:
    facts = machine()
    corpus = texts(2_000 if quick else 12_000)
    megabytes = sum(len(text.encode()) for text in corpus) / 1e6
    readers: dict[str, Reader] = {"voc": shared_job, "voc, Unicode too": with_unicode}
    missing = []
    for library in (camel, pyarabic, arabic_norm):
        try:
            readers |= library()
        except ModuleNotFoundError as error:
            missing.append(str(error))
    readers |= {
        f"voc {name}": lambda text, name=name: normalize.normalize(text, name) for name in normalize.RECIPES
    }
    readers |= {"voc align for_model (with offsets)": lambda text: normalize.align(text, "for_model").text}
    rows = []
    for name, reader in readers.items():
        seconds = speed(reader, corpus, 2 if quick else 5)
        reference = {"voc": "camel-tools", "voc, Unicode too": "camel-tools, Unicode too"}.get(name)
        same = None
        if reference in readers:
            same = sum(reader(text) == readers[reference](text) for text in corpus) / len(corpus)
        rows.append({"name": name, "texts_per_s": len(corpus) / seconds, "mb_per_s": megabytes / seconds,
                     "share_equal_to_camel_tools": same})  # fmt: skip
    result = {
        "machine": facts,
        "n_texts": len(corpus),
        "megabytes": megabytes,
        "missing": missing,
        "rows": rows,
    }
    header = ("normalization", "texts/s", "MB/s", "texts equal to camel-tools")
    cells = [
        (row["name"], round(row["texts_per_s"]), row["mb_per_s"], row["share_equal_to_camel_tools"])
        for row in rows
    ]
    save(out, "normalization", result, table(header, cells))
