"""Until when *not this person* clears somebody at the hub, whose clock may be wrong.

While it is doubted (`db.clock_doubt`) nobody knows from which day a clearance counts. It is counted
from the first that it may be, so that it lasts no longer than the rules say, but is not over
before it begins; which clearances were given so is remembered until the clock is certain.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from db import clock_doubt, policy, settings, wrong_times
from db.domain.clearance import Clearance

_UNSURE = "clearances_unsure"
_CUT = "clearances_cut"


@dataclass(frozen=True, slots=True)
class Term:
    """How long a clearance holds that is given now."""

    until: date
    """Its last day."""
    is_for_now: bool = False
    """Whether the clock is doubted: it is dated anew once that is certain."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A clearance that ends sooner, since it seems to be of a day to come."""

    clearance_id: UUID
    until: date | None
    """Its last day before that; None where that was for now only."""
    at: datetime
    """When, by the clock of then."""


def term(session: Session, zone: ZoneInfo, now: datetime) -> Term:
    """What the rules say, by a site's calendar."""
    days = clock_doubt.days(session, zone, now)
    until = policy.of(session).clears_until(days.first, days.last)
    return Term(until, clock_doubt.is_doubted(session, now))


def remember(session: Session, given: Iterable[Clearance]) -> None:
    """These were given while the clock is doubted: they are dated anew once it is certain."""
    known, new = unsure(session), tuple(c.clearance_id for c in given)
    if new:
        settings.write(session, _UNSURE, tuple(dict.fromkeys((*known, *new))))


def unsure(session: Session) -> tuple[UUID, ...]:
    """Which clearances were given while the clock was doubted, and are not dated anew yet."""
    return settings.read(session, _UNSURE, tuple[UUID, ...]) or ()


def forget_unsure(session: Session, some: Collection[UUID]) -> None:
    """These are dated anew, or have ended."""
    _keep(session, _UNSURE, tuple(each for each in unsure(session) if each not in some))


def cut(session: Session) -> tuple[Cut, ...]:
    """Which clearances end sooner, until it is known whether they were of a day to come."""
    return settings.read(session, _CUT, tuple[Cut, ...]) or ()


def keep_cut(session: Session, some: Collection[UUID], known: Iterable[Cut]) -> None:
    """Of these clearances that is what is to be remembered, and nothing else."""
    others = (one for one in cut(session) if one.clearance_id not in some)
    _keep(session, _CUT, (*others, *known))


def _keep(session: Session, name: str, value: tuple[object, ...]) -> None:
    if value:
        settings.write(session, name, value)
    else:
        settings.remove(session, name)


def was_wrongly(session: Session, this: Cut) -> bool:
    """Whether the clock was behind by which it ends sooner, as is known once that is mended."""
    return any(this.at in span for span in wrong_times.spans(session))


def certain_until(session: Session, clearance: Clearance, zone: ZoneInfo, now: datetime) -> date:
    """The last day of a clearance by a clock that is certain now.

    It counts from the day on which it was given, or from today where that is a day to come: then
    the clock was ahead. By one that was behind it counts from when that was mended.
    """
    given_at = wrong_times.counts_from(wrong_times.spans(session), clearance.decided_at)
    given_on = given_at.astimezone(zone).date()
    today = clock_doubt.days(session, zone, now).last
    return policy.of(session).clears_until(min(given_on, today))
