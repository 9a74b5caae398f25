"""The errors voc raises on purpose: each says what came, what was expected, and what to do.

Every message is shown to the person who ran the command, so it never contains a stack trace,
and it ends with the next step. Exit codes: `VocError` 2 (input or options), anything else 1.
"""

from __future__ import annotations


class VocError(Exception):
    """Root of all deliberate errors; the command line prints it and exits with `exit_code`."""

    exit_code = 2


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
