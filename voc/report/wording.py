"""Every sentence shown to a reader, in the reader's language, with numbers and direction set right.

Takes: the wording files (the report's, the notices', the dashboard's). Gives: `Words`, which fills them.

Direction marks live only here. Inside `Words` every number is wrapped as left-to-right and every
foreign name as "find your own direction"; `rich` turns those wraps into `<bdi>` elements for HTML and
`plain` into the older marks that terminals, Excel and PowerPoint all understand.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from markupsafe import Markup, escape

from voc.labels import ReportLanguage

LRI: Final = "\u2066"  # left-to-right isolate: opens a number
FSI: Final = "\u2068"  # first-strong isolate: opens a name from outside
PDI: Final = "\u2069"  # pop directional isolate: closes either
RLE: Final = "\u202b"  # right-to-left embedding, closed by
PDF: Final = "\u202c"  # pop directional formatting
RLM: Final = "\u200f"  # right-to-left mark
LRM: Final = "\u200e"  # left-to-right mark, for programs that do not know isolates
# Everything that can change direction, or hide: taken out of names, shown by name in quotes.
CONTROLS: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Control characters, lone surrogates and non-characters: no XML or UTF-8 file may hold them.
INVISIBLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_FIGURE = re.compile(r"\d[\d.]*(?:–\d[\d.]*|%)")
_PERIOD = re.compile(
    r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|W(?P<week>\d{1,2})|(?P<month>\d{1,2})(?:-(?P<day>\d{2}))?))?"
)


@cache
def sentences() -> dict[str, dict[str, Any]]:
    """All wording files together: key -> language -> sentence or plural forms."""
    loaded: dict[str, dict[str, Any]] = {}
    for path in sorted(Path(__file__).parent.glob("wording*.yaml")):
        loaded |= yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def plural(language: ReportLanguage, n: float) -> str:
    """The CLDR plural category of `n`: Arabic zero/one/two/few/many/other, English one/other.

    Fractions are "other" in both languages.

    >>> plural("ar", 2), plural("ar", 7), plural("ar", 11), plural("ar", 100)
    ('two', 'few', 'many', 'other')
    """
    if n != int(n):
        return "other"
    if language == "en":
        return "one" if n == 1 else "other"
    if n in (0, 1, 2):
        return ("zero", "one", "two")[int(n)]
    last_two = abs(int(n)) % 100
    return "few" if 3 <= last_two <= 10 else "many" if last_two >= 11 else "other"


class Words:
    """Sentences and numbers in one language.

    Arabic pages use Latin digits (0-9), not Arabic-Indic ones: Gulf dashboards, bank statements and
    Excel show them so, and a reader can then search the page, the workbook and the JSON for one and
    the same figure. The choice is made here once; nothing else formats a number.
    """

    def __init__(self, language: ReportLanguage) -> None:
        self.language: ReportLanguage = language
        self.direction = "rtl" if language == "ar" else "ltr"

    # -- sentences ------------------------------------------------------------------------------

    def say(self, key: str, **values: str | int) -> str:
        """The sentence called `key`; integers are formatted, strings must come from this class.

        Raises:
            KeyError: no such sentence, or it needs a value that was not given.
        """
        entry = sentences()[key][self.language]
        if isinstance(entry, Mapping):
            count = values["n"]
            if not isinstance(count, int):
                raise TypeError(f"{key} needs a whole number n, got {count!r}")
            forms: Mapping[str, str] = entry
            entry = forms[plural(self.language, count)]
        entry = self._isolate_figures(str(entry))
        filled = {k: self.number(v, 0) if isinstance(v, int) else v for k, v in values.items()}
        return entry.format_map(filled)

    def _isolate_figures(self, sentence: str) -> str:
        """Percentages and ranges that a sentence spells out itself, kept left to right in Arabic."""
        if self.language == "en":
            return sentence
        return _FIGURE.sub(lambda m: f"{LRI}{m.group()}{PDI}", sentence)

    def has(self, key: str) -> bool:
        """Whether there is a sentence of that name."""
        return key in sentences()

    def say_or_name(self, key: str, otherwise: str) -> str:
        """The sentence called `key`, or the outside name `otherwise` when there is none."""
        return self.say(key) if self.has(key) else self.name(otherwise)

    def count(self, noun: str, n: int) -> str:
        """A counted noun with the right plural: `count("comments", 11)` -> "11 تعليقًا"."""
        return self.say(f"count_{noun}", n=n)

    def tell(self, key: str, values: Mapping[str, Any]) -> str:
        """The sentence called `key` filled with values from elsewhere: texts, numbers and lists of them.

        A text that begins with "@" is the name of a word: "@role_score" is said as "score"; "@period
        2024-Q1" is a period.
        """
        return self.say(key, **{name: self._told(value) for name, value in values.items()})

    def _told(self, value: Any) -> str | int:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, float):
            return self.number(value, 0 if value == int(value) else 2)
        if isinstance(value, list | tuple):
            return self.say("join_list").join(str(self._told(one)) for one in value)
        text = str(value)
        if text.startswith("@period "):
            return self.period(text.removeprefix("@period "))
        return self.say(text[1:]) if text.startswith("@") and self.has(text[1:]) else self.name(text)

    # -- names from outside ---------------------------------------------------------------------

    def name(self, text: object) -> str:
        """A name that comes from data (theme, segment, file): cleaned of direction marks, isolated."""
        return f"{FSI}{CONTROLS.sub('', INVISIBLE.sub(' ', str(text)))}{PDI}"

    def label(self, labels: object) -> str:
        """The label in this language of {"ar": ..., "en": ...}, or whatever is there, isolated."""
        if isinstance(labels, Mapping):
            text = labels.get(self.language) or next((v for v in labels.values() if v), "")
            return self.name(text)
        return self.name(labels)

    def period(self, label: object) -> str:
        """`2024-Q1` as "Q1 2024" / "الربع الأول 2024"; anything else as the name it is."""
        text = str(label)
        start, dots, end = text.partition("..")
        if dots and _PERIOD.fullmatch(start) and _PERIOD.fullmatch(end):
            return self.say("period_range", start=self.period(start), end=self.period(end))
        match = _PERIOD.fullmatch(text)
        if match is None:
            return self.say(text) if text in ("before", "after") else self.name(text)
        year = self._latin(match["year"])
        if match["day"]:
            month = self.period(text[:7])
            return self.say("period_day", day=int(match["day"]), month=month)
        if match["quarter"]:
            return self.say(f"period_quarter_{match['quarter']}", year=year)
        if match["week"]:
            return self.say("period_week", week=int(match["week"]), year=year)
        if match["month"] and 1 <= int(match["month"]) <= 12:
            return self.say(f"period_month_{int(match['month'])}", year=year)
        return self._latin(text)

    # -- numbers --------------------------------------------------------------------------------

    def _latin(self, text: str) -> str:
        return f"{LRI}{CONTROLS.sub('', text)}{PDI}"

    def number(self, value: float, decimals: int = 1, *, signed: bool = False) -> str:
        """A number with grouping and a true minus sign; `signed` also writes the plus."""
        if not math.isfinite(value):
            return self.say("not_known")
        rounded = round(value, decimals)
        sign = "\u2212" if rounded < 0 else "+" if signed and rounded > 0 else ""
        return self._latin(f"{sign}{abs(rounded):,.{decimals}f}")

    def points(self, value: float) -> str:
        """A change in score points, signed, one decimal."""
        return self.number(value, 1, signed=True)

    def interval(self, low: float, high: float, *, signed: bool = True) -> str:
        """Both ends of a 95% interval in points, in words."""
        return self.say(
            "interval_of", low=self.number(low, 1, signed=signed), high=self.number(high, 1, signed=signed)
        )

    def share(self, value: float) -> str:
        """A fraction in [0, 1] as a whole percentage; "<1%" and ">99%" rather than a false 0 or 100."""
        if not math.isfinite(value):
            return self.say("not_known")
        if 0 < value < 0.005 or 0.995 < value < 1:
            return self._latin("<1%" if value < 0.5 else ">99%")
        return self._latin(f"{value:.0%}")

    def p_value(self, value: float) -> str:
        """A p or q value: three decimals, or "< 0.001"."""
        return self._latin("< 0.001" if value < 0.001 else f"{value:.3f}")

    def for_chart(self, text: str) -> str:
        """Cleaned `plain` text for a chart, which does not know its own direction: embedded in Arabic."""
        return f"{RLE}{text}{PDF}" if self.language == "ar" else text

    def plain(self, text: str) -> str:
        """`text` for a terminal, a workbook or a slide, where isolates are not always understood."""
        if self.language == "en":
            return re.sub(f"[{LRI}{FSI}{PDI}]", "", text)
        text = re.sub(
            f"{LRI}([^{PDI}]*){PDI}", f"{LRM}\\1{LRM}{RLM}", text
        )  # two numbers side by side stay apart
        return re.sub(f"[{FSI}{PDI}]", "", text)


def rich(text: str) -> Markup:
    """`text` as safe HTML: everything escaped, numbers and outside names in `<bdi>` elements."""
    safe = str(escape(text))
    return Markup(  # escaped on the line above; only our own elements are added
        safe.replace(LRI, '<bdi dir="ltr" class="n">').replace(FSI, "<bdi>").replace(PDI, "</bdi>")
    )
