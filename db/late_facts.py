"""Facts of visits that came when these were forgotten already, as a decision that a kiosk had kept.

Nothing of the visit's own row tells of them. At the hub every event is looked at once more after it
was applied, in the hub's order, from where that came last: what came before a visit was forgotten
went with it. A kiosk has no such order, and few enough bodies that all are looked at.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from db import applying, settings
from db.log_models import EventBodyRow, EventRow
from db.models import VisitRow

AT_ONCE = 5_000
"""Events that are looked at together at the hub: a district has so many in half an hour."""
_LOOKED = "late_facts_looked"


@dataclass(frozen=True, slots=True)
class Late:
    """Visits without facts of which an event has some, and where the next look goes on."""

    visit_ids: tuple[UUID, ...]
    looked: int
    """Every event of the hub's order with a smaller place was looked at."""
    is_more: bool


def at_hub(session: Session, has_facts: ColumnElement[bool]) -> Late:
    """The next events that were all applied or parked."""
    first, settled = settings.read(session, _LOOKED, int) or 0, applying.settled(session)
    end = min(first + AT_ONCE, settled)
    if first >= end:
        return Late((), first, is_more=False)
    of_these = (EventRow.leaf_index >= first) & (EventRow.leaf_index < end)
    return Late(_late(session, of_these & ~_visit(has_facts)), end, is_more=end < settled)


def at_kiosk(session: Session, is_kept: ColumnElement[bool]) -> Late:
    """All of visits that have no facts and are not `is_kept`."""
    return Late(_late(session, ~_visit(is_kept)), 0, is_more=False)


def move_on(session: Session, late: Late) -> None:
    """They are forgotten."""
    if late.looked > (settings.read(session, _LOOKED, int) or 0):
        settings.write(session, _LOOKED, late.looked)


def _visit(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(VisitRow.visit_id == EventRow.visit_id, condition)


def _late(session: Session, which: ColumnElement[bool]) -> tuple[UUID, ...]:
    query = (
        select(EventRow.visit_id)
        .join(EventBodyRow, EventBodyRow.event_id == EventRow.event_id)
        .where(which, exists().where(VisitRow.visit_id == EventRow.visit_id))
        .distinct()
    )
    return tuple(visit_id for visit_id in session.scalars(query) if visit_id is not None)
