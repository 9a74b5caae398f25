"""The errors voc raises on purpose: each says what came, what was expected, and what to do.

Every message is shown to the person who ran the command, so it never contains a stack trace,
and it ends with the next step. Exit codes: `VocError` 2 (input or options), anything else 1.
"""

from __future__ import annotations

from typing import Any


class VocError(Exception):
    """Root of all deliberate errors; the command line prints it and exits with `exit_code`.

    Attributes:
        code: a stable name, for those that are told in other languages too (`told_CODE` in the wording).
        values: what the sentence of that name is filled with; a text that begins with "@" names a word.
    """

    exit_code = 2

    def __init__(self, message: str = "", *, code: str | None = None, **values: Any) -> None:
        super().__init__(message)
        self.code = code
        self.values = values


class InputError(VocError):
    """The file or the rows cannot be used as they are (empty, binary, encrypted, one period empty)."""


class OptionError(VocError):
    """An option or argument has a value that does not fit (unknown column, period, scale, theme)."""


class ModelError(VocError):
    """A model's files are missing, damaged, of another version, or not of a kind voc can run."""


class HubError(ModelError):
    """A model hub cannot be reached, or does not have the named model."""


class MissingExtra(VocError):
    """An optional library is not installed; the message names the pip extra that brings it."""
