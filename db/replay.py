"""Whether the visits and decisions that people see are those that the log tells of.

The hub's log is applied again, in the order in which the hub took it in (`EventRow.leaf_index`), to
an empty database in memory, and both are compared. For the hub only: a kiosk also keeps decisions
whose events are in the hub's chain.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from db import (
    applying,
    chain,
    clearances,
    codec,
    districts,
    number_keys,
    rechecks,
    visit_events,
    visits,
)
from db.desk_models import ClearanceRow, RecheckRow
from db.domain.events import DomainEvent
from db.engine import open_database
from db.hub_models import DeviceRow
from db.log_models import EventBodyRow, EventRow
from db.models import DecisionRow, VisitRow


@dataclass(frozen=True, slots=True)
class _Told:
    """An event of the log; `body` is None once it was erased."""

    envelope: chain.Envelope
    body: bytes | None


def differences(session: Session) -> list[str]:
    """What is not as the log tells it, in words without names. The chains must have verified.

    Visits whose personal facts were erased from the log cannot be compared, and are passed over.
    """
    scratch = open_database("sqlite://")
    if session.get_bind().dialect.name == "postgresql":
        scratch.make_fit()  # as `db.move` did with what SQLite had taken
    try:
        with scratch.begin() as again:
            number_keys.take(again, number_keys.later(session))
            erased = _replay(session, again)
            return [
                *_visits(session, again, erased),
                *_decisions(session, again, erased),
                *_clearances(session, again, erased),
                *_rechecks(session, again, erased),
            ]
    except (codec.MalformedError, TypeError, ValueError):  # SQLite keeps any text in any column
        return ["a visit or a decision is not kept in the form it was written in"]
    finally:
        scratch.close()


def _replay(session: Session, again: Session) -> set[UUID]:
    """Apply every event that was applied. Returns the visits with an event that was erased."""
    erased: set[UUID] = set()
    for device_id, site_id in session.execute(select(DeviceRow.device_id, DeviceRow.site_id)):
        again.add(
            DeviceRow(
                device_id=device_id,
                site_id=site_id,
                paired_at=datetime.min.replace(tzinfo=UTC),
            )
        )
    again.flush()
    for told in _in_order(session):
        if told.body is None:
            if told.envelope.visit_id is not None:
                erased.add(told.envelope.visit_id)
            continue
        _apply(again, told)
    return erased


def _apply(again: Session, told: _Told) -> None:
    try:
        event = _event(told)
        if event is not None:
            with again.begin_nested():
                visit_events.apply(again, told.envelope, event)
    except (SQLAlchemyError, codec.MalformedError, LookupError, ValueError):
        return  # what it should have changed differs, and is found so


def _event(told: _Told) -> DomainEvent | None:
    return None if told.body is None else codec.event_from_json(told.envelope.type, told.body)


def _in_order(session: Session) -> Iterator[_Told]:
    """The events that were applied, in the order in which the hub took them in."""
    query = (
        select(EventRow.line, EventBodyRow.body)
        .outerjoin(EventBodyRow, EventBodyRow.event_id == EventRow.event_id)
        .where(applying.is_applied(session), EventRow.parked.is_(None))
        .order_by(EventRow.leaf_index)
        .execution_options(yield_per=500)
    )
    with session.execute(query) as rows:
        for line, body in rows:
            yield _Told(codec.from_json(line, chain.Envelope), body)


# ---- comparing -------------------------------------------------------------------------------


def _visits(session: Session, again: Session, erased: set[UUID]) -> Iterator[str]:
    seen = set(erased)
    with session.scalars(select(VisitRow).execution_options(yield_per=500)) as rows:
        for row in rows:
            if row.visit_id not in erased:
                yield from _visit(session, again, row)
            seen.add(row.visit_id)
    for visit_id in again.scalars(select(VisitRow.visit_id)):
        if visit_id not in seen:
            yield f"visit {visit_id} was removed"


def _visit(session: Session, again: Session, row: VisitRow) -> Iterator[str]:
    told = districts.get(again, VisitRow, row.visit_id)
    if told is None:
        yield f"visit {row.visit_id} is not in the log"
        return
    screenings = [visits.screening_of(s, row.visit_id) for s in (session, again)]
    shown, wanted = visits.value_of(row), visits.value_of(told)
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
            told = districts.get(again, DecisionRow, row.decision_id)
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
            told = districts.get(again, ClearanceRow, row.clearance_id)
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
            told = districts.get(again, RecheckRow, row.recheck_id)
            is_same = told is not None and rechecks.value_of(row) == rechecks.value_of(told)
            if not is_same and row.visit_id not in erased:
                yield f"what a later list said of visit {row.visit_id} was changed"
    for told in again.scalars(select(RecheckRow)):
        if told.recheck_id not in seen and told.visit_id not in erased:
            yield f"what a later list said of visit {told.visit_id} was removed"


def _decision(row: DecisionRow) -> object:
    return visits.decision_value(row), row.superseded
