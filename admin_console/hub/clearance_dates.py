"""Once the hub's clock is certain, what was cleared meanwhile holds for the days of the rules."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from admin_console.hub import aftermath, applying, redating
from admin_console.hub.context import Context
from db import clearances, clearing, clock_doubt
from db.clearing import Cut
from db.domain.clearance import Clearance


class _Due(NamedTuple):
    """A clearance to be dated anew. `cut` is kept of it until it is known what the clock was."""

    clearance: Clearance
    until: date
    cut: Cut | None


def settle(context: Context) -> int:
    """Date anew what was given while the clock was doubted. Returns how many clearances.

    One that goes on from where it leapt to is right: they hold for longer. One that was set back
    was ahead: they hold for as long as if they were given now, those too that were given once it
    had been believed. If it was behind instead, they hold as before once that is mended.
    """
    with context.database.read() as session:
        now = context.now()
        is_doubted = clock_doubt.is_doubted(session, now)
        due = list(_due(session, now))
        is_settled = not clearing.unsure(session) and _left(due) == clearing.cut(session)
    if is_doubted or (is_settled and not any(map(_is_other, due))):
        return 0
    visit_ids = {one.clearance.visit_id for one in due}
    dated = []
    with context.database.begin() as session:
        now = context.now()
        applying.before(session, visit_ids, now)
        due = list(_due(session, now))
        for clearance, until, _ in filter(_is_other, due):
            redating.date_anew(session, clearance, until, now)
            dated.append(clearance.clearance_id)
        clearing.forget_unsure(session)
        clearing.keep_cut(session, _left(due))
        for clearance_id in dated:
            told = clearances.get(session, clearance_id)
            if told is not None:
                aftermath.tell_of_clearance(session, told)
    context.wake.notify()
    return len(dated)


def _due(session: Session, now: datetime) -> Iterator[_Due]:
    """What was given while the clock was doubted, or by one that was ahead, as it should end."""
    unsure = clearing.unsure(session)
    ahead = clearances.given_after(session, now + clock_doubt.LEAP)
    cut = {one.clearance_id: one for one in clearing.cut(session)}
    for clearance_id in dict.fromkeys((*unsure, *ahead, *cut)):
        known = clearances.get(session, clearance_id)
        until = None if known is None else redating.certain_until(session, known, now)
        if known is None or until is None:
            continue
        was = cut.get(clearance_id)
        if clearance_id in ahead:
            yield _cut(known, until, now, was, is_unsure=clearance_id in unsure)
        elif was is None:
            yield _Due(known, until, None)
        elif clearing.was_wrongly(session, was):
            yield _Due(known, min(until, was.until or until), None)
        else:
            yield _Due(known, known.expires_on, None)


def _cut(known: Clearance, until: date, now: datetime, was: Cut | None, *, is_unsure: bool) -> _Due:
    if not is_unsure and until >= known.expires_on:
        return _Due(known, known.expires_on, was)
    before = None if is_unsure else known.expires_on
    return _Due(known, until, Cut(known.clearance_id, before if was is None else was.until, now))


def _is_other(one: _Due) -> bool:
    return one.until != one.clearance.expires_on


def _left(due: list[_Due]) -> tuple[Cut, ...]:
    return tuple(one.cut for one in due if one.cut is not None)
