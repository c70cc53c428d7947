"""What happened to one visit, in words, from the log itself."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import codec, pairing, visits
from db.domain.decision import Decision, Verdict
from db.domain.desk import LogLine, VisitStory
from db.domain.events import (
    BadgeFailed,
    BadgePrinted,
    DecisionMade,
    DomainEvent,
    VisitAbandoned,
    VisitCheckedIn,
    VisitCheckedOut,
    VisitorScreened,
)
from db.domain.screening import HoldReason, Screening
from db.domain.visit import CheckOutWay, Visit
from db.log import chains_are_whole
from db.models import EventBodyRow, EventRow

VERDICTS = {
    Verdict.APPROVE: "Approved",
    Verdict.ESCORT: "Approved with escort",
    Verdict.NOT_THIS_PERSON: "Not this person",
    Verdict.DENY: "Not admitted",
}
_WAYS = {
    CheckOutWay.BADGE: "Signed out by badge",
    CheckOutWay.IDENTITY: "Signed out by ID",
    CheckOutWay.NAME: "Signed out by name",
    CheckOutWay.STAFF: "Signed out by staff",
}
_HOLDS = {
    HoldReason.MATCH: "Possible match",
    HoldReason.SCREENING_FAILED: "The screening could not run",
    HoldReason.LIST_OUTDATED: "A list is older than it may be",
    HoldReason.ID_NOT_READ: "No ID was read",
}


def story(session: Session, visit_id: UUID) -> VisitStory | None:
    """One visit with everything that happened to it, oldest first; None when there is none."""
    visit = visits.get(session, visit_id)
    if visit is None:
        return None
    rows = session.execute(
        select(EventRow, EventBodyRow.body)
        .outerjoin(EventBodyRow, EventBodyRow.event_id == EventRow.event_id)
        .where(EventRow.visit_id == visit_id)
        .order_by(EventRow.occurred_at, EventRow.seq)
    ).all()
    names = {k.kiosk_id: k.name for k in pairing.all_kiosks(session)}
    return VisitStory(
        visit=visit,
        screening=visits.screening_of(session, visit_id),
        decisions=tuple(visits.decisions_of(session, [visit_id])),
        happened=tuple(_line(event, body) for event, body in rows),
        kiosk_name=names.get(visit.kiosk_id, visit.kiosk_id),
        log_verified=chains_are_whole(session, {event.device_id for event, _ in rows}),
    )


def happening_words(session: Session, event_type: str, visit: Visit) -> str:
    """What just happened, in two or three words."""
    if event_type == "decision.made":
        decision = visits.decision_in_force(session, visit.visit_id)
        return "Decided" if decision is None else VERDICTS[decision.verdict]
    return "Signed in" if event_type == "visit.checked_in" else "Signed out"


def _line(row: EventRow, body: bytes | None) -> LogLine:
    if body is None:
        return LogLine(row.occurred_at, row.event_type, "Personal facts erased by retention")
    try:
        event = codec.event_from_json(row.event_type, body)
    except codec.MalformedError:
        event = None
    if event is None:
        return LogLine(row.occurred_at, row.event_type, f"Event {row.event_type}", row.parked or "")
    words, detail = _words(event)
    return LogLine(row.occurred_at, row.event_type, words, detail)


def _words(event: DomainEvent) -> tuple[str, str]:
    match event:
        case VisitorScreened():
            return _screened(event.screening)
        case DecisionMade():
            return _decided(event.decision)
        case VisitCheckedIn():
            return "Signed in", f"Badge {event.badge_code}"
        case VisitCheckedOut():
            return _WAYS[event.way], ""
        case VisitAbandoned():
            return "Left before signing in", ""
        case BadgePrinted():
            return "Badge printed", event.printer
        case BadgeFailed():
            sticker = f"Wears sticker {event.sticker}" if event.sticker else event.reason
            return "Badge not printed", sticker
        case _:
            return "List changed", ""


def _screened(screening: Screening) -> tuple[str, str]:
    lists = len(screening.lists)
    against = f"Screened against {lists} {'list' if lists == 1 else 'lists'}"
    if not screening.hold_reasons:
        return against, "No match"
    return f"{against}; held", ", ".join(_HOLDS[r] for r in screening.hold_reasons)


def _decided(decision: Decision) -> tuple[str, str]:
    return f"{VERDICTS[decision.verdict]} by {decision.decided_by}", decision.reason
