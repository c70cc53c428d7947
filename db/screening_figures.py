"""What screening came to at this school: counted from the visits, screenings and decisions kept.

Screenings are counted by SQL alone. Which entries held somebody stands in the JSON of a screening:
only that of holds is read, one or two of a hundred, a few at a time. Later screenings of people who
were let in already (`db.rechecks`) are not counted, since they have no visitor at the door.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from db import codec
from db.domain.decision import Verdict
from db.domain.figures import (
    HoldFigures,
    ListFigures,
    ListGap,
    MonthFigures,
    ScreeningFigures,
    TierFigures,
)
from db.domain.partial_date import PartialDate
from db.domain.screening import Outcome, Tier
from db.models import DecisionRow, ScreeningRow, VisitRow, WatchlistEntryRow, WatchlistRow

MOST_DAYS = 400
"""A school year with its holidays; a longer span is refused where it is asked for."""
_AT_ONCE = 200
_WHOLE_DATE = 10
"""Letters of ``1984-07-03``."""
_IN_FORCE = and_(DecisionRow.visit_id == ScreeningRow.visit_id, DecisionRow.superseded.is_(False))
_COUNTED = {
    Verdict.NOT_THIS_PERSON: "not_this_person",
    Verdict.ESCORT: "escorted",
    Verdict.APPROVE: "approved",
    Verdict.DENY: "confirmed",
    None: "undecided",
}


@dataclass(frozen=True, slots=True)
class _Entry:
    born: PartialDate | None = None


@dataclass(frozen=True, slots=True)
class _Match:
    """As much of a `Match` as is counted; the rest is not decoded."""

    list_id: UUID
    list_name: str
    tier: Tier
    entry: _Entry


@dataclass(frozen=True, slots=True)
class _Matches:
    matches: tuple[_Match, ...] = ()


@dataclass(frozen=True, slots=True)
class _Hold:
    started_at: datetime
    matches: tuple[_Match, ...]
    verdict: Verdict | None
    seconds_to_decide: float | None


@dataclass(slots=True)
class _Tally:
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED.values(), 0))

    def add(self, verdict: Verdict | None) -> None:
        self.counts[_COUNTED[verdict]] += 1

    def figures(self) -> HoldFigures:
        return HoldFigures(held=sum(self.counts.values()), **self.counts)


@dataclass(slots=True)
class _Tallies:
    """Everything that is counted while the holds go by once."""

    whole: _Tally = field(default_factory=_Tally)
    lists: dict[UUID, tuple[str, _Tally]] = field(default_factory=dict)
    tiers: dict[Tier, _Tally] = field(default_factory=lambda: {tier: _Tally() for tier in Tier})
    months: dict[date, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    otherwise: int = 0
    without_birth_date: int = 0

    def add(self, hold: _Hold, list_id: UUID | None, zone: ZoneInfo) -> None:
        if not hold.matches:
            self.otherwise += 1
            return
        for each, name in {m.list_id: m.list_name for m in hold.matches}.items():
            _, tally = self.lists.setdefault(each, (name, _Tally()))
            tally.add(hold.verdict)
        wanted = [m for m in hold.matches if list_id in (None, m.list_id)]
        if not wanted:
            return
        best = wanted[0]
        month = _first_of_month(hold.started_at.astimezone(zone).date())
        self.months[month] = self.months.get(month, 0) + 1
        self.whole.add(hold.verdict)
        self.tiers[best.tier].add(hold.verdict)
        if hold.seconds_to_decide is not None:
            self.seconds.append(hold.seconds_to_decide)
        born = best.entry.born
        if hold.verdict is Verdict.NOT_THIS_PERSON and (born is None or not born.is_whole):
            self.without_birth_date += 1


def figures(
    session: Session,
    zone: ZoneInfo,
    now: datetime,
    span: tuple[date, date],
    list_id: UUID | None = None,
) -> ScreeningFigures:
    """The figures of the span's days, both included. A list removed since is counted by its id."""
    first_day, last_day = span
    tallies = _tallied(session, zone, span, list_id)
    months = _months(session, zone, span, tallies.months)
    earlier = (_year_before(first_day), _year_before(last_day))
    before = _months(session, zone, earlier, _tallied(session, zone, earlier, list_id).months)
    began = session.scalar(select(func.min(VisitRow.started_at)).where(*_within(span, zone)))
    return ScreeningFigures(
        as_of=now,
        first_day=first_day,
        last_day=last_day,
        list_id=list_id,
        screened_from=None if began is None else began.astimezone(zone).date(),
        screenings=sum(month.screenings for month in months),
        held_otherwise=tallies.otherwise,
        holds=tallies.whole.figures(),
        by_list=tuple(_by_list(session, tallies)),
        by_tier=tuple(TierFigures(tier, tally.figures()) for tier, tally in tallies.tiers.items()),
        months=months,
        before=before,
        median_seconds_to_decide=median(tallies.seconds) if tallies.seconds else None,
        p95_seconds_to_decide=percentile(tallies.seconds, 0.95),
        not_this_person_without_birth_date=tallies.without_birth_date,
        gaps=tuple(sorted(_gaps(session), key=lambda g: (-g.without_birth_date, g.name))),
    )


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of the values does not exceed; None of none."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _tallied(
    session: Session, zone: ZoneInfo, span: tuple[date, date], list_id: UUID | None
) -> _Tallies:
    tallies = _Tallies()
    for hold in _holds(session, _within(span, zone)):
        tallies.add(hold, list_id, zone)
    return tallies


def _holds(session: Session, within: Sequence[ColumnElement[bool]]) -> Iterator[_Hold]:
    """Every screening that held, with the verdict in force on its visit."""
    query = (
        select(
            VisitRow.started_at,
            ScreeningRow.screened_at,
            ScreeningRow.screening,
            DecisionRow.verdict,
            DecisionRow.decided_at,
        )
        .join(ScreeningRow, ScreeningRow.visit_id == VisitRow.visit_id)
        .outerjoin(DecisionRow, _IN_FORCE)
        .where(ScreeningRow.outcome == Outcome.HOLD, *within)
        .execution_options(yield_per=_AT_ONCE)
    )
    for started_at, screened_at, text, verdict, decided_at in session.execute(query):
        waited = None
        if decided_at is not None:
            waited = max(0.0, (decided_at - screened_at).total_seconds())
        yield _Hold(
            started_at,
            codec.from_json(text, _Matches).matches,
            None if verdict is None else Verdict(verdict),
            waited,
        )


def _months(
    session: Session, zone: ZoneInfo, span: tuple[date, date], held: dict[date, int]
) -> tuple[MonthFigures, ...]:
    found, (day, last_day) = [], span
    while day <= last_day:
        first = _first_of_month(day)
        following = _first_of_month(first + timedelta(days=31))
        part = (day, min(last_day, following - timedelta(days=1)))
        screenings = session.scalar(
            select(func.count())
            .select_from(VisitRow)
            .join(ScreeningRow, ScreeningRow.visit_id == VisitRow.visit_id)
            .where(*_within(part, zone))
        )
        found.append(MonthFigures(first, screenings or 0, held.get(first, 0)))
        day = following
    return tuple(found)


def _by_list(session: Session, tallies: _Tallies) -> Iterator[ListFigures]:
    """The lists in force by name, with those that nobody was found on; then those of old."""
    rows = session.execute(
        select(WatchlistRow.list_id, WatchlistRow.name).order_by(WatchlistRow.name)
    ).all()
    for list_id, name in rows:
        _, tally = tallies.lists.pop(list_id, (name, _Tally()))
        yield ListFigures(list_id, name, tally.figures())
    for list_id, (name, tally) in sorted(tallies.lists.items(), key=lambda each: each[1][0]):
        yield ListFigures(list_id, name, tally.figures())


def _gaps(session: Session) -> Iterator[ListGap]:
    born = WatchlistEntryRow.born
    for watchlist in session.scalars(select(WatchlistRow)):
        without = session.scalar(
            select(func.count())
            .select_from(WatchlistEntryRow)
            .where(
                WatchlistEntryRow.edition == watchlist.edition,
                or_(born.is_(None), func.length(born) < _WHOLE_DATE),
            )
        )
        yield ListGap(watchlist.list_id, watchlist.name, watchlist.entry_count, without or 0)


def _within(span: tuple[date, date], zone: ZoneInfo) -> tuple[ColumnElement[bool], ...]:
    first_day, last_day = span
    return (
        VisitRow.started_at >= _midnight(first_day, zone),
        VisitRow.started_at < _midnight(last_day + timedelta(days=1), zone),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _first_of_month(day: date) -> date:
    return day.replace(day=1)


def _year_before(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)
