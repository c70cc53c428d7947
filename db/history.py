"""What the office reads: holds, the day, who is on site, past visits. Values only."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, literal, select
from sqlalchemy.orm import Session

from db import holds, name_search, pairing, visits, watchlists
from db.domain.decision import Verdict
from db.domain.desk import MOST_COUNTED, DayFigures, Desk, Happening, OnSite, VisitPage
from db.domain.screening import Outcome
from db.domain.visit import Visit, VisitState
from db.log_models import EventRow
from db.models import DecisionRow, ScreeningRow, VisitRow
from db.name_search import Found
from db.screening.names import letters
from db.story import happening_words

PAGE = 200
_FIRST_DAY, _LAST_DAY = date(1, 1, 2), date(9999, 12, 29)
"""Whose midnights every time zone has, and also that of the day after."""
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
    found = _found(session, filters, zone)
    query = found.query.order_by(*found.newest_first)
    if after:
        query = query.where(found.behind(*_unmark(after)))
    # The number stands in the statement: PostgreSQL keeps a plan, and has to know that it is small.
    rows = session.scalars(query.limit(literal(limit + 1, literal_execute=True))).all()
    is_all = not after and len(rows) <= limit
    shown = rows[:limit]
    return VisitPage(
        now,
        tuple(visits.value_of(row) for row in shown),
        len(rows) if is_all else _count(session, found),
        mark_of(shown[-1].started_at, shown[-1].visit_id) if len(rows) > limit else None,
        _verdicts(session, [row.visit_id for row in shown]),
    )


def _count(session: Session, found: Found) -> int | None:
    """How many visits there are, None when there are more than are counted."""
    some = found.query.with_only_columns(VisitRow.visit_id).limit(MOST_COUNTED + 1).subquery()
    count = session.scalar(select(func.count()).select_from(some)) or 0
    return count if count <= MOST_COUNTED else None


def _verdicts(session: Session, visit_ids: Sequence[UUID]) -> dict[UUID, Verdict]:
    """The verdicts in force on these visits."""
    if not visit_ids:
        return {}
    found = session.execute(
        select(DecisionRow.visit_id, DecisionRow.verdict).where(
            DecisionRow.visit_id.in_(visit_ids), DecisionRow.superseded.is_(False)
        )
    )
    return {visit_id: Verdict(verdict) for visit_id, verdict in found}


def every_visit(
    session: Session, filters: Filters, zone: ZoneInfo
) -> Iterator[tuple[Visit, DecisionRow | None]]:
    """All visits with the decision in force, newest first, a few at a time: for `db.export`."""
    found = _found(session, filters, zone)
    query = found.query.add_columns(DecisionRow).outerjoin(DecisionRow, _IN_FORCE)
    rows = session.execute(query.order_by(*found.newest_first).execution_options(yield_per=500))
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
    if filters.first_day is not None:
        query = query.where(VisitRow.started_at >= _midnight(filters.first_day, zone))
    if filters.last_day is not None:
        before = _midnight(filters.last_day, zone, after=timedelta(days=1))
        query = query.where(VisitRow.started_at < before)
    return name_search.of_name(session, query, letters(filters.text).split())


def mark_of(started_at: datetime, visit_id: UUID) -> str:
    """What `page` takes as `after`, for the page behind this visit."""
    return urlsafe_b64encode(f"{started_at.isoformat()} {visit_id}".encode()).decode()


def _unmark(mark: str) -> tuple[datetime, UUID]:
    try:
        moment, visit_id = urlsafe_b64decode(mark.encode()).decode().split(" ")
        return datetime.fromisoformat(moment), UUID(visit_id)
    except ValueError as error:
        raise BadPageError("That is not a page of this history.") from error


def _midnight(day: date, zone: ZoneInfo, after: timedelta = timedelta(0)) -> datetime:
    """The beginning of a day, or of one so long after it; of one that no calendar has, the last."""
    day = min(max(day, _FIRST_DAY), _LAST_DAY) + after
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
