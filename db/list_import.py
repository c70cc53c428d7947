"""Putting a file in force as a list's next version: beside the old one, then at once, or never.

Rows come in for as long as a minute, in short transactions that let kiosks write between them. A
list changes only in the last transaction. Whoever is stopped before that (a refusal, Ctrl-C, a
power cut) leaves rows that no list names; the next import takes them away.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO

from sqlalchemy.orm import Session

from db import custody, list_bulk, list_history, list_lock, settings, watchlists
from db.domain.desk import ImportPreview
from db.domain.errors import ImportRefusedError, VestibuleError
from db.domain.watchlist import Category, Watchlist
from db.engine import Database
from db.ids import new_id
from db.list_difference import Difference, changes_of, compare, known_of
from db.list_file import ListFile, read_list_file
from db.list_history import Coming
from db.list_lock import Lock, Phase, Progress

COLUMNS = "lists.columns"
"""The setting that remembers, by a list's name, which column is which field."""
_SAY_EVERY_SECONDS = 1.0

Watch = Callable[[Progress], object]
"""Hears of progress about once a second; may raise `ImportCancelledError` to stop."""
Publish = Callable[[Session, Watchlist], object]
"""Tells the log and the kiosks, in the transaction that changes the list."""


def to_nobody(_: Progress) -> None:
    """Progress that nobody wants to see."""


@dataclass(frozen=True, slots=True)
class ListWanted:
    """How a list is to be imported. `max_age_days` None keeps no limit.

    `columns` maps names in the file to fields (`db.list_fields.FIELDS`); None takes what was said
    for the list of that name before.
    """

    name: str
    category: Category
    max_age_days: int | None = None
    skip_bad: bool = False
    columns: Mapping[str, str] | None = None
    by: str = ""
    """Who imports, as the entries' history names them."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came into force, what that changed, and the category that the list had before."""

    watchlist: Watchlist
    preview: ImportPreview
    category_before: Category | None


def preview(
    database: Database,
    file: BinaryIO,
    wanted: ListWanted,
    now: datetime,
    watch: Watch = to_nobody,
) -> ImportPreview:
    """What an import would change. Raises `ImportRefusedError` for a file that cannot be read."""
    say = _Sayer(watch)
    with _read(database, file, wanted, now, say) as read, database.read() as session:
        known, edition = _in_force(session, wanted.name)
        difference = Difference()
        for at, batch in enumerate(read.batches()):
            before = known_of(session, edition, at)
            difference.take(compare(batch, before, keeps_photos=not read.has_photos))
            say(Phase.COMPARING, difference.people, read.spool.count)
        return difference.preview(session, read, edition, None if known is None else known.version)


def differences(
    database: Database, file: BinaryIO, wanted: ListWanted, now: datetime
) -> Iterator[str]:
    """A line for everybody who would be added, changed or removed, then the counts."""
    with _read(database, file, wanted, now, _Sayer(to_nobody)) as read:
        difference = Difference()
        with database.read() as session:
            _, edition = _in_force(session, wanted.name)
            for at, batch in enumerate(read.batches()):
                before = known_of(session, edition, at)
                step = compare(batch, before, keeps_photos=not read.has_photos)
                difference.take(step)
                for change in changes_of(session, edition, step):
                    born = f"  {change.birth_date}" if change.birth_date else ""
                    yield f"{change.kind.value}  {change.name}{born}  ({change.what})"
            shown = difference.preview(session, read, edition, None)
        for row in read.bad_rows:
            yield f"line {row.line} cannot be used: {row.why}"
        for row in read.remarks:
            yield f"line {row.line}: {row.why}"
        if shown.warning:
            yield f"Look: {shown.warning}"
        yield (
            f"{difference.added} added, {difference.changed} changed, {difference.removed} "
            f"removed, {read.bad_rows.total} rows that cannot be used, {read.remarks.total} "
            "remarks. Nothing was changed."
        )


def import_list(
    database: Database,
    file: BinaryIO,
    wanted: ListWanted,
    *,
    now: Callable[[], datetime],
    publish: Publish,
    watch: Watch = to_nobody,
) -> Imported:
    """Put a file in force as the next version of the list of that name: all of it, or nothing.

    Raises `ImportRefusedError` when it has bad rows and those are not to be left out, when nobody
    would be on the list, or (`ImportBusyError`) while another import is under way;
    `ImportCancelledError` when somebody stopped it.
    """
    with list_lock.held(database, wanted.name, now) as lock:
        say = _Sayer(watch, lambda progress: lock.say(progress, now()))
        try:
            sweep(database, now(), lock)
            with _read(database, file, wanted, now(), say) as read:
                _refuse_bad_rows(read, wanted)
                return _replace(read, wanted, lock, say, now=now, publish=publish)
        finally:
            with suppress(VestibuleError):  # what is left is taken away by the next import
                sweep(database, now(), lock)


def columns_for(session: Session, name: str) -> dict[str, str]:
    """Which column is which field, as it was said for this list before."""
    known = settings.read(session, COLUMNS, dict[str, dict[str, str]]) or {}
    return known.get(name, {})


def sweep(database: Database, now: datetime, ended: Lock | None = None) -> None:
    """Take away what was written of editions that are neither in force nor coming in."""
    with database.begin() as session:
        coming = list_lock.under_way(session, now)
        if coming is None or (ended is not None and ended.edition == coming.edition):
            list_history.forget_unfinished(session)
    with database.read() as session:
        coming = list_lock.under_way(session, now)
        spared = (
            coming.edition
            if coming and (ended is None or ended.edition != coming.edition)
            else None
        )
        editions = watchlists.orphans(session, spared)
    for edition in editions:
        is_left = True
        while is_left:
            with database.begin() as session:
                is_left = watchlists.delete_some(session, edition)


class _Sayer:
    """Tells of progress, at most about once a second."""

    def __init__(self, watch: Watch, keep: Watch = to_nobody) -> None:
        self._watch, self._keep = watch, keep
        self._said_at = time.monotonic()

    def __call__(self, phase: Phase, done: int, total: int) -> None:
        at = time.monotonic()
        if at - self._said_at >= _SAY_EVERY_SECONDS:
            self._said_at = at
            progress = Progress(phase, min(done, total), total)
            self._keep(progress)
            self._watch(progress)


def _read(
    database: Database, file: BinaryIO, wanted: ListWanted, now: datetime, say: _Sayer
) -> ListFile:
    columns = wanted.columns
    if columns is None:
        with database.read() as session:
            columns = columns_for(session, wanted.name)
    return read_list_file(
        file, now.date(), columns, lambda done, total: say(Phase.READING, done, total)
    )


def _refuse_bad_rows(read: ListFile, wanted: ListWanted) -> None:
    if read.bad_rows and not wanted.skip_bad:
        first = read.bad_rows[0]
        raise ImportRefusedError(
            f"{read.bad_rows.total} of {read.in_file} rows cannot be used; the first is line "
            f"{first.line}: {first.why}. Nothing was changed. Mend them, or leave them out."
        )


def _in_force(session: Session, name: str) -> tuple[Watchlist | None, int | None]:
    known = watchlists.named(session, name)
    return known, None if known is None else watchlists.edition_of(session, known.list_id)


def _replace(
    read: ListFile,
    wanted: ListWanted,
    lock: Lock,
    say: _Sayer,
    *,
    now: Callable[[], datetime],
    publish: Publish,
) -> Imported:
    database = lock.database
    with database.read() as session:
        known, before = _in_force(session, wanted.name)
    began = now()
    coming = None
    if known is not None and before is not None:
        coming = Coming(known.list_id, known.version + 1, before, began, wanted.by)
    difference, hashed = _store(read, before, lock, say, coming)
    if not difference.people:
        raise ImportRefusedError("No row of the file can be used. Nothing was changed.")
    with database.read() as session:
        version = None if known is None else known.version
        shown = difference.preview(session, read, before, version)
    at = now()
    imported = Watchlist(
        list_id=known.list_id if known else new_id(at),
        name=wanted.name,
        category=wanted.category,
        version=(version or 0) + 1,
        imported_at=at,
        entry_count=difference.people,
        max_age_days=wanted.max_age_days,
        content_hash=hashed,
    )
    with database.begin() as session:
        lock.check(session)
        watchlists.put_in_force(session, imported, lock.edition)
        custody.forget_list(session, imported.list_id, lock.edition)
        if coming is not None:
            list_history.remember_removed(session, coming, lock.edition)
        if wanted.columns is not None:
            remembered = settings.read(session, COLUMNS, dict[str, dict[str, str]]) or {}
            settings.write(session, COLUMNS, {**remembered, wanted.name: dict(wanted.columns)})
        publish(session, imported)
        list_lock.release(session, lock)
    return Imported(imported, shown, None if known is None else known.category)


def _store(
    read: ListFile, before: int | None, lock: Lock, say: _Sayer, coming: Coming | None
) -> tuple[Difference, str]:
    """Store everybody in the order of their ids; returns `watchlists.content_hash` with it."""
    difference, hashed = Difference(), sha256()
    database, keeps_photos = lock.database, not read.has_photos
    for at, batch in enumerate(read.batches()):
        with database.read() as session:
            step = compare(batch, known_of(session, before, at), keeps_photos=keeps_photos)
        difference.take(step)
        hashed.update(b"".join([values[-1] for values in step.values]))
        if step.values:
            with database.begin() as session:
                list_bulk.add(session, lock.edition, step.values)
                if coming is not None:
                    lock.check(session)  # whoever took the place writes of the same version
                    list_history.remember(session, coming, step)
        say(Phase.STORING, difference.people, read.spool.count)
    return difference, hashed.hexdigest()
