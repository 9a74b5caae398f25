"""The dashboard: the service for people, in a browser, Arabic or English.

Server-rendered pages over the same batches, tenants and limits as the API; every form carries a token,
nothing is loaded from elsewhere, and every page works without its scripts.
"""

from __future__ import annotations

from fastapi import FastAPI


def install(app: FastAPI) -> None:
    """Put the pages under `/dashboard` and `/shared`, and lead browsers that come to `/` there."""
    from fastapi.responses import RedirectResponse

    from service.dashboard import doors, edit_pages, result_pages, share_pages, upload_pages

    for module in (doors, upload_pages, edit_pages, result_pages, share_pages):
        app.include_router(module.router)

    @app.get("/", include_in_schema=False)
    def front() -> RedirectResponse:
        return RedirectResponse("/dashboard", 307)
