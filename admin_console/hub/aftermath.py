"""What follows at the hub from a kiosk's events and from decisions, in their transaction.

Kiosks learn of clearances, administrators of denials, and whoever was screened with
older lists than those in force is screened again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from admin_console.hub import redating
from admin_console.hub import site as hub_site
from db import (
    applying,
    changes,
    clearances,
    notices,
    outbox,
    quarantine,
    rescreening,
    visits,
    watchlists,
)
from db.chain import Envelope
from db.domain.clearance import Clearance
from db.domain.decision import Decision
from db.domain.notice import NoticeKind
from db.domain.screening import Screening

_GIVEN = "clearances_given"
CLEARANCE = "clearance"
"""The kind of a change that tells kiosks of a clearance, or of its end."""


def at(now: datetime) -> applying.Follow:
    """`of_events` at this moment, for whoever applies them."""

    def follow(session: Session, new: Sequence[Envelope]) -> None:
        of_events(session, new, now)

    return follow


def at_end(session: Session, now: datetime) -> None:
    """What follows once all events of this transaction are applied, and have their places.

    Administrators are told of what was parked, and kiosks of clearances that were too long.
    """
    quarantine.tell(session, applying.newly_parked(session), now)
    given: dict[UUID, None] = session.info.pop(_GIVEN, {})
    if not given:
        return
    # The hub's own chain before the feed, as whoever changes a list does: else two wait crosswise.
    site = hub_site.of(session, "")
    if site is not None:
        outbox.head(session, hub_site.hub_device(session, site))
    given |= {clearance.clearance_id: None for clearance in redating.shorten(session, now)}
    for clearance_id in given:
        told = clearances.get(session, clearance_id)
        if told is not None:
            tell_of_clearance(session, told)


def of_events(session: Session, new: Sequence[Envelope], now: datetime) -> None:
    """What follows from events that kiosks sent and that are applied."""
    decided = [e.visit_id for e in new if e.type == "decision.made" and e.visit_id is not None]
    _of_decisions(session, dict.fromkeys(decided), now)
    screened = [e for e in new if e.type == "visitor.screened" and e.visit_id is not None]
    if not screened:
        return
    lists = watchlists.all_lists(session)
    behind = [
        event.visit_id
        for event in screened
        if any(
            event.refs.watchlists.get(str(known.list_id), 0) < known.version
            for known in lists
            # A kiosk that was not paired yet says no site; whose list it is, is asked later.
            if "" in (known.site_id, event.site_id) or known.site_id == event.site_id
        )
    ]
    rescreening.put_off(session, [visit_id for visit_id in behind if visit_id is not None])


def _of_decisions(session: Session, visit_ids: Iterable[UUID], now: datetime) -> None:
    ids = list(visit_ids)
    for clearance in clearances.of_visits(session, ids):
        redating.note_if_too_long(session, clearance, now)
        session.info.setdefault(_GIVEN, {})[clearance.clearance_id] = None
    for visit_id in ids:
        decision = visits.decision_in_force(session, visit_id)
        if decision is not None and not decision.verdict.admits:
            _tell_of_denial(session, decision, visits.screening_of(session, visit_id), now)


def tell_of_clearance(session: Session, clearance: Clearance) -> None:
    """Tell the kiosks where it holds: all that screen by the list, or those of one site."""
    known = watchlists.get(session, clearance.list_id)
    site_id = clearance.site_id or ("" if known is None else known.site_id)
    changes.add(session, CLEARANCE, clearance, site_id=site_id)


def of_decision(
    session: Session, decision: Decision, screening: Screening | None, now: datetime
) -> None:
    """What follows from a decision in force, made here. Only a denial tells of the screening."""
    for clearance in clearances.of_visits(session, [decision.visit_id]):
        tell_of_clearance(session, clearance)
    if not decision.verdict.admits:
        _tell_of_denial(session, decision, screening, now)


def _tell_of_denial(
    session: Session, decision: Decision, screening: Screening | None, now: datetime
) -> None:
    """Tell the administrators: who decided and because of which list, not who was denied."""
    matches = screening.matches if screening is not None else ()
    names = " and ".join(dict.fromkeys(m.list_name for m in matches))
    because = f" Possible match on {names}." if names else ""
    notices.tell(
        session,
        NoticeKind.DENIED,
        f"{decision.decided_by} decided: not admitted.{because}",
        now,
        about=f"{decision.visit_id} {decision.decided_at.isoformat()}",
        visit_id=decision.visit_id,
    )
