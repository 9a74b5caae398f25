"""Drivers of the level, chains of periods, alerts, change points and digests."""

import numpy as np
import pandas as pd
import pytest

from tests.numbers.worlds import survey
from voc.errors import InputError, OptionError
from voc.intake.scales import scale_of
from voc.numbers import drivers, history, trends
from voc.numbers.chain import chain
from voc.numbers.join import join
from voc.numbers.levels import levels
from voc.numbers.series import series
from voc.numbers.watch import cusum

NPS = scale_of("nps")


def one_wave(seed, n, **change):
    comments, mentions = survey(seed, n, before=change)
    comments = comments[comments["period"] == "before"].reset_index(drop=True)
    return comments, mentions[mentions["comment_id"].isin(comments["comment_id"])]


def test_levels_add_up_and_point_the_right_way():
    comments, mentions = one_wave(1, 3000)
    joined = join(comments, mentions, np.zeros(len(comments), dtype=int), NPS, ("segment_language",))
    made = levels(joined.answers)
    score = NPS.contributions(comments["score"].to_numpy()).mean()
    assert made.base + made.contribution.sum() == pytest.approx(score, abs=1e-9)
    for effect, polarity in zip(made.effect, joined.answers.leaf_polarity, strict=True):
        assert effect < 0 if polarity == 0 else effect > 0
    own = levels(joined.answers, project=False)
    assert own.base + own.contribution.sum() == pytest.approx(score, abs=1e-9)


def test_level_intervals_cover():
    comments, mentions = one_wave(2, 40_000)
    names = {driver.id: driver.total for driver in drivers.rank(comments, mentions, NPS)}
    hits, total = 0, 0
    for seed in range(30):
        for driver in drivers.rank(*one_wave(100 + seed, 400), NPS):
            if driver.id in names:
                hits += driver.low <= names[driver.id] <= driver.high
                total += 1
    assert 0.88 <= hits / total <= 1.0


def test_drivers_are_ranked_with_reasons_to_leave():
    comments, mentions = one_wave(3, 1500)
    found = drivers.rank(comments, mentions, NPS, parents={"theme-0": "people"})
    assert [abs(d.total) for d in found] == sorted((abs(d.total) for d in found), reverse=True)
    assert {d.quadrant for d in found} <= {"fix", "keep", "watch", "minor"}
    first = next(d for d in found if d.id == "theme-0")
    assert first.parent == "people"
    low = comments[(comments["score"] <= 6) & comments["has_text"]]["comment_id"]
    angry = mentions[(mentions["theme"] == "theme-0") & (mentions["polarity"] == "negative")]["comment_id"]
    assert first.n_low == low.isin(angry).sum()
    assert first.share_low == pytest.approx(first.n_low / len(low))
    assert first.negative < 0 < first.positive
    assert drivers.rank(comments.head(8), mentions.iloc[:0], NPS) == []
    by = drivers.by_segment(comments, mentions, NPS, "segment_language")
    assert set(by) == {"ar", "en"}
    blank = comments.assign(branch=comments["segment_language"].where(comments["segment_language"] == "ar"))
    assert set(drivers.by_segment(blank, mentions, NPS, "branch")) == {"ar", "not given"}
    with pytest.raises(OptionError, match="branch"):
        drivers.by_segment(comments, mentions, NPS, "branch")


def months(seed, worlds):
    """One survey per month of 2024; `worlds` are the changes of each month."""
    parts = []
    for month, world in enumerate(worlds, start=1):
        comments, mentions = one_wave(seed + month, 300, **world)
        tag = f"m{month}-"
        parts.append(
            (
                comments.assign(
                    comment_id=tag + comments["comment_id"],
                    answered_at=pd.Timestamp(f"2024-{month:02d}-10", tz="UTC"),
                ).drop(columns="period"),
                mentions.assign(comment_id=tag + mentions["comment_id"]),
            )
        )
    return (pd.concat([p[i] for p in parts], ignore_index=True) for i in (0, 1))


def test_steps_of_a_chain_add_up_to_the_whole():
    comments, mentions = months(10, [{}, {"rise": 0.2}, {}, {"drift": 0.5}])
    linked = chain(comments, mentions, NPS)
    assert linked.periods == ("2024-01", "2024-02", "2024-03", "2024-04")
    points = NPS.contributions(comments["score"].to_numpy())
    first, last = (points[comments["answered_at"].dt.month == month].mean() for month in (1, 4))
    assert sum(linked.whole.values()) == pytest.approx(last - first, abs=1e-9)
    assert linked.to_frame().shape == (len(linked.totals), 3)
    assert linked.to_frame().to_numpy().sum() == pytest.approx(last - first, abs=1e-9)
    assert sum(linked.gap.values()) == pytest.approx(0, abs=1e-9)
    assert linked.named().loc["theme-1"].iloc[0]
    with pytest.raises(InputError, match="two periods"):
        chain(comments, mentions, NPS, unit="year")


def weekly(rng, weeks, per_week, jump_at, factor):
    """Comments and mentions of 8 themes; theme 0 comes more often from week `jump_at`."""
    start = pd.Timestamp("2024-01-01", tz="UTC")
    comments, mentions = [], []
    for week in range(weeks):
        n = rng.poisson(per_week)
        ids = [f"{week}-{i}" for i in range(n)]
        comments.append(
            pd.DataFrame(
                {
                    "comment_id": ids,
                    "text": "x",
                    "score": rng.choice([3.0, 8.0, 10.0], n, p=[0.3, 0.5, 0.2]),
                    "answered_at": start + pd.to_timedelta(7 * week + rng.integers(0, 7, n), unit="D"),
                }
            )
        )
        share = np.full(8, 0.05)
        share[0] *= factor if week >= jump_at else 1
        row, theme = np.nonzero(rng.random((n, 8)) < share)
        mentions.append(
            pd.DataFrame(
                {"comment_id": np.array(ids)[row], "theme": [f"t{t}" for t in theme], "polarity": "negative"}
            )
        )
    return pd.concat(comments, ignore_index=True), pd.concat(mentions, ignore_index=True)


def test_a_theme_that_rises_is_found_with_its_start_before_the_score_falls():
    comments, mentions = weekly(np.random.default_rng(1), 40, 200, jump_at=32, factor=3.0)
    found = trends.alerts(comments, mentions, NPS)
    assert [alert.theme for alert in found if alert.confirmed] == ["t0"]
    alert = found[0]
    began = pd.Timestamp("2024-01-01") + pd.Timedelta(weeks=32)
    assert abs(pd.Timestamp(alert.since) - began) <= pd.Timedelta(weeks=2)
    assert pd.Timestamp(alert.raised) - began <= pd.Timedelta(weeks=3)
    assert alert.n > 1.8 * alert.expected
    assert alert.early
    assert set(alert.comment_ids) <= set(mentions.loc[mentions["theme"] == "t0", "comment_id"])
    assert alert.false_alarms_per_year == pytest.approx(0.05 * 8)
    shuffled = comments.sample(frac=1, random_state=1)
    assert trends.alerts(shuffled, mentions.sample(frac=1, random_state=2), NPS) == found


def test_alerts_per_segment_name_the_segment():
    comments, mentions = weekly(np.random.default_rng(2), 30, 120, jump_at=22, factor=4.0)
    quiet, silent_mentions = weekly(np.random.default_rng(3), 30, 120, jump_at=99, factor=1.0)
    quiet = quiet.assign(comment_id="q" + quiet["comment_id"], segment_branch="north")
    both = pd.concat([comments.assign(segment_branch="south"), quiet], ignore_index=True)
    said = pd.concat([mentions, silent_mentions.assign(comment_id="q" + silent_mentions["comment_id"])])
    found = trends.alerts(both, said, segment="segment_branch")
    assert found[0].segment == "south"
    assert found[0].theme == "t0"


def test_one_stated_rate_however_many_segments_and_the_segment_says_where():
    comments, mentions = weekly(np.random.default_rng(2), 30, 120, jump_at=22, factor=4.0)
    parts = [(comments.assign(segment_branch="south"), mentions)]
    for number, name in enumerate(("north", "east", "west")):
        more, said = weekly(np.random.default_rng(3 + number), 30, 120, jump_at=99, factor=1.0)
        parts.append(
            (
                more.assign(comment_id=name + more["comment_id"], segment_branch=name),
                said.assign(comment_id=name + said["comment_id"]),
            )
        )
    both, said = (pd.concat([part[i] for part in parts], ignore_index=True) for i in (0, 1))
    found = trends.everywhere(both, said, NPS, segments=("segment_branch",))
    assert (found[0].theme, found[0].column, found[0].segment) == ("t0", "segment_branch", "south")
    assert {one.theme for one in found} == {"t0"}
    alone = trends.alerts(both, said, NPS)
    stated = alone[0].false_alarms_per_year if alone else 0.05 * 8
    assert all(one.false_alarms_per_year <= 2 * stated + 1e-9 for one in found)
    assert trends.everywhere(both, said, NPS) == alone


def test_false_alarms_come_at_the_stated_rate():
    rng = np.random.default_rng(7)
    alarms, stated = 0, 0.0
    for _ in range(6):
        totals = rng.poisson(100, 78).astype(float)
        seen = cusum(
            rng.binomial(totals.astype(int), 0.05, (20, 78)).astype(float), totals, 26, 52.18, seed=1
        )
        alarms += seen.alarm.sum()
        stated += seen.rate * 52 / 52.18
    assert alarms <= stated + 3 * np.sqrt(stated)


def test_too_short_a_history_gives_no_alert():
    comments, mentions = weekly(np.random.default_rng(4), 8, 100, jump_at=4, factor=5.0)
    assert trends.alerts(comments, mentions) == []
    assert trends.alerts(comments.assign(answered_at=pd.NaT), mentions) == []


def test_change_point_and_digest():
    comments, mentions = weekly(np.random.default_rng(5), 30, 150, jump_at=18, factor=2.5)
    points = history.change_points(series(comments, mentions))
    assert points[0].theme == "t0"
    began = pd.Timestamp("2024-01-01") + pd.Timedelta(weeks=18)
    assert abs(pd.Timestamp(points[0].at) - began) <= pd.Timedelta(weeks=1)
    assert points[0].share_after > 1.8 * points[0].share_before
    day = "2024-05-10"
    rows = history.digest(comments, mentions, day)
    today = comments[comments["answered_at"] == pd.Timestamp(day, tz="UTC")]["comment_id"]
    assert sum(row.n for row in rows) == mentions["comment_id"].isin(today).sum()
    assert rows[0].p_value <= rows[-1].p_value
    assert history.digest(comments, mentions, "2030-01-01") == []
    told = history.digest_of(comments, mentions, day)
    assert told is not None and told.rows == tuple(rows) and told.n == len(today) and told.n_days == 4
    latest = history.digest_of(comments, mentions)
    assert latest is not None and latest.day == f"{comments['answered_at'].max():%Y-%m-%d}"
    assert history.digest_of(comments, mentions, "2030-01-01") == history.Digest("2030-01-01", 0, 0, ())
    assert history.digest_of(comments.assign(answered_at=pd.NaT), mentions) is None
    with pytest.raises(OptionError, match="YYYY-MM-DD"):
        history.digest_of(comments, mentions, "yesterday or so")
    early = history.digest_of(comments, mentions, f"{comments['answered_at'].min():%Y-%m-%d}")
    assert early is not None and early.n_days == 0
    assert all(row.expected is None and row.q_value == 1.0 for row in early.rows)
