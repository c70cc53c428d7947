"""Clearances as the office reads them: with the names they are about, and how they stand."""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from db import clearances, scopes, watchlists
from db.desk_models import ClearanceRow
from db.domain.clearance import Clearance, ClearanceLine, Clearances, Lapse, Standing
from db.domain.days import Days
from db.domain.people import PersonName
from db.domain.watchlist import WatchlistEntry
from db.models import VisitRow

SHOWN = 500
"""The newest; a school clears a few a week."""
_STANDINGS = {
    None: Standing.IN_FORCE,
    Lapse.ENTRY_CHANGED: Standing.ENTRY_CHANGED,
    Lapse.EXPIRED: Standing.EXPIRED,
    Lapse.ENDED: Standing.ENDED,
}


def page(session: Session, zone: ZoneInfo, now: datetime) -> Clearances:
    """The newest clearances, newest first, and how many of all are in force."""
    lines = tuple(_lines(session, zone, now))
    in_force = sum(line.standing is Standing.IN_FORCE for line in lines)
    return Clearances(now, lines, in_force + _in_force_before(session, lines, zone, now))


def _in_force_before(
    session: Session, lines: tuple[ClearanceLine, ...], zone: ZoneInfo, now: datetime
) -> int:
    """How many older ones than those that are shown are in force."""
    if len(lines) < SHOWN:
        return 0
    last = lines[-1].clearance
    today = now.astimezone(zone).date()
    rows = session.scalars(
        select(ClearanceRow)
        .outerjoin(VisitRow, VisitRow.visit_id == ClearanceRow.visit_id)
        .where(
            _is_told(session),
            or_(
                ClearanceRow.decided_at < last.decided_at,
                and_(
                    ClearanceRow.decided_at == last.decided_at,
                    ClearanceRow.clearance_id > last.clearance_id,
                ),
            ),
            ClearanceRow.ended_at.is_(None),
            ClearanceRow.expires_on >= today,
        )
    )
    known = [clearances.value_of(row) for row in rows]
    entries = [watchlists.entry(session, c.list_id, c.entry_id) for c in known]
    lines_before = (_line(c, "", e, today) for c, e in zip(known, entries, strict=True))
    return sum(line.standing is Standing.IN_FORCE for line in lines_before)


def of_entry(
    session: Session, list_id: UUID, entry_id: UUID, zone: ZoneInfo, now: datetime
) -> tuple[ClearanceLine, ...]:
    """The newest clearances of one entry, newest first."""
    pair = (ClearanceRow.list_id == list_id, ClearanceRow.entry_id == entry_id)
    return tuple(_lines(session, zone, now, *pair))


def _lines(
    session: Session, zone: ZoneInfo, now: datetime, *which: ColumnElement[bool]
) -> Iterator[ClearanceLine]:
    rows = session.execute(
        select(ClearanceRow, VisitRow)
        .outerjoin(VisitRow, VisitRow.visit_id == ClearanceRow.visit_id)
        .where(*which, _is_told(session))
        .order_by(ClearanceRow.decided_at.desc(), ClearanceRow.clearance_id)
        .limit(SHOWN)
    ).all()
    today = now.astimezone(zone).date()
    for row, visit in rows:
        known = clearances.value_of(row)
        entry = watchlists.entry(session, known.list_id, known.entry_id)
        yield _line(known, _name(visit), entry, today)


def _is_told(session: Session) -> ColumnElement[bool]:
    """A clearance holds for the whole district; who looks at some sites sees those made there."""
    return true() if scopes.limits_of(session) is None else VisitRow.visit_id.is_not(None)


def _line(
    clearance: Clearance, visitor: str, entry: WatchlistEntry | None, today: date
) -> ClearanceLine:
    if entry is not None:
        lapse = clearance.lapse(entry.version, clearances.entry_mark(entry), Days.of(today))
        return ClearanceLine(clearance, visitor, entry.name.full, _STANDINGS[lapse])
    standing = Standing.ENTRY_GONE if clearance.ended_at is None else Standing.ENDED
    return ClearanceLine(clearance, visitor, "", standing)


def _name(visit: VisitRow | None) -> str:
    if visit is None:
        return ""
    parts = (visit.given_name, visit.family_name, visit.middle_name, visit.suffix)
    return PersonName(*parts).full
