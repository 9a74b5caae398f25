"""Files elsewhere (s3://, gs://, abfs:// and whatever else fsspec knows), as local ones.

Inputs are copied here before they are read, results are written here and copied there: what the rooms
between see is always a local path. Needs the extra `scale`, and the store's own fsspec driver.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from voc._optional import require
from voc.errors import InputError

# Two letters at least: C:/ is a drive. A path object has lost one of the two slashes.
_URL: Final = re.compile(r"^([a-z][a-z0-9+.-]+):/{1,2}(?=[^/])")


def url_of(source: Any) -> str | None:
    """The URL that a source names, or None for a local path or a frame.

    >>> url_of(Path("s3://bucket/survey.parquet")), url_of("survey.csv")
    ('s3://bucket/survey.parquet', None)
    """
    text = os.fspath(source) if isinstance(source, (str, os.PathLike)) else ""
    return _URL.sub(r"\1://", text) if isinstance(text, str) and _URL.match(text) else None


def fetched(sources: Any, folder: Path) -> Any:
    """The sources with every URL replaced by its copy in `folder`; others as they are.

    Raises:
        InputError: a file cannot be had.
        MissingExtra: fsspec is not installed.
    """
    if isinstance(sources, Sequence) and not isinstance(sources, (str, bytes)):
        return [_fetched(source, folder / str(number)) for number, source in enumerate(sources)]
    return _fetched(sources, folder)


def sent(folder: Path, url: str) -> None:
    """Copy every file of a local folder to a folder elsewhere.

    Raises:
        InputError: it cannot be written.
        MissingExtra: fsspec is not installed.
    """
    store, there = _opened(url)
    try:
        for file in sorted(folder.iterdir()):
            if file.is_file():
                store.put_file(str(file), f"{there.rstrip('/')}/{file.name}")
    except Exception as error:  # every store raises its own
        raise InputError(f"The results cannot be written to {url}: {_said(error)}.") from error


def _fetched(source: Any, folder: Path) -> Any:
    url = url_of(source)
    if url is None:
        return source
    store, there = _opened(url)
    folder.mkdir(parents=True, exist_ok=True)
    local = folder / there.rstrip("/").rpartition("/")[2]
    try:
        store.get_file(there, str(local))
    except Exception as error:  # every store raises its own
        raise InputError(f"{url} cannot be read: {_said(error)}.") from error
    return local


def _opened(url: str) -> tuple[Any, str]:
    fsspec = require("fsspec", "scale")
    try:
        store, there = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise InputError(f"{url} cannot be opened: {_said(error)}.") from error
    return store, str(there)


def _said(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__
