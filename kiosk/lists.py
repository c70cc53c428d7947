"""The index of all lists, kept ready in memory, and rebuilt when a list changes."""

import logging

from db import settings, watchlists
from db.engine import Database
from db.screening.index import Index, build_index
from kiosk import own_device
from kiosk.sync.exchange import COMPLETE

LOG = logging.getLogger(__name__)


def load_index(database: Database) -> Index | None:
    """Read every list and build the index. Slow for large lists: never on the GUI thread.

    None while a paired kiosk has not yet received all that its hub has: to compare with no list
    would clear everybody. A kiosk that stands alone has the lists that it has.
    """
    with database.read() as session:
        if own_device.is_paired(session) and not settings.read(session, COMPLETE, bool):
            LOG.warning("the hub's lists have not all come yet: every visitor is held")
            return None
        loaded = [
            (w, watchlists.entries_of(session, w.list_id)) for w in watchlists.all_lists(session)
        ]
    return build_index(loaded)
