"""A backlog of kiosks applied behind the answers, with all that follows from its events."""

import asyncio
import logging
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from admin_console.hub import aftermath
from admin_console.hub.backlog import QUIET_SECONDS, Backlog
from admin_console.hub.context import Context
from admin_console.hub.going_on import going_on
from admin_console.hub.threads import finish_in_thread
from db import applying, inbox, pairing

LOG = logging.getLogger(__name__)

AT_ONCE = 200
"""Events to a transaction: somebody who decides meanwhile waits for one of these at most."""
HELD_SECONDS = 10.0
"""So long nothing is applied while a backlog comes, once until it was quiet: whoever sends without
an end holds nobody else's back. Kiosks stand in line then, and to apply takes ten times as long as
to store; what somebody waits for is applied ahead when the next of that visit comes."""
LOOK_SECONDS = 10.0
"""How soon a backlog is found that another hub stored, and could not apply."""


def before(session: Session, visit_ids: Collection[UUID], now: datetime) -> None:
    """Call this first where the hub's own word on visits goes into the log.

    All that waits of these visits is applied, and nothing on them comes between.
    """
    applying.hold_order(session)
    applying.catch_up(session, visit_ids, aftermath.at(now))
    aftermath.at_end(session, now)


async def keep_applying(context: Context) -> None:
    """Apply what waits, at once and whenever more comes, until cancelled."""
    context.backlog.bind(asyncio.get_running_loop())
    is_tried = False  # what an older version could not apply
    left = HELD_SECONDS
    while True:
        is_more = False
        with going_on(LOG, "parked events were not tried, soon they are tried again"):
            is_tried = is_tried or await finish_in_thread(_try_again, context)
        with going_on(LOG, "events wait to be applied, soon it is tried again"):
            is_more = await finish_in_thread(_step, context)
        if not is_more:
            if not context.backlog.is_growing():
                left = HELD_SECONDS
            await context.backlog.wait(LOOK_SECONDS)
        else:
            left = await let_kiosks_go_first(context.backlog, left)


async def let_kiosks_go_first(backlog: Backlog, left: float) -> float:
    """Wait while the backlog grows: `left` seconds at most, or a moment when they are used up.

    Returns what is left of them for the next time: `HELD_SECONDS` again once it was quiet.
    """
    while backlog.is_growing():
        await asyncio.sleep(QUIET_SECONDS)
        left -= QUIET_SECONDS
        if left <= 0:
            return 0.0
    return HELD_SECONDS


def _step(context: Context) -> bool:
    with context.database.read() as session:
        if not applying.has_more(session):
            return False
    with context.database.begin() as session:
        now = context.now()
        done = applying.go_on(session, AT_ONCE, aftermath.at(now))
        aftermath.at_end(session, now)
    if done.events:
        context.wake.notify()
    return done.is_more


def _try_again(context: Context) -> bool:
    applied = try_again(context)
    if applied:
        LOG.info("%d events that an older version could not apply were applied", applied)
    return True


def try_again(context: Context) -> int:
    """Try all again that is parked of the kiosks that are seen here. Returns how many it was.

    Some at a time, so that nobody who decides meanwhile waits for all of them.
    """
    limits = context.database.sites
    with context.database.read() as session:
        if not inbox.quarantined(session):
            return 0
        kiosks = pairing.all_kiosks(session) if limits is not None else []
    kiosk_ids = None if limits is None else [kiosk.kiosk_id for kiosk in kiosks]
    applied, after = 0, -1
    while True:
        with context.database.begin() as session:
            follow = aftermath.at(now := context.now())
            tried = applying.try_again(
                session, AT_ONCE, after=after, kiosk_ids=kiosk_ids, follow=follow
            )
            aftermath.at_end(session, now)
        applied += len(tried.events)
        if tried.after is None:
            break
        after = tried.after
    if applied:
        context.wake.notify()
    return applied
