"""Themes of whole comments on the embedded models: what is found, with which evidence, and why not."""

import numpy as np
import pytest

from voc.errors import InputError
from voc.meaning.clauses import split
from voc.meaning.encode import open_encoder
from voc.meaning.theme_heads import NOTHING, fit_heads, load_heads
from voc.meaning.theme_training import ThemeClassifier, best_threshold, train_user_themes
from voc.meaning.themes import open_themes
from voc.tables import check
from voc.taxonomy import load

NEGATIVE, POSITIVE = [0.8, 0.1, 0.1], [0.1, 0.1, 0.8]


@pytest.fixture(scope="module")
def encoder():
    return open_encoder()


@pytest.fixture(scope="module")
def model(encoder):
    return open_themes(load(), encoder)


def find(model, encoder, texts, feelings=None, ids=None):
    spans = [split(text) for text in texts]
    pieces = [text[s.start : s.end] for text, found in zip(texts, spans, strict=True) for s in found]
    p = np.array(feelings or [NEGATIVE] * len(pieces)).reshape(-1, 3)
    names = ids or [str(place) for place in range(len(texts))]
    vectors = encoder.encode(pieces)
    return model.find(names, texts, spans, vectors, p, ["ar"] * len(texts), ["ar"] * len(pieces))


def themes(model, encoder, text):
    return set(find(model, encoder, [text]).mentions["theme"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("الموظفين أخلاقهم عالية", {"staff"}),
        ("الموظفين محترمين بس الأسعار نار", {"staff", "price"}),
        ("وقفت في الطابور ساعتين", {"waiting_time"}),
        ("التوصيل تأخر أسبوع", {"delivery_speed"}),
        ("الفاتورة غلط كل شهر", {"billing"}),
        ("النظافة صفر والمواقف زحمة", {"cleanliness", "location_parking"}),
        ("The app keeps crashing and nobody answers the phone", {"app", "customer_support"}),
        ("still waiting for my refund", {"returns_refunds"}),
        ("el mowazafeen zo2 bas ghali awi", {"staff", "price"}),
        ("النت يقطع كل شوي", {"network_coverage"}),
    ],
)
def test_themes_of_a_comment(model, encoder, text, expected):
    assert expected <= themes(model, encoder, text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  \n ", "empty"),
        ("👍👍", "vague"),
        ("ممتاز", "vague"),
        ("very good", "vague"),
        ("لا تعليق", "vague"),
        ("happy birthday my friend", "off_topic"),
        ("الهلال فاز أمس", "off_topic"),
    ],
)
def test_a_comment_without_a_theme_says_why(model, encoder, text, reason):
    feelings = [[0.1, 0.8, 0.1]] if reason == "off_topic" else [POSITIVE] * len(split(text))
    found = find(model, encoder, [text], feelings)
    assert found.mentions.empty
    assert found.reasons == [reason]


PARAPHRASES = (
    ("خذوا مني مبلغ وأنا ما اشتركت", "billing"),
    ("We drove around for ages and found nowhere to leave the car", "location_parking"),
    ("sa7abo menny floos w ana ma eshtaraktesh", "billing"),
    ("The box came torn and two cups were in pieces", "order_accuracy"),
    ("كل ما افتحه من الجوال يطلع لي خطأ ويقفل", "app"),
    ("I sat there until noon before anyone called my name", "waiting_time"),
)


def test_paraphrases_without_the_themes_words_are_understood(model, encoder):
    texts = [text for text, _ in PARAPHRASES]
    assert not [hit for text in texts for hit in model.words.find(text) if not hit.hint]
    odds = model.heads[0].log_odds(encoder.encode(texts))
    first = [model.heads[0].classes[column] for column in odds.argmax(axis=1)]
    assert sum(one == theme for one, (_, theme) in zip(first, PARAPHRASES, strict=True)) >= 4
    found = find(model, encoder, texts[:1]).mentions
    assert list(found["theme"]) == ["billing"] and list(found["origin"]) == ["model"]


def test_mentions_fit_the_table_and_quote_the_text(model, encoder):
    texts = ["خدمة العملاء ممتازة. لكن التطبيق بطيء جدا!", "cheap and clean"]
    found = find(model, encoder, texts)
    frame = check("mentions", found.mentions, need=("comment_id", "theme", "start", "end"))
    assert found.reasons == [None, None]
    for row in frame.itertuples():
        text = texts[int(row.comment_id)]
        assert 0 <= row.start < row.end <= len(text)
        assert text[row.start : row.end].strip() == text[row.start : row.end]
    app = frame[frame["theme"] == "app"].iloc[0]
    assert texts[0][app["start"] : app["end"]] == "لكن التطبيق بطيء جدا!"


def test_one_mention_per_theme_and_polarity(model, encoder):
    text = "الأسعار مرتفعة. الأسعار نار. لكن السعر في العروض مناسب"
    found = find(model, encoder, [text], [NEGATIVE, NEGATIVE, POSITIVE]).mentions
    price = found[found["theme"] == "price"]
    assert sorted(price["polarity"]) == ["negative", "positive"]
    assert not found.duplicated(["comment_id", "theme", "polarity"]).any()


def test_long_clause_is_narrowed_to_its_words(model, encoder):
    text = "حكاية طويلة بلا نقاط عن يومنا " * 4 + "والموظفين كانوا محترمين معنا " + "ثم رجعنا إلى البيت " * 5
    row = find(model, encoder, [text]).mentions.set_index("theme").loc["staff"]
    evidence = text[row["start"] : row["end"]]
    assert "والموظفين" in evidence and len(evidence) < 200
    assert text[row["start"] - 1] == " " and text[row["end"]] == " "


def test_neighbors_and_order_change_nothing(model, encoder):
    texts = ["الأسعار غالية", "", "great staff but slow app", "ممتاز", "network is weak", "الغرفة وسخة"]
    ids = [f"c{place}" for place in range(len(texts))]
    together = find(model, encoder, texts, ids=ids)
    backwards = find(model, encoder, texts[::-1], ids=ids[::-1])
    rows = together.mentions.sort_values(["comment_id", "start", "theme"]).to_dict("records")
    assert rows == backwards.mentions.sort_values(["comment_id", "start", "theme"]).to_dict("records")
    single = [find(model, encoder, [text], ids=[name]) for text, name in zip(texts, ids, strict=True)]
    alone = [row for one in single for row in one.mentions.to_dict("records")]
    assert alone == together.mentions.to_dict("records")
    assert together.reasons == backwards.reasons[::-1]


def test_shipped_heads_fit_the_shipped_encoder(encoder):
    from voc.artifacts import find as artifact

    facts = artifact("themes").facts
    assert facts["encoder"] == encoder.name
    assert {theme.id: theme.label["en"] for theme in load().leaves}.items() <= facts["labels"].items()


def test_users_own_themes_learn_from_five_examples(tmp_path, encoder):
    path = tmp_path / "school.yaml"
    path.write_text(
        """
        themes:
          - id: teachers
            label: {ar: المعلمون, en: Teachers}
            examples: [المعلم شرحه واضح, الأستاذة ما تشرح زين, the teacher explains well, المدرس بيظلم الطلاب]
          - id: bus
            label: {ar: الحافلة, en: School bus}
            examples: [الباص يتأخر كل صباح, سائق الحافلة متهور, the bus comes late, bus driver is careful]
          - id: canteen
            label: {ar: المقصف, en: Canteen}
            examples: [أكل المقصف غير صحي, canteen food is cold, healthy lunches in the canteen]
        """,
        encoding="utf-8",
    )
    tree = load(path)
    trained = train_user_themes(tree, encoder)
    assert {one.theme for one in trained.quality} >= {"teachers", "bus", "canteen"}
    assert all(0 <= one.recall <= 1 for one in trained.quality)
    own = open_themes(tree, encoder)
    assert "bus" in themes(own, encoder, "the school bus was late again")
    assert find(own, encoder, ["good"]).reasons == ["vague"]


def test_a_theme_with_one_example_is_refused(tmp_path, encoder):
    path = tmp_path / "thin.yaml"
    path.write_text("themes: [{id: a, label: x, examples: [only one]}]", encoding="utf-8")
    with pytest.raises(InputError, match="'a' has 1 example"):
        train_user_themes(load(path), encoder)


def test_classifier_follows_conventions(encoder):
    texts = [
        "الباص متأخر",
        "the bus is late",
        "باص قديم",
        "معلم ممتاز",
        "great teacher",
        "مدرسة لطيفة",
        "hello",
    ]
    labels = [["bus"], ["bus"], ["bus"], ["teacher"], ["teacher"], ["teacher"], []]
    model = ThemeClassifier(encoder)
    assert model.get_params() == {"encoder": encoder}
    assert model.fit(texts, labels) is model
    assert model.classes_ == ("bus", "teacher")
    assert model.predict_proba(["bus"]).shape == (1, 2)
    assert "bus" in model.predict(["الباص متأخر اليوم"])[0]
    with pytest.raises(InputError, match="one list per text"):
        model.fit(texts, labels[:-1])


def test_heads_survive_the_disk(tmp_path):
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(90, 8)).astype(np.float32)
    chosen = vectors[:, :2].argmax(axis=1)
    labels = np.zeros((90, 4), dtype=np.float32)
    labels[np.arange(90), np.where(vectors[:, :2].max(axis=1) > 0, chosen, 2)] = 1  # else vague
    heads = fit_heads(("a", "b", *NOTHING), vectors, labels)
    heads.save(tmp_path / "heads.npz")
    again = load_heads(tmp_path / "heads.npz")
    assert again.classes == ("a", "b", *NOTHING)
    odds = heads.log_odds(vectors)
    np.testing.assert_allclose(again.log_odds(vectors), odds, atol=0.1)
    assert (odds.argmax(axis=1) == labels.argmax(axis=1)).mean() > 0.9
    assert (odds[:, 3] < -20).all()  # off topic has no example, so it is never found
    np.testing.assert_allclose((1 / (1 + np.exp(-odds))).sum(axis=1), 1, atol=1e-4)


def test_fewer_classes_compete_when_some_are_left_out():
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(60, 8)).astype(np.float32)
    labels = np.eye(5, dtype=np.float32)[np.argmax(vectors[:, :5], axis=1)]
    heads = fit_heads(("a", "b", "c", *NOTHING), vectors, labels)
    fewer = heads.only(("b",))
    assert fewer.classes == ("b", *NOTHING)
    assert (fewer.log_odds(vectors)[:, 0] >= heads.log_odds(vectors)[:, 1] - 1e-6).all()


@pytest.mark.parametrize(
    ("truth", "odds", "low", "high"),
    [
        ([True, True, False, False], [3.0, 2.0, 1.0, 0.0], 1.0, 2.0),
        ([True, False, True, False] * 20, [3.0, 2.0, 1.0, 0.0] * 20, 2.0, 3.0),
        ([True] * 20 + [False] * 30 + [True] * 20, list(range(70, 0, -1)), 50.0, 51.0),
        ([False, False], [1.0, 2.0], 0.0, 0.0),
    ],
)
def test_threshold_is_choosy_with_enough_examples(truth, odds, low, high):
    assert low <= best_threshold(np.array(truth), np.array(odds)) <= high
