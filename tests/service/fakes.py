"""A deterministic stand-in for the models, as fast or slow as a test wants; the service never sees it."""

import hashlib
import json
import time
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from service.analysis import Document
from voc import tables
from voc.intake.read import read as read_survey
from voc.meaning.reading import Readings

LABELS = [
    "language",
    "p_language",
    "p_negative",
    "p_neutral",
    "p_positive",
    "sentiment",
    "reason_without_theme",
]
MENTION = ["comment_id", "theme", "polarity", "p_theme", "p_polarity", "start", "end", "language", "origin"]


class FakeModels:
    name = "fake 1"

    def __init__(self, seconds_per_text=0.0, seconds_per_call=0.0):
        self.seconds_per_text = seconds_per_text
        self.seconds_per_call = seconds_per_call
        self.calls = []

    def classify(self, documents):
        if self.seconds_per_text or self.seconds_per_call:
            time.sleep(self.seconds_per_call + self.seconds_per_text * len(documents))
        self.calls.append(len(documents))
        for one in documents:
            if "BREAK THE MODEL" in one.text:
                raise ValueError("broken by " + one.text)
        return [answer(one) for one in documents]

    def survey(self, path, settings):
        return read_survey(path, settings.intake)

    def read(self, ids, texts, question, vectors):
        found = self.classify([Document(text, question) for text in texts])
        mentions = [
            {"comment_id": name, "theme": theme["id"], **{key: theme[key] for key in MENTION[2:]}}
            for name, one in zip(ids, found, strict=True)
            for theme in one["themes"]
        ]
        frame = pd.DataFrame({name: [one[name] for one in found] for name in LABELS})
        return Readings(frame, pd.DataFrame(mentions) if mentions else tables.empty("mentions"), None)

    def conclude(self, survey, readings, settings):
        return FakeAnalysis(survey, readings)


class FakeAnalysis:
    def __init__(self, survey, readings):
        labels = readings.frame.reset_index(drop=True)
        self.comments = pd.concat([survey.comments.reset_index(drop=True), labels], axis=1)
        self.mentions = readings.mentions
        self.rejects = survey.rejects
        quotes = [{"comment_id": name, "start": 0, "end": 1} for name in self.comments["comment_id"][:5]]
        self.result = {"voc": "fake", "counts": asdict(survey.counts), "quotes": quotes, "alerts": []}

    def write(self, folder, language):
        folder = Path(folder)
        folder.mkdir(parents=True)
        (folder / "result.json").write_text(json.dumps(self.result))
        self.comments.to_parquet(folder / "comments.parquet", index=False)
        self.mentions.to_parquet(folder / "mentions.parquet", index=False)
        self.rejects.to_csv(folder / "rejects.csv", index=False)
        texts = "\n".join(self.comments["text"])
        (folder / "report.html").write_text(f"<html lang={language}>{texts}</html>")
        (folder / "report.xlsx").write_bytes(b"PK" + texts.encode())


def answer(document):
    digest = hashlib.sha256(f"{document.question}|{document.text}".encode()).digest()
    p = [x + 1 for x in digest[:3]]
    p = [x / sum(p) for x in p]
    label = ["negative", "neutral", "positive"][p.index(max(p))]
    theme = {
        "id": "staff",
        "polarity": label,
        "p_theme": 0.75,
        "p_polarity": max(p),
        "start": 0,
        "end": 1,
        "language": "und",
        "origin": "model",
    }
    return {
        "language": "und",
        "p_language": 0.5,
        "sentiment": label,
        "p_negative": p[0],
        "p_neutral": p[1],
        "p_positive": p[2],
        "themes": [theme] if digest[3] % 2 else [],
        "reason_without_theme": None if digest[3] % 2 else "vague",
    }
