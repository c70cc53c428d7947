"""Looks how far the feed has come, whenever there is news: see `admin_console.hub.feed`.

And whether kiosks are still paired that have a line open: see `admin_console.hub.lines`.
"""

import logging

from admin_console.hub.context import Context
from admin_console.hub.going_on import going_on
from admin_console.hub.lines import Paired
from admin_console.hub.threads import finish_in_thread
from db import changes, pairing

LOG = logging.getLogger(__name__)

LOOK_SECONDS = 25.0
"""So long without any news, and it is looked all the same; `Wake.wait` mostly says sooner."""
PAUSE_SECONDS = 2.0
"""After it could not be looked."""


async def keep_looking(context: Context) -> None:
    """Tell the feed of each site's newest version, until the server ends."""
    upto: int | None = None
    pairings: tuple[int, int] | None = None
    try:
        while not context.wake.is_closing:
            seen, pause = context.wake.count, PAUSE_SECONDS
            with going_on(LOG, "kiosks hear of nothing new, soon it is looked again"):
                found = await finish_in_thread(_look, context, upto)
                if found:
                    upto = max(found.values())
                    context.feed.grew(found)
                pairings = await _end_lines(context, pairings)
                pause = LOOK_SECONDS
            await context.wake.wait(seen, pause)
    finally:
        context.lines.end()
        context.feed.end()


async def _end_lines(context: Context, known: tuple[int, int] | None) -> tuple[int, int] | None:
    """End those of kiosks that are not paired any more. Returns how pairings stand."""
    if not context.lines:
        return None
    stand, paired = await finish_in_thread(_paired, context, known)
    if paired is not None:
        context.lines.keep_only(paired)
    return stand


def _paired(
    context: Context, known: tuple[int, int] | None
) -> tuple[tuple[int, int], frozenset[Paired] | None]:
    """How pairings stand, and who is paired; None where they stand as is known."""
    with context.database.read() as session:
        stand = pairing.state_of_all(session)
        if stand == known:
            return stand, None
        kiosks = pairing.all_kiosks(session)
    return stand, frozenset(Paired(k.kiosk_id, k.epoch) for k in kiosks if not k.is_revoked)


def _look(context: Context, upto: int | None) -> dict[str, int]:
    with context.database.read() as session:
        if upto is None:  # for whichever site: whoever waits by then asks once more
            return {"": changes.version(session)}
        return changes.newest_by_site(session, upto)
