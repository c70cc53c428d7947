"""Whether the clock is to be believed, before what is over by it is deleted for good.

A computer that starts with its clock a year ahead would else forget a year at once. Nobody can tell
a clock that is wrong from a long holiday, but a wrong one is mostly mended within a day: so after
a leap it has to stay there for a day first. Whatever is late by that is deleted then. A computer
that only runs now and then leaps each time: it is believed once it has leapt on often enough.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import settings
from db.domain.days import Days
from db.log_models import EventRow

LOG = logging.getLogger(__name__)
LOOKED = "clock_looked_at"
LEAP = timedelta(days=7)
SETTLED = timedelta(hours=23)
"""A little less than the day after which somebody looks again."""
ENOUGH_LEAPS = 3
"""In a row, each further on: a wrong clock does not go on like that, time does."""


@dataclass(frozen=True, slots=True)
class Looked:
    """When the clock was last believed, and since when it is not."""

    at: datetime
    doubted_since: datetime | None = None
    leaps: int = 0
    """How often it has leapt on since it was believed."""


@dataclass(frozen=True, slots=True)
class Found:
    """Whether the clock is believed, and the leap that is doubted, or was until just now."""

    is_believed: bool
    leapt_from: datetime | None = None
    """When it was believed before it leapt; None when it did not, or was set back again."""
    set_back_from: datetime | None = None
    """When it was believed before it was set back by more than `LEAP`."""


def is_believed(session: Session, now: datetime) -> bool:
    """Whether it is, as `look` finds it: for who tells nobody of a leap."""
    return look(session, now).is_believed


def look(session: Session, now: datetime) -> Found:
    """Whether `now` follows on when this was last asked, by no more than `LEAP`; remembers it.

    After a leap: whether the clock has gone on from there for a day, or leapt on `ENOUGH_LEAPS`
    times. Who never asked follows on the newest event.
    """
    kept = settings.read(session, LOOKED, Looked)
    known = kept or Looked(_newest(session) or now)
    found = _look(known, now)
    if found != kept:
        settings.write(session, LOOKED, found)
    leapt_from = known.at if now - known.at > LEAP else None
    if found.doubted_since is None:
        set_back_from = known.at if known.at - now > LEAP else None
        return Found(is_believed=True, leapt_from=leapt_from, set_back_from=set_back_from)
    LOG.warning(
        "the clock is %d days ahead of when this last ran, so nothing is deleted whose days are "
        "over until it has stayed so for a day, or this has run %d times: see that the date is "
        "right",
        (now - known.at).days,
        ENOUGH_LEAPS - found.leaps,
    )
    return Found(is_believed=False, leapt_from=leapt_from)


def days(session: Session, zone: ZoneInfo, now: datetime) -> Days:
    """The days by which entries count: after a leap, or a set-back, that of before it too."""
    known = settings.read(session, LOOKED, Looked)
    is_doubted = known is not None and abs(now - known.at) > LEAP
    return Days.at(zone, now, known.at) if known is not None and is_doubted else Days.at(zone, now)


def _look(known: Looked, now: datetime) -> Looked:
    if now - known.at <= LEAP:  # also one that was set back
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
