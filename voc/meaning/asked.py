"""What the question adds to a short answer: "prices", asked what to improve, is a complaint.

Takes: the question and the answers with their probabilities. Gives: probabilities moved by a prior,
only for answers of a few words that carry no clear feeling of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from voc.intake.normalize import normalize

Leaning = Literal["fault", "praise"]
Numbers = NDArray[np.float64]
MOST_WORDS: Final = 5  # a longer answer speaks for itself
CLEAR: Final = 0.9  # an answer this certainly positive or negative keeps its own feeling
PRIOR: Final = 12.0  # odds of the asked-for polarity, in a bare answer
NEUTRAL: Final = 0.4  # odds of neutral: a bare noun is an answer, not a statement

_FAULT: Final = re.compile(
    r"\b(improve\w*|better|chang\w+|fix\w*|problem\w*|issue\w*|dislike\w*|disappoint\w*|worst|"
    r"missing|"
    r"least|complain\w*|frustrat\w+|wrong|reason for (?:a |your )?low)\b"
    r"|تحسين|نحسن|نطور|تطوير|تغيير|نغير|مشكله|مشاكل|يزعج|ازعج|ضايق|لم يعجب|ما عجب|عيوب|سلبي|اسوا|اسوء|ينقص"
    r"|شكوي|شكاوي"
)
_PRAISE: Final = re.compile(
    r"\b(like[ds]?|love[ds]?|enjoy\w*|best|strengths?|impress\w*|appreciate\w*|well)\b"
    r"|عجب|احبب|اعجب|افضل ما|احسن شي|مميز|ايجابي|نقاط القوه"
)
_NOTHING: Final = re.compile(
    r"(?:nothing|none|no|nope|n/?a|nil|all good|no (?:issues?|problems?|complaints?|comments?)"
    r"|nothing (?:to|at all).*|nothing[,. ]+(?:it'?s|everything is|all) (?:perfect|great|good|fine)"
    r"|لا|(?:و?لا|لا يوجد|ما ?في|ما فيه|ماكو)(?: شي[ءئ]?)?|مفيش(?: حاجه)?|لا ابدا|والو"
    r"|كل شي[ءئ]? تمام)[.!\s]*"
)


def leaning(question: str | None) -> Leaning | None:
    """Whether a question asks for faults or for praise; None when for neither or both.

    >>> leaning("What should we improve?"), leaning("وش أكثر شي عجبك؟")
    ('fault', 'praise')
    """
    if not question:
        return None
    asked = normalize(question, "for_matching")
    if _FAULT.search(asked):
        return "fault"
    return "praise" if _PRAISE.search(asked) else None


def moved(p: Numbers, texts: Sequence[str], asks: Leaning | None) -> Numbers:
    """`p` (n, 3) with the prior of the question in the rows of short, plain answers.

    "Nothing" is good news when faults were asked for, and bad news when praise was.
    """
    if asks is None:
        return p
    result = p.copy()
    for row, text in enumerate(texts):
        said = normalize(text, "for_matching").strip()
        if not said or len(said.split()) > MOST_WORDS:
            continue
        nothing = bool(_NOTHING.fullmatch(said))
        if not nothing and p[row].argmax() != 1 and p[row].max() > CLEAR:
            continue
        asked_for = 0 if (asks == "fault") != nothing else 2
        strength = PRIOR**2 if nothing else PRIOR  # "nothing" has no feeling of its own
        odds = np.full(3, NEUTRAL)
        odds[asked_for] = strength
        odds[2 - asked_for] = 1 / strength
        result[row] = p[row] * odds / (p[row] * odds).sum()
    return result
