"""Rows out of a JSON body while it arrives: ``{"options": {...}, "rows": [{...}, ...]}`` in any order."""

from __future__ import annotations

import codecs
import json
from typing import Any, Final

from service.errors import Problem

_SPACE: Final = " \t\r\n"
_LARGEST: Final = 2_000_000  # characters of one row
_DECODER: Final = json.JSONDecoder()


class RowReader:
    """Feed it pieces of the body, take finished rows as lines of NDJSON.

    Attributes:
        options: the body's `options`, once they came.
        rows: how many rows came so far.
    """

    def __init__(self, max_rows: int) -> None:
        self.options: dict[str, Any] = {}
        self.rows = 0
        self._max_rows = max_rows
        self._decode = codecs.getincrementaldecoder("utf-8")("strict")
        self._text = ""
        self._place = 0
        self._state = "start"
        self._seen: set[str] = set()

    def feed(self, data: bytes) -> bytes:
        """The rows that `data` completed, as lines.

        Raises:
            Problem: `bad-request` when it is not JSON, `invalid` when it is not of this shape,
                `too-large` when there are more rows than allowed.
        """
        try:
            self._text = self._text[self._place :] + self._decode.decode(data)
        except UnicodeDecodeError:
            raise Problem("bad-request", "The body is not UTF-8.") from None
        self._place = 0
        lines: list[bytes] = []
        while self._step(lines):
            pass
        if len(self._text) - self._place > _LARGEST:
            raise Problem("invalid", f"A row, or the options, is longer than {_LARGEST} characters.")
        return b"".join(lines)

    def finish(self) -> None:
        """Check that the body was complete.

        Raises:
            Problem: it ended too early or had no rows.
        """
        if self._state != "end" or self._text[self._place :].strip(_SPACE):
            raise Problem("bad-request", "The body ends before its JSON does, or goes on after it.")
        if not self.rows:
            raise Problem("invalid", "There are no rows; send at least one in the array `rows`.")

    def _step(self, lines: list[bytes]) -> bool:
        """Take one token or value; False when more of the body is needed."""
        while self._place < len(self._text) and self._text[self._place] in _SPACE:
            self._place += 1
        if self._place >= len(self._text):
            return False
        letter = self._text[self._place]
        if self._state == "key" and letter == '"':
            return self._key()
        if self._state == "options" and letter == "{":
            return self._options()
        if self._state in ("row", "first row") and letter == "{":
            return self._row(lines)
        following = {
            ("start", "{"): "key",
            ("rows", "["): "first row",
            ("first row", "]"): "after value",
            ("after row", ","): "row",
            ("after row", "]"): "after value",
            ("after value", ","): "key",
            ("after value", "}"): "end",
            ("colon of rows", ":"): "rows",
            ("colon of options", ":"): "options",
        }.get((self._state, letter))
        if following is None:
            raise Problem(
                "invalid",
                f"Expected {{'options': {{}}, 'rows': [{{}}, ...]}}; {letter!r} came at {self._state!r}.",
            )
        self._place += 1
        self._state = following
        return True

    def _value(self) -> Any:
        """The object or string here, or None when it is not complete yet."""
        try:
            value, self._place = _DECODER.raw_decode(self._text, self._place)
        except (json.JSONDecodeError, RecursionError):
            return None
        return value

    def _key(self) -> bool:
        key = self._value()
        if key is None:
            return False
        if key not in ("rows", "options") or key in self._seen:
            raise Problem(
                "invalid", f"Unknown or repeated member {str(key)[:40]!r}; `rows` and `options` are read."
            )
        self._seen.add(key)
        self._state = f"colon of {key}"
        return True

    def _options(self) -> bool:
        options = self._value()
        if options is None:
            return False
        self.options = options
        self._state = "after value"
        return True

    def _row(self, lines: list[bytes]) -> bool:
        row = self._value()
        if row is None:
            return False
        self.rows += 1
        if self.rows > self._max_rows:
            raise Problem("too-large", f"A batch may have {self._max_rows} rows.")
        try:
            lines.append(json.dumps(row, ensure_ascii=False, allow_nan=False).encode() + b"\n")
        except (ValueError, UnicodeEncodeError):
            raise Problem(
                "invalid", f"Row {self.rows} holds NaN, infinity or half a surrogate pair."
            ) from None
        self._state = "after row"
        return True
