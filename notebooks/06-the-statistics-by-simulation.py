# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # The statistics, by simulation
#
# Does a 95 % interval hold the truth 95 times in 100? How often is a cause named when nothing happened?
# Believe a method only after asking it about worlds whose truth is known. This is a small version of
# `benchmarks/movement`, which runs the same questions at length.

# %%
import numpy as np
import pandas as pd

import voc

THEMES = ["staff", "price", "delivery", "app"]
RUNS, ANSWERS = 60, 300  # per run: answers in each period


def world(rng, more_delivery=0.0):
    """Two periods of answers. Bad experiences lower the score; unhappy people write more often."""
    rows, told = [], []
    for period in ("before", "after"):
        for i in range(ANSWERS):
            chances = [0.10, 0.10, 0.10 + (more_delivery if period == "after" else 0.0), 0.10]
            bad = rng.random(4) < chances
            score = int(np.clip(round(8.6 - 2.2 * bad.sum() + rng.normal(0, 1.6)), 0, 10))
            writes = rng.random() < (0.75 if score <= 6 else 0.5 if score <= 8 else 0.6)
            name = f"{period}-{i}"
            rows.append((name, period, score, writes))
            told += [(name, t, "negative") for t, b in zip(THEMES, bad, strict=True) if b and writes]
    comments = pd.DataFrame(rows, columns=["comment_id", "period", "score", "has_text"])
    return comments, pd.DataFrame(told, columns=["comment_id", "theme", "polarity"])


def explain(comments, mentions):
    return voc.explain(comments, mentions, before="before", after="after")


# %% [markdown]
# ## Nothing happened
#
# Both periods come from one world. A method that shows the largest bar as "the cause" names one every
# time; here the share of surveys in which any theme is named should be about 5 % or less.

# %%
rng = np.random.default_rng(1)
quiet = [explain(*world(rng)) for _ in range(RUNS)]
false_names = np.mean([any(part.kind == "theme" for part in m.named) for m in quiet])
largest = np.mean([max(abs(part.total) for part in m.parts if part.kind == "theme") for m in quiet])
holds_zero = np.mean([m.delta.low <= 0 <= m.delta.high for m in quiet])
print(f"a theme is named falsely in {false_names:.0%} of surveys")
print(f"yet the largest theme bar is {largest:.1f} points on average: bars without intervals mislead")
print(f"the interval of the whole change holds the true 0 in {holds_zero:.0%}")

# %% [markdown]
# ## Delivery got worse
#
# Twelve more customers in a hundred have a bad delivery. The truth of the part is measured on a very
# large survey of the same world.

# %%
rng = np.random.default_rng(2)
worse = [explain(*world(rng, 0.12)) for _ in range(RUNS)]
named = np.mean([worse_m.part("delivery").named is not None for worse_m in worse])
first = np.mean(
    [max((p for p in m.parts if p.kind == "theme"), key=lambda p: p.strength).id == "delivery" for m in worse]
)
print(f"delivery has the strongest evidence in {first:.0%}, and is named in {named:.0%} of surveys")

ANSWERS = 8_000
truth = explain(*world(np.random.default_rng(3), 0.12)).part("delivery").total
covered = np.mean([m.part("delivery").low <= truth <= m.part("delivery").high for m in worse])
print(f"part of delivery in the large survey: {truth:+.1f}; its interval holds that in {covered:.0%}")

# %% [markdown]
# ## What it looks like

# %%
import plotly.graph_objects as go

totals = [m.part("delivery").total for m in worse]
figure = go.Figure(go.Histogram(x=totals, nbinsx=20, name="delivery, many surveys"))
figure.add_vline(x=truth, annotation_text="large survey")
figure.update_layout(xaxis_title="points", yaxis_title="surveys", template="plotly_white")
figure
