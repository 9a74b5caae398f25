# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Your own themes in ten minutes
#
# A theme is a few lines of YAML: a name in both languages, a definition, some phrases customers use, and
# words that give it away. Your file can start from ours with `extends: cx`.

# %%
from pathlib import Path
from tempfile import mkdtemp

import voc
from voc import taxonomy

themes = """
version: 1
id: zahwan
label: {ar: زهوان, en: Zahwan}
extends: cx
themes:
  - id: gifts
    label: {ar: الهدايا, en: Gifts}
    definition: {ar: تغليف الهدايا وبطاقاتها, en: Gift wrapping and cards}
    themes:
      - id: gift_wrapping
        label: {ar: تغليف الهدايا, en: Gift wrapping}
        definition: {ar: شكل تغليف الهدية وجودته, en: How a gift is wrapped}
        stage: purchase
        touchpoint: during
        seeds:
          msa: [تغليف الهدية أنيق, وصلت الهدية بتغليف ممزق]
          gulf: [تغليف الهدية يفتح النفس, التغليف كان مقطع]
          english: [the gift wrapping was lovely, the gift came in torn paper]
        words:
          ar: ["تغليف ~ الهدية", "تغليف ~ هدية", تغليف]
          en: ["gift wrap*", "gift wrapping"]
"""
path = Path(mkdtemp()) / "zahwan.yaml"
path.write_text(themes, encoding="utf-8")
tree = taxonomy.load(path)
[theme.id for theme in tree.leaves if theme.id not in {t.id for t in taxonomy.load().leaves}]

# %% [markdown]
# A mistake in the file is told with its line and what to write instead:

# %%
wrong = path.with_name("wrong.yaml")
wrong.write_text(themes.replace("touchpoint: during", "touchpoint: sometime"), encoding="utf-8")
try:
    taxonomy.load(wrong)
except voc.VocError as error:
    print(error)

# %% [markdown]
# ## Try it on sentences, before a whole survey

# %%
tries = [
    "تغليف الهدية كان أنيق جدا",
    "the gift wrapping was torn",
    "الموظف محترم لكن تغليف الهدية سيئ",
    "nothing to say",
]
for text, one in zip(tries, voc.classify(tries, taxonomy=path), strict=True):
    found = [(theme["id"], theme["polarity"], text[theme["start"] : theme["end"]]) for theme in one.themes]
    print(found or one.reason_without_theme)

# %% [markdown]
# Add phrases where it misses, and `unless:` phrases where it should keep quiet. When you are content:
#
# ```
# voc analyze survey.csv --taxonomy zahwan.yaml --before 2024-Q1 --after 2024-Q2 --out report
# ```
#
# Ready-made packs for some trades are added to the general themes with `--pack`:

# %%
taxonomy.packs()
