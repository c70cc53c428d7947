"""Once the hub's clock is certain, what was cleared meanwhile holds for the days of the rules."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from admin_console.hub import aftermath, applying, redating
from admin_console.hub.context import Context
from db import clearances, clearing, clock_doubt


def settle(context: Context) -> int:
    """Date anew what was given while the clock was doubted. Returns how many clearances.

    One that goes on from where it leapt to is right: they hold for longer. One that was set back
    was ahead: they hold for as long as if they were given now, those too that were given once it
    had been believed.
    """
    with context.database.read() as session:
        waiting = [clearances.get(session, each) for each in _unsettled(session, context.now())]
        is_doubted = clock_doubt.is_doubted(session, context.now())
    visit_ids = {clearance.visit_id for clearance in waiting if clearance is not None}
    if is_doubted or not visit_ids:
        return 0
    dated = []
    with context.database.begin() as session:
        now = context.now()
        applying.before(session, visit_ids, now)
        unsure = clearing.unsure(session)
        for clearance_id in _unsettled(session, now):
            known = clearances.get(session, clearance_id)
            until = None if known is None else redating.certain_until(session, known, now)
            if known is None or until is None or until == known.expires_on:
                continue
            if clearance_id in unsure or until < known.expires_on:
                redating.date_anew(session, known, until, now)
                dated.append(clearance_id)
        clearing.forget_unsure(session)
        for clearance_id in dated:
            told = clearances.get(session, clearance_id)
            if told is not None:
                aftermath.tell_of_clearance(session, told)
    context.wake.notify()
    return len(dated)


def _unsettled(session: Session, now: datetime) -> tuple[UUID, ...]:
    """What was given while the clock was doubted, or by one that was ahead."""
    ahead = clearances.given_after(session, now + clock_doubt.LEAP)
    return tuple(dict.fromkeys((*clearing.unsure(session), *ahead)))
