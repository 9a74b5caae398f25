"""What kind of file it is, told from its first bytes and never from its name."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, Literal

from voc.errors import InputError
from voc.intake.cells import shown

Kind = Literal["text", "json", "xlsx", "parquet"]
Opened = Callable[[], BinaryIO]

START: Final = 1 << 16  # bytes looked at
# Limits against files that unpack to far more than they are: bytes in all, and bytes per packed byte.
MOST_UNPACKED: Final = 1 << 30
LARGE: Final = 100 << 20
MOST_RATIO: Final = 100

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP: Final = b"\x1f\x8b"
_BINARY: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"$FL2", "an SPSS file"),
    (b"{\\rtf", "a rich-text document"),
)
_PAGES: Final = (b"<!doctype html", b"<html", b"<?xml")
_WIDE_MARKS: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_CONTROLS: Final = bytes(set(range(32)) - {9, 10, 12, 13, 26, 27, 31})


def kind_of(path: Path, label: str) -> tuple[Kind, Opened]:
    """The kind of a file, and how to open its bytes (unpacked, for gzip).

    Args:
        path: the file.
        label: its name in messages.

    Raises:
        InputError: it is missing, a folder, unreadable, empty, damaged or of a kind voc does not read.
    """
    start = _start(path, label, lambda: path.open("rb"))
    opened: Opened = lambda: path.open("rb")  # noqa: E731
    if start.startswith(_GZIP):
        opened = lambda: gzip.open(path, "rb")  # type: ignore[return-value,assignment]  # noqa: E731
        check_unpacked(opened, path.stat().st_size, label)
        start = _start(path, label, opened)
        if start.startswith((*_ZIP, b"PAR1", _GZIP)):
            raise InputError(f"{label} is packed twice. Unpack it once (gunzip) and pass what is inside.")
    if not start:
        raise InputError(
            f"{label} is empty. Export it again, or pass another file.", code="empty_file", file=label
        )
    return _kind(path, label, start), opened


def check_unpacked(opened: Opened, packed: int, label: str) -> None:
    """Reads a packed stream to its end once, so that a bomb or a damaged file is found before parsing.

    Raises:
        InputError: it unpacks to too much, or is damaged.
    """
    size = 0
    try:
        with opened() as stream:
            while chunk := stream.read(1 << 20):
                size += len(chunk)
                refuse_bomb(size, packed, label)
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
        raise InputError(
            f"{label} is damaged or cut short ({error}). Download or export it again."
        ) from error


def refuse_bomb(size: int, packed: int, label: str) -> None:
    """An error when `packed` bytes unpack to `size`, as no table of answers does.

    Raises:
        InputError: more than 1 GiB, or more than 100 MiB at over 100 times the packed size.
    """
    if size > MOST_UNPACKED or (size > LARGE and size > MOST_RATIO * packed):
        raise InputError(
            f"{label} has {packed:,} bytes and unpacks to more than {size - 1:,}: refused as a zip bomb. "
            "If it is real, pass it as a plain CSV file."
        )


def _start(path: Path, label: str, opened: Opened) -> bytes:
    try:
        if path.is_dir():
            raise InputError(f"{label} is a folder. Pass the files in it, for example {label}/*.csv.")
        if path.exists() and not path.is_file():
            raise InputError(f"{label} is not a regular file. Save its content to a file first.")
        with opened() as stream:
            return stream.read(START)
    except FileNotFoundError as error:
        raise InputError(f"There is no file {shown(str(path))}. Check the name and the folder.") from error
    except PermissionError as error:
        raise InputError(f"{label} may not be read: permission denied. Change its permissions.") from error
    except (OSError, ValueError, EOFError, zlib.error) as error:
        raise InputError(f"{label} cannot be opened: {_why(error)}. Check the name and the file.") from error


def _why(error: Exception) -> str:
    return shown((error.strerror if isinstance(error, OSError) else None) or error, 80)


def _kind(path: Path, label: str, start: bytes) -> Kind:
    if start.startswith(_OLE):
        raise _about_ole(path, label)
    if start.startswith(_ZIP):
        return _zipped(path, label)
    if start.startswith(b"PAR1"):
        return "parquet"
    for magic, what in _BINARY:
        if start.startswith(magic):
            raise InputError(f"{label} is {what}, not a table. {_READ}", code="binary_file", file=label)
    wide = start.startswith(_WIDE_MARKS)
    text = start.decode("utf-16", "ignore").encode() if wide else start
    text = text.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text[:14].lower().startswith(_PAGES):
        raise InputError(
            f"{label} is a web page or XML, not a table. Export the data itself. {_READ}",
            code="binary_file",
            file=label,
        )
    if not wide and _is_binary(start):
        raise InputError(
            f"{label} is a binary file, whatever its name says. {_READ}", code="binary_file", file=label
        )
    return "json" if _is_json(path, text) else "text"


_READ: Final = "voc reads CSV, XLSX, Parquet, JSON and JSON lines."


def _is_binary(start: bytes) -> bool:
    """Control characters beyond a damaged cell or two, in what is not UTF-16."""
    controls = len(start) - len(start.translate(None, _CONTROLS))
    if controls <= max(16, 0.01 * len(start)):
        return False
    wide = start[: len(start) // 2 * 2]
    return not any(_plain(wide, codec) for codec in ("utf-16-le", "utf-16-be"))


def _plain(start: bytes, codec: str) -> bool:
    text = start.decode(codec, errors="replace")
    usual = sum(1 for letter in text if letter in "\r\n\t" or " " <= letter < "\u0700")
    return usual > 0.9 * len(text)


def _is_json(path: Path, text: bytes) -> bool:
    if {suffix.lower() for suffix in path.suffixes} & {".json", ".jsonl", ".ndjson"}:
        return True
    following = text[1:].lstrip()
    return text.startswith((b"{", b"[")) and following.startswith((b'"', b"{", b"}"))


def _about_ole(path: Path, label: str) -> InputError:
    mark = "EncryptedPackage".encode("utf-16-le")
    tail = b""
    with path.open("rb") as stream:
        while (chunk := stream.read(1 << 20)) and mark not in tail + chunk:
            tail = chunk[-len(mark) :]
        if chunk:
            told = f"{label} is protected by a password. Open it, save it without one, and pass it again."
            return InputError(told, code="protected_file", file=label)
    told = f"{label} is in the old Excel format (.xls). Open it and save it as .xlsx or CSV."
    return InputError(told, code="binary_file", file=label)


def _zipped(path: Path, label: str) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputError(
            f"{label} is damaged or cut short ({shown(error)}). Download or export it again."
        ) from error
    names = {info.filename for info in infos}
    if any(info.flag_bits & 1 for info in infos):
        raise InputError(
            f"{label} is protected by a password. Save it without one and pass it again.",
            code="protected_file",
            file=label,
        )
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise InputError(
            f"{label} is a spreadsheet in another format. Save it as .xlsx or CSV.",
            code="binary_file",
            file=label,
        )
    raise InputError(f"{label} is a ZIP archive. Unpack it and pass the files inside.")
