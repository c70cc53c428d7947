"""Once the hub's clock is certain, what was cleared meanwhile holds for the days of the rules."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from admin_console.hub import aftermath, applying, redating
from admin_console.hub.context import Context
from db import clearances, clearing, clock_doubt, policy
from db.clearing import Cut
from db.domain.clearance import Clearance

AT_ONCE = 50
"""Clearances in one transaction: nobody at a desk waits for longer than that takes."""


class _Dated(NamedTuple):
    """Until when a clearance holds, and what is remembered until it is known what the clock was."""

    until: date
    cut: Cut | None = None


def settle(context: Context) -> int:
    """Date anew what was given while the clock was doubted. Returns how many clearances.

    One that goes on from where it leapt to is right: they hold for longer. One that was set back
    was ahead: they hold for as long as if they were given now, those too that were given once it
    had been believed. If it was behind instead, they hold as before once that is mended.
    """
    with context.database.read() as session:
        if clock_doubt.is_doubted(session, context.now()):
            return 0
        unsettled = _unsettled(session, context.now())
    dated = sum(
        _settle(context, unsettled[first : first + AT_ONCE])
        for first in range(0, len(unsettled), AT_ONCE)
    )
    if dated:
        context.wake.notify()
    return dated


def _unsettled(session: Session, now: datetime) -> tuple[UUID, ...]:
    """What was given while the clock was doubted, or by one that was ahead, as far as is known."""
    ahead = clearances.given_after(session, now + clock_doubt.LEAP)
    day = policy.of(session).clears_until(now.date() + timedelta(days=1))  # in any time zone
    too_long = (clearance_id for clearance_id, until in ahead.items() if until > day)
    cut = (one.clearance_id for one in clearing.cut(session) if one.clearance_id not in ahead)
    return tuple(dict.fromkeys((*clearing.unsure(session), *too_long, *cut)))


def _settle(context: Context, some: Collection[UUID]) -> int:
    with context.database.read() as session:
        waiting = [clearances.get(session, each) for each in some]
    dated, left = list[UUID](), list[Cut]()
    with context.database.begin() as session:
        now = context.now()
        applying.before(session, {known.visit_id for known in waiting if known is not None}, now)
        unsure = frozenset(clearing.unsure(session))
        cut = {one.clearance_id: one for one in clearing.cut(session)}
        for clearance_id in some:
            known = clearances.get(session, clearance_id)
            certain = None if known is None else redating.certain_until(session, known, now)
            if known is None or certain is None:
                continue
            was, is_unsure = cut.get(clearance_id), clearance_id in unsure
            found = _dated(session, known, certain, now, was=was, is_unsure=is_unsure)
            if found.cut is not None:
                left.append(found.cut)
            if found.until != known.expires_on:
                redating.date_anew(session, known, found.until, now)
                dated.append(clearance_id)
        clearing.forget_unsure(session, some)
        clearing.keep_cut(session, some, left)
        for clearance_id in dated:
            told = clearances.get(session, clearance_id)
            if told is not None:
                aftermath.tell_of_clearance(session, told)
    return len(dated)


def _dated(
    session: Session,
    known: Clearance,
    certain: date,
    now: datetime,
    *,
    was: Cut | None,
    is_unsure: bool,
) -> _Dated:
    if known.decided_at > now + clock_doubt.LEAP:
        if not is_unsure and certain >= known.expires_on:
            return _Dated(known.expires_on, was)
        before = None if is_unsure else known.expires_on
        before = before if was is None else was.until
        return _Dated(certain, Cut(known.clearance_id, before, now))
    if was is None:
        return _Dated(certain if is_unsure else known.expires_on)
    if clearing.was_wrongly(session, was):
        return _Dated(min(certain, was.until or certain))
    return _Dated(known.expires_on)
