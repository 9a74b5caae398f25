"""What the theme heads learn from: our own phrases, mapped public labels, and real clauses by their words.

Every part gives a `Part`: texts, labels (n, themes) with 1 yes, 0 no, nan not known, and a weight.
Only sets whose licence lets a model be released are used (`ship` is yes in the index of the data).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from voc.meaning.clauses import split
from voc.meaning.theme_words import ThemeWords
from voc.taxonomy import Taxonomy, load, packs

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "shared" / "data"
REAL = {  # set: comments taken
    **{"ksa_google": 3500, "saudi_tourism": 2500, "sehhaty": 1700, "saas_nps": 400, "skytrax": 350},
    **{"umsab": 1500, "arsarcasm_v2": 1000, "ajgt": 500, "ar_emoji": 700},
}
TWEETS = {"umsab", "arsarcasm_v2"}
HOTELS = {
    "CLEANLINESS": ["cleanliness"],
    "PRICES": ["price"],
    "LOCATION": ["location_parking"],
    "FOOD_DRINKS": ["product_quality"],
    "SERVICE": ["service_quality", "staff"],  # the set does not part the two
    "ROOMS": ["facilities"],
    "FACILITIES": ["facilities"],
    "ROOMS_AMENITIES": ["facilities"],
}
BANKING = {
    "payment": "apple_pay_or_google_pay card_acceptance card_not_working contactless_not_working "
    "declined_card_payment declined_transfer failed_transfer pending_card_payment pending_transfer "
    "transfer_not_received_by_recipient top_up_failed virtual_card_not_working pending_top_up",
    "account_access": "passcode_forgotten pin_blocked unable_to_verify_identity verify_my_identity "
    "why_verify_identity change_pin",
    "billing": "card_payment_fee_charged extra_charge_on_statement transaction_charged_twice "
    "direct_debit_payment_not_recognised card_payment_not_recognised cash_withdrawal_charge "
    "transfer_fee_charged top_up_by_card_charge top_up_by_bank_transfer_charge",
    "returns_refunds": "request_refund Refund_not_showing_up reverted_card_payment?",
    "delivery_speed": "card_arrival card_delivery_estimate",
}
SEHHATY = {
    "app": ["Ease of Use", "Crashes / Freezes", "Errors / Bugs", "Stability", "App Speed", "Navigation"],
    "account_access": ["Login / OTP", "Account Access Issues"],
    "process_ease": ["Appointment Booking"],
}


@dataclass(frozen=True)
class Part:
    """Texts with labels for the themes in order, and the part's weight in training."""

    name: str
    texts: list[str]
    labels: np.ndarray
    weight: float
    social: np.ndarray | None = None  # which texts are tweets: off topic where no theme's word occurs


def everything() -> tuple[Taxonomy, set[str]]:
    """One tree with the leaves of the embedded taxonomy and of all packs; and the ids of the former."""
    base = load()
    themes = {theme.id: theme for theme in base.leaves}
    for pack in packs():
        for theme in load(pack=pack).leaves:
            themes.setdefault(theme.id, theme)
    flat = tuple(replace(theme, parent=None) for theme in themes.values())
    return Taxonomy("all", base.title, flat), {theme.id for theme in base.leaves}


def own(taxonomy: Taxonomy, base: set[str]) -> list[Part]:
    """Seeds and examples, written for voc; complete for the themes in `base`, open for pack themes."""
    themes = [theme.id for theme in taxonomy.leaves]
    words = ThemeWords(taxonomy)
    entries: list[tuple[str, set[str], bool]] = [
        (phrase, {theme.id}, False) for theme in taxonomy.leaves for phrase in theme.phrases
    ]
    examples = yaml.safe_load((HERE / "examples.yaml").read_text(encoding="utf-8"))
    for theme, lists in examples["about"].items():
        entries += [(text, {theme}, False) for texts in lists for text in texts]
    for kind in ("both", "near_misses"):
        for group in examples[kind]:
            entries += [(text, set(group["themes"]), kind == "near_misses") for text in group["texts"]]
    parts = [_own("own", entries, themes, words, base)]
    for kind in ("vague", "off_topic"):
        rows = [(text, set(), True) for texts in examples[kind] for text in texts]
        parts.append(_own(kind, rows, themes, words, base))
    return parts


def _own(
    name: str,
    entries: list[tuple[str, set[str], bool]],
    themes: list[str],
    words: ThemeWords,
    base: set[str],
) -> Part:
    merged: dict[str, tuple[set[str], bool]] = {}
    for text, about, complete in entries:
        before = merged.get(text, (set(), False))
        merged[text] = (before[0] | about, before[1] or complete)
    labels = np.zeros((len(merged), len(themes)), dtype=np.float32)
    for row, (text, (about, complete)) in enumerate(merged.items()):
        for hit in words.find(text):
            if not complete and (not hit.hint or themes[hit.theme] not in base):
                labels[row, hit.theme] = np.nan
        for theme in about:
            labels[row, themes.index(theme)] = 1
    return Part(name, list(merged), labels, 1.0)


def real(taxonomy: Taxonomy, seed: int = 5) -> Part:
    """Clauses of real reviews and tweets, labeled by the taxonomy's words; hints leave it open."""
    texts: dict[str, str] = {}
    for name, count in REAL.items():
        frame = pd.read_csv(DATA / f"{name}.csv.gz", low_memory=False)
        frame = frame[frame["split"] == "train"]
        if name == "skytrax":
            frame = frame[frame["subset"].isin(["lounge", "seat"])]  # the part under CC0
        for text in frame.sample(min(count, len(frame)), random_state=seed)["text"].astype(str):
            texts.update({text[span.start : span.end]: name for span in split(text)})
    kept = [text for text in texts if len(text) > 3]
    words = ThemeWords(taxonomy)
    labels = np.zeros((len(kept), len(taxonomy.leaves)), dtype=np.float32)
    for row, text in enumerate(kept):
        for hit in words.find(text):
            if not hit.hint:
                labels[row, hit.theme] = 1
            elif labels[row, hit.theme] != 1:
                labels[row, hit.theme] = np.nan
    return Part("real", kept, labels, 0.5, np.array([texts[text] in TWEETS for text in kept]))


def mapped(taxonomy: Taxonomy) -> list[Part]:
    """Public labels that say something about our themes; whatever they do not say stays open."""
    themes = [theme.id for theme in taxonomy.leaves]
    words = ThemeWords(taxonomy)
    parts = []
    for name, rows in (("absa_ar_hotels", _hotels()), ("banking77", _banking()), ("sehhaty", _sehhaty())):
        labels = np.zeros((len(rows), len(themes)), dtype=np.float32)
        for row, (text, sure, perhaps) in enumerate(rows):
            hits = {themes[hit.theme]: hit.hint for hit in words.find(text)}
            for theme in {*hits, *perhaps}:
                labels[row, themes.index(theme)] = np.nan if hits.get(theme, True) else 1
            for theme in sure:
                labels[row, themes.index(theme)] = 1
        parts.append(
            Part(name, [text for text, _, _ in rows], labels, 0.05 if name == "absa_ar_hotels" else 0.2)
        )
    return parts


def _hotels() -> list[tuple[str, set[str], set[str]]]:
    frame = pd.read_csv(DATA / "absa_ar_hotels.csv.gz", low_memory=False)
    rows = []
    for text, aspects in frame.loc[frame["split"] == "train", ["text", "aspects"]].itertuples(index=False):
        sure, perhaps = set(), {"atmosphere", "variety", "product_quality"}
        for aspect in json.loads(aspects):
            entity, attribute = aspect["category"].split("#")
            about = HOTELS.get(attribute) or HOTELS.get(entity, [])
            (sure if len(about) == 1 else perhaps).update(about)
        rows.append((str(text), sure, perhaps - sure))
    return rows


def _banking() -> list[tuple[str, set[str], set[str]]]:
    frame = pd.read_csv(DATA / "banking77.csv.gz", low_memory=False)
    frame = frame[frame["split"] == "train"].sample(4000, random_state=5)
    theme_of = {intent: theme for theme, intents in BANKING.items() for intent in intents.split()}
    money = {"payment", "billing", "price", "app", "account_access", "returns_refunds", "process_ease"}
    rows = []
    for text, intent in frame[["text", "theme"]].itertuples(index=False):
        theme = theme_of.get(intent)
        rows.append((str(text), {theme} if theme else set(), money - {theme}))
    return rows


def _sehhaty() -> list[tuple[str, set[str], set[str]]]:
    frame = pd.read_csv(DATA / "sehhaty.csv.gz", low_memory=False)
    frame = frame[frame["split"] == "train"]
    theme_of = {sub: theme for theme, subs in SEHHATY.items() for sub in subs}
    rows = []
    for text, sub in frame[["text", "subtheme"]].itertuples(index=False):
        if sub in theme_of:
            rows.append((str(text), {theme_of[sub]}, {"app", "service_quality"} - {theme_of[sub]}))
        elif sub == "Overall Satisfaction":
            rows.append((str(text), set(), {"app", "service_quality"}))
    return rows


def judged(taxonomy: Taxonomy, parts: list[Part]) -> list[Part]:
    """The parts with the clauses of `real` that we labeled by reading as a part of their own.

    ``judged.tsv`` names a clause by the hash of its text, so that no sentence of others is kept here: its
    themes, those that may be there ("?theme"), or nothing.
    """
    themes = [theme.id for theme in taxonomy.leaves]
    told = dict(line.split("\t") for line in (HERE / "judged.tsv").read_text(encoding="utf-8").splitlines())
    real = next(part for part in parts if part.name == "real")
    rows = [row for row, text in enumerate(real.texts) if mark(text) in told]
    labels = np.zeros((len(rows), len(themes)), dtype=np.float32)
    for at, row in enumerate(rows):
        for theme in told[mark(real.texts[row])].split():
            labels[at, themes.index(theme.lstrip("?"))] = np.nan if theme.startswith("?") else 1
    social = None if real.social is None else real.social[rows]
    others = np.setdiff1d(np.arange(len(real.texts)), rows)
    rest = replace(
        real,
        texts=[real.texts[row] for row in others],
        labels=real.labels[others],
        social=None if real.social is None else real.social[others],
    )
    mine = Part("judged", [real.texts[row] for row in rows], labels, 1.0, social)
    return [*(rest if part is real else part for part in parts), mine]


def mark(text: str) -> str:
    """What stands for a clause in ``judged.tsv``."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]
