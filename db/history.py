"""What the office reads: holds, the day, who is on site, past visits. Values only."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from db import holds, pairing, visits, watchlists
from db.domain.decision import Verdict
from db.domain.desk import DayFigures, Desk, Happening, OnSite, VisitPage
from db.domain.screening import Outcome
from db.domain.visit import Visit, VisitState
from db.log_models import EventRow
from db.models import DecisionRow, ScreeningRow, VisitRow
from db.screening.names import letters
from db.story import happening_words

PAGE = 200
_NEWEST_FIRST = (VisitRow.started_at.desc(), VisitRow.visit_id.desc())
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
        select(VisitRow)
        .where(VisitRow.state == VisitState.ON_SITE)
        .order_by(VisitRow.checked_in_at)
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
    conditions = _conditions(filters, zone)
    query = select(VisitRow, DecisionRow.verdict).outerjoin(DecisionRow, _IN_FORCE)
    query = query.where(*conditions)
    if after:
        started_at, visit_id = _unmark(after)
        query = query.where(
            or_(
                VisitRow.started_at < started_at,
                and_(VisitRow.started_at == started_at, VisitRow.visit_id < visit_id),
            )
        )
    rows = session.execute(query.order_by(*_NEWEST_FIRST).limit(limit + 1)).all()
    total = session.scalar(select(func.count()).select_from(VisitRow).where(*conditions)) or 0
    shown = rows[:limit]
    following = _mark(shown[-1][0]) if len(rows) > limit else None
    verdicts = {row.visit_id: Verdict(v) for row, v in shown if v is not None}
    return VisitPage(
        now, tuple(visits.value_of(row) for row, _ in shown), total, following, verdicts
    )


def every_visit(
    session: Session, filters: Filters, zone: ZoneInfo
) -> Iterator[tuple[Visit, DecisionRow | None]]:
    """All visits with the decision in force, newest first, a few at a time: for `db.export`."""
    query = select(VisitRow, DecisionRow).outerjoin(DecisionRow, _IN_FORCE)
    query = query.where(*_conditions(filters, zone))
    rows = session.execute(query.order_by(*_NEWEST_FIRST).execution_options(yield_per=500))
    for visit, decision in rows:
        yield visits.value_of(visit), decision


def _figures(session: Session, zone: ZoneInfo, now: datetime) -> DayFigures:
    midnight = _midnight(now.astimezone(zone).date(), zone)
    today = session.execute(
        select(VisitRow.started_at, VisitRow.checked_in_at).where(VisitRow.started_at >= midnight)
    ).all()
    inside = session.execute(
        select(VisitRow.valid_until).where(VisitRow.state == VisitState.ON_SITE)
    ).all()
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
        .order_by(EventRow.occurred_at.desc())
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


def _conditions(filters: Filters, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    words = letters(filters.text).split()
    found = [VisitRow.search_name.contains(word, autoescape=True) for word in words]
    if filters.visitor_type:
        found.append(VisitRow.visitor_type == filters.visitor_type)
    if filters.state:
        found.append(VisitRow.state == filters.state)
    if filters.first_day is not None:
        found.append(VisitRow.started_at >= _midnight(filters.first_day, zone))
    if filters.last_day is not None:
        found.append(VisitRow.started_at < _midnight(filters.last_day + timedelta(days=1), zone))
    return found


def _mark(row: VisitRow) -> str:
    return urlsafe_b64encode(f"{row.started_at.isoformat()} {row.visit_id}".encode()).decode()


def _unmark(mark: str) -> tuple[datetime, UUID]:
    try:
        moment, visit_id = urlsafe_b64decode(mark.encode()).decode().split(" ")
        return datetime.fromisoformat(moment), UUID(visit_id)
    except ValueError as error:
        raise BadPageError("That is not a page of this history.") from error


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
