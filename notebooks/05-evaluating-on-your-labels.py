# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Evaluating on your labels
#
# Label a few hundred of your own comments by hand, then ask how well a model reads them: in all, per class
# and per language, with intervals. On the command line:
#
# ```
# voc evaluate sentiment labeled.csv --text comment --label sentiment
# ```
#
# Here the labeled file is a handful of sentences of our own.

# %%
from pathlib import Path
from tempfile import mkdtemp

import pandas as pd

from voc.evaluate import tasks

rows = [
    ("الموظفين محترمين والخدمة سريعة", "positive", "ar"),
    ("التوصيل تأخر أسبوع ولا أحد رد علي", "negative", "ar"),
    ("المحل يفتح الساعة تسعة", "neutral", "ar"),
    ("مره سيء ولا أنصح فيه", "negative", "ar"),
    ("تجربة جميلة وبرجع لكم", "positive", "ar"),
    ("السعر مبالغ فيه", "negative", "ar"),
    ("Great people, I will come back", "positive", "en"),
    ("They lost my order twice", "negative", "en"),
    ("The store opens at nine", "neutral", "en"),
    ("Worst queue I have ever stood in", "negative", "en"),
    ("Really well made and fair prices", "positive", "en"),
    ("I called on Monday about my bill", "neutral", "en"),
]
file = Path(mkdtemp()) / "labeled.csv"
pd.DataFrame(rows, columns=["comment", "label", "language"]).to_csv(file, index=False)

# %%
labeled = tasks.load(file, "comment", "label", mapping=None, groups=["language"])
evaluations, _ = tasks.run("sentiment", labeled, [None])
evaluation = evaluations[0]
evaluation.overall

# %% [markdown]
# Where does it go wrong? Rows are the truth, columns the model.

# %%
classes = ["negative", "neutral", "positive"]
pd.DataFrame(evaluation.confusion, index=classes, columns=classes)

# %% [markdown]
# ## Errors of the labels belong into the interval of the result
#
# Themes and their polarity can be checked in the same way. With your labels of a few hundred comments,
# `voc.explain(..., labels=...)` takes the model's errors into the intervals of the movement, and takes
# out what they bias. Here the answer key of the invented survey plays the analyst for 120 comments.

# %%
import voc
from voc.demo import answer_key, survey

analysis = voc.analyze(survey(n=900), before="2024-Q1", after="2024-Q2", topics=False)
written = analysis.comments[analysis.comments["text"].str.strip() != ""]
chosen = written["comment_id"].sample(120, random_state=1)
key = answer_key(n=900).rename(columns={"response_id": "comment_id"})
labels = key[key["comment_id"].isin(chosen)][["comment_id", "theme", "polarity"]].fillna("")

plain = voc.explain(analysis.comments, analysis.mentions, before="2024-Q1", after="2024-Q2")
corrected = voc.explain(
    analysis.comments, analysis.mentions, before="2024-Q1", after="2024-Q2", labels=labels
)
for name, movement in (("labels taken as true", plain), ("with their error", corrected)):
    part = movement.part("delivery_speed")
    print(f"{name}: {part.total:+.1f} points ({part.low:+.1f} to {part.high:+.1f})")
