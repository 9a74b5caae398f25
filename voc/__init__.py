"""voc reads what customers wrote, in Arabic and English, and explains why the score moved.

    intake  ->  meaning  ->  numbers  ->  report

`analyze` runs the whole path on a file or a frame, `classify` labels texts,
`explain` attributes a score change on tables that are already labeled.
Importing this package does nothing heavy; names are loaded when first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voc.analysis import Analysis as Analysis
    from voc.errors import VocError as VocError
    from voc.numbers.explain import explain as explain
    from voc.numbers.movement import Movement as Movement
    from voc.pipeline import analyze as analyze
    from voc.pipeline import classify as classify

__version__ = "0.1.0"

_HOMES = {
    "analyze": "voc.pipeline",
    "classify": "voc.pipeline",
    "Analysis": "voc.analysis",
    "explain": "voc.numbers.explain",
    "Movement": "voc.numbers.movement",
    "VocError": "voc.errors",
}
__all__ = ["Analysis", "Movement", "VocError", "__version__", "analyze", "classify", "explain"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'voc' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
