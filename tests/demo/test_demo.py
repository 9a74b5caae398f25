"""The demo survey: reproducible, rich enough, and true to its planted causes."""

import pandas as pd
import pytest

from voc import demo
from voc.demo import experience, truth, wording
from voc.errors import OptionError

VARIETIES = {"msa": 8, "gulf": 8, "english": 8, "egyptian": 4, "levantine": 4, "arabizi": 4, "mixed": 3}


@pytest.fixture(scope="module")
def survey() -> pd.DataFrame:
    return demo.survey()


@pytest.fixture(scope="module")
def key() -> pd.DataFrame:
    return demo.answer_key()


def test_same_seed_same_survey(survey):
    pd.testing.assert_frame_equal(survey, demo.survey())
    assert not survey["comment"].equals(demo.survey(seed=8)["comment"])


def test_size_and_columns(survey):
    assert len(survey) == demo.SIZE + len(demo.unusable())
    assert list(survey.columns) == [
        "response_id", "answered_at", "channel", "branch", "survey_language", "nps", "comment",
    ]  # fmt: skip
    assert survey["response_id"].is_unique
    assert demo.SIZE >= 2000


def test_two_quarters(survey):
    times = pd.to_datetime(survey["answered_at"], errors="coerce")
    assert set(times.dt.quarter.dropna()) == {1, 2}
    assert set(times.dt.year.dropna()) == {2024}
    assert times.isna().sum() == 2  # the two broken dates


@pytest.mark.parametrize("theme", experience.NAMES)
@pytest.mark.parametrize("polarity", ["negative", "positive"])
def test_phrases_are_rich(theme, polarity):
    phrases = wording.phrases()[theme][polarity]
    for variety, least in VARIETIES.items():
        assert len(set(phrases[variety])) >= least, (theme, polarity, variety)


def test_no_phrase_belongs_to_two_themes():
    """A phrase tells one theme with one polarity, whatever the variety."""
    seen: dict[str, tuple[str, str]] = {}
    for theme, sides in wording.phrases().items():
        for polarity, varieties in sides.items():
            for text in {text for texts in varieties.values() for text in texts}:
                assert seen.setdefault(text, (theme, polarity)) == (theme, polarity), text


def test_every_variety_and_reason_is_there(key):
    assert set(key["variety"].dropna()) == set(VARIETIES)
    assert set(key["reason"].dropna()) == {"empty", "vague", "off_topic"}
    assert set(key["theme"].dropna()) == set(experience.NAMES)


def test_key_and_survey_agree(survey, key):
    texts = survey.set_index("response_id")["comment"]
    silent = key.loc[key["reason"] == "empty", "response_id"]
    assert (texts[silent] == "").all()
    told = key.loc[key["theme"].notna(), "response_id"]
    assert (texts[told].str.len() > 3).all()


def test_arabic_and_english_phrases_reach_the_comments(survey):
    joined = " ".join(survey["comment"])
    for piece in ("ما شاء الله", "but", "بس", "delivery", "tawseel", "😡", "اااا", "\u202e"):
        assert piece in joined, piece


def test_planted_points_are_the_simulated_ones():
    simulated = truth.shapley(n=120_000, seeds=(5,))
    for name, points in truth.POINTS.items():
        assert simulated[name] == pytest.approx(points, abs=0.45), name


def test_planted_causes_rank():
    causes = demo.planted()
    assert (causes[0].theme, causes[0].polarity) == ("delivery_speed", "negative")
    assert causes[0].points < -6
    assert sum(cause.points for cause in causes if cause.theme == "app") > 3
    mix = next(cause for cause in causes if cause.kind == "mix")
    assert (mix.theme, mix.segment) == (None, "channel")
    assert mix.points < -2


def test_planted_shift_shows_in_the_key(survey, key):
    """More late-delivery complaints and happier app users in the second quarter."""
    quarter = pd.to_datetime(survey["answered_at"], errors="coerce").dt.quarter
    when = pd.Series(quarter.to_numpy(), index=survey["response_id"])
    told = key.assign(quarter=key["response_id"].map(when))
    counts = told.groupby(["theme", "polarity", "quarter"]).size()
    assert counts["delivery_speed", "negative", 2] > 1.8 * counts["delivery_speed", "negative", 1]
    assert counts["app", "positive", 2] > 1.7 * counts["app", "positive", 1]
    assert counts["app", "negative", 2] < 0.85 * counts["app", "negative", 1]


def test_score_contribution_shows_in_the_export(survey):
    scores = pd.to_numeric(survey["nps"].str.removesuffix("/10"), errors="coerce")
    times = pd.to_datetime(survey["answered_at"], errors="coerce")
    usable = scores.between(0, 10) & times.notna()
    before, after = (
        experience.nps(scores[usable & (times.dt.quarter == quarter)].astype(int).to_numpy())
        for quarter in (1, 2)
    )
    assert after - before < 0


def test_too_small_a_survey_is_refused():
    with pytest.raises(OptionError, match="at least 100"):
        demo.survey(n=10)


def test_written_file_reads_back(tmp_path, survey):
    path = demo.write(tmp_path / "deep" / "demo.csv")
    back = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    pd.testing.assert_frame_equal(back.astype(object), survey.astype(object))
