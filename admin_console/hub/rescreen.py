"""What a running hub does when a list changed: it screens visits again, a few at a time.

One thread at a time works here. Comparing happens outside of any transaction that writes, so that
kiosks and consoles never wait for it.
"""

import logging
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from admin_console.hub import applying
from admin_console.hub import site as hub_site
from admin_console.hub.context import Context
from admin_console.hub.going_on import going_on
from admin_console.hub.threads import finish_in_thread
from db import clock_doubt, comparing, rescreening, sites
from db.comparing import Calendar, Calendars, Found
from db.domain.watchlist import Watchlist
from db.list_index import FOLDER, ListIndexes
from db.rescreening import Candidate, Counts, Desk
from db.screening.index import Index

LOG = logging.getLogger(__name__)

CHUNK = 200
CHUNK_SECONDS = 1.0
"""So much is compared before it is written down."""
PAUSE_SECONDS = 5.0
"""After something went wrong."""
MOST_TRIES = 5
DAYS = timedelta(days=3)
"""It is never more days than so many at once, anywhere on earth."""
TRY_AGAIN = timedelta(minutes=1)
"""A visit that could not be compared is tried so often; a list may have changed meanwhile."""


async def keep_rescreening(context: Context) -> None:
    """Compare whatever is to be compared, then wait for news, until cancelled."""
    work = Rescreening(context)
    while True:
        seen, is_busy, pause = context.wake.count, False, PAUSE_SECONDS
        with going_on(LOG, "visits were not compared with the lists, soon again"):
            is_busy, pause = await finish_in_thread(work.step), 1.0
        if not is_busy:
            await context.wake.wait_behind(seen, pause)


@dataclass(frozen=True, slots=True)
class Desks:
    """The desk of each site."""

    known: Mapping[str, Desk]
    first: Desk

    def at(self, site_id: str) -> Desk:
        return self.known.get(site_id, self.first)


def _desks(session: Session) -> Desks:
    known = {}
    for site in sites.everyone(session):
        full = hub_site.at(session, site.site_id)
        known[site.site_id] = Desk(hub_site.hub_device(session, full), ZoneInfo(site.time_zone))
    return Desks(known, known[hub_site.at(session, "").site_id])


class Rescreening:
    """The work in steps of about a second. Keeps the index of the lists while there is work."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lists: ListIndexes | None = None
        self._begun: dict[tuple[UUID, int, date], date | None] = {}
        self._tries: dict[UUID, tuple[int, datetime]] = {}
        """Visits that could not be compared: how often they were tried, and when they are next."""

    def step(self) -> bool:
        """Compare a few visits. Returns whether there may be more to do."""
        now = self._context.now()
        wait = [visit_id for visit_id, (_, again_at) in self._tries.items() if now < again_at]
        with self._context.database.read() as session:
            calendars = self._calendars(session)
            if calendars is None:
                return False  # no site yet
            pending = rescreening.unfinished(session, calendars)
            due = rescreening.due(session, CHUNK, wait)
            if not (pending or due):
                self._lists = None  # a million people take room
                return False
            desks = _desks(session)
        if due:
            self._compare_due(desks, calendars, due)
        else:
            self._compare_next(desks, calendars, pending[0])
        return True

    def _compare_due(self, desks: Desks, calendars: Calendars, due: list[UUID]) -> None:
        now = self._context.now()
        with self._context.database.read() as session:
            candidates = rescreening.these_visits(session, due, calendars, now)
        found, counts, compared, failed = self._compare(desks, candidates)
        hopeless = self._note_tries(failed, now)
        done = {c.visit_id for c in compared} - failed
        gone = set(due) - {c.visit_id for c in candidates}
        with self._context.database.begin() as session:
            applying.before(session, [f.visit_id for f in found], now)
            ours = rescreening.settle(session, done | gone)  # another hub may have been first
            news = [f for f in found if f.visit_id in ours]
            told = sum([rescreening.keep(session, desks.at, f, now) for f in news])
            told += rescreening.give_up(session, hopeless, desks.at, now)
        for visit_id in (*done, *gone, *hopeless):
            self._tries.pop(visit_id, None)
        LOG.info("%d late visits compared with all lists, %d found", counts.compared, told)
        self._tell(told)

    def _note_tries(self, failed: Collection[UUID], now: datetime) -> set[UUID]:
        """Returns those that were tried often enough."""
        for visit_id in failed:
            tried, _ = self._tries.get(visit_id, (0, now))
            self._tries[visit_id] = (tried + 1, now + TRY_AGAIN)
        return {visit_id for visit_id in failed if self._tries[visit_id][0] >= MOST_TRIES}

    def _compare_next(self, desks: Desks, calendars: Calendars, watchlist: Watchlist) -> None:
        now = self._context.now()
        with self._context.database.begin() as session:
            rescreening.begin(session, watchlist, now)
        with self._context.database.read() as session:
            place = rescreening.place(session, watchlist)
            candidates = rescreening.next_visits(session, watchlist, calendars, now, CHUNK)
        found, counts, compared, failed = self._compare(desks, candidates)
        last = compared[-1] if compared else None
        with self._context.database.begin() as session:
            applying.before(session, [f.visit_id for f in found], now)
            if rescreening.place(session, watchlist, is_to_be_moved=True) != place:
                return  # another hub was first
            counts.found = sum([rescreening.keep(session, desks.at, f, now) for f in found])
            rescreening.put_off(session, failed)
            rescreening.move_on(session, watchlist, last, now, counts)
        self._note_tries(failed, now)
        self._tell(counts.found)

    def _compare(
        self, desks: Desks, candidates: list[Candidate]
    ) -> tuple[list[Found], Counts, list[Candidate], set[UUID]]:
        """What was found, how many were compared, which, and which of those could not be.

        Time may run out before all were.
        """
        now, until = self._context.now(), time.monotonic() + CHUNK_SECONDS
        found, counts, compared, failed = [], Counts(), [], set()
        is_needed = any(c.stored is not None and c.stored.lists for c in candidates)
        index = self._loaded() if is_needed else None
        with self._context.database.read() as session:
            for candidate in candidates:
                compared.append(candidate)
                counts.compared += 1
                try:
                    result = _found(session, candidate, index, desks, now)
                except comparing.CANNOT_BE_COMPARED as error:
                    counts.failed += 1  # its words may hold a name
                    failed.add(candidate.visit_id)
                    LOG.error("a visit could not be compared (%s)", type(error).__name__)  # noqa: TRY400
                    continue
                if result is not None:
                    found.append(result)
                if time.monotonic() > until:
                    break
        return found, counts, compared, failed

    def _calendars(self, session: Session) -> Calendars | None:
        """The days on which entries begin, by the calendar of each site."""
        now, first = self._context.now(), sites.first(session)
        if first is None:
            return None
        known = {
            site.site_id: self._calendar(ZoneInfo(site.time_zone), now)
            for site in sites.everyone(session)
        }
        return Calendars(known, known[first.site_id])

    def _calendar(self, zone: ZoneInfo, now: datetime) -> Calendar:
        """Each day looked up once for each version of a list."""
        today = now.astimezone(zone).date()

        def last_begin(session: Session, watchlist: Watchlist) -> date | None:
            key = (watchlist.list_id, watchlist.version, today)
            if key not in self._begun:
                self._begun = {k: v for k, v in self._begun.items() if abs(k[2] - today) < DAYS}
                self._begun[key] = rescreening.last_begin(session, watchlist, today)
            return self._begun[key]

        return Calendar(zone, last_begin)

    def _loaded(self) -> Index:
        """The index of all lists as they are in force now."""
        if self._lists is None:
            folder = self._context.photos.parent / FOLDER
            self._lists = ListIndexes(self._context.database, folder)
        return self._lists.load()

    def _tell(self, found: int) -> None:
        if found:
            self._context.wake.notify()


def _found(
    session: Session, candidate: Candidate, index: Index | None, desks: Desks, now: datetime
) -> Found | None:
    if candidate.stored is None:
        msg = "what is kept of the visit cannot be read"
        raise ValueError(msg)
    if index is None:
        return None
    zone = desks.at(candidate.stored.visit.site_id).zone
    days = clock_doubt.days(session, zone, now)
    return comparing.compare(session, candidate.stored, index, days, now)
