"""Taxonomy YAML -> `Taxonomy`, with every mistake reported by file, line and what to write instead.

Files may extend another one (``extends: cx``): themes with a known id are amended (seeds, words and
unless are added; label, definition, stage ... replaced), new ones are added, ``hide`` removes some.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from voc.errors import InputError
from voc.taxonomy.tree import VARIETIES, WORD_GROUPS, Bilingual, Place, Taxonomy, Theme, nearest

_LINE = "__line__"
_ID = re.compile(r"[a-z][a-z0-9_]*")
_FILE_KEYS = ("version", "id", "label", "extends", "hide", "stages", "touchpoints", "themes")
_THEME_KEYS = (
    *("id", "parent", "label", "definition", "action", "stage", "touchpoint"),
    *("seeds", "examples", "words", "unless", "themes"),
)


_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's, ten times faster, where built in


class _Loader(_Safe):  # type: ignore[misc]
    """SafeLoader that notes each mapping's line and refuses repeated keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                mark = node.value[number][0].start_mark
                raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} is given twice", mark)
        return {**super().construct_mapping(node, deep=deep), _LINE: node.start_mark.line + 1}


def read(path: Path, base: Callable[[str], Taxonomy]) -> Taxonomy:
    """The taxonomy in a file.

    Args:
        path: a YAML file; ``cx.yaml`` beside this module shows the format.
        base: gives the taxonomy that ``extends`` names.

    Raises:
        InputError: the file cannot be read or breaks a rule; the message has file, line and fix.
    """
    return _Reader(path).taxonomy(_parse(path), base)


def _parse(path: Path) -> dict[str, Any]:
    try:
        data = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_Loader)
    except OSError as error:
        raise InputError(f"The taxonomy {path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"The taxonomy {path} is not UTF-8 text; save it as UTF-8.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is not valid YAML"
        raise InputError(
            f"{path}{where}: {problem}. Check indentation, quotes and brackets there."
        ) from error
    if not isinstance(data, dict) or not isinstance(data.get("themes", []), list):
        raise InputError(f"{path}: a mapping with a list 'themes' was expected; see voc/taxonomy/cx.yaml.")
    return data


class _Reader:
    """Checks and builds; knows the file's name for messages."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fail(self, entry: Mapping[str, Any] | None, problem: str) -> InputError:
        line = f", line {entry[_LINE]}" if entry and _LINE in entry else ""
        return InputError(f"{self.path}{line}: {problem}")

    def taxonomy(self, data: dict[str, Any], base: Callable[[str], Taxonomy]) -> Taxonomy:
        self.known_keys(data, _FILE_KEYS)
        start = base(str(data["extends"])) if "extends" in data else None
        stages = self.places(data, "stages") or (start.stages if start else base("cx").stages)
        touchpoints = self.places(data, "touchpoints") or (
            start.touchpoints if start else base("cx").touchpoints
        )
        themes: dict[str, Theme] = dict(start.by_id) if start else {}
        own: set[str] = set()
        for entry, parent in self.entries(data):
            theme = self.theme(entry, parent, themes, stages, touchpoints)
            if theme.id in own:
                raise self.fail(entry, f"the theme id {theme.id!r} is used twice; ids must be unique.")
            own.add(theme.id)
            themes[theme.id] = theme
        for hidden in data.get("hide", []):
            if hidden not in themes:
                raise self.fail(data, f"'hide' names {hidden!r}; {nearest(str(hidden), list(themes))}")
            themes = {key: one for key, one in themes.items() if hidden not in (key, one.parent)}
        ordered = self.ordered(data, themes)
        title = (
            self.bilingual(data, "label") if "label" in data else {"ar": self.path.stem, "en": self.path.stem}
        )
        return Taxonomy(str(data.get("id", self.path.stem)), title, ordered, stages, touchpoints)

    def entries(self, data: dict[str, Any]) -> list[tuple[dict[str, Any], str | None]]:
        """Every theme of the file with the id of the theme it is nested in."""
        found: list[tuple[dict[str, Any], str | None]] = []
        for top in data.get("themes") or []:
            if not isinstance(top, dict):
                raise self.fail(data, f"a theme is {top!r}; a mapping with 'id' and 'label' was expected.")
            found.append((top, None))
            for child in top.get("themes") or []:
                if not isinstance(child, dict):
                    raise self.fail(top, f"a theme is {child!r}; a mapping with 'id' was expected.")
                if child.get("themes"):
                    raise self.fail(child, "the tree has two levels; move these themes one level up.")
                found.append((child, str(top.get("id"))))
        if not found:
            raise self.fail(None, "there are no themes; add at least one under 'themes'.")
        return found

    def theme(
        self,
        entry: dict[str, Any],
        nested_in: str | None,
        known: Mapping[str, Theme],
        stages: tuple[Place, ...],
        touchpoints: tuple[Place, ...],
    ) -> Theme:
        self.known_keys(entry, _THEME_KEYS)
        theme_id = entry.get("id")
        if not isinstance(theme_id, str) or not _ID.fullmatch(theme_id):
            raise self.fail(
                entry, f"the theme id is {theme_id!r}; use small letters, digits and _ (staff_care)."
            )
        old = known.get(theme_id)
        if old is None and "label" not in entry:
            raise self.fail(entry, f"the theme {theme_id!r} has no label; add label: {{ar: ..., en: ...}}.")
        start = old or Theme(theme_id, None, {})
        parent = nested_in or entry.get("parent") or start.parent
        seeds = _joined(start.seeds, self.lists(entry, "seeds", VARIETIES))
        return replace(
            start,
            parent=str(parent) if parent is not None else None,
            label=self.bilingual(entry, "label") if "label" in entry else start.label,
            definition=self.bilingual(entry, "definition") if "definition" in entry else start.definition,
            action=self.bilingual(entry, "action") if "action" in entry else start.action,
            seeds=_joined(seeds, {"examples": self.phrases(entry, "examples")}),
            words=_joined(start.words, self.lists(entry, "words", WORD_GROUPS)),
            unless=(*start.unless, *self.phrases(entry, "unless")),
            stage=self.place(entry, "stage", stages) or start.stage,
            touchpoint=self.place(entry, "touchpoint", touchpoints) or start.touchpoint,
        )

    def ordered(self, data: dict[str, Any], themes: dict[str, Theme]) -> tuple[Theme, ...]:
        """Each parent followed by its children, in file order; parents are checked."""
        for theme in themes.values():
            above = themes.get(theme.parent) if theme.parent else None
            if theme.parent and above is None:
                hint = nearest(theme.parent, [one.id for one in themes.values() if one.parent is None])
                raise self.fail(
                    data, f"the theme {theme.id!r} has the unknown parent {theme.parent!r}; {hint}"
                )
            if above and above.parent:
                raise self.fail(
                    data, f"{theme.id!r} is under {above.id!r}, itself a child; there are two levels."
                )
        tops = [theme for theme in themes.values() if theme.parent is None]
        return tuple(
            one for top in tops for one in (top, *(t for t in themes.values() if t.parent == top.id))
        )

    def bilingual(self, entry: Mapping[str, Any], key: str) -> Bilingual:
        value = entry[key]
        if isinstance(value, str) and value.strip():
            return {"ar": value, "en": value}
        if isinstance(value, dict):
            texts = {lang: value.get(lang) for lang in ("ar", "en")}
            if all(isinstance(text, str) and text.strip() for text in texts.values()):
                return {lang: str(text) for lang, text in texts.items()}
        raise self.fail(
            entry, f"'{key}' of {entry.get('id')!r} needs text in both languages: {{ar: ..., en: ...}}."
        )

    def lists(
        self, entry: Mapping[str, Any], key: str, allowed: tuple[str, ...]
    ) -> dict[str, tuple[str, ...]]:
        groups = entry.get(key) or {}
        if not isinstance(groups, dict):
            raise self.fail(
                entry, f"'{key}' groups phrases by {', '.join(allowed)}; write {allowed[0]}: [...]."
            )
        self.known_keys(groups, allowed)
        return {group: self.phrases(groups, group) for group in groups if group != _LINE}

    def phrases(self, entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
        values = entry.get(key) or []
        if not isinstance(values, list) or not all(
            isinstance(v, str | int) and str(v).strip() for v in values
        ):
            raise self.fail(entry, f"'{key}' is a list of phrases: {key}: [one, two].")
        return tuple(str(value) for value in values)

    def places(self, data: dict[str, Any], key: str) -> tuple[Place, ...]:
        found = []
        for entry in data.get(key) or []:
            if not isinstance(entry, dict) or "id" not in entry or "label" not in entry:
                raise self.fail(
                    data, f"each of '{key}' needs id and label: {{id: ..., label: {{ar: ..., en: ...}}}}."
                )
            found.append(
                Place(str(entry["id"]), self.bilingual(entry, "label"), self.phrases(entry, "synonyms"))
            )
        return tuple(found)

    def place(self, entry: Mapping[str, Any], key: str, places: tuple[Place, ...]) -> str | None:
        """Id of the stage or touchpoint that the entry names by id, label or synonym."""
        if key not in entry:
            return None
        name = str(entry[key]).strip().casefold()
        for one in places:
            if name in {alias.casefold() for alias in (one.id, *one.label.values(), *one.synonyms)}:
                return one.id
        hint = nearest(name, [one.id for one in places])
        raise self.fail(entry, f"the {key} of {entry.get('id')!r} is {entry[key]!r}; {hint}")

    def known_keys(self, entry: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
        for key in entry:
            if key != _LINE and key not in allowed:
                raise self.fail(
                    entry, f"the key {key!r} is not known here; {nearest(str(key), list(allowed))}"
                )


def _joined(
    old: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Both lists of each group, without repeats, empty groups left out."""
    groups = {group: (*old.get(group, ()), *new.get(group, ())) for group in (*old, *new)}
    return {group: tuple(dict.fromkeys(phrases)) for group, phrases in groups.items() if phrases}
