"""What an import changed, entry by entry, in the same history as changes by hand.

It is written beside the coming version in the same short transactions as the entries, and counts
once that version is in force. Entries that are only added have none: a first import would tell of
a million people that they were imported. Of removed entries those have it that had one before.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, exists, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from db import codec, list_bulk, wrong_times
from db.domain.entry_history import EntryChangeKind
from db.entry_changes import changes
from db.ids import new_id
from db.list_bulk import Change
from db.list_difference import Step
from db.list_models import EntryHistoryRow
from db.list_rows import entry_in
from db.models import WatchlistEntryRow, WatchlistRow

_Begun = tuple[UUID, UUID, UUID, str, int, int]
"""The first columns of a `Change`: ids, what, and the versions of entry and list."""
NOT_IN_FILE = "Not in the imported file any more"
AT_ONCE = 200
"""Entries in one transaction: nobody at a desk waits for longer than that takes."""
_NOTHING = "[]"


@dataclass(frozen=True, slots=True)
class Coming:
    """The version of a list that is coming in, over which edition, and by whom."""

    list_id: UUID
    version: int
    before: int
    at: datetime
    by: str


def remember(session: Session, coming: Coming, step: Step) -> None:
    """Write what this step changes."""
    if not step.changed:
        return
    changed = [entry_in(values) for _, values in step.changed]
    rows: list[Change] = []
    for entry in changed:
        before = step.before[entry.entry_id]
        fields = codec.to_json(changes(before, entry)).decode()
        what = _change(coming, before.entry_id, EntryChangeKind.IMPORTED, before.version + 1)
        rows.append((*what, coming.by, fields, ""))
    list_bulk.add_changes(session, coming.at, rows)


def remember_removed(session: Session, coming: Coming, edition: int) -> None:
    """Write of the entries with a history that this edition has no more."""
    was = aliased(WatchlistEntryRow)
    stays = exists().where(
        WatchlistEntryRow.edition == edition,
        WatchlistEntryRow.entry_id == EntryHistoryRow.entry_id,
    )
    gone = session.execute(
        select(EntryHistoryRow.entry_id, was.version)
        .join(
            was,
            and_(was.edition == coming.before, was.entry_id == EntryHistoryRow.entry_id),
        )
        .where(EntryHistoryRow.list_id == coming.list_id, ~stays)
        .distinct()
    ).all()
    rows: list[Change] = []
    for entry_id, version in gone:
        what = _change(coming, entry_id, EntryChangeKind.REMOVED, version)
        rows.append((*what, coming.by, _NOTHING, NOT_IN_FILE))
    list_bulk.add_changes(session, coming.at, rows)


def forget_unfinished(session: Session) -> None:
    """Take away what was written of versions that never came into force."""
    for list_id, version in session.execute(select(WatchlistRow.list_id, WatchlistRow.version)):
        session.execute(
            delete(EntryHistoryRow).where(
                EntryHistoryRow.list_id == list_id, EntryHistoryRow.list_version > version
            )
        )


def forget_gone(session: Session, before: datetime) -> int:
    """Blank what is told of entries that are on their list no more since before that moment.

    That there was one, which version, and who changed it when stays: that tells nobody's name.
    Some at a time. Returns how many entries.
    """
    later = aliased(EntryHistoryRow)
    of_entry = (EntryHistoryRow.list_id, EntryHistoryRow.entry_id)
    is_told = or_(
        EntryHistoryRow.fields != _NOTHING, EntryHistoryRow.reason.not_in(("", NOT_IN_FILE))
    )
    is_old = wrong_times.is_over(session, EntryHistoryRow.changed_at, before)
    is_on_list = (
        exists()
        .where(WatchlistEntryRow.entry_id == EntryHistoryRow.entry_id)
        .where(WatchlistEntryRow.edition == WatchlistRow.edition)
        .where(WatchlistRow.list_id == EntryHistoryRow.list_id)
    )
    is_recent = (
        exists()
        .where(later.list_id == EntryHistoryRow.list_id)
        .where(later.entry_id == EntryHistoryRow.entry_id)
        .where(~wrong_times.is_over(session, later.changed_at, before))
    )
    gone = (
        select(*of_entry).where(is_old, is_told, ~is_on_list, ~is_recent).distinct().limit(AT_ONCE)
    )
    found = [(list_id, entry_id) for list_id, entry_id in session.execute(gone)]
    if found:
        session.execute(
            update(EntryHistoryRow)
            .where(tuple_(*of_entry).in_(found))
            .values(fields=_NOTHING, reason=""),
            execution_options={"synchronize_session": False},
        )
    return len(found)


def _change(coming: Coming, entry_id: UUID, what: EntryChangeKind, version: int) -> _Begun:
    return (new_id(coming.at), coming.list_id, entry_id, what.value, version, coming.version)
