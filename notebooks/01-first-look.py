# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # A first look
#
# Five lines from a survey to an explanation. The survey here is invented (`voc.demo`): two quarters of a
# company called Zahwan, in Arabic, English and Arabizi, with causes planted in it. Put the path of your
# own file, or a pandas or polars frame, in place of `answers`.

# %%
import voc
from voc.demo import survey

answers = survey(n=600)
analysis = voc.analyze(answers, before="2024-Q1", after="2024-Q2", topics=False)
print(analysis.summary("en"))

# %% [markdown]
# The same in Arabic:

# %%
print(analysis.summary("ar"))

# %% [markdown]
# ## What was read
#
# Nothing is dropped in silence: rows read = rows analyzed + rows rejected, and each rejected row says why.

# %%
counts = analysis.result["counts"]
assert counts["read"] == counts["analyzed"] + counts["rejected"]
counts

# %%
analysis.comments[["text", "language", "score", "score_category", "sentiment"]].head(8)

# %% [markdown]
# ## What was mentioned
#
# One row per comment, theme and polarity; `start` and `end` point at the words that are the evidence.

# %%
texts = analysis.comments.set_index("comment_id")["text"]
mentions = analysis.mentions.copy()
mentions["evidence"] = [
    texts[row.comment_id][row.start : row.end] for row in mentions.itertuples(index=False)
]
mentions[["theme", "polarity", "p_theme", "evidence"]].head(8)

# %% [markdown]
# ## Single texts

# %%
for one in voc.classify(["الخدمة ممتازة بس السعر غالي", "The app keeps crashing", "3jabni el service"]):
    print(one.language, one.sentiment, [(theme["id"], theme["polarity"]) for theme in one.themes])

# %% [markdown]
# ## A report to send
#
# `write` makes `report.html` (one file, no network needed), `report.xlsx`, `result.json` and the tables.

# %%
from tempfile import mkdtemp

folder = analysis.write(mkdtemp(), language="ar")
sorted(path.name for path in folder.iterdir())
