# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # A Hugging Face model in place of ours
#
# Any sequence-classification model of the `transformers` library can judge sentiment: give its hub name,
# for example `CAMeL-Lab/bert-base-arabic-camelbert-mix-sentiment` or
# `cardiffnlp/twitter-xlm-roberta-base-sentiment`, or a local folder. Its labels are mapped to negative,
# neutral and positive by their names. Needs `pip install "voc[hub]"`.
#
# So that this notebook runs without a network, it makes a tiny *untrained* model in a folder. Its answers
# mean nothing; they only show the way. Put your model's name in `MODEL`.

# %%
from pathlib import Path
from tempfile import mkdtemp

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

import voc

folder = Path(mkdtemp()) / "tiny-sentiment"
words = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "the",
    "service",
    "was",
    "good",
    "bad",
    "الخدمة",
    "ممتازة",
    "سيئة",
]
tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
PreTrainedTokenizerFast(
    tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
).save_pretrained(folder)
torch.manual_seed(0)
labels = ["negative", "neutral", "positive"]
config = BertConfig(
    vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
    id2label=dict(enumerate(labels)), label2id={label: i for i, label in enumerate(labels)},
)  # fmt: skip
BertForSequenceClassification(config).save_pretrained(folder)
MODEL = str(folder)

# %% [markdown]
# Everything else stays the same: languages, themes, evidence, and the numbers.

# %%
texts = ["الخدمة ممتازة", "the service was bad"]
ours = voc.classify(texts)
theirs = voc.classify(texts, model=MODEL)
for text, a, b in zip(texts, ours, theirs, strict=True):
    print(text, "| ours:", a.sentiment, "| theirs:", b.sentiment, round(b.p_negative, 2))

# %% [markdown]
# The result says which model was used, so two runs are never mixed up:

# %%
from voc.demo import survey

analysis = voc.analyze(survey(n=200), before="2024-Q1", after="2024-Q2", topics=False, model=MODEL)
analysis.result["models"]

# %% [markdown]
# Use one model for both periods: if the labels of two periods come from two models, the change between
# the models looks like a change of the customers.
