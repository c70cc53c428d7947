"""What the office reads: holds, the day, who is on site, past visits. Values only."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from db import codec, holds, name_search, pairing, visits, watchlists
from db.domain.decision import Verdict
from db.domain.desk import (
    MOST_COUNTED,
    MOST_COUNTED_OF_NAME,
    DayFigures,
    Desk,
    Happening,
    OnSite,
    VisitPage,
)
from db.domain.screening import Outcome
from db.domain.visit import Visit
from db.log_models import EventRow
from db.models import DecisionRow, ScreeningRow, VisitRow
from db.name_search import Found
from db.screening.names import letters
from db.story import happening_words

PAGE = 100
"""Visits of a page: three screens of the console's."""
_FIRST_DAY, _LAST_DAY = date(1, 1, 2), date(9999, 12, 29)
"""Whose midnights every time zone has, and also that of the day after."""
_VERDICT = (
    select(DecisionRow.verdict)
    .where(DecisionRow.visit_id == VisitRow.visit_id, DecisionRow.superseded.is_(False))
    .correlate(VisitRow)
    .scalar_subquery()
    .label("verdict")
)
_IN_FORCE = and_(DecisionRow.visit_id == VisitRow.visit_id, DecisionRow.superseded.is_(False))


@dataclass(frozen=True, slots=True)
class Filters:
    """Which visits; empty means all. Days are the site's own, both included."""

    text: str = ""
    visitor_type: str = ""
    state: str = ""
    first_day: date | None = None
    last_day: date | None = None


class BadPageError(ValueError):
    """A page's mark is none of ours."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The visit behind which a page begins, and how many there are: they are counted once."""

    started_at: datetime
    visit_id: UUID
    total: int = 0
    is_more: bool = False

    def written(self) -> str:
        """What `page` takes as `after`."""
        return urlsafe_b64encode(codec.to_json(self)).decode()

    @classmethod
    def read(cls, written: str) -> "Mark":
        """Raises `BadPageError` when that is no mark."""
        try:
            mark = codec.from_json(urlsafe_b64decode(written.encode()), cls)
            if mark.started_at.tzinfo is None:
                raise BadPageError(_NO_MARK)
            return replace(mark, started_at=mark.started_at.astimezone(UTC))
        except (ValueError, OverflowError, codec.MalformedError) as error:
            raise BadPageError(_NO_MARK) from error


_NO_MARK = "That is not a page of this history."


def desk(session: Session, zone: ZoneInfo, now: datetime) -> Desk:
    """The desk page in one answer."""
    kiosks = pairing.all_kiosks(session)
    paired = [k for k in kiosks if not k.is_revoked]
    in_touch = [k for k in paired if k.last_seen_at and now - k.last_seen_at < pairing.IN_TOUCH]
    lists = watchlists.all_lists(session)
    current = [
        w
        for w in lists
        if w.max_age_days is None or now - w.imported_at <= timedelta(days=w.max_age_days)
    ]
    names = {k.kiosk_id: k.name for k in kiosks}
    return Desk(
        as_of=now,
        holds=tuple(holds.waiting(session, names, zone, now)),
        figures=_figures(session, zone, now),
        just_now=tuple(_just_now(session)),
        kiosks_in_touch=len(in_touch),
        kiosks=len(paired),
        lists_current=len(current),
        lists=len(lists),
        alarms=tuple(holds.alarms(session)),
        turned_away=tuple(holds.turned_away(session, now)),
    )


def on_site(session: Session, now: datetime) -> OnSite:
    rows = session.scalars(
        select(VisitRow).where(visits.is_on_site()).order_by(VisitRow.checked_in_at)
    )
    return OnSite(
        now,
        tuple(visits.value_of(r) for r in rows),
        tuple(a.visit.visit_id for a in holds.alarms(session) if not a.decision.verdict.admits),
    )


def page(
    session: Session,
    filters: Filters,
    zone: ZoneInfo,
    now: datetime,
    *,
    after: str = "",
    limit: int = PAGE,
) -> VisitPage:
    """One page of past visits, newest first, by keyset and never by offset.

    Raises `BadPageError` when `after` was not made by an earlier page.
    """
    found = _found(session, filters, zone)
    last = Mark.read(after) if after else None
    query = found.query.with_only_columns(*visits.COLUMNS, _VERDICT)
    if last is not None:
        query = query.where(found.behind(last.started_at, last.visit_id))
    since, until = _days(filters, zone)
    until = min(now, until or now, now if last is None else last.started_at)
    rows = name_search.newest(session, found, query, limit + 1, since=since, until=until)
    shown, is_end = rows[:limit], len(rows) <= limit
    if last is not None:
        total, is_more = last.total, last.is_more
    else:
        total, is_more = (len(rows), False) if is_end else _count(session, found, filters)
    end = None if is_end else Mark(shown[-1].started_at, shown[-1].visit_id, total, is_more)
    return VisitPage(
        now,
        tuple(map(visits.value_of, shown)),
        total,
        None if end is None else end.written(),
        {row.visit_id: Verdict(row.verdict) for row in shown if row.verdict is not None},
        is_more,
    )


def _count(session: Session, found: Found, filters: Filters) -> tuple[int, bool]:
    """How many visits there are, and whether there are more, which are not counted."""
    most = MOST_COUNTED_OF_NAME if filters.text else MOST_COUNTED
    every = found.counted
    if every is None:
        every = found.query.with_only_columns(VisitRow.visit_id)
    some = every.limit(most + 1).subquery()
    count = session.scalar(select(func.count()).select_from(some)) or 0
    return min(count, most), count > most


def every_visit(
    session: Session, filters: Filters, zone: ZoneInfo
) -> Iterator[tuple[Visit, DecisionRow | None]]:
    """All visits with the decision in force, newest first, a few at a time: for `db.export`."""
    found = _found(session, filters, zone)
    query = found.query.add_columns(DecisionRow).outerjoin(DecisionRow, _IN_FORCE)
    rows = session.execute(found.in_order(query).execution_options(yield_per=500))
    for visit, decision in rows:
        yield visits.value_of(visit), decision


def _figures(session: Session, zone: ZoneInfo, now: datetime) -> DayFigures:
    midnight = _midnight(now.astimezone(zone).date(), zone)
    today = session.execute(
        select(VisitRow.started_at, VisitRow.checked_in_at).where(VisitRow.started_at >= midnight)
    ).all()
    inside = session.execute(select(VisitRow.valid_until).where(visits.is_on_site())).all()
    decided = session.execute(
        select(DecisionRow.verdict, DecisionRow.decided_at, VisitRow.started_at)
        .join(VisitRow, VisitRow.visit_id == DecisionRow.visit_id)
        .where(VisitRow.started_at >= midnight, DecisionRow.superseded.is_(False))
    ).all()
    held = session.scalar(
        select(func.count(func.distinct(ScreeningRow.visit_id))).where(
            ScreeningRow.screened_at >= midnight, ScreeningRow.outcome == Outcome.HOLD
        )
    )
    hours = [0] * 24
    for _, checked_in_at in today:
        if checked_in_at is not None:
            hours[checked_in_at.astimezone(zone).hour] += 1
    waits = [(at - began).total_seconds() for _, at, began in decided]
    denied = sum(verdict == Verdict.DENY for verdict, _, _ in decided)
    return DayFigures(
        visits=len(today),
        on_site=len(inside),
        overdue=sum(until is not None and until < now for (until,) in inside),
        holds=held or 0,
        approved=len(decided) - denied,
        denied=denied,
        median_seconds_to_decide=median(waits) if waits else None,
        slowest_seconds_to_decide=max(waits, default=None),
        arrivals_by_hour=tuple(hours),
    )


def _just_now(session: Session) -> Iterator[Happening]:
    rows = session.execute(
        select(EventRow, VisitRow)
        .join(VisitRow, VisitRow.visit_id == EventRow.visit_id)
        .where(
            EventRow.event_type.in_(("visit.checked_in", "visit.checked_out", "decision.made")),
            EventRow.parked.is_(None),
        )
        .order_by(EventRow.event_id.desc())  # as they occurred, and found by their key
        .limit(5)
    )
    for event, row in rows:
        visit = visits.value_of(row)
        details = visit.details
        yield Happening(
            at=event.occurred_at,
            visit_id=visit.visit_id,
            name=visit.identity.name.full,
            visitor_type=details.visitor_type if details is not None else "",
            destination=(details.host.place or details.host.name)
            if details is not None and details.host is not None
            else "",
            what=happening_words(session, event.event_type, visit),
        )


def _found(session: Session, filters: Filters, zone: ZoneInfo) -> Found:
    query = select(VisitRow)
    if filters.visitor_type:
        query = query.where(VisitRow.visitor_type == filters.visitor_type)
    if filters.state:
        query = query.where(VisitRow.state == filters.state)
    since, until = _days(filters, zone)
    if since is not None:
        query = query.where(VisitRow.started_at >= since)
    if until is not None:
        query = query.where(VisitRow.started_at < until)
    return name_search.of_name(session, query, letters(filters.text).split())


def _days(filters: Filters, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """The moments between which visits began: from the first one on, before the last one."""
    first, last = filters.first_day, filters.last_day
    return (
        None if first is None else _midnight(first, zone),
        None if last is None else _midnight(last, zone, after=timedelta(days=1)),
    )


def _midnight(day: date, zone: ZoneInfo, after: timedelta = timedelta(0)) -> datetime:
    """The beginning of a day, or of one so long after it; of one that no calendar has, the last."""
    day = min(max(day, _FIRST_DAY), _LAST_DAY) + after
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
