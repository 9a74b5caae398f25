"""The form beside a preview, read into the options of a batch; and two sides of a comparison."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData, QueryParams

from service import batches
from service.errors import Problem
from service.schemas_batches import BatchOptions
from voc.labels import ReportLanguage
from voc.settings import NO_COLUMN

_PLAIN = ("text", "score", "date", "id", "respondent", "weight", "question", "title", "date_order")


def read(form: FormData, language: ReportLanguage, *, complete: bool = True) -> BatchOptions:
    """The options a person chose; what was left open is found by the analysis.

    Args:
        form: as sent.
        language: of the files, unless the form says.
        complete: False while a person is still choosing: half a comparison is then no fault.

    Raises:
        Problem: `invalid`, when the choices do not fit together.
    """
    options: dict[str, Any] = {name: said for name in _PLAIN if (said := _said(form, name))}
    scale = _said(form, "scale_other") or _said(form, "scale")
    if scale:
        options["scale"] = f"-{scale}" if _said(form, "reversed") else scale
    segments = [str(one) for one in form.getlist("segments") if str(one).strip()]
    if segments or _said(form, "segments_shown"):  # all boxes cleared: no column is one
        options["segments"] = segments or [NO_COLUMN]
    options["language"] = _said(form, "language") or language
    options["topics"] = _said(form, "topics") != "no"
    try:
        options |= sides(form)
    except Problem:
        if complete:
            raise
    return batches.check_options(options)


def sides(form: FormData | QueryParams) -> dict[str, str]:
    """`before` and `after`, or `compare`, as chosen; nothing when neither was.

    Raises:
        Problem: `invalid`, when only one side is chosen or the two are of different kinds.
    """
    groups = [_said(form, name) for name in ("group_before", "group_after")]
    spans = [_said(form, name) for name in ("before", "after")]
    if any(groups):
        columns = {one.partition("=")[0] for one in groups}
        if not all(groups) or len(columns) > 1:
            raise Problem("invalid", "Choose two groups of one column.", code="two_groups", values={})
        return {"compare": f"{columns.pop()}={','.join(one.partition('=')[2] for one in groups)}"}
    if any(spans):
        if not all(spans) or spans[0] == spans[1]:
            raise Problem("invalid", "Choose two different periods.", code="two_periods", values={})
        return {"before": spans[0], "after": spans[1]}
    return {}


def _said(form: FormData | QueryParams, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
