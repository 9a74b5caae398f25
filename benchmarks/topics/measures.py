"""What the systems are measured by: coherence, diversity, cross-lingual alignment, agreement."""

import re
from itertools import combinations

import numpy as np

from voc.intake.normalize import normalize

_WORD = re.compile(r"[^\W\d_]{2,}")


def words_of(text):
    """Words after the strong recipe, of every system and every text alike; nothing is left out."""
    return _WORD.findall(normalize(text, "for_matching"))


def script(word):
    return "ar" if any("\u0621" <= letter <= "\u064a" for letter in word) else "en"


def coherence(topics, texts, language):
    """Mean NPMI (Bouma 2009) of the word pairs among each topic's ten first words of that language.

    Pairs are counted over whole texts; a pair that never meets has -1. Topics with fewer than two such words
    are left out. Returns the mean over topics and how many there were.
    """
    lists = [
        tuple(dict.fromkeys(w for w in map(only, topic) if w and script(w) == language))[:10]
        for topic in topics
    ]
    lists = [words for words in lists if len(words) > 1]
    wanted = {word for words in lists for word in words}
    where = {word: set() for word in wanted}
    for i, text in enumerate(texts):
        for word in wanted.intersection(words_of(text)):
            where[word].add(i)
    n = len(texts)
    means = []
    for words in lists:
        values = []
        for one, other in combinations(words, 2):
            both = len(where[one] & where[other]) / n
            if both == 0:
                values.append(-1.0)
            elif both == 1:
                values.append(1.0)
            else:
                apart = len(where[one]) * len(where[other]) / n**2
                values.append(float(np.log(both / apart) / -np.log(both)))
        means.append(np.mean(values))
    return (float(np.mean(means)) if means else None), len(lists)


def only(word):
    """A system's topic word after the strong recipe, or "" when it is no single word."""
    found = words_of(word)
    return found[0] if len(found) == 1 else ""


def diversity(topics, language):
    """Share of distinct words among all topics' ten first words of that language."""
    own = [[w for w in map(only, topic) if w and script(w) == language][:10] for topic in topics]
    words = [word for some in own for word in some]
    return len(set(words)) / len(words) if words else None


def alignment(labels, pairs):
    """Share of translated pairs with both sides in one topic; the same by chance (sum of squared shares)."""
    labels = np.asarray(labels)
    ar, en = labels[-2 * pairs : -pairs], labels[-pairs:]
    inside = labels[labels >= 0]
    shares = np.bincount(inside) / len(labels)
    return float(((ar == en) & (ar >= 0)).mean()), float((shares**2).sum())


def mixed(labels, languages, least=10):
    """Share of topics of at least `least` texts in which each language has a tenth of its share or more."""
    labels, languages = np.asarray(labels), np.asarray(languages)
    overall = (languages == "ar").mean()
    found = []
    for label in range(int(labels.max()) + 1):
        inside = languages[labels == label]
        if len(inside) >= least:
            share = (inside == "ar").mean()
            found.append(share >= 0.1 * overall and 1 - share >= 0.1 * (1 - overall))
    return float(np.mean(found)) if found else None


def agreement(one, other):
    """Adjusted Rand index, a text without a topic counting as a topic of its own kind (-1)."""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(one, other))


def matched_jaccard(one, other):
    """Mean, over the topics of `one`, of the best Jaccard overlap with a topic of `other`."""
    one, other = np.asarray(one), np.asarray(other)
    best = []
    for label in range(int(one.max()) + 1):
        mine = one == label
        if not mine.any():
            continue
        near, counts = np.unique(other[mine & (other >= 0)], return_counts=True)
        overlap = [c / (mine.sum() + (other == o).sum() - c) for o, c in zip(near, counts, strict=True)]
        best.append(max(overlap, default=0.0))
    return float(np.mean(best)) if best else None
