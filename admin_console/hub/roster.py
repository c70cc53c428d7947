"""A file of people, CSV or XLSX, as ``vestibule-hub screen`` takes it, read whole and kept small.

Columns: ``id, given_name, middle_name, family_name, suffix, birth_date, sex``, of lists also
``aliases`` and ``category``; or those of a list's file, by any of the names that `db.list_fields`
knows, its dates then in one order for the whole column. What cannot be used is told by its line,
and nothing is left out in silence: a row of a list with a name is always compared, whatever else is
wrong with it. A file that lacks one of the columns that tell people apart is refused.
"""

import csv
import io
import unicodedata
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TextIO
from uuid import UUID

from admin_console.hub.roster_columns import COLUMNS, VISITORS, columns_of, is_ours, twice
from admin_console.hub.roster_records import Record, records_of
from db.aliases import aliases_from
from db.domain.errors import ImportRefusedError
from db.domain.partial_date import PartialDate
from db.domain.people import PersonName, Sex
from db.domain.watchlist import Category, Watchlist, WatchlistEntry
from db.list_dates import DateOrder, DateVotes, is_empty_in_spreadsheet, read_date
from db.list_fields import clean
from db.screening.index import ListIndex, build_list_from
from db.screening.names import LONGEST, fold

_CELL, _ROW = "\x1f", "\x1e"
_LARGEST_CELL = 2**24
"""A cell of any size is one; what nobody is called is cut later."""
_VOTERS = 10_000
"""So many rows of a list's file tell the order of its dates."""
_SHOWN = 20
"""Lines of a remark that are told one by one."""
_SEXES = {
    **dict.fromkeys(("m", "male", "man", "1"), Sex.MALE),
    **dict.fromkeys(("f", "female", "woman", "w", "2"), Sex.FEMALE),
}
_UNREAD_DATE = "the birth date cannot be read; compared without it"
_NO_CATEGORY = (
    "line 1: there is no column category; compared as a registry, in which an exact name without a "
    "birth date need not hold anybody. In a custody, trespass or alert list it does: say which in "
    "such a column"
)
_EMPTY_CATEGORY = (
    "the category is empty; compared as a registry, in which an exact name without a birth date "
    "need not hold anybody"
)
_NO_SEX = frozenset(("x", "u", "9", "unknown", "unspecified"))


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person of the file."""

    line: int
    id: str
    name: PersonName
    born: PartialDate | None
    sex: Sex
    aliases: tuple[PersonName, ...] = ()
    category: str = ""
    why_bad: str = ""
    """Why what is known of this person may not be all that was written, empty when it is."""
    remarks: tuple[str, ...] = ()
    """What is odd about what was compared, or was compared without."""

    @property
    def can_be_compared(self) -> bool:
        """Whether there is a name with a letter in it."""
        return _is_name(self.name.family) or _is_name(self.name.given)


@dataclass(slots=True)
class Roster:
    """The rows of a file, as text of a tenth of the size that values would have."""

    path: Path
    text: str
    starts: "array[int]"
    """Where in `text` each row begins, and where the last one ends."""
    lines: "array[int]"
    remarks: list[str] = field(default_factory=list)
    """Of the file, or of several lines."""
    odd: "dict[str, array[int]]" = field(default_factory=dict)
    """Lines by what is odd about them."""
    places: "dict[Category, array[int]]" = field(default_factory=dict)
    """Rows of each category; those without a name are in none."""
    absent: tuple[str, ...] = ()
    """A remark for each column that the file could do without, and has not."""
    order: DateOrder | None = None
    """How a list's file writes its dates; None for our own columns, which have ISO 8601."""
    has_category: bool = True
    """False for a list's file that does not say of which category the list is."""

    def __len__(self) -> int:
        return len(self.lines)

    def row(self, place: int) -> RosterRow:
        """The row at a place."""
        cells = self.text[self.starts[place] : self.starts[place + 1] - 1].split(_CELL)
        return _row(self.lines[place], cells, self.absent, self.order)

    def rows(self) -> Iterator[RosterRow]:
        """Every row, in order."""
        return (self.row(place) for place in range(len(self)))

    def report(self, said: TextIO) -> None:
        """Tell what is odd about the file: every line of it, the first of each kind one by one."""
        file = self.path.name
        said.writelines(f"{file}, {remark}\n" for remark in self.remarks[:_SHOWN])
        if len(self.remarks) > _SHOWN:
            said.write(f"{file}, and {len(self.remarks) - _SHOWN:,} more like these\n")
        for remark, lines in self.odd.items():
            said.writelines(f"{file}, line {line}: {remark}\n" for line in lines[:_SHOWN])
            if len(lines) > _SHOWN:
                more = len(lines) - _SHOWN
                said.write(f"{file}, and {more:,} more, lines {_spans(lines[_SHOWN:])}: {remark}\n")

    def index(self, said: TextIO) -> list[ListIndex]:
        """A list for each category in the file; whoever has none is of a registry."""
        self.report(said)
        if not self.has_category:
            said.write(f"{self.path.name}, {_NO_CATEGORY}\n")
        return [self._index_of(category, of) for category, of in self.places.items()]

    def _index_of(self, category: Category, places: "array[int]") -> ListIndex:
        watchlist = Watchlist(
            list_id=UUID(int=0),
            name=self.path.name,
            category=category,
            version=1,
            imported_at=datetime.now(UTC),
            entry_count=len(places),
        )

        def entry_of(entry_id: UUID) -> WatchlistEntry:
            return _entry(self.row(entry_id.int), entry_id.int)

        return build_list_from(
            watchlist, (_entry(self.row(place), place) for place in places), entry_of
        )


def read_roster(path: Path) -> Roster:
    """Read a file; raises `ImportRefusedError` when it is no table of people."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ImportRefusedError(f"{path}: {error.strerror}. Nothing was screened.") from error
    roster = Roster(path, "", array("q"), array("q"))
    records = records_of(path, content, roster.remarks)
    limit = csv.field_size_limit(_LARGEST_CELL)
    try:
        return _filled(roster, records)
    finally:
        csv.field_size_limit(limit)  # it is the whole program's


def _filled(roster: Roster, records: Callable[[], Iterator[Record]]) -> Roster:
    path, kept = roster.path, io.StringIO()
    header: list[str] | None = None
    for begins, cells, remark in records():
        if header is None:
            header, at = cells, columns_of(path, cells)
            if not is_ours(cells):
                roster.order = _order_of(records(), at[COLUMNS.index("birth_date")])
                roster.has_category = bool(at[COLUMNS.index("category")])
            roster.absent = tuple(
                f"there is no column {name}; compared without it"
                for name, place in zip(VISITORS, at, strict=False)
                if not place
            )
            again = (f'"{n}" is left out: another column is read as the same' for n in twice(cells))
            roster.remarks += [f"line {begins}: {what}" for what in (*roster.absent, *again)]
            continue
        if remark:
            roster.remarks.append(remark)
        if any(c.strip() for c in cells):
            row = _kept(cells, at, len(header))
            _note(roster, row, begins, has_category=bool(at[COLUMNS.index("category")]))
            roster.starts.append(kept.tell())
            roster.lines.append(begins)
            kept.write(_CELL.join(row) + _ROW)
    if header is None:
        columns_of(path, [])
    roster.starts.append(kept.tell())
    roster.text = kept.getvalue()
    return roster


def _order_of(records: Iterator[Record], at: tuple[int, ...]) -> DateOrder:
    """The order that most of the first rows' dates fit."""
    rows = islice((cells for _, cells, _ in records), 1, _VOTERS)
    return DateVotes(_cell(cells, at) for cells in rows).order


def _kept(cells: list[str], at: list[tuple[int, ...]], width: int) -> list[str]:
    """The columns in our order, and what is wrong with the row as a whole."""
    row = [_cell(cells, places) for places in at]
    bad = "" if len(cells) == width else f"{len(cells)} columns where the first line has {width}"
    return [*row, bad]


def _cell(cells: list[str], at: tuple[int, ...]) -> str:
    """What one column says, or several that are read as one."""
    if len(at) == 1:
        return _clean(cells[at[0]]) if at[0] < len(cells) else ""
    return "; ".join(c for i in at if i < len(cells) and (c := _clean(cells[i])))


@lru_cache(maxsize=65_536)
def _clean(cell: str) -> str:
    """As lists read it, and without what stands for no letter: halves of one, private signs."""
    if cell.isascii() and cell.isprintable():
        return " ".join(cell.split()) if "  " in cell or cell != cell.strip() else cell
    return clean(
        "".join(c for c in cell if unicodedata.category(c) != "Cs" and c not in _CELL + _ROW)
    )


def _row(
    line: int, cells: list[str], absent: tuple[str, ...] = (), order: DateOrder | None = None
) -> RosterRow:
    person_id, given, middle, family, suffix, born, sex, aliases, category, bad = cells
    name = PersonName(given, family, middle, suffix)
    why_bad = bad or (_UNREAD_DATE if _is_unread(born, order) else "")
    return RosterRow(
        line=line,
        id=person_id or f"line {line}",
        name=name,
        born=_born(born, order),
        sex=_SEXES.get(sex.casefold(), Sex.UNSPECIFIED),
        aliases=aliases_from(aliases, name),
        category=category,
        why_bad=why_bad,
        remarks=(*absent, *_odd(born, sex, order), *_cut(given, middle, family)),
    )


@lru_cache(maxsize=65_536)
def _odd(born: str, sex: str, order: DateOrder | None) -> tuple[str, ...]:
    """What is odd about a person's row although it can be compared (without what it says)."""
    found = []
    known = _born(born, order)
    if known is not None and known.is_impossible:
        found.append("no calendar has the birth date; compared by digits")
    if sex and sex.casefold() not in _SEXES and sex.casefold() not in _NO_SEX:
        found.append("the sex is none of M, F and X; compared without it")
    return tuple(found)


def _cut(*names: str) -> tuple[str, ...]:
    if all(len(name) <= LONGEST for name in names):
        return ()
    return (f"a name has more than {LONGEST} letters; those are compared",)


def _is_unread(born: str, order: DateOrder | None) -> bool:
    return bool(born) and _born(born, order) is None


@lru_cache(maxsize=65_536)
def _born(text: str, order: DateOrder | None) -> PartialDate | None:
    try:
        if not text or order is None:
            return PartialDate.read(text) if text and not is_empty_in_spreadsheet(text) else None
        return read_date(text, order, datetime.now(UTC).year)
    except ValueError:
        return None


def _category(text: str) -> Category:
    """Of a registry, when nothing is said; of what nobody knows, as a list that holds most."""
    try:
        return Category(text.casefold()) if text else Category.REGISTRY
    except ValueError:
        return Category.ALERT


def _entry(row: RosterRow, place: int) -> WatchlistEntry:
    return WatchlistEntry(
        entry_id=UUID(int=place),
        name=row.name,
        born=row.born,
        sex=row.sex,
        aliases=row.aliases,
        reference=row.id,
    )


def _note(roster: Roster, row: list[str], line: int, *, has_category: bool) -> None:
    """Sort a row by its category, and remark what is odd about it (without what it says)."""
    _, given, middle, family, _, born, sex, _, text, bad = row

    def remark(what: str) -> None:
        roster.odd.setdefault(what, array("q")).append(line)

    category = _category(text)
    if _is_name(given) or _is_name(family):
        roster.places.setdefault(category, array("q")).append(len(roster))
    else:
        remark("no name; nobody can be compared with it")
    if bad:
        remark(f"{bad}; what is there is compared")
    if _is_unread(born, roster.order):
        remark(_UNREAD_DATE)
    for one in (*_odd(born, sex, roster.order), *_cut(given, middle, family)):
        remark(one)
    if text and category.value != text.casefold():
        remark("the category is unknown; taken as alert, which holds by the name alone")
    if has_category and not text:
        remark(_EMPTY_CATEGORY)


def _spans(lines: "array[int]") -> str:
    """``25-27, 31``, of lines in order."""
    spans: list[list[int]] = []
    for line in lines:
        if spans and line == spans[-1][1] + 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)


@lru_cache(maxsize=65_536)
def _is_name(text: str) -> bool:
    return bool(fold(text))
