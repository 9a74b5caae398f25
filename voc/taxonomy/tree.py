"""The theme tree as values: `Theme`, `Taxonomy`, and the journey's stages and touchpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from voc.errors import OptionError

VARIETIES = ("msa", "gulf", "egyptian", "levantine", "maghrebi", "english", "arabizi")
WORD_GROUPS = ("ar", "en", "arabizi")

Bilingual = Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """A stage of the customer journey or a touchpoint: its id, both labels, and other names for it."""

    id: str
    label: Bilingual
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Theme:
    """One theme, a parent or a leaf.

    Attributes:
        id: stable snake_case name used in every table.
        parent: id of the parent, or None for a theme of the first level.
        label: name in ``ar`` and ``en``.
        definition: what belongs to it, in ``ar`` and ``en``.
        action: what one would usually do about it, in ``ar`` and ``en``; may be empty.
        seeds: typical phrases by variety (`VARIETIES`); the meaning is learned from them.
        words: words that show the theme by themselves, by group (`WORD_GROUPS`).
        unless: phrases in which those words mean something else.
        stage: id of the journey stage, or None.
        touchpoint: id of the touchpoint (before, during, after), or None.
    """

    id: str
    parent: str | None
    label: Bilingual
    definition: Bilingual = field(default_factory=dict)
    action: Bilingual = field(default_factory=dict)
    seeds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unless: tuple[str, ...] = ()
    stage: str | None = None
    touchpoint: str | None = None

    @property
    def phrases(self) -> tuple[str, ...]:
        """All seeds of all varieties."""
        return tuple(phrase for variety in self.seeds.values() for phrase in variety)


@dataclass(frozen=True)
class Taxonomy:
    """A tree of two levels: `themes` in file order, each parent before its children."""

    id: str
    title: Bilingual
    themes: tuple[Theme, ...]
    stages: tuple[Place, ...] = ()
    touchpoints: tuple[Place, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Theme]:
        """Themes by id."""
        return {theme.id: theme for theme in self.themes}

    @cached_property
    def leaves(self) -> tuple[Theme, ...]:
        """The themes that comments are tagged with: those without children."""
        parents = {theme.parent for theme in self.themes}
        return tuple(theme for theme in self.themes if theme.id not in parents)

    def theme(self, theme_id: str) -> Theme:
        """The theme with that id.

        Raises:
            OptionError: there is none; the message shows the nearest ids.
        """
        if theme_id not in self.by_id:
            raise OptionError(f"There is no theme {theme_id!r}; {nearest(theme_id, list(self.by_id))}")
        return self.by_id[theme_id]

    def parent(self, theme_id: str) -> str | None:
        """Id of the parent theme, or None for a theme of the first level."""
        return self.theme(theme_id).parent

    def label(self, theme_id: str, language: str) -> str:
        """Name of the theme in ``ar`` or ``en``."""
        return self.theme(theme_id).label[language]

    def children(self, theme_id: str) -> tuple[Theme, ...]:
        """The themes directly under it."""
        return tuple(theme for theme in self.themes if theme.parent == theme_id)


def nearest(name: str, known: list[str]) -> str:
    """A hint for an unknown name: the closest known ones, or all of them when none is close."""
    import difflib

    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(known)}."
