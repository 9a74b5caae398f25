"""A batch: how far it is, its report, its comments, another comparison, its files."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from starlette.responses import FileResponse

from service import batches, durable, edits
from service.dashboard import explore, options, preview
from service.dashboard.doors import OurForm, Viewer
from service.dashboard.pages import HOME, PageRoute, go, language_of, runtime_of, show
from service.dashboard.shelf import Shelf
from service.errors import Problem, of_voc, request_id
from service.keys import Caller
from service.schemas_batches import BatchOptions
from service.tables import Batch
from voc.analysis import Analysis
from voc.errors import VocError
from voc.report import view
from voc.report.wording import Words

router = APIRouter(prefix=HOME, include_in_schema=False, route_class=PageRoute)
BatchId = Annotated[str, Path(pattern=r"^bat_[0-9a-z]{26}$")]
_PPTX: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
FILES: Final = {**batches.RESULTS, "report.pptx": _PPTX, "edits.yaml": "application/yaml; charset=utf-8"}
shelf = Shelf()


def batch_of(request: Request, viewer: Caller, batch_id: str) -> Batch:
    """The viewer's batch.

    Raises:
        Problem: `not-found`, also for another tenant's.
    """
    with runtime_of(request).database.session(read_only=True) as session:
        return batches.find(session, viewer.tenant_id, batch_id)


def results_of(request: Request, batch: Batch) -> FilePath:
    """The folder of a finished batch's results.

    Raises:
        Problem: `conflict` while there are none.
    """
    if batch.state != "done":
        raise Problem("conflict", f"The batch is {batch.state}; this is there when it is done.")
    return batches.folder(runtime_of(request).settings, batch.tenant_id, batch.id) / "results"


@router.get("/batches/{batch_id}")
def batch_page(request: Request, batch_id: BatchId, viewer: Viewer) -> Response:
    """The report, or how far the batch is."""
    batch = batch_of(request, viewer, batch_id)
    told = batches.document(batch)
    if batch.state != "done":
        return show(request, "progress.html.j2", batch=told)
    results = results_of(request, batch)
    report = shelf.report(results, language_of(request), standalone=False)
    return show(request, "report.html.j2", batch=told, report=report, tab="report")


@router.get("/batches/{batch_id}/progress")
def progress(request: Request, batch_id: BatchId, viewer: Viewer) -> Response:
    """How far it is, for a page that asks every second."""
    batch = batch_of(request, viewer, batch_id)
    response = show(request, "progress_piece.html.j2", batch=batches.document(batch))
    if batch.state in batches.ENDED:
        response.headers["HX-Refresh"] = "true"
    return response


@router.post("/batches/{batch_id}/cancel")
def cancel(request: Request, batch_id: BatchId, viewer: Viewer, form: OurForm) -> Response:
    """Stops it."""
    runtime = runtime_of(request)
    with runtime.database.session() as session:
        batch = batches.cancel(session, viewer, batch_id, request_id(request))
    durable.cancel(batch_id)
    batches.clear(runtime.settings, batch)
    return go(f"{HOME}/batches/{batch_id}")


@router.post("/batches/{batch_id}/delete")
def delete(request: Request, batch_id: BatchId, viewer: Viewer, form: OurForm) -> Response:
    """Deletes it with everything it left."""
    runtime = runtime_of(request)
    with runtime.database.session() as session:
        batches.remove(
            session, runtime.settings, viewer.tenant_id, viewer.key_id, batch_id, request_id(request)
        )
    durable.forget(batch_id)
    return go(HOME)


@router.get("/batches/{batch_id}/explore")
def explore_page(request: Request, batch_id: BatchId, viewer: Viewer) -> Response:
    """The comments, filtered; each theme's bar leads to its quotes."""
    batch = batch_of(request, viewer, batch_id)
    book = shelf.book(results_of(request, batch))
    asked = explore.of_query(request.query_params)
    number = request.query_params.get("page", "1")
    page = int(number) if number.isdecimal() and len(number) < 7 else 1
    found = explore.find(book.past, book.crossed, asked, page)
    piece = "hx-request" in request.headers
    return show(
        request,
        "found.html.j2" if piece else "explore.html.j2",
        batch=batches.document(batch),
        asked=asked,
        found=found,
        choices=book.choices,
        names=theme_names(book.past, request),
        sides=view.compared(book.past.result) and view.period_names(book.past.result, words_of(request)),
        kind=view.kind_name(book.past.result, words_of(request)),
        query=dict(request.query_params),
        tab="explore",
    )


@router.get("/batches/{batch_id}/compare")
def compare_page(request: Request, batch_id: BatchId, viewer: Viewer) -> Response:
    """Two periods or two groups of the same comments."""
    batch = batch_of(request, viewer, batch_id)
    results = results_of(request, batch)
    book = shelf.book(results)
    sides, report, problem = {}, "", None
    try:
        sides = options.sides(request.query_params)
        if sides:
            report = _compared(request, batch, results, sides)
    except Problem as error:
        problem = error.document()
    except VocError as error:
        problem = of_voc(error).document()
    return show(
        request,
        "compare.html.j2",
        batch=batches.document(batch),
        periods=preview.periods_in(book.past.comments),
        groups=preview.groups_in(book.past.comments),
        query=dict(request.query_params),
        report=report,
        problem=problem,
        tab="compare",
    )


@router.get("/batches/{batch_id}/files/{name}")
def file(request: Request, batch_id: BatchId, name: str, viewer: Viewer) -> Response:
    """One of its files."""
    batch = batch_of(request, viewer, batch_id)
    path = results_of(request, batch) / name
    if name == "edits.yaml":
        path = edits.folder(path.parents[1]) / edits.ACCEPTED
    if name not in FILES or not path.is_file():
        raise Problem("not-found", "There is no such file.")
    return FileResponse(path, media_type=FILES[name], filename=name)


def words_of(request: Request) -> Words:
    """The words of the reader's language."""
    return Words(language_of(request))


def theme_names(past: Analysis, request: Request) -> dict[str, str]:
    """Theme id -> name to show."""
    return view.labels(past.result, words_of(request))


def _compared(request: Request, batch: Batch, results: FilePath, sides: dict[str, str]) -> str:
    home = results.parent
    past = shelf.book(results).past
    comments, mentions = edits.unedited(home, past.comments, past.mentions)
    accepted = edits.folder(home) / edits.ACCEPTED
    chosen = BatchOptions.model_validate(
        {**batch.options, "before": None, "after": None, "compare": None, **sides}
    )
    return shelf.comparison(
        results,
        language_of(request),
        chosen.to_settings(edits=accepted if accepted.exists() else None),
        Analysis(past.result, comments, mentions, past.rejects, None),
        runtime_of(request).models.revise,
    )
