"""What one person asked to be done to an entry, until another confirms it, and what has to wait.

Removing an entry takes two people. So does changing it so that somebody passes whom it held: by
its end, by a name that goes or changes, by another birth date; or so that its custody order says
less.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from db import codec, districts, settings
from db.domain.entry_history import EntryChangeKind, EntryDraft, FieldChange, RemovalAsked
from db.domain.partial_date import PartialDate
from db.domain.people import PersonName
from db.domain.watchlist import WatchlistEntry
from db.list_merge import same_birth
from db.list_models import EntryHistoryRow, EntryRemovalRow
from db.models import WatchlistEntryRow
from db.screening.names import fold

TWO_TO_REMOVE = "lists.two_to_remove"
"""The setting whether removing an entry takes two people; it does unless it was turned off."""
_ASKED = (EntryChangeKind.REMOVAL_ASKED.value, EntryChangeKind.CHANGE_ASKED.value)


def needs_two(session: Session, *, is_locked: bool = False) -> bool:
    """Whether removing an entry takes a second person; `is_locked` keeps it so meanwhile."""
    look = settings.locked if is_locked else settings.read
    return look(session, TWO_TO_REMOVE, bool) is not False


def hides(
    before: WatchlistEntry, after: WatchlistEntry, today: date, *, is_import: bool = False
) -> bool:
    """Whether somebody may pass with the changed entry whom it held before.

    By hand any other birth date counts. A registry's file completes thousands of them: in an import
    one counts that contradicts the date before, takes a part of it away, or is the first.

    A name goes with any part of it that is changed, taken out or added, so long as it does not stay
    as another name: a middle name that is added tells whoever has another one apart.
    """
    if before.valid_until is not None and before.valid_until < today:
        return False  # it holds nobody any more
    return (
        (before.born != after.born and not (is_import and _completes(before.born, after.born)))
        or not _names(before) <= _names(after)
        or (after.valid_until or date.max) < (before.valid_until or date.max)
        or (after.valid_from or date.min) > max(before.valid_from or date.min, today)
    )


def asked_of(session: Session, list_id: UUID, entry: WatchlistEntry) -> EntryRemovalRow | None:
    """What was asked of the entry as it is now: a wish of before it changed is void."""
    row = districts.get(session, EntryRemovalRow, list_id, entry.entry_id)
    if row is None:
        return None
    event = _event_of(session, list_id, entry.entry_id)
    return row if event is not None and event.entry_version == entry.version else None


def photos(session: Session) -> set[str]:
    """Those of all changes that wait for a second person, by hash."""
    drafts = session.scalars(select(EntryRemovalRow.draft).where(EntryRemovalRow.draft != ""))
    return {codec.from_json(draft, EntryDraft).photo for draft in drafts} - {""}


def told_of(session: Session, list_id: UUID, entry: WatchlistEntry) -> RemovalAsked | None:
    """The same for whoever is to confirm it."""
    row, event = asked_of(session, list_id, entry), _event_of(session, list_id, entry.entry_id)
    if row is None or event is None:
        return None
    changes = codec.from_json(event.fields, tuple[FieldChange, ...])
    return RemovalAsked(row.asked_by_name, row.asked_by, row.asked_at, row.reason, changes)


def forget(session: Session, list_id: UUID, entry_id: UUID) -> bool:
    """Whether there was something asked of it."""
    forgotten = session.execute(
        delete(EntryRemovalRow)
        .where(EntryRemovalRow.list_id == list_id, EntryRemovalRow.entry_id == entry_id)
        .returning(EntryRemovalRow.entry_id)
    ).first()
    return forgotten is not None


def forget_gone(session: Session, list_id: UUID, edition: int) -> None:
    """Drop what is asked of a list's entries that are not in this edition of it."""
    is_there = exists().where(  # of each alone: a list has a million entries
        WatchlistEntryRow.edition == edition, WatchlistEntryRow.entry_id == EntryRemovalRow.entry_id
    )
    session.execute(
        delete(EntryRemovalRow).where(EntryRemovalRow.list_id == list_id, ~is_there),
        execution_options={"synchronize_session": False},
    )


def _event_of(session: Session, list_id: UUID, entry_id: UUID) -> EntryHistoryRow | None:
    return session.scalar(
        select(EntryHistoryRow)
        .where(
            EntryHistoryRow.list_id == list_id,
            EntryHistoryRow.entry_id == entry_id,
            EntryHistoryRow.what.in_(_ASKED),
        )
        .order_by(EntryHistoryRow.changed_at.desc(), EntryHistoryRow.change_id.desc())
        .limit(1)
    )


def _completes(before: PartialDate | None, after: PartialDate | None) -> bool:
    return before is not None and same_birth(before, after) == after


def _names(entry: WatchlistEntry) -> set[PersonName]:
    return {
        PersonName(fold(name.given), fold(name.family), fold(name.middle), fold(name.suffix))
        for name in (entry.name, *entry.aliases)
    }
