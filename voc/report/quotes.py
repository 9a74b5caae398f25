"""Verbatim quotes behind each theme, chosen by rule, with the evidence marked and nothing that runs.

Takes: `Crossed`, the quotes the result already names. Gives: `Quote` cards per theme.

The rule: quotes the result names come first; then the clearest evidence (probability of theme times
probability of polarity), of readable length, alternating languages, no near-copies. The polarity that
is mentioned most leads; the opposite polarity follows as counter-examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from voc.report.tallies import Crossed
from voc.report.wording import INVISIBLE

EXCERPT: Final = 240  # characters kept on each side of the evidence; "…" shows that there is more
LEAD: Final = 5  # quotes of the leading polarity per theme
COUNTER: Final = 2  # quotes of the opposite one
POOL: Final = 80  # candidates looked at per theme and polarity
# Embeddings, overrides and isolates; the plain marks (LRM, RLM, ALM) are common in honest Arabic.
_TURNING = re.compile(f"[\u202a-\u202e\u2066-\u2069]|{INVISIBLE.pattern}")


@dataclass(frozen=True)
class Piece:
    """A stretch of a quote: `kind` is text, evidence, or control (a hidden mark, shown by its name)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Quote:
    """One quote, ready to show; `language` is a BCP-47 tag or empty."""

    comment_id: str
    pieces: tuple[Piece, ...]
    polarity: str
    language: str
    score: float
    period: str
    wave: str


def shown(text: str) -> str:
    """`text` with characters that hide or turn text replaced by visible stand-ins, for any program.

    >>> shown("safe" + chr(0) + "text")
    'safe␀text'
    """
    return _TURNING.sub(lambda m: _stand_in(m.group()), text)


def _stand_in(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)  # the picture of that control character
    return f"[U+{code:04X}]"


def pieces(text: str, start: int, end: int) -> tuple[Piece, ...]:
    """`text` around its evidence, cut to an excerpt, in pieces that are safe to show."""
    start, end = max(0, min(start, len(text))), max(0, min(end, len(text)))
    end = max(start, end)
    if end - start > 2 * EXCERPT:
        end = start + 2 * EXCERPT
    low, high = max(0, start - EXCERPT), min(len(text), end + EXCERPT)
    parts = [("text", ("…" if low else "") + text[low:start]), ("evidence", text[start:end])]
    parts.append(("text", text[end:high] + ("…" if high < len(text) else "")))
    return tuple(piece for kind, part in parts for piece in _safe(kind, part))


def _safe(kind: str, text: str) -> Iterable[Piece]:
    at = 0
    for match in _TURNING.finditer(text):
        if match.start() > at:
            yield Piece(kind, text[at : match.start()])
        at = match.end()
        yield Piece("control", f"U+{ord(match.group()):04X}")
    if at < len(text):
        yield Piece(kind, text[at:])


def choose(
    crossed: Crossed, theme: str, named: Sequence[Mapping[str, Any]], leading: str | None = None
) -> tuple[list[Quote], list[Quote]]:
    """Quotes that carry the theme's leading polarity, and counter-examples of the opposite one.

    Args:
        crossed: the joined tables.
        theme: its id.
        named: the result's own quotes for it; they come first.
        leading: the polarity that goes first; None: that of the result's own quotes, else the commonest.
    """
    group = crossed.pairs[crossed.pairs["theme"] == theme]
    first = [_named_row(crossed, quote) for quote in named]
    picked = [row for row in first if row is not None]
    counts = group["polarity"].value_counts()
    if leading is None:
        leading = picked[0]["polarity"] if picked else (str(counts.index[0]) if len(counts) else "neutral")
    opposite = {"negative": "positive", "positive": "negative"}.get(leading, "negative")
    lead = [r for r in picked if r["polarity"] == leading] + _ranked(crossed, group, leading)
    other = [r for r in picked if r["polarity"] == opposite] + _ranked(crossed, group, opposite)
    return _distinct(crossed, lead, LEAD), _distinct(crossed, other, COUNTER)


def whole(crossed: Crossed, places: pd.Index[Any], ids: Sequence[str]) -> list[Quote]:
    """The comments with these ids as quotes without marked evidence; unknown ids are left out."""
    rows = [int(row) for row in places.get_indexer(pd.Index(ids, dtype=object)) if row >= 0]
    found = [_quote(crossed, {"row": row, "polarity": "", "start": 0, "end": 0}) for row in rows]
    return [quote for quote in found if quote.pieces]


def _named_row(crossed: Crossed, quote: Mapping[str, Any]) -> dict[str, Any] | None:
    found = crossed.places.get_indexer(pd.Index([quote.get("comment_id")]))[0]
    if found < 0:
        return None
    polarity = str(quote.get("polarity") or "neutral")
    return {"row": int(found), "polarity": polarity, "start": quote.get("start"), "end": quote.get("end")}


def _ranked(crossed: Crossed, group: pd.DataFrame, polarity: str) -> list[dict[str, Any]]:
    some = group[group["polarity"] == polarity]
    if some.empty:
        return []
    text = crossed.comments["text"].iloc[some["row"].to_numpy()].fillna("").astype(str)
    length = text.str.len().to_numpy()
    readable = ((length >= 15) & (length <= 280)).astype(float)
    order = np.lexsort((some["row"].to_numpy(), -(some["p"].to_numpy() + readable)))[:POOL]
    candidates: list[dict[str, Any]] = [
        {str(k): v for k, v in record.items()} for record in some.iloc[order].to_dict("records")
    ]
    if "language" not in crossed.comments:
        return candidates
    spoken = crossed.comments["language"].iloc[[int(c["row"]) for c in candidates]].tolist()
    by_language: dict[str, list[dict[str, Any]]] = {}
    for candidate, language in zip(candidates, spoken, strict=True):
        by_language.setdefault(str(language), []).append(candidate)
    queues = list(by_language.values())  # in order of their best candidate
    return [queue[i] for i in range(POOL) for queue in queues if i < len(queue)]


def _distinct(crossed: Crossed, rows: list[dict[str, Any]], most: int) -> list[Quote]:
    seen: set[str] = set()
    quotes: list[Quote] = []
    for row in rows:
        if len(quotes) >= most:
            break
        quote = _quote(crossed, row)
        key = re.sub(r"[\W\d_]+", "", "".join(p.text for p in quote.pieces)).casefold()[:60]
        if key in seen or not quote.pieces:
            continue
        seen.add(key)
        quotes.append(quote)
    return quotes


def _quote(crossed: Crossed, row: Mapping[str, Any]) -> Quote:
    at = int(row["row"])
    comment = crossed.comments.iloc[at]
    text = comment.get("text")
    language = comment.get("language")
    return Quote(
        comment_id=str(comment.get("comment_id")),
        pieces=pieces(text if isinstance(text, str) else "", int(row["start"] or 0), int(row["end"] or 0)),
        polarity=str(row["polarity"]),
        language=language if isinstance(language, str) and language in ("ar", "en", "ar-Latn") else "",
        score=float(comment["score"]) if pd.notna(comment.get("score")) else float("nan"),
        period=str(crossed.period[at]),
        wave=str(crossed.wave[at]),
    )
