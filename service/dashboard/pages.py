"""How a page is made and sent: templates, words, headers; and how a refusal looks to a person."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse

from service.dashboard import telling
from service.dashboard.sessions import signer
from service.errors import Problem, of_voc, request_id
from service.logs import event
from service.runtime import Runtime
from voc.errors import VocError
from voc.labels import ReportLanguage
from voc.report import notices, page
from voc.report.wording import Words, rich

HOME: Final = "/dashboard"
COOKIE: Final = "voc_session"
LANGUAGE_COOKIE: Final = "voc_language"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HERE: Final = Path(__file__).resolve().parent
_YEAR_S: Final = 31_536_000


class PageRoute(APIRoute):
    """A route whose refusals are pages, and whose answers keep the session going."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with all of that around it."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                response = await inner(request)
            except Problem as problem:
                response = refusal(request, problem)
            except RequestValidationError as error:
                response = refusal(request, _of_form(error))
            except VocError as error:
                response = refusal(request, of_voc(error))
            response.headers.setdefault("content-security-policy", POLICY)
            response.headers.setdefault("referrer-policy", "same-origin")  # else forms say no origin
            session = getattr(request.state, "session", None)
            if session is not None and session.stale:
                keep(response, request, COOKIE, signer(runtime_of(request).settings.data_dir).seal(session))
            chosen = request.query_params.get("lang")
            if chosen in ("ar", "en"):
                keep(response, request, LANGUAGE_COOKIE, chosen, max_age=_YEAR_S)
            return response

        return handler


def _of_form(error: RequestValidationError) -> Problem:
    """What does not fit, said of an address or of a form."""
    first = error.errors()[0]
    if first["loc"][0] == "path":  # an id that cannot be one: nothing is there
        return Problem("not-found", "No analysis, draft or link has this address.")
    return Problem("invalid", f"{'/'.join(map(str, first['loc'][1:]))}: {first['msg']}")


def runtime_of(request: Request) -> Runtime:
    """The running app's parts."""
    runtime: Runtime = request.app.state.runtime
    return runtime


def keep(response: Response, request: Request, name: str, value: str, *, max_age: int | None = None) -> None:
    """Set a cookie that no script reads and no other site sends."""
    secure = request.url.scheme == "https" or runtime_of(request).settings.public
    response.set_cookie(
        name, value, max_age=max_age, path="/", httponly=True, samesite="strict", secure=secure
    )


def language_of(request: Request) -> ReportLanguage:
    """The reader's language: as asked for now, as chosen before, else the browser's first of the two."""
    for said in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if said in ("ar", "en"):
            return "ar" if said == "ar" else "en"
    wanted = request.headers.get("accept-language", "").lower()
    places = {code: wanted.find(code) for code in ("ar", "en") if code in wanted}
    return "ar" if places and min(places, key=lambda code: places[code]) == "ar" else "en"


def show(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page, or a piece of one, in the reader's language."""
    words = Words(language_of(request))
    session = getattr(request.state, "session", None)
    sign = signer(runtime_of(request).settings.data_dir)
    text = (
        _environment()
        .get_template(template)
        .render(
            w=words,
            t=lambda key, **given: rich(words.say(key, **given)),
            plain=lambda key, **given: words.plain(words.say(key, **given)),
            home=HOME,
            csrf=sign.form_token(session.id) if session is not None else "",
            logged_in=session is not None,
            asset=asset_url,
            other_language=_other_language(request, words.language),
            request_path=request.url.path,
            **values,
        )
    )
    return HTMLResponse(text, status)


def _other_language(request: Request, language: str) -> str:
    """The page's address in the other language; after a form, the start page's."""
    if request.method != "GET":
        return f"{HOME}?lang={'en' if language == 'ar' else 'ar'}"
    url = request.url.include_query_params(lang="en" if language == "ar" else "ar")
    return f"{url.path}?{url.query}"


def go(path: str) -> RedirectResponse:
    """Off to another page, after a form was taken."""
    return RedirectResponse(path, 303)


def refusal(request: Request, problem: Problem) -> Response:
    """A problem as a person sees it; without a session, the way to log in."""
    htmx = "hx-request" in request.headers
    if problem.kind == "unauthorized" and not request.url.path.endswith("/login"):
        onward = f"{HOME}/login"
        if htmx:
            return Response(status_code=401, headers={"HX-Redirect": onward})
        return go(onward)
    event("page.refused", request_id=request_id(request), kind=problem.kind)
    if not htmx:
        return show(request, "refusal.html.j2", status=problem.status, problem=problem.document())
    response = show(request, "refusal_piece.html.j2", problem=problem.document())
    if request.url.path.endswith("/progress"):
        response.headers["HX-Refresh"] = "true"  # whatever was waited for is no more
    else:
        response.headers["HX-Reswap"] = "afterbegin"  # beside what is there, not in its place
    return response


def problem_words(problem: Mapping[str, Any], words: Words) -> tuple[str, str | None]:
    """A problem in the reader's language, and the English detail where there is no translation of it."""
    code, values = problem.get("code"), problem.get("values") or {}
    if code and words.has(f"told_{code}"):
        return words.tell(f"told_{code}", values), None
    kind = str(problem.get("type", "")).rpartition(":")[2]
    title = words.say(f"problem_{kind}") if words.has(f"problem_{kind}") else words.say("problem_internal")
    return title, str(problem.get("detail") or "") or None


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader([_HERE / "templates", page.TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["rich"] = rich
    environment.globals |= {
        "problem_words": problem_words,
        "notice_words": notices.notice_words,
        "entry_words": telling.entry_words,
        "query_with": telling.query_with,
    }
    return environment


@cache
def assets() -> dict[str, tuple[str, bytes]]:
    """Every file a page loads: name -> media type and content. The report's own style comes first."""
    read = {path.name: path.read_bytes() for path in sorted((_HERE / "assets").iterdir())}
    css = page.style().encode() + b"\n" + read["dashboard.css"]
    return {
        "dashboard.css": ("text/css; charset=utf-8", css),
        "dashboard.js": ("text/javascript; charset=utf-8", read["dashboard.js"]),
        "icon.svg": ("image/svg+xml", read["icon.svg"]),
        "htmx.min.js": ("text/javascript; charset=utf-8", read["htmx.min.js"]),
        "plotly.js": ("text/javascript; charset=utf-8", page.plotly()),
        "report.js": ("text/javascript; charset=utf-8", page.script().encode()),
    }


@cache
def asset_url(name: str) -> str:
    """Where a page finds an asset; the address changes with the content, so it may be kept for ever."""
    digest = hashlib.sha256(assets()[name][1]).hexdigest()[:12]
    return f"{HOME}/assets/{name}?v={digest}"
