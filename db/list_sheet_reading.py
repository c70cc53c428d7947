"""A program of its own that reads one spreadsheet and ends: see `db.list_sheet_apart`.

The reader of spreadsheets ends its whole program where memory runs out, and no exception is raised.
So this one has little to lose: it has no database, no secret, and a limit of memory.

The spreadsheet is its standard input. Its standard output is a file, which holds a `Start` and then
lists of `Line`, each behind its length; or, where it ends with `REFUSED`, why, in words.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
from python_calamine import CalamineSheet, CalamineWorkbook

from db.domain.errors import ImportRefusedError
from db.list_sheet import check_sheet

Start = tuple[int, list[str]]
"""How many lines there are, empty ones too, and what the sheets are called."""
Line = tuple[int, list[str]]
"""A line's number, counted from 1, and its cells; no empty line."""

REFUSED = 3
LENGTH_BYTES = 4
LONGEST_CELL = 131_072
"""As in a CSV file; a spreadsheet's own programs take a quarter of it."""
MOST_BYTES = 2 << 30
"""Of all cells as text. A text that cells share may be there a million times."""
_MOST_MEMORY = 4 << 30
_MOST_SECONDS = 1800
"""Of the processor."""
_BATCH = 1 << 20


def main() -> int:
    """Read standard input; what the program ends with."""
    _limit_itself()
    source, out = os.fdopen(0, "rb", closefd=False), os.fdopen(1, "wb", closefd=False)
    try:
        lay_out(source, out)
    except ImportRefusedError as error:
        why = str(error)
    except MemoryError:
        return 1
    # Of a damaged or hostile file anything may be raised, and here is nothing to lose.
    except Exception:  # noqa: BLE001
        why = (
            "This spreadsheet cannot be opened: it is damaged, has a password, or is no XLSX. "
            "Save it as XLSX or CSV, then import that. Nothing was changed."
        )
    else:
        out.flush()
        return 0
    out.seek(0)
    out.truncate()
    out.write(why.encode())
    out.flush()
    return REFUSED


def _limit_itself() -> None:
    """Where the system can: Windows has other ways, and there the hub survives this one's end."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        for kind, most in (
            (resource.RLIMIT_CORE, 0),  # a list of people would be in it
            (resource.RLIMIT_CPU, _MOST_SECONDS),
            (resource.RLIMIT_AS, _MOST_MEMORY),
        ):
            hard = resource.getrlimit(kind)[1]
            allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (allowed, allowed))
    # Where the whole computer's memory runs out, Linux ends this one first.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def lay_out(source: BinaryIO, out: BinaryIO) -> None:
    """Write the first sheet. Raises `ImportRefusedError`, and what damaged files lead to."""
    check_sheet(source)
    book = CalamineWorkbook.from_filelike(source)
    sheet = book.get_sheet_by_index(0)
    start: Start = ((sheet.start or (0, 0))[0] + sheet.height, book.sheet_names)
    written = _write(out, start)
    for batch in _batches(sheet):
        written += _write(out, batch)
        if written > MOST_BYTES:
            raise ImportRefusedError(
                "The texts of this spreadsheet come to more than 2 GB. Save it as CSV, then import "
                "that. Nothing was changed."
            )


def _write(out: BinaryIO, frame: Start | list[Line]) -> int:
    content = msgspec.msgpack.encode(frame)
    out.write(len(content).to_bytes(LENGTH_BYTES, "big"))
    return out.write(content)


def _batches(sheet: CalamineSheet) -> Iterator[list[Line]]:
    batch: list[Line] = []
    size = 0
    for number, row in enumerate(sheet.iter_rows(), (sheet.start or (0, 0))[0] + 1):
        cells = [c.strip() if type(c) is str else _text(c) for c in row]
        if not any(cells):
            continue
        if max(map(len, cells)) > LONGEST_CELL:
            raise ImportRefusedError(
                f"Row {number} has a cell of more than {LONGEST_CELL:,} characters: it is no list. "
                "Nothing was changed. Mend that row, then import the file."
            )
        batch.append((number, cells))
        size += sum(map(len, cells)) + len(cells)
        if size > _BATCH:
            yield batch
            batch, size = [], 0
    yield batch


def _text(cell: object) -> str:
    """What a spreadsheet's cell shows: a number without its ``.0``, a day as ``1979-07-14``."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()
