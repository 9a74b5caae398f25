"""A file that a body is written to as it arrives: a megabyte in memory, the rest on disk."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import secrets
import shutil
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from service.errors import Problem

_BUFFER: Final = 1 << 20
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Spool:
    """An async context: on any error the file is removed, else it stays at `path`, synced to disk.

    Attributes:
        path: where the file is.
        bytes: how many were written.
    """

    def __init__(self, folder: Path, min_free_bytes: int) -> None:
        self.folder = folder
        self.path = folder / f"{secrets.token_hex(16)}.part"
        self.bytes = 0
        self._min_free = min_free_bytes
        self._hash = hashlib.sha256()
        self._buffer = bytearray()
        self._file: int | None = None

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._open)
        return self

    def put(self, data: bytes) -> None:
        """Add bytes; they go to disk at the next `drain`."""
        self._buffer += data
        self.bytes += len(data)

    async def drain(self, *, all_of_it: bool = False) -> None:
        """Write what has gathered, once it is worth it.

        Raises:
            Problem: `disk-full`.
        """
        if self._buffer and (all_of_it or len(self._buffer) >= _BUFFER):
            data, self._buffer = bytes(self._buffer), bytearray()
            await asyncio.to_thread(self._write, data)

    def fingerprint(self) -> str:
        """SHA-256 of what was drained."""
        return self._hash.hexdigest()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                await self.drain(all_of_it=True)
                await asyncio.to_thread(self._sync)
        except BaseException:
            self.remove()
            raise
        finally:
            if self._file is not None:
                os.close(self._file)
                self._file = None
        if kind is not None:
            self.remove()

    def remove(self) -> None:
        """Delete the file."""
        self.path.unlink(missing_ok=True)

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        free = shutil.disk_usage(self.folder).free
        if free < self._min_free:
            raise Problem("disk-full", "The disk is nearly full; tell whoever runs the service.")
        self._file = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)

    def _write(self, data: bytes) -> None:
        assert self._file is not None
        self._hash.update(data)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._file, view) :]
        except OSError as error:
            raise full(error) from error

    def _sync(self) -> None:
        assert self._file is not None
        try:
            os.fsync(self._file)
        except OSError as error:
            raise full(error) from error


def full(error: OSError) -> Exception:
    """The problem to raise for a failed write: `disk-full` when that is why, else the error itself."""
    if error.errno in _FULL:
        return Problem("disk-full", "The disk is full; nothing was kept. Tell whoever runs the service.")
    return error
