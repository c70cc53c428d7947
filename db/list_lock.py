"""One import of a list at a time, for all programs that share a database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Event, Thread
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db import districts, scopes, watchlists
from db.domain.errors import (
    ImportBusyError,
    ImportCancelledError,
    ImportRefusedError,
    VestibuleError,
)
from db.engine import Database
from db.ids import new_id
from db.list_models import ListImportRow

STALE_AFTER = timedelta(seconds=30)
"""An import that has not said for so long that it goes on was killed."""
_RENEWED_EVERY_SECONDS = 10.0
ONLY = 1
"""The place of the one import; previews have others (`db.list_previews`)."""


class Phase(StrEnum):
    """What an import is doing."""

    READING = "reading"
    COMPARING = "comparing"
    STORING = "storing"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has come: bytes or lines of the file read, or people compared or stored."""

    phase: Phase
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class UnderWay:
    """The import that goes on at this moment."""

    import_id: UUID
    list_name: str
    edition: int
    started_at: datetime
    progress: Progress
    site_id: str = ""


@dataclass(frozen=True, slots=True)
class Lock:
    """Held by the one import that is under way; its entries go into `edition`."""

    database: Database
    import_id: UUID
    edition: int

    def say(self, progress: Progress, now: datetime) -> None:
        """Say that the import goes on. Raises when it was cancelled, or lost its place."""
        with self.database.begin() as session:
            self.check(session)
            session.execute(
                update(ListImportRow)
                .where(ListImportRow.import_id == self.import_id)
                .values(
                    renewed_at=now,
                    phase=progress.phase.value,
                    done=progress.done,
                    total=progress.total,
                )
            )

    def check(self, session: Session) -> None:
        """Raises `ImportCancelledError`, or `ImportRefusedError` when another took the place."""
        row = districts.get(session, ListImportRow, ONLY, with_for_update=True)
        if row is None or row.import_id != self.import_id:
            raise ImportRefusedError(
                "This import stood still for too long, and another one began. Nothing was changed. "
                "Try again when that is done."
            )
        if row.is_cancelled:
            raise ImportCancelledError("The import was stopped. Nothing was changed.")


@contextmanager
def held(
    database: Database, list_name: str, now: Callable[[], datetime], site_id: str = ""
) -> Iterator[Lock]:
    """Hold the place of the one import. Raises `ImportBusyError` when another one has it."""
    at, ended = now(), Event()
    import_id = new_id(at)
    renewing = Thread(
        target=_renew, args=(database, import_id, now, ended), name="import-place", daemon=True
    )
    try:  # Ctrl-C may come at any moment: the place is given back even if it was just taken
        with database.begin() as session:
            lock = Lock(database, import_id, watchlists.new_edition(session))
            if not _take(session, lock, list_name, site_id, at):
                other = districts.get(session, ListImportRow, ONLY)
                is_seen = other is not None and scopes.sees(session, other.site_id)
                raise ImportBusyError(
                    _busy(other.list_name if other is not None and is_seen else None)
                )
        renewing.start()
        yield lock
    finally:
        ended.set()
        if renewing.ident is not None:
            renewing.join()
        with database.regardless().begin() as session:
            session.execute(delete(ListImportRow).where(ListImportRow.import_id == import_id))


def _renew(database: Database, import_id: UUID, now: Callable[[], datetime], ended: Event) -> None:
    """Say again and again that the import goes on, also where it has no progress to tell of.

    Whether it still may is seen by what it writes itself.
    """
    database = database.regardless()
    while not ended.wait(_RENEWED_EVERY_SECONDS):
        with suppress(VestibuleError), database.begin() as session:
            session.execute(
                update(ListImportRow)
                .where(ListImportRow.import_id == import_id)
                .values(renewed_at=now())
            )


def _busy(name: str | None) -> str:
    what = f'The list "{name}"' if name else "Another list"
    return (
        f"{what} is being imported at this moment. Nothing was changed. Try again when that is "
        "done; after an import that was killed, in half a minute."
    )


def _take(session: Session, lock: Lock, list_name: str, site_id: str, now: datetime) -> bool:
    values = {
        "import_id": lock.import_id,
        "list_name": list_name,
        "edition": lock.edition,
        "started_at": now,
        "renewed_at": now,
        "phase": Phase.READING.value,
        "done": 0,
        "total": 0,
        "is_cancelled": False,
        "site_id": site_id,
    }
    is_postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if is_postgres else sqlite.insert)(ListImportRow)
    taken = session.execute(
        insert.values(lock_id=ONLY, **values)
        .on_conflict_do_update(
            index_elements=[ListImportRow.district_id, ListImportRow.lock_id],
            set_=values,
            where=ListImportRow.renewed_at < now - STALE_AFTER,
        )
        .returning(ListImportRow.import_id)
    ).first()
    return taken is not None


def under_way(session: Session, now: datetime) -> UnderWay | None:
    """The import that goes on at this moment, None when there is none or it was killed."""
    row = districts.get(session, ListImportRow, ONLY)
    if row is None or now - row.renewed_at >= STALE_AFTER:
        return None
    progress = Progress(Phase(row.phase), row.done, row.total)
    return UnderWay(
        row.import_id, row.list_name, row.edition, row.started_at, progress, row.site_id
    )


def shown(session: Session, now: datetime) -> UnderWay | None:
    """The same, if it is of a list that this session's sites may change."""
    found = under_way(session, now)
    return found if found is not None and scopes.sees(session, found.site_id) else None


def cancel(session: Session) -> bool:
    """Ask the import that is under way to stop. False when there is none, or another site's."""
    row = districts.get(session, ListImportRow, ONLY, with_for_update=True)
    if row is None or not scopes.sees(session, row.site_id):
        return False
    row.is_cancelled = True
    return True


def release(session: Session, lock: Lock) -> None:
    """Give the place back in the transaction that puts the list in force."""
    session.execute(delete(ListImportRow).where(ListImportRow.import_id == lock.import_id))
