"""The OpenAPI document: FastAPI's, with what it cannot know added, and examples in both languages."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from voc import __version__

_ABOUT: Final = """\
Reads what customers wrote, in Arabic and English, and explains why the score moved.

Send an API key with every call: `Authorization: Bearer voc_...`. Errors are problem documents
(RFC 9457) with a stable `type`. Texts are never logged; personal data is masked before anything is stored.

يقرأ ما كتبه العملاء بالعربية والإنجليزية ويشرح لماذا تغيّرت الدرجة. أرسل المفتاح مع كل طلب.
"""

_PROBLEM: Final = "#/components/schemas/ProblemOut"


def install(app: FastAPI) -> None:
    """Make `/openapi.json` answer with our document, built once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _finish(
                get_openapi(title="voc", version=__version__, description=_ABOUT, routes=app.routes)
            )
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _finish(document: dict[str, Any]) -> dict[str, Any]:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            responses = operation["responses"]
            responses.pop("422", None)  # FastAPI's own shape, which is never sent; 4XX has ours
            for status, response in responses.items():
                if status[0] in "45":
                    response["content"] = {"application/problem+json": {"schema": {"$ref": _PROBLEM}}}
            if path.startswith("/v1/"):
                _add(responses)
    for unused in ("HTTPValidationError", "ValidationError"):
        document.get("components", {}).get("schemas", {}).pop(unused, None)
    return document


def _add(responses: dict[str, Any]) -> None:
    content = {"application/problem+json": {"schema": {"$ref": _PROBLEM}}}
    responses.setdefault("401", {"description": "No valid key", "content": content})
    responses["429"] = {
        "description": "The key's rate or quota is used up",
        "content": content,
        "headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait"}},
    }
