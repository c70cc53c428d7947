"""One visit compared with lists that changed since: what they say that staff do not know."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from db import clearances, number_keys, rechecks, visits
from db.domain.days import Days
from db.domain.decision import Decision, Verdict
from db.domain.screening import HoldReason, Match, Screening
from db.domain.visit import Visit
from db.domain.watchlist import Watchlist, WatchlistEntry
from db.ids import new_id
from db.list_rows import digest_of
from db.models import VisitRow
from db.screening.engine import most_telling, screen
from db.screening.index import Index

Known = tuple[UUID, UUID, str]
"""List, entry, and by what it is known.

That is its mark, since another note or instruction makes no other match. But of an entry that a
visitor was cleared of it is all that it says: when that changes, the clearance is over.
"""
CANNOT_BE_COMPARED = (ArithmeticError, LookupError, TypeError, ValueError)
"""What reading a stored visit, or comparing it, may raise. Its words may hold a name."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """By which days lists have news."""

    zone: ZoneInfo
    last_begin: Callable[[Session, Watchlist], date | None]
    """The newest day on which entries of a list began to count; None when all always did."""

    def has_begun_since(self, at: datetime, began_on: date | None) -> bool:
        """Whether this is a day after that of the moment."""
        return began_on is not None and at.astimezone(self.zone).date() < began_on


@dataclass(frozen=True, slots=True)
class Calendars:
    """The calendar of each site: an entry counts from a day on, which begins later farther west."""

    known: Mapping[str, Calendar]
    first: Calendar
    """For a visit whose site is not known."""

    def at(self, site_id: str) -> Calendar:
        return self.known.get(site_id, self.first)

    def of(self, watchlist: Watchlist) -> Iterable[Calendar]:
        """Those of the sites that screen by a list, one for each time zone."""
        if watchlist.site_id:
            return (self.at(watchlist.site_id),)
        each = (self.first, *self.known.values())
        return {calendar.zone.key: calendar for calendar in each}.values()


@dataclass(frozen=True, slots=True)
class Found:
    """What a list's new version says of one visit; the visit may have changed since."""

    visit_id: UUID
    screening: Screening


@dataclass(frozen=True, slots=True)
class Stored:
    """What is kept of a visit that is to be compared with these lists."""

    visit: Visit
    number_hash: str
    visitor_key: str
    lists: frozenset[UUID]
    known: frozenset[Known]
    """Matches that staff know of already, cleared ones too."""


def stored_of(
    session: Session, row: VisitRow, lists: list[Watchlist], calendar: Calendar
) -> Stored:
    """What is kept of a visit, and which of these lists have news for it.

    A newer version than its kiosk had, or entries that began to count on a day after it. Raises
    one of `CANNOT_BE_COMPARED` for a visit that cannot be read.
    """
    screening = visits.screening_of(session, row.visit_id)
    had = {v.list_id: v.version for v in screening.lists} if screening is not None else {}
    came_at = row.started_at if screening is None else screening.screened_at
    decision = visits.decision_in_force(session, row.visit_id)
    known = set(_matches_of(screening, decision))
    for recheck in rechecks.of_visit(session, row.visit_id):
        known |= set(_matches_of(recheck.screening, recheck.decision))

    def is_news(watchlist: Watchlist) -> bool:
        if watchlist.site_id not in ("", row.site_id):
            return False  # another school's own
        if had.get(watchlist.list_id, 0) < watchlist.version:
            return True
        return calendar.has_begun_since(came_at, calendar.last_begin(session, watchlist))

    keys = number_keys.standing(session)
    return Stored(
        visit=visits.value_of(row),
        number_hash=keys.newest(row.visit_id, row.number_hash),
        visitor_key=keys.newest(row.visit_id, row.visitor_key),
        lists=frozenset(w.list_id for w in lists if is_news(w)),
        known=frozenset(known),
    )


def _matches_of(screening: Screening | None, decision: Decision | None) -> Iterator[Known]:
    if screening is None:
        return
    is_cleared = decision is not None and decision.verdict is Verdict.NOT_THIS_PERSON
    for match in screening.matches:
        yield (match.list_id, match.entry.entry_id, (_said if is_cleared else _mark)(match.entry))
    for cleared in screening.cleared:
        entry = cleared.match.entry
        yield (cleared.match.list_id, entry.entry_id, _said(entry))


def _mark(entry: WatchlistEntry) -> str:
    return clearances.entry_mark(entry)


def _said(entry: WatchlistEntry) -> str:
    return digest_of(entry).hex()


def compare(
    session: Session, stored: Stored, index: Index, days: Days, now: datetime
) -> Found | None:
    """What the new lists say of a visitor that staff do not know yet; None when that is nothing.

    All that they say: what other lists have to tell takes no match's place.
    """
    each = tuple(one for one in index.each if one.watchlist.list_id in stored.lists)
    if not each:
        return None
    said = screen(
        stored.visit.identity,
        Index(each, index.population),
        number_hash=stored.number_hash,
        now=now,
        screening_id=new_id(now),
        days=days,
        is_whole=True,
    )
    news = tuple(m for m in said.matches if not _is_known(m, stored.known))
    if not news:
        return None
    screening = replace(said, matches=news, hold_reasons=(HoldReason.MATCH,))
    screening = clearances.consider(
        session, screening, stored.visitor_key, days, stored.visit.site_id
    )
    screening = replace(screening, matches=most_telling(screening.matches))
    return Found(stored.visit.visit_id, screening) if screening.matches else None


def _is_known(match: Match, known: frozenset[Known]) -> bool:
    pair = (match.list_id, match.entry.entry_id)
    return not known.isdisjoint({(*pair, _mark(match.entry)), (*pair, _said(match.entry))})
