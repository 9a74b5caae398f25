"""Own sentences, written and labeled before any model saw them: what is found of what they say.

`sentences.tsv` has 347 sentences of eight varieties. Two thirds are paraphrases that avoid the theme's own
words; a tenth is about no theme. The first half showed what to improve, the second was not looked at until
the end. Precision is strict: a theme that the labels do not list counts as wrong, arguable or not.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from voc.meaning.clauses import split
from voc.meaning.encode import Encoder
from voc.meaning.themes import ThemeModel

SENTENCES = Path(__file__).with_name("sentences.tsv")


def measured(model: ThemeModel, encoder: Encoder) -> list[dict[str, object]]:
    """Precision and recall of each half: all of it, its paraphrases, its sentences with the theme's words."""
    frame = pd.read_csv(SENTENCES, sep="\t", keep_default_na=False)
    frame["gold"] = [{theme.strip() for theme in one.split(";") if theme.strip()} for one in frame["themes"]]
    frame["given"] = _given(model, encoder, list(frame["text"]))
    rows = []
    for half in ("first", "second"):
        mine = frame[frame["half"] == half]
        kinds = [("all", mine), *((kind, mine[mine["kind"] == kind]) for kind in ("paraphrase", "named"))]
        varieties = [(name, mine[mine["variety"] == name]) for name in sorted(set(mine["variety"]))]
        rows += [{"half": half, "part": name, **_scores(part)} for name, part in (*kinds, *varieties)]
        quiet = mine[mine["themes"] == ""]
        falsely = int(sum(bool(given) for given in quiet["given"]))
        rows.append({"half": half, "part": "without a theme", "n": len(quiet), "falsely": falsely})
    return rows


def _given(model: ThemeModel, encoder: Encoder, texts: list[str]) -> list[set[str]]:
    spans = [split(text) for text in texts]
    pieces = [text[s.start : s.end] for text, found in zip(texts, spans, strict=True) for s in found]
    feelings = np.full((len(pieces), 3), 1 / 3)
    ids = [str(i) for i in range(len(texts))]
    languages = ["ar"] * len(texts)
    found = model.find(ids, texts, spans, encoder.encode(pieces), feelings, languages, ["ar"] * len(pieces))
    given: list[set[str]] = [set() for _ in texts]
    for comment, theme in zip(found.mentions["comment_id"], found.mentions["theme"], strict=True):
        given[int(comment)].add(str(theme))
    return given


def _scores(part: pd.DataFrame) -> dict[str, object]:
    gold, given = sum(map(len, part["gold"])), sum(map(len, part["given"]))
    right = sum(len(one & other) for one, other in zip(part["gold"], part["given"], strict=True))
    return {
        "n": len(part),
        "gold": gold,
        "given": given,
        "right": right,
        "precision": right / given if given else None,
        "recall": right / gold if gold else None,
    }
