"""Themes: Arabic hotel aspects beside the published figures, and our taxonomy on other people's labels.

`python benchmarks/run.py themes` writes results/themes.json and results/themes.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks import record
from benchmarks.themes import aspects, polarity, sentences
from voc.meaning.encode import Encoder, open_encoder
from voc.meaning.theme_quality import evaluate_themes
from voc.meaning.themes import open_themes
from voc.taxonomy import load

# Other people's labels -> our theme; several: any one of them is right. Not listed: no theme of ours.
MAPPINGS: dict[str, tuple[str | None, dict[str, object]]] = {
    "absa_ar_hotels": (
        None,
        {
            "SERVICE#GENERAL": ["service_quality", "staff"],
            "LOCATION#GENERAL": "location_parking",
            "HOTEL#PRICES": "price",
            "ROOMS#PRICES": "price",
            "FACILITIES#PRICES": "price",
            "FOOD_DRINKS#PRICES": "price",
            "ROOMS#CLEANLINESS": "cleanliness",
            "HOTEL#CLEANLINESS": "cleanliness",
            "FACILITIES#CLEANLINESS": "cleanliness",
            "ROOMS_AMENITIES#CLEANLINESS": "cleanliness",
            "FOOD_DRINKS#QUALITY": "product_quality",
        },
    ),
    "airline_tweets": (
        "airline",
        {
            "Customer Service Issue": ["customer_support", "staff", "service_quality", "complaint_handling"],
            "Late Flight": "punctuality",
            "Cancelled Flight": "punctuality",
            "Lost Luggage": "baggage",
            "Damaged Luggage": "baggage",
            "Flight Booking Problems": ["process_ease", "website", "app"],
            "Flight Attendant Complaints": "staff",
            "longlines": "waiting_time",
        },
    ),
    "absa_en15 restaurant": (
        "restaurant",
        {
            "FOOD#QUALITY": "food_taste",
            "SERVICE#GENERAL": ["service_quality", "staff", "waiting_time"],
            "AMBIENCE#GENERAL": ["atmosphere", "facilities", "cleanliness"],
            "FOOD#PRICES": "price",
            "RESTAURANT#PRICES": "price",
            "DRINKS#PRICES": "price",
            "LOCATION#GENERAL": "location_parking",
        },
    ),
}
QUICK = 200


def main(out: Path, quick: bool) -> None:
    """Runs everything and writes the results and their table."""
    encoder = open_encoder()
    result: dict[str, object] = {"machine": record.machine(), "encoder": encoder.name}
    ours = {name: _ours(name, encoder, QUICK if quick else 1500) for name in MAPPINGS}
    result["taxonomy"] = ours
    result["sentences"] = sentences.measured(open_themes(load(), encoder), encoder)
    if not quick:
        result["categories"] = [
            aspects.category_f1("absa_ar_hotels", None, encoder),
            aspects.category_f1("absa_en15", "restaurant", encoder),
        ]
        result["polarity"] = polarity.accuracy(encoder)
    record.save(out, "themes-quick" if quick else "themes", result, _markdown(result))


def _ours(name: str, encoder: Encoder, most: int) -> dict[str, object]:
    """Our taxonomy as shipped on one labeled set (test rows where the set has them)."""
    pack, mapping = MAPPINGS[name]
    file, _, source = name.partition(" ")
    frame = pd.read_csv(aspects.DATA / f"{file}.csv.gz", low_memory=False)
    frame = frame[frame["source"] == source] if source else frame
    frame = frame[frame["split"] == "test"] if (frame["split"] == "test").any() else frame
    if "theme" in frame:
        frame = frame[frame["theme"].notna() & (frame["theme"] != "Can't Tell")]
    frame = frame.sample(min(most, len(frame)), random_state=1)
    if "theme" in frame:
        gold = [[theme] for theme in frame["theme"]]
    else:
        gold = [sorted({a["category"] for a in json.loads(one)}) for one in frame["aspects"]]
    model = open_themes(load(pack=pack), encoder)
    report = evaluate_themes([str(text) for text in frame["text"]], gold, mapping, model, encoder)
    return {
        "n": report.n,
        "precision": report.micro.precision,
        "recall": report.micro.recall,
        "micro_f1": report.micro.f1,
        "macro_f1": report.macro_f1,
        "similarity_f1": report.similarity.f1,
        "themes": report.to_frame().to_dict("records"),
    }


def _markdown(result: dict[str, object]) -> str:
    ours: dict[str, dict[str, object]] = result["taxonomy"]  # type: ignore[assignment]
    parts = [
        "Our taxonomy as shipped (not trained on these labels, except the hotels' train split), "
        "beside nearest seed phrases alone at their best threshold:\n",
        record.table(
            ["set", "texts", "precision", "recall", "micro-F1", "macro-F1", "similarity alone"],
            [
                (name, r["n"], r["precision"], r["recall"], r["micro_f1"], r["macro_f1"], r["similarity_f1"])
                for name, r in ours.items()
            ],
        ),
    ]
    told: list[dict[str, object]] = result["sentences"]  # type: ignore[assignment]
    parts += [
        "\nOwn sentences, labeled before any model saw them; the second half was not looked at while the "
        "heads were made (`benchmarks/themes/sentences.py`):\n",
        record.table(
            ["half", "part", "sentences", "precision", "recall"],
            [
                (r["half"], r["part"], r["n"], r["precision"], r["recall"])
                for r in told
                if r["part"] in ("all", "paraphrase", "named")
            ],
        ),
    ]
    if "categories" in result:
        rows: list[dict[str, object]] = result["categories"]  # type: ignore[assignment]
        p: dict[str, object] = result["polarity"]  # type: ignore[assignment]
        parts += [
            "\nIn-protocol: heads trained on each set's own train split, all ENTITY#ATTRIBUTE categories:\n",
            record.table(
                [
                    "set",
                    "categories",
                    "train",
                    "test",
                    "precision",
                    "recall",
                    "micro-F1",
                    "best of its edition",
                ],
                [
                    (
                        *(
                            r[k]
                            for k in ("set", "categories", "train", "test", "precision", "recall", "micro_f1")
                        ),
                        aspects.PUBLISHED.get(str(r["set"])),
                    )
                    for r in rows
                ],
            ),
            *_finetuned(),
            f"\nPolarity given the aspect, Arabic hotels: accuracy {p['accuracy']:.3f} "
            f"on {p['test']} aspects (majority class {p['majority']:.3f}; published "
            f"baseline {polarity.PUBLISHED['baseline']}, best {polarity.PUBLISHED['best']}).",
        ]
    return "\n".join(parts)


def _finetuned() -> list[str]:
    """What training a whole network adds: ours by `finetuned`, a base-size one by `basesize`."""
    told = [
        f"\nWith the network's upper half trained too (`benchmarks.themes.finetuned`), {one['set']}: "
        f"micro-F1 {one['network']['micro_f1']:.3f}; in the mean with the heads "
        f"{one['both']['micro_f1']:.3f}."
        for one in _stored("themes-finetuned")
    ]
    for one in _stored("themes-basesize"):
        told.append(
            f"\nA base-size transformer on the same split, all of it trained (`benchmarks.themes.basesize`, "
            f"{one['model']}, {one['parameters_million']:.0f} M parameters, {one['epochs']} epochs): "
            f"micro-F1 {one['micro_f1']:.3f} ({one['micro_f1_at_half']:.3f} at the threshold 0.5)."
        )
    return told


def _stored(name: str) -> list[dict[str, Any]]:
    """The runs of a part that is run by itself; none where it was not."""
    file = Path(__file__).resolve().parents[1] / "results" / f"{name}.json"
    found = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return found if isinstance(found, list) else [found]
