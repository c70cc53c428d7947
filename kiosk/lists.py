"""The index of all lists, kept ready in memory, and renewed when a list changes."""

import logging

from db import settings
from db.engine import Database
from db.list_index import ListIndexes
from db.screening.index import Index
from kiosk import own_device
from kiosk.sync import unread
from kiosk.sync.exchange import COMPLETE

LOG = logging.getLogger(__name__)


def load_index(database: Database, lists: ListIndexes) -> Index | None:
    """The index of every list. Slow for a large new one: never on a thread that somebody needs.

    None while a paired kiosk has not yet received all that its hub has: to compare with no list
    would clear everybody; and while one of its lists cannot be read by this version. A kiosk that
    stands alone has the lists that it has.
    """
    with database.read() as session:
        if own_device.is_paired(session) and not settings.read(session, COMPLETE, bool):
            LOG.warning("the hub's lists have not all come yet: every visitor is held")
            return None
        if unread.LIST in unread.kinds(session):
            LOG.error("a list of the hub cannot be read here: every visitor is held")
            return None
    return lists.load()
