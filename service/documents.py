"""From the documents of a call to texts for the model and back; one bad document never fails the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.analysis import Document
from service.batcher import Answer, Broken
from service.schemas import FAULTS, DocumentFault
from voc.labels import LANGUAGES


@dataclass(frozen=True)
class Accepted:
    """A document that can be classified, and its place in the call."""

    index: int
    id: str
    document: Document


class _Fault(Exception):
    def __init__(self, kind: DocumentFault, detail: str) -> None:
        self.kind = kind
        self.detail = detail


def sort_out(raw: Sequence[Any], max_characters: int) -> tuple[list[Accepted], list[dict[str, Any]]]:
    """The documents that can be classified, and an error for each of the others."""
    accepted: list[Accepted] = []
    errors: list[dict[str, Any]] = []
    seen: set[str] = set()
    for index, item in enumerate(raw):
        name = item.get("id") if isinstance(item, dict) else None
        try:
            accepted.append(_accept(index, item, seen, max_characters))
        except _Fault as fault:
            errors.append(error(name, index, fault.kind, fault.detail))
    return accepted, errors


def answers(
    accepted: Sequence[Accepted], found: Sequence[Answer | Broken]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The call's `documents`, and an error for each text that broke the model."""
    documents, errors = [], []
    for one, answer in zip(accepted, found, strict=True):
        if isinstance(answer, Broken):
            detail = "The fault was logged without the text. The other documents are not affected."
            errors.append(error(one.id, one.index, "failed", detail))
        else:
            documents.append({"id": one.id, **answer})
    return documents, errors


def error(name: object, index: int, kind: DocumentFault, detail: str) -> dict[str, Any]:
    """One entry of `errors`."""
    known = name if isinstance(name, str) and len(name) <= 200 else None
    return {
        "id": known,
        "index": index,
        "type": f"urn:voc:problem:document:{kind}",
        "title": FAULTS[kind],
        "detail": detail,
    }


def _accept(index: int, item: Any, seen: set[str], max_characters: int) -> Accepted:
    if not isinstance(item, dict):
        raise _Fault("bad-document", f"An object with id and text was expected; {_kind(item)} came.")
    name = item.get("id")
    if not isinstance(name, str) or not 1 <= len(name) <= 200:
        raise _Fault("bad-id", f"A string of 1 to 200 characters was expected; {_kind(name)} came.")
    if name in seen:
        raise _Fault("duplicate-id", "The first document with this id was taken; give each its own.")
    text = _text(item, max_characters)
    question, language, score = item.get("question"), item.get("language"), item.get("score")
    if question is not None and not (isinstance(question, str) and len(question) <= 1000):
        raise _Fault("bad-document", "question must be a string of at most 1000 characters.")
    if language is not None and language not in LANGUAGES:
        raise _Fault("bad-language", f"Expected one of {', '.join(LANGUAGES)}, or nothing to have it found.")
    if score is not None and (isinstance(score, bool) or not isinstance(score, int | float)):
        raise _Fault("bad-document", f"score must be a number; {_kind(score)} came.")
    seen.add(name)
    return Accepted(index, name, Document(text, question or None, language))


def _text(item: dict[str, Any], max_characters: int) -> str:
    text = item.get("text")
    if text is None or (isinstance(text, str) and not text.strip()):
        raise _Fault("empty", "text is missing or blank; leave documents without text out.")
    if not isinstance(text, str):
        raise _Fault("bad-document", f"text must be a string; {_kind(text)} came.")
    if len(text) > max_characters:
        raise _Fault("too-long", f"text has {len(text)} characters; at most {max_characters} are read.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _Fault("bad-document", "text has half of a surrogate pair; send well-formed Unicode.") from None
    return text


def _kind(value: object) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "nothing"}
    return names.get(type(value), "a number")
