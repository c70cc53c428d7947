"""The index of all lists in force, kept from one version of a list to the next, also on disk."""

import logging
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Lock
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import key_store, own_files, private_files, watchlists
from db.domain.errors import StorageError
from db.domain.watchlist import Watchlist, WatchlistEntry
from db.engine import Database
from db.entry_table import TABLE, is_of_edition
from db.list_rows import digest_of
from db.screening import store
from db.screening.index import (
    EntryOf,
    Ids,
    Index,
    ListIndex,
    Marks,
    build_list_from,
    difference,
    updated,
)
from db.screening.population import Population, load_population

LOG = logging.getLogger(__name__)
FOLDER = own_files.LIST_INDEX
"""Its name beside the database."""
_SUFFIX = ".index"
_POPULATION = "population"
"""The file of how common names are: it names nobody, and stands with the lists for speed alone."""
_MARK = 8
"""Bytes of an entry's digest that mark what it says."""
_AT_ONCE = 20_000
_MOST_CHANGED = 0.1
"""Of a list, for which what changed is read by itself."""


class ListIndexes:
    """Makes the index anew when it is asked for, as little of it as has changed.

    `folder` keeps it for the next start, encrypted, since it holds names and birth dates as the
    database does; its key is the one named `lists` beside it (`db.key_store`). May be used from
    any thread, by one at a time.
    """

    def __init__(self, database: Database, folder: Path | None) -> None:
        self._database = database
        self._folder = folder
        self._known: dict[UUID, ListIndex] = {}
        self._names: Population | None = None
        self._lock = Lock()

    def load(self) -> Index:
        """The index of the lists in force. Raises `StorageError`; slow for a large new list."""
        with self._lock:
            with self._database.read() as session:
                known = watchlists.all_lists(session)
                population = self._population() if known else load_population()
                self._known = {w.list_id: self._one(session, w) for w in known}
            self._sweep()
            return Index(tuple(self._known[w.list_id] for w in known), population)

    def _population(self) -> Population:
        if self._names is None:
            self._names = self._saved_population() or self._made_population()
        return self._names

    def _saved_population(self) -> Population | None:
        if self._folder is None:
            return None
        key = _key(self._folder)
        return store.load_population(self._folder / _POPULATION, key) if key else None

    def _made_population(self) -> Population:
        made = load_population()
        if self._folder is not None:
            _save(self._folder / _POPULATION, partial(store.save_population, made))
        return made

    def _one(self, session: Session, watchlist: Watchlist) -> ListIndex:
        entry_of = self._entry_of(watchlist.list_id)
        old = self._known.get(watchlist.list_id)
        place = self._place(watchlist)
        if old is None or old.watchlist.content_hash != watchlist.content_hash:
            saved = self._saved(place, watchlist, entry_of) if place is not None else None
            if saved is not None:
                return saved
            old = old or self._saved_before(watchlist, entry_of)
            made = self._made(session, watchlist, old, entry_of)
            if place is not None:
                _save(place, partial(store.save, made))
            return made
        return ListIndex(watchlist, old.ids, old.marks, old.segments, old.calibration, old.entry_of)

    def _made(
        self, session: Session, watchlist: Watchlist, old: ListIndex | None, entry_of: EntryOf
    ) -> ListIndex:
        edition = watchlists.edition_of(session, watchlist.list_id)
        if edition is None:
            raise LookupError("a list went while its index was made")
        if old is not None:
            changed, lost = difference(old, *_ids_and_marks(session, edition))
            if len(changed) <= len(old.ids) * _MOST_CHANGED:  # else reading all is quicker
                entries = list(watchlists.entries_by_id(session, edition, changed).values())
                made = updated(old, watchlist, entries, lost, entry_of=entry_of, mark_of=_mark)
                if made is not None:
                    return made
        LOG.info("the index of a list of %d entries is made", watchlist.entry_count)
        entries_of_all = watchlists.every_entry(session, edition)
        return build_list_from(watchlist, entries_of_all, entry_of, _mark, self._population())

    def _entry_of(self, list_id: UUID) -> EntryOf:
        def look_up(entry_id: UUID) -> WatchlistEntry | None:
            with self._database.read() as session:
                return watchlists.entry(session, list_id, entry_id)

        return look_up

    def _place(self, watchlist: Watchlist) -> Path | None:
        if self._folder is None:
            return None
        return self._folder / f"{watchlist.list_id.hex}-{watchlist.content_hash[:16]}{_SUFFIX}"

    def _saved(self, place: Path, watchlist: Watchlist, entry_of: EntryOf) -> ListIndex | None:
        """The index in a file, None when there is none, or no key that opens it."""
        key = _key(place.parent)
        return store.load(place, watchlist, entry_of, key) if key else None

    def _saved_before(self, watchlist: Watchlist, entry_of: EntryOf) -> ListIndex | None:
        """The saved index of an earlier version."""
        for place in self._places():
            if place.name.startswith(watchlist.list_id.hex) and place.suffix == _SUFFIX:
                found = self._saved(place, watchlist, entry_of)
                if found is not None:
                    return found
        return None

    def _places(self) -> Iterator[Path]:
        if self._folder is not None and self._folder.is_dir():
            yield from sorted(self._folder.iterdir())

    def _sweep(self) -> None:
        """Remove what no list in force needs: names of a list that went may not stay."""
        needed = {self._place(one.watchlist) for one in self._known.values()}
        if self._folder is not None and self._known:
            needed.add(self._folder / _POPULATION)
        for place in self._places():
            if place not in needed:
                _remove(place)


def _key(folder: Path) -> bytes | None:
    """What opens the files of a folder, None when there is none or it cannot be had."""
    try:
        known = key_store.keys(folder.parent, key_store.LISTS)
    except StorageError as error:
        LOG.warning("the saved index of a list cannot be opened: %s", error)
        return None
    return known[0] if known else None


def _save(place: Path, write: Callable[[Path, bytes], None]) -> None:
    """Saving only spares the next start some time: that it fails disturbs nothing."""
    try:
        private_files.make_private_folder(place.parent)
        write(place, key_store.newest(place.parent.parent, key_store.LISTS))
    except (OSError, StorageError) as error:
        LOG.warning("the index of a list could not be saved (%s)", type(error).__name__)


def erase_in_clear(folder: Path) -> bool:
    """Overwrite and remove what versions before this one saved in clear. Whether there was any."""
    found = [place for place in folder.iterdir() if place.is_dir()] if folder.is_dir() else []
    for place in found:
        _remove(place)
    return bool(found)


def _remove(place: Path) -> None:
    """A saved index, which a version before this one kept in clear and as a folder of files.

    One that cannot be removed is tried again the next time.
    """
    try:
        if place.is_dir():
            for part in place.iterdir():
                _remove(part)
            place.rmdir()
        elif place.suffix in (".npy", ".json"):
            private_files.erase(place)
        else:
            place.unlink(missing_ok=True)
    except OSError as error:
        LOG.warning("an old index of a list stays for now (%s)", type(error).__name__)


def _mark(entry: WatchlistEntry) -> int:
    return int.from_bytes(digest_of(entry)[:_MARK], "little")


def _ids_and_marks(session: Session, edition: int) -> tuple[Ids, Marks]:
    rows = session.execute(
        select(TABLE.c.entry_id, TABLE.c.digest)
        .where(is_of_edition(session, edition))
        .execution_options(yield_per=_AT_ONCE)
    )
    ids, marks = bytearray(), bytearray()
    for entry_id, digest in rows:
        ids += entry_id.bytes
        marks += digest[:_MARK]
    return (
        np.frombuffer(bytes(ids), np.uint8).reshape(-1, 16),
        np.frombuffer(bytes(marks), "<u8").astype(np.uint64),
    )
