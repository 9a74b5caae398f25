"""The real path with a reader of a few words in place of the models: quick, and right about its own texts."""

import re

import pandas as pd

from service.analysis import PipelineModels
from voc import taxonomy
from voc.intake import language
from voc.meaning.reading import Readings
from voc.pipeline import Tools
from voc.settings import MeaningSettings

THEMES = {
    "delivery_speed": "late|delivery|courier|توصيل|تأخر|متأخر",
    "staff": "staff|rude|kind|employee|موظف|تعامل|الموظفه",
    "price": "price|expensive|cheap|سعر|غالي|أسعار",
    "app": r"\bapp\b|تطبيق",
    "waiting_time": "queue|wait|انتظ|دور",
}
BAD = "late|rude|expensive|crash|slow|تأخر|متأخر|سيئ|غالي|يعلق|زحمة|ممل"
GOOD = "kind|great|fast|fair|easy|ممتاز|سريع|شاطر|حلو|سهل"


def read_one(text):
    """Sentiment probabilities and the themes' spans."""
    bad, good = len(re.findall(BAD, text, re.I)), len(re.findall(GOOD, text, re.I))
    p = [0.1 + bad, 0.3, 0.1 + good]
    p = [one / sum(p) for one in p]
    mood = ["negative", "neutral", "positive"][p.index(max(p))]
    found = [(theme, re.search(words, text, re.I)) for theme, words in THEMES.items()]
    return p, mood, [(theme, match) for theme, match in found if match]


class WordsModels(PipelineModels):
    """Opened at once; everything but the reading of texts is the real path."""

    def __init__(self):
        models = {"sentiment": "words 1", "themes": "words 1", "tier": "accurate"}
        super().__init__(Tools(taxonomy.load(), None, models, MeaningSettings()))

    def read(self, ids, texts, question, vectors):
        spoken = [one.language for one in language.tag(texts)]
        rows, mentions = [], []
        for name, text, tongue in zip(ids, texts, spoken, strict=True):
            p, mood, themes = read_one(text)
            wrote = bool(text.strip())
            rows.append([tongue, 0.9, *(p if wrote else [None] * 3), mood if wrote else None,
                         None if themes else "vague" if wrote else "empty"])  # fmt: skip
            mentions += [
                [name, theme, mood, 0.9, max(p), match.start(), match.end(), tongue, "model"]
                for theme, match in themes
            ]
        frame = pd.DataFrame(rows, columns=FRAME).astype({name: float for name in FRAME[2:5]})
        return Readings(frame, pd.DataFrame(mentions, columns=MENTIONS), None)


FRAME = [
    "language",
    "p_language",
    "p_negative",
    "p_neutral",
    "p_positive",
    "sentiment",
    "reason_without_theme",
]
MENTIONS = "comment_id theme polarity p_theme p_polarity start end language origin".split()
