"""What an import changed, entry by entry, in the same history as changes by hand.

It is written beside the coming version in the same short transactions as the entries, and counts
once that version is in force. Entries that are only added have none: a first import would tell of
a million people that they were imported. Of removed entries those have it that had one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from db import codec, list_bulk
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
_NOTHING = "[]"
_OF_ENTRY = (EntryHistoryRow.list_id, EntryHistoryRow.entry_id)
EntryOfList = tuple[UUID, UUID]
"""Ids of a list and of an entry of it."""


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


def gone(session: Session, before: datetime, limit: int) -> list[EntryOfList]:
    """Entries that are on their list no more since before that moment, and are told of still.

    It looks at the whole history: on a session that keeps nobody from writing.
    """
    query = select(*_OF_ENTRY).where(*_is_gone(before), _is_told()).distinct().limit(limit)
    return [(list_id, entry_id) for list_id, entry_id in session.execute(query)]


def blank(session: Session, before: datetime, entries: Sequence[EntryOfList]) -> None:
    """Blank what is told of these entries, but of those that came back meanwhile.

    That there was one, which version, and who changed it when stays: that tells nobody's name.
    """
    session.execute(
        update(EntryHistoryRow)
        .where(tuple_(*_OF_ENTRY).in_(entries), *_is_gone(before))
        .values(fields=_NOTHING, reason=""),
        execution_options={"synchronize_session": False},
    )


def _is_told() -> ColumnElement[bool]:
    return or_(EntryHistoryRow.fields != _NOTHING, EntryHistoryRow.reason.not_in(("", NOT_IN_FILE)))


def _is_gone(before: datetime) -> tuple[ColumnElement[bool], ...]:
    later = aliased(EntryHistoryRow)
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
        .where(later.changed_at >= before)
    )
    return EntryHistoryRow.changed_at < before, ~is_on_list, ~is_recent


def _change(coming: Coming, entry_id: UUID, what: EntryChangeKind, version: int) -> _Begun:
    return (new_id(coming.at), coming.list_id, entry_id, what.value, version, coming.version)
