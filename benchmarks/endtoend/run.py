"""End to end: from raw text to the planted cause, on airline reviews whose sub-ratings say what was wrong.

Reviews with an overall rating (1-10) and sub-ratings (1-5) are labeled once by voc from their text
alone (labels do not depend on what else is in the run). Then two periods of n answers are resampled:
the first as the reviews are, the second with 25 points more reviews that rate one thing low (1 or 2),
while the low shares of the other ratings stay as they were (raking). voc never sees the ratings.
Scored: whether the planted theme is among the first two.

Registered on 2026-11-21, before any text of the unseen reviews was read or any result on them seen:

* Unseen reviews: all with the four ratings and at most 800 characters, without the 1,000 of at most 500
  characters on which a plant had been chosen after looking at results ("seen" below).
* Plant "low rating", the one the bar (top 2 in at least 90 % of runs at n = 1,000) is judged on: 25 points
  more reviews that rate the thing low, whether or not they write about it.
* Plant "low rating with words": 25 points more reviews that rate it low and have a word for it, the
  share of low ratings with words for the other things kept as well. It is the plant of the seen reviews.
* Causes and their themes: `CAUSES`. The value for money had not been planted before.
* 100 runs per row at n = 1,000, 50 elsewhere; order of parts as the product gives it. One run, all rows.

Changed since, before any result was seen: the product has come to carry the model's doubt into the parts by
default, which takes ten times as long. The registered rows trust the labels, as the product did when they
were registered; rows "with the model's doubt" show the default. For lack of machine time the unseen reviews
are the first `MOST` in their random order, the runs those of `RUNS` and `DOUBTED`, n = 1,000 only; the
seen reviews were not run again.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.record import machine, save, table
from voc.numbers.explain import explain
from voc.settings import MeaningSettings, NumbersSettings

if TYPE_CHECKING:
    from voc.pipeline import Tools

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "skytrax.csv.gz"
SEEN, BATCH = 1000, 50
LONGEST, LONGEST_UNSEEN = 500, 800  # characters
RATINGS = ("cabin_staff", "food_beverages", "seat_comfort", "value_money")
CAUSES: dict[str, tuple[str, ...]] = {
    "food_beverages": ("inflight_food",),
    "cabin_staff": ("staff", "service_quality"),
    "seat_comfort": ("cabin_comfort",),
    "value_money": ("price",),
}
WORDS = {
    "food_beverages": "food|meal|catering|breakfast|dinner|lunch|snack|drink|beverage|sandwich",
    "cabin_staff": "crew|staff|attendant|steward|hostess|service",
    "seat_comfort": "seat|legroom|leg room|recline|cramped|comfort",
    "value_money": "price|expensive|cheap|value|money|fee|charge|cost|pay|paid|worth",
}
LOW, RISE = 2, 0.25
PLANTS = ("low rating", "low rating with words")
MOST = 600  # unseen reviews
RUNS = {1000: 30}  # n per period: runs
DOUBTED = 8  # runs at n = 1,000 with the model's own probabilities
TRUSTED = NumbersSettings(label_error="ignore")


def main(out: Path, quick: bool) -> None:
    """Labels the reviews (once; kept in the temporary folder), resamples, explains, scores."""
    if not DATA.exists():
        raise SystemExit("This benchmark needs ../shared/data/skytrax.csv.gz beside the repository.")
    from voc.pipeline import open_tools

    tools = open_tools(MeaningSettings(pack="airline", topics=False))
    result: dict[str, Any] = {
        "machine": machine(), "quick": quick, "models": tools.models, "reviews": {}, "runs": [],
    }  # fmt: skip
    for reviews, pool in _pools().items():
        pool = pool.head(60) if quick else pool
        mentions = _labeled(pool, reviews, tools)
        result["reviews"][reviews] = len(pool)
        runs = {1000: 3} if quick else RUNS
        rows = [_control(pool, mentions, 1000, runs[1000])]
        for plant in PLANTS:
            for cause in CAUSES:
                weight = _weights(pool, cause, plant)
                made = [_scored(pool, mentions, cause, weight, n, count) for n, count in runs.items()]
                if plant == PLANTS[0]:
                    doubted = 2 if quick else DOUBTED
                    made.append(_scored(pool, mentions, cause, weight, 1000, doubted, doubt=True))
                rows += [row | {"plant": plant} for row in made]
                print(reviews, plant, made, flush=True)
        result["runs"] += [{"reviews": reviews, **row} for row in rows]
        save(out, "endtoend", result, _markdown(result))


def _pools() -> dict[str, pd.DataFrame]:
    """The unseen reviews in a fixed order; low_*: a low rating, said_*: with words for it."""
    data = pd.read_csv(DATA)
    known = data["score"].notna() & data[list(RATINGS)].notna().all(axis=1)
    length = data["text"].astype(str).str.len()
    seen = data[known & (length <= LONGEST)].sample(SEEN, random_state=1)
    rest = data[known & (length <= LONGEST_UNSEEN)].drop(seen.index)
    return {"unseen": _marked(rest.sample(frac=1, random_state=1).head(MOST))}


def _marked(reviews: pd.DataFrame) -> pd.DataFrame:
    pool = reviews.reset_index(drop=True)
    low = {f"low_{name}": pool[name] <= LOW for name in RATINGS}
    text = pool["text"].str.lower()
    said = {f"said_{name}": low[f"low_{name}"] & text.str.contains(words) for name, words in WORDS.items()}
    return pool[["text", "score"]].assign(row=np.arange(len(pool)), **low, **said)


def _labeled(pool: pd.DataFrame, name: str, tools: Tools) -> pd.DataFrame:
    """row, theme, polarity and probabilities of every mention that voc finds in the texts."""
    import voc

    models = hashlib.sha256(tools.signature.encode()).hexdigest()[:12]
    cache = Path(tempfile.gettempdir()) / f"voc-endtoend-{name}-{len(pool)}-{models}.jsonl"
    done = [json.loads(line) for line in cache.read_text().splitlines()] if cache.exists() else []
    with cache.open("a") as file:
        for start in range(len(done), len(pool), BATCH):
            batch = pool.iloc[start : start + BATCH]
            for one in voc.classify(list(batch["text"]), ids=[str(i) for i in batch["row"]], tools=tools):
                done.append({"row": int(one.id), "themes": one.themes})
                file.write(json.dumps(done[-1]) + "\n")
            print(f"labeled {len(done)} of {len(pool)}", flush=True)
    columns = ("polarity", "p_theme", "p_polarity", "origin")
    rows = [
        {"row": one["row"], "theme": theme["id"], **{name: theme[name] for name in columns}}
        for one in done
        for theme in one["themes"]
    ]
    return pd.DataFrame(rows).assign(model=tools.signature)


def _weights(pool: pd.DataFrame, cause: str | None, plant: str = PLANTS[0]) -> np.ndarray:
    """Sampling weights of the second period: the cause raised, all else kept (raking)."""
    weight = np.full(len(pool), 1 / len(pool))
    if cause is None:
        return weight
    planted = f"low_{cause}" if plant == PLANTS[0] else f"said_{cause}"
    kept = [f"low_{name}" for name in RATINGS if name != cause]
    if plant != PLANTS[0]:
        kept += [f"said_{name}" for name in WORDS if name != cause]
    goals = {planted: float(pool[planted].mean()) + RISE} | {name: float(pool[name].mean()) for name in kept}
    for _ in range(200):
        for column, goal in goals.items():
            held = pool[column].to_numpy()
            share = weight[held].sum()
            weight = np.where(held, weight * goal / share, weight * (1 - goal) / (1 - share))
    return np.asarray(weight / weight.sum())


def _survey(
    pool: pd.DataFrame, mentions: pd.DataFrame, n: int, weight: np.ndarray, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two resampled periods as the tables that `explain` takes."""
    rng = np.random.default_rng([17, n, seed])
    first = rng.integers(0, len(pool), n)
    second = rng.choice(len(pool), n, p=weight)
    row = pool["row"].to_numpy()[np.r_[first, second]]
    comments = pd.DataFrame(
        {
            "comment_id": [str(i) for i in range(2 * n)],
            "score": pool["score"].to_numpy()[np.r_[first, second]],
            "has_text": True,
            "period": np.repeat(["before", "after"], n),
            "row": row,
            "model": mentions["model"].iloc[0],
        }
    )
    said = comments[["comment_id", "row"]].merge(mentions, on="row")
    return comments.drop(columns="row"), said.drop(
        columns=["score", "has_text", "period", "row"], errors="ignore"
    )


def _scored(
    pool: pd.DataFrame,
    mentions: pd.DataFrame,
    cause: str,
    weight: np.ndarray,
    n: int,
    runs: int,
    doubt: bool = False,
) -> dict[str, Any]:
    settings = NumbersSettings() if doubt else TRUSTED
    themes = CAUSES[cause]
    place, size, named, others = [], [], [], []
    for seed in range(runs):
        movement = explain(
            *_survey(pool, mentions, n, weight, seed),
            scale="1-10",
            before="before",
            after="after",
            settings=settings,
        )
        bars = [part for part in movement.parts if part.kind == "theme" and part.id != "other"]
        by_size = sorted(bars, key=lambda part: -abs(part.total))
        place.append(_place([part.id for part in bars], themes))
        size.append(_place([part.id for part in by_size], themes))
        named.append(any(part.named for part in bars if part.id in themes))
        others.append(sum(bool(part.named) for part in bars if part.id not in themes))
    return {
        "cause": cause,
        "themes": list(themes),
        "labels": "with the model's doubt" if doubt else "trusted",
        "n": n,
        "runs": runs,
        "first": float(np.mean(np.array(place) == 1)),
        "in_top_2": float(np.mean(np.array(place) <= 2)),
        "in_top_2_by_size": float(np.mean(np.array(size) <= 2)),
        "named": float(np.mean(named)),
        "other_themes_named": float(np.mean(others)),
    }


def _place(order: list[str], themes: tuple[str, ...]) -> int:
    """1-based rank of the best-placed of `themes`; 99 when none is there."""
    found = [i for i, name in enumerate(order, start=1) if name in themes]
    return found[0] if found else 99


def _control(pool: pd.DataFrame, mentions: pd.DataFrame, n: int, runs: int) -> dict[str, Any]:
    """Nothing changed: how often a theme is named."""
    weight = _weights(pool, None)
    named = []
    for seed in range(runs):
        movement = explain(
            *_survey(pool, mentions, n, weight, 1000 + seed),
            scale="1-10",
            before="before",
            after="after",
            settings=TRUSTED,
        )
        named.append(any(part.named for part in movement.parts))
    return {"cause": "nothing changed", "n": n, "runs": runs, "named": float(np.mean(named))}


CARE = (
    "Plants, causes and the bar were written down before any of these texts was read; the bar is judged "
    "on the plant without a look at the text. The rows with the model's doubt were run twice: at first "
    "without the card of the theme model, as the benchmark did not hand it over (top 2: 0.38, 0.62, 0.12, "
    "0.00), and polarity had no measured accuracy yet. On 1,000 other reviews, where a plant with words had "
    "been chosen after weaker ones gave far less, food, staff and seat had been in the top 2 in 0.87, 0.97 "
    "and 0.93 of the runs."
)


def _markdown(result: dict[str, Any]) -> str:
    keys = ("first", "in_top_2", "in_top_2_by_size", "named", "other_themes_named")
    rows = [
        [
            row["reviews"], row.get("plant", "nothing"), row["cause"], ", ".join(row.get("themes", [])),
            row.get("labels", "trusted"), row["n"], row["runs"], *(row.get(key) for key in keys),
        ]
        for row in result["runs"]
    ]  # fmt: skip
    head = [
        "reviews", "25 points more", "cause", "its theme", "labels", "n per period", "runs", "first",
        "in the top 2", "in the top 2 by size", "named", "other themes named",
    ]  # fmt: skip
    counts = ", ".join(f"{count:,} {name}" for name, count in result["reviews"].items())
    models = ", ".join(f"{part} {name}" for part, name in result["models"].items())
    return (
        f"Generated by `python benchmarks/run.py endtoend` on real airline reviews ({counts}; text in, cause "
        f"out; sub-ratings never seen). Models: {models}.\n\n{_means(result['runs'])}\n\n"
        + table(head, rows)
        + f"\n\n{CARE}"
    )


def _means(rows: list[dict[str, Any]]) -> str:
    """Mean share of runs with the planted theme in the top 2, over the causes, n = 1,000."""
    parts = []
    kinds = {(row["reviews"], row["plant"], row["labels"]) for row in rows if "plant" in row}
    for reviews, plant, labels in sorted(kinds):
        own = [
            row["in_top_2"]
            for row in rows
            if (row.get("plant"), row["reviews"], row.get("labels")) == (plant, reviews, labels)
        ]
        parts.append(f"{reviews} reviews, {plant}, {labels}: {np.mean(own):.2f} (lowest {min(own):.2f})")
    return "Planted theme in the top 2 at n = 1,000, mean of the causes: " + "; ".join(parts) + "."
