"""Looks how far the feed has come, whenever there is news: see `admin_console.hub.feed`."""

import logging

from admin_console.hub.context import Context
from admin_console.hub.threads import finish_in_thread
from db import changes
from db.domain.errors import StorageError

LOG = logging.getLogger(__name__)

LOOK_SECONDS = 25.0
"""So long without any news, and it is looked all the same; `Wake.wait` mostly says sooner."""
PAUSE_SECONDS = 2.0
"""After the database could not be read."""


async def keep_looking(context: Context) -> None:
    """Tell the feed of each site's newest version, until the server ends."""
    upto: int | None = None
    try:
        while not context.wake.is_closing:
            seen, pause = context.wake.count, LOOK_SECONDS
            try:
                found = await finish_in_thread(_look, context, upto)
            except StorageError as error:
                found, pause = {}, PAUSE_SECONDS
                LOG.warning("kiosks hear of nothing new, soon it is looked again: %s", error)
            if found:
                upto = max(found.values())
                context.feed.grew(found)
            await context.wake.wait(seen, pause)
    finally:
        context.feed.end()


def _look(context: Context, upto: int | None) -> dict[str, int]:
    with context.database.read() as session:
        if upto is None:  # for whichever site: whoever waits by then asks once more
            return {"": changes.version(session)}
        return changes.newest_by_site(session, upto)
