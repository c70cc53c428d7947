"""What a running hub does when a list changed: it screens visits again, a few at a time.

One thread at a time works here. Comparing happens outside of any transaction that writes, so that
kiosks and consoles never wait for it.
"""

import logging
import time
from uuid import UUID
from zoneinfo import ZoneInfo

from admin_console.hub import applying
from admin_console.hub import site as hub_site
from admin_console.hub.context import Context
from admin_console.hub.threads import finish_in_thread
from db import rescreening
from db.domain.errors import StorageError
from db.domain.watchlist import Watchlist
from db.list_index import FOLDER, ListIndexes
from db.rescreening import Candidate, Counts, Desk, Found
from db.screening.index import Index

LOG = logging.getLogger(__name__)

CHUNK = 200
CHUNK_SECONDS = 1.0
"""So much is compared before it is written down."""
PAUSE_SECONDS = 5.0
"""After something went wrong."""


async def keep_rescreening(context: Context) -> None:
    """Compare whatever is to be compared, then wait for news, until cancelled."""
    work = Rescreening(context)
    while True:
        seen, pause = context.wake.count, 0.0
        try:
            is_busy = await finish_in_thread(work.step)
        except StorageError as error:
            is_busy, pause = False, PAUSE_SECONDS
            LOG.warning("visits were not compared with the lists, soon again: %s", error)
        except Exception:
            # A task that dies would leave every later list uncompared, and silently.
            is_busy, pause = False, PAUSE_SECONDS
            LOG.exception("comparing visits with the lists stumbled and goes on")
        if not is_busy:
            await context.wake.wait(seen, max(pause, 1.0))


class Rescreening:
    """The work in steps of about a second. Keeps the index of the lists while there is work."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lists: ListIndexes | None = None

    def step(self) -> bool:
        """Compare a few visits. Returns whether there may be more to do."""
        with self._context.database.read() as session:
            pending = rescreening.unfinished(session)
            due = rescreening.due(session, CHUNK)
            site = hub_site.of(session)
            if site is None or not (pending or due):
                self._lists = None  # a million people take room
                return False
            desk = Desk(hub_site.hub_device(session, site), ZoneInfo(site.time_zone))
        if due:
            self._compare_due(desk, due)
        else:
            self._compare_next(desk, pending[0])
        return True

    def _compare_due(self, desk: Desk, due: list[UUID]) -> None:
        now = self._context.now()
        with self._context.database.read() as session:
            candidates = rescreening.these_visits(session, due, now)
        found, counts, compared = self._compare(desk, candidates)
        done = {c.visit.visit_id for c in compared}
        gone = set(due) - {c.visit.visit_id for c in candidates}
        with self._context.database.begin() as session:
            applying.before(session, [f.visit_id for f in found], now)
            ours = rescreening.settle(session, done | gone)  # another hub may have been first
            news = [f for f in found if f.visit_id in ours]
            told = sum([rescreening.keep(session, desk, f, now) for f in news])
        LOG.info("%d late visits compared with all lists, %d found", counts.compared, told)
        self._tell(told)

    def _compare_next(self, desk: Desk, watchlist: Watchlist) -> None:
        now = self._context.now()
        with self._context.database.begin() as session:
            rescreening.begin(session, watchlist, now)
        with self._context.database.read() as session:
            place = rescreening.place(session, watchlist)
            candidates = rescreening.next_visits(session, watchlist, now, CHUNK)
        found, counts, compared = self._compare(desk, candidates)
        last = compared[-1].visit if compared else None
        with self._context.database.begin() as session:
            applying.before(session, [f.visit_id for f in found], now)
            if rescreening.place(session, watchlist, is_to_be_moved=True) != place:
                return  # another hub was first
            counts.found = sum([rescreening.keep(session, desk, f, now) for f in found])
            rescreening.move_on(session, watchlist, last, now, counts)
        self._tell(counts.found)

    def _compare(
        self, desk: Desk, candidates: list[Candidate]
    ) -> tuple[list[Found], Counts, list[Candidate]]:
        """What was found, how many were compared, and which: time may run out before all were."""
        now, until = self._context.now(), time.monotonic() + CHUNK_SECONDS
        today = now.astimezone(desk.zone).date()
        found, counts, compared = [], Counts(), []
        index = self._loaded() if any(c.lists for c in candidates) else None
        with self._context.database.read() as session:
            for candidate in candidates:
                compared.append(candidate)
                counts.compared += 1
                if index is None:
                    continue
                try:
                    result = rescreening.compare(session, candidate, index, today, now)
                except (ArithmeticError, LookupError, TypeError, ValueError) as error:
                    counts.failed += 1  # its words may hold a name
                    LOG.error("a visit could not be compared (%s)", type(error).__name__)  # noqa: TRY400
                    continue
                if result is not None:
                    found.append(result)
                if time.monotonic() > until:
                    break
        return found, counts, compared

    def _loaded(self) -> Index:
        """The index of all lists as they are in force now."""
        if self._lists is None:
            folder = self._context.photos.parent / FOLDER
            self._lists = ListIndexes(self._context.database, folder)
        return self._lists.load()

    def _tell(self, found: int) -> None:
        if found:
            self._context.wake.notify()
