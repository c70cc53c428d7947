"""What follows at the hub from decisions, wherever they were made: kiosks of the district learn."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from db import changes, clearances
from db.chain import Envelope

CLEARANCE = "clearance"
"""The kind of a change that tells kiosks of a clearance, or of its end."""


def of_events(session: Session, new: Sequence[Envelope]) -> None:
    """What follows from a kiosk's events, in the transaction that took them in."""
    decided = [e.visit_id for e in new if e.type == "decision.made" and e.visit_id is not None]
    of_decisions(session, dict.fromkeys(decided))


def of_decisions(session: Session, visit_ids: Iterable[UUID]) -> None:
    """Tell every kiosk of the clearances that decisions on these visits gave or ended."""
    for clearance in clearances.of_visits(session, visit_ids):
        changes.add(session, CLEARANCE, clearance)
