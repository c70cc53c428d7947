"""Once the hub's clock is certain, what was cleared meanwhile holds for the days of the rules."""

from admin_console.hub import aftermath, applying, redating
from admin_console.hub.context import Context
from db import clearances, clearing, clock_doubt


def settle(context: Context) -> int:
    """Date anew what was given while the clock was doubted. Returns how many clearances.

    One that goes on from where it leapt to is right: they hold for longer. One that was set back
    was ahead: they hold for as long as if they were given now.
    """
    with context.database.read() as session:
        waiting = [clearances.get(session, each) for each in clearing.unsure(session)]
        is_doubted = clock_doubt.is_doubted(session, context.now())
    visit_ids = {clearance.visit_id for clearance in waiting if clearance is not None}
    if is_doubted or not visit_ids:
        return 0
    dated = []
    with context.database.begin() as session:
        now = context.now()
        applying.before(session, visit_ids, now)
        for clearance_id in clearing.unsure(session):
            known = clearances.get(session, clearance_id)
            until = None if known is None else redating.certain_until(session, known, now)
            if known is not None and until not in (None, known.expires_on):
                redating.date_anew(session, known, until, now)
                dated.append(clearance_id)
        clearing.forget_unsure(session)
        for clearance_id in dated:
            told = clearances.get(session, clearance_id)
            if told is not None:
                aftermath.tell_of_clearance(session, told)
    context.wake.notify()
    return len(dated)
