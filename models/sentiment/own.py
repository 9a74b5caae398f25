"""Our own training rows: the phrases of own.yaml, joined, decorated and romanized by rule.

Takes: own.yaml, and Arabic training texts to romanize. Gives: rows like those of data.py, set ``own``.
They teach what public sets lack: Arabizi, mixed text, negation, courtesy before a complaint, idioms.
"""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import yaml

from voc.meaning.prepare import prepare

HERE = Path(__file__).resolve().parent
SEED = 20_240_101
POLARITIES = ("negative", "neutral", "positive")
_AND = {"en": (" and ", ", ", ". "), "": ("، ", " و", ". ")}
_COURTESY = {
    "en": ("Hi, ", "Hello team, ", "Thanks, but ", "To be honest, "),
    "": ("السلام عليكم، ", "يعطيكم العافية، ", "الله يسعدكم ", "للأمانة ", "صراحة ", "بصراحة "),
}
_FEELING = {
    "positive": ("😍", "❤️", "👍", "🌹", "👏", "!", "!!"),
    "negative": ("😡", "👎", "💔", "🙄", "!", "!!!"),
    "neutral": ("", "."),
}
# One way or several to write each letter in Arabizi; the first is the commonest.
_LATIN = {
    "ا": ("a",), "أ": ("a", "2a"), "إ": ("e", "i"), "آ": ("aa", "a"), "ب": ("b",), "ت": ("t",), "ث": ("th", "s"),
    "ج": ("j", "g"), "ح": ("7", "h"), "خ": ("5", "kh"), "د": ("d",), "ذ": ("th", "z"), "ر": ("r",), "ز": ("z",),
    "س": ("s",), "ش": ("sh", "ch"), "ص": ("s", "9"), "ض": ("d", "th"), "ط": ("t", "6"), "ظ": ("z", "th"),
    "ع": ("3", "a"), "غ": ("gh",), "ف": ("f",), "ق": ("q", "g", "2"), "ك": ("k",), "ل": ("l",), "م": ("m",),
    "ن": ("n",), "ه": ("h",), "و": ("w", "o", "ou"), "ي": ("i", "y", "ee"), "ى": ("a",), "ة": ("a", "eh"),
    "ء": ("2", ""), "ئ": ("2", "y"), "ؤ": ("2", "o"), "گ": ("g",), "چ": ("ch",), "پ": ("p",), "ڤ": ("v",), "؟": ("?",), "،": (",",),
}  # fmt: skip
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
    saved = yaml.safe_load((HERE / "own.yaml").read_text(encoding="utf-8"))
    found: list[tuple[str, int]] = []
    for label, polarity in enumerate(POLARITIES):
        plain = list(saved["whole"][polarity])
        for variety, clauses in saved["clauses"][polarity].items():
            plain += clauses
            plain += _composed(clauses, variety, polarity, rng)
        decorated = [text + " " + rng.choice(_FEELING[polarity]) for text in plain if len(text) > 6]
        arabizi = [
            romanize(text, rng) for text in plain if not text.isascii() and any(c.isalpha() for c in text)
        ]
        found += [(text, label) for text in (*plain, *rng.sample(decorated, len(decorated) // 3), *arabizi)]
    picked = arabic.sample(min(len(arabic), 3000), random_state=SEED)
    found += [
        (romanize(text, rng), int(label)) for text, label in zip(picked["text"], picked["label"], strict=True)
    ]
    table = pd.DataFrame(found, columns=["text", "label"]).drop_duplicates()
    table["text"] = [prepare(text) for text in table["text"]]
    return table[table["text"] != ""].drop_duplicates().reset_index(drop=True)


def _composed(clauses: list[str], variety: str, polarity: str, rng: random.Random) -> list[str]:
    """Pairs of clauses of one polarity, and clauses after a greeting."""
    key = "en" if variety == "en" else ""
    pairs = [rng.choice(_AND[key]).join(rng.sample(clauses, 2)) for _ in clauses]
    polite = [rng.choice(_COURTESY[key]) + clause for clause in clauses] if polarity != "positive" else []
    return pairs + polite
