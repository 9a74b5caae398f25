"""207 comments written to do harm: shown as text in the page, and nothing of them runs in a browser."""

import html as escaping
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from voc import tables
from voc.report import page, quotes

CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)


def attack(hostile, part=slice(None)):
    """Every hostile string as comment, segment, theme, label, topic, notice, model, reject and file name."""
    texts = hostile[part]
    ids = [f"c{i}" for i in range(len(texts))]
    comments = tables.empty("comments").reindex(range(len(texts))).astype(object)
    comments = comments.assign(
        comment_id=ids, text=texts, weight=1.0, score=5.0, segment_x=texts, language="en"
    )
    comments["period"] = ["before", "after"] * (len(texts) // 2) + ["before"] * (len(texts) % 2)
    mentions = pd.DataFrame(
        {"comment_id": ids, "theme": [f"t{i}" for i in range(len(texts))], "polarity": "negative",
         "p_theme": 0.9, "p_polarity": 0.9, "start": 0, "end": [len(t) for t in texts]}
    )  # fmt: skip
    rejects = pd.DataFrame(
        {"source_row": 1, "value": texts, "reason": [f"{t} {i}" for i, t in enumerate(texts)]}
    )
    result = {
        "voc": texts[0],
        "title": texts[1],
        "score": {"kind": texts[2], "overall": {"value": 1.0, "low": 0.0, "high": 2.0, "n": 3}},
        "models": {t: t for t in texts[:40]},
        "counts": {"read": 1},
        "languages": {t: 1 for t in texts[:40]},
        "themes": [{"id": f"t{i}", "label": {"ar": t, "en": t}} for i, t in enumerate(texts)],
        "topics": [
            {"id": t, "label": t, "size": 3, "words": {"ar": [t]}, "x": i % 7 / 6, "y": i % 5 / 4}
            for i, t in enumerate(texts)
        ],
        "journey": [{"stage": t, "n": 3, "touchpoints": [t], "challenges": [t]} for t in texts[:30]],
        "alerts": [{"theme": t, "since": t, "segment": t} for t in texts],
        "warnings": [{"code": t, "message": t} for t in texts],
    }
    return result, comments, mentions, rejects


def attacked_movement(hostile):
    """The same with a movement whose parts have hostile names."""
    result, *tables_ = attack(hostile)
    parts = [
        {"kind": "theme", "id": f"t{i}", "parent": None, "label": {"ar": t, "en": t}, "total": -1.0,
         "low": -2.0, "high": 0.5, "named": None}
        for i, t in enumerate(hostile[:60])
    ]  # fmt: skip
    score = {"kind": "nps", "overall": {"value": 0.0, "low": -9.0, "high": 9.0, "n": 9}}
    score |= {"before": {"value": 60.0, "low": 50.0, "high": 70.0, "n": 9, "period": hostile[3]}}
    score |= {"after": {"value": 0.0, "low": -9.0, "high": 9.0, "n": 9, "period": hostile[4]}}
    score |= {"delta": {"value": -60.0, "low": -73.0, "high": -47.0}}
    return {**result, "score": score, "movement": {"parts": parts}}, *tables_


@pytest.fixture(scope="module", params=["en", "ar"])
def rendered(request, hostile):
    return page.html(*attack(hostile), request.param)


def test_the_list_is_long(hostile):
    assert len(set(hostile)) >= 200


def test_markup_is_only_ours(rendered):
    html = rendered
    html.encode("utf-8")  # no lone surrogate is left
    body = re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
    assert html.count("<script") == 2 and html.count("<style>") == 1
    allowed = (
        "html head meta title body a main header h1 h2 h3 p nav ul li section div span table caption thead "
        "tbody tr th td svg line rect circle text defs pattern polyline details summary blockquote mark bdi "
        "button code footer br strong"
    ).split()
    assert set(re.findall(r"<([a-zA-Z!?][^\s>/]*)", body)) <= {*allowed, "!DOCTYPE"}
    assert not re.search(r"<[^>]*\s(on\w+|style|srcdoc|formaction)\s*=", re.sub(r'"[^"]*"', '""', body))
    assert not re.search("[\u202a-\u202e\x00-\x08\x0b\x0c\x0e-\x1f]", html)


def test_comments_are_shown_as_they_were_written(rendered, hostile):
    shown = re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", rendered, re.DOTALL)
    texts = {escaping.unescape(re.sub(r"<[^>]+>", "", quote)) for quote in shown}
    plain = [t for t in hostile if t == quotes.shown(t) and len(t) < 200 and re.search(r"\w", t)]
    assert len(plain) > 150
    assert not [t for t in plain if t.strip() and t not in texts and t.replace("\r", "\n") not in texts]


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_nothing_runs_in_a_real_browser(rendered, tmp_path: Path):
    from playwright.sync_api import sync_playwright

    path = tmp_path / "report.html"
    path.write_text(rendered, encoding="utf-8")
    asked, dialogs = [], []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        tab.goto(path.as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        for key in ("Tab", "Enter", "Tab", "Space"):
            tab.keyboard.press(key)
        tab.mouse.wheel(0, 4000)
        tab.wait_for_timeout(300)
        assert tab.evaluate("window.__hit") is None
        assert asked[0] == path.as_uri() and {url.split("#")[0] for url in asked} == {path.as_uri()}
        assert dialogs == []
        assert tab.evaluate("document.querySelectorAll('script').length") == 2
        browser.close()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("language", ["en", "ar"])
def test_names_in_the_interactive_figure_are_text(hostile, language, tmp_path: Path):
    """Plotly reads tags, links and entities in its strings: none of those in names may count."""
    from playwright.sync_api import sync_playwright

    path = tmp_path / "report.html"
    path.write_text(page.html(*attacked_movement(hostile), language), encoding="utf-8")
    asked = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(path.as_uri())
        tab.click("#as-figure")
        tab.locator("#figure .point path").first.wait_for()
        assert tab.locator("#figure .point path").count() >= 60
        for place in range(0, 60, 6):
            tab.locator("#figure .point path").nth(place).hover(force=True)
        assert tab.evaluate("window.__hit") is None
        assert tab.locator("#figure a, #figure script, #figure image, #figure foreignObject").count() == 0
        assert {url.split("#")[0] for url in asked if not url.startswith("blob:")} == {path.as_uri()}
        browser.close()
