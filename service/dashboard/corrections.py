"""The forms in which an analyst edits themes and corrects labels, read into entries of an edits file."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from starlette.datastructures import FormData

from service.edits import Entry
from service.errors import Problem
from voc.labels import POLARITIES, REASONS
from voc.taxonomy import Taxonomy


def of_theme(form: FormData, taxonomy: Taxonomy) -> Entry:
    """A rename, move, merge, split or rule.

    Raises:
        Problem: `invalid`: something is missing.
    """
    kind = str(form.get("kind") or "")
    if kind == "rename":
        return {kind: {"theme": _need(form, "theme"), "label": _label(form)}}
    if kind == "move":
        return {kind: {"theme": _need(form, "theme"), "under": _need(form, "under")}}
    if kind == "merge":
        into = _need(form, "into")
        themes = [str(one) for one in form.getlist("themes") if str(one) != into]
        if not themes:
            raise _incomplete()
        return {kind: {"themes": [*themes, into], "into": into}}
    if kind == "split":
        label = _label(form)
        said = {"theme": _need(form, "theme"), "into": _new_id(label["en"], taxonomy.by_id), "label": label}
        return {kind: {**said, "words": _words(form, "words"), **_unless(form)}}
    if kind == "rule":
        polarity = {"polarity": form["polarity"]} if form.get("polarity") in POLARITIES else {}
        return {
            kind: {"theme": _need(form, "theme"), "words": _words(form, "words"), **_unless(form), **polarity}
        }
    raise Problem("invalid", "kind: rename, move, merge, split or rule was expected.")


def of_comment(form: FormData, comment_id: str, text: str) -> Entry:
    """A correction of one comment, or of all comments with exactly its text.

    Each theme it has is kept, dropped, or given another polarity; one may be added.

    Raises:
        Problem: `invalid`: nothing is changed.
    """
    said: dict[str, Any] = {}
    dropped = [
        name.removeprefix("is.") for name, value in form.items() if name.startswith("is.") and value == "no"
    ]
    if dropped:
        said["is_not"] = dropped
    changed = {
        name.removeprefix("is."): str(value)
        for name, value in form.items()
        if name.startswith("is.") and value in POLARITIES
    }
    if form.get("add"):
        changed[str(form["add"])] = str(form.get("add_polarity") or "")
    polarities = {polarity for polarity in changed.values() if polarity in POLARITIES}
    if len(polarities) > 1:
        raise Problem(
            "invalid", "Give one polarity at a time; save the other as a second correction.",
            code="one_polarity", values={},
        )  # fmt: skip
    if changed:
        said["is"] = list(changed)
    if polarities:
        said["polarity"] = polarities.pop()
    if not said:
        raise _incomplete()
    if dropped and form.get("reason") in REASONS:
        said["reason"] = str(form["reason"])
    if form.get("everywhere") and text.strip():
        return {"text": {"equals": text.strip(), **said}}
    return {"comment": {"id": comment_id, **said}}


def _need(form: FormData, name: str) -> str:
    value = form.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _incomplete()
    return value.strip()[:200]


def _label(form: FormData) -> dict[str, str]:
    return {"ar": _need(form, "label_ar"), "en": _need(form, "label_en")}


def _words(form: FormData, name: str) -> list[str]:
    found = [word.strip() for word in re.split(r"[,،;؛\n]", _need(form, name)) if word.strip()]
    if not found:
        raise _incomplete()
    return found[:100]


def _unless(form: FormData) -> dict[str, list[str]]:
    return {"unless": _words(form, "unless")} if str(form.get("unless") or "").strip() else {}


def _new_id(label: str, taken: Collection[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:40] or "theme"
    name, count = base, 1
    while name in taken:
        count += 1
        name = f"{base}_{count}"
    return name


def _incomplete() -> Problem:
    return Problem("invalid", "Something is missing in this form.", code="incomplete", values={})
