"""Logging in and out, and what every other page asks for first: a viewer, and a form that is ours."""

from __future__ import annotations

import asyncio
import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import FormData

from service import keys
from service.dashboard.pages import COOKIE, HOME, PageRoute, assets, go, keep, runtime_of, show
from service.dashboard.sessions import signer
from service.errors import Problem
from service.keys import Caller

router = APIRouter(prefix=HOME, include_in_schema=False, route_class=PageRoute)
_ATTEMPT = "voc_login"  # a random value that ties a log-in form to the browser it was shown in
_MAY = {"batch", "admin"}


async def _viewer(request: Request) -> Caller:
    runtime = runtime_of(request)
    session = signer(runtime.settings.data_dir).open(request.cookies.get(COOKIE, ""))
    caller = None
    if session is not None:
        caller = await asyncio.to_thread(keys.holder, runtime.database, session.key_id)
    if session is None or caller is None or not caller.scopes & _MAY:
        raise Problem("unauthorized", "Log in first.")
    runtime.limits.call(caller)
    request.state.session = session
    request.scope["voc.caller"] = caller
    return caller


Viewer = Annotated[Caller, Depends(_viewer)]


async def _form(request: Request, viewer: Viewer) -> FormData:
    check_origin(request)
    form = await request.form(max_files=0, max_fields=500)
    check_token(request, form.get("csrf"))
    return form


OurForm = Annotated[FormData, Depends(_form)]


def check_origin(request: Request) -> None:
    """Nothing when the request comes from one of our own pages, as far as the browser says.

    Raises:
        Problem: `forbidden`.
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if site not in ("same-origin", "none") or foreign:
        raise Problem("forbidden", "This form was sent from another site.")


def check_token(request: Request, token: object) -> None:
    """Nothing when `token` is the one that this session's forms carry.

    Raises:
        Problem: `forbidden`.
    """
    sign = signer(runtime_of(request).settings.data_dir)
    if not sign.is_form_token(request.state.session.id, str(token or "")):
        raise Problem("forbidden", "This form is out of date; open the page again.")


@router.get("/assets/{name}")
def asset(name: str) -> Response:
    """A file that pages load."""
    if name not in assets():
        raise Problem("not-found", "There is no such file.")
    kind, content = assets()[name]
    for_ever = {"Cache-Control": "public, max-age=31536000, immutable"}  # the address names the content
    return Response(content, media_type=kind, headers=for_ever)


@router.get("/login")
def login_page(request: Request) -> Response:
    """The form for a key."""
    return _login_form(request)


@router.post("/login")
async def login(request: Request) -> Response:
    """A session for the holder of a key."""
    check_origin(request)
    runtime = runtime_of(request)
    sign = signer(runtime.settings.data_dir)
    form = await request.form(max_files=0, max_fields=10)
    attempt = request.cookies.get(_ATTEMPT, "")
    if not attempt or not sign.is_form_token(attempt, str(form.get("csrf") or "")):
        return _login_form(request, "login_again")
    token = str(form.get("key") or "").strip()
    caller = await asyncio.to_thread(keys.authenticate, runtime.database, token)
    if caller is None:
        return _login_form(request, "login_unknown")
    if not caller.scopes & _MAY:
        return _login_form(request, "login_scope")
    response = go(HOME)
    keep(response, request, COOKIE, sign.seal(sign.begin(caller.key_id)))
    response.delete_cookie(_ATTEMPT, path="/")
    return response


@router.post("/logout")
async def logout(request: Request, form: OurForm) -> Response:
    """The end of the session in this browser."""
    request.state.session = None
    response = go(f"{HOME}/login")
    response.delete_cookie(COOKIE, path="/")
    return response


def _login_form(request: Request, fault: str | None = None) -> Response:
    attempt = secrets.token_hex(16)
    token = signer(runtime_of(request).settings.data_dir).form_token(attempt)
    status = 401 if fault else 200
    response = show(request, "login.html.j2", status=status, fault=fault, login_token=token)
    keep(response, request, _ATTEMPT, attempt)
    return response
