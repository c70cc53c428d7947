"""Visits as the log left them: one function applies an event, the others read.

Kiosk and hub apply the same events with the same function, so both hold the same visits.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db import clearances, codec, districts, rechecks
from db.chain import Envelope
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.events import (
    BadgeFailed,
    BadgePrinted,
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
from db.domain.people import Document, Identity, PersonName, Sex
from db.domain.screening import Outcome, Screening
from db.domain.visit import CheckOutWay, Visit, VisitDetails, VisitState
from db.models import DecisionRow, ScreeningRow, VisitRow
from db.screening.names import letters


def hash_document_number(key: bytes, document: Document) -> str:
    """HMAC-SHA-256 in hex of an ID's number and of who issued it, empty without a number.

    States give out the same numbers, so a number alone is nobody. The key is the district's.
    """
    number = "".join(document.number.split()).upper()
    if not number:
        return ""
    issuer = (document.country.strip().upper(), document.jurisdiction.strip().upper())
    told = "\0".join((*issuer, document.kind, number))
    return hmac.new(key, told.encode(), hashlib.sha256).hexdigest()


def hash_badge_token(token: str) -> str:
    """SHA-256 of a badge's random token in hex: all that is stored of it."""
    return hashlib.sha256(token.encode()).hexdigest()


# ---- what an event does ----------------------------------------------------------------------


def apply(session: Session, envelope: Envelope, event: DomainEvent) -> None:
    """Bring the tables up to date with one event. Raises LookupError when its visit is unknown."""
    match event:
        case VisitorScreened():
            _apply_screened(session, envelope, event)
        case DecisionMade(decision, clears_until):
            apply_decision(session, decision, clears_until)
        case ClearanceEnded() | VisitorRechecked() | RecheckDecided():
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
    session.flush()


def _apply_later(
    session: Session, envelope: Envelope, event: ClearanceEnded | VisitorRechecked | RecheckDecided
) -> None:
    """What the hub says of a visit that went its way already."""
    match event:
        case ClearanceEnded(clearance_id, ended_by):
            clearances.end(session, clearance_id, envelope.occurred_at, ended_by)
        case VisitorRechecked():
            rechecks.apply_rechecked(session, event)
        case RecheckDecided():
            rechecks.apply_decided(session, event)


def apply_decision(session: Session, decision: Decision, clears_until: date | None = None) -> bool:
    """Keep a decision. Returns whether it is in force: the first one on a hold is."""
    row = _locked_row(session, decision.visit_id)
    if districts.get(session, DecisionRow, decision.decision_id) is not None:
        return False
    is_first = not session.scalar(
        select(DecisionRow.decision_id)
        .where(DecisionRow.visit_id == decision.visit_id, DecisionRow.superseded.is_(False))
        .limit(1)
    )
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
    screening = screening_of(session, decision.visit_id) if clears_until else None
    clearances.apply_decision(session, decision, screening, clears_until)
    return in_force


def _apply_screened(session: Session, envelope: Envelope, event: VisitorScreened) -> None:
    identity, screening = event.identity, event.screening
    held = screening.outcome is Outcome.HOLD
    if districts.get(session, VisitRow, event.visit_id) is None:
        session.add(
            VisitRow(
                visit_id=event.visit_id,
                number=event.number,
                site_id=envelope.site_id,
                kiosk_id=envelope.kiosk_id,
                state=VisitState.HELD if held else VisitState.CLEARED,
                given_name=identity.name.given,
                middle_name=identity.name.middle,
                family_name=identity.name.family,
                suffix=identity.name.suffix,
                search_name=_search_name(identity.name),
                birth_date=identity.birth_date,
                sex=identity.sex,
                document=_json_or_none(identity.document),
                number_hash=event.number_hash,
                visitor_key=event.visitor_key,
                started_at=envelope.occurred_at,
                with_escort=False,
            )
        )
        session.flush()
    session.add(
        ScreeningRow(
            screening_id=screening.screening_id,
            visit_id=event.visit_id,
            screened_at=screening.screened_at,
            outcome=screening.outcome,
            screening=codec.to_json(screening).decode(),
        )
    )


def _apply_checked_in(session: Session, envelope: Envelope, event: VisitCheckedIn) -> None:
    row = _row(session, event.visit_id)
    row.state = VisitState.ON_SITE
    row.visitor_type = event.details.visitor_type
    row.details = codec.to_json(event.details).decode()
    row.with_escort = event.with_escort
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
    """The visit's row as the last commit left it; others who would change it wait for ours.

    SQLite has one writer at a time and needs no lock.
    """
    return session.scalar(
        select(VisitRow)
        .where(VisitRow.visit_id == visit_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


# ---- reading ---------------------------------------------------------------------------------


def get(session: Session, visit_id: UUID) -> Visit | None:
    row = districts.get(session, VisitRow, visit_id)
    return None if row is None else value_of(row)


def locked(session: Session, visit_id: UUID) -> Visit | None:
    """The visit, which nobody else can change until this transaction ends."""
    row = _locked_row(session, visit_id)
    return None if row is None else value_of(row)


def on_site_with_token(session: Session, token: str) -> Visit | None:
    """Who wears the badge with this token and was not seen leaving."""
    return _one(session, VisitRow.badge_token_hash == hash_badge_token(token), _is_on_site())


def on_site_with_sticker(session: Session, sticker: str) -> Visit | None:
    return _one(session, VisitRow.sticker == sticker, _is_on_site())


def on_site_named(session: Session, name: PersonName) -> list[Visit]:
    """Everybody on site with this given and family name, however it is written.

    ``O Brien`` finds ``O'Brien``, and the given name may be given with the middle one.
    """
    wanted = _solid(name.family), _solid(name.given)
    rows = session.scalars(
        select(VisitRow).where(_is_on_site()).order_by(VisitRow.started_at.desc())
    )
    return [
        value_of(r)
        for r in rows
        if wanted
        in (
            (_solid(r.family_name), _solid(r.given_name)),
            (_solid(r.family_name), _solid(r.given_name + r.middle_name)),
        )
    ]


def on_site_of_person(session: Session, identity: Identity, number_hash: str) -> list[Visit]:
    """The person's visits that nobody saw end, newest first."""
    return _of_person(session, identity, number_hash, _is_on_site())


def of_person_since(
    session: Session, identity: Identity, number_hash: str, since: datetime
) -> list[Visit]:
    """The person's visits that began since then, newest first."""
    return _of_person(session, identity, number_hash, VisitRow.started_at >= since)


def _of_person(
    session: Session, identity: Identity, number_hash: str, condition: ColumnElement[bool]
) -> list[Visit]:
    """The same person shows the same ID number, or without one has the same name and date."""
    same: ColumnElement[bool] = VisitRow.number_hash == number_hash
    if not number_hash:
        same = (VisitRow.search_name == _search_name(identity.name)) & (
            VisitRow.birth_date == identity.birth_date
        )
    rows = session.scalars(
        select(VisitRow)
        .where(same, condition)
        .order_by(VisitRow.started_at.desc(), VisitRow.visit_id.desc())
    )
    return [value_of(r) for r in rows]


def next_number(session: Session, kiosk_id: str, since: datetime) -> int:
    """The next visit's number on this kiosk; `since` is the site's midnight."""
    last = session.scalar(
        select(func.max(VisitRow.number)).where(
            VisitRow.kiosk_id == kiosk_id, VisitRow.started_at >= since
        )
    )
    return (last or 0) + 1


def screening_of(session: Session, visit_id: UUID) -> Screening | None:
    """The visit's newest screening."""
    text = session.scalar(
        select(ScreeningRow.screening)
        .where(ScreeningRow.visit_id == visit_id)
        .order_by(ScreeningRow.screened_at.desc())
        .limit(1)
    )
    return None if text is None else codec.from_json(text, Screening)


def decisions_of(session: Session, visit_ids: Iterable[UUID]) -> list[Decision]:
    """All decisions on these visits, oldest first; superseded ones too."""
    rows = session.scalars(
        select(DecisionRow)
        .where(DecisionRow.visit_id.in_(list(visit_ids)))
        .order_by(DecisionRow.decided_at)
    )
    return [decision_value(r) for r in rows]


def decision_in_force(session: Session, visit_id: UUID) -> Decision | None:
    row = session.scalar(
        select(DecisionRow).where(
            DecisionRow.visit_id == visit_id, DecisionRow.superseded.is_(False)
        )
    )
    return None if row is None else decision_value(row)


def decision_value(row: DecisionRow) -> Decision:
    return Decision(
        decision_id=row.decision_id,
        visit_id=row.visit_id,
        verdict=Verdict(row.verdict),
        reason=row.reason,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        where=DecidedAt(row.where),
    )


def value_of(row: VisitRow) -> Visit:
    """The value of a row: for `db` only, rows never leave it."""
    return Visit(
        visit_id=row.visit_id,
        number=row.number,
        site_id=row.site_id,
        kiosk_id=row.kiosk_id,
        state=VisitState(row.state),
        identity=_identity(row),
        started_at=row.started_at,
        details=None if row.details is None else codec.from_json(row.details, VisitDetails),
        with_escort=row.with_escort,
        photo=row.photo,
        badge_code=row.badge_code,
        valid_until=row.valid_until,
        checked_in_at=row.checked_in_at,
        checked_out_at=row.checked_out_at,
        checked_out_by=None if row.checked_out_by is None else CheckOutWay(row.checked_out_by),
        sticker=row.sticker,
    )


def _identity(row: VisitRow) -> Identity:
    name = PersonName(row.given_name, row.family_name, row.middle_name, row.suffix)
    document = None if row.document is None else codec.from_json(row.document, Document)
    birth_date: date | None = row.birth_date
    return Identity(name, birth_date, Sex(row.sex), document)


def _search_name(name: PersonName) -> str:
    return letters(f"{name.family} {name.given} {name.middle}")


def _solid(name: str) -> str:
    return letters(name).replace(" ", "")


def _is_on_site() -> ColumnElement[bool]:
    return VisitRow.state == VisitState.ON_SITE


def _one(session: Session, *conditions: ColumnElement[bool]) -> Visit | None:
    row = session.scalar(
        select(VisitRow).where(*conditions).order_by(VisitRow.started_at.desc()).limit(1)
    )
    return None if row is None else value_of(row)


def _json_or_none(value: object | None) -> str | None:
    return None if value is None else codec.to_json(value).decode()
