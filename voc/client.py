"""A small typed client of the service: classify texts, run batches, feed streams.

    from voc.client import Client

    with Client("https://voc.example.com", key="voc_...") as voc:
        for answer in voc.classify(["الخدمة ممتازة بس السعر غالي", "Great staff"]):
            print(answer.sentiment, [theme.id for theme in answer.themes])
        batch = voc.analyze_file("survey.csv", score="nps", before="2024-Q1", after="2024-Q2")
        result = voc.result(voc.wait(batch.id).id)

Calls refused because the service is busy are made again after the time it names; a batch is sent
under an idempotency key, so that a connection lost at the wrong moment never makes two of it.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

from voc._optional import require
from voc.errors import InputError, VocError

_PER_CALL = 100  # documents the service takes in one call
_BUSY = (429, 503)


class ServiceError(VocError):
    """The service refused: `status`, the problem's stable `kind`, and what it said to do.

    Attributes:
        status: HTTP status; 0 when the service could not be reached.
        kind: for example ``too-large``; the last part of the problem's type.
        problem: the whole problem document.
    """

    exit_code = 1

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.kind = str(problem.get("type", "")).rpartition(":")[2] or "unknown"
        self.problem = dict(problem)
        super().__init__(str(problem.get("detail") or problem.get("title") or f"status {status}"))


@dataclass(frozen=True)
class Theme:
    """A theme in a text; `start` and `end` are offsets of the evidence in the text as sent."""

    id: str
    polarity: str
    p_theme: float
    p_polarity: float
    start: int
    end: int
    language: str = "und"
    origin: str = "model"


@dataclass(frozen=True)
class Answer:
    """What one text says. Probabilities are in [0, 1]; see `voc.analysis.Labeled`."""

    id: str
    language: str
    p_language: float
    sentiment: str | None
    p_negative: float | None
    p_neutral: float | None
    p_positive: float | None
    themes: tuple[Theme, ...]
    reason_without_theme: str | None


@dataclass(frozen=True)
class Failure:
    """Why one text was not answered; `kind` is stable, for example ``too-long``."""

    id: str | None
    kind: str
    detail: str


@dataclass(frozen=True)
class Batch:
    """How far a batch is.

    Attributes:
        state: queued, reading, classifying, explaining, done, failed or canceled.
        rows_total, rows_done: rows with a comment or a score; the total is None until the file is read.
        problem: why it failed, or None.
    """

    id: str
    state: str
    rows_total: int | None
    rows_done: int
    problem: Mapping[str, Any] | None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ("done", "failed", "canceled")


class Client:
    """Calls to one service with one key. Safe to share between threads; close it, or use `with`.

    Args:
        url: where the service is, for example ``http://127.0.0.1:8000``.
        key: from `voc keys create`.
        timeout_s: longest wait for one answer.
        attempts: how often a call is made in all when the service is busy or the connection is lost.
    """

    def __init__(self, url: str, key: str, *, timeout_s: float = 60.0, attempts: int = 5) -> None:
        self._httpx: ModuleType = require("httpx", "service")
        headers = {"Authorization": f"Bearer {key}"}
        self._http = self._httpx.Client(base_url=url, headers=headers, timeout=timeout_s)
        self._attempts = attempts

    def classify(self, texts: Iterable[str], *, question: str | None = None) -> Iterator[Answer | Failure]:
        """One answer or failure per text, in order; texts go out a hundred at a time."""
        waiting: list[str] = []
        for text in texts:
            waiting.append(text)
            if len(waiting) == _PER_CALL:
                yield from self._classify(waiting, question)
                waiting = []
        if waiting:
            yield from self._classify(waiting, question)

    def analyze_file(self, path: str | Path, **options: Any) -> Batch:
        """Send a file to be analyzed; `options` are those of `voc analyze` (`score=`, `before=`, ...).

        Raises:
            InputError: there is no such file.
            ServiceError: the service refused it.
        """
        file = Path(path)
        if not file.is_file():
            raise InputError(f"There is no file {str(path)!r}.")
        key = uuid.uuid4().hex
        for attempt in range(self._attempts):
            with file.open("rb") as stream:
                sent = {"files": {"file": (file.name, stream)}, "data": {"options": json.dumps(options)}}
                answer = self._once("POST", "/v1/batches", attempt, headers={"Idempotency-Key": key}, **sent)
            if answer is not None:
                return _batch(answer.json())
        raise AssertionError("the last attempt either answers or raises")

    def analyze_rows(self, rows: Sequence[Mapping[str, Any]], **options: Any) -> Batch:
        """Send rows (column name to value) to be analyzed; `options` as for `analyze_file`."""
        body = {"rows": [dict(row) for row in rows], "options": options}
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        return _batch(self._call("POST", "/v1/batches", json=body, headers=headers).json())

    def batch(self, batch_id: str) -> Batch:
        """How far a batch is."""
        return _batch(self._call("GET", f"/v1/batches/{batch_id}").json())

    def wait(self, batch_id: str, *, timeout_s: float = 3600.0, every_s: float = 1.0) -> Batch:
        """The batch once it is done.

        Raises:
            ServiceError: it failed or was canceled.
            TimeoutError: it did not end in time.
        """
        deadline = time.monotonic() + timeout_s
        while not (batch := self.batch(batch_id)).ended:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{batch_id} is still {batch.state} after {timeout_s:g} s.")
            time.sleep(every_s)
        if batch.state != "done":
            raise ServiceError(409, batch.problem or {"detail": f"{batch_id} was {batch.state}."})
        return batch

    def result(self, batch_id: str) -> dict[str, Any]:
        """The result.json of a batch that is done."""
        found: dict[str, Any] = self._call("GET", f"/v1/batches/{batch_id}/result.json").json()
        return found

    def download(self, batch_id: str, name: str, folder: str | Path = ".") -> Path:
        """Save a result (report.html, report.xlsx, comments.parquet, ...) in `folder`; where it is."""
        target = Path(folder) / Path(name).name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self._call("GET", f"/v1/batches/{batch_id}/{name}").content)
        return target

    def delete(self, batch_id: str) -> None:
        """Delete a batch with all it left."""
        self._call("DELETE", f"/v1/batches/{batch_id}")

    def append(self, stream: str, comments: Sequence[Mapping[str, Any]]) -> int:
        """Add posts or answers (id, text, score, respondent_id, answered_at); how many were new."""
        new = 0
        for start in range(0, len(comments), 1000):
            part = [dict(one) for one in comments[start : start + 1000]]
            answer = self._call("POST", f"/v1/streams/{stream}/comments", json={"comments": part})
            new += int(answer.json()["accepted"])
        return new

    def latest(self, stream: str) -> dict[str, Any]:
        """What the last scheduled look at a stream found: `at`, and a result.json under `result`.

        Raises:
            ServiceError: `not-found`, or `conflict` while no look was taken yet.
        """
        found: dict[str, Any] = self._call("GET", f"/v1/streams/{stream}/latest").json()
        return found

    def erase(self, respondent_id: str) -> int:
        """Forget a person everywhere; how many comments were theirs. Needs an admin key."""
        from urllib.parse import quote

        answer = self._call("DELETE", f"/v1/respondents/{quote(respondent_id, safe='')}").json()
        return int(answer["stream_comments"]) + int(answer["batch_comments"])

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _classify(self, texts: list[str], question: str | None) -> list[Answer | Failure]:
        asked = {} if question is None else {"question": question}
        documents = [{"id": str(i), "text": text, **asked} for i, text in enumerate(texts)]
        body = self._call("POST", "/v1/classify", json={"documents": documents}).json()
        found: dict[int, Answer | Failure] = {int(one["id"]): _answer(one) for one in body["documents"]}
        for one in body["errors"]:
            found[one["index"]] = Failure(one["id"], one["type"].rpartition(":")[2], one["detail"])
        return [found[i] for i in range(len(texts))]

    def _call(self, method: str, path: str, **more: Any) -> Any:
        for attempt in range(self._attempts):
            answer = self._once(method, path, attempt, **more)
            if answer is not None:
                return answer
        raise AssertionError("the last attempt either answers or raises")

    def _once(self, method: str, path: str, attempt: int, **more: Any) -> Any | None:
        """The answer, or None after waiting when the call is worth making again."""
        last = attempt + 1 >= self._attempts
        try:
            answer = self._http.request(method, path, **more)
        except self._httpx.TransportError as error:
            if last:
                detail = f"The service at {self._http.base_url} cannot be reached ({type(error).__name__})."
                raise ServiceError(0, {"type": "unreachable", "detail": detail}) from None
            time.sleep(min(0.2 * 2**attempt, 5.0))
            return None
        if answer.status_code in _BUSY and not last:
            time.sleep(min(float(answer.headers.get("retry-after", 1)), 60.0))
            return None
        if answer.status_code >= 400:
            raise ServiceError(answer.status_code, _problem(answer))
        return answer


def _problem(answer: Any) -> Mapping[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"detail": f"The service answered {answer.status_code}."}


def _answer(one: Mapping[str, Any]) -> Answer:
    known = {field.name for field in fields(Theme)}
    themes = tuple(Theme(**{name: theme[name] for name in known & theme.keys()}) for theme in one["themes"])
    rest = {field.name: one[field.name] for field in fields(Answer) if field.name != "themes"}
    return Answer(themes=themes, **rest)


def _batch(told: Mapping[str, Any]) -> Batch:
    progress = told["progress"]
    return Batch(told["id"], told["state"], progress["rows_total"], progress["rows_done"], told["problem"])
