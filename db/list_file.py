"""Reading a list's file: a table in, entries in the order of their ids out. Nothing is stored here.

Nothing is dropped in silence: a row either becomes an entry or is named with its line and reason,
and what is odd about one that is used is remarked with its line too.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from typing import BinaryIO, Self

from db.domain.desk import BadRow
from db.domain.errors import ImportRefusedError
from db.domain.watchlist import WatchlistEntry
from db.list_dates import DateVotes, is_century_open
from db.list_fields import (
    DATE_FIELDS,
    DateOrders,
    FieldError,
    clean,
    entry_from,
    fields_of,
    has_unseen,
)
from db.list_merge import merged
from db.list_spool import Line, Spool
from db.list_table import Row, Table, Tell, open_table

KEPT = 10_000
"""Bad rows and remarks that are kept with their words; beyond that they are counted."""
MOST_ROWS = 2_000_000
"""Twice what the largest registries have."""
_SAMPLE = 1_000
"""Rows that tell how a column writes its dates, until the whole column has been read."""


class Remarks(list[BadRow]):
    """Rows with what is wrong or odd about them: all are counted, the first ones are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    def append(self, row: BadRow) -> None:
        self.total += 1
        if len(self) < KEPT:
            super().append(row)


@dataclass
class ListFile:
    """A file as read. `columns` are (name in the file, first value, field or empty).

    It holds entries on the disk until it is closed.
    """

    columns: tuple[tuple[str, str, str], ...]
    orders: DateOrders
    spool: Spool
    bad_rows: Remarks = field(default_factory=Remarks)
    remarks: Remarks = field(default_factory=Remarks)
    """Rows that are used although something is odd about them."""

    @property
    def in_file(self) -> int:
        """How many people the file names, rows that cannot be used among them."""
        return self.spool.count + self.bad_rows.total

    @property
    def has_photos(self) -> bool:
        """Whether the file says which photo is whose."""
        return any(field == "photo" for _, _, field in self.columns)

    def batches(self) -> Iterator[list[Line]]:
        """The entries in the order of their ids, each once. Ask once: merging adds remarks."""
        for batch in self.spool.batches():
            yield sorted(merged(batch, self.remarks), key=_id)
        self.remarks.sort(key=lambda row: row.line)

    def entries(self) -> list[WatchlistEntry]:
        """A small file's entries in the file's order."""
        lines = sorted(chain.from_iterable(self.batches()), key=lambda line: line[0])
        return [entry for _, entry in lines]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.spool.close()


def read_list_file(
    file: BinaryIO | bytes,
    today: date,
    columns: Mapping[str, str] | None = None,
    tell: Tell = lambda _done, _total: None,
) -> ListFile:
    """Read a list, CSV or XLSX. `columns` maps names in the file to `FIELDS`, where not guessed.

    Raises `ImportRefusedError` when the file as a whole cannot be used, and whatever `tell` raises.
    """
    table = open_table(io.BytesIO(file) if isinstance(file, bytes) else file)
    fields = fields_of(table.header, columns)
    if "family" not in fields:
        raise ImportRefusedError(
            "No column holds the family name. The first line of the file must name its columns, "
            "for example LAST,FIRST,DOB. Nothing was changed."
        )
    votes = _count_dates(fields, islice(table.rows(tell), _SAMPLE))
    orders = _orders(votes)
    while True:
        read, votes = _read(table, fields, orders, today, tell)
        if read.in_file == 0:
            read.spool.close()
            raise ImportRefusedError(
                "The file has a first line and no people. Nothing was changed."
            )
        if _orders(votes) == orders:
            return read
        orders = _orders(votes)  # the sample was wrong, and the whole column decides
        read.spool.close()


def _read(
    table: Table, fields: list[str], orders: DateOrders, today: date, tell: Tell
) -> tuple[ListFile, dict[str, DateVotes]]:
    votes = {name: DateVotes() for name in DATE_FIELDS if name in fields}
    read = ListFile((), orders, Spool())
    first: tuple[str, ...] | None = None
    try:
        for count, row in enumerate(table.rows(tell), 1):
            if first is None:
                first = row.cells
            if count > MOST_ROWS:
                raise ImportRefusedError(
                    f"The file has more than {MOST_ROWS:,} rows, which is more than a hub takes at "
                    "once. Nothing was changed. Part it into several lists."
                )
            _take(read, row, fields, votes, today)
    except BaseException:
        read.spool.close()
        raise
    shown = first or ()
    read.columns = tuple(
        (name, shown[at] if at < len(shown) else "", fields[at])
        for at, name in enumerate(table.header)
    )
    return read, votes


def _take(
    read: ListFile, row: Row, fields: list[str], votes: dict[str, DateVotes], today: date
) -> None:
    cells, is_odd = row.cells, False
    if not "".join(cells).isprintable():
        is_odd = any(has_unseen(c) for c in cells)
        cells = tuple([clean(c) for c in cells])
    known = dict(zip(fields, cells, strict=False))
    for name, vote in votes.items():
        vote.count(known.get(name, ""))
    try:
        if row.why_bad:
            raise FieldError(row.why_bad)
        entry = entry_from(known, read.orders, today)
    except FieldError as error:
        name = " ".join(p for f in ("given", "family") if (p := known.get(f, "")))
        read.bad_rows.append(BadRow(row.line, _short(name) or "(empty)", str(error)))
        return
    read.spool.add(row.line, entry)
    if is_odd:
        why = "signs that cannot be seen were taken out"
        read.remarks.append(BadRow(row.line, entry.name.full, why))
    if entry.born is not None and entry.born.on is None and entry.born.is_impossible:
        why = f"birth date {entry.born} is on no calendar; it is kept as written"
        read.remarks.append(BadRow(row.line, entry.name.full, why))
    if entry.born is not None and is_century_open(known.get("birth_date", ""), entry.born, today):
        year = entry.born.year
        why = (
            f"birth year {year % 100:02} was read as {year}; if {year - 100} is meant, write it so"
        )
        read.remarks.append(BadRow(row.line, entry.name.full, why))


def _count_dates(fields: list[str], rows: Iterator[Row]) -> dict[str, DateVotes]:
    votes = {name: DateVotes() for name in DATE_FIELDS if name in fields}
    for row in rows:
        for name, cell in zip(fields, row.cells, strict=False):
            if name in votes:
                votes[name].count(clean(cell))
    return votes


def _orders(votes: dict[str, DateVotes]) -> DateOrders:
    return DateOrders(**{name: vote.order for name, vote in votes.items()})


def _id(line: Line) -> int:
    return line[1].entry_id.int


def _short(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:79]}…"
