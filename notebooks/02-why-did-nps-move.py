# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Why did NPS move?
#
# A change of NPS is split into parts that add up to it exactly: who answered, one part per theme, and
# what the themes do not explain. Each part has a 95 % interval. Parts are *associated* with the change;
# they do not say how far the score would move if a theme were fixed.

# %%
import voc
from voc.demo import planted, survey

analysis = voc.analyze(survey(n=1500), before="2024-Q1", after="2024-Q2", topics=False)
movement = analysis.movement
print(movement.summary("en"))

# %%
movement.plot("en")

# %% [markdown]
# The parts as a frame. `prevalence`: the theme was mentioned more or less. `effect`: those who mention it
# gave other scores than before, beyond the shift that all themes share.

# %%
parts = movement.to_frame()
parts.head(6)

# %% [markdown]
# They add up, to the last digit:

# %%
gap = sum(part.total for part in movement.parts) - movement.delta.value
assert abs(gap) < 1e-9
gap

# %% [markdown]
# ## Against the truth
#
# This survey is invented, so the causes are known.

# %%
for cause in planted():
    print(cause.describe())
print("named:", [(part.id, round(part.total, 1), part.named) for part in movement.named])

# %% [markdown]
# ## Labels from another tool
#
# `voc.explain` needs no text and none of our models: scores, and who mentioned what.

# %%
again = voc.explain(analysis.comments, analysis.mentions, before="2024-Q1", after="2024-Q2")
assert abs(again.delta.value - movement.delta.value) < 1e-9

# %% [markdown]
# ## Two groups instead of two periods

# %%
branches = voc.explain(analysis.comments, analysis.mentions, compare="segment_channel=branch,call_center")
print(branches.summary("en"))

# %% [markdown]
# ## How small a move could be seen?

# %%
from voc.numbers.power import needed

print(f"with {movement.after.n} answers: about {movement.smallest_move:.0f} points")
{points: needed(points) for points in (5, 10, 15)}
