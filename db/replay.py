"""Whether the visits and decisions that people see are those that the log tells of.

The hub's log is applied again, to an empty database in memory, and both are compared. For the hub
only: a kiosk also keeps decisions whose events are in the hub's chain.

Of two decisions on a visit, or two departures, the first one that the hub applied counts. The log
does not say which that was when both came at once: an event's moment is read before the hub waits
for whoever is at the visit already. Within `AT_ONCE` either may have been the first.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from db import chain, clearances, codec, rechecks, visits
from db.desk_models import ClearanceRow, RecheckRow
from db.domain.decision import Verdict
from db.domain.events import DecisionMade, DomainEvent, VisitCheckedOut
from db.domain.visit import Visit, VisitState
from db.engine import open_database
from db.models import ChainRow, DecisionRow, EventBodyRow, EventRow, VisitRow

AT_ONCE = timedelta(seconds=60)
"""Longer than the hub waits for a transaction that is under way."""
_DECISION, _DEPARTURE = "decision.made", "visit.checked_out"


@dataclass(frozen=True, slots=True)
class _Told:
    """An event of the log; `at` is the hub's own moment, `body` None once it was erased."""

    at: datetime
    envelope: chain.Envelope
    body: bytes | None


@dataclass(frozen=True, slots=True)
class _AtOnce:
    """What came at once: which event was applied before which other one, by the other one's id."""

    before: dict[UUID, _Told]
    decided: set[UUID]
    """The visits that were decided on twice at once."""


def differences(session: Session) -> list[str]:
    """What is not as the log tells it, in words without names. The chains must have verified.

    Visits whose personal facts were erased from the log cannot be compared, and are passed over.
    """
    scratch = open_database("sqlite://")
    try:
        with scratch.begin() as again:
            at_once = _at_once(session)
            erased = _replay(session, again, at_once)
            return [
                *_visits(session, again, erased, at_once.decided),
                *_decisions(session, again, erased),
                *_clearances(session, again, erased),
                *_rechecks(session, again, erased),
            ]
    except (codec.MalformedError, TypeError, ValueError):  # SQLite keeps any text in any column
        return ["a visit or a decision is not kept in the form it was written in"]
    finally:
        scratch.close()


def _replay(session: Session, again: Session, at_once: _AtOnce) -> set[UUID]:
    """Apply every event that was applied. Returns the visits with an event that was erased."""
    erased: set[UUID] = set()
    for told in _in_order(session):
        if told.body is None:
            if told.envelope.visit_id is not None:
                erased.add(told.envelope.visit_id)
            continue
        before = at_once.before.get(told.envelope.event_id)
        if before is not None:
            _apply(again, before)  # and when its turn comes, a second time, which changes nothing
        _apply(again, told)
    return erased


def _apply(again: Session, told: _Told) -> None:
    try:
        event = _event(told)
        if event is not None:
            with again.begin_nested():
                visits.apply(again, told.envelope, event)
    except (SQLAlchemyError, codec.MalformedError, LookupError, ValueError):
        return  # what it should have changed differs, and is found so


def _event(told: _Told) -> DomainEvent | None:
    return None if told.body is None else codec.event_from_json(told.envelope.type, told.body)


def _in_order(session: Session) -> Iterator[_Told]:
    """The events in the order in which the hub applied them.

    That is by its own clock (a kiosk's may be wrong), and within a chain always by number.
    """
    chains = session.execute(select(ChainRow.device_id, ChainRow.epoch)).all()
    return heapq.merge(
        *(
            _events(session, EventRow.device_id == device_id, EventRow.epoch == epoch)
            for device_id, epoch in chains
        ),
        key=lambda told: (told.at, told.envelope.kiosk_id, told.envelope.epoch, told.envelope.seq),
    )


def _events(session: Session, *conditions: ColumnElement[bool]) -> Iterator[_Told]:
    """The events that were applied, by their numbers."""
    query = (
        select(
            func.coalesce(
                EventRow.received_at, EventRow.occurred_at, type_=EventRow.occurred_at.type
            ),
            EventRow.line,
            EventBodyRow.body,
        )
        .outerjoin(EventBodyRow, EventBodyRow.event_id == EventRow.event_id)
        .where(*conditions, EventRow.parked.is_(None))
        .order_by(EventRow.seq)
        .execution_options(yield_per=500)
    )
    with session.execute(query) as rows:
        for at, line, body in rows:
            yield _Told(at, codec.from_json(line, chain.Envelope), body)


# ---- at once ---------------------------------------------------------------------------------


def _at_once(session: Session) -> _AtOnce:
    found = _AtOnce({}, set())
    twice = (
        select(EventRow.visit_id, EventRow.event_type)
        .where(EventRow.event_type.in_((_DECISION, _DEPARTURE)), EventRow.parked.is_(None))
        .group_by(EventRow.visit_id, EventRow.event_type)
        .having(func.count() > 1)
    )
    for visit_id, event_type in session.execute(twice).all():
        same = [*_events(session, EventRow.visit_id == visit_id, EventRow.event_type == event_type)]
        first = next((told for told in same if _counts(session, told)), None)
        for told in same:
            if first is None or told.envelope.kiosk_id == first.envelope.kiosk_id:
                continue  # within a chain the numbers say which came first
            if abs(first.at - told.at) <= AT_ONCE and visit_id and event_type == _DECISION:
                found.decided.add(visit_id)
            if timedelta(0) <= first.at - told.at <= AT_ONCE:
                found.before[told.envelope.event_id] = first
    return found


def _counts(session: Session, told: _Told) -> bool:
    """Whether people see this event as the one that was first."""
    match _event(told):
        case DecisionMade(decision):
            kept = session.get(DecisionRow, decision.decision_id)
            return kept is not None and not kept.superseded
        case VisitCheckedOut(visit_id, way):
            left = session.get(VisitRow, visit_id)
            at = told.envelope.occurred_at
            return left is not None and (left.checked_out_at, left.checked_out_by) == (at, way)
        case _:
            return False


def _as_either_decided(again: Session, visit: Visit, told: Visit) -> Visit:
    """A visit with two decisions at once, as the one in force left it if the other one did.

    Both were taken for the first one, before the database kept at most one in force.
    """
    verdicts = again.scalars(
        select(DecisionRow.verdict).where(DecisionRow.visit_id == visit.visit_id)
    )
    decided = {_left_by(Verdict(verdict)) for verdict in verdicts}
    here, there = (visit.state, visit.with_escort), (told.state, told.with_escort)
    if here in decided and there in decided:
        return replace(visit, state=told.state, with_escort=told.with_escort)
    return visit


def _left_by(verdict: Verdict) -> tuple[VisitState, bool]:
    state = VisitState.CLEARED if verdict.admits else VisitState.DENIED
    return state, verdict is Verdict.ESCORT


# ---- comparing -------------------------------------------------------------------------------


def _visits(
    session: Session, again: Session, erased: set[UUID], decided: set[UUID]
) -> Iterator[str]:
    seen = set(erased)
    with session.scalars(select(VisitRow).execution_options(yield_per=500)) as rows:
        for row in rows:
            if row.visit_id not in erased:
                yield from _visit(session, again, row, was_at_once=row.visit_id in decided)
            seen.add(row.visit_id)
    for visit_id in again.scalars(select(VisitRow.visit_id)):
        if visit_id not in seen:
            yield f"visit {visit_id} was removed"


def _visit(session: Session, again: Session, row: VisitRow, *, was_at_once: bool) -> Iterator[str]:
    told = again.get(VisitRow, row.visit_id)
    if told is None:
        yield f"visit {row.visit_id} is not in the log"
        return
    screenings = [visits.screening_of(s, row.visit_id) for s in (session, again)]
    shown, wanted = visits.value_of(row), visits.value_of(told)
    if was_at_once:
        shown = _as_either_decided(again, shown, wanted)
    if shown != wanted:
        yield f"visit {row.visit_id} was changed"
    if screenings[0] != screenings[1]:
        yield f"the screening of visit {row.visit_id} was changed"


def _decisions(session: Session, again: Session, erased: set[UUID]) -> Iterator[str]:
    seen: set[UUID] = set()
    with session.scalars(select(DecisionRow).execution_options(yield_per=500)) as rows:
        for row in rows:
            seen.add(row.decision_id)
            if row.visit_id in erased:
                continue
            told = again.get(DecisionRow, row.decision_id)
            if told is None:
                yield f"a decision on visit {row.visit_id} is not in the log"
            elif _decision(row) != _decision(told):
                yield f"a decision on visit {row.visit_id} was changed"
    for told in again.scalars(select(DecisionRow)):
        if told.decision_id not in seen and told.visit_id not in erased:
            yield f"a decision on visit {told.visit_id} was removed"


def _clearances(session: Session, again: Session, erased: set[UUID]) -> Iterator[str]:
    """Those of a visit whose facts were erased stay in force, and cannot be compared."""
    seen: set[UUID] = set()
    with session.scalars(select(ClearanceRow).execution_options(yield_per=500)) as rows:
        for row in rows:
            seen.add(row.clearance_id)
            told = again.get(ClearanceRow, row.clearance_id)
            if told is None and row.visit_id not in erased:
                yield f"a clearance from visit {row.visit_id} is not in the log"
            elif told is not None and clearances.value_of(row) != clearances.value_of(told):
                yield f"a clearance from visit {row.visit_id} was changed"
    for told in again.scalars(select(ClearanceRow)):
        if told.clearance_id not in seen:
            yield f"a clearance from visit {told.visit_id} was removed"


def _rechecks(session: Session, again: Session, erased: set[UUID]) -> Iterator[str]:
    seen: set[UUID] = set()
    with session.scalars(select(RecheckRow).execution_options(yield_per=500)) as rows:
        for row in rows:
            seen.add(row.recheck_id)
            told = again.get(RecheckRow, row.recheck_id)
            is_same = told is not None and rechecks.value_of(row) == rechecks.value_of(told)
            if not is_same and row.visit_id not in erased:
                yield f"what a later list said of visit {row.visit_id} was changed"
    for told in again.scalars(select(RecheckRow)):
        if told.recheck_id not in seen and told.visit_id not in erased:
            yield f"what a later list said of visit {told.visit_id} was removed"


def _decision(row: DecisionRow) -> object:
    return visits.decision_value(row), row.superseded
