"""The systems that are compared: each takes the same texts and vectors and gives a label and words per topic.

Every system runs in a process of its own, so that its processor time and peak memory are its own:
`python -m benchmarks.topics.systems SYSTEM INPUT.npz OUTPUT.json SEED`.
"""

import json
import resource
import sys
import time
import warnings
from pathlib import Path

import numpy as np


def voc_graph(texts, vectors, languages, seed, engine="graph"):
    """voc's topics; a text without one is labeled -1."""
    from voc.meaning.topics import Options, discover

    ids = [str(i) for i in range(len(texts))]
    found = discover(texts, vectors, languages, ids, seed=seed, options=Options(engine=engine))
    number = {topic.id: i for i, topic in enumerate(found.topics)}
    labels = [number.get(topic, -1) for topic in found.assignments["topic"]]
    return labels, [[*t.words["ar"], *t.words["en"]] for t in found.topics]


def voc_bertopic(texts, vectors, languages, seed):
    """voc with engine="bertopic": BERTopic's UMAP and HDBSCAN on the language-free vectors."""
    return voc_graph(texts, vectors, languages, seed, engine="bertopic")


def bertopic_defaults(texts, vectors, languages, seed):
    """BERTopic as it comes, language="multilingual"; its UMAP has no seed."""
    from bertopic import BERTopic

    model = BERTopic(language="multilingual", embedding_model=None)
    labels, _ = model.fit_transform(texts, vectors)
    told = model.get_topics()
    return [int(i) for i in labels], [[word for word, _ in told[i]] for i in sorted(told) if i >= 0]


def turftopic_s3(texts, vectors, languages, seed):
    """Turftopic's Semantic Signal Separation with 40 components; a text goes to its strongest one."""
    from turftopic import SemanticSignalSeparation

    model = SemanticSignalSeparation(n_components=40, encoder=_ours(), random_state=seed)
    strength = model.fit_transform(texts, embeddings=vectors)
    return _strongest(model, strength)


def turftopic_keynmf(texts, vectors, languages, seed):
    """Turftopic's KeyNMF with 40 components; a text goes to its strongest one."""
    from turftopic import KeyNMF

    model = KeyNMF(n_components=40, encoder=_ours(), random_state=seed)
    return _strongest(model, model.fit_transform(texts, embeddings=vectors))


def _ours():
    """Our encoder as Turftopic takes one: it encodes words with it."""
    from turftopic.encoders.base import ExternalEncoder

    from voc.meaning.encode import open_encoder

    class Ours(ExternalEncoder):
        def encode(self, sentences, **_):
            return open_encoder().encode(list(sentences))

    return Ours()


def _strongest(model, strength):
    words = [[str(word) for word, _ in row[:10]] for _, row in model.get_topics(10)]
    table = np.asarray(strength)
    return [int(i) if row[i] > 0 else -1 for row, i in zip(table, table.argmax(axis=1), strict=True)], words


SYSTEMS = {
    "voc": voc_graph,
    "voc, engine bertopic": voc_bertopic,
    "BERTopic defaults": bertopic_defaults,
    "Turftopic S3": turftopic_s3,
    "Turftopic KeyNMF": turftopic_keynmf,
}


def main(name, source, target, seed):
    given = np.load(source, allow_pickle=False)
    texts, languages = given["texts"].tolist(), given["languages"].tolist()
    warnings.simplefilter("ignore")
    wall, cpu = time.perf_counter(), time.process_time()
    labels, words = SYSTEMS[name](texts, given["vectors"], languages, int(seed))
    told = {
        "labels": labels,
        "words": words,
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    Path(target).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
