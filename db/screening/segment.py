"""Rows of a list as columns: one row is one name of an entry, aliases are further rows.

A visitor is compared with every *different* surname, given name and birth date; rows then only add
up what their values got. Rows stand in the order of their surnames, so that all who have one are a
slice. Immutable but for `without`, which makes another one.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.domain.people import Sex
from db.domain.watchlist import WatchlistEntry
from db.screening import hashes
from db.screening.date_table import DateTable
from db.screening.name_table import NameTable, build_name_table
from db.screening.names import fold, fold_middle, letters

Array = NDArray[Any]
Ints = NDArray[np.int32]
Places = NDArray[np.integer[Any]]
"""Places in a table, in as few bytes as its size needs."""
SEXES = (Sex.UNSPECIFIED, Sex.FEMALE, Sex.MALE)
"""Sexes as the columns number them."""
_NUMBER_SALT = 99
_COLUMNS = 8


class Row(NamedTuple):
    """One name of one entry, `entry` being the entry's place in the list."""

    entry: int
    family: str
    given: str
    middle: str
    suffix: str
    born: str
    """Eight digits (`PartialDate.digits`), or empty."""
    sex: int
    """Place in `SEXES`."""
    place: str
    number_hash: str


@dataclass(frozen=True, slots=True)
class Segment:
    """Columns, a value for each row, and the tables that their numbers point into."""

    family: NameTable
    given: NameTable
    """Given and middle names."""
    dates: DateTable
    suffixes: tuple[str, ...]
    places: tuple[str, ...]
    family_start: Ints
    """Rows of the surname `n` are those from ``family_start[n]`` to ``family_start[n + 1]``."""
    birth_start: Ints
    by_birth: Ints
    """Rows in the order of their birth dates, to be used with `birth_start`."""
    given_start: Ints
    by_given: Ints
    """The same for given names."""
    family_of: Places
    given_of: Places
    middle_of: Places
    birth_of: Places
    entry_of: Places
    sex_of: NDArray[np.int8]
    suffix_of: Places
    place_of: Places
    numbers: NDArray[np.uint64]
    """Hashes of ID number hashes, sorted; `number_rows` are their rows."""
    number_rows: Ints
    is_gone: NDArray[np.bool_] | None = None
    """Rows of entries that were changed or removed since, None when there are none."""

    def __len__(self) -> int:
        return len(self.entry_of)

    def without(self, entries: NDArray[np.bool_]) -> "Segment":
        """The same segment, blind to the entries that are true here."""
        gone = entries[self.entry_of]
        if self.is_gone is not None:
            gone = gone | self.is_gone
        return replace(self, is_gone=gone)

    def rows_with_number(self, number_hash: str) -> Ints:
        """Rows of this ID number's keyed hash."""
        if not number_hash or not len(self.numbers):
            return np.empty(0, np.int32)
        key = np.uint64(hashes.hash_of(number_hash, _NUMBER_SALT))
        first, last = (
            np.searchsorted(self.numbers, key),
            np.searchsorted(self.numbers, key, "right"),
        )
        return self.number_rows[first:last]


def rows_of(entries: Iterable[WatchlistEntry]) -> Iterable[Row]:
    """Every name of every entry."""
    for at, entry in enumerate(entries):
        born = entry.born.digits if entry.born is not None else ""
        sex = SEXES.index(entry.sex)
        for name in (entry.name, *entry.aliases):
            yield Row(
                at,
                name.family,
                name.given,
                name.middle,
                name.suffix,
                born,
                sex,
                entry.jurisdiction,
                entry.number_hash,
            )


class _Places(dict[str, int]):
    """Values in the order in which they came, each with its place."""

    def __missing__(self, value: str) -> int:
        self[value] = place = len(self)
        return place


def build_segment(rows: Iterable[Row]) -> Segment:
    """Put rows into columns. Some ten seconds for a million; safe in any thread."""
    family, given, dates, suffixes, places = (_Places() for _ in range(5))
    suffix_of_text: dict[str, int] = {}
    middle_of_text: dict[str, int] = {}
    cells = array("i")  # row after row
    numbers: list[tuple[str, int]] = []
    for row in rows:
        suffix = suffix_of_text.get(row.suffix)
        if suffix is None:
            suffix = suffix_of_text[row.suffix] = suffixes[fold_suffix(row.suffix)]
        middle = middle_of_text.get(row.middle)
        if middle is None:
            meant = row.middle if fold_middle(row.middle) else ""
            middle = middle_of_text[row.middle] = given[meant]
        if row.number_hash:
            numbers.append((row.number_hash, len(cells) // _COLUMNS))
        cells.extend(
            (
                family[row.family],
                given[row.given],
                middle,
                dates[row.born],
                row.entry,
                row.sex,
                suffix,
                places[row.place.casefold()],
            )
        )
    table = np.frombuffer(cells, np.int32).reshape(-1, _COLUMNS)
    order = np.argsort(table[:, 0], kind="stable")
    where = np.empty(len(order), np.int32)
    where[order] = np.arange(len(order), dtype=np.int32)
    table = table[order]
    by_birth = np.argsort(table[:, 3], kind="stable").astype(np.int32)
    hashed = hashes.hashes_of([n for n, _ in numbers], _NUMBER_SALT)
    number_order = np.argsort(hashed, kind="stable")
    number_rows = where[np.array([r for _, r in numbers], np.intp)]
    return Segment(
        family=build_name_table(list(family), [fold(n) for n in family]),
        given=build_name_table(list(given), [fold(n) for n in given]),
        dates=DateTable(list(dates)),
        suffixes=tuple(suffixes),
        places=tuple(places),
        family_start=_starts(table[:, 0], len(family)),
        birth_start=_starts(table[:, 3], len(dates)),
        by_birth=by_birth,
        given_start=_starts(table[:, 1], len(given)),
        by_given=np.argsort(table[:, 1], kind="stable").astype(np.int32),
        family_of=_column(table, 0),
        given_of=_column(table, 1),
        middle_of=_column(table, 2),
        birth_of=_column(table, 3),
        entry_of=_column(table, 4),
        sex_of=table[:, 5].astype(np.int8),
        suffix_of=_column(table, 6),
        place_of=_column(table, 7),
        numbers=hashed[number_order],
        number_rows=number_rows[number_order].astype(np.int32),
    )


_SUFFIXES = {"junior": "jr", "senior": "sr", "2nd": "ii", "3rd": "iii", "4th": "iv", "2": "ii"}


def fold_suffix(suffix: str) -> str:
    """``Jr.`` and ``JUNIOR`` are ``jr``."""
    folded = letters(suffix.replace(".", ""))
    return _SUFFIXES.get(folded, folded)


def slices(start: Ints, ids: NDArray[np.integer[Any]]) -> NDArray[np.intp]:
    """The places from ``start[n]`` to ``start[n + 1]`` of every `n` of `ids`, one after another."""
    if len(ids) == 1:
        return np.arange(start[ids[0]], start[ids[0] + 1], dtype=np.intp)
    begin = start.take(ids)
    lengths = start.take(ids + 1) - begin
    ends = lengths.cumsum(dtype=np.intp)
    if not len(ends) or not ends[-1]:
        return np.empty(0, np.intp)
    places = np.arange(ends[-1], dtype=np.intp)
    places += (begin - ends + lengths).repeat(lengths)
    return places


def _starts(values: Ints, count: int) -> Ints:
    ends = np.cumsum(np.bincount(values, minlength=count))
    return np.concatenate(([0], ends)).astype(np.int32)


def _column(table: Ints, at: int) -> Places:
    column: Ints = table[:, at]
    return column.astype(np.min_scalar_type(int(column.max(initial=0))))
