"""Tries to get in, counted in the database for all processes of a hub; a restart forgets none.

Kept for a quarter of an hour, under a hash, since what was tried may name a person.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from db.hub_models import AttemptRow
from db.ids import new_id

MOST = 5
WITHIN = timedelta(minutes=1)
LONGEST = timedelta(minutes=15)
"""No try counts for longer."""
_TRIES = 0x5645_5454
"""Any number, the same for every hub: the class of PostgreSQL's locks over whose tries they are."""


def count_try(
    session: Session, who: str, now: datetime, most: int = MOST, within: timedelta = WITHIN
) -> float:
    """Count a try before it is known how it ends; `succeeded` takes it back.

    `within` is what a try counts for, `LONGEST` at most.

    Returns how many seconds `who` must wait instead, 0.0 when the try may be made.
    """
    key = _key(who)
    _hold(session, key)
    session.execute(delete(AttemptRow).where(_is_outdated(now)))
    lately = and_(AttemptRow.at > now - within, AttemptRow.at <= now + within)
    own = select(AttemptRow.at).where(AttemptRow.who == key, lately).order_by(AttemptRow.at)
    recent = session.scalars(own).all()
    if len(recent) >= most:
        return max(1.0, (recent[0] + within - now).total_seconds())
    session.add(AttemptRow(attempt_id=new_id(now), who=key, at=now))
    session.flush()
    return 0.0


def has_outdated(session: Session, now: datetime) -> bool:
    """Whether there is something to do for `forget_outdated`."""
    some = select(AttemptRow.attempt_id).where(_is_outdated(now)).limit(1)
    return session.scalar(some) is not None


def forget_outdated(session: Session, now: datetime) -> None:
    """Delete what counts no more, also where nobody tries to get in any more."""
    session.execute(delete(AttemptRow).where(_is_outdated(now)))


def counted(session: Session, who: str) -> int:
    """How many tries of `who` are kept, which for one of `LONGEST` are all that count."""
    query = select(func.count()).select_from(AttemptRow).where(AttemptRow.who == _key(who))
    return session.scalar(query) or 0


def take_back(session: Session, who: str) -> None:
    """Of the tries, the last one was none."""
    own = select(AttemptRow).where(AttemptRow.who == _key(who)).order_by(AttemptRow.at.desc())
    last = session.scalar(own.limit(1))
    if last is not None:
        session.delete(last)


def succeeded(session: Session, who: str) -> None:
    session.execute(delete(AttemptRow).where(AttemptRow.who == _key(who)))


def _is_outdated(now: datetime) -> ColumnElement[bool]:
    """A clock that was set back would else hold tries of its future against people."""
    return or_(AttemptRow.at <= now - LONGEST, AttemptRow.at > now + LONGEST)


def _hold(session: Session, key: str) -> None:
    """Of two at once, one waits here until the other has counted, and then sees what it counted.

    SQLite has one writer at a time and needs no lock. Of PostgreSQL's own none would do: there is
    no row yet when two try first.
    """
    if session.connection().dialect.name == "postgresql":
        number = int.from_bytes(bytes.fromhex(key[:8]), signed=True)
        session.connection().execute(select(func.pg_advisory_xact_lock(_TRIES, number)))


def _key(who: str) -> str:
    return sha256(who.encode()).hexdigest()
