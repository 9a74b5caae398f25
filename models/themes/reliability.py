"""How reliable the theme model is in comments of people: ``python models/themes/reliability.py``.

Comments drawn at random from sets of real feedback (rows that no model was trained on) were labeled by
reading, before what the model says of them was looked at: ``natural.tsv`` for the general themes,
``airline.tsv`` for the airline pack, polarity included. Both name a text by its hash, so no sentence of
others is kept here. A line holds the themes that are there; ``a|b`` says that either would be right, ``?a``
that it may be given and may be missing.

Writes reliability.json, the card's table and the `reliability` of the manifest: precision, recall and
polarity as (mean, number of observations it counts for). What it counts for follows from how much the
sets differ (a beta-binomial over them): a new survey is another draw of these, whatever the number of
comments read here.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import betaln

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

import voc  # noqa: E402
from voc import artifacts  # noqa: E402
from voc.pipeline import open_tools  # noqa: E402
from voc.settings import MeaningSettings  # noqa: E402

DATA = HERE.parents[2] / "shared" / "data"
MEANS, SIZES = np.arange(0.30, 0.99, 0.005), np.geomspace(3, 300, 60)
MOST = 100.0  # what a figure counts for at most: eight sets cannot show that the next is alike
LEAST = 5  # mentions of a theme that a figure of its own needs
BEGIN, END = "<!-- reliability: begin -->", "<!-- reliability: end -->"
Counts = dict[str, list[int]]  # name -> [right, of]


def main() -> None:
    """Reads the labeled comments with the model, counts, and writes what was found."""
    recall: Counts = defaultdict(lambda: [0, 0])
    precision: Counts = defaultdict(lambda: [0, 0])
    polarity: Counts = defaultdict(lambda: [0, 0])
    by_theme: Counts = defaultdict(lambda: [0, 0])
    for file, pack in (("natural.tsv", None), ("airline.tsv", "airline")):
        lines = [line.split("\t") for line in (HERE / file).read_text(encoding="utf-8").splitlines() if line]
        texts = _texts({source for source, _, _, _ in lines})
        tools = open_tools(MeaningSettings(pack=pack, topics=False))
        said = voc.classify([texts[mark] for _, _, mark, _ in lines], tools=tools)
        for (source, _, _, labels), one in zip(lines, said, strict=True):
            given = {theme["id"]: _signs(one.themes, theme["id"]) for theme in one.themes}
            for item in labels.split():
                if item.startswith("?"):
                    continue
                names = {name.rstrip("+-") for name in item.split("|")}
                for counts, key in ((recall, source), (by_theme, "|".join(sorted(names)))):
                    counts[key][0] += bool(names & given.keys())
                    counts[key][1] += 1
            allowed = {name.strip("?").rstrip("+-") for item in labels.split() for name in item.split("|")}
            for theme in given:
                precision[source][0] += theme in allowed
                precision[source][1] += 1
            for theme, signs in given.items():
                true = {item[-1] for item in labels.split() if item.rstrip("+-") == theme}
                told = signs & {"+", "-"}  # the readers did not part neutral words from mild ones
                if true & {"+", "-"}:
                    polarity[source][0] += len(told & true)
                    polarity[source][1] += len(told)
    _write(recall, precision, polarity, by_theme)


def _texts(sources: set[str]) -> dict[str, str]:
    """The texts of some sets by their hashes."""
    found = {}
    for source in sources:
        for text in pd.read_csv(DATA / f"{source}.csv.gz", low_memory=False)["text"].dropna().astype(str):
            found[hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]] = text
    return found


def _signs(themes: list[dict[str, Any]], name: str) -> set[str]:
    """Polarities given to a theme: +, - or 0."""
    signs = {"positive": "+", "negative": "-", "neutral": "0"}
    return {signs[theme["polarity"]] for theme in themes if theme["id"] == name}


def spread(counts: Counts) -> tuple[float, float]:
    """Most likely mean and size of the beta distribution that the sets' shares were drawn from."""
    right, of = np.array(list(counts.values()), dtype=float).T
    best = (-np.inf, 0.0, 0.0)
    for mean in MEANS:
        a, b = mean * SIZES[:, None], (1 - mean) * SIZES[:, None]
        likelihood = (betaln(a + right, b + of - right) - betaln(a, b)).sum(1)
        at = int(likelihood.argmax())
        best = max(best, (float(likelihood[at]), float(mean), float(SIZES[at])))
    return round(best[1], 3), round(min(best[2], MOST), 1)


def _write(recall: Counts, precision: Counts, polarity: Counts, by_theme: Counts) -> None:
    figures = {"precision": precision, "recall": recall, "polarity": polarity}
    known = {name: spread(counts) for name, counts in figures.items() if len(counts) > 1}
    right, of = next(iter(polarity.values()))  # one set: it counts for as much as recall's many do
    known["polarity"] = (round(right / of, 3), known["recall"][1])
    result = {
        "reliability": known,
        "by_set": {name: dict(counts) for name, counts in figures.items()},
        "recall_by_theme": {
            name: counts
            for name, counts in sorted(by_theme.items())
            if counts[1] >= LEAST and "|" not in name
        },
    }
    (HERE / "reliability.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    artifact = artifacts.find("themes")
    files = [name for name in ("heads.npz", "examples.yaml")]
    artifacts.save(HERE, artifact.version, files, {**artifact.facts, "reliability": known})
    card = (HERE / "card.md").read_text(encoding="utf-8")
    head, rest = card.split(BEGIN)
    tail = rest.split(END)[1]
    (HERE / "card.md").write_text(f"{head}{BEGIN}\n{_table(result)}\n{END}{tail}", encoding="utf-8")
    print(_table(result))


def _table(result: dict[str, Any]) -> str:
    rows = ["| set | precision | recall | polarity |", "|---|---|---|---|"]
    figures = result["by_set"]
    for source in figures["recall"]:
        cells = [figures[name].get(source) for name in ("precision", "recall", "polarity")]
        shown = [f"{one[0] / one[1]:.2f} of {one[1]}" if one and one[1] else "" for one in cells]
        rows.append(f"| {source} | {' | '.join(shown)} |")
    known = result["reliability"]
    told = [f"{known[name][0]:.2f} ({known[name][1]:.0f})" for name in ("precision", "recall", "polarity")]
    rows.append(f"| handed on: mean (counts for) | {' | '.join(told)} |")
    themes = ", ".join(
        f"{name} {right / of:.2f} of {of}" for name, (right, of) in result["recall_by_theme"].items()
    )
    return "\n".join([*rows, "", f"Recall by theme, where at least {LEAST} were read: {themes}."])


if __name__ == "__main__":
    main()
