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
from voc.meaning.theme_heads import NOTHING, Heads, fit_heads  # noqa: E402
from voc.meaning.theme_training import ThemeQuality, best_threshold, quality_of  # noqa: E402
from voc.taxonomy import Taxonomy  # noqa: E402

VERSION = "1.1.0"
STRENGTH = 60.0
WORDED = 3.0  # weight of clauses that are labeled by a sure word, against 1 for a phrase of our own
MAPPED = 0.5  # of public labels
QUIET = 0.04  # of real clauses without any theme's word: most are about none, a third is about one
MOST = 200  # texts per theme and part: more of the commonest themes would only take time
PRECISION = 0.70  # that meaning alone has to reach on clauses judged by reading
FOLDS = 3
HINT = 2.0  # log-odds that a hint is worth
LEAST_JUDGED = 20
OWN = {"own", "vague", "off_topic", "judged"}


def vectors_of(texts: list[str], cache: Path | None) -> tuple[np.ndarray, str]:
    """Vectors of the texts, from the cache where it has them, and the encoder's name."""
    name = f"voc-encoder {artifacts.find('encoder').version}"
    known: dict[str, np.ndarray] = {}
    if cache and cache.is_file():
        with np.load(cache, allow_pickle=False) as file:
            if str(file["encoder"]) == name:
                known = dict(zip(file["texts"].tolist(), file["vectors"], strict=True))
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    print(f"{len(texts)} texts, {len(missing)} to encode")
    encoder = open_encoder() if missing else None
    for start in range(0, len(missing), 2000) if encoder else ():
        part = missing[start : start + 2000]
        known.update(zip(part, encoder.encode(part), strict=True))
    if cache and missing:
        np.savez(cache, encoder=name, texts=np.array(list(known)), vectors=np.array(list(known.values())))
    return np.array([known[text] for text in texts]), name


def examples(parts: list[corpus.Part]) -> tuple[np.ndarray, np.ndarray]:
    """Labels (n, n_themes + 2) of all texts, and their weights; a weight of 0 leaves a text out.

    Themes of our own phrases weigh the same; elsewhere a theme with n texts weighs as the root of n.
    """
    draw = np.random.default_rng(4)
    tables, weights = [], []
    for part in parts:
        nothing = np.zeros((len(part.texts), len(NOTHING)), dtype=np.float32)
        silent = np.nan_to_num(part.labels, nan=1).sum(axis=1) == 0  # no theme, and no hint of one
        off = part.social if part.social is not None else np.full(len(silent), part.name == "off_topic")
        nothing[silent & ~off, 0] = 1
        nothing[silent & off, 1] = 1
        tables.append(np.hstack([part.labels, nothing]))
        weights.append(_weights(part.name, tables[-1], draw))
    return np.concatenate(tables), np.concatenate(weights)


def _weights(name: str, labels: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    yes = labels == 1
    if name in OWN:
        return np.ones(len(labels))
    weight = np.zeros(len(labels))
    for column in range(labels.shape[1] - len(NOTHING)):
        rows = np.flatnonzero(yes[:, column])
        kept = draw.permutation(rows)[:MOST]
        scale = WORDED if name == "real" else MAPPED
        weight[kept] = np.maximum(weight[kept], scale / np.sqrt(max(len(kept), 1)))
    if name == "real":
        silent = np.flatnonzero(yes[:, -len(NOTHING) :].any(axis=1))
        few = draw.permutation(silent)[: len(silent) // 3]
        weight[few] = 3 * QUIET
    return weight


def balanced(labels: np.ndarray, weights: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Weights under which all classes of our own phrases weigh the same."""
    counts = np.maximum((labels[own] == 1).sum(axis=0), 1)
    share = ((labels == 1) / counts).sum(axis=1) / np.maximum((labels == 1).sum(axis=1), 1)
    return np.where(own, weights * share * own.sum() / labels.shape[1], weights)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vectors", type=Path, help="file that keeps vectors between runs")
    options = parser.parse_args()
    taxonomy, base = corpus.everything()
    parts = [*corpus.own(taxonomy, base), corpus.real(taxonomy), *corpus.mapped(taxonomy)]
    parts = corpus.judged(taxonomy, parts)
    vectors, encoder = vectors_of([text for part in parts for text in part.texts], options.vectors)
    labels, weights = examples(parts)
    own = np.concatenate([np.full(len(part.texts), part.name in OWN) for part in parts])
    judged = np.concatenate([np.full(len(part.texts), part.name == "judged") for part in parts])
    weights = balanced(labels, weights, own)
    classes = (*(theme.id for theme in taxonomy.leaves), *NOTHING)

    odds = held_out(classes, vectors, labels, weights, own)
    heads = fit(classes, vectors, labels, weights)
    limit = judged_limit(labels[judged], odds[judged], len(base))
    hint, alone, quality = np.zeros(len(classes)), np.zeros(len(classes)), []
    for column, theme in enumerate(classes[: -len(NOTHING)]):
        rows = own & ~np.isnan(labels[:, column])
        truth = labels[rows, column] == 1
        best = best_threshold(truth, odds[rows, column])
        hint[column], alone[column] = min(best, limit) - HINT, max(best, limit)
        quality.append(quality_of(theme, truth, odds[rows, column] > alone[column]))
    heads = replace(heads, hint=hint, alone=alone)
    heads.save(HERE / "heads.npz")
    write(parts, quality, hint, alone, limit, encoder, taxonomy, int((weights > 0).sum()))


def fit(classes: tuple[str, ...], vectors: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> Heads:
    """The heads of the texts that weigh anything."""
    some = weights > 0
    return fit_heads(classes, vectors[some], labels[some], weights[some], strength=STRENGTH, balanced=False)


def held_out(
    classes: tuple[str, ...], vectors: np.ndarray, labels: np.ndarray, weights: np.ndarray, own: np.ndarray
) -> np.ndarray:
    """Log-odds of our own phrases and of the judged clauses from heads that saw the other two thirds."""
    fold = np.where(own, np.arange(len(own)) % FOLDS, -1)
    few = np.random.default_rng(6).random(len(own)) < 0.15  # of the others: enough for a limit, and faster
    odds = np.full(labels.shape, np.nan)
    for number in range(FOLDS):
        out = fold == number
        odds[out] = fit(classes, vectors, labels, np.where(out | ~(own | few), 0, weights)).log_odds(
            vectors[out]
        )
        print(f"fold {number + 1} of {FOLDS}", flush=True)
    return odds


def judged_limit(labels: np.ndarray, odds: np.ndarray, themes: int) -> float:
    """The lowest log-odds from which on `PRECISION` of the themes given to judged clauses are right."""
    truth, given = labels[:, :themes].ravel(), odds[:, :themes].ravel()
    known = ~np.isnan(truth)
    order = np.argsort(-given[known], kind="stable")
    right = np.cumsum(truth[known][order] == 1) / np.arange(1, known.sum() + 1)
    enough = np.flatnonzero((right >= PRECISION) & (np.arange(1, known.sum() + 1) >= LEAST_JUDGED))
    return float(given[known][order][enough[-1]]) if len(enough) else float(given[known][order][LEAST_JUDGED])


def write(
    parts: list[corpus.Part],
    quality: list[ThemeQuality],
    hint: np.ndarray,
    alone: np.ndarray,
    limit: float,
    encoder: str,
    taxonomy: Taxonomy,
    trained: int,
) -> None:
    """results.json and manifest.json."""
    results = {
        "what": "heads alone, without words, on our own phrases and judged clauses, 3-fold cross-validation",
        "texts": {part.name: len(part.texts) for part in parts},
        "limit_on_judged_clauses": round(limit, 3),
        "themes": {
            one.theme: {
                "n": one.n,
                "precision": one.precision,
                "recall": one.recall,
                "hint": round(float(low), 3),
                "alone": round(float(high), 3),
            }
            for one, low, high in zip(quality, hint, alone, strict=False)
        },
    }
    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    facts = {
        "encoder": encoder,
        "labels": {theme.id: theme.label["en"] for theme in taxonomy.leaves},
        "training_texts": trained,
        # measured on comments labeled by reading; measure anew after a training: reliability.py
        "reliability": json.loads((HERE / "reliability.json").read_text(encoding="utf-8"))["reliability"],
    }
    artifacts.save(HERE, VERSION, ["heads.npz", "examples.yaml"], facts)
    for one in quality:
        print(f"{one.theme:22} n {one.n:4}  precision {one.precision or 0:.2f}  recall {one.recall:.2f}")


if __name__ == "__main__":
    main()
