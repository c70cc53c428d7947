"""Backups of a hub, and going on from one.

A hub that was restored begins another log and another chain (`site.begin_new_log`), so that no
kiosk takes it for one that writes another past; its kiosks then send again what it lacks, since
each round of sync starts from the hub's own head.
"""

import shutil
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin_console.hub import backup_keys
from admin_console.hub import site as hub_site
from admin_console.hub.backup_keys import FOLDER
from admin_console.hub.commands import set_up
from admin_console.hub.stopping import held_back
from db import (
    at_restore,
    audit,
    backup,
    encryption,
    in_use,
    key_store,
    log,
    move,
    private_files,
    restoring,
)
from db.backup import About
from db.domain.audit import Deed
from db.domain.errors import StorageError
from db.engine import open_database, open_existing
from db.log_models import EventRow
from db.models import VisitRow, WatchlistEntryRow
from db.outbox import KioskError
from db.sealed_stream import name_of


def make(url: str, to: Path | None, now: datetime) -> tuple[Path, About]:
    """Write a backup, to a new file beside the database unless told otherwise."""
    path = _there(url)
    with closing(open_existing(url, of_any_version=True)) as database, database.read() as session:
        move.refuse_moved(session)
    where = to or path.parent / FOLDER
    if to is None or to.is_dir():
        where /= backup.name_at(now)
    key = key_store.newest(path.parent, key_store.BACKUP)
    hub = backup_keys.hub_of(database)
    return where, backup.make(path, path.parent / backup.PHOTOS, where, key, now, hub)


def words_of(path: Path, about: About) -> str:
    return (
        f"{path}\n{_rows(about.rows)}, {about.photos} photos; read again after it was written.\n"
        f"{left_out(about)}"
        "Without its key nobody opens it: vestibule-hub backup --show-key, once, and keep the key "
        "on paper elsewhere."
    )


def left_out(about: About) -> str:
    """A line where there is something that only somebody else can have put there."""
    if not about.left_out:
        return ""
    files = "1 file" if about.left_out == 1 else f"{about.left_out} files"
    return f"Look: {files} among the photos were left out, by their names none of Vestibule's.\n"


def _there(url: str) -> Path:
    path = backup_keys.file_of(url)
    restoring.refuse_halfway(path.parent)
    if not path.is_file():
        raise StorageError(f"There is no database at {path}, and no backup was made.")
    return path


def begin_new_key(url: str, now: datetime) -> str:
    """Have the next backups made with a new key; returns it, in words. The hub may run."""
    folder = _there(url).parent
    with set_up(url) as database, database.begin() as session:
        key = backup_keys.add(folder)
        name = name_of(key)
        audit.note(session, audit.TERMINAL, Deed.BACKUP_KEY_CHANGED, now, detail=name)
    return backup_keys.words_of_new(folder)


def go_on(url: str) -> None:
    """End a restore that was cut off. Raises `StorageError` in words."""
    place = backup_keys.file_of(url)
    if restoring.is_left(place.parent):
        with in_use.hold(place), held_back():
            restoring.go_on(place)


def refuse_moved(url: str) -> None:
    """Raise `StorageError` when the hub was moved from here.

    The one that serves since may have photos, tls and keys here still, and a second hub of the same
    number would tell another story.
    """
    if not backup_keys.file_of(url).is_file():
        return
    try:
        move.refuse_moved_file(url)
    except move.MovedError as error:
        raise StorageError(
            f"{error} If a hub shall go on from the backup and the other one never again, restore "
            "it into another folder, with --database."
        ) from error
    except KioskError:
        raise
    except StorageError:
        return  # its key is not here, or it is damaged: that may be why somebody restores


def restore(url: str, path: Path, key: bytes, now: datetime) -> str:
    """Put what a backup holds in the place of what is there, which is moved aside and kept.

    Before anything is moved the backup was read to its end, its rows were counted and its log was
    verified. Raises `StorageError` in words.
    """
    place = backup_keys.file_of(url)
    with in_use.hold(place):
        refuse_moved(url)
        return _restore(place, path, key, now)


def _restore(place: Path, path: Path, key: bytes, now: datetime) -> str:
    folder, work = place.parent, place.parent / restoring.UNPACKED
    if place.is_file():
        _refuse_in_use(place)
    private_files.make_private_folder(folder)
    shutil.rmtree(work, ignore_errors=True)  # of a restore that did not come to its end
    try:
        about = backup.unpack(path, key, work)
        found, is_in = _prove(work, about, now)
        keys = backup_keys.after_restoring(folder, key)
        key_store.take(work, key_store.BACKUP, keys)
        if place.is_file():
            _refuse_in_use(place)  # by a command that began meanwhile
        with held_back():
            aside = restoring.put_in_place(place, now)
    except OSError as error:
        raise StorageError(
            f"The backup could not be put in place ({error}). Nothing was changed."
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    was = f"What was here before is in {aside}.\n" if aside is not None else ""
    return (
        f"Restored the hub as it was at {about.made_at:%Y-%m-%d %H:%M} UTC: {_rows(about.rows)}.\n"
        f"{found}\n{was}"
        f"The next backups are made with the key named {name_of(keys[0])}.\n"
        "Staff, passwords, lists and pairings are as they were then: look through them.\n"
        f"{is_in}\n"
        "Start the hub then; its kiosks send again what it lacks. A kiosk that was paired since is "
        "paired again, and so are all if the hub's authority, or its key for signing, was changed "
        "since."
    )


def _prove(work: Path, about: About, now: datetime) -> tuple[str, str]:
    """Open what was unpacked, hold it against what the backup says, and begin a new log.

    Returns how its log is, and who is let in by it.
    """
    with closing(open_database(f"sqlite:///{work / backup.DATABASE}")) as database:
        with database.read() as session:
            chains = log.verify_log(session)
            wrong = [v for v in chains if not v.is_good]
            unsigned = [*log.verify_signatures(session), *filter(None, [log.verify_tree(session)])]
            counted = _counted(session)
        if wrong or unsigned or counted != about.rows:
            raise StorageError(
                "What the backup holds is not what a hub wrote: its log is not whole, or rows are "
                "missing. Nothing was changed. Try an older one."
            )
        with database.begin() as session:
            hub_site.begin_new_log(session, now)
            is_in = at_restore.who_is_in(session)
    encryption.refuse_in_use(work / backup.DATABASE)  # so that its log lies in its one file
    how = "Its log is whole." if chains else "Its log has no events that could be checked."
    return how, is_in


def _counted(session: Session) -> dict[str, int]:
    return {
        kind.__tablename__: session.scalar(select(func.count()).select_from(kind)) or 0
        for kind in (EventRow, VisitRow, WatchlistEntryRow)
    }


def _refuse_in_use(place: Path) -> None:
    try:
        encryption.refuse_in_use(place)
    except StorageError as error:
        if str(error) == in_use.IN_USE:
            raise
        # Its key is not here, or it is damaged: that may be why somebody restores.


def _rows(rows: dict[str, int]) -> str:
    names: Sequence[tuple[str, str]] = (
        ("event", "events"), ("visit", "visits"), ("watchlist_entry", "people on lists"),
    )  # fmt: skip
    return ", ".join(f"{rows[name]} {words}" for name, words in names)
