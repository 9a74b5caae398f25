"""The page in a real browser: mouse, keyboard, filters, phone, dark, print."""

import shutil

import pytest

from voc.report import page

CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield running
        running.close()


@pytest.fixture(scope="module", params=["en", "ar"])
def address(request, example, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page.html(*example.tables(), request.param), encoding="utf-8")
    return path.as_uri()


def opened(browser, address, **options):
    tab = browser.new_context(**options).new_page()
    problems = []
    tab.on("console", lambda message: problems.append(message.text))
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.goto(address)
    assert problems == []
    return tab


def test_a_bar_leads_to_its_quotes(browser, address):
    tab = opened(browser, address)
    quotes = tab.locator("#quotes-price")
    assert quotes.get_attribute("open") is None
    tab.locator("tr[data-open='quotes-price'] td.bar").first.click()
    assert quotes.get_attribute("open") is not None
    assert tab.evaluate("document.activeElement.closest('details').id") == "quotes-price"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_interactive_figure(browser, address, scheme):
    """Plotly draws the same bars under the page's own policy; a click leads to the quotes."""
    tab = opened(browser, address, color_scheme=scheme)
    problems = []
    tab.on("console", lambda message: problems.append(message.text))
    tab.on("pageerror", lambda error: problems.append(str(error)))
    button, bars = tab.locator("#as-figure"), tab.locator("#figure .point path")
    rows = tab.locator("#waterfall tr.step")
    n_rows = rows.count()
    button.focus()
    tab.keyboard.press("Enter")
    bars.first.wait_for()
    assert bars.count() == n_rows and not tab.locator("#waterfall").is_visible()
    drawn = tab.evaluate("document.getElementById('figure').data[0]")
    ends = [base + length for base, length in zip(drawn["base"], drawn["x"], strict=True)]
    assert drawn["base"][1:] == pytest.approx(ends[:-1])  # each bar begins where the last one ended
    tab.evaluate("document.getElementById('quotes-price').open = false")
    place = drawn["customdata"].index("quotes-price")
    box = bars.nth(place).bounding_box()
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.wait_for_function("document.getElementById('quotes-price').open")
    button.click()
    assert tab.locator("#waterfall").is_visible() and not tab.locator("#figure").is_visible()
    assert problems == []


def test_the_figure_is_not_printed(browser, address):
    tab = opened(browser, address)
    tab.locator("#as-figure").click()
    tab.locator("#figure .point path").first.wait_for()
    tab.emulate_media(media="print")
    assert tab.locator("#waterfall").is_visible() and not tab.locator("#figure").is_visible()


def test_the_keyboard_alone(browser, address):
    tab = opened(browser, address)
    tab.locator("#movement a[href='#quotes-app']").focus()
    tab.keyboard.press("Enter")
    assert tab.locator("#quotes-app").get_attribute("open") is not None
    tab.keyboard.press("Enter")  # the focus is on the heading of the quotes
    assert tab.locator("#quotes-app").get_attribute("open") is None
    tab.locator("button[data-filter='negative']").focus()
    tab.keyboard.press("Space")
    assert tab.locator("li.quote[data-polarity='positive']:not([hidden])").count() == 0
    assert tab.locator("li.quote[data-polarity='negative']:not([hidden])").count() > 0


def test_a_column_sorts(browser, address):
    tab = opened(browser, address)
    tab.locator("#themes th.num button").first.click()
    counts = tab.eval_on_selector_all("#themes tbody tr", "rows => rows.map(r => +r.cells[1].dataset.v)")
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_no_sideways_scrolling(browser, address, width):
    tab = opened(browser, address, viewport={"width": width, "height": 800})
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_dark_follows_the_system(browser, address):
    ground = "getComputedStyle(document.body).backgroundColor"
    light = opened(browser, address, color_scheme="light").evaluate(ground)
    dark = opened(browser, address, color_scheme="dark").evaluate(ground)
    assert light != dark


def test_it_reads_without_scripts(browser, address):
    tab = browser.new_context(java_script_enabled=False).new_page()
    tab.goto(address)
    assert tab.locator("#movement table.waterfall").is_visible()
    assert tab.locator("#quotes-staff blockquote").first.is_visible()
    assert not tab.locator(".filters").first.is_visible()
