"""Problems a caller can meet, each a status, a stable type and one JSON shape (RFC 9457)."""

from __future__ import annotations

import json
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from voc.errors import VocError

# type -> (status, title). The type is the last part of the problem's `type` URI and never changes.
PROBLEMS: Final[dict[str, tuple[int, str]]] = {
    "bad-request": (400, "The request cannot be read"),
    "unauthorized": (401, "A valid API key is needed"),
    "forbidden": (403, "This key may not do that"),
    "target-refused": (403, "Webhooks may not go there"),
    "not-found": (404, "There is no such thing here"),
    "method-not-allowed": (405, "This address does not take that method"),
    "not-acceptable": (406, "That form cannot be given"),
    "timeout": (408, "The body came too slowly"),
    "conflict": (409, "That does not fit its present state"),
    "idempotency-key-reused": (409, "That idempotency key was used for another request"),
    "gone": (410, "It is no longer kept"),
    "too-large": (413, "The body is too large"),
    "unsupported-media-type": (415, "That kind of body is not read here"),
    "misdirected": (421, "This host name is not served here"),
    "invalid": (422, "The request does not fit its description"),
    "too-many-requests": (429, "Too many requests"),
    "quota-exceeded": (429, "The key's daily quota is used up"),
    "internal": (500, "Our fault"),
    "overloaded": (503, "Too busy to answer in time"),
    "unavailable": (503, "A part the service needs is not there"),
    "disk-full": (507, "There is no room to store this"),
}
PREFIX: Final = "urn:voc:problem:"
MEDIA_TYPE: Final = "application/problem+json"


class Problem(Exception):
    """A refusal: `kind` from PROBLEMS, what came and what to do in `detail`, and extra members."""

    def __init__(
        self, kind: str, detail: str, *, headers: dict[str, str] | None = None, **members: object
    ) -> None:
        self.kind = kind
        self.status, self.title = PROBLEMS[kind]
        self.detail = detail
        self.headers = headers or {}
        self.members = members
        super().__init__(f"{self.status} {kind}: {detail}")

    def document(self, request_id: str | None = None) -> dict[str, Any]:
        """The problem's JSON object."""
        body = {
            "type": PREFIX + self.kind,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.members,
        }
        if request_id:
            body["instance"] = f"urn:voc:request:{request_id}"
        return body

    def response(self, request_id: str | None = None) -> Response:
        """The answer to send."""
        content = json.dumps(self.document(request_id), ensure_ascii=False).encode()
        return Response(content, self.status, self.headers, MEDIA_TYPE)


def of_voc(error: VocError) -> Problem:
    """A deliberate error of the analysis; `code` and `values` let a client say it in its own language."""
    more: dict[str, Any] = {"code": error.code, "values": error.values} if error.code else {}
    return Problem("invalid", str(error), **more)


def busy(kind: str, detail: str, wait_s: float) -> Problem:
    """A refusal that says when to try again, in whole seconds and at least one."""
    seconds = max(1, round(wait_s + 0.5))
    return Problem(kind, detail, headers={"Retry-After": str(seconds)}, retry_after=seconds)


def request_id(request: Request) -> str | None:
    """The id that the middleware gave this request."""
    found = request.scope.get("voc.request_id")
    return found if isinstance(found, str) else None
