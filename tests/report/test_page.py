"""The page: one file, both directions, nothing from outside, nothing that runs, no broken holes."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from voc import tables
from voc.report import page, topic_map
from voc.report.wording import Words

VOID = {"meta", "br", "line", "rect", "circle", "polyline", "col", "hr", "input"}


class Reader(HTMLParser):
    """Collects elements and checks that they nest."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.stack, self.elements, self.ids, self.links = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a" and attributes.get("href", "").startswith("#"):
            self.links.append(attributes["href"][1:])
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.stack and self.stack[-1] == tag, f"</{tag}> closes {self.stack[-3:]}"
        self.stack.pop()


@pytest.fixture(scope="module", params=["en", "ar"])
def rendered(request, example):
    return request.param, page.html(*example.tables(), request.param)


def test_language_direction_and_nesting(rendered):
    language, html = rendered
    reader = Reader(html)
    assert not reader.stack
    root = dict(reader.elements)["html"]
    assert root == {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}
    assert len(reader.ids) == len(set(reader.ids))
    assert set(reader.links) <= set(reader.ids)  # every bar leads somewhere
    assert [tag for tag, _ in reader.elements].count("h1") == 1


def test_nothing_is_loaded_and_nothing_else_runs(rendered):
    _, html = rendered
    without_data = re.sub(r'<script type="application/json".*?</script>', "", html, flags=re.DOTALL)
    assert not re.search(r"https?://|//cdn|@import|url\((?!#)", without_data)
    reader = Reader(html)
    for tag, attributes in reader.elements:
        assert tag not in {"iframe", "object", "embed", "link", "img", "base", "form"}
        assert not any(name.startswith("on") or name in {"style", "src"} for name in attributes)
    policy = next(a["content"] for t, a in reader.elements if a.get("http-equiv"))
    for block in re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", html, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_numbers_inside_equal_the_result(rendered, example):
    _, html = rendered
    block = re.search(r'<script type="application/json" id="result">(.*?)</script>', html, re.DOTALL)
    assert json.loads(block[1]) == example.result


def test_every_bar_has_its_interval(rendered, example):
    _, html = rendered
    table = re.search(r'<table class="waterfall" id="waterfall">.*?</table>', html, re.DOTALL)[0]
    rows = re.findall(r'<tr class="step.*?</tr>', table, re.DOTALL)
    leaves = [p for p in example.result["movement"]["parts"] if p["id"] != "service"]
    assert len(rows) == len(leaves)  # the parent is not shown beside its children
    for row in rows:
        assert 'class="num interval"' in row and row.count('class="whisker"') == 3


def test_quotes_carry_language_direction_and_evidence(rendered):
    _, html = rendered
    quotes = re.findall(r'<li class="quote.*?</li>', html, re.DOTALL)
    assert len(quotes) > 20
    assert all('dir="auto"' in q and "<mark>" in q for q in quotes)
    assert any('lang="ar"' in q for q in quotes) and any('lang="en"' in q for q in quotes)
    assert "Others say the opposite" in html or "وآخرون يقولون العكس" in html


def test_named_theme_leads_with_the_quotes_that_go_with_its_bar(example):
    html = page.html(*example.tables(), "en")
    staff = re.search(r'<details class="quotes" id="quotes-staff" open>.*?</details>', html, re.DOTALL)[0]
    assert re.findall(r'data-polarity="(\w+)"', staff)[0] == "negative"


def test_same_input_same_page(example):
    assert page.html(*example.tables(), "ar") == page.html(*example.tables(), "ar")


def test_sections_without_data_leave_no_hole(example):
    bare = {"voc": "0.1.0", "counts": {"read": 0, "analyzed": 0, "rejected": 0}, "score": {"kind": "nps"}}
    for language in ("en", "ar"):
        html = page.html(
            bare, tables.empty("comments"), tables.empty("mentions"), tables.empty("rejects"), language
        )
        reader = Reader(html)
        assert set(reader.links) <= set(reader.ids)
        for gone in ("movement", "themes", "heat", "segments", "journey", "topics", "quotes", "drivers"):
            assert gone not in reader.ids
        assert "nan" not in re.sub(r"<(style|script).*?</\1>", "", html, flags=re.DOTALL).lower().split()


def test_level_only_report(example):
    result = {k: v for k, v in example.result.items() if k not in ("movement", "compared", "alerts")}
    result["score"] = {"kind": "csat", "overall": {"value": 71.2, "low": 68.0, "high": 74.1, "n": 700}}
    comments = example.comments.assign(period="2024-Q1")
    html = page.html(result, comments, example.mentions, example.rejects, "en")
    assert "no two periods to compare" in html and 'id="movement"' not in html and 'id="themes"' in html


def test_fragment_for_another_page(example):
    fragment = page.html(*example.tables(), "ar", standalone=False)
    assert fragment.lstrip().startswith("<main") and "<script" not in fragment and "<style" not in fragment


def test_noise_is_said_before_any_bar(example):
    quiet = json.loads(json.dumps(example.result))
    quiet["movement"]["verdict"] = "within_noise"
    for part in quiet["movement"]["parts"]:
        part["named"] = None
    html = page.html(quiet, example.comments, example.mentions, example.rejects, "en")
    assert html.index("is within noise") < html.index('<table class="waterfall"')
    assert "No theme can be named" in html and "smallest move that would usually be seen" in html
    assert not re.search(r"points of <bdi|% of the (change|move)", html)


def test_pandas_without_optional_columns(example):
    comments = example.comments[["comment_id", "text"]]
    mentions = example.mentions[["comment_id", "theme", "polarity"]]
    html = page.html(example.result, comments, mentions, pd.DataFrame(columns=["reason"]), "en")
    Reader(html)


def test_the_map_of_topics_is_a_picture_and_a_table(rendered):
    _, html = rendered
    section = html[html.index('id="topics"') :]
    links = re.findall(r'<a href="#topic-(\d)" aria-label="([^"]+)"><circle class="(new|covered)"', section)
    assert [kind for _, _, kind in links] == ["new", "covered", "new"]
    assert all(re.search(rf'id="topic-{number}"', section) for number, _, _ in links)
    assert section.count('<th scope="row">') >= 3  # the same as rows of a table


def covering(found):
    """Pairs of spots whose circle or name covers another's by more than a hair."""
    boxes = [
        (
            s.x - len(s.name) * topic_map.LETTER / 2,
            s.x + len(s.name) * topic_map.LETTER / 2,
            s.y - s.r,
            s.y + s.r + 18,
        )
        for s in found
    ]
    return [
        (a, b)
        for i, a in enumerate(boxes)
        for b in boxes[:i]
        if min(a[1], b[1]) - max(a[0], b[0]) > 6 and min(a[3], b[3]) - max(a[2], b[2]) > 6
    ]


@pytest.mark.parametrize("seed", range(4))
def test_names_on_the_map_do_not_cover_each_other(seed):
    rng = np.random.default_rng(seed)
    crowded = [*rng.normal(0.2, 0.1, (12, 2)).clip(0, 1), *rng.normal(0.75, 0.15, (13, 2)).clip(0, 1)]
    places = [(float(x), float(y)) for x, y in crowded]
    sizes, names = [400 // (i + 1) for i in range(25)], [f"a topic with a name {i}" for i in range(25)]
    found = topic_map.spots(places, sizes, names)
    assert len(found) == topic_map.MOST and covering(found) == []
    assert found == topic_map.spots(places, sizes, names)
    assert topic_map.spots(places[:2], [3, 2], names) == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_latest_day_against_its_usual(example, language):
    rows = [
        {
            "theme": "price",
            "polarity": "negative",
            "n": 9,
            "expected": 2.25,
            "p_value": 0.001,
            "q_value": 0.01,
        },
        {"theme": "app", "polarity": "positive", "n": 1, "expected": 1.5, "p_value": 0.8, "q_value": 0.8},
    ]
    day = {"day": "2024-06-30", "n": 41, "n_days": 4, "rows": rows}
    html = page.html({**example.result, "digest": day}, *example.tables()[1:], language)
    words = Words(language)
    found = re.search(r'<section id="latest-day".*?</section>', html, re.DOTALL)[0]
    first, second = re.findall(r"<tr><th.*?</tr>", found, re.DOTALL)[-2:]
    assert words.say("day_unusual") in first and words.say("day_as_usual") in second
    assert "41" in found and "2.3" in first.replace("2.2", "2.3")
    for alone in (None, {**day, "n_days": 0}, {**day, "rows": []}):  # nothing to compare, nothing to tell
        assert 'id="latest-day"' not in page.html(
            {**example.result, "digest": alone}, *example.tables()[1:], language
        )


@pytest.mark.slow
def test_a_hundred_thousand_comments_make_a_small_page(example):
    times = 100_000 // len(example.comments) + 1
    copies = [
        (
            example.comments.assign(comment_id=example.comments["comment_id"] + f"-{i}"),
            example.mentions.assign(comment_id=example.mentions["comment_id"] + f"-{i}"),
        )
        for i in range(times)
    ]
    comments = pd.concat([one for one, _ in copies], ignore_index=True)
    mentions = pd.concat([one for _, one in copies], ignore_index=True)
    assert len(comments) >= 100_000
    html = page.html(example.result, comments, mentions, example.rejects, "ar")
    assert len(html.encode()) < 2_000_000  # quotes are sampled by rule; asked for are 10 MB
