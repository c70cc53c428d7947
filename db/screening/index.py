"""All lists in memory, ready to be compared. Built once for each change of a list; immutable.

One row is one name of an entry: aliases are further rows. A visitor is compared with every
*unique* surname, given name and birth date, and rows then only add up what their values got.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from db.domain.partial_date import PartialDate
from db.domain.people import PersonName
from db.domain.watchlist import Watchlist, WatchlistEntry
from db.screening.names import fold, fold_middle

Ints = NDArray[np.int32]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One name of one entry."""

    list_at: int
    entry: WatchlistEntry
    name: PersonName


@dataclass(frozen=True, slots=True)
class Index:
    """Every list. Arrays hold, for each row, which of the unique values it has."""

    lists: tuple[Watchlist, ...]
    rows: tuple[Row, ...]
    family_names: tuple[str, ...]
    given_names: tuple[str, ...]
    middle_names: tuple[str, ...]
    birth_dates: tuple[tuple[date | None, int | None], ...]
    family_of: Ints
    given_of: Ints
    middle_of: Ints
    birth_of: Ints
    list_of: Ints
    """For each row the place of its list in `lists`."""


def build_index(lists: Iterable[tuple[Watchlist, Sequence[WatchlistEntry]]]) -> Index:
    """Build the index. Takes a second for each hundred thousand entries; safe in any thread."""
    known: list[Watchlist] = []
    rows: list[Row] = []
    for at, (watchlist, entries) in enumerate(lists):
        known.append(watchlist)
        rows.extend(
            Row(at, entry, name) for entry in entries for name in (entry.name, *entry.aliases)
        )
    family, family_of = _unique([fold(r.name.family) for r in rows])
    given, given_of = _unique([fold(r.name.given) for r in rows])
    middle, middle_of = _unique([fold_middle(r.name.middle) for r in rows])
    birth, birth_of = _unique([_birth(r.entry.born) for r in rows])
    return Index(
        lists=tuple(known),
        rows=tuple(rows),
        family_names=tuple(family),
        given_names=tuple(given),
        middle_names=tuple(middle),
        birth_dates=tuple(birth),
        family_of=family_of,
        given_of=given_of,
        middle_of=middle_of,
        birth_of=birth_of,
        list_of=np.fromiter((r.list_at for r in rows), np.int32, len(rows)),
    )


def _birth(born: PartialDate | None) -> tuple[date | None, int | None]:
    return (None, None) if born is None else (born.on, born.year)


def _unique(values: list[T]) -> tuple[list[T], Ints]:
    places: dict[T, int] = {}
    of = np.fromiter((places.setdefault(v, len(places)) for v in values), np.int32, len(values))
    return list(places), of
