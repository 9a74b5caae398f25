"""Our own training rows: phrases and filled sentence frames, joined, decorated and romanized by rule.

Takes: own.yaml, own-grammar.yaml, own-templates.yaml, and Arabic training texts to romanize. Gives: rows
like those of data.py, set ``own``. They teach what public sets lack: Arabizi, mixed text, negation, change,
courtesy before a complaint, sarcasm, idioms. Cases of the checklist and near copies of them are left out.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from models.sentiment import checklist, frames
from models.sentiment.frames import POLARITIES
from voc.intake.normalize import normalize
from voc.meaning.prepare import prepare

HERE = Path(__file__).resolve().parent
SEED = 20_240_101
NEAR = 0.6  # share of words a phrase may have in common with a case of the checklist
ROMANIZED = 4000  # training texts with a romanized copy
_AND = {"en": (" and ", ", ", ". "), "": ("، ", " و", ". ")}
_COURTESY = {
    "en": ("Hi, ", "Hello team, ", "Thanks, but ", "To be honest, "),
    "": ("السلام عليكم، ", "يعطيكم العافية، ", "الله يسعدكم ", "للأمانة ", "صراحة ", "بصراحة "),
}
# One way or several to write each letter in Arabizi; the first is the commonest.
_LETTERS = (
    "ا a|أ a 2a|إ e i|آ aa a|ب b|ت t|ث th s|ج j g|ح 7 h|خ 5 kh|د d|ذ th z|ر r|ز z|س s|ش sh ch|ص s 9|ض d th|"
    "ط t 6|ظ z th|ع 3 a|غ gh|ف f|ق q g 2|ك k|ل l|م m|ن n|ه h|و w o ou|ي i y ee|ى a|ة a eh|ء 2|ئ 2 y|ؤ 2 o|"
    "گ g|چ ch|پ p|ڤ v|؟ ?|، ,"
)
_LATIN = {pair[0]: tuple(pair[2:].split()) for pair in _LETTERS.split("|")}
_VOWELS = set("اأإآويىةع")


def romanize(text: str, rng: random.Random) -> str:
    """`text` as somebody might type it in Latin letters; other scripts stay."""
    return " ".join(_word(word, rng) for word in text.split())


def _word(word: str, rng: random.Random) -> str:
    if word.startswith("ال") and len(word) > 3:
        return rng.choice(("el ", "al ", "el", "il ")) + _word(word[2:], rng)
    out: list[str] = []
    for i, letter in enumerate(word):
        latin = _LATIN.get(letter)
        if latin is None:
            out.append(letter)
            continue
        out.append(latin[0] if rng.random() < 0.7 else rng.choice(latin))
        after = word[i + 1] if i + 1 < len(word) else ""
        if after in _LATIN and letter not in _VOWELS and after not in _VOWELS and rng.random() < 0.6:
            out.append(rng.choice("aaei"))
    return "".join(out)


def rows(arabic: pd.DataFrame) -> pd.DataFrame:
    """All own rows.

    Args:
        arabic: training rows with `text` and `label` whose romanized copies are added (set ``own`` too).
    """
    rng = random.Random(SEED)
    found = [*_phrases(rng), *_grammar(rng)]
    picked = arabic.sample(min(len(arabic), ROMANIZED), random_state=SEED)
    found += [
        (romanize(text, rng), int(label)) for text, label in zip(picked["text"], picked["label"], strict=True)
    ]
    table = pd.DataFrame(found, columns=["text", "label"]).drop_duplicates()
    table["text"] = [prepare(text) for text in table["text"]]
    copies = Copies([prepare(case.text) for case in checklist.cases()])
    keep = (table["text"] != "") & ~table["text"].map(copies.holds)
    return table[keep].drop_duplicates().reset_index(drop=True)


class Copies:
    """Tells which phrases are a case of the checklist, or one with a word changed, added or left out."""

    def __init__(self, cases: list[str]) -> None:
        self._exact = set(cases)
        self._words = [frozenset(_words(case)) for case in cases]
        self._of: dict[str, list[int]] = {}
        for i, words in enumerate(self._words):
            for word in words:
                self._of.setdefault(word, []).append(i)

    def holds(self, text: str) -> bool:
        """Whether `text`, as the models see it, is too close to a case."""
        if text in self._exact:
            return True
        words = frozenset(_words(text))
        shared = Counter(i for word in words for i in self._of.get(word, ()))
        return any(n / len(words | self._words[i]) >= NEAR for i, n in shared.items())


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", normalize(text, "for_matching"))


def _phrases(rng: random.Random) -> Iterator[tuple[str, int]]:
    """The phrases of own.yaml, alone, in pairs, after a greeting, decorated and romanized."""
    saved = yaml.safe_load((HERE / "own.yaml").read_text(encoding="utf-8"))
    for label, polarity in enumerate(POLARITIES):
        plain = list(saved["whole"][polarity])
        for variety, clauses in saved["clauses"][polarity].items():
            plain += clauses
            plain += _composed(clauses, variety, polarity, rng)
        for text in plain:
            yield text, label
            if not text.isascii() and any(c.isalpha() for c in text):
                yield romanize(text, rng), label
        long = [text for text in plain if len(text) > 6]
        yield from ((frames.felt(text, label, rng), label) for text in rng.sample(long, len(long) // 3))


def _grammar(rng: random.Random) -> Iterator[tuple[str, int]]:
    """What the grammar and the frames of each variety say, with variants of spelling."""
    grammar = yaml.safe_load((HERE / "own-grammar.yaml").read_text(encoding="utf-8"))
    templates = yaml.safe_load((HERE / "own-templates.yaml").read_text(encoding="utf-8"))
    for variety, words in grammar.items():
        said = sorted({*_said(words, rng), *frames.filled(templates[variety], words, rng)})
        yield from said
        for change in (frames.stretched, frames.slipped):
            yield from ((change(text, rng), label) for text, label in rng.sample(said, len(said) // 12))
        yield from (
            (frames.felt(text, label, rng), label) for text, label in rng.sample(said, len(said) // 8)
        )
        yield from frames.sneered(words["praise"] + words["idiom"]["positive"][:8], rng)
        if variety not in ("en", "mixed"):
            latin = [(romanize(text, rng), label) for text, label in rng.sample(said, len(said) // 2)]
            yield from latin
            yield from ((frames.stretched(text, rng), label) for text, label in latin[: len(latin) // 10])


def _said(words: dict[str, Any], rng: random.Random) -> Iterator[tuple[str, int]]:
    """Phrases of one variety's grammar with their labels."""
    for form, aspects in words["aspects"].items():
        for aspect in aspects:
            yield aspect, 1
            yield f"{rng.choice(words['liked'])} {aspect}", 2
            yield f"{rng.choice(words['disliked'])} {aspect}", 0
            for side, label in (("good", 2), ("bad", 0)):
                for word in rng.sample(words[side][form], min(4, len(words[side][form]))):
                    yield from _described(aspect, word, label, words, form, rng)
    for praise in words["praise"]:  # praise beside a letdown is sarcasm
        for letdown in words["letdown"]:
            yield rng.choice((f"{praise}، {letdown}", f"{praise} {letdown}", f"{letdown} {praise}")), 0
    for polite in words["polite"]:
        for trouble in rng.sample(words["trouble"], min(5, len(words["trouble"]))):
            yield polite + trouble, 0
    for trouble in (*words["trouble"], *words["letdown"]):
        yield trouble, 0
    for label, polarity in ((2, "positive"), (0, "negative")):
        for phrase in (*words["before"][polarity], *words["idiom"][polarity]):
            yield phrase, label
            yield f"{rng.choice(next(iter(words['aspects'].values())))} {phrase}", label


def _described(
    aspect: str, word: str, label: int, words: dict[str, Any], form: str, rng: random.Random
) -> Iterator[tuple[str, int]]:
    """An aspect with one word, plain and negated: the opposite of good is bad, and of bad is good."""
    very = rng.choice(words["very"])
    yield f"{aspect} {word} {very}".strip(), label
    yield f"{word} {very}".strip(), label
    if word.split()[0] in ("غير", "ما"):
        return  # negated already
    no = rng.choice(words["not"].get(form) or words["not"]["m"])
    yield f"{aspect} {no} {word}", 2 - label
    yield f"{no.removeprefix('is ').removeprefix('was ')} {word}", 2 - label


def _composed(clauses: list[str], variety: str, polarity: str, rng: random.Random) -> list[str]:
    """Pairs of clauses of one polarity, and clauses after a greeting."""
    key = "en" if variety == "en" else ""
    pairs = [rng.choice(_AND[key]).join(rng.sample(clauses, 2)) for _ in clauses]
    polite = [rng.choice(_COURTESY[key]) + clause for clause in clauses] if polarity != "positive" else []
    return pairs + polite
