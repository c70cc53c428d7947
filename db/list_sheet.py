"""Whether a spreadsheet is fit to be opened: how much it unpacks to, and how far its cells reach.

An XLSX file is a ZIP of XML. A small one can be made that fills any memory, and one stray cell far
away makes a table of millions of empty ones. Both are seen here, a megabyte at a time, before
anything is held. How cells are placed: ECMA-376 part 1, 18.3.1.4 and 18.3.1.73.
"""

import re
import zipfile
from typing import IO, BinaryIO
from xml.parsers import expat

from db.domain.errors import ImportRefusedError

MOST_UNPACKED_BYTES = 3 << 30
MOST_TEXT_BYTES = 1 << 30
"""Of texts that cells share, which are held whole."""
UNREMARKABLE_BYTES = 64 << 20
MOST_TIMES = 150
"""How much more than its own size a large spreadsheet unpacks to; lists come to 5 to 30 times."""
MOST_ROWS = 1_048_576
"""Of any sheet, by the standard."""
MOST_CELLS = 20_000_000
"""A million rows of 20 columns, empty cells counted: all of them are held."""
FEW_CELLS = 4_000_000
MOST_EMPTY_TIMES = 20
"""Beyond `FEW_CELLS`, for each cell that is there so many may be held."""
_PART = 1 << 20
_LETTERS = 26
_PLACE = re.compile(r"([A-Za-z]{0,7})([0-9]+)")
_SHEET = b"sheetData"
"""What holds a sheet's cells; a reader looks nowhere else."""
_WITHIN_CELLS = frozenset({"v", "t", "is", "f", "r", "rPr"})
"""As most writers call them; others only take longer."""
_BOOK = "xl/workbook.xml"
_OTHER_BOOKS = ("content.xml", "xl/workbook.bin")
"""Of kinds of spreadsheets whose cells are counted otherwise."""
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
        names = {member.filename.replace("\\", "/").casefold() for member in members}
        if _BOOK not in names or not names.isdisjoint(_OTHER_BOOKS):
            raise ImportRefusedError(
                "This file is packed as spreadsheets are, and is no XLSX (OpenDocument and XLSB "
                "files are none). Save it as XLSX or CSV, then import that. Nothing was changed."
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
                _check_reach(part)
    file.seek(0)


def _check_reach(part: IO[bytes]) -> None:
    """Rows times columns, as they would be held. Raises `ValueError` for a damaged sheet.

    What is no XML throughout may be a picture, and is no sheet: a reader could see cells there that
    are not seen here.
    """
    reach, tail, is_xml, is_sheet = _Reach(), b"", True, False
    while text := part.read(_PART):
        is_sheet = is_sheet or _SHEET in tail + text
        tail = text[-len(_SHEET) :]
        if is_xml:
            is_xml = reach.read(text)
        if is_sheet and not is_xml:
            raise ValueError("a sheet is no XML")
    if is_sheet and not reach.end():
        raise ValueError("a sheet does not end")


class _Reach:
    """Sees where the cells of one sheet are, as it is read.

    A row or cell that does not say where it is follows the one before.
    """

    def __init__(self) -> None:
        # The encoding is ours: by another one the same bytes could be a smaller sheet.
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._look_for_cells
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._row = self._column = self._columns = self._cells = 0
        self._rows = 1
        self._digits = "0"
        """The row's number, which most of its cells end with."""
        self._letters: dict[str, int] = {}
        """The columns that were seen."""

    def read(self, text: bytes) -> bool:
        """Read on. False when it is no XML, and then nothing more is seen."""
        try:
            self._parser.Parse(text, False)
        except expat.ExpatError:
            return False
        self._check()
        return True

    def end(self) -> bool:
        """Whether it was whole."""
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError:
            return False
        if self._rows * self._columns > FEW_CELLS and self._is_mostly_empty():
            raise self._far_away()
        return True

    def _look_for_cells(self, tag: str, _attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheetData":
            self._parser.StartElementHandler = self._see

    def _see(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _WITHIN_CELLS:
            return
        name = tag.rpartition(":")[2]
        if name == "c":
            self._cells += 1
            place = attributes.get("r")
            if place is None:
                column = self._column + 1
            else:
                known = self._letters.get(place.removesuffix(self._digits))
                column = known or self._look_up(place)
            self._column = column
            self._columns = max(self._columns, column)
            self._rows = max(self._rows, self._row)
        elif name == "row":
            place = attributes.get("r")
            self._row = self._row + 1 if place is None else _place(place)[1]
            self._digits, self._column = str(self._row), 0

    def _look_up(self, place: str) -> int:
        """The column of a cell, whose row may not be the one that it is in."""
        letters, row = _place(place)
        if not letters:
            raise ValueError("a cell has no column")
        self._row = max(self._row, row)
        self._digits = str(self._row)
        return self._letters.setdefault(letters, _column(letters))

    def _check(self) -> None:
        held = self._rows * self._columns
        if self._rows > MOST_ROWS or (held > MOST_CELLS and self._is_mostly_empty()):
            raise self._far_away()
        if held > MOST_CELLS:
            raise ImportRefusedError(
                f"A sheet of this file has more than {MOST_CELLS:,} cells: {self._rows:,} rows of "
                f"{self._columns:,} columns. {_TOO_LARGE}"
            )

    def _is_mostly_empty(self) -> bool:
        return self._rows * self._columns > MOST_EMPTY_TIMES * self._cells

    def _far_away(self) -> ImportRefusedError:
        return ImportRefusedError(
            f"A sheet of this file reaches to row {self._rows:,} and column {self._columns:,}, "
            "most of it empty: a cell far away has something in it. Delete what is beyond the "
            "list, or save it as CSV. Nothing was changed."
        )


def _refuse_doctype(*_: object) -> None:
    raise expat.ExpatError("it defines words of its own")


def _place(text: str) -> tuple[str, int]:
    found = _PLACE.fullmatch(text)
    if found is None or len(found[2]) > len(str(MOST_ROWS)) + 5:
        raise ValueError("a place is none")
    return found[1], int(found[2])


def _column(letters: str) -> int:
    """``AA`` is 27."""
    number = 0
    for letter in letters.upper():
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number
