"""Builds voc/intake/words_en.txt, words_ar.tsv and words_other.txt: single words, no sentences.

English: words of symspellpy's frequency dictionary (MIT; Google Books n-grams crossed with SCOWL)
that are frequent there, or fairly frequent there and met in the English feedback of ../shared/data.
Arabic: words met at least `AR_LEAST` times in the Arabic sets of ../shared/data.
Only sets whose licence allows it (INDEX.md, ship = yes) are read.
Other languages: the function words of stopwords-iso (MIT), so that French or Persian is not taken
for one of ours; those that are also English, Arabic or Arabizi words are left out.

Run from the repository root, with symspellpy and stopwordsiso installed: python models/language/words.py
"""

import csv
import gzip
import re
from collections import Counter
from importlib import import_module
from importlib.resources import files
from pathlib import Path

from voc.intake.normalize import normalize
from voc.intake.wordlists import arabizi

DATA = Path("../shared/data")
TARGET = Path("voc/intake")
EN_SETS = ("umsab", "tweeteval", "ksa_google", "sehhaty", "saas_nps", "banking77", "skytrax")
AR_SETS = (
    "umsab",
    "arsarcasm_v2",
    "ajgt",
    "ar_emoji",
    "saudi_tourism",
    "ksa_google",
    "sehhaty",
    "absa_ar_hotels",
)
EN_TOP, EN_FAIR, EN_LEAST, AR_LEAST = 10_000, 40_000, 2, 6
LATIN = ("fr", "es", "de", "it", "pt", "nl", "tr", "id", "ms", "tl", "sv")
LATIN_WORD = re.compile(r"[^\W\d_]{2,}(?:'[^\W\d_]+)?")
SCRIPT_WORD = re.compile(r"[\u0620-\u06ff]{2,}")
EN_WORD = re.compile(r"[a-z]+")
AR_WORD = re.compile(r"(?<![\u0621-\u06ff])[\u0621-\u063a\u0641-\u064a]{2,12}(?![\u0621-\u06ff])")
# Dictionary words that in feedback are nearly always something else, and chat words it lacks.
EN_NOT = set(
    "el al mo bas hal kan ana kol shu inti mafi wala habibi ahlan yalla zain mashallah inshallah".split()
)
EN_ALSO = """
oh haha hahaha alright ugh yay hmm lmao rofl bravo thankyou goodjob ty tks cool
ok okay app apps wifi iphone android sms otp atm pos ios online login signup thx thanx pls plz tbh
idk btw omg lol imo fyi asap u ur r im ive dont doesnt didnt cant wont isnt wasnt arent couldnt
wouldnt youre theyre thats whats its gonna wanna gotta kinda yeah yep nope meh wow awesome amazing
worst nps csat faq email emails admin username refund refunded cashback checkout signal fiber fibre
broadband roaming esim sim prepaid postpaid ux ui sar aed kwd qar omr bhd usd eur egp jod stc
whatsapp youtube google gmail facebook instagram twitter tiktok
""".split()


def rows(name):
    with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if name != "skytrax" or row["subset"] in {"lounge", "seat"}:  # its CC0 part
                yield row


def english():
    met = Counter()
    for name in EN_SETS:
        for row in rows(name):
            if row["lang"] == "en":
                met.update(set(EN_WORD.findall(normalize(row["text"], "for_matching"))))
    source = files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    ranked = [line.split()[0] for line in source.read_text(encoding="utf-8-sig").splitlines()]
    kept = ranked[:EN_TOP] + [word for word in ranked[EN_TOP:EN_FAIR] if met[word] >= EN_LEAST]
    kept = [word for word in kept if EN_WORD.fullmatch(word) and (len(word) > 1 or word in "ai")]
    return list(dict.fromkeys(word for word in (*EN_ALSO, *kept) if word not in EN_NOT))


def arabic():
    met = Counter()
    for name in AR_SETS:
        for row in rows(name):
            if row["lang"] == "ar":
                met.update(AR_WORD.findall(normalize(row["text"], "for_model")))
    return [(word, count) for word, count in met.most_common() if count >= AR_LEAST]


def other(english_words, arabic_words):
    stopwords = import_module("stopwordsiso").stopwords
    ours = set(english_words[:EN_TOP]) | set(EN_ALSO) | arabizi().keys()
    latin = {word for code in LATIN for word in stopwords(code) if LATIN_WORD.fullmatch(word)} - ours
    script = {word for code in ("fa", "ur") for word in stopwords(code) if SCRIPT_WORD.fullmatch(word)}
    known = {normalize(word, "for_matching") for word, _ in arabic_words}
    script = {word for word in script if normalize(word, "for_matching") not in known}
    return sorted(latin) + sorted(script)


def main():
    source = (
        "# Built by models/language/words.py, which names the sources. Single words, most frequent first.\n"
    )
    english_words, arabic_words = english(), arabic()
    (TARGET / "words_en.txt").write_text(source + "\n".join(english_words) + "\n", encoding="utf-8")
    lines = [f"{word}\t{count}" for word, count in arabic_words]
    (TARGET / "words_ar.tsv").write_text(source + "\n".join(lines) + "\n", encoding="utf-8")
    lines = other(english_words, arabic_words)
    source = source.replace("most frequent first", "function words of other languages")
    (TARGET / "words_other.txt").write_text(source + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
