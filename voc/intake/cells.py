"""What a cell says: plain characters for matching, missing-value marks, and a safe form to show.

Takes one cell's text, gives text. The cell itself is never changed.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import pandas as pd

SHOWN_CHARACTERS: Final = 200

# Digits of Arabic (U+0660..) and of Persian and Urdu (U+06F0..), and the Arabic number signs.
_DIGITS: Final = {0x0660 + i: str(i) for i in range(10)} | {0x06F0 + i: str(i) for i in range(10)}
_SIGNS: Final = {
    0x066B: ".",  # Arabic decimal separator
    0x066C: "",  # Arabic thousands separator
    0x066A: "%",  # Arabic percent sign
    0x2212: "-",  # minus sign
    0x00A0: " ",  # no-break space
    0x202F: " ",  # narrow no-break space
    0x0640: "",  # tatweel
}
# Zero-width and direction marks, which exports love to put beside Arabic numbers and headers.
_INVISIBLE: Final = dict.fromkeys(
    [0x00AD, 0x061C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)]
)
_PLAIN: Final = _DIGITS | _SIGNS | _INVISIBLE
_SPACES: Final = re.compile(r"\s+")
# U+202D/U+202E and the isolates U+2066..U+2069 reorder what stands around them.
OVERRIDES: Final = "[\u202a-\u202e\u2066-\u2069]"

_MISSING: Final = frozenset(
    """
    na|n/a|n.a.|nan|null|none|nil|<na>|#n/a|#null!|nat|-|--|---|.|..|?|n\\a
    not applicable|not available|no answer|no response|prefer not to say|prefer not to answer
    don't know|dont know|do not know|skip|skipped|not answered|missing|undefined
    لا ينطبق|لا يوجد|لا اعرف|لا أعرف|غير متوفر|غير متاح|بدون|بدون اجابة|بدون إجابة|لا اجابة|لا إجابة|لم يجب
    """.replace("\n", "|").split("|")
)
_MISSING_MARKS: Final = frozenset(mark.strip() for mark in _MISSING)


def plain(text: str) -> str:
    """`text` with ASCII digits and signs, without invisible characters, in single spaces.

    >>> plain("٩ / ١٠")
    '9 / 10'
    """
    if text.isascii():
        return _SPACES.sub(" ", text).strip()
    folded = unicodedata.normalize("NFKC", text.translate(_PLAIN)).translate(_PLAIN)
    return _SPACES.sub(" ", folded).strip()


def is_missing(text: str) -> bool:
    """True for an empty cell and for the usual marks of one: NA, null, -, لا ينطبق."""
    return plain(text).casefold() in _MISSING_MARKS


def shown(value: object, limit: int = SHOWN_CHARACTERS) -> str:
    """`value` as text that is safe to print: control and direction marks escaped, at most `limit` long."""
    text = value if isinstance(value, str) else str(value)
    cut = text if len(text) <= limit else text[: limit - 1] + "\u2026"  # ellipsis
    if cut.isprintable():
        return cut
    safe = "".join(letter if _is_safe(letter) else _escaped(letter) for letter in cut)
    return safe if len(safe) <= limit else safe[: limit - 1] + "\u2026"


def _is_safe(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def texts(values: pd.Series) -> pd.Series:
    """Each cell as text, stripped, without a needless ".0"; missing where there is none; dtype str."""
    if pd.api.types.is_float_dtype(values):
        numbers = values.to_numpy(dtype=float, na_value=float("nan"))
        return pd.Series([_number(value) for value in numbers], values.index, "str")
    if not pd.api.types.is_string_dtype(values) or pd.api.types.is_object_dtype(values):
        values = pd.Series(
            [None if gone else str(one) for one, gone in zip(values, values.isna(), strict=True)],
            values.index,
            "str",
        )
    return values.str.strip()


def _number(value: float) -> str | None:
    if value != value:
        return None
    return str(int(value)) if float(value).is_integer() else repr(float(value))
