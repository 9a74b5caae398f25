"""Editing themes and correcting labels: proposed, looked at as a difference, then accepted."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from service import batches, edits, revisions
from service.dashboard import corrections, explore
from service.dashboard.doors import OurForm, Viewer
from service.dashboard.pages import HOME, PageRoute, go, runtime_of, show
from service.dashboard.result_pages import BatchId, batch_of, results_of, shelf, theme_names, words_of
from service.edits import Entry
from service.errors import Problem, of_voc, request_id
from service.keys import Caller
from voc.errors import VocError
from voc.meaning import edits as editing
from voc.taxonomy import Taxonomy

router = APIRouter(prefix=HOME, include_in_schema=False, route_class=PageRoute)
Row = Annotated[int, Path(ge=0, le=10_000_000)]


@router.get("/batches/{batch_id}/edits")
def edits_page(request: Request, batch_id: BatchId, viewer: Viewer) -> Response:
    """The edits so far, what they change, and forms for more."""
    batch = batch_of(request, viewer, batch_id)
    results = results_of(request, batch)
    book = shelf.book(results)
    home, problem, change = results.parent, None, None
    try:
        change = edits.difference(home, book.past.comments, book.past.mentions)
    except VocError as error:
        problem = of_voc(error).document()
    with runtime_of(request).database.session(read_only=True) as session:
        revision = revisions.latest(session, batch_id)
    taxonomy = _taxonomy(request, home)
    return show(
        request,
        "edits.html.j2",
        batch=batches.document(batch),
        entries=edits.proposed(home),
        accepted=edits.accepted(home),
        changed=edits.proposed(home) != edits.accepted(home),
        change=change,
        problem=problem,
        revision=revision,
        taxonomy=taxonomy,
        names=_all_names(request, taxonomy) | theme_names(book.past, request),
        tab="edits",
    )


@router.post("/batches/{batch_id}/edits/add")
def add(request: Request, batch_id: BatchId, viewer: Viewer, form: OurForm) -> Response:
    """Proposes an edit of the themes."""
    home = _home(request, viewer, batch_id)
    entry = corrections.of_theme(form, _taxonomy(request, home))
    _propose(request, home, batch_id, [*edits.proposed(home), entry])
    return go(f"{HOME}/batches/{batch_id}/edits#proposed")


@router.post("/batches/{batch_id}/edits/remove")
def remove(request: Request, batch_id: BatchId, viewer: Viewer, form: OurForm) -> Response:
    """Takes one edit off the list."""
    home = _home(request, viewer, batch_id)
    entries, number = edits.proposed(home), str(form.get("number") or "")
    if not number.isdecimal() or int(number) >= len(entries):
        raise Problem("not-found", "There is no such edit.")
    _propose(request, home, batch_id, [one for i, one in enumerate(entries) if i != int(number)])
    return go(f"{HOME}/batches/{batch_id}/edits#proposed")


@router.post("/batches/{batch_id}/edits/drop")
def drop(request: Request, batch_id: BatchId, viewer: Viewer, form: OurForm) -> Response:
    """Back to the accepted edits."""
    edits.take_back(_home(request, viewer, batch_id))
    return go(f"{HOME}/batches/{batch_id}/edits")


@router.post("/batches/{batch_id}/edits/accept")
def accept(request: Request, batch_id: BatchId, viewer: Viewer, form: OurForm) -> Response:
    """Has the proposed edits carried out."""
    batch = batch_of(request, viewer, batch_id)
    results_of(request, batch)
    revisions.accept(runtime_of(request), viewer, batch, request_id(request))
    return go(f"{HOME}/batches/{batch_id}/edits")


@router.get("/batches/{batch_id}/edits/progress")
def revision_progress(request: Request, batch_id: BatchId, viewer: Viewer) -> Response:
    """Whether the edits are carried out, for a page that asks every second."""
    batch_of(request, viewer, batch_id)
    with runtime_of(request).database.session(read_only=True) as session:
        revision = revisions.latest(session, batch_id)
    response = show(request, "revision_piece.html.j2", batch={"id": batch_id}, revision=revision)
    if revision is None or revision.state != "queued":
        response.headers["HX-Refresh"] = "true"
    return response


@router.get("/batches/{batch_id}/comments/{row}")
def comment_page(request: Request, batch_id: BatchId, row: Row, viewer: Viewer) -> Response:
    """One comment with its themes, and a form to correct them."""
    batch = batch_of(request, viewer, batch_id)
    results = results_of(request, batch)
    book = shelf.book(results)
    _check_row(row, len(book.past.comments))
    taxonomy = _taxonomy(request, results.parent)
    return show(
        request,
        "comment.html.j2",
        batch=batches.document(batch),
        comment=explore.shown(book.crossed, row),
        taxonomy=taxonomy,
        names=_all_names(request, taxonomy) | theme_names(book.past, request),
        tab="explore",
    )


@router.post("/batches/{batch_id}/comments/{row}")
def correct(request: Request, batch_id: BatchId, row: Row, viewer: Viewer, form: OurForm) -> Response:
    """Proposes a correction of one comment."""
    home = _home(request, viewer, batch_id)
    book = shelf.book(home / "results")
    _check_row(row, len(book.past.comments))
    comment = book.past.comments.iloc[row]
    entry = corrections.of_comment(form, str(comment["comment_id"]), str(comment["text"]))
    _propose(request, home, batch_id, [*edits.proposed(home), entry])
    return go(f"{HOME}/batches/{batch_id}/edits#proposed")


def _home(request: Request, viewer: Caller, batch_id: str) -> FilePath:
    return results_of(request, batch_of(request, viewer, batch_id)).parent


def _propose(request: Request, home: FilePath, batch_id: str, entries: list[Entry]) -> None:
    with runtime_of(request).database.session(read_only=True) as session:
        if revisions.under_way(session, batch_id):
            raise Problem("conflict", "Edits are being carried out; wait until they are done.")
    if len(entries) > edits.MOST:
        raise Problem("too-large", f"A batch may have {edits.MOST} edits.")
    edits.propose(home, entries, runtime_of(request).models.taxonomy)


def _taxonomy(request: Request, home: FilePath) -> Taxonomy:
    """The themes with the proposed edits carried out on them."""
    known = runtime_of(request).models.taxonomy
    for name in (edits.PROPOSED, edits.ACCEPTED):
        if (edits.folder(home) / name).exists():
            return editing.amend(edits.folder(home) / name, known)
    return known


def _all_names(request: Request, taxonomy: Taxonomy) -> dict[str, str]:
    words = words_of(request)
    return {theme.id: words.label(theme.label) for theme in taxonomy.themes}


def _check_row(row: int, rows: int) -> None:
    if row >= rows:
        raise Problem("not-found", "There is no such comment.")
