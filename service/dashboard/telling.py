"""What templates ask for: edits in words, and an address with some of its query changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from service.edits import Entry
from voc.report.wording import Words


def query_with(query: Mapping[str, str], changes: Mapping[str, Any]) -> str:
    """A query string with some of its values changed, or left out where None."""
    whole = {**query, **changes}
    kept = {name: value for name, value in whole.items() if value not in (None, "") and name != "lang"}
    return urlencode(kept)


def entry_words(entry: Entry, names: Mapping[str, str], words: Words) -> str:
    """An edit as a sentence; `names` are the themes' names, ready to show."""
    ((kind, said),) = entry.items()

    def theme(name: str) -> str:
        return names.get(name, words.name(name))

    def listed(found: list[str]) -> str:
        return words.say("join_list").join(theme(one) for one in found)

    values: dict[str, str] = {}
    if kind in ("comment", "text"):
        return words.say(f"said_{kind}", changes=_changes(said, listed, words), **_quoted(said, words))
    for key in ("theme", "into", "under"):
        if key in said:
            values[key] = theme(str(said[key]))
    if "themes" in said:
        values["themes"] = listed([one for one in said["themes"] if one != said.get("into")])
    if "label" in said:
        values["label"] = words.label(said["label"])
    if "words" in said:
        values["words"] = words.say("join_list").join(words.name(word) for word in said["words"])
    return words.say(f"said_{kind}", **values)


def _changes(said: Mapping[str, Any], listed: Any, words: Words) -> str:
    changes = []
    if said.get("is") and said.get("polarity"):
        tone = words.say_or_name(str(said["polarity"]), str(said["polarity"]))
        changes.append(words.say("said_is_polarity", themes=listed(said["is"]), polarity=tone))
    elif said.get("is"):
        changes.append(words.say("said_is", themes=listed(said["is"])))
    if said.get("is_not"):
        changes.append(words.say("said_is_not", themes=listed(said["is_not"])))
    return words.say("join_comma").join(changes)


def _quoted(said: Mapping[str, Any], words: Words) -> dict[str, str]:
    return {"text": words.name(str(said["equals"])[:80])} if "equals" in said else {}
