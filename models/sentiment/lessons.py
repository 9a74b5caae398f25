"""What the fast tier is taught with: words, spans and whole texts, and what the accurate model says of them.

Takes: the training rows of data.py. Gives: the texts to read in order of worth, the vocabulary, and the
accurate model's vectors and logits for as many texts as there is time for, kept on disk.
"""

from __future__ import annotations

import hashlib
import importlib.util
import random
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pandas as pd
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.sentiment import data
from voc.intake import wordlists
from voc.intake.normalize import normalize
from voc.meaning.fast_words import canonical, tokens_of
from voc.meaning.prepare import prepare

ENCODER = Path(__file__).resolve().parent.parent / "encoder"
SEED = 20_240_101
LONGEST = 45  # words of a text that are read
SPANS = {"en": 5, "ar": 2}  # cut from each text: English texts are fewer
PIECES = 72  # word pieces the accurate model reads of a text
AT_ONCE = 4096
Rows = NDArray[np.float32]


def texts(rows: pd.DataFrame) -> pd.DataFrame:
    """Every text to learn from, once: `text, kind, label, set, part`; label is -1 where there is none.

    Args:
        rows: of data.py, training and calibration part.
    """
    real = rows.assign(text=[_short(text) for text in rows["text"]], kind="real")
    cut = real[(real["set"] != "own") & (real["set"] != "ar_emoji") & (real["part"] == "train")]
    rng = random.Random(SEED)
    spans = [
        span for lang, text in zip(cut["lang"], cut["text"], strict=True) for span in _spans(lang, text, rng)
    ]
    rng.shuffle(spans)
    bank = data.read("banking77")
    asked = [prepare(text) for text in bank[bank["split"] == "train"]["text"]]
    words = [word for word, n in _counted([*real["text"], *asked]).items() if n > 1]
    words += [*wordlists.english(), *_opinion_words(), *_pieces()]
    extra = (
        [("word", word) for word in words] + [("span", span) for span in spans] + [("bank", t) for t in asked]
    )
    table = pd.concat([real, pd.DataFrame(extra, columns=["kind", "text"])], ignore_index=True)
    table = table[["text", "kind", "label", "set", "part"]].drop_duplicates("text")
    table = table[table["text"].str.strip() != ""].reset_index(drop=True)
    return table.assign(
        label=table["label"].fillna(-1).astype(int),
        set=table["set"].fillna(""),
        part=table["part"].fillna("train"),
    )


def vocabulary(table: pd.DataFrame) -> list[str]:
    """Canonical words, commonest first: of texts (twice or more), English lists, and word pieces."""
    counts = _counted(table[table["kind"].isin(["real", "bank"])]["text"])
    listed = {word for text in [*wordlists.english(), *_pieces()] for word in _canonical(text)}
    words = {word for word in listed | {word for word, n in counts.items() if n > 1} if _fits(word)}
    return sorted(words, key=lambda word: (-counts[word], word))


def word_rows(words: list[str], table: pd.DataFrame) -> dict[str, list[int]]:
    """For each word of the vocabulary the rows of `table` that are that word alone, in some spelling."""
    found: dict[str, list[int]] = {word: [] for word in words}
    for row, (kind, text) in enumerate(zip(table["kind"], table["text"], strict=True)):
        spelled = _canonical(text) if kind == "word" else []
        if len(spelled) == 1 and spelled[0] in found:
            found[spelled[0]].append(row)
    return found


class Teacher:
    """The accurate model's vectors (384) and logits of texts; what was read once is kept in `folder`.

    Args:
        upper: its ``teacher.onnx``.
        folder: for the kept rows; empty it when the model has changed.
    """

    def __init__(self, upper: Path, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._trunk = onnxruntime.InferenceSession(str(ENCODER / "trunk.onnx"), options)
        self._upper = onnxruntime.InferenceSession(_with_vectors(upper), options)
        self._tokenizer = Tokenizer.from_file(str(ENCODER / "tokenizer.json"))

    def kept(self, table: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.float16], Rows]:
        """Which rows of `table` were read, and their vectors and logits."""
        place = {_key(text): row for row, text in enumerate(table["text"])}
        known = np.zeros(len(table), bool)
        vectors, logits = np.zeros((len(table), 384), np.float16), np.zeros((len(table), 10), np.float32)
        for file in self._folder.glob("*.npz"):
            with np.load(file) as saved:
                pairs = [(place[key], i) for i, key in enumerate(saved["keys"].tolist()) if key in place]
                rows, at = np.array(pairs, np.int64).reshape(-1, 2).T
                known[rows], vectors[rows], logits[rows] = (
                    True,
                    saved["vectors"][at],
                    saved["logits"][at, :10],
                )
        return known, vectors, logits

    def read(self, table: pd.DataFrame, most: int) -> None:
        """Read up to `most` rows that were not read yet, in the order of `table`."""
        missing = table["text"][~self.kept(table)[0]].iloc[:most]
        for start in range(0, len(missing), AT_ONCE):
            part = list(missing.iloc[start : start + AT_ONCE])
            vectors, logits = self._rows(part)
            keys = np.array([_key(text) for text in part])
            np.savez(self._folder / f"{keys[0]:016x}.npz", keys=keys, vectors=vectors, logits=logits)
            print(f"read {start + len(part):,} of {len(missing):,} texts", flush=True)

    def _rows(self, texts: list[str]) -> tuple[NDArray[np.float16], Rows]:
        pieces = [row.ids for row in self._tokenizer.encode_batch_fast(["query: " + text for text in texts])]
        pieces = [ids if len(ids) <= PIECES else [*ids[: PIECES - 1], ids[-1]] for ids in pieces]
        order = sorted(range(len(pieces)), key=lambda i: len(pieces[i]))
        found = []
        for start in range(0, len(order), 64):
            batch = [pieces[i] for i in order[start : start + 64]]
            length = -(-len(batch[-1]) // 8) * 8
            ids = np.array([[*row, *[1] * (length - len(row))] for row in batch])  # 1: padding
            states = self._trunk.run(["states"], {"ids": ids})[0]
            found.append(self._upper.run(["vectors", "logits"], {"states": states}))
        back = np.argsort(order)
        vectors, logits = (np.concatenate(parts)[back] for parts in zip(*found, strict=True))
        return vectors.astype(np.float16), logits


def _with_vectors(upper: Path) -> bytes:
    """The model with the output ``vectors`` too, which the shipped file computes but does not give."""
    model = onnx.load(str(upper))
    if "vectors" not in {output.name for output in model.graph.output}:
        found = onnx.helper.make_tensor_value_info("vectors", onnx.TensorProto.FLOAT, ["texts", 384])
        model.graph.output.append(found)
    serialized: bytes = model.SerializeToString()
    return serialized


def _key(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest(), "big")


def _short(text: str) -> str:
    return " ".join(text.split()[:LONGEST])


def _spans(lang: str, text: str, rng: random.Random) -> list[str]:
    words = text.split()
    found = []
    for _ in range(SPANS[lang]):
        size = rng.randint(2, 9)
        if len(words) >= size + 2:
            start = rng.randrange(len(words) - size + 1)
            found.append(" ".join(words[start : start + size]))
    return found


_once = cache(canonical)  # a word is met many times


def _canonical(text: str) -> list[str]:
    return [word for token in tokens_of(text) for word in _once(token)]


def _counted(texts: Iterable[str]) -> Counter[str]:
    return Counter(word for text in texts for word in _canonical(text))


def _fits(word: str) -> bool:
    """Whether a word may be an entry: no links, and no rows of signs or emoji but very short ones."""
    if any(map(str.isalnum, word)):
        return len(word) < 30
    return len(word) == 1 or (len(word) <= 3 and max(word) < "\u2000")


def _pieces() -> list[str]:
    tokenizer = Tokenizer.from_file(str(ENCODER / "tokenizer.json"))
    pieces = (normalize(piece.lstrip("\u2581"), "for_matching") for piece in tokenizer.get_vocab())
    return sorted({piece for piece in pieces if piece})


def _opinion_words() -> list[str]:
    """Words of VADER's lexicon (MIT), where it is installed: opinion words that training texts lack."""
    found = importlib.util.find_spec("vaderSentiment")
    if found is None or not found.submodule_search_locations:
        return []
    file = Path(found.submodule_search_locations[0]) / "vader_lexicon.txt"
    words = (line.split("\t")[0] for line in file.read_text(encoding="utf-8").splitlines())
    return [word for word in words if word.isalpha()]
