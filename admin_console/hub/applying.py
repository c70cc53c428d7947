"""A backlog of kiosks applied behind the answers, with all that follows from its events."""

import asyncio
import logging
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from admin_console.hub import aftermath
from admin_console.hub.backlog import QUIET_SECONDS
from admin_console.hub.context import Context
from admin_console.hub.threads import finish_in_thread
from db import applying, inbox, pairing
from db.domain.errors import StorageError

LOG = logging.getLogger(__name__)

AT_ONCE = 200
"""Events to a transaction: somebody who decides meanwhile waits for one of these at most."""
LOOK_SECONDS = 10.0
"""How soon a backlog is found that another hub stored, and could not apply."""


def before(session: Session, visit_ids: Collection[UUID], now: datetime) -> None:
    """Call this first where the hub's own word on visits goes into the log.

    All that waits of these visits is applied, and nothing on them comes between.
    """
    applying.hold_order(session)
    aftermath.of_events(session, applying.catch_up(session, visit_ids), now)


async def keep_applying(context: Context) -> None:
    """Apply what waits, at once and whenever more comes, until cancelled."""
    context.backlog.bind(asyncio.get_running_loop())
    is_tried = False  # what an older version could not apply
    while True:
        is_more = False
        try:
            is_tried = is_tried or await finish_in_thread(_try_again, context)
            is_more = await finish_in_thread(_step, context)
        except StorageError as error:
            LOG.warning("events wait to be applied, soon it is tried again: %s", error)
        if not is_more:
            await context.backlog.wait(LOOK_SECONDS)
        elif context.backlog.is_growing():
            await asyncio.sleep(QUIET_SECONDS)


def _step(context: Context) -> bool:
    with context.database.read() as session:
        if not applying.has_more(session):
            return False
    with context.database.begin() as session:
        done = applying.go_on(session, AT_ONCE)
        aftermath.of_events(session, done.events, context.now())
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
            tried = applying.try_again(session, AT_ONCE, after=after, kiosk_ids=kiosk_ids)
            aftermath.of_events(session, tried.events, context.now())
        applied += len(tried.events)
        if tried.after is None:
            break
        after = tried.after
    if applied:
        context.wake.notify()
    return applied
