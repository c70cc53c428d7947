"""What an event does to the visits.

Kiosk and hub apply the same events with the same function, so both hold the same visits. One event
costs a few statements; a set of them costs few for all, since a visit's row is read, locked and
written once (`together`).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, or_, select
from sqlalchemy.orm import Session

from db import chain, clearances, codec, districts, number_keys, rechecks, upserts, visits
from db.chain import Envelope
from db.districts import OWN, TABLES
from db.domain.decision import Decision, Verdict
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
    WatchlistImported,
)
from db.domain.screening import Outcome
from db.domain.visit import CheckOutWay, VisitState
from db.hub_models import DeviceRow
from db.models import DecisionRow, ScreeningRow, VisitRow, WatchlistRow
from db.number_keys import Standing

_TOGETHER = "visits_together"
_SITES_OF_KIOSKS = "sites_of_kiosks"
_OF_ONE_ROW = (
    VisitorScreened, VisitCheckedIn, VisitCheckedOut, VisitAbandoned, BadgeFailed, BadgePrinted,
)  # fmt: skip
"""Events that need nothing but their visit's row; others look at what is written."""
_ADD_SCREENING = insert(TABLES[ScreeningRow.__tablename__]).values(district_id=OWN)
_DEVICE = TABLES[DeviceRow.__tablename__]
_SITE_OF_KIOSK = select(_DEVICE.c.site_id).where(
    _DEVICE.c.district_id == OWN, _DEVICE.c.device_id == bindparam("kiosk_id")
)
_VISIT = TABLES[VisitRow.__tablename__]
_BEGIN_VISIT = upserts.begin(_VISIT)
_IS_KNOWN = select(_VISIT.c.visit_id).where(
    _VISIT.c.district_id == OWN, _VISIT.c.visit_id == bindparam("visit")
)
_DECIDED = TABLES[DecisionRow.__tablename__]
_BEFORE = select(_DECIDED.c.decision_id, _DECIDED.c.superseded).where(
    _DECIDED.c.district_id == OWN,
    or_(_DECIDED.c.decision_id == bindparam("decision"), _DECIDED.c.visit_id == bindparam("visit")),
)


_OfTheHub = ClearanceDated | ClearanceEnded | VisitorRechecked | RecheckDecided
"""What no kiosk says."""


class OfAnotherSiteError(ValueError):
    """A kiosk says something of a visit at another site, or what only the hub says."""


@dataclass(frozen=True, slots=True)
class _Together:
    """The rows of visits that are applied to as a set, None for a visit that is not there yet."""

    rows: dict[UUID, VisitRow | None]
    screenings: list[dict[str, object]]
    """Written behind the visits that they refer to."""
    keys: Standing


@contextmanager
def together(session: Session, events: Iterable[DomainEvent]) -> Iterator[None]:
    """Within it these events are applied, in one transaction or savepoint, and written at its end.

    Their visits are locked, in the order of their ids. When anything is raised, the caller rolls
    back to where it began.
    """
    ids = {event.visit_id for event in events if isinstance(event, _OF_ONE_ROW)}
    rows: dict[UUID, VisitRow | None] = dict.fromkeys(ids)
    rows |= {row.visit_id: row for row in visits.locked_rows(session, ids)}
    session.info[_TOGETHER] = _Together(rows, [], number_keys.settled(session))
    try:
        yield
        _write(session)
    finally:
        del session.info[_TOGETHER]


def _write(session: Session) -> None:
    session.flush()
    kept: _Together | None = session.info.get(_TOGETHER)
    if kept is not None and kept.screenings:
        districts.run(session, _ADD_SCREENING, kept.screenings)
        kept.screenings.clear()


def apply(session: Session, envelope: Envelope, event: DomainEvent) -> None:
    """Bring the tables up to date with one event.

    Raises LookupError when its visit is unknown, and `OfAnotherSiteError`.
    """
    _check_site(session, envelope, event)
    _apply(session, envelope, event)


def apply_own(session: Session, envelope: Envelope, event: DomainEvent) -> None:
    """The same with what this device says itself: there is nobody whose site could be another.

    Raises LookupError when its visit is unknown.
    """
    session.info.setdefault(_SITES_OF_KIOSKS, {})[envelope.kiosk_id] = None
    if isinstance(event, VisitorScreened):
        began = _began(session, envelope, event, number_keys.settled(session))
        upserts.run(session, _BEGIN_VISIT, began)
        districts.run(session, _ADD_SCREENING, _screening(event))
    else:
        _apply(session, envelope, event)


def _apply(session: Session, envelope: Envelope, event: DomainEvent) -> None:
    is_put_off = _TOGETHER in session.info and isinstance(event, _OF_ONE_ROW)
    if not is_put_off:
        _write(session)
    _change(session, envelope, event)
    if not is_put_off:
        session.flush()


def _change(session: Session, envelope: Envelope, event: DomainEvent) -> None:
    match event:
        case VisitorScreened():
            _apply_screened(session, envelope, event)
        case DecisionMade(decision, clears_until):
            apply_decision(session, decision, clears_until, _site_deciding(session, envelope))
        case ClearanceDated() | ClearanceEnded() | VisitorRechecked() | RecheckDecided():
            _apply_later(session, envelope, event)
        case VisitCheckedIn():
            _apply_checked_in(session, envelope, event)
        case VisitCheckedOut():
            _depart(_row(session, event.visit_id), envelope.occurred_at, event.way)
        case VisitAbandoned():
            row = _row(session, event.visit_id)
            if row.state in (VisitState.CLEARED, VisitState.HELD):
                row.state = VisitState.ABANDONED
        case BadgeFailed():
            row = _row(session, event.visit_id)
            row.sticker = event.sticker or row.sticker
        case BadgePrinted() | WatchlistImported():
            pass


def _check_site(session: Session, envelope: Envelope, event: DomainEvent) -> None:
    """At the hub a kiosk speaks for its own site only. On a kiosk there is nobody else."""
    site_id = _site_of_kiosk(session, envelope)
    if site_id is None:
        return
    if isinstance(event, _OfTheHub):
        raise OfAnotherSiteError(envelope.type)
    kept: _Together | None = session.info.get(_TOGETHER)
    for visit_id in {envelope.visit_id, _visit_of(event)} - {None}:
        row = None if visit_id is None else _known_row(session, kept, visit_id)
        if row is not None and row.site_id != site_id:
            raise OfAnotherSiteError(envelope.type)
    # Whoever is cleared of a match is cleared wherever its list holds.
    if isinstance(event, VisitorScreened) and _is_of_other_list(session, event, site_id):
        raise OfAnotherSiteError(envelope.type)


def _is_of_other_list(session: Session, event: VisitorScreened, site_id: str) -> bool:
    """Whether somebody was found on a list by which another site alone screens."""
    lists = {match.list_id for match in event.screening.matches}
    other = (WatchlistRow.list_id.in_(lists), WatchlistRow.site_id.not_in(("", site_id)))
    query = select(WatchlistRow.list_id).where(*other).limit(1)
    return bool(lists) and session.scalar(query) is not None


def _visit_of(event: DomainEvent) -> UUID | None:
    match event:
        case DecisionMade(decision):
            return decision.visit_id
        case _:
            found: UUID | None = getattr(event, "visit_id", None)
            return found


def _site_of_kiosk(session: Session, envelope: Envelope) -> str | None:
    """The site that the hub knows a kiosk to be of; None on a kiosk, and for the hub itself."""
    if envelope.kiosk_id == chain.HUB:
        return None
    known: dict[str, str | None] = session.info.setdefault(_SITES_OF_KIOSKS, {})
    if envelope.kiosk_id not in known:
        asked = {"kiosk_id": envelope.kiosk_id}
        known[envelope.kiosk_id] = districts.run(session, _SITE_OF_KIOSK, asked).scalar()
    return known[envelope.kiosk_id]


def _site_deciding(session: Session, envelope: Envelope) -> str:
    """Of the kiosk that decided; empty for the hub, which knows itself who decides at the console.

    By who says it, whatever the decision says of where it was made.
    """
    if envelope.kiosk_id == chain.HUB:
        return ""
    return _site_of_kiosk(session, envelope) or envelope.site_id


def _apply_later(session: Session, envelope: Envelope, event: _OfTheHub) -> None:
    """What the hub says of a visit that went its way already."""
    match event:
        case ClearanceDated(clearance_id, clears_until):
            clearances.date_anew(session, clearance_id, clears_until)
        case ClearanceEnded(clearance_id, ended_by):
            clearances.end(session, clearance_id, envelope.occurred_at, ended_by)
        case VisitorRechecked():
            rechecks.apply_rechecked(session, event)
        case RecheckDecided():
            rechecks.apply_decided(session, event)


def apply_decision(
    session: Session, decision: Decision, clears_until: date | None = None, site_id: str = ""
) -> bool:
    """Keep a decision. Returns whether it is in force: the first one on a hold is.

    `site_id`: the only school where it clears somebody; empty: wherever the list counts.
    """
    row = _locked_row(session, decision.visit_id)
    asked = {"decision": decision.decision_id, "visit": decision.visit_id}
    before = districts.run(session, _BEFORE, asked).all()
    if any(row.decision_id == decision.decision_id for row in before):
        return False
    is_first = all(row.superseded for row in before)
    session.add(
        DecisionRow(
            decision_id=decision.decision_id,
            visit_id=decision.visit_id,
            verdict=decision.verdict,
            reason=decision.reason,
            decided_by=decision.decided_by,
            decided_at=decision.decided_at,
            where=decision.where,
            superseded=not is_first,
        )
    )
    in_force = is_first and row is not None and row.state == VisitState.HELD
    if in_force and row is not None:
        row.state = VisitState.CLEARED if decision.verdict.admits else VisitState.DENIED
        row.with_escort = decision.verdict is Verdict.ESCORT
    session.flush()
    screening = visits.screening_of(session, decision.visit_id) if clears_until else None
    clearances.apply_decision(session, decision, screening, clears_until, site_id=site_id)
    return in_force


def _apply_screened(session: Session, envelope: Envelope, event: VisitorScreened) -> None:
    kept: _Together | None = session.info.get(_TOGETHER)
    if not _is_known(session, kept, event.visit_id):
        keys = number_keys.settled(session) if kept is None else kept.keys
        _add(session, kept, VisitRow(**_began(session, envelope, event, keys)))
    if kept is not None:
        kept.screenings.append(_screening(event))
    else:
        districts.run(session, _ADD_SCREENING, _screening(event))


def _began(
    session: Session, envelope: Envelope, event: VisitorScreened, standing: Standing
) -> dict[str, object]:
    """A visit's row as its screening begins it."""
    identity = event.identity
    keys = number_keys.form_of_row(session, standing, event.visit_id, event.key_id)
    held = event.screening.outcome is Outcome.HOLD
    return {
        "visit_id": event.visit_id,
        "number": event.number,
        "site_id": _site_of_kiosk(session, envelope) or envelope.site_id,
        "kiosk_id": envelope.kiosk_id,
        "state": VisitState.HELD if held else VisitState.CLEARED,
        "given_name": identity.name.given,
        "middle_name": identity.name.middle,
        "family_name": identity.name.family,
        "suffix": identity.name.suffix,
        "search_name": visits.search_name(identity.name),
        "birth_date": identity.birth_date,
        "sex": identity.sex,
        "document": _json_or_none(identity.document),
        "number_hash": number_keys.lift(event.number_hash, keys, event.key_id),
        "visitor_key": number_keys.lift(event.visitor_key, keys, event.key_id),
        "started_at": envelope.occurred_at,
        "with_escort": False,
    }


def _screening(event: VisitorScreened) -> dict[str, object]:
    """The row of a screening."""
    screening = event.screening
    return {
        "screening_id": screening.screening_id,
        "visit_id": event.visit_id,
        "screened_at": screening.screened_at,
        "outcome": screening.outcome,
        "screening": codec.to_json(screening).decode(),
    }


def _known_row(session: Session, kept: _Together | None, visit_id: UUID) -> VisitRow | None:
    if kept is not None and visit_id in kept.rows:
        return kept.rows[visit_id]
    return districts.get(session, VisitRow, visit_id)


def _is_known(session: Session, kept: _Together | None, visit_id: UUID) -> bool:
    """The same question without the row: a visit that begins is rarely known."""
    if kept is not None and visit_id in kept.rows:
        return kept.rows[visit_id] is not None
    return districts.run(session, _IS_KNOWN, {"visit": visit_id}).first() is not None


def _add(session: Session, kept: _Together | None, row: VisitRow) -> None:
    session.add(row)
    if kept is not None:
        kept.rows[row.visit_id] = row
    else:
        session.flush()  # the screening refers to it


def _apply_checked_in(session: Session, envelope: Envelope, event: VisitCheckedIn) -> None:
    row = _row(session, event.visit_id)
    row.state = VisitState.ON_SITE
    row.visitor_type = event.details.visitor_type
    row.details = codec.to_json(event.details).decode()
    # The office may have asked for an escort before the kiosk, which had not heard, let them in.
    row.with_escort = row.with_escort or event.with_escort
    row.photo = event.photo
    row.badge_token_hash = event.badge_token_hash
    row.badge_code = event.badge_code
    row.valid_until = event.valid_until
    row.checked_in_at = envelope.occurred_at


def apply_staff_check_out(session: Session, visit_id: UUID, at: datetime) -> None:
    """On a kiosk: staff saw somebody leave at the desk. The event itself is in the hub's chain."""
    row = _locked_row(session, visit_id)
    if row is not None:
        _depart(row, at, CheckOutWay.STAFF)
        session.flush()


def _depart(row: VisitRow, at: datetime, way: CheckOutWay) -> None:
    if row.state == VisitState.DEPARTED:
        return  # seen leaving twice (kiosk and desk): the first one counts, both are in the log
    row.state = VisitState.DEPARTED
    row.checked_out_at = at
    row.checked_out_by = way


def _row(session: Session, visit_id: UUID) -> VisitRow:
    row = _locked_row(session, visit_id)
    if row is None:
        raise LookupError(f"no visit {visit_id}")
    return row


def _locked_row(session: Session, visit_id: UUID) -> VisitRow | None:
    kept: _Together | None = session.info.get(_TOGETHER)
    if kept is not None and visit_id in kept.rows:
        return kept.rows[visit_id]
    return next(iter(visits.locked_rows(session, [visit_id])), None)


def _json_or_none(value: object | None) -> str | None:
    return None if value is None else codec.to_json(value).decode()
