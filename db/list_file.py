"""Reading a list's file: a table in, entries in the order of their ids out. Nothing is stored here.

Nothing is dropped in silence: a row either becomes an entry or is named with its line and reason,
and what is odd about one that is used is remarked with its line too.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from typing import BinaryIO, Self

from db.domain.desk import BadRow
from db.domain.errors import ImportRefusedError
from db.domain.watchlist import Category, WatchlistEntry
from db.list_dates import DateVotes
from db.list_fields import (
    DATE_FIELDS,
    DateOrders,
    EntryReader,
    FieldError,
    clean,
    fields_of,
    has_unseen,
    is_category,
    left_out,
    others_forgone,
    said_of,
)
from db.list_merge import merged
from db.list_rows import entry_in, name_in
from db.list_same import SamePeople
from db.list_spool import Line, Spool
from db.list_table import Row, Table, Tell, open_table

KEPT = 10_000
"""Bad rows and remarks that are kept with their words; beyond that they are counted."""
MOST_ROWS = 2_000_000
"""Twice what the largest registries have."""
_SAMPLE = 1_000
"""Rows that tell how a column writes its dates, until the whole column has been read."""
Votes = list[tuple[int, DateVotes]]
"""How each column of dates writes them, with the column's place."""


_NEEDED = {
    "the given name": {"given"},
    "the birth date": {"birth_date", "birth_year"},
}
_NAMES_SHOWN = 12


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
    fields: list[str]
    """What each column is, of `db.list_fields.FIELDS`."""
    spool: Spool
    bad_rows: Remarks = field(default_factory=Remarks)
    remarks: Remarks = field(default_factory=Remarks)
    """Rows that are used although something is odd about them."""
    held_back: list[Line] = field(default_factory=list)
    """Whom `same` is still to settle."""
    same: SamePeople | None = None
    categories: set[str] = field(default_factory=set)
    """The columns that would say a category of somebody that is not the list's."""
    notes: tuple[str, ...] = ()
    """What of the whole file is not read, in sentences."""

    @property
    def in_file(self) -> int:
        """How many people the file names, rows that cannot be used among them."""
        return self.spool.count + self.bad_rows.total

    @property
    def has(self) -> frozenset[str]:
        """The `db.list_fields.FIELDS` that the file has a column for."""
        return frozenset(field for _, _, field in self.columns if field)

    def batches(self) -> Iterator[list[Line]]:
        """The entries in the order of their ids, each once. Ask once: merging adds remarks."""
        for batch in self.spool.batches():
            yield merged(batch, self.remarks)
        self.remarks.sort(key=lambda row: row.line)

    def entries(self) -> list[WatchlistEntry]:
        """A small file's entries in the file's order."""
        lines = sorted(chain.from_iterable(self.batches()), key=lambda line: line[0])
        return [entry_in(values) for _, values in lines]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.spool.close()


def read_list_file(
    file: BinaryIO | bytes,
    today: date,
    columns: Mapping[str, str] | None = None,
    tell: Tell = lambda _done, _total: None,
    same: SamePeople | None = None,
    *,
    remembered: Mapping[str, str] | None = None,
    category: Category | None = None,
) -> ListFile:
    """Read a list, CSV or XLSX. `columns` maps names in the file to `FIELDS`, where not guessed.

    Of the others count those that are `remembered` of the list, as far as the file has them.
    `same` says who is somebody of the list in force although the id says another. `category` is
    the list's, None where that is not known yet.

    Raises `ImportRefusedError` when the file as a whole cannot be used, and whatever `tell` raises.
    """
    table = open_table(io.BytesIO(file) if isinstance(file, bytes) else file, tell)
    if strays := [name for name in columns or () if name not in table.header]:
        raise ImportRefusedError(
            f"No column of the file is called {_quoted(strays)}. Nothing was changed. It has "
            f"{_quoted(table.header)}."
        )
    before, now = remembered or {}, columns or {}
    said = said_of(before, now)
    fields = fields_of(table.header, said)
    if "family" not in fields:
        raise ImportRefusedError(
            "No column holds the family name. The first line of the file must name its columns, "
            "for example LAST,FIRST,DOB. Nothing was changed."
        )
    votes = _count_dates(fields, islice(table.rows(tell), _SAMPLE))
    orders = _orders(votes)
    while True:
        read, votes = _read(table, fields, orders, today, tell, same=same, category=category)
        if read.in_file == 0:
            read.spool.close()
            raise ImportRefusedError(
                "The file has a first line and no people. Nothing was changed."
            )
        if _orders(votes) == orders:
            read.notes = (
                *table.notes,
                *_lacking(table.header, fields),
                *_twice(left_out(table.header, fields, said)),
                *_forgone([n for n in others_forgone(table.header, fields, said) if n not in now]),
                *_categories([n for n in table.header if n in read.categories and n not in said]),
            )
            return read
        orders = _orders(votes)  # the sample was wrong, and the whole column decides
        read.spool.close()


def _read(
    table: Table,
    fields: list[str],
    orders: DateOrders,
    today: date,
    tell: Tell,
    *,
    same: SamePeople | None,
    category: Category | None,
) -> tuple[ListFile, dict[str, DateVotes]]:
    votes = {name: DateVotes() for name in DATE_FIELDS if name in fields}
    by_column = [(fields.index(name), vote) for name, vote in votes.items()]
    read, reader = ListFile((), fields, Spool(), same=same), EntryReader(fields, orders, today)
    first: tuple[str, ...] | None = None
    unread = [at for at, n in enumerate(table.header) if not fields[at] and is_category(n)]
    try:
        for count, row in enumerate(table.rows(tell), 1):
            if first is None:
                first = row.cells
            if count > MOST_ROWS:
                raise ImportRefusedError(
                    f"The file has more than {MOST_ROWS:,} rows, which is more than a hub takes at "
                    "once. Nothing was changed. Part it into several lists."
                )
            _take(read, row, reader, by_column)
            for at in unread:
                if at < len(row.cells) and _is_another(row.cells[at], category):
                    read.categories.add(table.header[at])
        if same is not None:
            for line, values in same.settle(read.held_back, read.remarks):
                read.spool.add(line, values)
    except BaseException:
        read.spool.close()
        raise
    shown = first or ()
    read.columns = tuple(
        (name, shown[at] if at < len(shown) else "", fields[at])
        for at, name in enumerate(table.header)
    )
    return read, votes


def _take(read: ListFile, row: Row, reader: EntryReader, votes: Votes) -> None:
    cells, is_odd = row.cells, False
    if not "".join(cells).isprintable():
        is_odd = any(has_unseen(c) for c in cells)
        cells = tuple([clean(c) for c in cells])
    for at, vote in votes:
        if at < len(cells) and cells[at]:
            vote.count(cells[at])
    try:
        if row.why_bad:
            raise FieldError(row.why_bad)
        values, odd = reader.read(cells)
    except FieldError as error:
        known = dict(zip(read.fields, cells, strict=False))
        name = " ".join(p for f in ("given", "family") if (p := known.get(f, "")))
        read.bad_rows.append(BadRow(row.line, _short(name) or "(empty)", str(error)))
        return
    if read.same is not None and read.same.may_be_one(values):
        read.held_back.append((row.line, values))
    else:
        read.spool.add(row.line, values)
    if is_odd:
        odd = ("signs that cannot be seen were taken out", *odd)
    for why in odd:
        read.remarks.append(BadRow(row.line, name_in(values).full, why))


def _count_dates(fields: list[str], rows: Iterator[Row]) -> dict[str, DateVotes]:
    votes = {name: DateVotes() for name in DATE_FIELDS if name in fields}
    for row in rows:
        for name, cell in zip(fields, row.cells, strict=False):
            if name in votes:
                votes[name].count(clean(cell))
    return votes


def _orders(votes: dict[str, DateVotes]) -> DateOrders:
    return DateOrders(**{name: vote.order for name, vote in votes.items()})


def _lacking(header: Sequence[str], fields: Sequence[str]) -> Iterator[str]:
    """What the file says of nobody: without it most visitors who are listed are not found."""
    lacking = [words for words, names in _NEEDED.items() if not names & {*fields}]
    if lacking:
        others = [name for name, field in zip(header, fields, strict=True) if name and not field]
        yield (
            f"No column is read as {' or as '.join(lacking)}: the file says it of nobody."
            + (f" Left out: {_quoted(others)}." if others else "")
        )


def _twice(names: Sequence[str]) -> Iterator[str]:
    if names:
        yield (
            f"Left out, because another column is read as the same: {_quoted(names)}. What they "
            "say of people is not on the list."
        )


def _forgone(names: Sequence[str]) -> Iterator[str]:
    if names:
        yield (
            f"Left out, as was said at an import before: {_quoted(names)}. Other names there are "
            "not on the list."
        )


def _is_another(cell: str, category: Category | None) -> bool:
    """Whether a cell says another category than the list's."""
    said = clean(cell).casefold()
    return bool(said) and (category is None or said != category.value)


def _categories(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield (
            f'"{_short(name)}" is not read: of which category the list is, whoever imports it '
            "says, and of all of it."
        )


def _quoted(names: Sequence[str]) -> str:
    shown = [f'"{_short(name)}"' for name in names[:_NAMES_SHOWN]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _short(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:79]}…"
