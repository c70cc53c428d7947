"""Lists as they are stored: read whole for the index, put in force whole or not at all.

Entries lie in editions. A list in force names its edition, so that a new one can come in beside it
for minutes, in short transactions, and takes its place at once.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace as changed
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from db import districts, list_bulk
from db.domain.watchlist import Category, EntryDelta, Watchlist, WatchlistEntry
from db.entry_table import ENTRY, TABLE, is_of_edition
from db.list_fields import clean
from db.list_models import ListImportRow
from db.list_rows import entry_of, values_of
from db.models import WatchlistEntryRow, WatchlistRow
from db.scopes import EVERY_SITE

_EVERY = {EVERY_SITE: True}
_AT_ONCE = 5_000
_DELETED_AT_ONCE = 50_000
_IDS_AT_ONCE = 500


def replace(session: Session, watchlist: Watchlist, entries: Sequence[WatchlistEntry]) -> None:
    """Put this version of a list in force, all of it or (when the caller rolls back) nothing."""
    edition = new_edition(session)
    list_bulk.add(session, edition, (values_of(e) for e in sorted(entries, key=_by_id)))
    before = edition_of(session, watchlist.list_id)
    given = changed(watchlist, entry_count=len(entries), content_hash="")
    put_in_force(session, given, edition)
    if before is not None:
        _delete_edition(session, before)


def new_edition(session: Session) -> int:
    """A number that no edition has yet, whether in force or coming in."""
    newest = (
        session.scalar(select(func.max(column)).execution_options(**_EVERY))
        for column in (WatchlistEntryRow.edition, WatchlistRow.edition, ListImportRow.edition)
    )
    return max(n or 0 for n in newest) + 1


def put_in_force(session: Session, watchlist: Watchlist, edition: int) -> Watchlist:
    """Make an edition that is all there the list's version in force; returns it with its hash.

    A hash that `watchlist` has already is taken as it is.

    A list of the same name and site under another id was the same list of another hub: it goes. The
    entries of the edition before stay until `sweep`.
    """
    same = (WatchlistRow.name == watchlist.name, WatchlistRow.site_id == watchlist.site_id)
    for other in _ids(session, *same):
        if other != watchlist.list_id:
            remove(session, other)
    row = districts.get(session, WatchlistRow, watchlist.list_id)
    hashed = watchlist.content_hash or content_hash(session, edition)
    if row is None:
        row = WatchlistRow(list_id=watchlist.list_id)
        session.add(row)
    row.name, row.category, row.version = watchlist.name, watchlist.category, watchlist.version
    row.imported_at, row.entry_count = watchlist.imported_at, watchlist.entry_count
    row.max_age_days, row.edition = watchlist.max_age_days, edition
    row.content_hash, row.site_id = hashed, watchlist.site_id
    session.flush()
    return _value(row)


def content_hash(session: Session, edition: int) -> str:
    """SHA-256 in hex over what the entries say, in the order of their ids.

    The same list has the same hash anywhere, in whatever order its file had it.
    """
    digests = session.scalars(
        select(WatchlistEntryRow.digest)
        .where(WatchlistEntryRow.edition == edition)
        .order_by(WatchlistEntryRow.entry_id)
        .execution_options(yield_per=_AT_ONCE)
    )
    hashed = hashlib.sha256()
    for part in digests.partitions():
        hashed.update(b"".join(part))
    return hashed.hexdigest()


def orphans(session: Session, coming_in: int | None) -> list[int]:
    """Editions that no list names, but for the one that is coming in."""
    found: list[int] = []
    edition = session.scalar(select(func.min(WatchlistEntryRow.edition)))
    in_force = set(session.scalars(select(WatchlistRow.edition).execution_options(**_EVERY)))
    while edition is not None:  # an index' jump each: a plain DISTINCT would read every entry
        if edition not in in_force and edition != coming_in:
            found.append(edition)
        edition = session.scalar(
            select(func.min(WatchlistEntryRow.edition)).where(WatchlistEntryRow.edition > edition)
        )
    return found


def delete_some(session: Session, edition: int) -> bool:
    """Delete some thousand entries of an edition that no list names; whether some are left."""
    beyond = session.scalar(
        select(TABLE.c.entry_id)
        .where(is_of_edition(session, edition))
        .order_by(TABLE.c.entry_id)
        .offset(_DELETED_AT_ONCE)
        .limit(1)
    )
    doomed = delete(WatchlistEntryRow).where(WatchlistEntryRow.edition == edition)
    if beyond is not None:
        doomed = doomed.where(WatchlistEntryRow.entry_id < beyond)
    session.execute(doomed)
    return beyond is not None


def remove(session: Session, list_id: UUID) -> None:
    """Take a list out of force, with its entries."""
    edition = edition_of(session, list_id)
    session.execute(delete(WatchlistRow).where(WatchlistRow.list_id == list_id))
    if edition is not None:
        _delete_edition(session, edition)


def keep_only(session: Session, list_ids: Collection[UUID]) -> None:
    """Remove every list but these."""
    for list_id in _ids(session):
        if list_id not in list_ids:
            remove(session, list_id)


def all_lists(session: Session) -> list[Watchlist]:
    return [_value(r) for r in session.scalars(select(WatchlistRow).order_by(WatchlistRow.name))]


def named(session: Session, name: str, site_id: str = "") -> Watchlist | None:
    """A site's list, or the district's, of that name, in letters of whichever size.

    Of two from before that differ in nothing else it is the one that is written so.
    """
    own = session.scalars(select(WatchlistRow).where(WatchlistRow.site_id == site_id)).all()
    same = [row for row in own if row.name.casefold() == name.casefold()]
    row = next((row for row in same if row.name == name), same[0] if same else None)
    return None if row is None else _value(row)


def name_for(session: Session, wanted: str, site_id: str = "") -> str:
    """What a list is called that somebody wants to call so: without signs that nobody sees.

    One of before that has them keeps them, so that its next file is no second list.
    """
    known = named(session, wanted, site_id) or named(session, clean(wanted), site_id)
    return clean(wanted) if known is None else known.name


def get(session: Session, list_id: UUID) -> Watchlist | None:
    row = districts.get(session, WatchlistRow, list_id)
    return None if row is None else _value(row)


def edition_of(session: Session, list_id: UUID) -> int | None:
    """The edition in force of a list."""
    return session.scalar(select(WatchlistRow.edition).where(WatchlistRow.list_id == list_id))


def entries_of(session: Session, list_id: UUID) -> list[WatchlistEntry]:
    """The entries of the version in force, in the order of their ids."""
    edition = edition_of(session, list_id)
    return [] if edition is None else list(every_entry(session, edition))


def entry(session: Session, list_id: UUID, entry_id: UUID) -> WatchlistEntry | None:
    """One entry of the version in force."""
    edition = edition_of(session, list_id)
    row = session.execute(
        select(*ENTRY).where(is_of_edition(session, edition), TABLE.c.entry_id == entry_id)
    ).first()
    return None if row is None else entry_of(row)


def entries_by_id(
    session: Session, edition: int, ids: Sequence[UUID]
) -> dict[UUID, WatchlistEntry]:
    """Those entries of an edition that it has."""
    found: dict[UUID, WatchlistEntry] = {}
    for start in range(0, len(ids), _IDS_AT_ONCE):
        rows = session.execute(
            select(*ENTRY).where(
                is_of_edition(session, edition),
                TABLE.c.entry_id.in_(ids[start : start + _IDS_AT_ONCE]),
            )
        )
        found.update((row.entry_id, entry_of(row)) for row in rows)
    return found


def page(session: Session, list_id: UUID, after: UUID | None, limit: int) -> list[WatchlistEntry]:
    """At most `limit` entries of the version in force behind that id, in the order of their ids."""
    query = select(*ENTRY).where(is_of_edition(session, edition_of(session, list_id)))
    if after is not None:
        query = query.where(TABLE.c.entry_id > after)
    return [entry_of(row) for row in session.execute(query.order_by(TABLE.c.entry_id).limit(limit))]


def apply_delta(session: Session, watchlist: Watchlist, delta: EntryDelta) -> Watchlist:
    """Make the list in force this version of it; returns it with its hash and count."""
    edition = edition_of(session, watchlist.list_id)
    if edition is None:
        raise LookupError(watchlist.list_id)
    gone = delta.drop if delta.put is None else delta.put.entry_id
    session.execute(
        delete(WatchlistEntryRow).where(
            WatchlistEntryRow.edition == edition, WatchlistEntryRow.entry_id == gone
        )
    )
    if delta.put is not None:
        list_bulk.add(session, edition, [values_of(delta.put)])
    count = session.scalar(
        select(func.count())
        .select_from(WatchlistEntryRow)
        .where(WatchlistEntryRow.edition == edition)
    )
    given = changed(watchlist, entry_count=count or 0, content_hash="")
    return put_in_force(session, given, edition)


def every_entry(session: Session, edition: int) -> Iterator[WatchlistEntry]:
    """The entries of an edition in the order of their ids, a few thousand in memory at a time."""
    rows = session.execute(
        select(*ENTRY)
        .where(is_of_edition(session, edition))
        .order_by(TABLE.c.entry_id)
        .execution_options(yield_per=_AT_ONCE)
    )
    return (entry_of(row) for row in rows)


def _delete_edition(session: Session, edition: int) -> None:
    session.execute(delete(WatchlistEntryRow).where(WatchlistEntryRow.edition == edition))


def _by_id(entry: WatchlistEntry) -> bytes:
    return entry.entry_id.bytes


def _ids(session: Session, *conditions: ColumnElement[bool]) -> list[UUID]:
    return list(session.scalars(select(WatchlistRow.list_id).where(*conditions)))


def _value(row: WatchlistRow) -> Watchlist:
    return Watchlist(
        list_id=row.list_id,
        name=row.name,
        category=Category(row.category),
        version=row.version,
        imported_at=row.imported_at,
        entry_count=row.entry_count,
        max_age_days=row.max_age_days,
        content_hash=row.content_hash,
        site_id=row.site_id,
    )
