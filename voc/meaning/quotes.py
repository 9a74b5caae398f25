"""Representative quotes of each theme, by a rule anyone can check, with counter-examples beside them.

Takes: `comments`, `mentions`. Gives: per theme the quotes for result.json.

The rule. A mention can be quoted when its evidence has 15 to 280 characters with letters in them and its
comment holds no masked personal detail. Of near-duplicates one is left. The theme's commonest polarity
leads; a polarity with a tenth of the mentions gets at least one quote, as counter-example. Within a
polarity, quotes are taken one by one: the one whose words cover most of what is often said and not yet
covered, times the probability of theme and polarity; the languages take turns. Ties go by text, then id,
so row order never matters.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from voc import tables
from voc.labels import POLARITIES
from voc.meaning import duplicates, topic_words

LENGTH: Final = (15, 280)  # characters of evidence
_SHARE: Final = 0.10  # of a theme's mentions that entitles a polarity to a quote
_POOL: Final = 150  # clearest candidates per theme and polarity that are looked at
_MASK: Final = re.compile(r"\[(?:ID|IBAN|CARD|PHONE|EMAIL|HANDLE|PLATE|NAME)\]")
_LETTERS: Final = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True)
class _Candidate:
    comment_id: str
    text: str
    start: int
    end: int
    p: float
    language: str
    stems: frozenset[str]


def representative(
    comments: pd.DataFrame, mentions: pd.DataFrame, *, most: int = 5
) -> dict[str, list[dict[str, Any]]]:
    """Up to `most` quotes per theme, leading polarity first, each as result.json has it.

    Args:
        comments: the `comments` table; `text` is the verbatim text the spans of `mentions` refer to.
        mentions: the `mentions` table.
        most: quotes per theme, counter-examples included.

    Returns:
        By theme, quotes: comment_id, start, end (characters of the verbatim text), polarity, counter
        (whether it is there to show the other side).

    Raises:
        InputError: a column is missing.
    """
    tables.check("comments", comments, ("comment_id", "text"))
    tables.check("mentions", mentions, ("comment_id", "theme", "polarity", "start", "end"))
    spoken = comments["language"] if "language" in comments else pd.Series("und", index=comments.index)
    texts = dict(zip(comments["comment_id"], zip(comments["text"], spoken, strict=True), strict=True))
    found: dict[str, list[dict[str, Any]]] = {}
    for theme, group in mentions.groupby("theme", sort=True):
        counts = group["polarity"].value_counts().reindex(list(POLARITIES), fill_value=0)
        order = sorted(POLARITIES, key=lambda polarity: (-counts[polarity], POLARITIES.index(polarity)))
        pools = {p: _candidates(group[group["polarity"] == p], texts) for p in order}
        shares = _places({p: int(counts[p]) if pools[p] else 0 for p in order}, most)
        found[str(theme)] = [
            {
                "comment_id": pick.comment_id,
                "start": pick.start,
                "end": pick.end,
                "polarity": polarity,
                "counter": polarity != order[0],
            }
            for polarity in order
            for pick in _taken(pools[polarity], shares[polarity])
        ]
    return found


def _places(counts: dict[str, int], most: int) -> dict[str, int]:
    """How many quotes each polarity gets: in proportion, at least one from a tenth of the mentions on."""
    total = sum(counts.values())
    if not total:
        return dict.fromkeys(counts, 0)
    entitled = {p: int(n >= _SHARE * total and n > 0) for p, n in counts.items()}
    places = {p: min(n, max(entitled[p], round(most * n / total))) for p, n in counts.items()}
    leading = next(iter(counts))
    while sum(places.values()) > most:  # the smallest give way first, the leading one last
        smaller = [p for p in reversed(counts) if p != leading and places[p] > 0] or [leading]
        places[max(smaller, key=lambda p: places[p])] -= 1
    return places


def _candidates(group: pd.DataFrame, texts: dict[str, tuple[str, str]]) -> list[_Candidate]:
    """What can be quoted, clearest first, one of each group of near-duplicates."""
    p = np.ones(len(group))
    for name in ("p_theme", "p_polarity"):
        p = p * (group[name].to_numpy(dtype=np.float64) if name in group else 1.0)
    clear = [round(one, 6) for one in p.tolist()]
    ids, starts, ends = (group[name].tolist() for name in ("comment_id", "start", "end"))
    picked: list[tuple[float, str, str, int]] = []
    # The clearest first, and no further than the pool is full: most mentions are never looked at.
    for value, rows in itertools.groupby(
        sorted(range(len(clear)), key=lambda i: -clear[i]), clear.__getitem__
    ):
        for i in rows:
            verbatim = texts.get(ids[i], ("", "und"))[0]
            evidence = verbatim[int(starts[i]) : int(ends[i])]
            if _quotable(evidence, verbatim):
                picked.append((-value, evidence, str(ids[i]), i))
        if len(picked) >= _POOL:
            break
    picked.sort(key=lambda one: one[:3])
    found = [
        _Candidate(
            comment_id,
            evidence,
            int(starts[i]),
            int(ends[i]),
            float(p[i]),
            str(texts.get(ids[i], ("", "und"))[1]),
            frozenset(map(topic_words.stem, topic_words.tokens(evidence))),
        )
        for _, evidence, comment_id, i in picked[:_POOL]
    ]
    copies = duplicates.find([str(i) for i in range(len(found))], [c.text for c in found], least=LENGTH[0])
    dropped = set(copies.members.loc[~copies.members["kept"], "id"])
    return [c for i, c in enumerate(found) if str(i) not in dropped]


def _quotable(evidence: str, verbatim: str) -> bool:
    low, high = LENGTH
    readable = low <= len(evidence.strip()) <= high and _LETTERS.search(evidence) is not None
    return readable and _MASK.search(verbatim) is None


def _taken(pool: list[_Candidate], n: int) -> list[_Candidate]:
    """`n` candidates by greedy coverage of what is often said, languages taking turns."""
    weight = Counter(stem for candidate in pool for stem in candidate.stems)
    languages = [language for language, _ in Counter(c.language for c in pool).most_common()]
    covered: set[str] = set()
    taken: list[_Candidate] = []
    seen: set[str] = set()
    for language in itertools.cycle(languages):
        if len(taken) == min(n, len({c.comment_id for c in pool})):
            break
        free = [c for c in pool if c.comment_id not in seen and c.language == language]
        if not free:
            continue
        best = max(
            free, key=lambda c: (round(c.p * (1 + sum(weight[s] for s in c.stems - covered)), 6), c.text)
        )
        taken.append(best)
        seen.add(best.comment_id)
        covered |= best.stems
    return taken
