"""Known themes of each comment, clause by clause: several per clause, each with polarity and evidence.

Takes: verbatim texts, their clauses with vectors and sentiment. Gives: the `mentions` table, and for
every comment without a theme the reason why. A clause has a theme when a sure word shows it, when a hint
does and its meaning (linear heads on the sentence vector) agrees, or when the meaning alone is clear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voc import artifacts
from voc.labels import POLARITIES, Reason
from voc.meaning.clauses import Span
from voc.meaning.encode import Encoder
from voc.meaning.theme_heads import Floats, Heads, load_heads
from voc.meaning.theme_training import train_user_themes
from voc.meaning.theme_words import Hit, ThemeWords
from voc.tables import MENTIONS, empty
from voc.taxonomy import Taxonomy

# Log-odds that a word adds to its theme; set on clauses judged by reading (models/themes/card.md).
SURE_WORD: Final = 4.0
_PASS: Final = 0.85  # log-odds of a theme whose meaning just reaches its limit: right in 7 of 10 clauses
FEELING: Final = 3.0  # log-odds of being off topic between a neutral and a felt clause
_LEAST: Final = -3.5  # meaning never outvotes a sure word
_LONG: Final = 160  # characters; evidence in a longer clause is narrowed to the surroundings of its word
_AROUND: Final = 60
_WORDS: Final = re.compile(r"[^\W_]")


def open_themes(taxonomy: Taxonomy, encoder: Encoder) -> ThemeModel:
    """A theme model for this taxonomy on this encoder's vectors.

    Themes of the embedded taxonomy and of its packs come trained. All others, and all themes when
    another encoder is used, are trained here from their phrases, in seconds.

    Raises:
        InputError: a theme of the user's own has too few examples to learn from.
        ModelError: the embedded heads are missing or damaged.
    """
    artifact = artifacts.find("themes")
    labels = artifact.facts["labels"] if artifact.facts["encoder"] == encoder.name else {}
    own = own_themes(taxonomy, encoder)
    heads = []
    if labels:
        trained = tuple(theme.id for theme in taxonomy.leaves if theme.id not in own)
        heads.append(load_heads(artifact.path("heads.npz")).only(trained))
    if own or not heads:
        heads.append(train_user_themes(taxonomy, encoder, own).heads)
    return ThemeModel(f"voc-themes {artifact.version}", taxonomy, ThemeWords(taxonomy), tuple(heads))


def own_themes(taxonomy: Taxonomy, encoder: Encoder) -> list[str]:
    """Ids of the leaves that do not come trained for this encoder's vectors."""
    facts = artifacts.find("themes").facts
    labels = facts["labels"] if facts["encoder"] == encoder.name else {}
    return [theme.id for theme in taxonomy.leaves if labels.get(theme.id) != theme.label["en"]]


@dataclass(frozen=True)
class Found:
    """What was found in `n` comments.

    Attributes:
        mentions: the `mentions` table, in order of comments and then of evidence.
        reasons: for each comment why it has no theme, or None when it has one.
    """

    mentions: pd.DataFrame
    reasons: list[Reason | None]


@dataclass(frozen=True)
class ThemeModel:
    """A taxonomy ready to be found: its words, and the heads of its leaves.

    Attributes:
        name: which heads these are, with their version.
        heads: the embedded ones, those of the user's own themes, or both; each knows some of the leaves.
            Without any, themes are found by their words alone.
        by_words: log-odds that a hint and a sure word give a theme where there are no heads.
    """

    name: str
    taxonomy: Taxonomy
    words: ThemeWords
    heads: tuple[Heads, ...]
    by_words: tuple[float, float] = (0.0, SURE_WORD)

    @property
    def by_meaning(self) -> bool:
        """Whether clause vectors have a say; without, they have no columns."""
        return bool(self.heads)

    def find(
        self,
        comment_ids: Sequence[str],
        texts: Sequence[str],
        clauses: Sequence[Sequence[Span]],
        clause_vectors: NDArray[np.float32],
        clause_feelings: Floats,
        languages: Sequence[str],
        clause_languages: Sequence[str],
        hits: Sequence[Sequence[Hit]] | None = None,
    ) -> Found:
        """Themes with polarity and evidence per comment, and the reasons of those without.

        Args:
            comment_ids: one per text.
            texts: verbatim.
            clauses: spans per text, as `voc.meaning.clauses.split` gives them.
            clause_vectors: shape (n_clauses, dim), all texts' clauses one after the other.
            clause_feelings: shape (n_clauses, 3): negative, neutral, positive; of clauses that `felt`
                leaves out, anything.
            languages: one per text; texts of unknown language have no off-topic head to trust.
            clause_languages: one per clause, in the order of `clause_vectors`; looked at where a theme is.
            hits: what `hits` gives for the texts, where it is at hand.
        """
        meaning, off_topic = self._meaning(clause_vectors)
        clear = np.any(meaning > self._limits[1], axis=1)  # a theme without any word for it
        aside = off_topic + FEELING * (clause_feelings[:, 1] - 0.5) > 0  # who feels, speaks of something
        polarities = np.round(clause_feelings, 6).argmax(axis=1).tolist()
        columns: dict[str, list[object]] = {name: [] for name in MENTIONS}
        reasons: list[Reason | None] = []
        first = 0
        hits = self.hits(texts) if hits is None else hits
        for comment_id, text, spans, own, language in zip(
            comment_ids, texts, clauses, hits, languages, strict=True
        ):
            part = slice(first, first + len(spans))
            mine = (
                self._of_comment(text, spans, own, meaning[part], clause_feelings[part], polarities[part])
                if own or (self.heads and clear[part].any())
                else []
            )
            for row in mine:
                row["comment_id"] = comment_id
                row["language"] = clause_languages[first + int(str(row.pop("clause")))]
                for name, values in columns.items():
                    values.append(row[name])
            first += len(spans)
            reasons.append(None if mine else self._reason(text, bool(aside[part].all()), language))
        mentions = pd.DataFrame(columns) if columns["comment_id"] else empty("mentions")
        return Found(mentions, reasons)

    def hits(self, texts: Sequence[str]) -> list[list[Hit]]:
        """The words of themes in each text."""
        return [self.words.find(text) for text in texts]

    def felt(self, clauses: Sequence[Sequence[Span]], hits: Sequence[Sequence[Hit]]) -> NDArray[np.bool_]:
        """Which clauses' feelings decide something, one after the other; shape (n_clauses,).

        All, where meaning has a say. By words alone: those with a word of a theme; and those of
        comments without any, whose feelings tell vague comments from off-topic ones.
        """
        found: list[bool] = []
        for spans, own in zip(clauses, hits, strict=True):
            shown = [any(span.start <= hit.start < span.end for hit in own) for span in spans] if own else []
            found += shown if any(shown) and not self.by_meaning else [True] * len(spans)
        return np.array(found, dtype=bool)

    @cached_property
    def _limits(self) -> tuple[Floats, Floats]:
        """What the meaning of a clause must reach, (n_leaves,) each: beside a hint, and without any word."""
        hint, alone = np.zeros((2, len(self.taxonomy.leaves)))
        for heads, leaves, columns in self._places():
            hint[leaves], alone[leaves] = heads.hint[columns], heads.alone[columns]
        return hint, alone

    def _places(self) -> list[tuple[Heads, list[int], list[int]]]:
        """Each set of heads with the numbers of its leaves, and of its columns for them."""
        number = {theme.id: place for place, theme in enumerate(self.taxonomy.leaves)}
        found = []
        for heads in self.heads:
            columns = [column for column, name in enumerate(heads.classes) if name in number]
            found.append((heads, [number[heads.classes[column]] for column in columns], columns))
        return found

    def _meaning(self, vectors: NDArray[np.float32]) -> tuple[Floats, Floats]:
        """Log-odds (n_clauses, n_leaves) of the themes, and (n_clauses,) of off topic against vague."""
        odds = np.zeros((len(vectors), len(self.taxonomy.leaves)))
        if not self.heads:
            return odds, np.zeros(len(vectors))
        for heads, leaves, columns in self._places():
            odds[:, leaves] = heads.log_odds(vectors)[:, columns]
        return odds, self.heads[0].only(()).log_odds(vectors)[:, -1]

    def _of_comment(
        self,
        text: str,
        spans: Sequence[Span],
        hits: Sequence[Hit],
        meaning: Floats,
        feelings: Floats,
        polarities: Sequence[int],
    ) -> list[dict[str, object]]:
        """The strongest mention of each theme and polarity in one comment."""
        best: dict[tuple[int, int], dict[str, object]] = {}
        for number, span in enumerate(spans):
            inside = [hit for hit in hits if span.start <= hit.start < span.end]
            polarity = polarities[number]
            for theme, p_theme, by_word in self._shown(meaning[number], inside):
                known = best.get((theme, polarity))
                if known is None or p_theme > float(str(known["p_theme"])):
                    own = [hit for hit in inside if hit.theme == theme]
                    start, end = _evidence(text, span, own)
                    best[theme, polarity] = {
                        "clause": number,
                        "theme": self.taxonomy.leaves[theme].id,
                        "polarity": POLARITIES[polarity],
                        "p_theme": p_theme,
                        "p_polarity": round(float(feelings[number, polarity]), 6),
                        "start": start,
                        "end": end,
                        "origin": "rule" if by_word else "model",
                    }
        return sorted(best.values(), key=lambda row: (row["start"], row["theme"], row["polarity"]))

    def _shown(self, meaning: Floats, hits: list[Hit]) -> Iterator[tuple[int, float, bool]]:
        """The themes of a clause, in order, with their probabilities and whether a word alone decides."""
        if self.heads:
            odds, by_word = self._odds(meaning, hits)
            for theme in np.flatnonzero(odds > 0).tolist():
                yield theme, _probability(float(odds[theme])), bool(by_word[theme])
            return
        hint, sure = self.by_words
        for theme in sorted({hit.theme for hit in hits}):
            odds_of = hint if all(hit.hint for hit in hits if hit.theme == theme) else sure
            if odds_of > 0:
                yield theme, _probability(odds_of), True

    def _odds(self, meaning: Floats, hits: list[Hit]) -> tuple[Floats, NDArray[np.bool_]]:
        """Log-odds (n_leaves,) of the themes of a clause, given above 0; and where a word alone decides."""
        hinted = np.zeros(len(meaning), dtype=bool)
        sure = np.zeros(len(meaning), dtype=bool)
        for hit in hits:
            (hinted if hit.hint else sure)[hit.theme] = True
        hint, alone = self._limits
        limit = np.where(hinted, np.minimum(hint, alone), alone)
        passed = np.where(meaning > limit, meaning - limit + _PASS, -1.0)
        return np.where(sure, np.maximum(meaning, _LEAST) + SURE_WORD, passed), sure & (meaning <= alone)

    def _reason(self, text: str, aside: bool, language: str) -> Reason:
        """Why a comment has no theme: nothing written, an opinion about nothing in particular, or neither.

        Args:
            text: verbatim.
            aside: whether every clause is off topic rather than vague.
            language: of the text.
        """
        if not text.strip():
            return "empty"
        if not _WORDS.search(text):
            return "vague"  # emoji or signs alone: a feeling without a subject
        if language == "und":
            return "off_topic"
        return "off_topic" if aside else "vague"


@lru_cache(maxsize=4_096)  # words alone know two values
def _probability(odds: float) -> float:
    return round(float(1 / (1 + np.exp(-odds))), 6)


def _evidence(text: str, span: Span, hits: list[Hit]) -> tuple[int, int]:
    """The clause; of a long clause the surroundings of the words that show the theme, cut at spaces."""
    if span.end - span.start <= _LONG or not hits:
        return span.start, span.end
    start = max(span.start, min(hit.start for hit in hits) - _AROUND)
    end = min(span.end, hits[0].end + _AROUND)
    start = hits[0].start if end <= start else start
    while start > span.start and not text[start - 1].isspace():
        start += 1
    while end < span.end and not text[end].isspace():
        end -= 1
    return start, max(end, hits[0].end)
