"""Personal data out of whatever is to be kept besides comments: options, file names, refusals, rejects."""

from __future__ import annotations

from typing import Any


def masked(value: Any) -> Any:
    """A JSON value with personal details masked in every string of it."""
    from voc.intake.privacy import redact

    if isinstance(value, str):
        return redact(value).text
    if isinstance(value, dict):
        return {key: masked(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [masked(one) for one in value]
    return value
