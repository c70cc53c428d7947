"""Lists as they are stored: read whole for the index, replaced whole in one transaction."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, insert, select
from sqlalchemy.orm import Session

from db import codec
from db.domain.people import PersonName, Sex
from db.domain.watchlist import Category, Watchlist, WatchlistEntry
from db.models import WatchlistEntryRow, WatchlistRow

_BATCH = 5_000


def content_hash(entries: Iterable[WatchlistEntry]) -> str:
    """SHA-256 in hex over the entries in their order: the same list has the same hash anywhere."""
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(codec.to_json(entry))
        digest.update(b"\n")
    return digest.hexdigest()


def replace(session: Session, watchlist: Watchlist, entries: Sequence[WatchlistEntry]) -> None:
    """Put this version of a list in force, all of it or (when the caller rolls back) nothing.

    A list of the same name under another id was the same list of another hub: it goes.
    """
    for other in _ids(session, WatchlistRow.name == watchlist.name):
        if other != watchlist.list_id:
            remove(session, other)
    session.execute(delete(WatchlistEntryRow).where(WatchlistEntryRow.list_id == watchlist.list_id))
    row = session.get(WatchlistRow, watchlist.list_id)
    if row is None:
        row = WatchlistRow(list_id=watchlist.list_id)
        session.add(row)
    row.name, row.category, row.version = watchlist.name, watchlist.category, watchlist.version
    row.imported_at, row.entry_count = watchlist.imported_at, len(entries)
    row.max_age_days, row.content_hash = watchlist.max_age_days, content_hash(entries)
    session.flush()
    for start in range(0, len(entries), _BATCH):
        batch = entries[start : start + _BATCH]
        session.execute(insert(WatchlistEntryRow), [_columns(watchlist.list_id, e) for e in batch])


def remove(session: Session, list_id: UUID) -> None:
    session.execute(delete(WatchlistEntryRow).where(WatchlistEntryRow.list_id == list_id))
    session.execute(delete(WatchlistRow).where(WatchlistRow.list_id == list_id))


def keep_only(session: Session, list_ids: Collection[UUID]) -> None:
    """Remove every list but these."""
    for list_id in _ids(session):
        if list_id not in list_ids:
            remove(session, list_id)


def all_lists(session: Session) -> list[Watchlist]:
    return [_value(r) for r in session.scalars(select(WatchlistRow).order_by(WatchlistRow.name))]


def named(session: Session, name: str) -> Watchlist | None:
    row = session.scalar(select(WatchlistRow).where(WatchlistRow.name == name))
    return None if row is None else _value(row)


def get(session: Session, list_id: UUID) -> Watchlist | None:
    row = session.get(WatchlistRow, list_id)
    return None if row is None else _value(row)


def entries_of(session: Session, list_id: UUID) -> list[WatchlistEntry]:
    """The entries of the version in force, in a fixed order."""
    rows = session.execute(
        select(WatchlistEntryRow.__table__)
        .where(WatchlistEntryRow.list_id == list_id)
        .order_by(WatchlistEntryRow.entry_id)
    )
    return [_entry(r) for r in rows]


def entry(session: Session, list_id: UUID, entry_id: UUID) -> WatchlistEntry | None:
    """One entry of the version in force."""
    row = session.execute(
        select(WatchlistEntryRow.__table__).where(
            WatchlistEntryRow.list_id == list_id, WatchlistEntryRow.entry_id == entry_id
        )
    ).first()
    return None if row is None else _entry(row)


def _entry(r: Row[Any]) -> WatchlistEntry:
    return WatchlistEntry(
        entry_id=r.entry_id,
        name=PersonName(r.given_name, r.family_name, r.middle_name, r.suffix),
        birth_date=r.birth_date,
        birth_year=r.birth_year,
        sex=Sex(r.sex),
        aliases=codec.from_json(r.aliases, tuple[PersonName, ...]) if r.aliases else (),
        jurisdiction=r.jurisdiction,
        number_hash=r.number_hash,
        reference=r.reference,
        note=r.note,
    )


def _ids(session: Session, *conditions: ColumnElement[bool]) -> list[UUID]:
    return list(session.scalars(select(WatchlistRow.list_id).where(*conditions)))


def _columns(list_id: UUID, entry: WatchlistEntry) -> dict[str, object]:
    return {
        "list_id": list_id,
        "entry_id": entry.entry_id,
        "given_name": entry.name.given,
        "middle_name": entry.name.middle,
        "family_name": entry.name.family,
        "suffix": entry.name.suffix,
        "birth_date": entry.birth_date,
        "birth_year": entry.birth_year,
        "sex": entry.sex.value,
        "aliases": codec.to_json(entry.aliases).decode() if entry.aliases else None,
        "jurisdiction": entry.jurisdiction,
        "number_hash": entry.number_hash,
        "reference": entry.reference,
        "note": entry.note,
    }


def _value(row: WatchlistRow) -> Watchlist:
    return Watchlist(
        list_id=row.list_id,
        name=row.name,
        category=Category(row.category),
        version=row.version,
        imported_at=row.imported_at,
        entry_count=row.entry_count,
        max_age_days=row.max_age_days,
    )
