"""Whether a spreadsheet is fit to be opened: how much it unpacks to, and how far its cells reach.

An XLSX file is a ZIP of XML. A small one can be made that fills any memory, and one stray cell far
away makes a table of millions of empty ones. Both are seen here, a megabyte at a time, before
anything is held.
"""

import re
import zipfile
from typing import IO, BinaryIO

from db.domain.errors import ImportRefusedError

MOST_UNPACKED_BYTES = 3 << 30
MOST_TEXT_BYTES = 1 << 30
"""Of texts that cells share, which are held whole."""
UNREMARKABLE_BYTES = 64 << 20
MOST_TIMES = 150
"""How much more than its own size a large spreadsheet unpacks to; lists come to 5 to 30 times."""
MOST_CELLS = 40_000_000
"""A million rows of 38 columns, empty cells counted; about a gigabyte in memory."""
_PART = 1 << 20
_LETTERS = 26
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*? r=[\"'](\d{1,9})[\"']")
_WIDE = re.compile(rb" r=[\"']([A-Z]{2,3})(\d{1,9})[\"']")
"""A cell behind column Z."""
_OVERLAP = 64
_TOO_LARGE = "Save it as CSV, then import that. Nothing was changed."


def check_sheet(file: BinaryIO) -> None:
    """Raises `ImportRefusedError` for one that cannot be opened safely; `zipfile.BadZipFile`."""
    file.seek(0)
    with zipfile.ZipFile(file) as packed:
        members = packed.infolist()
        unpacked = sum(member.file_size for member in members)
        own = max(sum(member.compress_size for member in members), 1)
        if unpacked > MOST_UNPACKED_BYTES:
            raise ImportRefusedError(f"This spreadsheet unpacks to more than 3 GB. {_TOO_LARGE}")
        if unpacked > UNREMARKABLE_BYTES and unpacked > MOST_TIMES * own:
            raise ImportRefusedError(
                f"This spreadsheet unpacks to {unpacked // own} times its size, which no list does."
                f" {_TOO_LARGE}"
            )
        for member in members:
            is_texts = member.filename.endswith("sharedStrings.xml")
            if is_texts and member.file_size > MOST_TEXT_BYTES:
                raise ImportRefusedError(
                    f"The texts of this spreadsheet unpack to more than 1 GB. {_TOO_LARGE}"
                )
            # Each is read, whatever it is called: its true size may not be what is said of it, and
            # any can be a sheet. Reading ends at the size that is said, with a checksum that fails.
            with packed.open(member) as part:
                if is_texts:
                    _read_through(part)
                else:
                    _check_reach(part)
    file.seek(0)


def _read_through(part: IO[bytes]) -> None:
    while part.read(_PART):
        pass


def _check_reach(sheet: IO[bytes]) -> None:
    """Rows times columns, as they would be held."""
    rows, columns, tail = 1, 1, b""
    while part := sheet.read(_PART):
        text = tail + part
        tail = text[-_OVERLAP:]
        wide = _WIDE.findall(text)
        rows = max(rows, *map(int, _ROW.findall(text)), *(int(row) for _, row in wide), 1)
        columns = max(columns, *(_column(letters) for letters, _ in wide), 1)
        if columns > _LETTERS and rows * columns > MOST_CELLS:
            raise ImportRefusedError(
                f"A sheet of this file reaches to row {rows:,} and column {columns:,}, most of it "
                "empty: a cell far away has something in it. Delete what is beyond the list, or "
                "save it as CSV. Nothing was changed."
            )


def _column(letters: bytes) -> int:
    """``AA`` is 27."""
    number = 0
    for letter in letters:
        number = number * _LETTERS + letter - ord("A") + 1
    return number
