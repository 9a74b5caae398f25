"""The dashboard in a real browser: upload, columns, progress, drill-down, edits, sharing, keyboard, phone."""

import shutil
from pathlib import Path

import pytest
from live import serving
from words_models import WordsModels

from voc.demo import write

CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
HOSTILE = Path(__file__).resolve().parents[1] / "report" / "hostile.txt"
SLOWEST_MS = 240_000  # on a machine that does ten other things
SERIOUS = {"serious", "critical"}
SPEAKS = {"en": ("Explore the comments", "ltr"), "ar": ("استكشاف التعليقات", "rtl")}


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    path = tmp_path_factory.mktemp("survey") / "survey.csv"
    write(path, n=240)
    return path


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("data"), WordsModels(), scopes=("batch",)) as (url, token, _):
        yield url, token


class Tab:
    """A page that remembers whatever the browser complained about."""

    def __init__(self, browser, served, **options):
        self.url, self.token = served
        self.context = browser.new_context(
            **{"locale": "en", "viewport": {"width": 1200, "height": 800}, **options}
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(SLOWEST_MS)
        self.problems, self.asked, self.dialogs = [], [], []
        self.page.on("console", lambda message: self.problems.append(message.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def log_in(self):
        self.page.goto(f"{self.url}/dashboard")
        self.page.fill("input[name=key]", self.token)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("input[type=file]")
        return self

    def analyze(self, path):
        """From the start page to the finished report, with the mouse; the batch's address."""
        self.page.set_input_files("input[type=file]", str(path))
        self.page.click("form.upload button")
        self.page.wait_for_selector("#look")
        self.page.click("#look button.primary")
        self.page.wait_for_selector("#report", timeout=SLOWEST_MS)
        return self.page.url.split("?")[0]

    def axe(self):
        """Serious violations of accessibility on this page, and the page's own complaints."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        return [
            f"{one['id']}: {node['html'][:150]}"
            for one in found
            if one["impact"] in SERIOUS
            for node in one["nodes"]
        ]


@pytest.fixture(scope="module")
def tab(browser, served):
    return Tab(browser, served).log_in()


@pytest.fixture(scope="module")
def batch(tab, survey):
    return tab.analyze(survey)


@pytest.fixture(autouse=True)
def nothing_went_wrong(request):
    """No page may log an error, break its own policy or ask another host for anything."""
    yield
    for name in ("tab", "phone", "arabic"):
        if name in request.fixturenames:
            seen = request.getfixturevalue(name)
            assert seen.problems == [] and seen.dialogs == []
            assert all(url.startswith((seen.url, "blob:")) for url in seen.asked)


def test_upload_map_progress_and_report(browser, served, survey):
    tab = Tab(browser, served).log_in()
    page = tab.page
    page.set_input_files("input[type=file]", str(survey))
    page.click("form.upload button")
    page.wait_for_selector("#look")
    assert page.locator("table.sheet .tag.named").count() >= 5
    assert "channel" not in page.locator("#f-score").inner_text().split("\n")[0]
    with page.expect_response("**/look"):
        page.select_option("#f-score", "channel")  # a wrong column: the preview says so at once
    page.wait_for_selector("#look .fault")
    with page.expect_response("**/look"):
        page.select_option("#f-score", "nps")
    page.wait_for_selector("#look .fault", state="detached")
    page.select_option("select[name=before]", "2024-Q1")
    page.select_option("select[name=after]", "2024-Q2")
    page.click("#look button.primary")
    page.wait_for_selector("#report", timeout=SLOWEST_MS)  # the progress page polls, then loads the report
    assert "Q1 2024 compared with Q2 2024" in page.inner_text("#report .subtitle")
    assert tab.problems == [] and all(url.startswith(tab.url) for url in tab.asked)


def test_a_bar_leads_to_its_quotes_in_the_report(tab, batch):
    tab.page.goto(batch)
    row = tab.page.locator("tr[data-open]").first
    target = row.get_attribute("data-open")
    row.locator("td.bar").click()
    assert tab.page.locator(f"#{target}").get_attribute("open") is not None


def test_the_interactive_figure_of_the_report(tab, batch):
    tab.page.goto(batch)
    tab.page.click("#as-figure")
    tab.page.locator("#figure .point path").first.wait_for()
    assert tab.page.locator("#figure .point path").count() == tab.page.locator("#waterfall tr.step").count()
    assert tab.problems == [] and all(url.startswith(tab.url) for url in tab.asked)


def test_filter_and_drill_down(tab, batch):
    page = tab.page
    page.goto(f"{batch}/explore")
    everything = page.inner_text("#found .lede")
    with page.expect_response("**/explore?*"):
        page.select_option("select[name=language]", "ar")
    page.wait_for_function("old => document.querySelector('#found .lede').innerText !== old", arg=everything)
    assert "language=ar" in page.url
    name = page.locator("table.bars tbody th a").first.inner_text()
    with page.expect_response("**/explore?*theme=*"):
        page.locator("table.bars tbody .barlink").first.click()
    page.wait_for_selector("#found mark")
    assert name in page.inner_text("#comments-h") and "language=ar" in page.url
    page.go_back()
    page.wait_for_selector("#found")
    page.reload()  # the address alone tells what is shown
    assert page.locator("select[name=language]").input_value() == "ar"


def test_an_edit_from_proposal_to_result(tab, batch):
    page = tab.page
    page.goto(f"{batch}/edits")
    page.click("summary:has-text('Rename a theme')")
    form = page.locator("details[open] form")
    form.locator("select").select_option("delivery_speed")
    form.locator("input[name=label_ar]").fill("سرعة الوصول")
    form.locator("input[name=label_en]").fill("Speed of arrival")
    form.locator("button").click()
    page.goto(f"{batch}/explore?theme=delivery_speed")
    page.locator(".quote .meta a").first.click()
    page.locator("fieldset:has-text('Delivery') input[value=no]").check()
    page.click("button.primary")
    assert page.locator("ol.edits li").count() == 2
    change = page.inner_text("section[aria-labelledby=change] table")
    assert "−1" in change
    page.click("button:has-text('Accept')")
    page.wait_for_selector("p#revision", timeout=SLOWEST_MS)
    assert page.locator("ol.edits .tag.named").count() == 0
    page.goto(batch)
    assert "Speed of arrival" in page.inner_text("#report")


def test_a_shared_link_opens_for_a_stranger_and_ends(browser, tab, batch, served):
    page = tab.page
    page.goto(f"{batch}/share")
    page.click("button:has-text('Make a link')")
    link = page.locator("#link").input_value()
    stranger = Tab(browser, served)
    stranger.page.goto(link)
    assert stranger.page.locator("#movement table.waterfall").is_visible()
    assert stranger.page.locator("form").count() == 0 and stranger.problems == []
    page.goto(f"{batch}/share")
    page.locator("button:has-text('Revoke')").first.click()
    stranger.page.goto(link)
    assert "expired or was revoked" in stranger.page.inner_text("main")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_pages_are_accessible(tab, batch, language):
    found = {}
    for path in ("", "/explore?theme=delivery_speed", "/compare", "/edits", "/share", "/comments/3"):
        tab.page.goto(f"{batch}{path}{'&' if '?' in path else '?'}lang={language}")
        tab.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        found[path] = tab.axe()
    tab.page.goto(f"{tab.url}/dashboard?lang={language}")
    found["start"] = tab.axe()
    assert {path: faults for path, faults in found.items() if faults} == {}


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_is_accessible_in_light_and_dark(browser, served, tab, batch, survey, language, scheme):
    other = Tab(browser, served, color_scheme=scheme)
    faults = {}
    other.page.goto(f"{other.url}/dashboard/login?lang={language}")
    faults["login"] = other.axe()
    other.log_in()
    other.page.set_input_files("input[type=file]", str(survey))
    other.page.click("form.upload button")
    other.page.wait_for_selector("#look")
    faults["draft"] = other.axe()
    for path in (
        "",
        "/explore",
        "/compare?before=2024-Q1&after=2024-Q2",
        "/edits",
        "/share",
        "/comments/3",
        "/comments/9999",
    ):
        other.page.goto(f"{batch}{path}")
        other.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        faults[path] = other.axe()
    assert {path: found for path, found in faults.items() if found} == {}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_phone_width_never_scrolls_sideways(browser, served, tab, batch, language):
    phone = Tab(browser, served, viewport={"width": 360, "height": 740}).log_in()
    for path in ("", "/explore?theme=delivery_speed", "/compare", "/edits", "/share", "/comments/3"):
        phone.page.goto(f"{batch}{path}{'&' if '?' in path else '?'}lang={language}")
        phone.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert phone.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert phone.page.evaluate("document.documentElement.dir") == SPEAKS[language][1]


def test_the_keyboard_alone(browser, served, batch, survey):
    """Log in, find the upload, filter, open quotes and propose a correction without a pointer."""
    tab = Tab(browser, served).log_in()
    page = tab.page

    def tab_to(selector):
        for _ in range(120):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", selector  # one sees where one is
                return
        raise AssertionError(f"{selector} cannot be reached")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    tab_to("input[type=file]")
    page.set_input_files("input[type=file]", str(survey))  # the file window belongs to the system
    tab_to("form.upload button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#look")
    tab_to("#look button.primary")
    page.keyboard.press("Enter")
    page.wait_for_selector("#progress")
    page.goto(batch)  # one that is done
    tab_to(".tabs li:nth-child(2) a")
    page.keyboard.press("Enter")
    page.wait_for_selector("#found")
    tab_to("select[name=polarity]")
    with page.expect_response("**/explore?*polarity=*"):
        page.keyboard.press("ArrowDown")
    page.wait_for_function("location.search.includes('polarity=negative')")
    tab_to("table.bars tbody th a")
    with page.expect_response("**/explore?*theme=*"):
        page.keyboard.press("Enter")
    page.wait_for_selector("#found mark")
    tab_to(".quote .meta a")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('One comment')")
    tab_to("input[type=radio]")
    page.keyboard.press("ArrowUp")  # the last choice of the group: not about this
    tab_to("button.primary")
    page.keyboard.press("Enter")
    page.wait_for_selector("ol.edits li")
    assert tab.problems == []


def test_it_works_without_scripts(browser, served, tab, batch):
    plain = browser.new_context(
        java_script_enabled=False, storage_state=tab.context.storage_state()
    ).new_page()
    plain.goto(f"{batch}/explore?lang=en")
    plain.select_option("select[name=language]", "ar")
    plain.click("form.filter button.primary")
    assert "language=ar" in plain.url and plain.locator(".quote").count() > 0
    plain.locator("table.bars tbody th a").first.click()
    assert plain.locator("#found mark").count() > 0


@pytest.fixture(scope="module")
def hostile(served, browser, tmp_path_factory):
    """A file whose comments, segments, headings and name are hostile, analyzed; its batch's address."""
    import pandas as pd

    texts = [
        line.encode().decode("unicode_escape", "ignore") for line in HOSTILE.read_text("utf-8").split("\n")
    ]
    texts = [text.encode("utf-8", "ignore").decode() for text in texts if text]
    assert len(texts) >= 200
    frame = pd.DataFrame(
        {"comment": texts, "nps": [i % 11 for i in range(len(texts))], "<img src=x onerror=__hit=1>": texts}
    )
    path = tmp_path_factory.mktemp("hostile") / "a'\"><script>__hit=1<script>.csv"
    frame.rename(columns={"<img src=x onerror=__hit=1>": "branch<script>__hit=1</script>"}).to_csv(
        path, index=False
    )
    tab = Tab(browser, served).log_in()
    tab.page.on("dialog", lambda dialog: (tab.dialogs.append(dialog.message), dialog.dismiss()))
    tab.page.set_input_files("input[type=file]", str(path))
    tab.page.click("form.upload button")
    tab.page.wait_for_selector("#look")
    assert tab.page.evaluate("window.__hit") is None
    tab.page.locator("input[name=segments]").last.check()
    tab.page.wait_for_load_state("networkidle")
    tab.page.click("#look button.primary")
    tab.page.wait_for_selector("#report", timeout=SLOWEST_MS)
    return tab, tab.page.url.split("?")[0]


def test_hostile_comments_are_shown_as_text_and_nothing_runs(hostile):
    tab, batch = hostile
    page, scripts = tab.page, {"htmx.min.js", "dashboard.js", "report.js"}
    shown = 0
    paths = ["", *(f"/explore?page={i}" for i in range(1, 13)), "/comments/0", "/edits", "/compare", "/share"]
    for path in paths:
        page.goto(f"{batch}{path}")
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate("window.__hit") is None, path
        loaded = page.evaluate("[...document.scripts].map(s => s.src.split('/').pop().split('?')[0])")
        assert set(loaded) <= scripts, path
        assert (
            page.evaluate("document.querySelectorAll('[onerror],[onload],[onclick],iframe,object').length")
            == 0
        )
        if path.startswith("/explore"):
            shown += page.locator(".quote").count()
    page.goto(batch)
    if page.locator("#as-figure").count():  # Plotly reads a few tags in its strings
        page.click("#as-figure")
        page.locator("#figure .point path").first.wait_for()
        assert page.evaluate("window.__hit") is None
        assert page.locator("#figure a, #figure script, #figure image").count() == 0
    assert shown >= 190  # of the list, those that are not blank
    assert tab.dialogs == [] and all(url.startswith((tab.url, "blob:")) for url in tab.asked)
