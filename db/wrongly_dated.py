"""Visits whose start a wrong clock noted: their days count from when they were found to be wrong.

By a clock that was ahead they would be kept for as much longer, and where one begins in another
year each morning, for ever: what it notes today may be as old as anything of that year. What was
noted stays as it is: it is in the log. So it is kept here when each was found, which is within an
hour or a day of when it came to pass; until it is, by a clock that is right, nobody can know.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from db import settings, wrong_times
from db.models import VisitRow

_FOUND = "clock_wrongly_dated"
_AT_ONCE = 1_000
_MOST_NEW = 5_000
"""Found in one run: of a hub whose clock is set back for days, all its visits seem to be ahead."""


@dataclass(frozen=True, slots=True)
class Found:
    """Visits that were found at this moment, by a clock that was right."""

    at: datetime
    visit_ids: tuple[UUID, ...]


def find(session: Session, now: datetime, has_facts: ColumnElement[bool], *, is_kiosk: bool) -> int:
    """Remember which visits are dated wrongly and still have facts. Returns how many are new.

    To be called only when the clock is in no doubt (`clock_doubt.Found.is_settled`). One that says
    a time before this program was written finds nothing. A hub's own clock dates no visits.
    """
    if now < wrong_times.NO_EARLIER:
        return 0
    known = _found(session)
    seen = set(chain.from_iterable(one.visit_ids for one in known))
    by_dead_clock = (
        and_(VisitRow.started_at >= span.first, VisitRow.started_at <= span.last)
        for span in (wrong_times.spans(session) if is_kiosk else ())
    )
    wrong = (VisitRow.started_at > now + wrong_times.AHEAD, *by_dead_clock)
    new = tuple(
        visit_id
        for each in wrong  # apart: each reads a part of the index, and all at once read all of it
        for visit_id in session.scalars(
            select(VisitRow.visit_id)
            .where(each, has_facts)
            .order_by(VisitRow.started_at)
            .limit(len(seen) + _MOST_NEW)
        )
        if visit_id not in seen
    )
    if new:
        settings.write(session, _FOUND, (*known, Found(now, new)))
    return len(new)


def over(session: Session, before: datetime) -> tuple[UUID, ...]:
    """Those that were found before then, by a clock that was right; the first ones of many."""
    spans = wrong_times.spans(session)
    over = (one.visit_ids for one in _found(session) if wrong_times.is_old(spans, one.at, before))
    return tuple(islice(chain.from_iterable(over), _AT_ONCE))


def drop(session: Session, visit_ids: Collection[UUID]) -> None:
    """They are forgotten: nothing has to be known of them any more."""
    known, gone = _found(session), set(visit_ids)
    left = tuple(_left(known, gone))
    if left != known:
        settings.write(session, _FOUND, left)


def _left(known: Iterable[Found], gone: set[UUID]) -> Iterable[Found]:
    for one in known:
        visit_ids = tuple(visit_id for visit_id in one.visit_ids if visit_id not in gone)
        if visit_ids:
            yield Found(one.at, visit_ids)


def _found(session: Session) -> tuple[Found, ...]:
    return settings.read(session, _FOUND, tuple[Found, ...]) or ()
