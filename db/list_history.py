"""What an import changed, entry by entry, in the same history as changes by hand.

It is written beside the coming version in the same short transactions as the entries, and counts
once that version is in force. Entries that are only added have none: a first import would tell of
a million people that they were imported. Of removed entries those have it that had one before.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, exists, insert, select
from sqlalchemy.orm import Session, aliased

from db import codec, watchlists
from db.domain.entry_history import EntryChangeKind
from db.entry_changes import changes
from db.ids import new_id
from db.list_difference import Step
from db.list_models import EntryHistoryRow
from db.models import WatchlistEntryRow, WatchlistRow

NOT_IN_FILE = "Not in the imported file any more"


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
    changed = [entry.entry_id for _, entry in step.changed]
    if not changed:
        return
    known = watchlists.entries_by_id(session, coming.before, changed)
    rows = [
        {
            **_common(coming),
            "change_id": new_id(coming.at),
            "entry_id": entry.entry_id,
            "what": EntryChangeKind.IMPORTED,
            "entry_version": known[entry.entry_id].version + 1,
            "fields": codec.to_json(changes(known[entry.entry_id], entry)).decode(),
            "reason": "",
        }
        for _, entry in step.changed
    ]
    session.execute(insert(EntryHistoryRow), rows)


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
    if gone:
        rows = [
            {
                **_common(coming),
                "change_id": new_id(coming.at),
                "entry_id": entry_id,
                "what": EntryChangeKind.REMOVED,
                "entry_version": version,
                "fields": "[]",
                "reason": NOT_IN_FILE,
            }
            for entry_id, version in gone
        ]
        session.execute(insert(EntryHistoryRow), rows)


def forget_unfinished(session: Session) -> None:
    """Take away what was written of versions that never came into force."""
    for list_id, version in session.execute(select(WatchlistRow.list_id, WatchlistRow.version)):
        session.execute(
            delete(EntryHistoryRow).where(
                EntryHistoryRow.list_id == list_id, EntryHistoryRow.list_version > version
            )
        )


def _common(coming: Coming) -> dict[str, object]:
    return {
        "list_id": coming.list_id,
        "list_version": coming.version,
        "changed_at": coming.at,
        "changed_by": coming.by,
    }
