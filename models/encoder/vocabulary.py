"""Which of the parent's 250,002 word pieces a bilingual Arabic / English model keeps.

Takes: the parent's `tokenizer.json`, texts to count Latin pieces in. Gives: the pruned
tokenizer and the parent's row number for each kept piece. Segmentation of Arabic and of the
Latin words counted stays as the parent's, because Unigram scores are kept as they are.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from tokenizers import Tokenizer

_META = "\u2581"  # the mark that stands for a space before a word
# Arabic letters, vowel marks and the letters of foreign sounds that Arabic writers use.
_ARABIC = re.compile(
    "[\u0621-\u0652\u0670\u0671\u067e\u0686\u0698\u06a4\u06a8\u06a9\u06af\u06cc\u061f\u060c\u061b0-9]+"
)
_ARABIC_SCRIPT = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")
_LATIN = re.compile("[A-Za-z'\u2019]+")


@dataclass(frozen=True)
class Pruned:
    """The pruned tokenizer as JSON text, and for each new id the parent's id."""

    tokenizer: str
    parent_ids: list[int]


def prune(tokenizer: str, texts: Iterable[str]) -> Pruned:
    """The tokenizer with only the pieces Arabic, English, digits, punctuation and emoji need.

    Args:
        tokenizer: the parent's ``tokenizer.json``.
        texts: normalized texts; a Latin piece stays if it occurs in their segmentation.
    """
    spec = json.loads(tokenizer)
    pieces = spec["model"]["vocab"]
    seen = _seen(tokenizer, texts)
    parent_ids = [i for i, (piece, _) in enumerate(pieces) if i < 4 or _keep(piece, i in seen)]
    spec["model"]["vocab"] = [pieces[i] for i in parent_ids]
    spec["added_tokens"] = [token for token in spec["added_tokens"] if token["id"] < 4]
    return Pruned(json.dumps(spec, ensure_ascii=False), parent_ids)


def _seen(tokenizer: str, texts: Iterable[str]) -> set[int]:
    parent = Tokenizer.from_str(tokenizer)
    seen: set[int] = set()
    batch = list(texts)
    for start in range(0, len(batch), 2000):
        for row in parent.encode_batch(batch[start : start + 2000], add_special_tokens=False):
            seen.update(row.ids)
    return seen


def _keep(piece: str, was_seen: bool) -> bool:
    body = piece.removeprefix(_META)
    if not body:
        return True
    if was_seen:
        return not _foreign(body)
    if _ARABIC.fullmatch(body):
        return True
    if len(body) == 1 and (_ARABIC_SCRIPT.match(body) or _LATIN.match(body)):
        return True
    return len(body) <= 3 and all(_script_free(letter) for letter in body)


def _script_free(letter: str) -> bool:
    """Punctuation, symbols, emoji, joiners, and the digits written in Arabic or English."""
    category = unicodedata.category(letter)
    if category[0] == "N":
        return letter.isascii() or bool(_ARABIC_SCRIPT.match(letter))
    return category[0] in "PSZC"


def _foreign(body: str) -> bool:
    """Whether a piece holds letters of a script that is neither Arabic nor Latin."""
    letters = [letter for letter in body if unicodedata.category(letter)[0] == "L"]
    names = {unicodedata.name(letter, "").split(" ")[0] for letter in letters}
    return not names <= {"ARABIC", "LATIN", "FEMININE", "MASCULINE"}
