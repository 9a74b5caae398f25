"""Object ids: a prefix that says what it is, then 26 characters in order of creation."""

from __future__ import annotations

import secrets
import time
from typing import Final

_DIGITS: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's, in lower case


def new(prefix: str) -> str:
    """A fresh id such as ``bat_01j9...``: 48 bits of milliseconds, then 80 random bits."""
    number = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
    letters = [_DIGITS[(number >> shift) & 31] for shift in range(125, -5, -5)]
    return f"{prefix}_{''.join(letters)}"
