"""Wire shapes of the classify call: what comes in (`...In`), what goes out (`...Out`)."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from voc.labels import Language, Origin, Polarity, Reason, Sentiment


class ProblemOut(BaseModel):
    """A refusal (RFC 9457). `type` is stable; `detail` says what came and what to do."""

    model_config = ConfigDict(extra="allow")
    type: str = Field(examples=["urn:voc:problem:overloaded"])
    title: str
    status: int
    detail: str
    instance: str | None = None


_ANY: Final = ["string", "number", "boolean", "null", "array", "object"]


def _loose(description: str) -> dict[str, Any]:
    return {"type": _ANY, "description": description}


# A document that does not fit gets an entry in `errors` and never fails its neighbors; so the schema
# lets any value through and says in words what is expected.
_DOCUMENT: Final[dict[str, Any]] = {
    "title": "Document",
    "description": "A text to classify; an object with id and text.",
    "type": _ANY,
    "properties": {
        "id": _loose("String of 1 to 200 characters, given back; unique in the call. Required."),
        "text": _loose("String: the comment, verbatim, in any mix of languages. Required."),
        "question": _loose("String: what was asked. It decides how bare nouns are read."),
        "language": _loose("ar, en, ar-Latn, mixed or und, when the sender knows."),
        "score": _loose("Number the customer gave. Checked, and never used for the labels."),
    },
}


class ClassifyIn(BaseModel):
    """1 to 100 documents."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "documents": [
                        {"id": "ar-1", "text": "الموظف محترم بس الانتظار طويل", "language": "ar", "score": 6},
                        {"id": "en-1", "text": "Lovely staff, but the queue was endless", "score": 7},
                        {"id": "q-1", "text": "السعر", "question": "وش اللي ما عجبك؟"},
                    ]
                }
            ]
        },
    )
    documents: list[Any] = Field(
        min_length=1, json_schema_extra={"items": _DOCUMENT, "maxItems": 100}, description="The texts."
    )


class ThemeOut(BaseModel):
    """A theme found in a text, with the evidence."""

    id: str
    polarity: Polarity
    p_theme: float
    p_polarity: float
    start: int = Field(description="First character of the evidence in the text as sent.")
    end: int = Field(description="One past its last character.")
    language: Language = Field(description="Of the clause that is the evidence.")
    origin: Origin


class DocumentOut(BaseModel):
    """What a text says."""

    id: str
    language: Language
    p_language: float
    sentiment: Sentiment | None
    p_negative: float | None
    p_neutral: float | None
    p_positive: float | None
    themes: list[ThemeOut]
    reason_without_theme: Reason | None


class DocumentErrorOut(BaseModel):
    """Why one document was not answered."""

    id: str | None
    index: int = Field(description="Its place in the call, from 0.")
    type: str
    title: str
    detail: str


class ClassifyOut(BaseModel):
    """Answers in the order sent, and beside them the documents that could not be answered."""

    documents: list[DocumentOut]
    errors: list[DocumentErrorOut]
    model: str


DocumentFault = Literal[
    "empty", "too-long", "bad-language", "bad-id", "duplicate-id", "bad-document", "failed"
]

FAULTS: Final[dict[DocumentFault, str]] = {
    "empty": "There is no text",
    "too-long": "The text is too long",
    "bad-language": "The language is not known",
    "bad-id": "The id cannot be used",
    "duplicate-id": "The id came before",
    "bad-document": "The document cannot be read",
    "failed": "The model failed on this text",
}

PROBLEM_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {"model": ProblemOut, "description": "Refused; the problem says why and what to do"},
    "5XX": {
        "model": ProblemOut,
        "description": "Too busy, or our fault; Retry-After says when to come again",
    },
}
