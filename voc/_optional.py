"""The one place that says "pip install": late imports of optional libraries."""

from __future__ import annotations

import importlib
from types import ModuleType

from voc.errors import MissingExtra


def require(module: str, extra: str) -> ModuleType:
    """The imported `module`, or an error that names the pip extra which brings it.

    Args:
        module: dotted name, for example ``"transformers"``.
        extra: name of the extra in ``pyproject.toml``, for example ``"hub"``.

    Raises:
        MissingExtra: the library is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != module.split(".")[0]:
            raise  # a broken installation of the library itself: its own message is the better one
        raise MissingExtra(
            f"This needs the library {module!r}, which is not installed. "
            f"Install it with: pip install 'voc[{extra}]'"
        ) from error
