"""What routes ask for, as types: `RuntimeDep`, and a caller with the scope that the route needs."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from service.errors import Problem
from service.keys import Caller
from service.runtime import Runtime

_bearer = HTTPBearer(
    auto_error=False, scheme_name="ApiKey", description="An API key from `voc keys create`: `voc_...`"
)


def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


class _Scoped:
    """The caller that the gate found, if its key has one of these scopes (admin has all)."""

    def __init__(self, *scopes: str) -> None:
        self.scopes = frozenset(scopes) | {"admin"}

    async def __call__(self, request: Request, _: Annotated[object, Security(_bearer)] = None) -> Caller:
        caller: Caller = request.scope["voc.caller"]
        if not caller.scopes & self.scopes:
            needed = " or ".join(sorted(self.scopes))
            has = ", ".join(sorted(caller.scopes))
            raise Problem("forbidden", f"This needs a key with the scope {needed}; this key has {has}.")
        return caller


def known_query(request: Request) -> None:
    """Refuses query parameters that the route does not have or that come twice: none may go unnoticed."""
    known = {field.alias for field in request.scope["route"].dependant.query_params}
    given = [name for name, _ in request.query_params.multi_items()]
    unknown = sorted(set(given) - known)
    if unknown:
        names = ", ".join(sorted(known)) or "none"
        raise Problem("invalid", f"query/{unknown[0][:80]}: unknown parameter; this call takes {names}.")
    for name in known:
        if given.count(name) > 1:
            raise Problem("invalid", f"query/{name}: came {given.count(name)} times; send it once.")


RuntimeDep = Annotated[Runtime, Depends(_runtime)]
ClassifyCaller = Annotated[Caller, Depends(_Scoped("classify"))]
BatchCaller = Annotated[Caller, Depends(_Scoped("batch"))]
AdminCaller = Annotated[Caller, Depends(_Scoped())]
