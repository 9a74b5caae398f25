"""What cannot be read: each case a clear message with the fix, or a row in the rejects."""

import gzip
import os
import zipfile

import pandas as pd
import pytest
from surveys import csv_text, message, reading, write

from voc.errors import InputError, OptionError

GOOD = "comment,score\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def workbook(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path.read_bytes()


FILES = [
    # what, name, bytes, what the message says
    ("nothing", "a.csv", b"", "is empty"),
    ("blank lines", "a.csv", b"\n\n  \n", "blank lines"),
    ("only a mark", "a.csv", b"\xef\xbb\xbf", "is empty"),
    ("header only", "a.csv", b"comment,score\n", "no rows"),
    ("header and blanks", "a.csv", b"comment,score\n\n\n", "no rows"),
    ("picture", "a.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "PNG picture"),
    ("random bytes", "a.csv", bytes(range(256)) * 40, "binary"),
    ("document", "a.csv", b"%PDF-1.7 ...", "PDF"),
    ("web page", "a.csv", b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
    ("old Excel", "a.xls", OLE + b"\0" * 600, r"\.xls"),
    ("protected", "a.xlsx", OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
    ("cut gzip", "a.csv.gz", gzip.compress(csv_text().encode() * 100)[:-30], "damaged or cut short"),
    ("cut workbook", "a.xlsx", b"PK\x03\x04" + b"\0" * 100, "damaged or cut short"),
    ("cut Parquet", "a.parquet", b"PAR1" + b"\0" * 100, "damaged Parquet"),
    ("broken JSON", "a.json", b'[{"text": "a"', "well-formed JSON"),
    ("empty JSON", "a.json", b"[]", "no JSON object"),
    ("numbers in JSON", "a.json", b"[1, 2, 3]", "no JSON object"),
    ("deep JSON", "a.json", b"[" * 100_000, "well-formed JSON"),
]


@pytest.mark.parametrize(
    ("name", "content", "says"), [row[1:] for row in FILES], ids=[row[0] for row in FILES]
)
def test_files_that_are_no_table(tmp_path, name, content, says):
    with pytest.raises(InputError, match=says) as caught:
        reading(write(tmp_path / name, content))
    assert caught.value.exit_code == 2
    assert name in str(caught.value)
    assert str(caught.value).endswith(".")


def test_missing_folder_and_unreadable(tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        reading(tmp_path / "none.csv")
    with pytest.raises(InputError, match="is a folder"):
        reading(tmp_path)
    with pytest.raises(InputError, match="cannot be opened"):
        reading("a\0b.csv")
    with pytest.raises(InputError):
        reading(str(tmp_path / ("x" * 5000)))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path):
    path = write(tmp_path / "a.csv", csv_text())
    path.chmod(0)
    with pytest.raises(InputError, match="permission"):
        reading(path)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a regular file"):
        reading(tmp_path / "pipe")


@pytest.mark.parametrize("nothing", [[], None, 3, b"comment\nx\n", [1, 2], pd.DataFrame(), [{}]])
def test_no_source_at_all(nothing):
    with pytest.raises(InputError):
        reading(nothing)


def test_one_endless_line(tmp_path):
    path = write(tmp_path / "a.csv", "comment\n" + "a" * 5000)
    with pytest.raises(InputError, match=r"line 2 is longer than 4,096 bytes"):
        reading(path, max_cell_bytes=4096)


@pytest.mark.slow
def test_two_hundred_megabytes_in_one_line(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("wb") as stream:
        for _ in range(200):
            stream.write(b"a,b;c " * (1 << 18))
    with pytest.raises(InputError, match="line 1 is longer"):
        reading(path)


def test_mixed_encodings_reject_the_lines_that_differ(tmp_path):
    lines = csv_text().splitlines(keepends=True)
    mixed = b"".join(line.encode("cp1256" if i == 2 else "utf-8") for i, line in enumerate(lines))
    survey = reading(write(tmp_path / "a.csv", mixed))
    assert survey.rejects["source_row"].tolist() == [2]
    assert "encoding" in survey.rejects["reason"][0]
    assert "1 lines in another encoding" in message(survey, "encoding")


def test_mostly_another_encoding_is_an_error(tmp_path):
    lines = csv_text().splitlines(keepends=True)
    mixed = b"".join(line.encode("utf-8" if i == 1 else "cp1256") for i, line in enumerate(lines))
    with pytest.raises(InputError, match="mixes encodings"):
        reading(write(tmp_path / "a.csv", mixed))


def test_an_encoding_that_does_not_fit(tmp_path):
    path = write(tmp_path / "a.csv", csv_text())
    with pytest.raises(InputError, match="--encoding"):
        reading(path, encoding="utf-16")
    for unknown in ("klingon", "hex", "rot13", ""):
        with pytest.raises(OptionError, match="is not known"):
            reading(path, encoding=unknown)


def test_a_separator_that_is_none(tmp_path):
    path = write(tmp_path / "a.csv", csv_text())
    for wrong in ("ab", '"', "\n", ""):
        with pytest.raises(OptionError, match="not one character"):
            reading(path, separator=wrong)


def test_zip_bombs(tmp_path):
    declared = workbook(tmp_path / "a.xlsx", {"xl/workbook.xml": b" " * (150 << 20)})
    assert len(declared) < 1 << 20
    with pytest.raises(InputError, match="zip bomb"):
        reading(tmp_path / "a.xlsx")
    with gzip.open(tmp_path / "a.csv.gz", "wb") as stream:
        for _ in range(150):
            stream.write(b"a,b\n" * (1 << 18))
    with pytest.raises(InputError, match="zip bomb"):
        reading(tmp_path / "a.csv.gz")


def test_a_workbook_with_entities_is_refused(tmp_path):
    workbook(tmp_path / "a.xlsx", {"xl/workbook.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'})
    with pytest.raises(InputError, match="document type"):
        reading(tmp_path / "a.xlsx")


def test_a_workbook_of_nonsense(tmp_path):
    workbook(tmp_path / "a.xlsx", {"xl/workbook.xml": "<x/>", "[Content_Types].xml": "<x/>"})
    with pytest.raises(InputError, match="save it again"):
        reading(tmp_path / "a.xlsx")
    workbook(tmp_path / "b.zip", {"a.csv": csv_text()})
    with pytest.raises(InputError, match="Unpack"):
        reading(tmp_path / "b.zip")


def test_a_protected_zip(tmp_path):
    content = bytearray(workbook(tmp_path / "a.xlsx", {"xl/workbook.xml": "<x/>"}))
    for header, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + place] |= 1  # the flag that says: encrypted
    with pytest.raises(InputError, match="password"):
        reading(write(tmp_path / "a.xlsx", bytes(content)))


def test_a_workbook_that_lies_about_its_size(tmp_path):
    frame = pd.DataFrame({"comment": ["good food here", "slow staff"], "score": [9, 3]})
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    members["xl/worksheets/sheet1.xml"] = sheet.replace(b'ref="A1:B3"', b'ref="A1:XFD1048576"')
    workbook(tmp_path / "b.xlsx", members)
    assert reading(tmp_path / "b.xlsx").counts.analyzed == 2
