"""What a clock noted while it was years behind: it counts from the moment it was mended.

By the time that was noted it would be over at once, and would be deleted as soon as the clock is
believed again. What was noted stays as it is: it is in the log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from db import settings

NO_EARLIER = datetime(2026, 1, 1, tzinfo=UTC)
"""Before this program was written nothing came to pass that it noted."""
SLACK = timedelta(hours=25)
"""The clock is looked at once a day: so much was noted before it was found to be wrong, or after
that was last seen."""
AHEAD = timedelta(days=7)
"""What is of a time to come by less is kept for as much longer: clocks differ a little."""
_SPANS = "clock_wrong"
_KEPT_FOR = timedelta(days=3_700)
"""Longer than anything is kept by a number of days (`db.domain.policy.LONGEST_DAYS`)."""


@dataclass(frozen=True, slots=True)
class Span:
    """What the clock said, from first to last, until it was mended."""

    first: datetime
    last: datetime
    mended_at: datetime

    def __contains__(self, noted_at: datetime) -> bool:
        return self.first <= noted_at <= self.last


def add(session: Session, first: datetime, last: datetime, mended_at: datetime) -> None:
    """The clock said these times and was mended: what it noted counts from then.

    A clock that begins at the same time each morning notes the same times each day. They are one
    span, and count from the last morning.
    """
    span, others = Span(first - SLACK, last + SLACK, mended_at), list[Span]()
    for known in spans(session):
        if known.first <= span.last and span.first <= known.last:
            firsts, lasts = (known.first, span.first), (known.last, span.last)
            span = Span(min(firsts), max(lasts), max(known.mended_at, mended_at))
        elif mended_at - known.mended_at < _KEPT_FOR:
            others.append(known)
    settings.write(session, _SPANS, (*others, span))


def spans(session: Session) -> tuple[Span, ...]:
    return settings.read(session, _SPANS, tuple[Span, ...]) or ()


def is_over(
    session: Session,
    noted: InstrumentedAttribute[Any],
    before: datetime,
    as_noted: Callable[[datetime], object] = lambda moment: moment,
) -> ColumnElement[bool]:
    """Whether a row was noted before that moment, by a clock that was right.

    `as_noted` makes of a moment what the column has of it.
    """
    unsure = [
        and_(noted >= as_noted(span.first), noted <= as_noted(span.last))
        for span in spans(session)
        if span.mended_at >= before
    ]
    return and_(noted < as_noted(before), ~or_(*unsure)) if unsure else noted < as_noted(before)


def is_old(known: tuple[Span, ...], noted_at: datetime, before: datetime) -> bool:
    """The same of a moment."""
    is_unsure = any(noted_at in span for span in known if span.mended_at >= before)
    return noted_at < before and not is_unsure


def counts_from(known: tuple[Span, ...], noted_at: datetime) -> datetime:
    """When its days began: when the clock was mended that noted it wrongly, else when it was."""
    return max((noted_at, *(span.mended_at for span in known if noted_at in span)))


def is_ahead(noted_at: datetime, now: datetime) -> bool:
    """Whether a clock noted it that was ahead, if the one that says `now` is right.

    One that says a time before this program was written is not.
    """
    return now >= NO_EARLIER and noted_at > now + AHEAD
