"""What happened to one visit, in words, from the log itself."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db import chain, codec, pairing, rechecks, visits
from db.domain.decision import Decision, Verdict
from db.domain.desk import LogLine, VisitStory
from db.domain.events import (
    BadgeFailed,
    BadgePrinted,
    ClearanceDated,
    ClearanceEnded,
    DecisionMade,
    DomainEvent,
    RecheckDecided,
    VisitAbandoned,
    VisitCheckedIn,
    VisitCheckedOut,
    VisitorRechecked,
    VisitorScreened,
)
from db.domain.screening import Agreement, HoldReason, Match, Screening
from db.domain.visit import CheckOutWay, Visit
from db.hub_models import DeviceRow
from db.log import chains_are_whole
from db.log_models import ChainRow, EventBodyRow, EventRow
from db.scopes import EVERY_SITE

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
_INSIDE = VERDICTS | {Verdict.APPROVE: "May stay, decided", Verdict.DENY: "Must leave, decided"}
LET_IN_ANYWAY = "Signed in although the office had decided: not admitted"
WITHOUT_ESCORT = "Signed in without the escort that the office had asked for"
HOLDS = {
    HoldReason.MATCH: "Possible match",
    HoldReason.SCREENING_FAILED: "The screening could not run",
    HoldReason.LIST_OUTDATED: "A list is older than it may be",
    HoldReason.ID_NOT_READ: "No ID was read",
    HoldReason.ID_EXPIRED: "The ID has expired",
    HoldReason.UNDER_AGE: "The visitor is not of age",
}
_whole_up_to: dict[str, tuple[tuple[int, int, bytes], ...]] = {}
"""Each device's heads (epoch, seq, hash) when its chains were last found whole."""


def story(session: Session, visit_id: UUID) -> VisitStory | None:
    """One visit with everything that happened to it, oldest first; None when there is none.

    What a kiosk of another school said of it was not applied, and is not told either.
    """
    visit = visits.get(session, visit_id)
    if visit is None:
        return None
    elsewhere = select(DeviceRow.device_id).where(DeviceRow.site_id != visit.site_id)
    is_ours = or_(EventRow.parked.is_(None), EventRow.device_id.not_in(elsewhere))
    rows = session.execute(
        select(EventRow, EventBodyRow.salt, EventBodyRow.body)
        .outerjoin(EventBodyRow, EventBodyRow.event_id == EventRow.event_id)
        .where(EventRow.visit_id == visit_id, is_ours)
        .order_by(EventRow.occurred_at, EventRow.seq)
        .execution_options(**{EVERY_SITE: True})
    ).all()
    names = {k.kiosk_id: k.name for k in pairing.all_kiosks(session)}
    in_force = visits.decision_in_force(session, visit_id)
    is_as_made = all(_is_as_made(session, event, salt, body) for event, salt, body in rows)
    return VisitStory(
        visit=visit,
        screening=visits.screening_of(session, visit_id),
        decisions=tuple(visits.decisions_of(session, [visit_id])),
        happened=tuple(_line(event, body, in_force) for event, _, body in rows),
        kiosk_name=names.get(visit.kiosk_id, visit.kiosk_id),
        log_verified=is_as_made
        and all(_is_whole(session, d) for d in {e.device_id for e, *_ in rows}),
        rechecks=tuple(rechecks.of_visit(session, visit_id)),
        in_force=None if in_force is None else in_force.decision_id,
    )


def _is_as_made(session: Session, event: EventRow, salt: bytes | None, body: bytes | None) -> bool:
    """Whether this one event still follows on the one before, with the body it committed to."""
    before = session.scalar(
        select(EventRow.hash).where(
            EventRow.device_id == event.device_id,
            EventRow.epoch == event.epoch,
            EventRow.seq == event.seq - 1,
        )
    )
    if chain.link(before or chain.GENESIS, event.line) != event.hash:
        return False
    if salt is None or body is None:
        return True  # erased by retention; `db.log` says what is half gone
    try:
        return chain.is_body_of(codec.from_json(event.line, chain.Envelope), salt, body)
    except codec.MalformedError:
        return False


def _is_whole(session: Session, device_id: str) -> bool:
    """Whether the device's chains verify from their first event on.

    A head's hash stands for all events before it, so each head is verified once: a chain of a
    year is too long to be read at every click. `verify-log` always reads all of it.
    """
    heads = session.execute(
        select(ChainRow.epoch, ChainRow.head_seq, ChainRow.head_hash)
        .where(ChainRow.device_id == device_id)
        .order_by(ChainRow.epoch)
    ).all()
    known = tuple((epoch, seq, digest) for epoch, seq, digest in heads)
    if known and _whole_up_to.get(device_id) == known:
        return True
    is_whole = chains_are_whole(session, {device_id})
    if is_whole:
        _whole_up_to[device_id] = known
    return is_whole


def happening_words(session: Session, event_type: str, visit: Visit) -> str:
    """What just happened, in two or three words; in more when it should not have happened."""
    if event_type == "visit.checked_out":
        return "Signed out"
    decision = visits.decision_in_force(session, visit.visit_id)
    if event_type == "decision.made":
        return "Decided" if decision is None else VERDICTS[decision.verdict]
    is_denied = decision is not None and not decision.verdict.admits
    return "Signed in anyway" if is_denied else "Signed in"


def _line(row: EventRow, body: bytes | None, in_force: Decision | None) -> LogLine:
    if body is None:
        return LogLine(row.occurred_at, row.event_type, "Personal facts erased by retention")
    try:
        event = codec.event_from_json(row.event_type, body)
    except codec.MalformedError:
        event = None
    if event is None:
        return LogLine(row.occurred_at, row.event_type, f"Event {row.event_type}", row.parked or "")
    words, detail = _words(event, in_force)
    return LogLine(row.occurred_at, row.event_type, words, detail)


def _words(event: DomainEvent, in_force: Decision | None) -> tuple[str, str]:
    match event:
        case VisitorScreened():
            return _screened(event.screening)
        case DecisionMade():
            return _decided(event.decision, in_force)
        case VisitorRechecked() | RecheckDecided() | ClearanceDated() | ClearanceEnded():
            return _later(event)
        case VisitCheckedIn():
            return _signed_in(event, in_force), f"Badge {event.badge_code}"
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


def _signed_in(event: VisitCheckedIn, in_force: Decision | None) -> str:
    if in_force is not None and not in_force.verdict.admits:
        return LET_IN_ANYWAY
    if in_force is not None and in_force.verdict is Verdict.ESCORT and not event.with_escort:
        return WITHOUT_ESCORT
    return "Signed in"


def _later(
    event: VisitorRechecked | RecheckDecided | ClearanceDated | ClearanceEnded,
) -> tuple[str, str]:
    match event:
        case VisitorRechecked(_, screening):
            said = "; ".join(_match_words(match) for match in screening.matches)
            return "Screened again, since a list changed", said
        case RecheckDecided(_, decision):
            return f"{_INSIDE[decision.verdict]} by {decision.decided_by}", decision.reason
        case ClearanceDated(_, until):
            return f"Clearance holds until {until:%b} {until.day}, {until.year}", ""
        case ClearanceEnded(_, ended_by):
            return f"Clearance ended by {ended_by}", ""


def _match_words(match: Match) -> str:
    """``May be on No trespass, version 2: Anthony Quintero (family name same, ...)``."""
    agrees = (e for e in match.evidence if e.agreement is Agreement.AGREES)
    why = ", ".join(f"{e.field.value.replace('_', ' ')} {e.words.lower()}" for e in agrees)
    name = match.entry.name.full
    return f"May be on {match.list_name}, version {match.list_version}: {name} ({why})"


def _screened(screening: Screening) -> tuple[str, str]:
    lists = len(screening.lists)
    against = f"Screened against {lists} {'list' if lists == 1 else 'lists'}"
    cleared = "; ".join(
        f"Cleared by {c.cleared_by} until {c.expires_on:%b} {c.expires_on.day}, {c.expires_on.year}"
        for c in screening.cleared
    )
    if not screening.hold_reasons:
        return against, cleared or "No match"
    why = ", ".join(HOLDS[r] for r in screening.hold_reasons)
    return f"{against}; held", f"{why}; {cleared}" if cleared else why


def _decided(decision: Decision, in_force: Decision | None) -> tuple[str, str]:
    words = f"{VERDICTS[decision.verdict]} by {decision.decided_by}"
    if in_force is not None and in_force.decision_id != decision.decision_id:
        words += f", after {in_force.decided_by} had decided"
    return words, decision.reason
