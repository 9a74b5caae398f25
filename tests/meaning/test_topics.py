"""Discovered topics: one space for both languages, reproducible, named in both languages, nothing lost."""

import numpy as np
import pandas as pd
import pytest

from voc import taxonomy
from voc.demo import wording
from voc.errors import InputError, OptionError
from voc.meaning import topic_graph, topic_history, topic_space, topics

DIM = 64
THEMES = sorted(wording.phrases())


def corpus(seed=0, themes=THEMES, language_part=0.7, per_phrase=1):
    """Demo phrases as texts; vectors with a theme direction, a strong language direction and noise."""
    rng = np.random.default_rng(3)
    directions = dict(zip(THEMES, rng.standard_normal((len(THEMES), DIM)), strict=True))
    spoken = {"ar": rng.standard_normal(DIM), "en": rng.standard_normal(DIM)}
    rng = np.random.default_rng(seed)
    texts, vectors, languages, truth = [], [], [], []
    for theme in themes:
        for side in wording.phrases()[theme].values():
            for variety in ("msa", "gulf", "egyptian", "english"):
                language = "en" if variety == "english" else "ar"
                for phrase in side[variety] * per_phrase:
                    texts.append(wording.filled(phrase, rng))
                    noise = rng.standard_normal(DIM)
                    vectors.append(directions[theme] + language_part * 3 * spoken[language] + 0.5 * noise)
                    languages.append(language)
                    truth.append(theme)
    table = np.array(vectors, dtype=np.float32)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    return texts, table, languages, [f"c{i}" for i in range(len(texts))], truth


@pytest.fixture(scope="module")
def given():
    return corpus()


@pytest.fixture(scope="module")
def found(given):
    texts, vectors, languages, ids, _ = given
    return topics.discover(texts, vectors, languages, ids, taxonomy=taxonomy.load())


def test_every_text_has_a_topic_or_a_reason(given, found):
    table = found.assignments
    assert list(table["id"]) == given[3]
    assert (table["topic"].notna() ^ table["reason"].notna()).all()
    assert set(table["assigned_by"].dropna()) <= {"cluster", "similarity"}
    assert table["similarity"].between(0, 1).all()


def test_topics_are_the_themes_whatever_the_language(given, found):
    table = found.assignments.assign(truth=given[4], language=given[2])
    kept = table[table["topic"].notna()]
    assert topic_graph.agree(kept["topic"].to_numpy(), kept["truth"].to_numpy()) > 0.9
    for topic in found.topics:
        assert {"ar", "en"} <= set(topic.languages), topic


def test_sizes_and_shares_add_up(given, found):
    sizes = found.assignments["topic"].value_counts()
    assert {topic.id: topic.size for topic in found.topics} == sizes.to_dict()
    assert [t.size for t in found.topics] == sorted((t.size for t in found.topics), reverse=True)
    assert sum(topic.share for topic in found.topics) == pytest.approx(sizes.sum() / len(given[0]))


def test_words_and_labels_in_both_languages(found):
    for topic in found.topics:
        assert topic.label["ar"] and topic.label["en"]
        assert all(any("\u0621" <= letter <= "\u064a" for letter in word) for word in topic.words["ar"])
        assert all(word.isascii() for word in topic.words["en"])
        assert not {"the", "and", "في", "من"} & {*topic.words["ar"], *topic.words["en"]}


def test_examples_are_in_the_topic_in_both_languages(given, found):
    where = found.assignments.set_index("id")["topic"]
    language = dict(zip(given[3], given[2], strict=True))
    for topic in found.topics:
        assert topic.examples
        assert (where[list(topic.examples)] == topic.id).all()
        assert {language[i] for i in topic.examples} == {"ar", "en"}


def test_rerun_and_shuffle_change_nothing(given, found):
    texts, vectors, languages, ids, _ = given
    order = np.random.default_rng(1).permutation(len(texts))
    again = topics.discover(
        [texts[i] for i in order], vectors[order], [languages[i] for i in order], [ids[i] for i in order],
        taxonomy=taxonomy.load(),
    )  # fmt: skip
    assert again.topics == found.topics
    assert again.merges == found.merges
    pd.testing.assert_frame_equal(
        again.assignments.sort_values("id", ignore_index=True),
        found.assignments.sort_values("id", ignore_index=True),
    )


def test_same_text_same_topic(given):
    texts, vectors, languages, ids, _ = given
    doubled = topics.discover(
        [*texts, *texts[:50]], np.vstack([vectors, vectors[:50]]), [*languages, *languages[:50]],
        [*ids, *(f"again-{i}" for i in range(50))],
    )  # fmt: skip
    topic = doubled.assignments.set_index("id")["topic"]
    for i in range(50):
        assert topic[f"again-{i}"] == topic[ids[i]] or pd.isna(topic[ids[i]])


def test_known_themes_cover_topics(given):
    texts, vectors, languages, ids, truth = given
    known = [{theme} if theme not in ("offers", "payment") else set() for theme in truth]
    result = topics.discover(texts, vectors, languages, ids, taxonomy=taxonomy.load(), known=known)
    proposed = {topic.id for topic in result.proposals()}
    table = result.assignments.assign(truth=truth)
    uncovered = set(table.loc[table["truth"].isin(["offers", "payment"]), "topic"].dropna())
    assert proposed <= uncovered
    assert proposed


def test_without_texts_and_with_too_few():
    none = topics.discover([], np.zeros((0, DIM), np.float32), [], [])
    assert none.topics == () and len(none.assignments) == 0
    texts = ["", "  ", "ممتاز", "good!!", "👍", "التوصيل تأخر كثير"]
    few = topics.discover(texts, np.eye(6, DIM, dtype=np.float32), ["und"] * 6, list("abcdef"))
    assert list(few.assignments["reason"]) == ["empty", "empty", "vague", "vague", "vague", "rare"]
    assert few.to_frame().empty


@pytest.mark.parametrize(
    "change, message",
    [
        (dict(ids=["a"]), "one vector, language and id per text"),
        (dict(vectors=np.full((2, DIM), np.nan, np.float32)), "finite"),
        (dict(vectors=np.zeros(2, np.float32)), "finite"),
    ],
)
def test_bad_input_is_refused(change, message):
    arguments = dict(
        texts=["a", "b"], vectors=np.ones((2, DIM), np.float32), languages=["en"] * 2, ids=["a", "b"]
    )
    with pytest.raises(InputError, match=message):
        topics.discover(**(arguments | change))


def test_unknown_engine_is_refused(given):
    with pytest.raises(OptionError, match="graph"):
        topics.discover(*given[:4], options=topics.Options(engine="lda"))


def test_one_language_only_still_has_both_labels():
    texts, vectors, languages, ids, _ = corpus()
    english = [i for i, language in enumerate(languages) if language == "en"]
    result = topics.discover(
        [texts[i] for i in english], vectors[english], ["en"] * len(english), [ids[i] for i in english]
    )
    assert result.topics
    for topic in result.topics:
        assert topic.label["ar"]
        assert topic.label_from["en"] == "comments"
        assert topic.label_from["ar"] in ("glossary", "other language")
    assert "glossary" in {topic.label_from["ar"] for topic in result.topics}


def test_sampled_and_whole_agree(given, found):
    texts, vectors, languages, ids, _ = given
    some = topics.discover(texts, vectors, languages, ids, options=topics.Options(sample=400))
    assert some.n_sampled == 400
    both = pd.concat([found.assignments["topic"], some.assignments["topic"]], axis=1).dropna()
    assert len(both) > 0.9 * len(texts)
    assert topic_graph.agree(both.iloc[:, 0].to_numpy(), both.iloc[:, 1].to_numpy()) > 0.75


def test_ids_last_and_history_tells(given, found):
    """The same data keeps every id; without a theme its topic is gone; with it back, it is new."""
    same = topics.discover(*given[:4], previous=found)
    assert [t.id for t in same.topics] == [t.id for t in found.topics]
    assert same.version == 2
    assert {event.kind for event in same.history} == {"kept"}

    fewer = topics.discover(*corpus(seed=5, themes=THEMES[1:])[:4], previous=found)
    gone = [event.before[0] for event in fewer.history if event.kind == "gone"]
    assert len(gone) == 1
    back = topics.discover(*corpus(seed=6)[:4], previous=fewer)
    new = [event.after[0] for event in back.history if event.kind == "new"]
    assert len(new) == 1
    assert new[0] not in {t.id for t in found.topics}


def test_new_texts_join_without_a_refit(given, found):
    texts, vectors, languages, ids, truth = corpus(seed=9)
    more = topic_history.extend(found, texts, vectors, languages, ids)
    assert [t.id for t in more.topics][: len(found.topics)] == [t.id for t in found.topics]
    assert more.topics[0].label == found.topics[0].label
    before = found.assignments.assign(truth=given[4]).dropna(subset="topic")
    home = before.groupby("truth")["topic"].agg(lambda column: column.mode()[0])
    after = more.assignments.assign(truth=truth).dropna(subset="topic")
    assert (after["topic"] == after["truth"].map(home)).mean() > 0.9


def test_a_new_subject_forms_a_new_topic():
    first = topics.discover(*corpus(themes=THEMES[1:])[:4])
    texts, vectors, languages, ids, truth = corpus(seed=2, per_phrase=2)
    more = topic_history.extend(first, texts, vectors, languages, ids)
    new = [event.after[0] for event in more.history if event.kind == "new"]
    assert new
    table = more.assignments.assign(truth=truth)
    assert (table.loc[table["topic"].isin(new), "truth"] == THEMES[0]).mean() > 0.8


def test_other_encoder_is_refused(found):
    with pytest.raises(InputError, match="same encoder"):
        topic_history.extend(found, ["التوصيل تأخر"], np.ones((1, 7), np.float32), ["ar"], ["a"])


def test_inner_products_are_exact(given):
    """On the grid, sums do not depend on their order, so neighbors do not depend on batches or threads."""
    space = topic_space.fit(given[1], given[2])
    points = space.project(given[1], given[2])
    exact = points.astype(np.float64) @ points.T.astype(np.float64)
    assert np.array_equal(points @ points.T, exact.astype(np.float32))
    assert np.array_equal(points[:7] @ points.T, (points @ points.T)[:7])


def test_hierarchy_holds_every_topic(found):
    merged = {name for merge in found.merges for name in (merge.left, merge.right)}
    assert {topic.id for topic in found.topics} <= merged
    assert len(found.merges) == len(found.topics) - 1
    assert 1 < len({topic.parent for topic in found.topics}) < len(found.topics)


def test_result_is_plain(found):
    import json

    told = json.loads(json.dumps(found.to_dict(), ensure_ascii=False))
    assert told[0]["label"].keys() == {"ar", "en"}
    assert len(found.to_frame()) == len(found.topics)
    assert found.topic(found.topics[0].id) == found.topics[0]
    with pytest.raises(OptionError, match="known"):
        found.topic("T999")


@pytest.mark.slow
def test_bertopic_runs_on_the_same_neighbors(given):
    pytest.importorskip("bertopic")
    texts, vectors, languages, ids, truth = given
    found = topics.discover(texts, vectors, languages, ids, options=topics.Options(engine="bertopic"))
    table = found.assignments.assign(truth=truth)
    kept = table[table["topic"].notna()]
    assert found.engine == "bertopic" and len(found.topics) > 3
    assert (table["topic"].notna() ^ table["reason"].notna()).all()
    assert topic_graph.agree(kept["topic"].to_numpy(), kept["truth"].to_numpy()) > 0.7
