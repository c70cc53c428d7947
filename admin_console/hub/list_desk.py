"""Lists as administrators change them: the log and the kiosks learn of it in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import BinaryIO
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from admin_console.hub import aftermath, entry_photos
from admin_console.hub import site as hub_site
from admin_console.hub.answers import expect_same, refuse
from admin_console.hub.context import Asker, Context
from db import (
    audit,
    changes,
    clearances,
    list_asking,
    list_editing,
    list_import,
    list_told,
    notices,
    outbox,
    settings,
    sites,
    watchlists,
)
from db.domain.audit import About, Deed
from db.domain.entry_history import EntryChangeKind, EntryDraft, EntryFile
from db.domain.errors import ConfigError, EntryRefusedError, ImportRefusedError, PhotoError
from db.domain.events import DomainEvent, WatchlistEntryEdited, WatchlistImported
from db.domain.watchlist import Category, Watchlist, WatchlistEntry
from db.engine import Database
from db.entry_drafts import draft_of
from db.list_editing import Edited, Editor
from db.list_import import Imported, ListWanted, Watch


def import_list(
    database: Database,
    file: BinaryIO,
    wanted: ListWanted,
    actor: str,
    now: Callable[[], datetime],
    *,
    watch: Watch = list_import.to_nobody,
    by: audit.By = audit.TERMINAL,
) -> Imported:
    """Put a file in force as the next version of the list of that name: all of it, or nothing.

    Raises what `db.list_import.import_list` raises.
    """

    def publish(session: Session, imported: Watchlist) -> None:
        _log(session, _imported(imported), actor, imported.imported_at, imported.site_id)
        _note_list(session, by, Deed.LIST_IMPORTED, imported)
        changes.add(session, "watchlist", imported, site_id=imported.site_id)

    return list_import.import_list(database, file, wanted, now=now, publish=publish, watch=watch)


@dataclass(frozen=True, slots=True)
class ListStart:
    """A list that is to be kept by hand."""

    name: str
    category: Category
    max_age_days: int | None = None
    site_id: str = ""
    """Whose list it is; the hub says so itself, whatever was asked."""


@dataclass(frozen=True, slots=True)
class ListSettings:
    """How lists may be changed by hand."""

    two_to_remove: bool


def begin_list(
    database: Database,
    wanted: ListStart,
    actor: str,
    now: datetime,
    *,
    by: audit.By = audit.TERMINAL,
) -> Watchlist:
    """Begin a list without people. Raises `EntryRefusedError` when the name is taken."""
    with database.begin() as session:
        begun = list_editing.add_list(
            session,
            wanted.name,
            wanted.category,
            wanted.max_age_days,
            now,
            site_id=wanted.site_id,
        )
        _log(session, _imported(begun), actor, now, begun.site_id)
        _note_list(session, by, Deed.LIST_BEGUN, begun)
        changes.add(session, "watchlist", begun, site_id=begun.site_id)
    return begun


def owner(context: Context) -> str:
    """Whose lists who asks makes: the one site's that they see, or the district's.

    Raises 422 in words where that cannot be told.
    """
    limits = context.database.sites
    if limits is None:
        with context.database.read() as session:
            return sites.only(session)
    if len(limits) != 1:
        raise refuse(422, "A list is one school's: choose the school first. Nothing was changed.")
    return next(iter(limits))


def share(session: Session, name: str, site_id: str, now: datetime) -> Watchlist:
    """Make a site's list the district's, in a new version that every kiosk learns.

    Whom its staff cleared at the console is cleared at every site from then on.

    Raises `ConfigError` in words when there is no such list, or the district has that name.
    """
    known = watchlists.named(session, name, site_id)
    if known is None:
        raise ConfigError(f'That site has no list called "{name}". Nothing was changed.')
    if watchlists.named(session, name) is not None:
        raise ConfigError(f'The district has a list called "{name}" already. Nothing was changed.')
    edition = watchlists.edition_of(session, known.list_id)
    if edition is None:
        raise LookupError(known.list_id)
    wanted = replace(known, site_id="", version=known.version + 1)
    shared = watchlists.put_in_force(session, wanted, edition)
    columns = list_import.columns_for(session, known.name, site_id)
    if columns:
        list_import.keep_columns(session, known.name, "", columns)
    _log(session, _imported(shared), "hub", now, "")
    audit.note(
        session, audit.TERMINAL, Deed.LIST_SHARED, now, about=About.LIST, about_id=shared.list_id
    )
    changes.add(session, "watchlist", shared)
    for clearance in clearances.not_expired(session, now):
        if clearance.list_id == shared.list_id and clearance.ended_at is None:
            aftermath.tell_of_clearance(session, clearance)
    return shared


def add_list(context: Context, wanted: ListStart, asker: Asker) -> Watchlist:
    """The same at the console."""
    owned = replace(wanted, site_id=owner(context))
    begun = begin_list(context.database, owned, asker.actor, context.now(), by=asker.by)
    context.wake.notify()
    return begun


def add_entry(context: Context, list_id: UUID, draft: EntryDraft, asker: Asker) -> EntryFile:
    """Put somebody on a list. Raises LookupError or `EntryRefusedError`."""
    zone = context.zone()
    with context.database.begin() as session:
        editor = Editor(asker.staff_id, asker.display_name, context.now())
        _check_photo(context, draft, None)
        edited = list_editing.add(session, list_id, draft, editor)
        found = _published(session, edited, editor, zone)
        audit.note_entry(
            session,
            asker.by,
            Deed.ENTRY_ADDED,
            editor.at,
            list_id=list_id,
            entry_id=edited.entry.entry_id,
        )
    context.wake.notify()
    return found


def change_entry(
    context: Context,
    list_id: UUID,
    entry_id: UUID,
    over: Callable[[EntryDraft], EntryDraft],
    *,
    version: int,
    asker: Asker,
    if_match: str | None = None,
) -> EntryFile:
    """Change what an entry says, or ask for it where that takes a second person.

    `over` makes the wanted draft of what the entry says. Raises LookupError or `EntryRefusedError`;
    412 when `if_match` is not the tag of the entry's file any more.
    """
    zone = context.zone()
    with context.database.begin() as session:
        editor = Editor(asker.staff_id, asker.display_name, context.now())
        if if_match is not None:
            list_editing.locked(session, list_id, editor.at)
            seen = list_editing.file_of(session, list_id, entry_id, zone, editor.at)
            expect_same(if_match, seen)
        before = watchlists.entry(session, list_id, entry_id)
        if before is None:
            raise LookupError(entry_id)
        draft = over(draft_of(before))
        _check_photo(context, draft, before)
        edited = list_editing.change(
            session, list_id, entry_id, draft, version=version, editor=editor
        )
        deed = Deed.CHANGE_ASKED if edited is None else Deed.ENTRY_CHANGED
        audit.note_entry(session, asker.by, deed, editor.at, list_id=list_id, entry_id=entry_id)
        if edited is None:
            return _asked(
                session, list_id, entry_id, editor, zone=zone, what=EntryChangeKind.CHANGE_ASKED
            )
        found = _published(session, edited, editor, zone)
    context.wake.notify()
    return found


def remove_entry(
    context: Context,
    list_id: UUID,
    entry_id: UUID,
    reason: str,
    *,
    version: int,
    asker: Asker,
) -> EntryFile:
    """Ask for a removal, or confirm it. Raises LookupError or `EntryRefusedError`."""
    zone = context.zone()
    with context.database.begin() as session:
        editor = Editor(asker.staff_id, asker.display_name, context.now())
        check = partial(_check_asked, context)
        edited = list_editing.remove(
            session, list_id, entry_id, reason, version=version, editor=editor, check=check
        )
        deed = Deed.REMOVAL_ASKED
        if edited is not None:
            is_gone = edited.what is EntryChangeKind.REMOVED
            deed = Deed.ENTRY_REMOVED if is_gone else Deed.ENTRY_CHANGED
        audit.note_entry(session, asker.by, deed, editor.at, list_id=list_id, entry_id=entry_id)
        if edited is None:
            return _asked(
                session, list_id, entry_id, editor, zone=zone, what=EntryChangeKind.REMOVAL_ASKED
            )
        found = _published(session, edited, editor, zone)
    context.wake.notify()
    return found


def keep_entry(context: Context, list_id: UUID, entry_id: UUID, asker: Asker) -> EntryFile:
    """Take the wish to remove an entry back. Raises LookupError or `EntryRefusedError`."""
    zone = context.zone()
    with context.database.begin() as session:
        editor = Editor(asker.staff_id, asker.display_name, context.now())
        list_editing.keep(session, list_id, entry_id, editor)
        audit.note_entry(
            session,
            asker.by,
            Deed.REMOVAL_TAKEN_BACK,
            editor.at,
            list_id=list_id,
            entry_id=entry_id,
        )
        return _asked(
            session, list_id, entry_id, editor, zone=zone, what=EntryChangeKind.REMOVAL_TAKEN_BACK
        )


def set_two_to_remove(
    database: Database,
    by: audit.By,
    now: datetime,
    *,
    is_on: bool,
    if_match: str | None = None,
) -> None:
    """Say whether removing an entry takes a second person.

    412 when `if_match` is not the tag of what was settled before any more.
    """
    with database.begin() as session:
        was_on = list_asking.needs_two(session, is_locked=True)
        expect_same(if_match, ListSettings(was_on))
        settings.write(session, list_asking.TWO_TO_REMOVE, is_on)
        said = "two people remove an entry" if is_on else "one person removes an entry"
        audit.note(session, by, Deed.LIST_RULES_CHANGED, now, detail=said)
        if was_on and not is_on:
            notices.tell_of_one_to_remove(session, now)


def note_view(
    context: Context, asker: Asker, deed: Deed, list_id: UUID, entry_id: UUID | None = None
) -> None:
    """Note that somebody looked at a list, or at one of its entries."""
    now = context.now()
    with context.database.begin() as session:
        if entry_id is not None:
            audit.note_entry(session, asker.by, deed, now, list_id=list_id, entry_id=entry_id)
        else:
            audit.note(session, asker.by, deed, now, about=About.LIST, about_id=list_id)


def _note_list(session: Session, by: audit.By, deed: Deed, known: Watchlist) -> None:
    audit.note(
        session,
        by,
        deed,
        known.imported_at,
        about=About.LIST,
        about_id=known.list_id,
        site_id=known.site_id,
    )


def _check_photo(context: Context, draft: EntryDraft, before: WatchlistEntry | None) -> None:
    """Raises `EntryRefusedError` for a new photo that this hub does not have."""
    if not _is_photo_here(context, draft, before):
        raise EntryRefusedError("The hub does not have that photo. Choose it again.")


def _check_asked(context: Context, draft: EntryDraft, before: WatchlistEntry) -> None:
    """The same for a change that waited for a second person: what it asks may be from long ago."""
    if not _is_photo_here(context, draft, before):
        raise EntryRefusedError(
            "The hub has the photo of this change no more, so it was not made. Take the change "
            "back, choose the photo again and ask for it anew."
        )


def _is_photo_here(context: Context, draft: EntryDraft, before: WatchlistEntry | None) -> bool:
    if not draft.photo or (before is not None and before.photo == draft.photo):
        return True
    try:
        return entry_photos.is_kept(context.photos, draft.photo)
    except PhotoError:
        return False


def _published(session: Session, edited: Edited, editor: Editor, zone: ZoneInfo) -> EntryFile:
    """Tell the log and the kiosks, who need only the one entry that changed."""
    watchlist, entry = edited.watchlist, edited.entry
    event = WatchlistEntryEdited(
        list_id=watchlist.list_id,
        list_version=watchlist.version,
        entry_id=entry.entry_id,
        entry_version=entry.version,
        what=edited.what,
        content_hash=watchlist.content_hash,
    )
    _log(session, event, f"staff:{editor.staff_id}", editor.at, watchlist.site_id)
    list_told.tell(session, watchlist, edited.delta)
    return list_editing.file_of(session, watchlist.list_id, entry.entry_id, zone, editor.at)


def _asked(
    session: Session,
    list_id: UUID,
    entry_id: UUID,
    editor: Editor,
    *,
    zone: ZoneInfo,
    what: EntryChangeKind,
) -> EntryFile:
    """Nothing in the list changed: the log alone learns of it."""
    found = list_editing.file_of(session, list_id, entry_id, zone, editor.at)
    known = watchlists.get(session, list_id)
    event = WatchlistEntryEdited(
        list_id=list_id,
        list_version=found.list_version,
        entry_id=entry_id,
        entry_version=0 if found.entry is None else found.entry.version,
        what=what,
        content_hash="" if known is None else known.content_hash,
    )
    site_id = "" if known is None else known.site_id
    _log(session, event, f"staff:{editor.staff_id}", editor.at, site_id)
    return found


def _imported(imported: Watchlist) -> WatchlistImported:
    return WatchlistImported(
        list_id=imported.list_id,
        name=imported.name,
        version=imported.version,
        entry_count=imported.entry_count,
        content_hash=imported.content_hash,
    )


def _log(session: Session, event: DomainEvent, actor: str, now: datetime, site_id: str) -> None:
    """What happened to the district's lists is said at its first site."""
    site = hub_site.of(session, site_id)
    if site is None:
        raise ImportRefusedError("This hub is not set up yet: start it once first.")
    outbox.add(session, hub_site.hub_device(session, site), event, now, actor=actor)
