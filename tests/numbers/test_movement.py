"""The movement on worlds whose causes are known, the failures of other methods, and odd inputs."""

import json

import numpy as np
import pandas as pd
import pytest

from tests.numbers.worlds import survey
from voc.errors import InputError, OptionError
from voc.numbers.explain import explain, level_of
from voc.settings import NumbersSettings

LARGE = 25_000  # respondents per wave: noise of a part is about 0.4 points


def themes(movement):
    return {part.id: part for part in movement.parts if part.kind == "theme"}


def largest_but(movement, *planted):
    return max(abs(part.total) for name, part in themes(movement).items() if name not in planted)


def test_prevalence_and_severity_come_out_as_themselves():
    more = explain(*survey(1, 4000, rise=0.15))
    assert more.parts[0].id == "theme-1"
    assert more.parts[0].named in ("prevalence", "both")
    assert more.parts[0].prevalence < -3
    worse = explain(*survey(2, 4000, severity=2.2))
    assert worse.parts[0].id == "theme-0"
    assert worse.parts[0].named == "effect"
    assert worse.parts[0].effect < -1.5


def test_pure_drift_goes_to_general_and_not_to_themes():
    movement = explain(*survey(3, LARGE, drift=0.4))
    assert movement.part("general").total == pytest.approx(movement.delta.value, rel=0.2)
    assert largest_but(movement) < 1.0


def test_pure_mix_change_goes_to_mix():
    movement = explain(*survey(4, LARGE, before={"arabic_gap": -1.0, "arabic": 0.4}, arabic=0.75))
    assert movement.part("mix").total == pytest.approx(movement.delta.value, rel=0.15)
    assert largest_but(movement) < 1.0


def test_fewer_comments_from_the_satisfied_move_nothing():
    movement = explain(*survey(5, LARGE, rate=(0.75, 0.3, 0.36)))
    assert movement.mode == "project"
    assert max(abs(part.total) for part in movement.parts) < 1.2
    own = explain(*survey(5, LARGE, rate=(0.75, 0.3, 0.36)), settings=NumbersSettings(no_comment="own_bar"))
    assert own.part("comment_rate").total > 3  # the reason why projection is the default
    assert own.part("silent").kind == "silent"


def test_projected_part_is_the_difference_to_the_own_bar_run():
    comments, mentions = survey(6, 800, rise=0.2)
    projected = explain(comments, mentions)
    own = explain(comments, mentions, settings=NumbersSettings(no_comment="own_bar"))
    for name, part in themes(projected).items():
        assert part.projected == pytest.approx(part.total - own.part(name).total, abs=1e-9)


def test_a_theme_new_in_the_second_wave_is_prevalence_only():
    comments, mentions = survey(7, 600)
    first = set(comments.loc[comments["period"] == "before", "comment_id"])
    late = mentions[~((mentions["theme"] == "theme-2") & mentions["comment_id"].isin(first))]
    part = explain(comments, late).part("theme-2")
    assert part.n_before == 0
    assert part.effect == 0
    assert part.prevalence != 0


def test_rare_themes_are_pooled_and_said():
    comments, mentions = survey(8, 300)
    rare = mentions.head(4).assign(theme="rare")
    movement = explain(comments, pd.concat([mentions, rare]))
    assert "rare" in movement.pooled
    assert movement.part("other").kind == "theme"
    with pytest.raises(KeyError, match="rare"):
        movement.part("rare")


@pytest.mark.parametrize("mode", ["project", "own_bar"])
@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.assign(score=9.0),
        lambda c: c.assign(respondent_id="one"),
        lambda c: c.assign(has_text=c["has_text"] & (c["period"] == "before")),
        lambda c: c.assign(has_text=False),
        lambda c: c[~((c["period"] == "before") & (c["segment_language"] == "ar"))],
        lambda c: c.groupby("period").head(1),
        lambda c: c.groupby("period").head(3),
        lambda c: c.assign(segment_branch=[f"b{i}" for i in range(len(c))]),
        lambda c: c.assign(segment_branch=pd.Series([None, "north", float("nan")] * len(c))[: len(c)].array),
        lambda c: c.assign(segment_branch=None),
    ],
    ids=[
        "same score",
        "one person",
        "silent after",
        "all silent",
        "segment gone",
        "n=1",
        "n=3",
        "tiny segments",
        "blank segments",
        "a segment nobody gave",
    ],
)
def test_odd_inputs_stay_exact_and_finite(mode, change):
    comments, mentions = survey(9, 80)
    comments = change(comments)
    movement = explain(
        comments,
        mentions[mentions["comment_id"].isin(comments.loc[comments["has_text"], "comment_id"])],
        settings=NumbersSettings(no_comment=mode),
    )
    assert sum(part.total for part in movement.parts) == pytest.approx(movement.delta.value, abs=1e-9)
    json.dumps(movement.as_dict(), allow_nan=False)
    assert all(part.low <= part.total <= part.high for part in movement.parts)


def test_no_mentions_at_all_leave_mix_and_general():
    comments, mentions = survey(10, 100)
    movement = explain(comments, mentions.iloc[:0])
    assert [part.kind for part in movement.parts] == ["mix", "general"]


def test_little_text_is_not_projected():
    assert explain(*survey(11, 400, before={"rate": (0.1, 0.1, 0.1)})).mode == "own_bar"


def test_language_of_the_silent_is_spread_like_the_writers():
    comments, mentions = survey(12, 3000, rate=(0.75, 0.3, 0.36))
    spoken = comments["segment_language"].where(comments["has_text"], "und")
    known = explain(comments, mentions)
    spread = explain(comments.drop(columns="segment_language").assign(language=spoken), mentions)
    assert {segment.name for segment in spread.segments} == {"ar", "en"}
    assert spread.part("mix").total == pytest.approx(known.part("mix").total, abs=1.0)
    assert sum(part.total for part in spread.parts) == pytest.approx(spread.delta.value, abs=1e-9)


def test_segments_compare_like_periods():
    comments, mentions = survey(13, 300)
    groups = explain(comments, mentions, compare="segment_language=ar,en")
    assert groups.split == ("ar", "en")
    assert not any(segment.name in ("ar", "en") for segment in groups.segments)


def test_cells_of_theme_and_segment_add_up_and_point_to_the_segment():
    comments, mentions = survey(23, 4000)
    arabic = comments.loc[comments["segment_language"] == "ar", ["comment_id", "period"]]
    late = arabic[arabic["period"] == "after"]["comment_id"]
    more = pd.DataFrame(
        {"comment_id": late.sample(400, random_state=1), "theme": "theme-4", "polarity": "negative"}
    )
    written = comments.set_index("comment_id").loc[more["comment_id"], "has_text"].to_numpy()
    movement = explain(comments, pd.concat([mentions, more[written]]).drop_duplicates())
    for part in themes(movement).values():
        assert {cell.segment for cell in part.cells} == {"ar", "en"}
        for name in ("prevalence", "effect", "total"):
            assert sum(getattr(cell, name) for cell in part.cells) == pytest.approx(
                getattr(part, name), abs=1e-9
            )
        assert all(cell.low <= cell.total <= cell.high for cell in part.cells)
    first = movement.part("theme-4").cells[0]
    assert first.segment == "ar"
    assert first.high < 0


def test_a_target_is_compared_with_the_level():
    comments, mentions = survey(13, 900)
    aim = explain(comments, mentions, after="after", target=40)
    assert aim.before.value == 40
    assert aim.delta.value == pytest.approx(aim.after.value - 40)
    assert sum(part.total for part in aim.parts) == pytest.approx(aim.delta.value, abs=1e-9)
    now = comments[comments["period"] == "after"]
    levels = level_of(now, mentions[mentions["comment_id"].isin(now["comment_id"])]).set_index("id")
    for name, part in themes(aim).items():
        assert part.total == pytest.approx(levels.loc[name, "total"], abs=2)  # segments are not held here
        assert (part.prevalence, part.effect) == (part.total, 0.0)
        assert part.low <= part.total <= part.high
        assert sum(leaf.total for leaf in part.leaves) == pytest.approx(part.total)
    assert any(part.named for part in themes(aim).values())
    assert "level" in aim.summary("en")
    assert "المستوى" in aim.summary("ar")
    silent = explain(comments.assign(has_text=False), mentions.iloc[:0], after="after", target=40)
    assert [part.kind for part in silent.parts] == ["general"]
    assert silent.part("general").total == pytest.approx(silent.delta.value)


def test_columns_and_spellings_of_other_tools_are_understood():
    comments, mentions = survey(13, 300)
    theirs = comments.rename(columns={"comment_id": "Response ID", "score": "Rating"})
    codes = {"negative": -1, "neutral": 0, "positive": 1}
    labels = mentions.rename(columns={"comment_id": "response_id", "theme": "Topic"}).assign(
        Sentiment=mentions["polarity"].map(codes)
    )
    same = explain(theirs, labels.drop(columns="polarity"))
    assert same.as_dict() == explain(comments, mentions).as_dict()
    spelled = mentions.assign(polarity=mentions["polarity"].map({"negative": "NEG", "positive": "Positive"}))
    assert explain(comments, spelled).as_dict() == same.as_dict()


def test_drivers_per_segment_as_a_frame():
    comments, mentions = survey(13, 500)
    whole = level_of(comments, mentions)
    assert {"total", "low", "high", "importance", "performance", "quadrant", "n_low"} <= set(whole.columns)
    by = level_of(comments, mentions, by="segment_language")
    assert set(by["segment"]) == {"ar", "en"}
    assert level_of(comments.head(5), mentions.iloc[:0]).empty


def test_dates_and_calendar_periods():
    comments, mentions = survey(14, 200)
    start = np.where(comments["period"] == "before", "2024-02-10", "2024-05-10")
    dated = comments.drop(columns="period").assign(answered_at=pd.to_datetime(start, utc=True))
    chosen = explain(dated, mentions, before="2024-Q1", after="2024-Q2")
    assert chosen.split == ("2024-Q1", "2024-Q2")
    assert chosen.delta.value == pytest.approx(explain(comments, mentions).delta.value)
    assert explain(dated, mentions).split == chosen.split


def test_wide_table_with_a_themes_column(tmp_path):
    comments, mentions = survey(15, 200)
    said = mentions["theme"] + ":" + mentions["polarity"]
    lists = said.groupby(mentions["comment_id"]).agg(list)
    wide = comments.assign(themes=comments["comment_id"].map(lists))
    expected = explain(comments, mentions).as_dict()
    assert explain(wide).as_dict() == expected
    texts = wide.assign(themes=wide["themes"].map(lambda x: "; ".join(x) if isinstance(x, list) else None))
    texts.to_csv(tmp_path / "wide.csv", index=False)
    assert explain(tmp_path / "wide.csv").parts[0].total == pytest.approx(expected["parts"][0]["total"])


def test_polars_and_parquet_give_the_same(tmp_path):
    polars = pytest.importorskip("polars")
    comments, mentions = survey(16, 150)
    expected = explain(comments, mentions).as_dict()
    assert explain(polars.from_pandas(comments), polars.from_pandas(mentions)).as_dict() == expected
    comments.to_parquet(tmp_path / "c.parquet")
    mentions.to_json(tmp_path / "m.jsonl", orient="records", lines=True)
    assert explain(tmp_path / "c.parquet", tmp_path / "m.jsonl").as_dict() == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"before": "before"}, "both periods"),
        ({"before": "2024-Q1", "after": "2024-Q2"}, "answered_at"),
        ({"compare": "channel"}, "COLUMN=A,B"),
        ({"compare": "channel=a,b"}, "channel"),
        ({"compare": "period=before,later"}, "before"),
        ({"compare": "period=a,b", "before": "x"}, "stands for itself"),
        ({"target": 40.0}, "after"),
        ({"scale": "1-5"}, "scale"),
        ({"segments": ("branch",)}, "branch"),
    ],
)
def test_wrong_options_say_what_would_do(options, message):
    comments, mentions = survey(17, 40)
    with pytest.raises((OptionError, InputError), match=message):
        explain(comments, mentions, **options)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c, m: (c.drop(columns="score"), m), "score"),
        (lambda c, m: (c, m.drop(columns="theme")), "theme"),
        (lambda c, m: (c, None), "themes"),
        (lambda c, m: (c, m.assign(polarity="angry")), "angry"),
        (lambda c, m: (c, m.assign(comment_id="x")), "No mention belongs"),
        (lambda c, m: (pd.concat([c, c]), m), "more than once"),
        (lambda c, m: (c.assign(weight=-1.0), m), "weight"),
        (lambda c, m: (c.iloc[:0], m), "no rows"),
        (lambda c, m: (c.assign(score=np.nan), m), "no score"),
        (lambda c, m: (c.assign(model=c["period"]), m), "different models"),
        (lambda c, m: ("missing.csv", m), "does not exist"),
        (lambda c, m: (3, m), "give a frame"),
    ],
)
def test_wrong_tables_say_what_is_wrong(change, message):
    with pytest.raises(InputError, match=message):
        explain(*change(*survey(18, 40)))


def test_frame_and_figure_show_every_part():
    movement = explain(*survey(19, 150))
    frame = movement.to_frame()
    assert list(frame["id"]) == [part.id for part in movement.parts]
    assert frame["total"].sum() == pytest.approx(movement.delta.value)
    figure = movement.plot("ar")
    assert len(figure.data[0].x) == len(movement.parts) + 2
