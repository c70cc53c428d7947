"""A day of one site as the sheet that is kept: who came, and the number that seals the log."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.domain.decision import Verdict
from db.domain.desk import Site
from db.domain.screening import Outcome
from db.domain.visit import Visit, VisitState
from db.history import Filters, every_visit
from db.models import ScreeningRow, VisitRow
from db.signing import TreeHead


@dataclass(frozen=True, slots=True)
class DayVisit:
    """A visit and the decision in force on it, if there was one."""

    visit: Visit
    verdict: Verdict | None = None
    decided_by: str = ""


@dataclass(frozen=True, slots=True)
class DailyReport:
    """What is known of a day of the site, at the moment of `head`."""

    site: Site
    day: date
    visits: tuple[DayVisit, ...]
    """Of that day, in the order in which they began."""
    held: int
    """How many of them a person had to decide on."""
    head: TreeHead
    """Stands for every event of the log up to its moment, those of that day and all before."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.site.time_zone)

    @property
    def is_over(self) -> bool:
        """Whether the day had ended, so that nothing of it was still to come."""
        return self.head.at.astimezone(self.zone).date() > self.day

    @property
    def signed_in(self) -> int:
        return sum(d.visit.checked_in_at is not None for d in self.visits)

    @property
    def not_admitted(self) -> int:
        return sum(d.verdict is Verdict.DENY for d in self.visits)

    @property
    def not_seen_leaving(self) -> int:
        """Who was let in that day, and was not seen leaving up to now."""
        return sum(d.visit.state is VisitState.ON_SITE for d in self.visits)


def daily_report(session: Session, site: Site, day: date, head: TreeHead) -> DailyReport:
    """The report of a day of the site's own; `head` is how the log stands in this transaction."""
    filters = Filters(first_day=day, last_day=day)
    found = [
        DayVisit(visit)
        if decision is None
        else DayVisit(visit, Verdict(decision.verdict), decision.decided_by)
        for visit, decision in every_visit(session, filters, ZoneInfo(site.time_zone))
    ]
    found.reverse()
    return DailyReport(site, day, tuple(found), _held(session, found), head)


def _held(session: Session, found: list[DayVisit]) -> int:
    if not found:
        return 0
    began = [d.visit.started_at for d in found]
    held = (
        select(func.count(func.distinct(ScreeningRow.visit_id)))
        .join(VisitRow, VisitRow.visit_id == ScreeningRow.visit_id)
        .where(
            VisitRow.started_at.between(min(began), max(began)),
            ScreeningRow.outcome == Outcome.HOLD,
        )
    )
    return session.scalar(held) or 0
