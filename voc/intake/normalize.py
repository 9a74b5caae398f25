"""Normalization by named recipes: each a visible tuple of small steps, idempotent, with offsets.

Takes: a verbatim text and the name of a recipe. Gives: the normalized text, or that text `Aligned`
with the verbatim one, so that evidence found in it can be quoted as it was written.

- ``for_reading``: invisible characters and markup out, nothing of the wording changed.
- ``for_model``: what the encoder sees: spelling kept, but tashkeel, tatweel and long elongations out.
- ``for_matching``: strong: spelling variants of one word become one string.

Emoji are kept by every recipe: they carry sentiment.
"""

from __future__ import annotations

import html
import re
from typing import Final

from voc.errors import OptionError
from voc.intake import charmaps
from voc.intake.aligned import Aligned, identity, rewrite
from voc.intake.steps import Letters, Pattern, Shorten, Spaces, Step, Unicode, Within

HANDLE_MASK: Final = "@user"  # the masks that public tweet corpora use, so models know them
LINK_MASK: Final = "http"

tashkeel = Letters("tashkeel", dict.fromkeys(charmaps.TASHKEEL, ""))
annotation_marks = Letters("annotation_marks", dict.fromkeys(charmaps.ANNOTATION_MARKS, ""))
tatweel = Letters("tatweel", {charmaps.TATWEEL: ""})
alef = Letters("alef", charmaps.ALEF)
ya = Letters("ya", charmaps.YA)
ta_marbuta = Letters("ta_marbuta", charmaps.TA_MARBUTA)
keyboard = Letters("keyboard", charmaps.KEYBOARD)
digits = Letters("digits", charmaps.DIGITS)
digit_signs = Letters("digit_signs", charmaps.DIGIT_SIGNS)
punctuation = Letters("punctuation", charmaps.PUNCTUATION)
case = Letters("case", charmaps.LATIN_CAPITALS)

composed = Unicode("composed", "NFC", {})
compatible = Unicode("compatible", "NFKC", charmaps.LIGATURES)
presentation_forms = Letters(
    "presentation_forms",
    {form: compatible.apply(form) for form in map(chr, (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFF)))},
    reopens=True,
)

_BEFORE_EMOJI = f"(?<![{charmaps.EMOJI}])"
_AFTER_EMOJI = f"(?![{charmaps.EMOJI}])"
_JOINER = charmaps.ZERO_WIDTH_JOINER
_UNSEEN = rf"{charmaps.INVISIBLE}{charmaps.CONTROLS}"
invisible = Pattern(  # a joiner inside a family or profession emoji stays
    "invisible",
    re.compile(f"[{_UNSEEN}]+|{_BEFORE_EMOJI}{_JOINER}+|{_JOINER}+{_AFTER_EMOJI}"),
    guard=re.compile(f"[{_UNSEEN}{_JOINER}]"),
)
variation_selectors = Pattern(
    "variation_selectors", re.compile(f"[{charmaps.VARIATION_SELECTORS}]+"), absorbs=True
)
surrogates = Pattern("surrogates", re.compile(f"[{charmaps.SURROGATES}]"), "\ufffd")
entities = Pattern(
    "entities",
    re.compile(
        r"&(?:#\d{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};|(?:amp|lt|gt|quot|nbsp)\b)"
    ),
    html.unescape,
    hints=("&",),
)

links = Pattern(  # also those that a platform cut short
    "links",
    re.compile(
        r"(?:https?:(?:/+|\u2026|\.\.\.)|www\.)[^\s<>\"]*|\bhttps?(?:\u2026|\.\.\.)|\[LINK\]", re.IGNORECASE
    ),
    LINK_MASK,
    guard=re.compile(r"ps?[:.\u2026]|w\.|\[l", re.IGNORECASE),
)
handles = Pattern(
    "handles",
    re.compile(r"(?<![A-Za-z0-9_.+\-])@[A-Za-z0-9_]+|\[HANDLE\]", re.IGNORECASE),
    HANDLE_MASK,
    hints=("@", "[H", "[h"),
)
_MARKS = charmaps.TASHKEEL + charmaps.ANNOTATION_MARKS
hashtags = Within(
    "hashtags",
    re.compile(rf"#[\w{_MARKS}]+"),
    (
        Pattern("sign", re.compile(r"^#_*|_+$"), " "),
        Pattern("underscore", re.compile(r"(?<=[^#_])_+(?!_|$)"), " "),
        Pattern("camel", re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"), " "),
    ),
    hint="#",
)

# An Arabic letter three times in a row is never spelling; in Latin letters some words need two.
_RUN = re.compile(r"([^\W\d_])\1\1+")
_SIGN_RUN = re.compile(rf"([!?.,\u060c\u061f\u061b]|[{charmaps.EMOJI}])\1\1+")
_PAIRS: Final = frozenset("eolstpfmnrdgcbEOLSTPFMNRDGCB\u0647\u062e")  # the last two: laughter
elongation = Shorten("elongation", _RUN, lambda letter: 2)
elongation_strong = Shorten("elongation_strong", _RUN, lambda letter: 2 if letter in _PAIRS else 1)
sign_runs = Shorten("sign_runs", _SIGN_RUN, lambda sign: 2)
spaces = Spaces()

# Order matters. Steps that change single letters come first: nothing they do makes work for a
# step before them. After them, a step that changed anything sends the text through once more, so a
# recipe ends only when nothing is left to change: that is what makes it idempotent.
Recipe = tuple[Step, ...]
_SPELLING: Final[Recipe] = (tashkeel, annotation_marks, tatweel, keyboard, digits, digit_signs)
_MARKUP: Final[Recipe] = (links, handles)
_CLEAN: Final[Recipe] = (invisible, surrogates, entities)
RECIPES: Final[dict[str, Recipe]] = {
    "for_reading": (presentation_forms, *_MARKUP, *_CLEAN, composed, spaces),
    "for_model": (
        *_SPELLING,
        *_MARKUP,
        hashtags,
        *_CLEAN,
        variation_selectors,
        compatible,
        elongation,
        sign_runs,
        spaces,
    ),
    "for_matching": (
        *_SPELLING,
        alef,
        ya,
        ta_marbuta,
        punctuation,
        *_MARKUP,
        hashtags,
        case,
        *_CLEAN,
        variation_selectors,
        compatible,
        elongation_strong,
        sign_runs,
        spaces,
    ),
}


def normalize(text: str, recipe: str) -> str:
    """`text` rewritten by the named recipe; doing it twice changes nothing more.

    >>> normalize("الخِدمـــة رااااائعة", "for_matching")
    'الخدمه رائعه'

    Args:
        text: any string, however broken.
        recipe: ``"for_reading"``, ``"for_model"`` or ``"for_matching"``.

    Raises:
        OptionError: no such recipe.
    """
    steps = _steps(recipe)
    again = True
    while again:
        again = False
        for step in steps:
            new = step.apply(text)
            if new is not text:
                again |= step.reopens and new != text
                text = new
    return text


def align(text: str, recipe: str) -> Aligned:
    """The same as `normalize`, with the source range of every character; slower.

    >>> aligned = align("الخدمة رااااائعة", "for_matching")
    >>> aligned.text[7:], aligned.original(7, len(aligned.text))
    ('رائعه', (7, 16))

    Raises:
        OptionError: no such recipe.
    """
    steps = _steps(recipe)
    aligned = identity(text)
    again = True
    while again:
        again = False
        for step in steps:
            if step.apply(aligned.text) == aligned.text:  # most steps: looking costs less than placing
                continue
            edits = list(step.edits(aligned.text))
            if edits:
                again |= step.reopens
                aligned = rewrite(aligned, edits, step.absorbs)
    return aligned


def _steps(recipe: str) -> Recipe:
    try:
        return RECIPES[recipe]
    except KeyError:
        raise OptionError(
            f"There is no normalization recipe {recipe!r}; choose one of {', '.join(RECIPES)}."
        ) from None
