"""Real files nobody here wrote: counts and roles only, never a sentence."""

import pytest
from surveys import check

from voc.intake.periods import latest_two
from voc.intake.read import read
from voc.settings import IntakeSettings

SETS = [
    # name, rows, rejected, score column and scale, has dates, segments among those found
    ("airline_tweets", 12_771, 0, None, True, {"segment_entity"}),
    ("telecom_nps", 1_185, 0, "nps", True, {"segment_journey_stage"}),
    ("skytrax", 9_721, 0, "1-10", True, {"segment_cabin", "segment_traveller"}),
    ("ksa_google", 9_073, 18, "stars", True, {"segment_source"}),
    ("saudi_tourism", 3_264, 0, None, False, {"segment_city", "segment_entity"}),
    ("sehhaty", 1_854, 0, "stars", True, set()),
    ("saas_nps", 787, 0, "nps", True, {"segment_entity"}),
]


@pytest.mark.data
@pytest.mark.parametrize(("name", "rows", "rejected", "scale", "dates", "segments"), SETS)
def test_roles_and_counts(data, name, rows, rejected, scale, dates, segments):
    survey = read(data / f"{name}.csv.gz", IntakeSettings(redact=False))
    check(survey)
    assert survey.counts.read == rows
    assert survey.counts.rejected == rejected
    assert survey.roles["text"].column == "text"
    assert survey.roles["comment_id"].column == "id"
    assert (survey.scale.code if survey.scale else None) == scale
    assert ("date" in survey.roles) == dates
    assert segments <= set(survey.roles)
    assert survey.comments["source_row"].is_monotonic_increasing


@pytest.mark.data
def test_the_score_is_the_published_one(data):
    survey = read(data / "telecom_nps.csv.gz", IntakeSettings(redact=False))
    scored = survey.comments[survey.comments["score"].notna()]
    groups = scored["score_category"].value_counts()
    assert survey.scale is not None
    nps = survey.scale.contributions(scored["score"].to_numpy()).mean()
    assert nps == pytest.approx(100 * (groups["promoter"] - groups["detractor"]) / len(scored))
    before, after = latest_two(survey.comments["answered_at"])
    assert (before.label, after.label) == ("2018-Q1", "2018-Q2")


@pytest.mark.data
def test_all_sets_as_one_survey(data):
    files = [data / f"{name}.csv.gz" for name in ("saas_nps", "telecom_nps")]
    survey = read(files, IntakeSettings(redact=False))
    check(survey)
    assert survey.counts.read == 787 + 1_185
