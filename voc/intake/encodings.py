"""How a text file's bytes are to be read: its encoding, found from the bytes alone.

Order: byte-order mark, UTF-16 without a mark, UTF-8, then the one-byte Arabic and Western
encodings. A file that mixes UTF-8 with another encoding is read as UTF-8, and the lines that
are not go to the rejects.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from voc.errors import InputError, OptionError
from voc.intake.cells import shown

CHUNK: Final = 1 << 20
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a byte-order mark"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_ONE_BYTE: Final = (("cp1256", "Windows-1256"), ("iso8859-6", "ISO 8859-6"), ("cp1252", "Windows-1252"))


@dataclass(frozen=True)
class Encoding:
    """A codec's name, what to tell people, and the number of lines it cannot read."""

    codec: str
    title: str
    sure: bool = True
    bad_lines: int = 0


def detect(opened: Callable[[], BinaryIO], name: str, option: str | None = None) -> Encoding:
    """The encoding of a file.

    Args:
        opened: opens the file's bytes from their start.
        name: the file's name, for messages.
        option: what the user said; taken as it is when it names a codec.

    Raises:
        OptionError: `option` names no encoding.
        InputError: more lines are in another encoding than in UTF-8.
    """
    if option is not None:
        try:
            codec = codecs.lookup(option).name
            "".encode(codec)  # hex, rot13 and the like are codecs too
        except (LookupError, ValueError) as error:
            raise OptionError(
                f"--encoding {shown(option, 40)!r} is not known. Use utf-8, utf-16, windows-1256 or another "
                "name from Python's list of encodings."
            ) from error
        return Encoding(codec, option)
    with opened() as stream:
        start = stream.read(1 << 16)
    for mark, codec, title in _MARKS:
        if start.startswith(mark):
            return Encoding(codec, title)
    if wide := _wide(start):
        return wide
    if _is_utf8(opened):
        return Encoding("utf-8", "UTF-8")
    return _after_failure(opened, name)


def _wide(start: bytes) -> Encoding | None:
    sample = start[: len(start) // 2 * 2]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    halves = {"utf-16-le": sample[1::2], "utf-16-be": sample[0::2]}
    for codec, high in halves.items():
        low = sample[0::2] if codec == "utf-16-le" else sample[1::2]
        narrow = high.count(0) + high.count(6)  # Latin and Arabic pages
        if narrow >= 0.8 * len(high) and low.count(0) < 0.01 * len(low) + 1:
            return Encoding(codec, f"UTF-16 ({'little' if codec.endswith('le') else 'big'}-endian, unmarked)")
    return None


def _is_utf8(opened: Callable[[], BinaryIO]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with opened() as stream:
            while chunk := stream.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _after_failure(opened: Callable[[], BinaryIO], name: str) -> Encoding:
    valid = broken = 0
    sample = bytearray()
    with opened() as stream:
        for line in _lines(stream):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                valid += 1
            except UnicodeDecodeError:
                broken += 1
                if len(sample) < CHUNK:
                    sample += line
    if not valid:
        return _one_byte(bytes(sample))
    other = _one_byte(bytes(sample)).title
    if broken > valid:
        raise InputError(
            f"{name} mixes encodings: {valid} lines are UTF-8 and {broken} are not (they look like {other}). "
            "Save the whole file in one encoding, best UTF-8, or split it into one file per encoding."
        )
    return Encoding("utf-8", f"UTF-8 with {broken} lines in another encoding ({other})", False, broken)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    while line := stream.readline(CHUNK):
        yield line


def _one_byte(sample: bytes) -> Encoding:
    """The one-byte encoding under which most of the non-ASCII bytes are letters where letters belong."""
    best = max(_ONE_BYTE, key=lambda pair: _fit(sample, pair[0]))
    return Encoding(best[0], best[1], sure=False)


def _fit(sample: bytes, codec: str) -> float:
    text = sample.decode(codec, errors="replace")
    points, previous = 0.0, " "
    for letter in text:
        if not letter.isascii():
            arabic = "\u0621" <= letter <= "\u064a" and letter != "\u0640"  # letters, not tatweel
            if arabic:
                points += -1.0 if previous.isascii() and previous.isalpha() else 1.0
            elif letter.isalpha():
                points += 0.5 if previous.isascii() and previous.isalpha() else -0.5
        previous = letter
    return points
