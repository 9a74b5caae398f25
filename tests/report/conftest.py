"""An invented bilingual survey, already labeled, for the report to show. Every sentence is our own."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

THEMES = {
    "staff": ("تعامل الموظفين", "Staff", "service"),
    "waiting": ("وقت الانتظار", "Waiting time", "service"),
    "price": ("السعر", "Price", None),
    "app": ("التطبيق", "App", None),
    "delivery": ("التوصيل", "Delivery", None),
    "quality": ("جودة المنتج", "Product quality", None),
}
PHRASES = {
    ("staff", "negative"): [("ar", "الموظف رد علي بأسلوب بارد"), ("en", "the man at the desk was rude")],
    ("staff", "positive"): [("ar", "الموظفين خدومين ويشرحون بهدوء"), ("en", "staff were kind and patient")],
    ("waiting", "negative"): [("ar", "انتظرت ساعة كاملة على دوري"), ("en", "an hour in line for one form")],
    ("waiting", "positive"): [("ar", "خلصت معاملتي بسرعة"), ("ar-Latn", "5allast bsor3a mashallah")],
    ("price", "negative"): [("ar", "الأسعار صارت غالية علينا"), ("en", "too expensive for what you get")],
    ("price", "positive"): [("ar", "أسعارهم أرخص من غيرهم"), ("en", "fair prices")],
    ("app", "negative"): [("ar", "التطبيق يعلق وقت الدفع"), ("mixed", "el app ykarresh at checkout")],
    ("app", "positive"): [("ar", "التطبيق سهل وواضح"), ("en", "the app just works")],
    ("delivery", "negative"): [("ar", "الطلب وصل بعد يومين"), ("en", "my parcel came two days late")],
    ("delivery", "positive"): [("ar", "التوصيل وصل قبل الموعد"), ("en", "arrived before I expected it")],
    ("quality", "negative"): [("ar", "القماش تمزق من أول غسلة"), ("en", "it broke in the first week")],
    ("quality", "positive"): [("ar", "الجودة تستاهل كل ريال"), ("en", "really well made")],
}
OPENERS = {
    "ar": ["بصراحة ", "والله ", ""],
    "en": ["Honestly, ", "", "Well: "],
    "ar-Latn": [""],
    "mixed": [""],
}
CLOSERS = {
    "ar": [" 😡", "، الله يعطيكم العافية", "."],
    "en": [".", " :(", "!"],
    "ar-Latn": [""],
    "mixed": [" ..."],
}
BEFORE = {"staff": 0.10, "waiting": 0.22, "price": 0.18, "app": 0.15, "delivery": 0.14, "quality": 0.16}


def point(theme, n, **more):
    return {"theme": theme, "label": {"ar": THEMES[theme][0], "en": THEMES[theme][1]}, "n": n, **more}


def stage(name, ar, en, negative, positive, **more):
    n = negative + positive + 3
    facts = {"stage": name, "label": {"ar": ar, "en": en}, "n": n, "negative": negative, "positive": positive,
             "neutral": 3, "balance": (positive - negative) / n, "level": "mixed", "mean_score": 7.1,
             "touchpoints": [], "challenges": [], "strengths": [], "opportunities": []}  # fmt: skip
    return facts | more


JOURNEY = [
    stage("awareness", "الوعي", "Awareness", 8, 21, strengths=[point("price", 12)]),
    stage(
        "purchase", "الشراء", "Purchase", 60, 44,
        touchpoints=[{"id": "during", "label": {"ar": "أثناء الخدمة", "en": "During"}, "balance": -0.15}],
        challenges=[point("staff", 41), point("waiting", 35)],
        strengths=[point("quality", 30)],
        opportunities=[point("staff", 41, text={"ar": "تدريب موظفي الفروع", "en": "Coach branch staff"})],
    ),
    stage("retention", "الاستخدام والخدمة", "Use and service", 40, 22, challenges=[point("app", 22)]),
]  # fmt: skip


@dataclass
class Example:
    result: dict[str, Any]
    comments: pd.DataFrame
    mentions: pd.DataFrame
    rejects: pd.DataFrame

    def tables(self):
        return self.result, self.comments, self.mentions, self.rejects


def survey(n=700, seed=3):
    rng = np.random.default_rng(seed)
    comments, mentions = [], []
    for i in range(n):
        after = i >= n // 2
        score = int(np.clip(round(rng.normal(7.6 - 0.6 * after, 2.2)), 0, 10))
        text, spans, language = "", [], None
        if rng.random() < 0.65:
            weights = dict(BEFORE, staff=BEFORE["staff"] + 0.16 * after)
            some = [t for t, p in weights.items() if rng.random() < p][:2]
            for theme in some:
                polarity = "negative" if rng.random() < 0.9 - score / 13 else "positive"
                spoken, phrase = PHRASES[theme, polarity][int(rng.integers(2))]
                language = language or spoken
                opener = str(rng.choice(OPENERS[spoken])) if not text else " "
                start = len(text) + len(opener)
                text += opener + phrase + str(rng.choice(CLOSERS[spoken]))
                spans.append((theme, polarity, start, start + len(phrase)))
            if not some:
                text, language = str(rng.choice(["تمام", "ok", "شكرا", "nothing to add"])), "und"
        when = pd.Timestamp("2024-01-01", tz="UTC") + pd.Timedelta(days=91 * after + int(rng.integers(90)))
        polarities = {p for _, p, _, _ in spans}
        comments.append(
            {
                "comment_id": f"c{i:06d}", "respondent_id": f"r{i:06d}", "text": text, "language": language,
                "p_language": 0.97, "score": float(score), "weight": 1.0, "answered_at": when,
                "score_category": "promoter" if score > 8 else "passive" if score > 6 else "detractor",
                "period": "after" if after else "before",
                "sentiment": polarities.pop() if len(polarities) == 1 else ("neutral" if text else None),
                "p_negative": 0.3, "p_neutral": 0.3, "p_positive": 0.4,
                "reason_without_theme": None if spans else ("vague" if text else "empty"),
                "source_row": i + 1,
                "segment_branch": str(rng.choice(["الرياض", "جدة", "Dammam"], p=[0.5, 0.3, 0.2])),
            }
        )  # fmt: skip
        mentions += [
            {"comment_id": f"c{i:06d}", "theme": t, "polarity": p, "p_theme": float(rng.uniform(0.6, 1)),
             "p_polarity": 0.9, "start": a, "end": b, "origin": "model"}
            for t, p, a, b in spans
        ]  # fmt: skip
    return pd.DataFrame(comments), pd.DataFrame(mentions)


def nps(comments):
    points = comments["score_category"].map({"promoter": 100.0, "passive": 0.0, "detractor": -100.0})
    half = 1.96 * points.std() / np.sqrt(len(points))
    value = float(points.mean())
    return {"value": value, "low": value - half, "high": value + half, "n": len(points)}


def movement(comments, verdict="moved"):
    before, after = (nps(comments[comments["period"] == p]) for p in ("before", "after"))
    delta = after["value"] - before["value"]
    half = float(np.hypot(before["high"] - before["value"], after["high"] - after["value"]))
    totals = {"staff": -6.1, "waiting": 0.9, "price": -0.7, "app": 0.4, "delivery": -0.3, "quality": 0.2}
    parts = [
        {"kind": "theme", "id": t, "parent": THEMES[t][2], "label": {"ar": THEMES[t][0], "en": THEMES[t][1]},
         "prevalence": x * 0.8, "effect": x * 0.2, "total": x, "low": x - 2.4, "high": x + 2.4,
         "prevalence_low": x * 0.8 - 1.5, "prevalence_high": x * 0.8 + 1.5, "projected": x * 0.3,
         "q_value": 0.002 if t == "staff" else 0.6, "named": "prevalence" if t == "staff" else None,
         "n_before": 40, "n_after": 60, "quotes": [], "leaves": leaves(t, x)}
        for t, x in totals.items()
    ]  # fmt: skip
    mix = {"kind": "mix", "id": "mix", "parent": None, "label": {"ar": "من أجاب", "en": "Who answered"},
           "prevalence": 0.0, "effect": 0.0, "total": -0.8, "low": -2.1, "high": 0.5, "projected": 0.0,
           "q_value": 0.4, "named": None, "n_before": 350, "n_after": 350, "quotes": []}  # fmt: skip
    rest = delta - sum(totals.values()) + 0.8
    general = dict(mix, kind="general", id="general", total=rest, low=rest - 6, high=rest + 6)
    service = dict(parts[0], id="service", parent=None, label={"ar": "الخدمة", "en": "Service"}, total=-5.2,
                   low=-8.0, high=-2.4, named=None)  # fmt: skip
    change = {"value": delta, "low": delta - half, "high": delta + half, "p_value": 0.004}
    score = {"kind": "nps", "overall": nps(comments), "before": before, "after": after, "delta": change}
    segments = [
        {"name": "ar / Riyadh", "share_before": 0.6, "share_after": 0.7, "score_before": 4.0,
         "score_after": -21.0, "contribution": -0.6},
        {"name": "en / Jeddah", "share_before": 0.4, "share_after": 0.3, "score_before": 14.0,
         "score_after": -9.0, "contribution": -0.2},
    ]  # fmt: skip
    return score, {
        "verdict": verdict, "parts": [mix, *parts, general], "parents": [service], "mode": "project",
        "comment_rate": [0.66, 0.64], "smallest_move": half / 1.96 * 2.8, "segments": segments, "notices": {},
    }  # fmt: skip


def leaves(theme, total):
    """Only negative mentions changed: one point of score for each point of share."""
    return [
        {"polarity": "negative", "share_before": 0.08, "share_after": 0.08 - total / 100, "total": total},
        {"polarity": "positive", "share_before": 0.1, "share_after": 0.1, "total": 0.0},
    ]


@pytest.fixture(scope="session")
def example() -> Example:
    comments, mentions = survey()
    score, moved = movement(comments)
    rejects = pd.DataFrame(
        {
            "source_file": ["survey.csv"] * 3,
            "source_row": [12, 40, 77],
            "column": ["score", "score", ""],
            "value": ["eleven", "-4", "=cmd|'/c calc'!A1"],
            "reason": [
                "not a score between 0 and 10",
                "not a score between 0 and 10",
                "no text and no score",
            ],
        }
    )
    result = {
        "voc": "0.1.0",
        "models": {"encoder": "bilingual-e5-small", "sentiment": "linear-1", "themes": "cx-1"},
        "counts": {"read": len(comments) + 3, "analyzed": len(comments), "rejected": 3,
                   "without_text": int((comments["text"] == "").sum()), "duplicates": 0},
        "languages": {"ar": 260, "en": 130, "ar-Latn": 20, "mixed": 25, "und": 40},
        "compared": {"before": "2024-Q1", "after": "2024-Q2"},
        "score": score,
        "movement": moved,
        "drivers": [
            {"id": t, "label": {"ar": THEMES[t][0], "en": THEMES[t][1]},
             "total": x, "low": x - 2, "high": x + 2, "quadrant": "fix" if x < -5 else "minor"}
            for t, x in {"waiting": -7.2, "staff": -5.5, "app": -2.6, "quality": 4.1, "delivery": 0.8}.items()
        ],
        "themes": [{"id": t, "label": {"ar": ar, "en": en}} for t, (ar, en, _) in THEMES.items()],
        "topics": [
            {"id": "T001", "label": {"ar": "مواقف السيارات", "en": "Parking"}, "size": 23, "theme": None,
             "words": {"ar": ["موقف", "زحمة"], "en": ["parking"]}, "examples": ["c000004", "gone"],
             "x": 0.1, "y": 0.9},
            {"id": "T002", "label": {"ar": "رسالة التأكيد", "en": "Confirmation message"}, "size": 14,
             "theme": "app", "words": {"ar": ["رسالة", "تأكيد"], "en": ["sms", "code"]}, "examples": [],
             "x": 0.12, "y": 0.88},
            {"id": "T003", "label": {"ar": "كرت الهدايا", "en": "Gift card"}, "size": 6, "theme": None,
             "words": {"ar": ["كرت"], "en": ["gift"]}, "examples": [], "x": 0.7, "y": 0.2},
        ],
        "journey": JOURNEY,
        "alerts": [
            {"theme": "staff", "polarity": "negative", "segment": None, "since": "2024-04-29", "n": 31,
             "raised": "2024-05-13", "share": 0.11, "usual": 0.05, "confirmed": True, "early": True},
            {"theme": "app", "polarity": "positive", "segment": "جدة", "since": "2024-05-06", "n": 9,
             "raised": "2024-05-13", "share": 0.09, "usual": 0.03, "confirmed": False, "early": False},
        ],
        "contradictions": [
            {"language": "ar", "n_clear": 120, "n_against": 70, "reversed_suspected": True},
            {"language": "en", "n_clear": 0, "n_against": 0, "reversed_suspected": False},
        ],
        "warnings": [
            {"code": "date_order", "message": "Dates in column answered were read day first."},
            {"code": "not_yet_known", "message": "Something else."},
        ],
        "copies": {"n_compared": 420, "n_copies": 12, "groups": []},
    }  # fmt: skip
    return Example(result, comments, mentions, rejects)


@pytest.fixture(scope="session")
def hostile() -> list[str]:
    lines = Path(__file__).with_name("hostile.txt").read_text(encoding="utf-8").split("\n")
    return [ESCAPE.sub(_decode, line) for line in lines if line]


# hostile.txt writes invisible characters as \xHH, \uHHHH, \t, \r and \n, and a backslash as two.
ESCAPE = re.compile(r"\\(\\|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[trn])")


def _decode(match):
    code = match[1]
    plain = {"\\": "\\", "t": "\t", "r": "\r", "n": "\n"}
    return plain[code] if code in plain else chr(int(code[1:], 16))
