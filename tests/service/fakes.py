"""A deterministic stand-in for the models: as fast or slow as a test wants, never used by the service itself."""

import hashlib
import time


class FakeModels:
    name = "fake 1"

    def __init__(self, seconds_per_text=0.0, seconds_per_call=0.0):
        self.seconds_per_text = seconds_per_text
        self.seconds_per_call = seconds_per_call
        self.batches = []

    def classify(self, documents):
        if self.seconds_per_text or self.seconds_per_call:
            time.sleep(self.seconds_per_call + self.seconds_per_text * len(documents))
        self.batches.append(len(documents))
        for one in documents:
            if "BREAK THE MODEL" in one.text:
                raise ValueError("broken by " + one.text)
        return [answer(one) for one in documents]


def answer(document):
    digest = hashlib.sha256(f"{document.question}|{document.text}".encode()).digest()
    p = [x + 1 for x in digest[:3]]
    p = [x / sum(p) for x in p]
    label = ["negative", "neutral", "positive"][p.index(max(p))]
    theme = {"id": "staff", "polarity": label, "p_theme": 0.75, "p_polarity": max(p), "start": 0, "end": 1}
    return {
        "language": document.language or "und",
        "p_language": 0.5,
        "sentiment": label,
        "p_negative": p[0],
        "p_neutral": p[1],
        "p_positive": p[2],
        "themes": [theme] if digest[3] % 2 else [],
        "reason_without_theme": None if digest[3] % 2 else "vague",
    }
