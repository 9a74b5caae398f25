"""What a text's words say about its language, counted word by word.

Takes: a text. Gives: `Evidence`, the counts that `language` decides on. Masks, links, handles and
mails are not words; a brand or a technical loan word in Latin letters says little, and weighs little.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from voc.intake import wordlists
from voc.intake.arabizi import words
from voc.intake.charmaps import KEYBOARD

_ARABIC_WORD: Final = re.compile(
    "[\u0620-\u065f\u066e-\u06d3\u06d5-\u06dc\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdfb\ufe70-\ufefc]+"
)
_LATIN: Final = re.compile("[A-Za-z\u00c0-\u024f]")
_ACCENTED: Final = re.compile("[^\\W\\d_]*[\u00c0-\u024f][^\\W\\d_]*")
_OTHER_SCRIPT: Final = re.compile("[\u0370-\u05ff\u0900-\u1fff\u2d00-\u2ddf\u3040-\ua4cf\uac00-\ud7ff]+")
# Letters of Urdu, Kurdish or Pashto that no Arabic writer has on the keyboard.
_FOREIGN_LETTERS: Final = re.compile(
    "[\u0679\u067c\u0681\u0685\u0688\u0689\u0691\u0693\u0695\u0696\u069a\u06ba\u06bb\u06bc\u06c6\u06ce\u06d0\u06d2\u06c1\u06be]"
)
# Letters of Persian that Gulf, Iraqi and Egyptian writers use as well, for p, ch, zh and g.
_SHARED_LETTERS: Final = re.compile("[\u067e\u0686\u0698\u06af]")
_PERSIAN_FORMS: Final = re.compile("[\u06a9\u06cc]")
_KEYBOARD: Final = str.maketrans(KEYBOARD)

_BEYOND_ENGLISH: Final = re.compile("[\u00c0-\u1fff\u2c00-\uabff\ufb50-\ufefc]")  # letters
_PLAIN_WORD: Final = re.compile("[a-z0-9]+")
_PLAIN_LEAST: Final = 4  # words
_PLAIN_ODD: Final = 0.2  # share of words on no list

LOANS: Final = frozenset(
    """
    app apps application service services customer delivery online internet wifi net website site link
    order orders sms otp email mail code pin account update system network signal call center support
    chat bot card visa cash bank branch mall hotel booking check out in menu burger pizza coffee cafe
    restaurant drive thru parking vip driver captain offer offers discount package data sim esim fiber
    router modem game games mobile phone android ios iphone ipad samsung huawei apple google play store
    youtube netflix whatsapp facebook twitter instagram snap snapchat tiktok uber careem amazon noon stc
    mobily zain pay plus pro max gb mb tv hd uhd led pc laptop air airline airlines airport gate
    business class economy ok okay top super vs
    """.split()
)  # fmt: skip
# Arabic words at home in English talk among Muslims and in the Gulf.
_COURTESY: Final = frozenset(
    """inshallah inshalla mashallah alhamdulillah hamdulillah wallah habibi salam salaam yalla shukran allah
    insha'allah astaghfirullah subhanallah ya""".split()
)  # fmt: skip


_COURTESY_WEIGHT: Final = 0.25
# English words that are function words of French, Spanish or German too: they follow the others.
_ALSO_FOREIGN: Final = frozenset(
    "est la de un les sur per non die den der van con para se du des et me sale".split()
)


class Evidence(NamedTuple):
    """Weights of words by language; none negative.

    Attributes:
        arabic: words in Arabic script that may be Arabic.
        persian: words in Arabic script that are Persian, Urdu or the like.
        arabizi: Arabic words in Latin letters.
        english: English words; loans and brands count for less.
        loans: how many of the English words are loans or brands.
        other: words of other languages or scripts.
        unknown: Latin words on no list.
    """

    arabic: float
    persian: float
    arabizi: float
    english: float
    loans: float
    other: float
    unknown: float


def gather(text: str) -> Evidence:
    """The evidence in `text`."""
    arabic, persian = _arabic_script(text)
    foreign = float(len(_OTHER_SCRIPT.findall(text)))
    if not _LATIN.search(text):
        return Evidence(arabic, persian, 0.0, 0.0, 0.0, foreign, 0.0)
    plain = _plain_english(text)
    if plain:
        return Evidence(0.0, 0.0, 0.0, float(plain), 0.0, 0.0, 0.0)
    arabizi = english = loans = unknown = doubtful = 0.0
    among_arabic = arabic > 0
    foreign += len(_ACCENTED.findall(text))
    for word in words(text):
        token = text[word.start : word.end]
        lower = token.lower()
        if among_arabic and text[word.start - 1 : word.start] == "#":
            continue  # a tag shows where a post belongs, not how it is written
        doubtful += lower in _ALSO_FOREIGN
        if word.kind == "arabizi":
            arabizi += _COURTESY_WEIGHT if lower in _COURTESY else 1.0
        elif lower in wordlists.other():
            foreign += 1.0
        elif word.kind == "english" and (lower in LOANS or (among_arabic and token[0].isupper())):
            loans += 1.0
            english += 0.3
        elif word.kind == "english":
            english += 1.0
        elif not among_arabic or token.islower():
            unknown += 0.5 if token[0].isupper() else 1.0
    if foreign and doubtful:
        moved = min(doubtful, english)
        english, foreign = english - moved, foreign + moved
    return Evidence(arabic, persian, arabizi, english, loans, foreign, unknown)


def _plain_english(text: str) -> int:
    """Number of words of a text that is English at first sight, else 0: the shortcut for most English."""
    if _BEYOND_ENGLISH.search(text):
        return 0
    tokens = _PLAIN_WORD.findall(text.lower())
    english, arabizi, other = wordlists.english(), wordlists.arabizi(), wordlists.other()
    odd = [token for token in tokens if token not in english]
    clear = len(tokens) >= _PLAIN_LEAST and len(odd) <= _PLAIN_ODD * len(tokens)
    return 0 if not clear or any(token in arabizi or token in other for token in odd) else len(tokens)


def _arabic_script(text: str) -> tuple[float, float]:
    if text.isascii():
        return 0.0, 0.0
    found = _ARABIC_WORD.findall(text)
    other = wordlists.other()
    if not _FOREIGN_LETTERS.search(text) and not _SHARED_LETTERS.search(text):
        strangers = float(sum(word in other for word in found if len(word) > 1))
        if strangers:  # then Persian forms of kaf and ya speak for Persian too
            typed = sum(bool(_PERSIAN_FORMS.search(word)) and word not in other for word in found)
            strangers += 0.5 * typed
        return len(found) - strangers, strangers
    arabic = persian = 0.0
    for word in found:
        if _FOREIGN_LETTERS.search(word) or (len(word) > 1 and word in other):
            persian += 1.0
        elif _SHARED_LETTERS.search(word) and word.translate(_KEYBOARD) not in wordlists.arabic():
            persian += 0.3
            arabic += 0.7
        else:
            arabic += 1.0
    return arabic, persian
