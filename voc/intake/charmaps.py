"""The characters each normalization step changes, as tables anyone can review.

The Arabic tables follow the definitions of camel-tools (MIT): its `dediac_ar` set of vowel marks,
its alef, alef maksura and teh marbuta forms, and its digits; tests hold them equal.
"""

from __future__ import annotations

from typing import Final

TATWEEL: Final = "\u0640"

TASHKEEL: Final = (
    "\u064b\u064c\u064d"  # fathatan, dammatan, kasratan
    "\u064e\u064f\u0650"  # fatha, damma, kasra
    "\u0651\u0652"  # shadda, sukun
    "\u0670"  # superscript (dagger) alef
)

# Honorifics, Quranic annotation and small high letters: never spelling. Madda and hamza above or
# below (0653-0655) are left to Unicode composition.
ANNOTATION_MARKS: Final = (
    "".join(map(chr, range(0x0610, 0x061B)))
    + "".join(map(chr, range(0x0656, 0x0660)))
    + "".join(
        map(chr, (*range(0x06D6, 0x06DD), *range(0x06DF, 0x06E5), 0x06E7, 0x06E8, *range(0x06EA, 0x06EE)))
    )
)

ALEF: Final = {
    "\u0622": "\u0627",  # alef with madda
    "\u0623": "\u0627",  # alef with hamza above
    "\u0625": "\u0627",  # alef with hamza below
    "\u0671": "\u0627",  # alef wasla
}
YA: Final = {"\u0649": "\u064a"}  # alef maksura -> ya
TA_MARBUTA: Final = {"\u0629": "\u0647"}  # ta marbuta -> ha

# Letters that Persian and Urdu keyboards produce inside Arabic words.
KEYBOARD: Final = {
    "\u06a9": "\u0643",  # keheh -> kaf
    "\u06aa": "\u0643",  # swash kaf -> kaf
    "\u06cc": "\u064a",  # Farsi yeh -> ya
    "\u06d2": "\u064a",  # yeh barree -> ya
    "\u06be": "\u0647",  # heh doachashmee -> ha
    "\u06c1": "\u0647",  # heh goal -> ha
    "\u06d5": "\u0647",  # ae -> ha
}

DIGITS: Final = {
    **{chr(0x0660 + digit): str(digit) for digit in range(10)},  # Arabic-Indic
    **{chr(0x06F0 + digit): str(digit) for digit in range(10)},  # Persian
}
DIGIT_SIGNS: Final = {
    "\u066a": "%",
    "\u066b": ".",  # decimal separator
    "\u066c": ",",  # thousands separator
}

PUNCTUATION: Final = {
    "\u060c": ",",
    "\u061b": ";",
    "\u061f": "?",
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u00ab": '"',
    "\u00bb": '"',
    "\u2013": "-",
    "\u2014": "-",
}

# As camel-tools writes them out; NFKC alone would leave the first as four letters with other forms.
LIGATURES: Final = {
    "\ufdfc": "\u0631\u064a\u0627\u0644",  # rial sign
    "\ufdfd": "\u0628\u0633\u0645 \u0627\u0644\u0644\u0647 \u0627\u0644\u0631\u062d\u0645\u0646 "
    "\u0627\u0644\u0631\u062d\u064a\u0645",  # the bismillah in one character
}

# Regular-expression classes, without the brackets.
INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff"
)
CONTROLS: Final = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # the others are white space
SURROGATES: Final = "\ud800-\udfff"
ZERO_WIDTH_JOINER: Final = "\u200d"
VARIATION_SELECTORS: Final = "\ufe00-\ufe0f"
EMOJI: Final = (
    "\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55"
    "\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff"
)
ARABIC_LETTER: Final = "\u0620-\u063f\u0641-\u064a\u066e-\u066f\u0671-\u06d3\u06d5\u06fa-\u06fc\u0750-\u077f"

# Latin capitals whose small letter is one character (Latin-1, Extended-A and B).
LATIN_CAPITALS: Final = {
    capital: capital.lower()
    for capital in map(chr, range(0x41, 0x250))
    if capital.lower() != capital and len(capital.lower()) == 1
}
