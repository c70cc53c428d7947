"""Whether the visits and decisions that people see are those that the log tells of.

The hub's log is applied again, to an empty database in memory, and both are compared. For the hub
only: a kiosk also keeps decisions whose events are in the hub's chain.
"""

import heapq
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from db import chain, codec, visits
from db.engine import open_database
from db.models import ChainRow, DecisionRow, EventBodyRow, EventRow, VisitRow

_Replayable = tuple[chain.Envelope, bytes | None]


def differences(session: Session) -> list[str]:
    """What is not as the log tells it, in words without names. The chains must have verified.

    Visits whose personal facts were erased from the log cannot be compared, and are passed over.
    """
    scratch = open_database("sqlite://")
    try:
        with scratch.begin() as again:
            erased = _replay(session, again)
            return [*_visits(session, again, erased), *_decisions(session, again, erased)]
    except (codec.MalformedError, TypeError, ValueError):  # SQLite keeps any text in any column
        return ["a visit or a decision is not kept in the form it was written in"]
    finally:
        scratch.close()


def _replay(session: Session, again: Session) -> set[UUID]:
    """Apply every event that was applied. Returns the visits with an event that was erased."""
    erased: set[UUID] = set()
    for envelope, body in _in_order(session):
        if body is None:
            if envelope.visit_id is not None:
                erased.add(envelope.visit_id)
            continue
        try:
            event = codec.event_from_json(envelope.type, body)
            if event is not None:
                with again.begin_nested():
                    visits.apply(again, envelope, event)
        except (SQLAlchemyError, codec.MalformedError, LookupError, ValueError):
            continue  # what it should have changed differs, and is found so
    return erased


def _in_order(session: Session) -> Iterator[_Replayable]:
    """The events in the order in which the hub applied them.

    That is by its own clock (a kiosk's may be wrong), and within a chain always by number.
    """
    chains = session.execute(select(ChainRow.device_id, ChainRow.epoch)).all()
    merged = heapq.merge(
        *(_of_chain(session, device_id, epoch) for device_id, epoch in chains),
        key=lambda found: found[0],
    )
    return (replayable for _, replayable in merged)


def _of_chain(
    session: Session, device_id: str, epoch: int
) -> Iterator[tuple[tuple[object, ...], _Replayable]]:
    query = (
        select(
            func.coalesce(
                EventRow.received_at, EventRow.occurred_at, type_=EventRow.occurred_at.type
            ),
            EventRow.seq,
            EventRow.line,
            EventBodyRow.body,
        )
        .outerjoin(EventBodyRow, EventBodyRow.event_id == EventRow.event_id)
        .where(EventRow.device_id == device_id, EventRow.epoch == epoch, EventRow.parked.is_(None))
        .order_by(EventRow.seq)
        .execution_options(yield_per=500)
    )
    with session.execute(query) as rows:
        for moment, seq, line, body in rows:
            envelope = codec.from_json(line, chain.Envelope)
            yield (moment, device_id, epoch, seq), (envelope, body)


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
    told = again.get(VisitRow, row.visit_id)
    if told is None:
        yield f"visit {row.visit_id} is not in the log"
        return
    screenings = [visits.screening_of(s, row.visit_id) for s in (session, again)]
    if visits.value_of(row) != visits.value_of(told):
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


def _decision(row: DecisionRow) -> object:
    return visits.decision_value(row), row.superseded
