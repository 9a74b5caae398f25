"""End to end: from raw text to the planted cause, on airline reviews whose sub-ratings say what was wrong.

Reviews with an overall rating (1-10) and sub-ratings (1-5) are labeled once by voc from their text
alone (labels do not depend on what else is in the run). Then two periods of n answers are resampled:
the first as the reviews are, the second with 25 points more reviews that rate one thing low (1 or 2),
while the low shares of the other ratings stay as they were (raking). voc never sees the ratings.
Scored: whether the planted theme is among the first two.

Registered on 2026-11-21, before any text of the unseen reviews was read or any result on them seen:

* Unseen reviews: all with the four ratings and at most 800 characters, without the 1,000 of at most 500
  characters on which a plant had been chosen after looking at results.
* Plant "low rating", the one the bar (top 2 in at least 90 % of runs at n = 1,000) is judged on: 25 points
  more reviews that rate the thing low, whether or not they write about it.
* Plant "low rating with words": 25 points more reviews that rate it low and have a word for it, the
  share of low ratings with words for the other things kept as well.
* Causes and their themes: `CAUSES`. 100 runs per row at n = 1,000; order of parts as the product gives it.

Changed since: for lack of machine time the unseen reviews are the first `MOST` in their random order, and
n = 1,000 only. The product has come to carry the model's doubt into the parts by default; rows "with the
model's doubt" show it beside labels that are trusted. A first run on these reviews (in the history of
this file) reached 0.73, 0.90, 0.80 and 0.23; what was changed after it was found on `DEV` other reviews
of the same set. Ratings of 0, which 16 of the 600 have, mean "not rated" and are left out now.

How far a better reader could get is shown by two more kinds of labels:

* "own sub-ratings": the engine gets the four ratings themselves as labels, not our themes: what the
  method reaches when nothing is lost in the texts.
* "read by a person": the themes of 99 of the unseen reviews, written down by one reader before the
  model's answers were looked at (`models/themes/airline.tsv`); beside it the product on the same 99.
"""

# ruff: noqa: E501 - prose for the results page

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from benchmarks.record import machine, save, table
from voc.numbers.explain import explain
from voc.settings import MeaningSettings, NumbersSettings

if TYPE_CHECKING:
    from voc.pipeline import Tools

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "skytrax.csv.gz"
READ = Path(__file__).resolve().parents[2] / "models" / "themes" / "airline.tsv"
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
MOST, DEV = 600, 1080  # unseen reviews; others, on which words were chosen
RUNS = {"trusted": 100, "with the model's doubt": 50, "own sub-ratings": 50, "read by a person": 50}
N = 1000  # per period
TRUSTED = NumbersSettings(label_error="ignore")


def main(out: Path, quick: bool) -> None:
    """Labels the reviews (once; kept in the temporary folder), resamples, explains, scores."""
    if not DATA.exists():
        raise SystemExit("This benchmark needs ../shared/data/skytrax.csv.gz beside the repository.")
    from voc.pipeline import open_tools

    tools = open_tools(MeaningSettings(pack="airline", topics=False))
    pool = unseen()
    pool = pool.head(60) if quick else pool
    mentions = _labeled(pool, "unseen", tools)
    read, in_read = _read(pool), pool["mark"].isin(_labels_read())
    kinds = {
        "trusted": (pool, mentions, TRUSTED, CAUSES),
        "with the model's doubt": (pool, mentions, NumbersSettings(), CAUSES),
        "own sub-ratings": (pool, _ratings(pool), TRUSTED, {cause: (cause,) for cause in CAUSES}),
        "read by a person": (pool[in_read], read, TRUSTED, CAUSES),
        "the same 99, trusted": (pool[in_read], mentions, TRUSTED, CAUSES),
    }
    jobs = []
    for kind, (some, labels, settings, causes) in kinds.items():
        runs = 3 if quick else RUNS.get(kind, 50)
        if kind != "own sub-ratings":
            jobs.append(_Job(some, labels, settings, kind, None, (), "nothing", runs))
        for plant in PLANTS if kind == "trusted" else PLANTS[:1]:
            jobs += [_Job(some, labels, settings, kind, c, t, plant, runs) for c, t in causes.items()]
    with ProcessPoolExecutor(os.cpu_count(), initializer=threadpool_limits, initargs=(1,)) as workers:
        rows = list(workers.map(_scored, jobs))
    result = {
        "machine": machine(),
        "quick": quick,
        "models": tools.models,
        "reviews": {"unseen": len(pool), "read by a person": int(in_read.sum())},
        "said": _said(pool, mentions, read),
        "runs": rows,
    }
    save(out, "endtoend", result, _markdown(result))


def reviews() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The unseen reviews, and those on which words may be chosen, both in a fixed order."""
    data = pd.read_csv(DATA)
    known = data["score"].notna() & data[list(RATINGS)].notna().all(axis=1)
    length = data["text"].astype(str).str.len()
    seen = data[known & (length <= LONGEST)].sample(SEEN, random_state=1)
    rest = data[known & (length <= LONGEST_UNSEEN)].drop(seen.index).sample(frac=1, random_state=1)
    return rest.head(MOST), rest.iloc[MOST : MOST + DEV]


def unseen() -> pd.DataFrame:
    """The unseen reviews with all four ratings given; low_*: a low rating, said_*: with words for it."""
    found = reviews()[0]
    return _marked(found[(found[list(RATINGS)] > 0).all(axis=1)])


def _marked(reviews: pd.DataFrame) -> pd.DataFrame:
    pool = reviews.reset_index(drop=True)
    low = {f"low_{name}": pool[name] <= LOW for name in RATINGS}
    text = pool["text"].str.lower()
    said = {f"said_{name}": low[f"low_{name}"] & text.str.contains(words) for name, words in WORDS.items()}
    marks = [hashlib.sha256(one.encode("utf-8")).hexdigest()[:16] for one in pool["text"]]
    kept = pool[["text", "score", *RATINGS]]
    return kept.assign(row=np.arange(len(pool)), mark=marks, **low, **said)


def _labeled(pool: pd.DataFrame, name: str, tools: Tools) -> pd.DataFrame:
    """row, theme, polarity and probabilities of every mention that voc finds in the texts."""
    import voc

    models = hashlib.sha256(f"{tools.signature} {tools.taxonomy}".encode()).hexdigest()[:12]
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


def _ratings(pool: pd.DataFrame) -> pd.DataFrame:
    """The sub-ratings as mentions: 1 and 2 negative, 3 neutral, 4 and 5 positive."""
    rows = [
        {"row": row, "theme": name, "polarity": ("negative", "neutral", "positive")[(x > LOW) + (x > 3)]}
        for name in RATINGS
        for row, x in zip(pool["row"], pool[name], strict=True)
    ]
    return pd.DataFrame(rows).assign(model="ratings")


def _labels_read() -> dict[str, list[str]]:
    """Hash of a text -> its themes with + or -, as a person read them."""
    lines = [line.split("\t") for line in READ.read_text(encoding="utf-8").splitlines() if line]
    return {mark: labels.split() for _, _, mark, labels in lines}


def _read(pool: pd.DataFrame) -> pd.DataFrame:
    """What a person read in some of the reviews, as mentions."""
    known, polarity = _labels_read(), {"+": "positive", "-": "negative"}
    rows = [
        {"row": row, "theme": label[:-1], "polarity": polarity[label[-1]]}
        for row, mark in zip(pool["row"], pool["mark"], strict=True)
        for label in known.get(mark, [])
    ]
    return pd.DataFrame(rows, columns=["row", "theme", "polarity"]).assign(model="person")


def _said(pool: pd.DataFrame, mentions: pd.DataFrame, read: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Of those who rate a thing low: how many complain about it, to the model, to a reader, have a word."""
    in_read = pool["mark"].isin(_labels_read()).to_numpy()
    found = {}
    for cause, themes in CAUSES.items():
        low = pool[f"low_{cause}"].to_numpy()
        shares = {"have a word for it": float(pool.loc[low, f"said_{cause}"].mean())}
        for name, labels, some in (("by voc", mentions, True), ("by voc, in the 99", mentions, in_read),
                                   ("by a reader, in the 99", read, in_read)):  # fmt: skip
            own = labels["theme"].isin(themes) & (labels["polarity"] == "negative")
            told = pool["row"].isin(labels.loc[own, "row"]).to_numpy()
            shares[f"complain of it, {name}"] = float(told[low & some].mean())
            shares[f"complain of it though not low, {name}"] = float(told[~low & some].mean())
        found[cause] = shares
    return found


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


@dataclass(frozen=True)
class _Job:
    """One row of the table: `runs` surveys with a cause planted (None: nothing changed)."""

    pool: pd.DataFrame
    mentions: pd.DataFrame
    settings: NumbersSettings
    labels: str
    cause: str | None
    themes: tuple[str, ...]
    plant: str
    runs: int


def _scored(job: _Job) -> dict[str, Any]:
    weight = _weights(job.pool, job.cause, job.plant)
    place, size, named, others, any_part = [], [], [], [], []
    for seed in range(job.runs):
        movement = explain(
            *_survey(job.pool, job.mentions, N, weight, seed if job.cause else 1000 + seed),
            scale="1-10",
            before="before",
            after="after",
            settings=job.settings,
        )
        bars = [part for part in movement.parts if part.kind == "theme" and part.id != "other"]
        by_size = sorted(bars, key=lambda part: -abs(part.total))
        place.append(_place([part.id for part in bars], job.themes))
        size.append(_place([part.id for part in by_size], job.themes))
        named.append(any(part.named for part in bars if part.id in job.themes))
        others.append(sum(bool(part.named) for part in bars if part.id not in job.themes))
        any_part.append(any(part.named for part in movement.parts))
    row = {"plant": job.plant, "labels": job.labels, "n": N, "runs": job.runs}
    print(job.labels, job.plant, job.cause, float(np.mean(np.array(place) <= 2)), flush=True)
    if job.cause is None:
        return {**row, "cause": "nothing changed", "named": float(np.mean(any_part))}
    return {
        **row,
        "cause": job.cause,
        "themes": list(job.themes),
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


CARE = (
    "Plants, causes and the bar were written down before any of these texts was read; the bar is judged "
    "on the plant without a look at the text, in the rows of the product (trusted; with the model's doubt). "
    "A first run reached 0.73, 0.90, 0.80 and 0.23 with trusted labels (0.75, 0.88, 0.38, 0.00 with the "
    "doubt). It showed that in the airline pack a meal was also a product and a seat also a facility: two "
    "themes shared one cause. The pack now gives each one theme, and has more words for food, seats and fares; "
    "they were chosen on 1,080 other reviews, not on these. The doubt's verdicts now come from the labels as "
    "read. Nothing else was tried on these reviews."
)


def _ceiling(result: dict[str, Any]) -> str:
    """What keeps the value for money from being found, and how far the rows of the 99 can be read."""
    top = {
        (row["labels"], row["cause"]): row["in_top_2"]
        for row in result["runs"]
        if row["plant"] == PLANTS[0] and "in_top_2" in row
    }
    said = result["said"]["value_money"]
    values = {
        kind: f"{top[kind, 'value_money']:.2f}"
        for kind in dict.fromkeys(labels for labels, _ in top)
        if (kind, "value_money") in top
    }
    return (
        f"Value for money stays below the bar ({values['trusted']} with trusted labels), and better reading would not change "
        f"that: of those who rate it low, {said['complain of it, by a reader, in the 99']:.0%} complain of prices in the eyes "
        f"of a person and {said['complain of it, by voc, in the 99']:.0%} in those of voc, on the same reviews. The plant "
        "raises the rating by 25 points and complaints about prices by a few; what changes more in these texts is praise of "
        "crew, food and seats, which people who feel they paid too much leave out, and the product names that. With the "
        f"ratings themselves as labels the same engine has it in the top 2 in {values['own sub-ratings']} of the runs; with a "
        f"person's reading of the 99 reviews in {values['read by a person']}, with voc's of the same in "
        f"{values['the same 99, trusted']}. Where people do have a word for it (second plant) it is always found. The 99 are "
        "few: a plant there draws a handful of reviews again and again, and whatever else they say rises with it (food: "
        f"{top['read by a person', 'food_beverages']:.2f}). These rows compare two readers, not the 99 with all."
    )


def _markdown(result: dict[str, Any]) -> str:
    keys = ("first", "in_top_2", "in_top_2_by_size", "named", "other_themes_named")
    rows = [
        [
            row["labels"], row["plant"], row["cause"], ", ".join(row.get("themes", [])), row["runs"],
            *(row.get(key) for key in keys),
        ]
        for row in result["runs"]
    ]  # fmt: skip
    head = [
        "labels", "25 points more", "cause", "its theme", "runs", "first", "in the top 2",
        "in the top 2 by size", "named", "other themes named",
    ]  # fmt: skip
    shares = list(next(iter(result["said"].values())))
    said = [[cause, *(found[name] for name in shares)] for cause, found in result["said"].items()]
    counts = ", ".join(f"{count:,} {name}" for name, count in result["reviews"].items())
    models = ", ".join(f"{part} {name}" for part, name in result["models"].items())
    return "\n\n".join(
        [
            f"Generated by `python benchmarks/run.py endtoend` on real airline reviews ({counts}; text in, cause "
            f"out; sub-ratings never seen), n = {N:,} per period. Models: {models}.",
            _means(result["runs"]),
            table(head, rows),
            CARE,
            "What those who rate a thing low write about it (shares of them, and of the others):",
            table(["rating", *shares], said),
            _ceiling(result),
        ]
    )


def _means(rows: list[dict[str, Any]]) -> str:
    """Mean share of runs with the planted theme in the top 2, over the causes."""
    parts = []
    for labels, plant in dict.fromkeys((row["labels"], row["plant"]) for row in rows if "in_top_2" in row):
        own = [
            row["in_top_2"]
            for row in rows
            if (row["labels"], row["plant"]) == (labels, plant) and "first" in row
        ]
        parts.append(f"{labels}, {plant}: {np.mean(own):.2f} (lowest {min(own):.2f})")
    return "Planted theme in the top 2, mean of the causes: " + "; ".join(parts) + "."
