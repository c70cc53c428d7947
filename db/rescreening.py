"""Visits compared anew once a list has changed: who is on site, and whoever was here lately.

Each version of a list is compared once, newest visits first, a few at a time: what was found and
how far it came are written in one transaction, so that a hub that was stopped goes on where it was.
It finds what would hold at the desk and nothing else, and nothing that staff know of that visit.
"""

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from db import clearances, districts, notices, outbox, policy, rechecks, visits, watchlists
from db.desk_models import RescreenDueRow, RescreenRow
from db.domain.events import VisitorRechecked
from db.domain.notice import NoticeKind
from db.domain.screening import HoldReason, Match, Screening
from db.domain.visit import Visit, VisitState
from db.domain.watchlist import Watchlist
from db.ids import new_id
from db.models import VisitRow
from db.outbox import Device
from db.screening.engine import screen
from db.screening.index import Index

LOG = logging.getLogger(__name__)

Known = tuple[UUID, UUID, str]
"""List, entry and its mark: another note or instruction on it makes no other match."""
_IN_THE_LOBBY = (VisitState.HELD, VisitState.CLEARED)


@dataclass(frozen=True, slots=True)
class Found:
    """What a list's new version says of one visit; the visit may have changed since."""

    visit_id: UUID
    screening: Screening


@dataclass(frozen=True, slots=True)
class Desk:
    """Who writes into the log, and by which calendar."""

    device: Device
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Candidate:
    """A visit to be compared with these lists."""

    visit: Visit
    number_hash: str
    visitor_key: str
    lists: frozenset[UUID]
    known: frozenset[Known]
    """Matches that staff know of already, cleared ones too."""


@dataclass(slots=True)
class Counts:
    """How many visits of a step were compared, told, and could not be compared."""

    compared: int = 0
    found: int = 0
    failed: int = 0


# ---- what is to be done ----------------------------------------------------------------------


def unfinished(session: Session) -> list[Watchlist]:
    """The lists in force whose present version was not compared with every visit yet."""
    done = {
        (list_id, version)
        for list_id, version in session.execute(
            select(RescreenRow.list_id, RescreenRow.version).where(
                RescreenRow.finished_at.is_not(None)
            )
        )
    }
    return [w for w in watchlists.all_lists(session) if (w.list_id, w.version) not in done]


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


def due(session: Session, limit: int) -> list[UUID]:
    return list(session.scalars(select(RescreenDueRow.visit_id).limit(limit)))


def begin(session: Session, watchlist: Watchlist, now: datetime) -> None:
    """Note that this version is being compared from now on."""
    if districts.get(session, RescreenRow, watchlist.list_id, watchlist.version) is None:
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
    session: Session, watchlist: Watchlist, now: datetime, limit: int
) -> list[Candidate]:
    """The next visits of a run, newest first; none at its end."""
    before_at, before_id = place(session, watchlist) or (None, None)
    since = now - timedelta(days=policy.of(session).rescreen_days)
    query = select(VisitRow).where(
        or_(VisitRow.state.in_((VisitState.ON_SITE, *_IN_THE_LOBBY)), VisitRow.started_at >= since)
    )
    if before_at is not None:
        query = query.where(
            or_(
                VisitRow.started_at < before_at,
                and_(VisitRow.started_at == before_at, VisitRow.visit_id < before_id),
            )
        )
    newest_first = query.order_by(VisitRow.started_at.desc(), VisitRow.visit_id.desc())
    rows = session.scalars(newest_first.limit(limit)).all()
    return [_candidate(session, row, [watchlist]) for row in rows]


def these_visits(session: Session, visit_ids: Collection[UUID], now: datetime) -> list[Candidate]:
    """Visits that are compared by themselves, with every list that their kiosk did not have."""
    lists = watchlists.all_lists(session)
    rows = session.scalars(
        select(VisitRow).where(VisitRow.visit_id.in_(visit_ids), _is_recent(session, now))
    ).all()
    return [_candidate(session, row, lists) for row in rows]


def _is_recent(session: Session, now: datetime) -> ColumnElement[bool]:
    """Of the last days, or with nobody seen leaving yet."""
    since = now - timedelta(days=policy.of(session).rescreen_days)
    is_open = VisitRow.state.in_((VisitState.ON_SITE, *_IN_THE_LOBBY))
    return or_(is_open, VisitRow.started_at >= since)


def _candidate(session: Session, row: VisitRow, lists: list[Watchlist]) -> Candidate:
    screening = visits.screening_of(session, row.visit_id)
    had = {v.list_id: v.version for v in screening.lists} if screening is not None else {}
    earlier = [r.screening for r in rechecks.of_visit(session, row.visit_id)]
    seen = [*earlier, screening] if screening is not None else earlier
    return Candidate(
        visit=visits.value_of(row),
        number_hash=row.number_hash,
        visitor_key=row.visitor_key,
        lists=frozenset(w.list_id for w in lists if had.get(w.list_id, 0) < w.version),
        known=frozenset(known for s in seen for known in _matches_of(s)),
    )


def _matches_of(screening: Screening) -> Iterator[Known]:
    for match in screening.matches:
        yield _known(match)
    for cleared in screening.cleared:
        yield _known(cleared.match)


def _known(match: Match) -> Known:
    entry = match.entry
    return (match.list_id, entry.entry_id, clearances.entry_mark(entry))


# ---- comparing -------------------------------------------------------------------------------


def compare(
    session: Session, candidate: Candidate, index: Index, today: date, now: datetime
) -> Found | None:
    """What the new lists say of a visitor that staff do not know yet; None when that is nothing."""
    if not candidate.lists:
        return None
    said = screen(
        candidate.visit.identity,
        index,
        number_hash=candidate.number_hash,
        now=now,
        screening_id=new_id(now),
        today=today,
    )
    news = tuple(
        m for m in said.matches if m.list_id in candidate.lists and _known(m) not in candidate.known
    )
    if not news:
        return None
    screening = replace(
        said,
        matches=news,
        hold_reasons=(HoldReason.MATCH,),
        lists=tuple(v for v in said.lists if v.list_id in candidate.lists),
    )
    screening = clearances.consider(session, screening, candidate.visitor_key, today)
    return Found(candidate.visit.visit_id, screening) if screening.matches else None


# ---- keeping ---------------------------------------------------------------------------------


def keep(session: Session, desk: Desk, found: Found, now: datetime) -> bool:
    """Write what was found into the log, and tell the office. Returns whether it is told.

    Of somebody who is not inside only the newest visit is told.
    """
    visit = visits.locked(session, found.visit_id)
    row = districts.get(session, VisitRow, found.visit_id)
    if visit is None or row is None:
        return False
    is_here = _is_here(visit, desk.zone, now)
    since = now - timedelta(days=policy.of(session).rescreen_days)
    same = visits.of_person_since(session, visit.identity, row.number_hash, since)
    this = (visit.started_at, visit.visit_id)
    if not is_here and any((v.started_at, v.visit_id) > this for v in same):
        return False
    screening = found.screening
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


def move_on(
    session: Session, watchlist: Watchlist, last: Visit | None, now: datetime, counts: Counts
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


def _is_here(visit: Visit, zone: ZoneInfo, now: datetime) -> bool:
    """Whether somebody is in the building, or at a kiosk; not one whose leaving was not seen."""
    today = now.astimezone(zone).date()
    is_of_today = (visit.checked_in_at or visit.started_at).astimezone(zone).date() == today
    return is_of_today and (visit.is_on_site() or visit.state in _IN_THE_LOBBY)


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
