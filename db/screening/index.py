"""All lists, ready to be compared. Each list is made once for each of its versions; immutable.

A changed list need not be made anew: `updated` lays the changed entries over the old columns.
"""

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from db.domain.watchlist import Watchlist, WatchlistEntry
from db.screening.calibrate import Calibration, calibrate, way_for
from db.screening.population import Population, load_population
from db.screening.segment import build_segment, rows_of
from db.screening.tally import Counted, count

EntryOf = Callable[[UUID], WatchlistEntry | None]
"""Looks an entry up; None when the list does not have it (any more)."""
MarkOf = Callable[[WatchlistEntry], int]
"""A number of 64 bits that changes when what an entry says does."""
Ids = NDArray[np.uint8]
"""Entries' ids, sixteen bytes a row."""
Marks = NDArray[np.uint64]
_ODD = np.uint64(0x9E3779B97F4A7C15)
_MOST_OVERLAID = 0.1
"""Share of entries that may lie over the old ones before the whole list is made anew."""


@dataclass(frozen=True, slots=True)
class ListIndex:
    """One list in one version."""

    watchlist: Watchlist
    ids: Ids
    marks: Marks
    """Of each entry what its content is known by; see `MarkOf`."""
    segments: tuple[Counted, ...]
    calibration: Calibration
    entry_of: EntryOf

    def entry(self, place: int) -> WatchlistEntry:
        """The entry at a place; raises LookupError when it is not to be had any more."""
        entry_id = UUID(bytes=self.ids[place].tobytes())
        entry = self.entry_of(entry_id)
        if entry is None:
            raise LookupError("an entry of the index is not on the list any more")
        return entry

    @property
    def rows(self) -> int:
        """Names to be compared, aliases included."""
        return sum(s.rows for s in self.segments)


@dataclass(frozen=True, slots=True)
class Index:
    """Every list, and how common names are."""

    each: tuple[ListIndex, ...]
    population: Population

    @property
    def lists(self) -> tuple[Watchlist, ...]:
        """The lists themselves."""
        return tuple(one.watchlist for one in self.each)


def build_index(lists: Iterable[tuple[Watchlist, Sequence[WatchlistEntry]]]) -> Index:
    """The index of lists whose entries are at hand, which it keeps."""
    return Index(
        tuple(build_list(watchlist, entries) for watchlist, entries in lists), load_population()
    )


def build_list(watchlist: Watchlist, entries: Sequence[WatchlistEntry]) -> ListIndex:
    """The index of one list, its entries being kept in memory."""
    known = {e.entry_id: e for e in entries}
    return build_list_from(watchlist, entries, known.get)


def build_list_from(
    watchlist: Watchlist,
    entries: Iterable[WatchlistEntry],
    entry_of: EntryOf,
    mark_of: MarkOf = lambda entry: entry.version,
    population: Population | None = None,
) -> ListIndex:
    """The index of one list from entries that come one by one and are not kept.

    Some fifteen seconds for a million, and as many again to find out what chance does; safe in any
    thread.
    """
    ids, marks = bytearray(), array("Q")

    def counted() -> Iterator[WatchlistEntry]:
        for entry in entries:
            ids.extend(entry.entry_id.bytes)
            marks.append(mark_of(entry))
            yield entry

    segment = count(build_segment(rows_of(counted())))
    return ListIndex(
        watchlist=watchlist,
        ids=np.frombuffer(bytes(ids), np.uint8).reshape(-1, 16),
        marks=np.frombuffer(marks, np.uint64),
        segments=(segment,),
        calibration=calibrate((segment,), population or load_population()),
        entry_of=entry_of,
    )


def updated(
    old: ListIndex,
    watchlist: Watchlist,
    changed: Sequence[WatchlistEntry],
    removed: Collection[UUID],
    *,
    entry_of: EntryOf,
    mark_of: MarkOf = lambda entry: entry.version,
) -> ListIndex | None:
    """The index of the next version: `changed` entries, new ones among them, over the old ones.

    None when so much changed that the list is better made anew, or when it grew to a size, or
    shrank to one, at which chance is found out by another way. What chance does was found out for
    the old version, and so few entries do not change it.
    """
    overlaid = len(changed) + len(removed) + sum(s.rows for s in old.segments[1:])
    if overlaid > _MOST_OVERLAID * max(old.rows, 1):
        return None
    gone = _places(old.ids, [*(e.entry_id for e in changed), *removed])
    is_gone = np.zeros(len(old.ids) + len(changed), np.bool_)
    is_gone[gone] = True
    kept = tuple(count(s.segment.without(is_gone)) for s in old.segments)
    first = len(old.ids)
    rows = (row._replace(entry=row.entry + first) for row in rows_of(changed))
    new_ids = np.frombuffer(b"".join(e.entry_id.bytes for e in changed), np.uint8)
    segments = (*kept, count(build_segment(rows))) if changed else kept
    if way_for(sum(s.rows for s in segments)) != way_for(old.rows):
        return None
    return replace(
        old,
        watchlist=watchlist,
        ids=np.concatenate((old.ids, new_ids.reshape(-1, 16))),
        marks=np.concatenate((old.marks, np.array([mark_of(e) for e in changed], np.uint64))),
        segments=segments,
        entry_of=entry_of,
    )


def difference(old: ListIndex, ids: Ids, marks: Marks) -> tuple[list[UUID], list[UUID]]:
    """Entries that a list has and its old index has not, or not so; and those that it lost.

    `ids` and `marks` are those of the list as it is.
    """
    is_alive = np.zeros(len(old.ids), np.bool_)
    for counted in old.segments:
        segment = counted.segment
        there = segment.entry_of
        is_alive[there if segment.is_gone is None else there[~segment.is_gone]] = True
    known = old.ids[is_alive]
    new_keys, old_keys = _keys(ids, marks), _keys(known, old.marks[is_alive])
    changed = ids[~np.isin(new_keys, old_keys)]
    lost = known[~np.isin(_keys(known), _keys(ids))]
    return ([UUID(bytes=i.tobytes()) for i in changed], [UUID(bytes=i.tobytes()) for i in lost])


def _keys(ids: Ids, marks: Marks | None = None) -> NDArray[np.uint64]:
    """One number for each id, or for each id with its mark."""
    halves = _halves(ids)
    with np.errstate(over="ignore"):
        keys: NDArray[np.uint64] = halves[:, 0] * _ODD + halves[:, 1]
        return keys if marks is None else keys * _ODD + marks


def _places(ids: Ids, wanted: Sequence[UUID]) -> NDArray[np.intp]:
    """Where these ids are, those that are not there left out."""
    if not wanted or not len(ids):
        return np.empty(0, np.intp)
    sought = np.frombuffer(b"".join(u.bytes for u in wanted), np.uint8).reshape(-1, 16)
    maybe = np.flatnonzero(np.isin(_halves(ids)[:, 0], _halves(sought)[:, 0]))
    exact = {u.bytes for u in wanted}
    return np.array([at for at in maybe.tolist() if ids[at].tobytes() in exact], np.intp)


def _halves(ids: Ids) -> NDArray[Any]:
    return np.ascontiguousarray(ids).view(np.uint64)
