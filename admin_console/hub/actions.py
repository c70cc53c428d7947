"""What staff do at the console. Each is one transaction: event, tables, and news for kiosks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from admin_console.hub import site as hub_site
from admin_console.hub.context import Context
from db import changes, list_file, outbox, visits, watchlists
from db.domain.desk import ImportPreview, StaffMember
from db.domain.errors import ImportRefusedError
from db.domain.events import VisitCheckedOut, WatchlistImported
from db.domain.visit import CheckOutWay, Visit
from db.domain.watchlist import Category, Watchlist
from db.engine import Database
from db.ids import new_id


class NotOnSiteError(Exception):
    """The visit is not one that can be signed out."""


@dataclass(frozen=True, slots=True)
class ListWanted:
    """How a list is to be imported. `max_age_days` None keeps no limit."""

    name: str
    category: Category
    max_age_days: int | None = None
    skip_bad: bool = False


def check_out(context: Context, visit_id: UUID, member: StaffMember) -> Visit:
    """Sign somebody out whom staff saw leave. Raises LookupError or `NotOnSiteError`."""
    site = context.site()
    with context.database.begin() as session:
        visit = visits.locked(session, visit_id)
        now = context.now()  # once nobody else is at it: later moments come later
        if visit is None:
            raise LookupError(visit_id)
        if not visit.is_on_site():
            raise NotOnSiteError("This visitor is not on site any more.")
        outbox.add(
            session,
            hub_site.hub_device(site),
            VisitCheckedOut(visit_id, CheckOutWay.STAFF),
            now,
            actor=f"staff:{member.staff_id}",
            visit_id=visit_id,
        )
        said = {"visit_id": visit_id, "at": now, "by": member.display_name}
        changes.add(session, "check_out", said)
        signed_out = visits.get(session, visit_id)
    context.wake.notify()
    return signed_out or visit


def preview_list(
    database: Database, content: bytes, wanted: ListWanted, now: datetime
) -> ImportPreview:
    """What an import would change. Raises `ImportRefusedError` for a file that cannot be read."""
    file = list_file.read_list_file(content, now.date())
    with database.read() as session:
        known = watchlists.named(session, wanted.name)
        in_force = [] if known is None else watchlists.entries_of(session, known.list_id)
    return list_file.preview(file, in_force, None if known is None else known.version)


def import_list(
    database: Database, content: bytes, wanted: ListWanted, actor: str, now: datetime
) -> Watchlist:
    """Put a file in force as the next version of the list of that name: all of it, or nothing.

    Raises `ImportRefusedError` when it has bad rows and those are not to be left out.
    """
    file = list_file.read_list_file(content, now.date())
    if file.bad_rows and not wanted.skip_bad:
        first = file.bad_rows[0]
        raise ImportRefusedError(
            f"{len(file.bad_rows)} of {file.in_file} rows cannot be used; the first is line "
            f"{first.line}: {first.why}. Nothing was changed. Mend them, or leave them out."
        )
    if not file.entries:
        raise ImportRefusedError("No row of the file can be used. Nothing was changed.")
    with database.begin() as session:
        site = hub_site.of(session)
        if site is None:
            raise ImportRefusedError("This hub is not set up yet: start it once first.")
        known = watchlists.named(session, wanted.name)
        imported = Watchlist(
            list_id=known.list_id if known else new_id(now),
            name=wanted.name,
            category=wanted.category,
            version=known.version + 1 if known else 1,
            imported_at=now,
            entry_count=len(file.entries),
            max_age_days=wanted.max_age_days,
        )
        watchlists.replace(session, imported, file.entries)
        imported = watchlists.get(session, imported.list_id) or imported
        event = WatchlistImported(
            list_id=imported.list_id,
            name=imported.name,
            version=imported.version,
            entry_count=imported.entry_count,
            content_hash=imported.content_hash,
        )
        outbox.add(session, hub_site.hub_device(site), event, now, actor=actor)
        changes.add(session, "watchlist", imported)
    return imported
