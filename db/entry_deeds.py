"""What one entry has done at the doors: whom it held, and what staff decided then.

Holds are found by an index; the JSON of those that name the entry is read, and no other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from db import codec
from db.domain.decision import Verdict
from db.domain.entry_history import EntryChangeKind, EntryDeeds
from db.domain.figures import HoldFigures
from db.domain.screening import Outcome
from db.list_models import EntryHistoryRow
from db.models import DecisionRow, ScreeningRow

LONGEST = timedelta(days=400)
"""A school year with its holidays; of what was before nothing is said."""
_FIGURES = {
    Verdict.NOT_THIS_PERSON: "not_this_person",
    Verdict.ESCORT: "escorted",
    Verdict.APPROVE: "approved",
    Verdict.DENY: "confirmed",
    None: "undecided",
}


@dataclass(frozen=True, slots=True)
class _Entry:
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class _Match:
    """As much of a `Match` as is needed; the rest is not decoded."""

    list_id: UUID
    entry: _Entry


@dataclass(frozen=True, slots=True)
class _Screening:
    matches: tuple[_Match, ...] = ()


def of_entry(
    session: Session, list_id: UUID, entry_id: UUID, zone: ZoneInfo, now: datetime
) -> EntryDeeds:
    """Since the entry was written by hand, or for `LONGEST` when that was longer ago."""
    since = max(now - LONGEST, _written_at(session, list_id, entry_id) or now - LONGEST)
    screenings = session.scalar(
        select(func.count())
        .select_from(ScreeningRow)
        .where(
            ScreeningRow.outcome.in_([outcome.value for outcome in Outcome]),
            ScreeningRow.screened_at >= since,
        )
    )
    counts = dict.fromkeys(_FIGURES.values(), 0)
    confirmed_at: datetime | None = None
    for verdict, decided_at in _held(session, list_id, entry_id, since):
        counts[_FIGURES[verdict]] += 1
        if verdict is Verdict.DENY and decided_at is not None:
            confirmed_at = max(confirmed_at or decided_at, decided_at)
    return EntryDeeds(
        since.astimezone(zone).date(),
        screenings or 0,
        HoldFigures(held=sum(counts.values()), **counts),
        None if confirmed_at is None else confirmed_at.astimezone(zone).date(),
    )


def _held(
    session: Session, list_id: UUID, entry_id: UUID, since: datetime
) -> Iterator[tuple[Verdict | None, datetime | None]]:
    """The verdict in force on each screening that held because of the entry, and when it was."""
    decided = and_(DecisionRow.visit_id == ScreeningRow.visit_id, DecisionRow.superseded.is_(False))
    rows = session.execute(
        select(ScreeningRow.screening, DecisionRow.verdict, DecisionRow.decided_at)
        .outerjoin(DecisionRow, decided)
        .where(
            ScreeningRow.outcome == Outcome.HOLD,
            ScreeningRow.screened_at >= since,
            ScreeningRow.screening.contains(str(entry_id)),
        )
    )
    for text, verdict, decided_at in rows:
        matches = codec.from_json(text, _Screening).matches
        if any((m.list_id, m.entry.entry_id) == (list_id, entry_id) for m in matches):
            yield None if verdict is None else Verdict(verdict), decided_at


def _written_at(session: Session, list_id: UUID, entry_id: UUID) -> datetime | None:
    return session.scalar(
        select(func.min(EntryHistoryRow.changed_at)).where(
            EntryHistoryRow.list_id == list_id,
            EntryHistoryRow.entry_id == entry_id,
            EntryHistoryRow.what == EntryChangeKind.ADDED,
        )
    )
