"""A file as a table: CSV or a spreadsheet, row by row, never whole in memory where that can be.

Nothing is known here of people or lists. Empty lines are passed over.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from db.domain.errors import ImportRefusedError
from db.list_sheet_apart import SheetRows
from db.table_cells import without_guard

if TYPE_CHECKING:
    from _csv import Reader as _csv_reader  # noqa: N813  a type that only checkers know

_EVERY = 2_000
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_TEXT_TO_ZEROS = 50
DELIMITERS = ",;\t|"
_BREAK = re.compile(r"[\n\r]")
MOST_COLUMNS = 1_000
MOST_HEADER_CHARACTERS = 64 << 10
MOST_ROW_CHARACTERS = 1 << 20
"""Also of a row over several lines: whatever a cell has, the row is held whole."""

Tell = Callable[[int, int], object]
"""Hears how much of the file was read, and how much there is; may raise to stop."""


class Row(NamedTuple):
    """One row of a table; `line` is where it begins, counted from 1."""

    line: int
    cells: tuple[str, ...]
    why_bad: str = ""
    """Why no table of ours can use it, empty when nothing speaks against it."""


@dataclass(frozen=True, slots=True)
class Table:
    """The names of the columns, and the rows below them, which may be asked for again."""

    header: tuple[str, ...]
    rows: Callable[[Tell], Iterator[Row]]
    notes: tuple[str, ...] = ()
    """What of the file is in no row, in sentences."""


def _to_nobody(_done: int, _total: int) -> None:
    pass


def open_table(file: BinaryIO, tell: Tell = _to_nobody) -> Table:
    """Look at a file. Raises `ImportRefusedError` when it as a whole is no table.

    So does reading its rows, which may find only at their end that the file is damaged. A
    spreadsheet is read here, and `tell` hears meanwhile that nothing of its rows is.
    """
    file.seek(0)
    start = file.read(4096)
    if start.startswith(b"PK\x03\x04"):
        return _spreadsheet(file, tell)
    if start.startswith(_UTF16):
        raise ImportRefusedError(
            "This file is Unicode text (UTF-16), as some programs call it. Save it as CSV UTF-8 or "
            "as XLSX, then import that. Nothing was changed."
        )
    # One such byte is a slip in some cell, which is taken out; many are no text at all.
    if start.count(0) * _TEXT_TO_ZEROS > len(start) or start.startswith(b"\xd0\xcf\x11\xe0"):
        raise ImportRefusedError(
            "This is neither a CSV file nor an XLSX spreadsheet. Save it as one of these, then "
            "import that. Nothing was changed."
        )
    return _csv(file)


def read_table(content: bytes) -> tuple[list[str], list[Row]]:
    """A small table, whole: the names of the columns, and all rows.

    Raises `ImportRefusedError` when the file as a whole is no table, or has no rows.
    """
    table = open_table(io.BytesIO(content))
    rows = list(table.rows(_to_nobody))
    if not rows:
        raise ImportRefusedError("The file has a first line and no people. Nothing was changed.")
    return list(table.header), rows


# ---- CSV -------------------------------------------------------------------------------------


def _csv(file: BinaryIO) -> Table:
    size = file.seek(0, io.SEEK_END)
    with _text_of(file) as text:
        lines = _Lines(text, MOST_HEADER_CHARACTERS, _wide)
        first = next((line for line in lines if line.strip()), None)
    if first is None:
        raise ImportRefusedError("The file is empty. Nothing was changed.")
    delimiter = max(DELIMITERS, key=first.count)
    with _text_of(file) as text:
        lines = _Lines(text, MOST_HEADER_CHARACTERS, _wide)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        header = next(_csv_rows(reader, lines, file, size, _to_nobody, only_header=True), None)
    if header is None:
        raise ImportRefusedError("The file is empty. Nothing was changed.")

    def rows(tell: Tell) -> Iterator[Row]:
        with _text_of(file) as text:
            lines = _Lines(text, MOST_ROW_CHARACTERS, _long)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            yield from _csv_rows(reader, lines, file, size, tell, only_header=False)

    return Table(header.cells, rows)


class _Lines:
    """The lines of a text; what `too_much` says is raised once a row has more than `most` of it.

    `begins` is the line that the row begins at; whoever takes the row asks for the `next_row`.
    """

    def __init__(
        self, text: io.TextIOWrapper, most: int, too_much: Callable[[int], ImportRefusedError]
    ) -> None:
        self._text, self._most, self._too_much = text, most, too_much
        self._left, self._begins = most, 1

    def next_row(self, begins: int) -> None:
        self._left, self._begins = self._most, begins

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(self._left + 1):
            self._left -= len(line)
            if self._left < 0:
                raise self._too_much(self._begins)
            yield line


def _wide(_begins: int) -> ImportRefusedError:
    return ImportRefusedError(
        f"The first line of the file has more than {MOST_HEADER_CHARACTERS:,} characters. It is to "
        "name the columns, for example LAST,FIRST,DOB. Nothing was changed. Leave out what is no "
        "list, then import the file."
    )


def _long(begins: int) -> ImportRefusedError:
    return ImportRefusedError(
        f"The row that begins at line {begins:,} has more than {MOST_ROW_CHARACTERS:,} characters: "
        "a quote is missing, or it is no list. Nothing was changed. Mend that row, then import "
        "the file."
    )


def _csv_rows(
    reader: "_csv_reader",
    lines: _Lines,
    file: BinaryIO,
    size: int,
    tell: Tell,
    *,
    only_header: bool,
) -> Iterator[Row]:
    """The first row that says something is the header, and comes only when it is asked for."""
    width, begins, count = 0, 1, 0
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            lines.next_row(begins)
            if not width:
                if len(cells) > MOST_COLUMNS:
                    raise _too_many_columns(len(cells))
                header = _header(cells)
                width = len(header)
                if width and only_header:
                    yield Row(line, header)
                    return
                continue
            whole = "".join(cells)
            if not whole or whole.isspace():
                continue
            count += 1
            if count % _EVERY == 0:
                tell(file.tell(), size)
            yield _csv_row(cells, whole, line, begins - 1, width)
    except csv.Error as error:
        if "field limit" in str(error):
            raise ImportRefusedError(
                f"The row that begins at line {begins} has a cell of more than "
                f"{csv.field_size_limit():,} characters: a quote is missing, or it is no list. "
                "Nothing was changed. Mend that row, then import the file."
            ) from error
        raise ImportRefusedError(
            f"The file is damaged near line {reader.line_num} ({error}). Nothing was changed. "
            "Export it again from where it came from."
        ) from error


def _csv_row(cells: Sequence[str], whole: str, begins: int, ends: int, width: int) -> Row:
    """A stray quote swallows whole rows up to the next one, so a row has one line, or is bad.

    `whole` is all cells together.
    """
    is_one = begins == ends or is_one_row(cells, width)
    if is_one and begins != ends:
        cells = [" ".join(c.split()) for c in cells]
    if is_one and len(cells) == width and "\ufffd" not in whole:
        stripped = tuple(map(str.strip, cells))
        return Row(begins, tuple(map(without_guard, stripped)) if "'" in whole else stripped)
    why = ""
    if not is_one and any(_BREAK.search(c) for c in cells):
        why = f"lines {begins} to {ends} are one row: a quote is missing, or one too many"
    elif len(cells) != width:
        why = f"{len(cells)} columns where the first line has {width}"
    elif any("\ufffd" in c for c in cells):
        why = "letters lost: not UTF-8 in this line"
    return Row(begins, tuple(" ".join(c.split()) if why else c.strip() for c in cells), why)


def is_one_row(cells: Sequence[str], width: int) -> bool:
    """Whether a row over several lines is one, with line breaks meant in its cells.

    A stray quote would have swallowed whole rows, with as many delimiters as those have.
    """
    return len(cells) == width and not any(
        line.count(delimiter) >= max(width - 1, 1)
        for cell in cells
        for line in _BREAK.split(cell)
        for delimiter in DELIMITERS
    )


class _text_of:  # noqa: N801  reads as a function where it is used
    """The file as text from its beginning; the file itself stays open."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        self._text = io.TextIOWrapper(file, "utf-8-sig", errors="replace", newline="")

    def __enter__(self) -> io.TextIOWrapper:
        return self._text

    def __exit__(self, *_: object) -> None:
        self._text.detach()


# ---- spreadsheets ----------------------------------------------------------------------------


def _spreadsheet(file: BinaryIO, tell: Tell) -> Table:
    sheet = SheetRows(file, lambda: tell(0, 1))
    header = next((cells for _, cells in sheet), None)
    if header is None:
        raise ImportRefusedError("The file is empty. Nothing was changed.")

    def rows(tell: Tell) -> Iterator[Row]:
        lines = iter(sheet)
        next(lines)
        for count, (line, cells) in enumerate(lines, 1):
            if count % _EVERY == 0:
                tell(line, sheet.line_count)
            yield Row(line, tuple(cells))

    return Table(_header(header), rows, _other_sheets(sheet.sheet_names))


def _other_sheets(names: Sequence[str]) -> tuple[str, ...]:
    if len(names) < 2:
        return ()
    first, *others = (f'"{name}"' for name in names)
    shown = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
    return (f"Only the first sheet, {first}, is read. Left out: {shown}.",)


def _header(cells: Sequence[str]) -> tuple[str, ...]:
    names = tuple(c.strip() for c in cells)
    if sum(map(bool, names)) > MOST_COLUMNS:
        raise _too_many_columns(len(names))
    if any(_BREAK.search(name) for name in names):
        raise ImportRefusedError(
            "The first line of the file does not end where it should: a quote is missing, or one "
            "too many. Nothing was changed. Export the file again from where it came from."
        )
    return names if any(names) else ()


def _too_many_columns(count: int) -> ImportRefusedError:
    return ImportRefusedError(
        f"The first line of the file has {count:,} columns; {MOST_COLUMNS:,} are the most. "
        "Nothing was changed. Leave out what is of no list, then import the file."
    )
