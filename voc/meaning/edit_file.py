"""The analyst's edits file: YAML in, checked `Edit` values out, every mistake named with its line.

```yaml
edits:
  - rename: {theme: staff, label: {ar: فريقنا, en: Our team}}
  - move:   {theme: offers, under: product}
  - merge:  {themes: [website, account_access], into: app}
  - split:  {theme: staff, into: drivers, label: {ar: السائقون, en: Drivers}, words: [driver, سائق]}
  - rule:   {theme: price, words: [مرتفع التكلفة], unless: [غير مرتفع], polarity: negative}
  - comment: {id: "C-17", is: [staff], is_not: [price], polarity: negative}
  - text:   {equals: "كل شي تمام", is_not: [staff], reason: vague}
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, get_args

import yaml

from voc.errors import InputError
from voc.labels import POLARITIES, REASONS, Polarity, Reason
from voc.taxonomy import nearest

# What each kind of edit may say; a star marks what it must say.
KINDS: Final[dict[str, tuple[str, ...]]] = {
    "rename": ("theme*", "label*"),
    "move": ("theme*", "under*"),
    "merge": ("themes*", "into*", "label"),
    "split": ("theme*", "into*", "label", "words*", "unless"),
    "rule": ("theme*", "words*", "unless", "polarity"),
    "comment": ("id*", "is", "is_not", "polarity", "reason"),
    "text": ("equals*", "is", "is_not", "polarity", "reason"),
}
_LISTS: Final = ("themes", "words", "unless", "is", "is_not")


@dataclass(frozen=True)
class Edit:
    """One edit.

    Attributes:
        kind: one of `KINDS`.
        line: where it stands in the file, from 1.
        theme: the theme it is about (rename, move, split, rule), else "".
        themes: the themes merged, else empty.
        into: target of merge and split, new parent of move, else "".
        label: new name in ``ar`` and ``en``, or None.
        words: words that select (split, rule); `unless`: phrases in which they do not count.
        match: comment id or text.
        is_themes, is_not: themes that the comment has and has not.
        polarity: of the mentions added; None: the comment's own sentiment.
        reason: why the comment has no theme once all are taken away.
    """

    kind: str
    line: int
    theme: str = ""
    themes: tuple[str, ...] = ()
    into: str = ""
    label: Mapping[str, str] | None = None
    words: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    match: str = ""
    is_themes: tuple[str, ...] = ()
    is_not: tuple[str, ...] = ()
    polarity: Polarity | None = None
    reason: Reason = "vague"


def read(path: Path) -> tuple[Edit, ...]:
    """The edits of a file, in order; none when it does not exist yet is an error, an empty list is not.

    Raises:
        InputError: the file cannot be read or an edit is wrong; the message has its line and the fix.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The edits file {path} cannot be read as UTF-8 text: {error}.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise InputError(f"{path}{where}: this is not valid YAML; check indentation and brackets.") from error
    if root is None:
        return ()
    content = _plain(root)
    if not isinstance(content, dict) or not isinstance(content.get("edits"), list):
        raise InputError(f"{path}: a list under 'edits:' was expected; see the edits section of the docs.")
    unknown = sorted(set(content) - {"edits", "version"})
    if unknown:
        raise InputError(f"{path}: the key {unknown[0]!r} is not known; only 'edits' and 'version' are.")
    edits = next(value for key, value in root.value if key.value == "edits")
    return tuple(
        _edit(path, node.start_mark.line + 1, plain)
        for node, plain in zip(edits.value, content["edits"], strict=True)
    )


def _plain(node: yaml.Node) -> Any:
    return yaml.SafeLoader("").construct_document(node)


def _edit(path: Path, line: int, entry: object) -> Edit:
    where = f"{path}, line {line}"
    if not isinstance(entry, dict) or len(entry) != 1:
        raise InputError(f"{where}: one of {', '.join(KINDS)} was expected, as '- rename: {{...}}'.")
    ((kind, said),) = entry.items()
    if kind not in KINDS:
        raise InputError(f"{where}: there is no edit {kind!r}; {nearest(str(kind), list(KINDS))}")
    if not isinstance(said, dict):
        raise InputError(f"{where}: {kind} needs {{{_keys(kind)}}}.")
    allowed = [key.rstrip("*") for key in KINDS[kind]]
    for key in said:
        if key not in allowed:
            raise InputError(f"{where}: {kind} has no {key!r}; {nearest(str(key), allowed)}")
    for key in KINDS[kind]:
        if key.endswith("*") and said.get(key.rstrip("*")) in (None, "", []):
            raise InputError(f"{where}: {kind} needs {key.rstrip('*')!r}: {{{_keys(kind)}}}.")
    if kind in ("comment", "text") and not said.get("is") and not said.get("is_not"):
        raise InputError(f"{where}: {kind} needs 'is' or 'is_not' with a list of themes.")
    return _built(where, line, str(kind), said)


def _keys(kind: str) -> str:
    return ", ".join(f"{key.rstrip('*')}: ..." for key in KINDS[kind])


def _built(where: str, line: int, kind: str, said: Mapping[str, Any]) -> Edit:
    lists = {key: _list(where, key, said.get(key)) for key in _LISTS}
    polarity, reason = said.get("polarity"), said.get("reason", "vague")
    if polarity is not None and polarity not in POLARITIES:
        raise InputError(f"{where}: the polarity is {polarity!r}; use one of {', '.join(POLARITIES)}.")
    if reason not in get_args(Reason):
        raise InputError(f"{where}: the reason is {reason!r}; use one of {', '.join(REASONS)}.")
    return Edit(
        kind=kind,
        line=line,
        theme=str(said.get("theme", "")),
        themes=lists["themes"],
        into=str(said.get("into", said.get("under", ""))),
        label=_label(where, said["label"]) if "label" in said else None,
        words=lists["words"],
        unless=lists["unless"],
        match=str(said.get("id", said.get("equals", ""))),
        is_themes=lists["is"],
        is_not=lists["is_not"],
        polarity=polarity,
        reason=reason,
    )


def _list(where: str, key: str, value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        raise InputError(f"{where}: {key!r} is a list: {key}: [one, two].")
    return tuple(str(one) for one in value)


def _label(where: str, value: object) -> dict[str, str]:
    if isinstance(value, str) and value.strip():
        return {"ar": value, "en": value}
    if isinstance(value, dict) and all(str(value.get(lang) or "").strip() for lang in ("ar", "en")):
        return {lang: str(value[lang]) for lang in ("ar", "en")}
    raise InputError(f"{where}: 'label' needs both languages: {{ar: ..., en: ...}}.")
