"""Turns every error a route or the framework raises into a problem document."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from service.errors import PROBLEMS, Problem, of_voc, request_id
from service.runtime import Runtime
from voc.errors import VocError

_BY_STATUS = {status: kind for kind, (status, _) in reversed(PROBLEMS.items())}


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(VocError, _voc_error)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)


def _answer(request: Request, problem: Problem) -> Response:
    if problem.status in (429, 503, 507):
        runtime: Runtime = request.app.state.runtime
        runtime.metrics.refused.labels(problem.kind).inc()
    return problem.response(request_id(request))


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _answer(request, error)


def _voc_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, VocError)
    return _answer(request, of_voc(error))


def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [
        {"pointer": "/" + "/".join(map(str, item["loc"][1:])), "in": item["loc"][0], "detail": item["msg"]}
        for item in error.errors()
    ]
    kind = "bad-request" if any(item["type"] == "json_invalid" for item in error.errors()) else "invalid"
    first = errors[0]
    detail = f"{first['in']}{first['pointer']}: {first['detail']}"
    return _answer(request, Problem(kind, detail, errors=errors[:20]))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, Problem):  # raised while the framework read the body
        return _answer(request, error.__cause__)
    kind = _BY_STATUS.get(error.status_code, "bad-request" if error.status_code < 500 else "internal")
    detail = {
        404: "No such address; /openapi.json lists them.",
        405: f"{request.method} is not taken here; see the Allow header.",
    }.get(error.status_code, str(error.detail))
    return _answer(request, Problem(kind, detail, headers=dict(error.headers or {})))
