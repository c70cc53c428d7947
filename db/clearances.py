"""Clearances as they are kept, and what they do to a screening.

The same functions work on kiosk and hub. In which order decisions arrive makes no difference: a
*not this person* clears its pairs, unless anybody did not admit the visitor on that same visit, or
asked for an escort: two who saw the same person were not of one mind.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import bindparam, delete, exists, select
from sqlalchemy.orm import Session

from db import codec, districts, number_keys
from db.desk_models import ClearanceRow
from db.domain.clearance import Clearance, Lapse
from db.domain.days import Days
from db.domain.decision import Decision, Verdict
from db.domain.people import Identity
from db.domain.screening import (
    ClearedMatch,
    HoldReason,
    LapsedClearance,
    Match,
    Screening,
)
from db.domain.watchlist import WatchlistEntry
from db.models import DecisionRow, VisitRow
from db.screening.engine import MOST_MATCHES
from db.screening.names import letters

_OF_VISITS = districts.once(
    select(ClearanceRow)
    .where(ClearanceRow.visit_id.in_(bindparam("visit_ids", expanding=True)))
    .order_by(ClearanceRow.decided_at, ClearanceRow.clearance_id)
)


def visitor_key(key: bytes, identity: Identity, number_hash: str) -> str:
    """Who somebody is for clearances: an HMAC-SHA-256 in hex, with the district's key.

    The ID's number where there is one, else full name, birth date and sex. Empty for a name without
    a birth date: too many people have it, so that nobody can be cleared for later visits by it.
    """
    if number_hash:
        told = f"number\0{number_hash}"
    elif identity.birth_date is not None:
        name = identity.name
        parts = (name.family, name.given, name.middle, name.suffix)
        folded = "\0".join(letters(part) for part in parts)
        told = f"person\0{folded}\0{identity.birth_date.isoformat()}\0{identity.sex}"
    else:
        return ""
    return hmac.new(key, told.encode(), hashlib.sha256).hexdigest()


def entry_mark(entry: WatchlistEntry) -> str:
    """SHA-256 in hex of what an entry says of its person.

    It guards the version, which begins anew when an entry was removed and comes back.
    """
    names = [codec.to_json(name).decode() for name in (entry.name, *entry.aliases)]
    born = str(entry.born or "")
    told = "\0".join((*names, born, entry.sex, entry.jurisdiction, entry.number_hash))
    return hashlib.sha256(told.encode()).hexdigest()


def given_after(session: Session, moment: datetime) -> dict[UUID, date]:
    """Those in force that were given later than that, by the clock of then, with their last day."""
    query = select(ClearanceRow.clearance_id, ClearanceRow.expires_on).where(
        ClearanceRow.decided_at > moment, ClearanceRow.ended_at.is_(None)
    )
    return {row.clearance_id: row.expires_on for row in session.execute(query)}


# ---- what decisions do -----------------------------------------------------------------------


AGAINST = (Verdict.DENY, Verdict.ESCORT)
"""Verdicts that leave nothing cleared on their visit."""


def apply_decision(
    session: Session,
    decision: Decision,
    screening: Screening | None,
    clears_until: date | None,
    *,
    site_id: str = "",
) -> None:
    """Clear the pairs of a *not this person*, or end those of a visit that was decided `AGAINST`.

    Nothing is cleared for a visitor who cannot be known again (`visitor_key`). `site_id`: of the
    kiosk that decided, empty for the hub.
    """
    keys = number_keys.settled(session)  # before any clearance is locked
    if decision.verdict in AGAINST:
        for row in _of_visit(session, decision.visit_id):
            _end(row, decision.decided_at, decision.decided_by)
    elif decision.verdict is Verdict.NOT_THIS_PERSON and screening is not None and clears_until:
        visit = districts.get(session, VisitRow, decision.visit_id)
        if visit is not None and visit.visitor_key:
            key = keys.newest(visit.visit_id, visit.visitor_key)
            for match in screening.matches:
                _clear(session, key, decision, match, clears_until, site_id=site_id)
    session.flush()


def end(session: Session, clearance_id: UUID, at: datetime, by: str) -> None:
    """Staff take it back. Raises LookupError for an unknown one; the first end stays."""
    row = districts.get(session, ClearanceRow, clearance_id)
    if row is None:
        raise LookupError(f"no clearance {clearance_id}")
    _end(row, at, by)
    session.flush()


def date_anew(session: Session, clearance_id: UUID, expires_on: date) -> None:
    """It holds until another day than was said. Raises LookupError for an unknown one."""
    row = districts.get(session, ClearanceRow, clearance_id)
    if row is None:
        raise LookupError(f"no clearance {clearance_id}")
    row.expires_on = expires_on
    session.flush()


def learn(session: Session, clearance: Clearance) -> None:
    """Keep one that the hub tells of. One that ended here never begins again.

    Whom it is about is the hub's word, since this kiosk may have had older keys for a while, and
    so is until when it holds.
    """
    row = districts.get(session, ClearanceRow, clearance.clearance_id)
    if row is None:
        session.add(_row(clearance))
    else:
        row.visitor_key, row.expires_on = clearance.visitor_key, clearance.expires_on
        if clearance.ended_at is not None:
            _end(row, clearance.ended_at, clearance.ended_by)
    session.flush()


def is_in_force(clearance: Clearance, now: datetime) -> bool:
    """Whether it may count on any kiosk, if its entry has not changed."""
    return clearance.ended_at is None and clearance.expires_on >= _first_day(now)


def _first_day(now: datetime) -> date:
    """A day more: the day is counted in the school's own time."""
    return now.date() - timedelta(days=1)


def not_expired(session: Session, now: datetime, site_id: str | None = None) -> list[Clearance]:
    """Those whose time is not over, ended ones too: a kiosk may still hold one in force.

    `site_id`: without those that hold at other schools only.
    """
    query = select(ClearanceRow).where(ClearanceRow.expires_on >= _first_day(now))
    if site_id is not None:
        query = query.where(ClearanceRow.site_id.in_(("", site_id)))
    return [value_of(row) for row in session.scalars(query.order_by(ClearanceRow.decided_at))]


def forget_all(session: Session) -> None:
    """On a kiosk that goes to another school: its hub sends its own."""
    session.execute(delete(ClearanceRow))


def forget_in_force(session: Session) -> None:
    """On a kiosk whose hub was restored: it tells its own, and no other can be seen or ended there.

    One that ended stays, so that it never begins again.
    """
    session.execute(delete(ClearanceRow).where(ClearanceRow.ended_at.is_(None)))


def forget_told(session: Session) -> None:
    """On a kiosk: those in force of visits that it does not know, which the hub tells anew."""
    own = exists().where(VisitRow.visit_id == ClearanceRow.visit_id)
    session.execute(delete(ClearanceRow).where(ClearanceRow.ended_at.is_(None), ~own))


def _clear(
    session: Session,
    key: str,
    decision: Decision,
    match: Match,
    expires_on: date,
    *,
    site_id: str,
) -> None:
    entry = match.entry
    clearance_id = uuid5(decision.decision_id, f"{match.list_id} {entry.entry_id}")
    if districts.get(session, ClearanceRow, clearance_id) is not None:
        return
    against = session.execute(
        select(DecisionRow.decided_at, DecisionRow.decided_by)
        .where(DecisionRow.visit_id == decision.visit_id, DecisionRow.verdict.in_(AGAINST))
        .order_by(DecisionRow.decided_at)
        .limit(1)
    ).first()
    cleared = Clearance(
        clearance_id=clearance_id,
        visitor_key=key,
        visit_id=decision.visit_id,
        list_id=match.list_id,
        list_name=match.list_name,
        entry_id=entry.entry_id,
        entry_version=entry.version,
        entry_mark=entry_mark(entry),
        reason=decision.reason,
        decided_by=decision.decided_by,
        decided_at=decision.decided_at,
        expires_on=expires_on,
        ended_at=against.decided_at if against else None,
        ended_by=against.decided_by if against else "",
        site_id=site_id,
    )
    session.add(_row(cleared))


def _end(row: ClearanceRow, at: datetime, by: str) -> None:
    if row.ended_at is None:
        row.ended_at, row.ended_by = at, by


def _row(clearance: Clearance) -> ClearanceRow:
    return ClearanceRow(
        clearance_id=clearance.clearance_id,
        visitor_key=clearance.visitor_key,
        visit_id=clearance.visit_id,
        list_id=clearance.list_id,
        list_name=clearance.list_name,
        entry_id=clearance.entry_id,
        entry_version=clearance.entry_version,
        entry_mark=clearance.entry_mark,
        reason=clearance.reason,
        decided_by=clearance.decided_by,
        decided_at=clearance.decided_at,
        expires_on=clearance.expires_on,
        ended_at=clearance.ended_at,
        ended_by=clearance.ended_by,
        site_id=clearance.site_id,
    )


# ---- what they do to a screening -------------------------------------------------------------


def consider(
    session: Session, screening: Screening, key: str, days: Days, site_id: str | None = None
) -> Screening:
    """Set the matches aside that staff have cleared for this visitor, and say by which clearance.

    Other reasons for a hold stay. `days`: by the site's own calendar. `site_id`: where the visitor
    is; None on a kiosk, which knows of no clearance that does not hold at its school.
    """
    if not key or not screening.matches:
        return screening
    known = [c for c in of_visitor(session, key) if site_id is None or c.holds_at(site_id)]
    matches: list[Match] = []
    cleared: list[ClearedMatch] = []
    lapsed: list[LapsedClearance] = []
    for match in screening.matches:
        pair = [
            c for c in known if (c.list_id, c.entry_id) == (match.list_id, match.entry.entry_id)
        ]
        holds = next((c for c in pair if _lapse(c, match, days) is None), None)
        if holds is not None:
            cleared.append(_cleared(match, holds))
            continue
        matches.append(match)
        if pair and (why := _lapse(pair[0], match, days)) is not None:
            lapsed.append(_lapsed(match, pair[0], why))
    reasons = screening.hold_reasons
    # A screening tells of so many matches at most: behind as many cleared ones may be another.
    if not matches and len(screening.matches) < MOST_MATCHES:
        reasons = tuple(r for r in reasons if r is not HoldReason.MATCH)
    return replace(
        screening,
        matches=tuple(matches),
        hold_reasons=reasons,
        cleared=tuple(cleared),
        lapsed=tuple(lapsed),
    )


def _lapse(clearance: Clearance, match: Match, days: Days) -> Lapse | None:
    return clearance.lapse(match.entry.version, entry_mark(match.entry), days)


def _cleared(match: Match, by: Clearance) -> ClearedMatch:
    return ClearedMatch(
        match, by.clearance_id, by.decided_by, by.decided_at, by.reason, by.expires_on
    )


def _lapsed(match: Match, was: Clearance, why: Lapse) -> LapsedClearance:
    return LapsedClearance(
        match.list_id, match.entry.entry_id, was.clearance_id, was.decided_by, was.decided_at, why
    )


# ---- reading ---------------------------------------------------------------------------------


def get(session: Session, clearance_id: UUID) -> Clearance | None:
    row = districts.get(session, ClearanceRow, clearance_id)
    return None if row is None else value_of(row)


def of_visitor(session: Session, key: str) -> list[Clearance]:
    """All clearances of a visitor, those that ended too, newest first."""
    rows = session.scalars(
        select(ClearanceRow)
        .where(ClearanceRow.visitor_key == key)
        .order_by(ClearanceRow.decided_at.desc(), ClearanceRow.clearance_id)
    )
    return [value_of(r) for r in rows]


def of_visits(session: Session, visit_ids: Iterable[UUID]) -> list[Clearance]:
    """The clearances that staff gave on these visits."""
    wanted = list(visit_ids)
    if not wanted:
        return []
    return [value_of(r) for r in session.scalars(_OF_VISITS, {"visit_ids": wanted})]


def _of_visit(session: Session, visit_id: UUID) -> list[ClearanceRow]:
    return list(session.scalars(select(ClearanceRow).where(ClearanceRow.visit_id == visit_id)))


def value_of(row: ClearanceRow) -> Clearance:
    """The value of a row: for `db` only, rows never leave it."""
    return Clearance(
        clearance_id=row.clearance_id,
        visitor_key=row.visitor_key,
        visit_id=row.visit_id,
        list_id=row.list_id,
        list_name=row.list_name,
        entry_id=row.entry_id,
        entry_version=row.entry_version,
        entry_mark=row.entry_mark,
        reason=row.reason,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        expires_on=row.expires_on,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        site_id=row.site_id,
    )
