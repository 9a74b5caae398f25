"""Notices and reasons for rejecting a row, in the reader's language.

Takes: a code with its values, as the reading rooms give them. Gives: a sentence from the wording. What
has no sentence of its own is told in English to English readers, and by its title alone to others, so
that no sentence mixes languages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from voc.report.wording import Words


def notice_words(notice: Any, words: Words) -> str:
    """A notice (an object or a row of `result["warnings"]`) as a sentence."""
    told = notice if isinstance(notice, Mapping) else getattr(notice, "__dict__", {"message": notice})
    code, message = str(told.get("code") or ""), told.get("message") or told.get("code") or ""
    said = _sentence(code, told.get("values") or {}, words)
    if said is not None:
        return said
    text = words.label(message) if isinstance(message, Mapping) else words.name(message)
    title = f"notice_{code}"
    if words.language == "en" or isinstance(message, Mapping) or not code:
        return words.say("notice", title=words.say(title), message=text) if words.has(title) else text
    return words.say_or_name(title, code)


def reason_words(row: Mapping[str, Any], words: Words) -> str:
    """Why a row of the `rejects` table could not be used."""
    try:
        values = json.loads(str(row.get("details") or "{}"))
    except ValueError:
        values = {}
    said = _sentence(str(row.get("code") or ""), values if isinstance(values, dict) else {}, words)
    return said if said is not None else words.name(row.get("reason") or "")


def _sentence(code: str, values: Mapping[str, Any], words: Words) -> str | None:
    key = f"told_{values.get('told', code)}"
    if not words.has(key):
        return None
    try:
        return words.tell(key, values)
    except (KeyError, TypeError):  # a table of another version, without the values
        return None
