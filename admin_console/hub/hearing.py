"""Hearing of what other hubs and commands changed in the same database, where it tells of that."""

import logging
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

from admin_console.hub.context import Context
from admin_console.hub.wake import HEARING_RECHECK_SECONDS, RECHECK_SECONDS
from db import news
from db.domain.errors import StorageError

LOG = logging.getLogger(__name__)

LISTEN_SECONDS = 0.5
"""How soon the thread sees that the server ends."""
AGAIN_SECONDS = 2.0


@contextmanager
def hearing(context: Context) -> Iterator[None]:
    """Listen in a thread meanwhile."""
    if not news.can_be_heard(context.database.engine):
        yield
        return
    ends = threading.Event()
    thread = threading.Thread(target=_listen, args=(context, ends), name="news", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()


def _listen(context: Context, ends: threading.Event) -> None:
    while not ends.is_set():
        try:
            _hear(context, ends)
        except StorageError as error:
            LOG.warning("what other hubs change is looked for each second meanwhile: %s", error)
        finally:
            context.wake.recheck_seconds = RECHECK_SECONDS
        ends.wait(AGAIN_SECONDS)


def _hear(context: Context, ends: threading.Event) -> None:
    database = context.database
    with closing(news.hear(database.engine, database.district_id, LISTEN_SECONDS)) as heard:
        for is_news in heard:
            if ends.is_set():
                return
            is_first = context.wake.recheck_seconds != HEARING_RECHECK_SECONDS
            context.wake.recheck_seconds = HEARING_RECHECK_SECONDS
            if is_news or is_first:  # at first: whatever changed before anybody listened
                context.wake.notify()
