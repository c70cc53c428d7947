"""Whether the clock is to be believed, before what is over by it is deleted for good.

A computer that starts with its clock a year ahead would else forget a year at once. Nobody can tell
a clock that is wrong from a long holiday, but a wrong one is mostly mended within a day: so after
a leap it has to stay there for a day first. Whatever is late by that is deleted then. A computer
that only runs now and then leaps each time: it is believed once it has leapt on often enough.

A clock that was set back deletes nothing, and one that is mended within a day goes on from where it
was. Many a computer whose battery is dead begins at the same moment each morning, until it hears
the time from elsewhere: what was known before, a doubt too, is not forgotten by that.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import settings, wrong_times
from db.domain.days import Days
from db.log_models import EventRow

LOG = logging.getLogger(__name__)
LOOKED = "clock_looked_at"
SAID = "clock_said_by_hub"
"""On a kiosk: what the hub signed last that the time is, to the hour."""
LEAP = timedelta(days=7)
SETTLED = timedelta(hours=23)
"""A little less than the day after which somebody looks again."""
SOON = timedelta(hours=1)
"""After so long somebody looks again while the clock is not certain."""
ENOUGH_LEAPS = 3
"""In a row, each further on: a wrong clock does not go on like that, time does."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A clock that was set back."""

    was: datetime
    """When it was last believed before that."""
    first: datetime
    last: datetime
    """What it has said since, at least and at most."""
    since: datetime
    """What it said when it was set back the last time."""


@dataclass(frozen=True, slots=True)
class Looked:
    """When the clock was last believed, and since when it is not."""

    at: datetime
    doubted_since: datetime | None = None
    leaps: int = 0
    """How often it has leapt on since it was believed."""
    behinds: tuple[Behind, ...] = ()
    """Until it is where it was; the last one is the farthest behind."""

    @property
    def behind(self) -> Behind | None:
        return self.behinds[-1] if self.behinds else None

    @property
    def is_just_set_back(self) -> bool:
        """Whether it may go on from where it was: it has not stayed behind for a day yet."""
        return self.behind is not None and self.at >= self.behind.was


@dataclass(frozen=True, slots=True)
class Found:
    """Whether the clock is believed, and the leap that is doubted, or was until just now."""

    is_believed: bool
    leapt_from: datetime | None = None
    """When it was believed before it leapt; None when it did not, or was set back again."""
    set_back_from: datetime | None = None
    """When it was believed before it was set back by more than `LEAP`."""
    is_certain: bool = True
    """If not, it is to be looked at again `SOON` and not in a day: it may be mended by then."""
    is_settled: bool = False
    """Whether it is in no doubt: it neither leapt, nor was it set back within the last day."""


def is_ahead(session: Session, now: datetime) -> bool:
    """Whether it leapt since it was last believed. Remembers nothing, and tells nobody."""
    kept = settings.read(session, LOOKED, Looked)
    return kept is not None and now - kept.at > LEAP


def is_doubted(session: Session, now: datetime) -> bool:
    """Whether it leapt or was set back since it was last believed, or cannot be right."""
    kept = settings.read(session, LOOKED, Looked)
    return now < wrong_times.NO_EARLIER or (kept is not None and abs(now - kept.at) > LEAP)


def is_of_set_back(session: Session, noted_at: datetime) -> bool:
    """Whether a clock noted it that was set back, as far as is known, and is not mended yet.

    Once it is, `wrong_times` says so.
    """
    kept = settings.read(session, LOOKED, Looked)
    slack = wrong_times.SLACK
    behinds = () if kept is None else kept.behinds
    return any(b.first - slack <= noted_at <= b.last + slack for b in behinds)


def look(session: Session, now: datetime) -> Found:
    """Whether `now` follows on when this was last asked, by no more than `LEAP`; remembers it.

    After a leap: whether the clock has gone on from there for a day, or leapt on `ENOUGH_LEAPS`
    times. Who never asked follows on the newest event.
    """
    kept = settings.read(session, LOOKED, Looked)
    known = _not_too_early(kept or Looked(_newest(session) or now), now)
    found = _look(known, now)
    if found != kept:
        settings.write(session, LOOKED, found)
    if not _has_gone_on(known, now):
        for behind in known.behinds[len(found.behinds) :]:
            mended_at = known.doubted_since or now
            wrong_times.add(session, behind.first, behind.last, mended_at)
    leapt_from = known.at if now - known.at > LEAP else None
    if found.doubted_since is None or now < known.at - LEAP:
        is_set_back = len(found.behinds) > len(known.behinds)
        is_certain = not found.is_just_set_back and abs(now - known.at) >= SOON
        set_back_from = known.at if is_set_back else None
        is_settled = found.doubted_since is None and not found.is_just_set_back
        return Found(True, leapt_from, set_back_from, is_certain, is_settled)
    if found != kept:
        LOG.warning(
            "the clock is %d days ahead of when this last ran, so nothing is deleted whose days "
            "are over until it has stayed so for a day, or this has run %d times: see that the "
            "date is right",
            (now - known.at).days,
            ENOUGH_LEAPS - found.leaps,
        )
    return Found(False, leapt_from, is_certain=False)


def days(session: Session, zone: ZoneInfo, now: datetime) -> Days:
    """The days by which entries count: after a leap, or a set-back, that of before it too.

    That of before a set-back counts for as long as the clock says what cannot be right.
    """
    known = settings.read(session, LOOKED, Looked)
    was = _before_set_back(known, now) if now < wrong_times.NO_EARLIER else ()
    return days_at(zone, now, *_before_doubt(known, now), *was)


def days_at(zone: ZoneInfo, *moments: datetime) -> Days:
    """The days that it may be, none of them before this program was written.

    By a dead clock that begins decades ago most visitors would be children, and every order that
    was ever in force would count.
    """
    return Days.at(zone, *(max(moment, wrong_times.NO_EARLIER) for moment in moments))


def moments_alone(
    session: Session, now: datetime, imported: tuple[datetime, ...] = ()
) -> tuple[datetime, ...]:
    """What it may be beside `now` where no other clock is heard.

    The time of before a set-back counts for as long as that lasts. A clock that stayed where it
    leapt to is believed enough to delete, and never to let anybody in: what the hub said last
    counts until it is heard again, or, where it was never heard, when the newest list was
    `imported` there.
    """
    known = settings.read(session, LOOKED, Looked)
    said = settings.read(session, SAID, datetime) or max(imported, default=now)
    vouched = (said,) if said > now or now - said > LEAP else ()
    ahead = (at for at in imported if at > now)  # no list comes from a day to come
    return (*_before_doubt(known, now), *_before_set_back(known, now), *vouched, *ahead)


def _before_doubt(known: Looked | None, now: datetime) -> tuple[datetime, ...]:
    return (known.at,) if known is not None and abs(now - known.at) > LEAP else ()


def _before_set_back(known: Looked | None, now: datetime) -> tuple[datetime, ...]:
    """For as long as it is behind."""
    return () if known is None else tuple(b.was for b in known.behinds if b.was - now > LEAP)


def _not_too_early(known: Looked, now: datetime) -> Looked:
    """A clock that says a time before this program was written is behind from the first."""
    earliest = wrong_times.NO_EARLIER
    if known.behinds or known.at >= earliest:
        return known
    behind = Behind(earliest, known.at, known.at, min(known.at, now))
    return replace(known, at=earliest, behinds=(behind,))


def _look(known: Looked, now: datetime) -> Looked:
    behind = known.behind
    if now < known.at - LEAP and not known.is_just_set_back:
        begun = Behind(known.at, now, now, now)
        return replace(known, behinds=(*known.behinds, begun))
    if behind is not None and now < behind.was - LEAP:
        return _look_behind(known, behind, now)
    found = _follow(known, now)
    is_back = found.doubted_since is None
    left = tuple(b for b in known.behinds if not is_back or now < b.was - LEAP)
    return replace(found, behinds=left)


def _look_behind(known: Looked, behind: Behind, now: datetime) -> Looked:
    first, last, since = min(behind.first, now), max(behind.last, now), behind.since
    if known.is_just_set_back and not timedelta(0) <= now - since <= SETTLED + LEAP:
        since = now
    is_settled = not known.is_just_set_back or now - since >= SETTLED
    found = known
    if is_settled:
        found = Looked(now) if known.is_just_set_back else _follow(known, now)
    return replace(found, behinds=(*known.behinds[:-1], Behind(behind.was, first, last, since)))


def _has_gone_on(known: Looked, now: datetime) -> bool:
    """Whether a clock that stayed behind came by itself to where it was: it had been ahead."""
    return not known.is_just_set_back and now - known.at <= LEAP


def _follow(known: Looked, now: datetime) -> Looked:
    if now - known.at <= LEAP:
        if known.doubted_since is not None and now - known.at < SOON:
            return known  # it may begin there each day, which does not say that the leap was wrong
        return Looked(now)
    if known.doubted_since is not None:
        stayed = now - known.doubted_since
        if SETTLED <= stayed <= SETTLED + LEAP:
            return Looked(now)
        if timedelta(0) <= stayed < SETTLED:
            return known
    is_further = known.doubted_since is not None and now > known.doubted_since
    leaps = known.leaps + 1 if is_further else 1
    return Looked(now) if leaps >= ENOUGH_LEAPS else Looked(known.at, now, leaps)


def _newest(session: Session) -> datetime | None:
    """When a hub took in the newest event; on a kiosk, when it said it."""
    received = (
        select(EventRow.received_at)
        .where(EventRow.leaf_index.is_not(None))
        .order_by(EventRow.leaf_index.desc())
        .limit(1)
    )
    said = select(EventRow.occurred_at).order_by(EventRow.event_id.desc()).limit(1)
    return session.scalar(received) or session.scalar(said)
