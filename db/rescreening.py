"""Visits compared anew once a list has changed: who is on site, and whoever was here lately.

Each version of a list is compared once, newest visits first, a few at a time: what was found and
how far it came are written in one transaction, so that a hub that was stopped goes on where it was.
It finds what would hold at the desk and nothing else, and nothing that staff know of that visit. An
entry that counts from a later day on is compared when that day begins, once in each time zone of
the schools that screen by its list; whoever was cleared of an entry is
asked about again once the entry says more, since that ends the clearance.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from db import (
    clearances,
    clock_doubt,
    districts,
    notices,
    number_keys,
    outbox,
    policy,
    visits,
    watchlists,
)
from db.comparing import CANNOT_BE_COMPARED, Calendars, Found, Stored, stored_of
from db.desk_models import RescreenDueRow, RescreenRow
from db.domain.days import Days
from db.domain.events import VisitorRechecked
from db.domain.notice import NoticeKind
from db.domain.screening import Screening
from db.domain.visit import Visit, VisitState
from db.domain.watchlist import Watchlist
from db.entry_table import TABLE, is_of_edition
from db.models import VisitRow
from db.outbox import Device

LOG = logging.getLogger(__name__)

_IN_THE_LOBBY = (VisitState.HELD, VisitState.CLEARED)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who writes into the log at a site, and by which calendar."""

    device: Device
    zone: ZoneInfo


DeskOf = Callable[[str], Desk]
"""The desk of a site, by its id."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A visit to be compared; `stored` is None when what is kept of it cannot be read."""

    visit_id: UUID
    started_at: datetime
    stored: Stored | None


@dataclass(slots=True)
class Counts:
    """How many visits of a step were compared, told, and could not be compared."""

    compared: int = 0
    found: int = 0
    failed: int = 0


# ---- what is to be done ----------------------------------------------------------------------


def unfinished(session: Session, calendars: Calendars) -> list[Watchlist]:
    """The lists in force that were not compared with every visit yet as they are.

    In their present version, and since entries of theirs last began to count at any site.
    """
    started = {
        (run.list_id, run.version): run.started_at
        for run in session.scalars(select(RescreenRow).where(RescreenRow.finished_at.is_not(None)))
    }

    def is_unfinished(watchlist: Watchlist) -> bool:
        at = started.get((watchlist.list_id, watchlist.version))
        return at is None or any(
            calendar.has_begun_since(at, calendar.last_begin(session, watchlist))
            for calendar in calendars.of(watchlist)
        )

    return [w for w in watchlists.all_lists(session) if is_unfinished(w)]


def last_begin(session: Session, watchlist: Watchlist, today: date) -> date | None:
    """The newest day up to today on which entries began to count. Reads the whole list."""
    begins = TABLE.c.valid_from
    edition = watchlists.edition_of(session, watchlist.list_id)
    query = select(func.max(begins)).where(is_of_edition(session, edition), begins <= today)
    found: date | None = session.scalar(query)
    return found


Place = tuple[datetime | None, UUID | None]
"""Before which visit a run goes on."""


def place(session: Session, watchlist: Watchlist, *, is_to_be_moved: bool = False) -> Place | None:
    """Where a run stands; None when it has ended. Whoever will move it keeps others from it."""
    run = districts.get(
        session, RescreenRow, watchlist.list_id, watchlist.version, with_for_update=is_to_be_moved
    )
    if run is None or run.finished_at is not None:
        return None
    return (run.before_at, run.before_id)


def put_off(session: Session, visit_ids: Collection[UUID]) -> None:
    """A kiosk screened with older lists than those in force: each is compared by itself."""
    due = select(RescreenDueRow.visit_id).where(RescreenDueRow.visit_id.in_(list(visit_ids)))
    known = set(session.scalars(due)) if visit_ids else set()
    session.add_all(RescreenDueRow(visit_id=v) for v in dict.fromkeys(visit_ids) if v not in known)
    session.flush()


def due(session: Session, limit: int, but: Collection[UUID] = ()) -> list[UUID]:
    """Visits that are to be compared by themselves, `but` for those that have to wait."""
    rows = session.scalars(select(RescreenDueRow.visit_id).limit(limit + len(but)))
    return [visit_id for visit_id in rows if visit_id not in but][:limit]


def begin(session: Session, watchlist: Watchlist, now: datetime) -> None:
    """Note that this version is being compared from now on, or once more from its beginning."""
    run = districts.get(session, RescreenRow, watchlist.list_id, watchlist.version)
    if run is not None and run.finished_at is not None:
        run.started_at, run.finished_at = now, None
        run.before_at = run.before_id = None
        run.compared = run.found = run.failed = 0
        LOG.info("%s has entries that count from now on: visits are compared", watchlist.name)
    elif run is None:
        row = RescreenRow(
            list_id=watchlist.list_id,
            version=watchlist.version,
            started_at=now,
            compared=0,
            found=0,
            failed=0,
        )
        session.add(row)
        LOG.info("visits are compared with %s, version %d", watchlist.name, watchlist.version)


def next_visits(
    session: Session, watchlist: Watchlist, calendars: Calendars, now: datetime, limit: int
) -> list[Candidate]:
    """The next visits of a run, newest first; none at its end."""
    before_at, before_id = place(session, watchlist) or (None, None)
    since = now - timedelta(days=policy.of(session).rescreen_days)
    query = select(VisitRow).where(
        or_(VisitRow.state.in_((VisitState.ON_SITE, *_IN_THE_LOBBY)), VisitRow.started_at >= since)
    )
    if watchlist.site_id:
        query = query.where(VisitRow.site_id == watchlist.site_id)
    if before_at is not None:
        query = query.where(
            or_(
                VisitRow.started_at < before_at,
                and_(VisitRow.started_at == before_at, VisitRow.visit_id < before_id),
            )
        )
    newest_first = query.order_by(VisitRow.started_at.desc(), VisitRow.visit_id.desc())
    rows = session.scalars(newest_first.limit(limit)).all()
    return [_candidate(session, row, [watchlist], calendars) for row in rows]


def these_visits(
    session: Session, visit_ids: Collection[UUID], calendars: Calendars, now: datetime
) -> list[Candidate]:
    """Visits that are compared by themselves, with every list that their kiosk did not have."""
    lists = watchlists.all_lists(session)
    rows = session.scalars(
        select(VisitRow).where(VisitRow.visit_id.in_(visit_ids), _is_recent(session, now))
    ).all()
    return [_candidate(session, row, lists, calendars) for row in rows]


def _is_recent(session: Session, now: datetime) -> ColumnElement[bool]:
    """Of the last days, or with nobody seen leaving yet."""
    since = now - timedelta(days=policy.of(session).rescreen_days)
    is_open = VisitRow.state.in_((VisitState.ON_SITE, *_IN_THE_LOBBY))
    return or_(is_open, VisitRow.started_at >= since)


def _candidate(
    session: Session, row: VisitRow, lists: list[Watchlist], calendars: Calendars
) -> Candidate:
    try:
        stored = stored_of(session, row, lists, calendars.at(row.site_id))
    except CANNOT_BE_COMPARED:
        stored = None
    return Candidate(row.visit_id, row.started_at, stored)


# ---- keeping ---------------------------------------------------------------------------------


def keep(session: Session, desk_of: DeskOf, found: Found, now: datetime) -> bool:
    """Write what was found into the log, and tell the office. Returns whether it is told.

    Of somebody who is not inside only the newest visit is told.
    """
    visit = visits.locked(session, found.visit_id)
    row = districts.get(session, VisitRow, found.visit_id)
    if visit is None or row is None or not (row.family_name or row.given_name):
        return False  # its days are over: what was found would be kept for ever
    desk = desk_of(visit.site_id)
    is_here = _is_here(visit, desk.zone, now)
    since = now - timedelta(days=policy.of(session).rescreen_days)
    everywhere = visits.of_person_since(session, visit.identity, row.number_hash, since)
    same = [v for v in everywhere if v.site_id == visit.site_id]
    this = (visit.started_at, visit.visit_id)
    if not is_here and any((v.started_at, v.visit_id) > this for v in same):
        return False
    screening = _without_cleared(
        session, row, found.screening, clock_doubt.days(session, desk.zone, now)
    )
    if not screening.matches:
        return False
    outbox.add(
        session,
        desk.device,
        VisitorRechecked(visit.visit_id, screening),
        now,
        actor="hub",
        visit_id=visit.visit_id,
        watchlists={str(v.list_id): v.version for v in screening.lists},
    )
    names = " and ".join(
        dict.fromkeys(f"{m.list_name}, version {m.list_version}" for m in screening.matches)
    )
    kind = NoticeKind.ON_SITE if is_here else NoticeKind.WAS_HERE
    words = _here_words(visit, names) if is_here else _was_here_words(visit, same, names, desk.zone)
    about = f"{visit.visit_id} {screening.screening_id}"
    return notices.tell(session, kind, words, now, about=about, visit_id=visit.visit_id)


def _without_cleared(
    session: Session, row: VisitRow, screening: Screening, days: Days
) -> Screening:
    """What is left of it by the clearances of now: staff gave some, or their key was changed."""
    key = number_keys.settled(session).newest(row.visit_id, row.visitor_key)
    left = clearances.consider(session, screening, key, days, row.site_id)
    return replace(left, cleared=(*screening.cleared, *left.cleared))


def move_on(
    session: Session, watchlist: Watchlist, last: Candidate | None, now: datetime, counts: Counts
) -> None:
    """Note how far the run came; `last` None ends it."""
    run = districts.get(session, RescreenRow, watchlist.list_id, watchlist.version)
    if run is None:
        return
    run.compared += counts.compared
    run.found += counts.found
    run.failed += counts.failed
    if last is not None:
        run.before_at, run.before_id = last.started_at, last.visit_id
        words = "%s, version %d: %d visits compared, %d found"
    else:
        run.finished_at = now
        words = "%s, version %d: all %d visits were compared, %d found"
    LOG.info(words, watchlist.name, watchlist.version, run.compared, run.found)
    if last is None and run.failed:
        LOG.warning("%d visits could not be compared with %s", run.failed, watchlist.name)


def settle(session: Session, visit_ids: Collection[UUID]) -> set[UUID]:
    """These visits were compared by themselves. Returns those that nobody else had settled."""
    query = delete(RescreenDueRow).where(RescreenDueRow.visit_id.in_(visit_ids))
    return set(session.scalars(query.returning(RescreenDueRow.visit_id)))


def give_up(session: Session, visit_ids: Collection[UUID], desk_of: DeskOf, now: datetime) -> int:
    """Tell the desk of visits that no try could compare. Returns how many notices that made.

    Each that is here now is told, and of a site's others that there are some, once a day.
    """
    told, others = 0, set[str]()
    for visit_id in settle(session, visit_ids):
        row = districts.get(session, VisitRow, visit_id)
        if row is None:
            continue  # nothing is kept of it that could be told
        came_at = row.checked_in_at or row.started_at
        if not _is_here_in(row.state, came_at, desk_of(row.site_id).zone, now):
            others.add(row.site_id)
            continue
        where = "on site" if row.state == VisitState.ON_SITE else "at a kiosk"
        words = (
            f"Somebody {where} now could not be compared with the lists in force. "
            "Search the lists by hand for whoever this visit is of."
        )
        about = f"{visit_id} {now.isoformat()}"
        told += notices.tell(
            session, NoticeKind.NOT_COMPARED, words, now, about=about, visit_id=visit_id
        )
    for site_id in others:
        words = (
            "Some visits of the last days could not be compared with the lists in force. Whoever "
            "looks after the hub finds how many in its log."
        )
        about = f"{now.astimezone(desk_of(site_id).zone).date()} {site_id}"
        told += notices.tell(
            session, NoticeKind.NOT_COMPARED, words, now, about=about, site_id=site_id
        )
    return told


def _is_here(visit: Visit, zone: ZoneInfo, now: datetime) -> bool:
    """Whether somebody is in the building, or at a kiosk; not one whose leaving was not seen."""
    return _is_here_in(visit.state, visit.checked_in_at or visit.started_at, zone, now)


def _is_here_in(state: str, came_at: datetime, zone: ZoneInfo, now: datetime) -> bool:
    is_of_today = came_at.astimezone(zone).date() == now.astimezone(zone).date()
    return is_of_today and state in (VisitState.ON_SITE, *_IN_THE_LOBBY)


def _here_words(visit: Visit, names: str) -> str:
    where = "on site now" if visit.is_on_site() else "at a kiosk now"
    return f"Somebody {where} may be on {names}. Look at the desk."


def _was_here_words(visit: Visit, same: list[Visit], names: str, zone: ZoneInfo) -> str:
    came = visit.started_at.astimezone(zone).date()
    said = f"Somebody who may be on {names}, was here on {came:%A, %B} {came.day}."
    if visit.state is VisitState.DENIED:
        said += " They were not admitted."
    elif visit.is_on_site():
        said += " Nobody saw them leave."
    if len(same) > 1:
        first = min(v.started_at for v in same).astimezone(zone).date()
        said += f" {len(same)} visits since {first:%B} {first.day}."
    return said
