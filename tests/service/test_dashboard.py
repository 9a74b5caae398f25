"""The dashboard without a browser: doors, forms, drafts, exploring, edits, comparing, sharing, tenants."""

import io
import re
import time
from datetime import timedelta

import pandas as pd
import pytest
import sqlalchemy as sa
from apps import running
from starlette.testclient import TestClient
from words_models import WordsModels

from service import batches, edits, retention
from service.dashboard import sessions
from service.database import now
from service.tables import Audit, Batch, Revision, Share
from voc.demo import write

MARK = "an unmistakable sentence about the price"


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    path = tmp_path_factory.mktemp("dashboard") / "survey.csv"
    write(path, n=160)
    frame = pd.read_csv(path, dtype=str)
    frame.loc[5, "comment"] = MARK
    frame.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with running(tmp_path_factory.mktemp("data"), models=WordsModels()) as started:
        yield started


class Person:
    """A browser of one person: cookies, and the token of the forms."""

    def __init__(self, service, tenant="one", scopes=("batch",)):
        self.http = TestClient(service.client.app, raise_server_exceptions=False)
        self.service, self.csrf = service, ""
        page = self.http.get("/dashboard/login")
        sent = {"csrf": token(page), "key": service.key(tenant, scopes).token}
        self.entered = self.http.post("/dashboard/login", data=sent)
        self.csrf = token(self.entered)

    def get(self, path, **more):
        return self.http.get(path, **more)

    def post(self, path, data=None, **more):
        return self.http.post(path, data={"csrf": self.csrf, **(data or {})}, follow_redirects=False, **more)

    def upload(self, name, content):
        return self.post("/dashboard/upload", files={"file": (name, content)})

    def analyze(self, survey, **options):
        draft = self.upload(survey.name, survey.read_bytes()).headers["location"]
        started = self.post(f"{draft}/start", {"topics": "no", **options})
        self.until(lambda: 'id="report"' in self.get(started.headers["location"]).text)
        return started.headers["location"]

    def until(self, done, seconds=240):
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline
            time.sleep(0.1)


def token(page):
    found = re.search(r'name="csrf" value="(\w*)"', page.text)
    return found[1] if found else ""


@pytest.fixture(scope="module")
def one(service):
    return Person(service)


@pytest.fixture(scope="module")
def batch(one, survey):
    """A finished batch of tenant one."""
    return one.analyze(survey, before="2024-Q1", after="2024-Q2")


# ---- doors ----


def test_nothing_is_shown_without_logging_in(service):
    http = TestClient(service.client.app)
    for path in ("", "/drafts/drf_" + "0" * 26, "/batches/bat_" + "0" * 26):
        answered = http.get(f"/dashboard{path}", follow_redirects=False)
        assert (answered.status_code, answered.headers["location"]) == (303, "/dashboard/login")
    polled = http.get("/dashboard", headers={"HX-Request": "true"})
    assert (polled.status_code, polled.headers["hx-redirect"]) == (401, "/dashboard/login")


def test_the_cookie_and_the_headers_are_strict(one):
    page = one.get("/dashboard")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", page.text)
    cookie = one.entered.history[0].headers["set-cookie"].lower()
    assert "voc_session=" in cookie and "httponly" in cookie and "samesite=strict" in cookie


@pytest.mark.parametrize("key", ["voc_nobody_00", "", "voc_é_ü", "x" * 5000])
def test_a_wrong_key_opens_nothing(service, key):
    http = TestClient(service.client.app)
    form = token(http.get("/dashboard/login"))
    answered = http.post("/dashboard/login", data={"csrf": form, "key": key})
    assert answered.status_code == 401 and "unknown" in answered.text
    assert "voc_session" not in http.cookies


def test_a_key_without_the_right_scope_opens_nothing(service):
    http = TestClient(service.client.app)
    form = token(http.get("/dashboard/login"))
    weak = service.key("one", ("classify",)).token
    assert http.post("/dashboard/login", data={"csrf": form, "key": weak}).status_code == 401


def test_a_session_ends_with_its_key_its_time_and_its_log_out(service):
    from service import keys

    person = Person(service)
    made = person.http.cookies["voc_session"]
    sign = sessions.signer(service.settings.data_dir)
    session = sign.open(made)
    assert session is not None and sign.open(made[:-1] + ("0" if made[-1] != "0" else "1")) is None
    old = sessions.Session(session.key_id, session.id, time.time() - sessions.LONGEST_S - 1, time.time())
    assert sign.open(sign.seal(old)) is None
    keys.revoke(service.database, session.key_id)
    assert person.get("/dashboard", follow_redirects=False).status_code == 303
    other = Person(service)
    other.post("/dashboard/logout")
    assert other.get("/dashboard", follow_redirects=False).status_code == 303


def forms(draft_id, batch_id):
    return [
        "/dashboard/logout",
        f"/dashboard/drafts/{draft_id}/look",
        f"/dashboard/drafts/{draft_id}/start",
        f"/dashboard/drafts/{draft_id}/drop",
        f"{batch_id}/cancel",
        f"{batch_id}/delete",
        f"{batch_id}/comments/3",
        f"{batch_id}/edits/add",
        f"{batch_id}/edits/remove",
        f"{batch_id}/edits/drop",
        f"{batch_id}/edits/accept",
        f"{batch_id}/share",
        "/dashboard/shares/shr_" + "0" * 26 + "/revoke",
    ]


def test_every_form_asks_for_its_token_and_its_origin(service, one, batch, survey):
    draft = one.upload("s.csv", survey.read_bytes()).headers["location"].rpartition("/")[2]
    posts = {
        (route.path, method)
        for route in _routes(service.client.app)
        for method in route.methods
        if method == "POST" and route.path.startswith("/dashboard")
    }
    assert len(posts) == len(forms("x", "y")) + 2  # the two others: log-in and upload, tried below
    other = Person(service)
    for path in forms(draft, batch):
        for wrong in ("", "0" * 64, other.csrf):
            assert one.http.post(path, data={"csrf": wrong}).status_code == 403, path
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            assert one.post(path, headers=headers).status_code == 403, path
    sent = one.http.post("/dashboard/upload", data={"csrf": "0"}, files={"file": ("a.csv", b"a,b\n1,2\n")})
    assert sent.status_code == 403
    assert not list((service.settings.data_dir / "uploads").glob("*"))
    assert one.get(batch).status_code == 200  # none of them did anything
    one.post(f"/dashboard/drafts/{draft}/drop")


def _routes(app):
    from service.dashboard import doors, edit_pages, result_pages, share_pages, upload_pages

    return [r for m in (doors, upload_pages, edit_pages, result_pages, share_pages) for r in m.router.routes]


# ---- uploading ----


def test_a_draft_shows_what_was_found_and_follows_what_is_chosen(one, survey):
    draft = one.upload(survey.name, survey.read_bytes()).headers["location"]
    page = one.get(draft).text
    for name in ("comment", "nps", "answered_at", "branch"):
        assert f"<bdi>{name}</bdi>" in page
    assert page.count('class="tag named"') >= 5 and "Q2 2024" in page
    changed = one.post(f"{draft}/look", {"score": "channel"}, headers={"HX-Request": "true"})
    assert "fits the scale" in changed.text and "<html" not in changed.text
    without = {"date": "-", "weight": "-", "segments_shown": "1"}
    bare = one.post(f"{draft}/look", without, headers={"HX-Request": "true"}).text
    assert "Q2 2024" not in bare and bare.count('class="tag named"') <= 4
    assert bare.count('<option value="-" selected>') == 2 and " checked> <bdi>" not in bare
    one.post(f"{draft}/drop")
    assert one.get(draft).status_code == 404


def test_ambiguous_dates_are_asked_about_in_both_languages(one):
    rows = "comment,nps,date\n" + "".join(f"late again,{i % 11},0{1 + i % 6}/03/2024\n" for i in range(40))
    draft = one.upload("dates.csv", rows.encode()).headers["location"]
    english, arabic = one.get(draft, params={"lang": "en"}).text, one.get(draft, params={"lang": "ar"}).text
    assert 'name="date_order" value="day"' in english and "two ways" in english
    assert "بطريقتين" in arabic and "no row settles" not in arabic
    settled = one.post(f"{draft}/look", {"date_order": "month"}).text
    assert "بطريقتين" not in settled and "يونيو 2024" in re.sub("<[^>]+>|[\u200e\u200f]", "", settled)
    one.get("/dashboard", params={"lang": "en"})
    one.post(f"{draft}/drop")


def test_personal_data_is_masked_in_the_preview(one):
    rows = "comment,nps\nplease call me on 0551234567 about it,3\nfine,9\n"
    draft = one.upload("people.csv", rows.encode()).headers["location"]
    assert "0551234567" not in one.get(draft).text
    one.post(f"{draft}/drop")


@pytest.mark.parametrize(
    "name, content", [("x.exe", b"MZ"), ("empty.csv", b""), ("x.csv", b"\x89PNG\r\n" + bytes(999))]
)
def test_files_that_are_no_tables_are_refused_politely(one, name, content):
    answered = one.upload(name, content)
    if answered.status_code == 303:
        page = one.get(answered.headers["location"])
        assert "is not a table" in page.text
        one.post(answered.headers["location"] + "/drop")
    else:
        assert answered.status_code in (415, 422) and "<html" in answered.text


def test_drafts_nobody_started_are_purged(service, one, survey):
    import os

    one.upload("old.csv", survey.read_bytes())
    (home,) = (service.settings.data_dir / "tenants").glob("*/drafts/*")
    os.utime(home, (1, 1))
    retention.purge(service.client.app.state.runtime)
    assert not home.exists()


# ---- results ----


def test_a_batch_is_the_same_as_the_apis(service, one, batch):
    made = service.call("GET", "/v1/batches").json()["batches"]
    assert batch.rpartition("/")[2] in {found["id"] for found in made}
    api = service.call("GET", f"/v1/batches/{batch.rpartition('/')[2]}/result.json").json()
    mine = one.get(f"{batch}/files/result.json").json()
    assert api == mine and mine["compared"] == {"before": "2024-Q1", "after": "2024-Q2"}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_in_both_languages(one, batch, language):
    for path in ("", "/explore", "/explore?theme=price", "/compare", "/edits", "/share", "/comments/5"):
        page = one.get(batch + path, params={"lang": language} if "?" not in path else None)
        assert page.status_code == 200, path
        direction = "rtl" if language == "ar" else "ltr"
        assert f'<html lang="{language}" dir="{direction}">' in page.text
    one.get("/dashboard", params={"lang": "en"})


def test_exploring_counts_what_the_tables_say(one, batch):
    comments = pd.read_parquet(io.BytesIO(one.get(f"{batch}/files/comments.parquet").content))
    mentions = pd.read_parquet(io.BytesIO(one.get(f"{batch}/files/mentions.parquet").content))
    late = mentions[(mentions["theme"] == "delivery_speed") & (mentions["polarity"] == "negative")]
    rows = comments[comments["comment_id"].isin(late["comment_id"])]
    page = one.get(f"{batch}/explore", params={"theme": "delivery_speed", "polarity": "negative"}).text
    assert bare(page).count(f"{len(rows)} answers, {len(rows)} comments with text.") == 1
    assert page.count("<mark>") == min(20, len(rows))
    branch = comments["segment_branch"].value_counts().index[0]
    some = comments[(comments["segment_branch"] == branch) & (comments["language"] == "ar")]
    page = one.get(f"{batch}/explore", params={"segment_branch": branch, "language": "ar"}).text
    assert f"{len(some[some['text'] != ''])} answers" in bare(page)
    found = one.get(
        f"{batch}/explore", params={"words": "UNMISTAKABLE", "page": "99"}, headers={"HX-Request": "1"}
    )
    assert MARK in bare(found.text) and "1 answer," in bare(found.text) and "<html" not in found.text


def bare(html):
    return re.sub(r"<[^>]+>", "", html)


def test_comparing_other_sides(one, batch):
    page = one.get(f"{batch}/compare", params={"before": "2024-01", "after": "2024-05"}).text
    assert "January 2024 compared with May 2024" in bare(page)
    values = re.findall(r'<option value="(channel=\w+)"', one.get(f"{batch}/compare").text)
    page = one.get(f"{batch}/compare", params={"group_before": values[0], "group_after": values[1]}).text
    assert 'id="report"' in page
    for wrong in (
        {"before": "2024-01"},
        {"before": "2031-01", "after": "2031-02"},
        {"group_before": values[0], "group_after": "branch=x"},
    ):
        page = one.get(f"{batch}/compare", params=wrong)
        assert page.status_code == 200 and 'class="fault"' in page.text and 'id="report"' not in page.text


# ---- edits ----


def test_edits_are_proposed_shown_accepted_and_last(service, one, survey):
    batch = one.analyze(survey)
    before = one.get(f"{batch}/files/result.json").json()
    one.post(
        f"{batch}/edits/add",
        {"kind": "rename", "theme": "price", "label_ar": "الأسعار", "label_en": "Prices"},
    )
    merged = {"kind": "merge", "themes": ["app", "waiting_time"], "into": "app"}
    one.post(f"{batch}/edits/add", merged)
    one.post(f"{batch}/comments/5", {"is.price": "no", "add": "staff", "add_polarity": "negative"})
    page = one.get(f"{batch}/edits").text
    assert bare(page).count("proposed") == 3 and "What would change" in page
    assert one.get(f"{batch}/files/result.json").json() == before  # nothing is changed yet
    one.post(f"{batch}/edits/remove", {"number": "1"})
    assert bare(one.get(f"{batch}/edits").text).count("proposed") == 2
    one.post(f"{batch}/edits/add", merged)
    assert one.post(f"{batch}/edits/accept").status_code == 303
    one.until(lambda: "hx-refresh" in one.get(f"{batch}/edits/progress").headers)
    after = one.get(f"{batch}/files/result.json").json()
    labels = {theme["id"]: theme["label"]["en"] for theme in after["themes"]}
    assert labels["price"] == "Prices" and "waiting_time" not in labels
    mentions = pd.read_parquet(io.BytesIO(one.get(f"{batch}/files/mentions.parquet").content))
    assert list(mentions.loc[mentions["origin"] == "analyst", "theme"]) == ["staff"]
    assert "in force" in one.get(f"{batch}/edits").text
    with service.database.session(read_only=True) as session:
        assert session.scalar(sa.select(Revision.state).order_by(Revision.id.desc())) == "done"
        assert "batch.edit" in set(session.scalars(sa.select(Audit.action)))
    # taking all of them back gives what was there first
    for _ in range(3):
        one.post(f"{batch}/edits/remove", {"number": "0"})
    one.post(f"{batch}/edits/accept")
    one.until(lambda: "hx-refresh" in one.get(f"{batch}/edits/progress").headers)
    assert one.get(f"{batch}/files/result.json").json() == before


def test_wrong_edits_are_refused_and_change_nothing(one, batch):
    for wrong in (
        {"kind": "rename", "theme": "price"},
        {"kind": "rename", "theme": "no_such", "label_ar": "س", "label_en": "x"},
        {"kind": "merge", "themes": ["app"], "into": "app"},
        {"kind": "move", "theme": "price", "under": "app"},
        {"kind": "burn"},
    ):
        assert one.post(f"{batch}/edits/add", wrong).status_code == 422, wrong
    assert one.post(f"{batch}/comments/5", {"is.price": ""}).status_code == 422
    assert one.post(f"{batch}/edits/accept").status_code == 409
    assert "There are no edits yet" in one.get(f"{batch}/edits").text


def test_a_revision_cut_off_by_a_crash_is_carried_out_later(service, one, survey):
    batch = one.analyze(survey)
    one.post(f"{batch}/comments/5", {"is.price": "no"})
    with service.database.session() as session:  # as `accept` leaves it when the process dies at once
        row = session.get(Batch, batch.rpartition("/")[2])
        home = batches.folder(service.settings, row.tenant_id, row.id)
        (home / "edits" / "rev_cut.yaml").write_bytes((home / "edits" / edits.PROPOSED).read_bytes())
        session.add(
            Revision(id="rev_cut", tenant_id=row.tenant_id, batch_id=row.id, key_id="k", state="queued")
        )
    one.until(lambda: "hx-refresh" in one.get(f"{batch}/edits/progress").headers)
    assert edits.accepted(home) and "in force" in one.get(f"{batch}/edits").text


def test_a_person_is_forgotten_in_edits_too(service, one, survey):
    batch = one.analyze(survey, respondent="response_id")
    one.post(f"{batch}/comments/5", {"is.price": "no", "everywhere": "1"})
    one.post(f"{batch}/comments/5", {"is.price": "positive"})
    comments = pd.read_parquet(io.BytesIO(one.get(f"{batch}/files/comments.parquet").content))
    assert MARK in one.get(f"{batch}/edits").text
    person = comments["respondent_id"].iloc[5]
    assert service.call("DELETE", f"/v1/respondents/{person}").json()["batch_comments"] >= 1
    page = one.get(f"{batch}/edits").text
    assert MARK not in page and "proposed" not in bare(page)


# ---- sharing ----


def test_a_link_shows_the_report_until_it_ends(service, one, batch):
    stranger = TestClient(service.client.app)
    made = one.post(f"{batch}/share", {"days": "7"})
    link = re.search(r"/shared/\w+", made.text)[0]
    assert link.rpartition("_")[2] not in one.get(f"{batch}/share").text  # shown once
    for language, word in (("en", "How the move adds up"), ("ar", "كيف يتكوّن التغيّر")):
        seen = stranger.get(link, params={"lang": language})
        assert seen.status_code == 200 and word in seen.text
        assert seen.headers["content-security-policy"].startswith("sandbox")
        assert 'action="' not in seen.text  # read-only
    assert stranger.get(link[:-1] + ("0" if link[-1] != "0" else "1")).status_code == 410
    with service.database.session() as session:
        share = session.scalars(sa.select(Share).order_by(Share.id.desc())).first()
        share.expires_at = now() - timedelta(seconds=1)
    assert stranger.get(link).status_code == 410
    again = re.search(r"/shared/\w+", one.post(f"{batch}/share", {"days": "1"}).text)[0]
    revoke = re.search(r"/dashboard/shares/\w+/revoke", one.get(f"{batch}/share").text)[0]
    assert stranger.get(again).status_code == 200
    one.post(revoke)
    assert stranger.get(again).status_code == 410
    assert one.post(f"{batch}/share", {"days": "4000"}).status_code == 422


def test_downloads(one, batch):
    for name in (
        "report.html",
        "report.xlsx",
        "report.pptx",
        "comments.parquet",
        "rejects.csv",
        "result.json",
    ):
        got = one.get(f"{batch}/files/{name}")
        assert got.status_code == 200 and "attachment" in got.headers["content-disposition"], name
    assert one.get(f"{batch}/files/edits.yaml").status_code == 404
    assert one.get(f"{batch}/files/lock").status_code == 404


@pytest.mark.parametrize("address", ["batches/bat_nothere", "batches/bat_nothere/explore", "drafts/%00"])
def test_an_address_with_nothing_behind_it_says_so_in_the_readers_language(one, address):
    answered = one.get(f"/dashboard/{address}?lang=ar")
    assert answered.status_code == 404
    assert "لا يوجد شيء هنا" in answered.text
    one.get("/dashboard?lang=en")


# ---- tenants ----


def test_no_page_crosses_tenants(service, one, batch, survey):
    two = Person(service, "two")
    draft = one.upload("mine.csv", survey.read_bytes()).headers["location"]
    one.post(f"{batch}/share", {"days": "1"})
    share = re.search(r"/dashboard/shares/\w+/revoke", one.get(f"{batch}/share").text)[0]
    made = {(draft, "{draft_id}"), (batch, "{batch_id}"), (share, "{share_id}")}
    count = 0
    for route in _routes(service.client.app):
        if "{" not in route.path or route.path.startswith(("/shared", "/dashboard/assets")):
            continue
        path = route.path.replace("{row}", "5").replace("{name}", "result.json")
        for address, name in made:
            own = address.rpartition("/revoke")[0] or address
            path = path.replace(name, own.rpartition("/")[2])
        assert "{" not in path
        method = next(iter(route.methods))
        answered = two.get(path, follow_redirects=False) if method == "GET" else two.post(path)
        count += 1
        assert answered.status_code == 404, (method, path)
        assert MARK not in answered.text
    assert count >= 20
    assert batch not in two.get("/dashboard").text and draft not in two.get("/dashboard").text
    assert one.get(batch).status_code == 200 and one.get(draft).status_code == 200
    one.post(f"{draft}/drop")


def test_deleting_takes_everything_along(service, one, survey):
    batch = one.analyze(survey)
    link = re.search(r"/shared/\w+", one.post(f"{batch}/share", {"days": "1"}).text)[0]
    one.post(f"{batch}/delete")
    assert one.get(batch).status_code == 404
    assert TestClient(service.client.app).get(link).status_code == 410
