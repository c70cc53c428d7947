"""Custody rules as the hub keeps them, by entry: an import of the list leaves them as they are."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists
from sqlalchemy.orm import Session

from db import codec, districts, watchlists
from db.domain.custody import NO_RULE, CustodyRule, EntryBrief
from db.domain.screening import Match
from db.list_models import CustodyRuleRow
from db.models import WatchlistEntryRow


def rule_of(session: Session, list_id: UUID, entry_id: UUID) -> CustodyRule | None:
    """What is kept of that entry's order."""
    row = districts.get(session, CustodyRuleRow, list_id, entry_id)
    return None if row is None else codec.from_json(row.rule, CustodyRule)


def keep(session: Session, list_id: UUID, entry_id: UUID, rule: CustodyRule) -> None:
    """Keep this instead of what was there; a rule that says nothing is not kept."""
    forget(session, list_id, entry_id)
    if rule != NO_RULE:
        text = codec.to_json(rule).decode()
        session.add(CustodyRuleRow(list_id=list_id, entry_id=entry_id, rule=text))
        session.flush()


def forget(session: Session, list_id: UUID, entry_id: UUID) -> None:
    """With the entry goes what was known of it."""
    row = districts.get(session, CustodyRuleRow, list_id, entry_id)
    if row is not None:
        session.delete(row)
        session.flush()


def forget_list(session: Session, list_id: UUID, edition: int) -> None:
    """Drop the rules of a list's entries that are not in this edition of it."""
    is_there = exists().where(  # of each alone: a list has a million entries
        WatchlistEntryRow.edition == edition, WatchlistEntryRow.entry_id == CustodyRuleRow.entry_id
    )
    session.execute(
        delete(CustodyRuleRow).where(CustodyRuleRow.list_id == list_id, ~is_there),
        execution_options={"synchronize_session": False},
    )


def briefs(session: Session, matches: Sequence[Match], local: datetime) -> dict[UUID, EntryBrief]:
    """What the hub knows of these matches' entries, as they are now. `local` is the site's time."""
    found = {}
    for match in matches:
        entry = watchlists.entry(session, match.list_id, match.entry.entry_id)
        rule = rule_of(session, match.list_id, match.entry.entry_id)
        photo = "" if entry is None else entry.photo
        if photo or rule is not None:
            counts = rule is None or rule.counts_at(local)
            found[match.entry.entry_id] = EntryBrief(photo, rule, counts)
    return found
