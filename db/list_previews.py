"""Previews under way: how far each has come, and the wish that it stop. They change no list.

Whoever asks for a preview names it by a ticket, and asks and stops by that, at whichever hub of
the database. Each has a place of its own beside that of the one import (`db.list_lock`), told by
its ticket; the place goes with the preview, or an hour after a hub that died with it.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db import districts
from db.domain.desk import ImportProgress
from db.domain.errors import ImportCancelledError, StorageError
from db.engine import Database
from db.list_import import Watch
from db.list_lock import ONLY, Progress
from db.list_models import ListImportRow

STALE_AFTER = timedelta(hours=1)
MOST_WISHES = 100
"""Wishes that are kept although their preview has not begun: its file is still on the way."""
_PLACES = 2**31 - 1 - ONLY


@contextmanager
def watching(
    database: Database, ticket: UUID, list_name: str, now: Callable[[], datetime]
) -> Iterator[Watch]:
    """What a preview is to tell, which raises `ImportCancelledError` once it is to stop."""

    def watch(progress: Progress) -> None:
        with _unless_busy(), database.begin() as session:
            row = districts.get(session, ListImportRow, _place(ticket), with_for_update=True)
            if row is not None and row.is_cancelled:
                raise ImportCancelledError("The file is read no more. Nothing was changed.")
            if row is not None:
                row.phase, row.done, row.total = progress.phase.value, progress.done, progress.total
                row.renewed_at = now()

    with _unless_busy(), database.begin() as session:
        _forget_stale(session, now())
        _put(session, ticket, now(), {"list_name": list_name})
    try:
        yield watch
    finally:
        with _unless_busy(), database.regardless().begin() as session:
            session.execute(delete(ListImportRow).where(ListImportRow.lock_id == _place(ticket)))


def progress(session: Session, ticket: UUID) -> ImportProgress | None:
    """How far it has come; None when there is none, or nothing to tell yet."""
    row = districts.get(session, ListImportRow, _place(ticket))
    if row is None or not row.phase:
        return None
    return ImportProgress(row.list_name, row.started_at, row.phase, row.done, row.total)


def stop(session: Session, ticket: UUID, now: datetime) -> None:
    """Let it stop the next time that it tells of itself."""
    _forget_stale(session, now)
    _put(session, ticket, now, {"is_cancelled": True})
    no_more = session.scalar(
        select(ListImportRow.renewed_at)
        .where(ListImportRow.lock_id != ONLY, ListImportRow.phase == "")
        .order_by(ListImportRow.renewed_at.desc())
        .offset(MOST_WISHES)
        .limit(1)
    )
    if no_more is not None:
        session.execute(
            delete(ListImportRow).where(
                ListImportRow.lock_id != ONLY,
                ListImportRow.phase == "",
                ListImportRow.renewed_at <= no_more,
            )
        )


def _hashed(ticket: UUID) -> UUID:
    """What is kept of a ticket: whoever reads the row cannot stop the preview by it."""
    return UUID(bytes=hashlib.sha256(ticket.bytes).digest()[:16])


def _place(ticket: UUID) -> int:
    return ONLY + 1 + _hashed(ticket).int % _PLACES


def _put(session: Session, ticket: UUID, now: datetime, said: dict[str, Any]) -> None:
    """Take the place; where a wish or the preview was quicker, add what is said."""
    values = {
        "import_id": _hashed(ticket),
        "list_name": "",
        "edition": 0,
        "started_at": now,
        "renewed_at": now,
        "phase": "",
        "is_cancelled": False,
        "site_id": "",
    }
    is_postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if is_postgres else sqlite.insert)(ListImportRow)
    session.execute(
        insert.values(lock_id=_place(ticket), **values | said).on_conflict_do_update(
            index_elements=[ListImportRow.district_id, ListImportRow.lock_id], set_=said
        )
    )


def _forget_stale(session: Session, now: datetime) -> None:
    """Also what a clock that was ahead has written."""
    session.execute(
        delete(ListImportRow).where(
            ListImportRow.lock_id != ONLY,
            or_(
                ListImportRow.renewed_at < now - STALE_AFTER,
                ListImportRow.renewed_at > now + STALE_AFTER,
            ),
        )
    )


@contextmanager
def _unless_busy() -> Iterator[None]:
    """A preview goes on where the database has no time for its progress."""
    with suppress(StorageError):
        yield
