"""The rows of a file of people, CSV or XLSX, with their lines, for ``vestibule-hub screen``."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

from db.domain.errors import ImportRefusedError
from db.list_table import DELIMITERS, is_one_row, open_table

Record = tuple[int, list[str], str]
"""Line, cells, and what was odd about how they were read."""


def records_of(path: Path, content: bytes, remarks: list[str]) -> Callable[[], Iterator[Record]]:
    """The file's rows, the columns' names first; they may be asked for again.

    Raises `ImportRefusedError` when it is no table. What is odd about all of it is remarked.
    """
    if content.startswith(b"PK\x03\x04"):
        return _spreadsheet(path, content, remarks)
    text = _text_of(path, content, remarks)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
    return lambda: _records(lines)


def _spreadsheet(path: Path, content: bytes, remarks: list[str]) -> Callable[[], Iterator[Record]]:
    try:
        table = open_table(io.BytesIO(content))
    except ImportRefusedError as error:
        raise ImportRefusedError(f"{path}: {error}") from error
    remarks.extend(table.notes)

    def records() -> Iterator[Record]:
        yield 1, list(table.header), ""
        for row in table.rows(lambda _done, _total: None):
            yield row.line, list(row.cells), ""

    return records


def _text_of(path: Path, content: bytes, remarks: list[str]) -> str:
    """The file's letters. Spreadsheets of old save other ones than UTF-8, and do not say so."""
    start = content[:4096]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if start.startswith((b"PK", b"\xd0\xcf\x11\xe0")) or start.count(0) * 50 > len(start):
        raise ImportRefusedError(
            f"{path} is neither a CSV file nor an XLSX spreadsheet. Save it as one of these."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        remarks.append("the file is not UTF-8; its letters were read as those of Windows-1252")
        text = content.decode("cp1252", "replace")
    return text.replace("\0", "")


def _records(lines: list[str]) -> Iterator[Record]:
    """A stray quote swallows every row up to the next one: those are read again, line by line."""
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader, begins = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter), 1
    width = len(next(csv.reader([first], delimiter=delimiter), []))
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            cells = ["\n"]  # the line that ends a field which is too long: read on its own
        if cells is None:
            return
        ends = reader.line_num
        if not any("\n" in c for c in cells) or is_one_row(cells, width):
            yield begins, cells, ""
        else:
            remark = f"lines {begins} to {ends}: a quote is missing, or one too many"
            for number in range(begins, ends + 1):
                alone = next(
                    csv.reader([lines[number - 1].replace('"', "")], delimiter=delimiter), []
                )
                yield number, alone, remark if number == begins else ""
        begins = ends + 1
