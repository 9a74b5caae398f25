"""The body of `POST /v1/batches`, whatever its kind, streamed to a file on disk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from service.errors import Problem
from service.masking import masked
from service.rows import RowReader
from service.settings import ServiceSettings
from service.spool import Spool

_SUFFIXES: Final = (
    ".csv",
    ".tsv",
    ".txt",
    ".xlsx",
    ".json",
    ".jsonl",
    ".ndjson",
    ".parquet",
    ".sav",
    ".gz",
    ".zip",
)
KINDS: Final = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.apache.parquet": ".parquet",
}
_LONGEST_FIELD: Final = 100_000


@dataclass(frozen=True)
class Upload:
    """A body on disk.

    Attributes:
        path: the file; whoever takes it moves or removes it.
        file_name: what the sender called it, made safe as a name; its suffix says what kind it is.
        options: as sent, not yet checked.
        fingerprint: SHA-256 of the content.
    """

    path: Path
    file_name: str
    options: dict[str, Any]
    bytes: int
    fingerprint: str


async def receive(request: Request, settings: ServiceSettings, raw_options: str | None = None) -> Upload:
    """The request's body as a file, in memory of a few megabytes whatever its size.

    `raw_options` are the query's; a body that is not the file itself may bring further ones.

    Raises:
        Problem: not a kind that is read, malformed, an option twice, too large or slow, or the disk is full.
    """
    asked = {} if raw_options is None else _object(raw_options, "the query parameter `options`")
    kind, parameters = parse_options_header(request.headers.get("content-type", ""))
    folder = settings.data_dir / "uploads"
    spool = Spool(folder, settings.min_free_bytes)
    name = kind.decode("latin-1").lower()
    try:
        async with spool:
            if name == "multipart/form-data":
                file_name, options = await _multipart(request, parameters.get(b"boundary", b""), spool)
            elif name == "application/json":
                file_name, options = "rows.jsonl", await _json(request, spool, settings.max_rows)
            elif name in KINDS:
                file_name, options = f"upload{KINDS[name]}", {}
                async for piece in _stream(request):
                    spool.put(piece)
                    await spool.drain()
            else:
                kinds = ", ".join(["multipart/form-data", "application/json", *KINDS])
                raise Problem("unsupported-media-type", f"Send one of {kinds}; {name[:80]!r} came.")
            options = _together(asked, options)
            _check_suffix(file_name)
            if not spool.bytes:
                raise Problem("invalid", "The file is empty.")
    except ClientDisconnect:
        raise Problem("bad-request", "The connection closed before the whole body came.") from None
    return Upload(spool.path, file_name, options, spool.bytes, spool.fingerprint())


def _together(some: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    """Options from two places; where they contradict each other they are refused, as only one could count."""
    for name in sorted(set(some) & set(others)):
        if some[name] != others[name]:
            raise Problem(
                "conflict", f"options/{name[:80]}: came twice and differently; send it in one place."
            )
    return some | others


async def _stream(request: Request) -> AsyncIterator[bytes]:
    async for piece in request.stream():
        if piece:
            yield piece


async def _json(request: Request, spool: Spool, max_rows: int) -> dict[str, Any]:
    reader = RowReader(max_rows)
    async for piece in _stream(request):
        for start in range(0, len(piece), 65_536):
            spool.put(reader.feed(piece[start : start + 65_536]))
            await spool.drain()
            await asyncio.sleep(0)  # other calls get their turn between pieces
    reader.finish()
    return reader.options


async def _multipart(request: Request, boundary: bytes, spool: Spool) -> tuple[str, dict[str, Any]]:
    form = _Form(spool)
    try:
        parser = MultipartParser(boundary, form.callbacks())  # type: ignore[arg-type]
        async for piece in _stream(request):
            parser.write(piece)
            await spool.drain()
        parser.finalize()
    except FormParserError as error:
        raise Problem("bad-request", f"The multipart body is malformed: {error}.") from None
    if not form.ended:
        raise Problem("bad-request", "The multipart body ends before its last boundary.")
    if form.file_name is None:
        raise Problem("invalid", "There is no part named `file` with a file in it.")
    options = dict(form.fields)
    more = options.pop("options", None)
    if more is not None:
        options = _together(options, _object(more, "the part `options`"))
    return form.file_name, options


class _Form:
    """Collects the parts: the one named `file` goes to the spool, the others are short fields."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.fields: dict[str, Any] = {}
        self.file_name: str | None = None
        self.ended = False
        self._header = self._value = b""
        self._headers: dict[str, bytes] = {}
        self._name = ""
        self._field = bytearray()

    def callbacks(self) -> dict[str, Any]:
        """For the parser."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_header,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._finished,
        }

    def _begin(self) -> None:
        self._headers, self._name, self._field = {}, "", bytearray()

    def _on_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._header.decode("latin-1").lower()] = self._value
        self._header = self._value = b""

    def _on_headers(self) -> None:
        _, parameters = parse_options_header(self._headers.get("content-disposition", b""))
        self._name = parameters.get(b"name", b"").decode("utf-8", "replace")
        if self._name == "file":
            if self.file_name is not None:
                raise Problem("invalid", "There are two parts named `file`; send one file in a batch.")
            sent = parameters.get(b"filename", b"").decode("utf-8", "replace")
            self.file_name = _safe(sent)
            kind = self._headers.get("content-type", b"").decode("latin-1").lower()
            if Path(self.file_name.lower()).suffix not in _SUFFIXES and kind in KINDS:
                self.file_name += KINDS[kind]

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._name == "file":
            self.spool.put(data[start:end])
            return
        self._field += data[start:end]
        if len(self._field) > _LONGEST_FIELD or len(self.fields) > 50:
            raise Problem("too-large", f"The field {self._name[:40]!r} is too long, or there are too many.")

    def _end(self) -> None:
        if self._name == "file":
            return
        value = self._field.decode("utf-8", "replace")
        if self._name == "segments":
            self.fields.setdefault("segments", []).append(value)
        elif self._name in self.fields:
            raise Problem("invalid", f"The field {self._name[:80]!r} came twice; send it once.")
        else:
            self.fields[self._name] = value

    def _finished(self) -> None:
        self.ended = True


def _object(text: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Problem("invalid", f"A JSON object was expected in {where}.")
    return value


def _safe(name: str) -> str:
    """The last part of a path as a file name of at most 100 characters: no personal data, its suffix kept."""
    last = masked(name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter if letter.isalnum() or letter in " ._-()" else "_" for letter in last).strip(" .")
    stem, dot, suffix = kept.rpartition(".")
    while len(stem.encode()) > 100:
        stem = stem[:-1]
    return f"{stem or 'upload'}{dot or '.'}{suffix[:10] or 'csv'}"


def _check_suffix(file_name: str) -> None:
    suffix = Path(file_name.lower()).suffix
    if suffix not in _SUFFIXES:
        raise Problem(
            "unsupported-media-type", f"{suffix or 'No'} file suffix; {', '.join(_SUFFIXES)} are read."
        )
