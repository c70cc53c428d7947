"""A kiosk that was offline for weeks: visits of many people, none of which the hub has."""

from dataclasses import replace
from datetime import datetime, timedelta

from db import outbox
from db.domain.events import VisitCheckedOut
from db.domain.visit import CheckOutWay
from db.engine import Database
from db.outbox import Device
from tests.makers import make_checked_in, make_identity, make_screened

EVENTS_OF_A_VISIT = 3
_AT_ONCE = 20
_DAYS = 30


def fill(database: Database, device: Device, events: int, until: datetime) -> None:
    """So many events of visits that are over, spread over the thirty days before `until`."""
    visits = events // EVENTS_OF_A_VISIT
    begins = until - timedelta(days=_DAYS)
    for first in range(0, visits, _AT_ONCE):
        with database.begin() as session:
            for number in range(first, min(first + _AT_ONCE, visits)):
                now = begins + number * timedelta(days=_DAYS) / visits
                screened = make_screened(
                    number=number,
                    now=now,
                    identity=make_identity(f"Given{number}", f"Family{number % 977}"),
                )
                screened = replace(screened, number_hash=f"{number:064x}")
                visit_id = screened.visit_id
                for event in (
                    screened,
                    make_checked_in(visit_id),
                    VisitCheckedOut(visit_id, CheckOutWay.BADGE),
                ):
                    outbox.add(session, device, event, now, actor="visitor", visit_id=visit_id)
