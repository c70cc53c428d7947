"""The hub's own word on until when clearances hold: what a kiosk said is no longer than its rules.

Those that are given while its clock is doubted are dated anew once it is certain.
"""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from admin_console.hub import site as hub_site
from db import clearances, clearing, outbox, visits
from db.clearing import Term
from db.domain.clearance import Clearance
from db.domain.events import ClearanceDated

_TOO_LONG = "clearances_too_long"


def note_if_too_long(session: Session, clearance: Clearance, now: datetime) -> None:
    """Have `shorten` date one anew that holds for longer than one that the hub gives now.

    A kiosk's clock may be ahead, its rules older, or it may be in other hands.
    """
    term = _term(session, clearance, now)
    if term is not None and clearance.expires_on > term.until:
        session.info.setdefault(_TOO_LONG, set()).add(clearance.visit_id)


def shorten(session: Session, now: datetime) -> list[Clearance]:
    """Date those anew that were found to be too long in this transaction. Returns them so.

    Only when their own events have their places in the log, since it is told behind these.
    """
    dated: list[UUID] = []
    for clearance in clearances.of_visits(session, session.info.pop(_TOO_LONG, ())):
        term = _term(session, clearance, now)
        if term is None or clearance.expires_on <= term.until:
            continue
        date_anew(session, clearance, term.until, now)
        dated.append(clearance.clearance_id)
        if term.is_for_now:
            clearing.remember(session, [clearance])
    found = [clearances.get(session, clearance_id) for clearance_id in dated]
    return [clearance for clearance in found if clearance is not None]


def remember(session: Session, visit_id: UUID, now: datetime) -> None:
    """What was cleared on this visit just now is dated anew once the clock is certain."""
    given = clearances.of_visits(session, [visit_id])
    clearing.remember(session, [c for c in given if c.decided_at == now and c.ended_at is None])


def date_anew(session: Session, clearance: Clearance, until: date, now: datetime) -> None:
    """Say in the log until when it holds. The visit is known; kiosks are to be told."""
    visit = visits.get(session, clearance.visit_id)
    site = hub_site.at(session, "" if visit is None else visit.site_id)
    outbox.add(
        session,
        hub_site.hub_device(session, site),
        ClearanceDated(clearance.clearance_id, until),
        now,
        actor="hub",
        visit_id=clearance.visit_id,
    )


def certain_until(session: Session, clearance: Clearance, now: datetime) -> date | None:
    """By a clock that is certain now; None when it has ended or its visit is not known."""
    zone = _zone(session, clearance)
    if zone is None or clearance.ended_at is not None:
        return None
    return clearing.certain_until(session, clearance, zone, now)


def _term(session: Session, clearance: Clearance, now: datetime) -> Term | None:
    zone = _zone(session, clearance)
    if zone is None or clearance.ended_at is not None:
        return None
    return clearing.term(session, zone, now)


def _zone(session: Session, clearance: Clearance) -> ZoneInfo | None:
    visit = visits.get(session, clearance.visit_id)
    if visit is None:
        return None
    return ZoneInfo(hub_site.at(session, visit.site_id).time_zone)
