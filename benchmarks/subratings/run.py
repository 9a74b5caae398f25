"""Do the parts that voc reads in texts agree with what the same people said in sub-ratings?

British Airways reviews of 2015 and of 2017 (in January 2017 the airline ended free food on short flights):
voc explains the fall of the overall rating (1-10) from texts alone. Beside it, the people's own 1-5 ratings:
each rating's regression weight times the change of its mean (Blinder-Oaxaca). The two are not the same
quantity (not everybody who rates a thing writes of it), but what fell most should come out on top in both.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import voc
from benchmarks.record import machine, save, table

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "skytrax.csv.gz"
BEFORE, AFTER = "2015", "2017"
# rating -> themes of the airline pack that are about the same thing
SAME: dict[str, tuple[str, ...]] = {
    "food_beverages": ("inflight_food",),
    "seat_comfort": ("cabin_comfort",),
    "cabin_staff": ("staff", "service_quality"),
    "ground_service": ("checkin_boarding", "baggage", "punctuality", "customer_support", "waiting_time"),
}


def main(out: Path, quick: bool) -> None:
    """Explains the fall from texts, sets the ratings' account beside it, and stores both."""
    if not DATA.exists():
        sys.exit("This benchmark needs ../shared/data/skytrax.csv.gz beside the repository.")
    reviews = _reviews(80 if quick else None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reviews.csv"
        reviews.to_csv(path, index=False)
        analysis = voc.analyze(
            path, text="text", score="score", scale="1-10", date="date",
            before=BEFORE, after=AFTER, pack="airline", topics=False,
        )  # fmt: skip
    parts = {part["id"]: part for part in analysis.result["movement"]["parts"]}
    delta = analysis.result["score"]["delta"]
    ratings = [_beside(rating, given, parts) for rating, given in _by_ratings(reviews).items()]
    largest = sorted(parts.values(), key=lambda part: -abs(part["total"]))[:8]
    result: dict[str, Any] = {
        "machine": machine(),
        "quick": quick,
        "counts": analysis.result["counts"],
        "delta": delta,
        "gap": abs(sum(part["total"] for part in parts.values()) - delta["value"]),
        "parts": [
            {name: part[name] for name in ("id", "kind", "total", "low", "high", "named")} for part in largest
        ],
        "ratings": ratings,
    }
    save(out, "subratings", result, _markdown(result))


def _reviews(most: int | None) -> pd.DataFrame:
    """Reviews of the airline in the two years, in the file's order."""
    data = pd.read_csv(DATA, low_memory=False)
    mine = (data["part"] == "ba_2011_2024") & data["date"].str[:4].isin([BEFORE, AFTER])
    chosen = data[mine & data["score"].notna()]
    return chosen.groupby(chosen["date"].str[:4]).head(most).sort_index() if most else chosen


def _by_ratings(reviews: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Means of each rating in both years, and its weight times their difference, in points of the score."""
    values = reviews[list(SAME)].apply(pd.to_numeric)
    filled = values.fillna(values.mean())  # a rating left out says nothing either way
    design = np.column_stack([np.ones(len(filled)), filled])
    weights = np.linalg.lstsq(design, reviews["score"].to_numpy(float), rcond=None)[0][1:]
    means = values.groupby(reviews["date"].str[:4]).mean()
    return {
        rating: {
            "before": float(means.loc[BEFORE, rating]),
            "after": float(means.loc[AFTER, rating]),
            "share_rated": float(values[rating].notna().mean()),
            "points": float(weight * (means.loc[AFTER, rating] - means.loc[BEFORE, rating])),
        }
        for rating, weight in zip(SAME, weights, strict=True)
    }


def _beside(rating: str, given: dict[str, float], parts: dict[str, Any]) -> dict[str, Any]:
    themes = [theme for theme in SAME[rating] if theme in parts]
    named = [theme for theme in themes if parts[theme]["named"]]
    return {
        "rating": rating, **given, "themes": themes, "named": named,
        "text_points": float(sum(parts[theme]["total"] for theme in themes)),
    }  # fmt: skip


def _markdown(result: dict[str, Any]) -> str:
    delta = result["delta"]
    parts = table(
        ["part", "total", "95 % interval", "named"],
        [
            (p["id"], p["total"], f"{p['low']:.2f} to {p['high']:.2f}", p["named"] or "")
            for p in result["parts"]
        ],
    )
    ratings = table(
        ["rating (1-5)", "before", "after", "points by ratings", "points by texts", "themes"],
        [
            (r["rating"], r["before"], r["after"], r["points"], r["text_points"], ", ".join(r["themes"]))
            for r in sorted(result["ratings"], key=lambda r: r["points"])
        ],
    )
    said = (
        f"British Airways reviews, {BEFORE} to {AFTER}: the mean rating (1-10) moved by {delta['value']:.2f} "
        f"({delta['low']:.2f} to {delta['high']:.2f}). The largest parts that voc read in "
        f"{result['counts']['analyzed']:,} texts:"
    )
    theirs = "What the same reviewers' own ratings say:"
    return f"### Read against sub-ratings\n\n{said}\n\n{parts}\n\n{theirs}\n\n{ratings}"
