"""Train the theme heads of the embedded taxonomy and of all packs: ``python models/themes/train.py``.

Writes heads.npz, results.json, manifest.json. Vectors come from the embedded encoder; with
``--vectors FILE`` they are kept between runs (they change whenever the encoder does).
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from models.themes import corpus  # noqa: E402
from voc import artifacts  # noqa: E402
from voc.meaning.encode import open_encoder  # noqa: E402
from voc.meaning.theme_heads import Heads, fit_heads  # noqa: E402
from voc.meaning.theme_training import FOLDS, OFF_TOPIC, best_threshold, quality_of  # noqa: E402

VERSION = "1.0.0"
# (mean, observations it counts for): what the numbers expect of a survey of which nobody labeled a part;
# see "Measured" and "Handed on" in card.md
RELIABILITY = {"precision": [0.88, 60], "recall": [0.90, 20]}
STRENGTH = 30.0
MARGIN = 2.5
BACKGROUND = 0.997  # share of real clauses without a theme's words that must stay without the theme
OWN = {"own", "vague", "off_topic"}


def vectors_of(texts: list[str], cache: Path | None) -> tuple[np.ndarray, str]:
    """Vectors of the texts, from the cache where it has them, and the encoder's name."""
    encoder = open_encoder()
    known: dict[str, np.ndarray] = {}
    if cache and cache.is_file():
        with np.load(cache, allow_pickle=False) as file:
            if str(file["encoder"]) == encoder.name:
                known = dict(zip(file["texts"].tolist(), file["vectors"], strict=True))
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    print(f"{len(texts)} texts, {len(missing)} to encode")
    for start in range(0, len(missing), 2000):
        part = missing[start : start + 2000]
        known.update(zip(part, encoder.encode(part), strict=True))
    if cache:
        np.savez(
            cache, encoder=encoder.name, texts=np.array(list(known)), vectors=np.array(list(known.values()))
        )
    return np.array([known[text] for text in texts]), encoder.name


def with_off_topic(parts: list[corpus.Part]) -> np.ndarray:
    """All labels with one more column: off topic (1), a theme or a vague opinion (0), not known (nan)."""
    columns = []
    for part in parts:
        column = np.full(len(part.texts), np.nan, dtype=np.float32)
        if part.name in {"own", "vague", "sehhaty"}:
            column[:] = 0
        if part.name == "off_topic":
            column[:] = 1
        if part.social is not None:
            quiet = np.nan_to_num(part.labels, nan=1).sum(axis=1) == 0
            column[part.social & quiet] = 1
        columns.append(np.column_stack([part.labels, column]))
    return np.concatenate(columns)


def thinned(labels: np.ndarray, own: np.ndarray, keep: float = 0.35) -> np.ndarray:
    """Labels with two thirds of the negatives that are not our own left out: as good, and faster."""
    draw = np.random.default_rng(5).random(labels.shape) < keep
    return np.where((labels == 0) & ~own[:, None] & ~draw, np.nan, labels)


def alone(heads: Heads, vectors: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Log-odds per theme that meaning alone must reach, so that real clauses without its words rarely do."""
    odds = heads.logits(vectors)
    quiet = np.where(labels == 0, odds, np.nan)[:, :-1]  # off topic, the last, is no theme
    return np.append(np.maximum(np.nanquantile(quiet, BACKGROUND, axis=0), 0.0) + MARGIN, 0.0)


def held_out(
    themes: tuple[str, ...], vectors: np.ndarray, labels: np.ndarray, weights: np.ndarray, own: np.ndarray
) -> np.ndarray:
    """Log-odds of our own phrases from heads that saw the other four fifths of them."""
    fold = np.where(own, np.arange(len(own)) % FOLDS, -1)
    few = np.random.default_rng(6).random(len(own)) < 0.2  # of the others: enough for a threshold, and faster
    odds = np.full(labels.shape, np.nan)
    for number in range(FOLDS):
        out = fold == number
        rest = ~out & (own | few)
        heads = fit_heads(themes, vectors[rest], labels[rest], weights[rest], strength=STRENGTH)
        odds[out] = heads.logits(vectors[out])
    return odds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vectors", type=Path, help="file that keeps vectors between runs")
    options = parser.parse_args()
    taxonomy, base = corpus.everything()
    parts = [*corpus.own(taxonomy, base), corpus.real(taxonomy), *corpus.mapped(taxonomy)]
    vectors, encoder = vectors_of([text for part in parts for text in part.texts], options.vectors)
    labels = with_off_topic(parts)
    weights = np.concatenate([np.full(len(part.texts), part.weight) for part in parts])
    own = np.concatenate([np.full(len(part.texts), part.name in OWN) for part in parts])
    themes = (*(theme.id for theme in taxonomy.leaves), OFF_TOPIC)

    all_labels, labels = labels, thinned(labels, own).astype(np.float32)
    odds = held_out(themes, vectors, labels, weights, own)
    heads = fit_heads(themes, vectors, labels, weights, strength=STRENGTH)
    shifts, quality = np.zeros(len(themes)), []
    for column, theme in enumerate(themes):
        rows = own & ~np.isnan(labels[:, column])
        truth = labels[rows, column] == 1
        shifts[column] = 0 if theme == OFF_TOPIC else best_threshold(truth, odds[rows, column])
        quality.append(quality_of(theme, truth, odds[rows, column] > shifts[column]))
    real = np.concatenate([np.full(len(part.texts), part.name == "real") for part in parts])
    heads = replace(heads, bias=heads.bias - shifts)
    heads = replace(heads, alone=alone(heads, vectors[real], all_labels[real]))
    heads.save(HERE / "heads.npz")

    results = {
        "what": "heads alone, without words, on our own phrases, 5-fold cross-validation",
        "texts": {part.name: len(part.texts) for part in parts},
        "themes": {
            one.theme: {
                "n": one.n,
                "precision": one.precision,
                "recall": one.recall,
                "shift": round(shift, 3),
            }
            for one, shift in zip(quality, shifts.tolist(), strict=True)
        },
    }
    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    facts = {
        "encoder": encoder,
        "labels": {theme.id: theme.label["en"] for theme in taxonomy.leaves},
        "training_texts": len(weights),
        "reliability": RELIABILITY,
    }
    artifacts.save(HERE, VERSION, ["heads.npz", "examples.yaml"], facts)
    for one in quality:
        print(f"{one.theme:22} n {one.n:4}  precision {one.precision or 0:.2f}  recall {one.recall:.2f}")


if __name__ == "__main__":
    main()
