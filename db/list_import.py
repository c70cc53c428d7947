"""Putting a file in force as a list's next version: beside the old one, then at once, or never.

Rows come in for as long as a minute, in short transactions that let kiosks write between them. A
list changes only in the last transaction. Whoever is stopped before that (a refusal, Ctrl-C, a
power cut) leaves rows that no list names; the next import takes them away.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import BinaryIO
from uuid import UUID

from sqlalchemy.orm import Session

from db import (
    custody,
    list_asking,
    list_bulk,
    list_history,
    list_lock,
    list_numbers,
    notices,
    settings,
    watchlists,
)
from db.domain.desk import ByHand, EntryChange, ImportPreview
from db.domain.errors import ImportRefusedError, VestibuleError
from db.domain.watchlist import Category, Watchlist
from db.engine import Database
from db.ids import new_id
from db.list_before import (
    Before,
    ask_of_hands,
    before_of,
    check_in_force,
    compared,
    is_laxer,
    keeping_of,
    laxer_notes,
)
from db.list_by_hand import Keeping, remember_kept
from db.list_difference import Difference, changes_of
from db.list_fields import said_of
from db.list_file import ListFile, read_list_file
from db.list_history import Coming
from db.list_lock import Lock, Phase, Progress
from db.list_same import SamePeople

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
    """How a list is to be imported. `max_age_days` None leaves the limit as it is, 0 takes it away.

    `columns` maps names in the file to fields (`db.list_fields.FIELDS`); of the others that counts
    which was said for the list of that name before.
    """

    name: str
    category: Category
    max_age_days: int | None = None
    skip_bad: bool = False
    columns: Mapping[str, str] | None = None
    by: str = ""
    """Who imports, as the entries' history names them."""
    by_hand: ByHand | None = None
    """None refuses an import that would undo what people wrote by hand."""
    seen_version: int | None = None
    """The version in force when the difference was looked at, 0 for no such list; None for nobody
    who looked."""
    site_id: str = ""
    """Whose list it is; empty for the district's."""


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
    say, wanted = _Sayer(watch), _as_named(database, wanted)
    before = before_of(database, wanted.name, wanted.site_id)
    with (
        _read(database, file, wanted, before, now=now, say=say) as read,
        database.read() as session,
    ):
        difference, keeping = Difference(), keeping_of(before, read, wanted.by_hand)
        for at, batch in enumerate(read.batches()):
            difference.take(compared(session, before, at, batch, keeping, today=now.date()))
            say(Phase.COMPARING, difference.people, read.spool.count)
        notes = laxer_notes(before, wanted.category, difference.laxer)
        return difference.preview(
            session, read, before.edition, before.version, keeping, notes=notes
        )


def differences(
    database: Database, file: BinaryIO, wanted: ListWanted, now: datetime
) -> Iterator[str]:
    """A line for everybody who would be added, changed or removed, then the counts."""
    wanted = _as_named(database, wanted)
    before = before_of(database, wanted.name, wanted.site_id)
    if before.known is None:
        yield f'There is no list called "{wanted.name}" yet: all of it would be new.'
    of_list = wanted if before.known is None else replace(wanted, category=before.known.category)
    with _read(database, file, of_list, before, now=now, say=_Sayer(to_nobody)) as read:
        difference, keeping = Difference(), keeping_of(before, read, wanted.by_hand)
        with database.read() as session:
            for at, batch in enumerate(read.batches()):
                step = compared(session, before, at, batch, keeping, today=now.date())
                difference.take(step)
                for change in changes_of(session, before.edition, step):
                    yield f"{change.kind.value}  {_line_of(change)}"
            notes = laxer_notes(before, wanted.category, difference.laxer)
            shown = difference.preview(session, read, before.edition, None, keeping, notes=notes)
        for change in shown.undone:
            yield f"by hand, so it stays unless --by-hand undo  {_line_of(change)}"
        for row in read.bad_rows:
            yield f"line {row.line} cannot be used: {row.why}"
        for row in read.remarks:
            yield f"line {row.line}: {row.why}"
        for note in (*shown.notes, shown.warning):
            if note:
                yield f"Look: {note}"
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
    would be on the list, (`ImportBusyError`) while another import is under way, or
    (`ImportAsksError`) when it would undo what people wrote by hand and `wanted` does not say so;
    `ImportCancelledError` when somebody stopped it.
    """
    wanted = _as_named(database, wanted)
    with list_lock.held(database, wanted.name, now, wanted.site_id) as lock:
        say = _Sayer(watch, lambda progress: lock.say(progress, now()))
        try:
            sweep(database, now(), lock)
            before = before_of(database, wanted.name, wanted.site_id, wanted.seen_version)
            key_id = list_numbers.key_of_now(database)
            with _read(database, file, wanted, before, now=now(), say=say) as read:
                _refuse_bad_rows(read, wanted)
                return _replace(
                    read, wanted, before, lock, say, key_id=key_id, now=now, publish=publish
                )
        finally:
            with suppress(VestibuleError):  # what is left is taken away by the next import
                sweep(database.regardless(), now(), lock)


def columns_for(session: Session, name: str, site_id: str) -> dict[str, str]:
    """Which column is which field, as it was said for this list before."""
    known = settings.read(session, COLUMNS, dict[str, dict[str, str]]) or {}
    return known.get(_columns_key(name, site_id), {})


def keep_columns(session: Session, name: str, site_id: str, columns: Mapping[str, str]) -> None:
    """Remember it, for the next file of this list; another school's of that name has its own.

    What was said before of other columns stays.
    """
    known = settings.read(session, COLUMNS, dict[str, dict[str, str]]) or {}
    key = _columns_key(name, site_id)
    settings.write(session, COLUMNS, {**known, key: said_of(known.get(key, {}), columns)})


def _columns_key(name: str, site_id: str) -> str:
    return f"{site_id} {name}" if site_id else name


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


def _as_named(database: Database, wanted: ListWanted) -> ListWanted:
    with database.read() as session:
        name = watchlists.name_for(session, wanted.name, wanted.site_id)
    if not name:
        raise ImportRefusedError("A list needs a name that can be seen. Nothing was changed.")
    return replace(wanted, name=name)


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
    database: Database,
    file: BinaryIO,
    wanted: ListWanted,
    before: Before,
    *,
    now: datetime,
    say: _Sayer,
) -> ListFile:
    def on_list(ids: Collection[UUID]) -> Collection[UUID]:
        if before.edition is None:
            return ()
        with database.read() as session:
            return watchlists.entries_by_id(session, before.edition, list(ids)).keys()

    with database.read() as session:
        remembered = columns_for(session, wanted.name, wanted.site_id)
    return read_list_file(
        file,
        now.date(),
        wanted.columns,
        lambda done, total: say(Phase.READING, done, total),
        SamePeople(before.written, on_list),
        remembered=remembered,
        category=wanted.category,
    )


def _refuse_bad_rows(read: ListFile, wanted: ListWanted) -> None:
    if read.bad_rows and not wanted.skip_bad:
        first = read.bad_rows[0]
        raise ImportRefusedError(
            f"{read.bad_rows.total} of {read.in_file} rows cannot be used; the first is line "
            f"{first.line}: {first.why}. Nothing was changed. Mend them, or leave them out; the "
            "preview and vestibule-hub lists diff name each."
        )


def _max_age(wanted: ListWanted, known: Watchlist | None) -> int | None:
    if wanted.max_age_days is None:
        return None if known is None else known.max_age_days
    return wanted.max_age_days or None


def _line_of(change: EntryChange) -> str:
    born = f"  {change.birth_date}" if change.birth_date else ""
    return f"{change.name}{born}  ({change.what})"


def _replace(
    read: ListFile,
    wanted: ListWanted,
    before: Before,
    lock: Lock,
    say: _Sayer,
    *,
    key_id: str,
    now: Callable[[], datetime],
    publish: Publish,
) -> Imported:
    database, known = lock.database, before.known
    began = now()
    coming = None
    if known is not None and before.edition is not None:
        coming = Coming(known.list_id, known.version + 1, before.edition, began, wanted.by)
    keeping = keeping_of(before, read, wanted.by_hand)
    difference, hashed = _store(read, before, keeping, lock, say, coming=coming, today=began.date())
    if not read.spool.count:
        raise ImportRefusedError("No row of the file can be used. Nothing was changed.")
    ask_of_hands(keeping, wanted.by_hand)
    with database.read() as session:
        notes = laxer_notes(before, wanted.category, difference.laxer)
        shown = difference.preview(
            session, read, before.edition, before.version, keeping, notes=notes
        )
    at = now()
    imported = Watchlist(
        list_id=known.list_id if known else new_id(at),
        name=wanted.name,
        category=wanted.category,
        version=(before.version or 0) + 1,
        imported_at=at,
        entry_count=difference.people,
        max_age_days=_max_age(wanted, known),
        content_hash=hashed,
        site_id=wanted.site_id,
    )
    with database.begin() as session:
        lock.check(session)
        list_numbers.check(session, lock.edition, key_id)
        check_in_force(session, wanted.name, wanted.site_id, before)
        watchlists.put_in_force(session, imported, lock.edition)
        custody.forget_list(session, imported.list_id, lock.edition)
        list_asking.forget_gone(session, imported.list_id, lock.edition)
        remember_kept(session, imported.list_id, keeping)
        if coming is not None:
            list_history.remember_removed(session, coming, lock.edition)
        if wanted.columns is not None:
            keep_columns(session, wanted.name, wanted.site_id, wanted.columns)
        if list_asking.needs_two(session):
            _tell(session, imported, difference, before, at)
        publish(session, imported)
        list_lock.release(session, lock)
    return Imported(imported, shown, None if known is None else known.category)


def _tell(
    session: Session, imported: Watchlist, difference: Difference, before: Before, at: datetime
) -> None:
    """Tell of what takes two people when it is done by hand."""
    if difference.removed:
        notices.tell_of_removed(session, imported, difference.removed, at)
    became = before.known is not None and is_laxer(before.known.category, imported.category)
    if difference.laxer or became:
        notices.tell_of_laxer(session, imported, difference.laxer, at, is_registry_now=became)


def _store(
    read: ListFile,
    before: Before,
    keeping: Keeping,
    lock: Lock,
    say: _Sayer,
    *,
    coming: Coming | None,
    today: date,
) -> tuple[Difference, str]:
    """Store everybody in the order of their ids; returns `watchlists.content_hash` with it."""
    difference, hashed, database = Difference(), sha256(), lock.database
    for at, batch in enumerate(read.batches()):
        with database.read() as session:
            step = compared(session, before, at, batch, keeping, today=today)
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
