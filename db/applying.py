"""The log applied to the visits, in the hub's order, at once or behind it. Hub only.

What kiosks send is stored first. A few events are applied in the same transaction: whoever reads
the answer finds them done, and there is no moment in which the log says what the visits do not.
A backlog is answered as soon as it is stored, since kiosks shall not wait for it, and applied in
transactions of their own: after a crash whoever applies goes on behind `AppliedRow.upto`.

Events of different visits may be applied in any order, those of one visit only in the hub's. So
what is new of a visit does not wait for the backlog of others: all that waits of that visit is
applied ahead, then the new event. Locks are always taken in this order: the kiosk's chain, the
`applied` row, the lock of places, visits, the feed and the hub's chain, the tree's row.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session, aliased

from db import chain, codec, districts, news, quarantine, tree, upserts, visit_events
from db.districts import OWN, TABLES
from db.domain.errors import UnfitError
from db.domain.events import DomainEvent
from db.log_models import AppliedAheadRow, AppliedRow, EventBodyRow, EventRow

Follow = Callable[[Session, Sequence[chain.Envelope]], None]
"""What follows from events that were applied. One from which it cannot follow is parked."""

_ONLY = 1
_NO_COLUMN = "a fact that no column takes"
_OF_ITSELF = (
    DataError, IntegrityError, LookupError, ValueError, OverflowError, codec.MalformedError,
)  # fmt: skip
_HELD = "order_is_held"
_PARKED = "newly_parked"
_APPLIED = TABLES[AppliedRow.__tablename__]
_AHEAD = TABLES[AppliedAheadRow.__tablename__]
_OURS = (_APPLIED.c.district_id == OWN) & (_APPLIED.c.applied_id == _ONLY)
_UPTO = select(_APPLIED.c.upto).where(_OURS)
_LOCK_UPTO = _UPTO.with_for_update()
_BEGIN = upserts.begin(_APPLIED, applied_id=_ONLY, upto=0)
_MOVE = update(_APPLIED).where(_OURS).values(upto=bindparam("moved_to"))
_FORGET_AHEAD = delete(_AHEAD).where(
    _AHEAD.c.district_id == OWN, _AHEAD.c.leaf_index < bindparam("moved_to")
)


def nothing_follows(_: Session, __: Sequence[chain.Envelope]) -> None:
    """Where events are applied for their visits alone."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What one step applied, and whether events still wait."""

    events: tuple[chain.Envelope, ...]
    is_more: bool


def hold_order(session: Session) -> None:
    """Until the transaction ends nobody else applies events, or gives them places."""
    session.info[_HELD] = _locked(session)
    tree.hold_places(session)


def catch_up(
    session: Session, visit_ids: Collection[UUID], follow: Follow = nothing_follows
) -> tuple[chain.Envelope, ...]:
    """Apply what waits of these visits, ahead of the others. The caller holds the order."""
    upto: int = session.info[_HELD]
    if not visit_ids or upto >= tree.frontier(session).size:
        return ()
    waiting = _waiting(upto) & EventRow.visit_id.in_(list(visit_ids))
    return tuple(e for e, _ in _apply_all(session, waiting, follow, is_ahead=True))


def apply_all(
    session: Session,
    events: Sequence[tuple[chain.Envelope, bytes]],
    follow: Follow = nothing_follows,
) -> list[str | None]:
    """Apply events in their order, and what follows. Returns why each could not be, to park it.

    Only what an event itself causes is a reason. A busy or lost database is none: that error goes
    up, and the events are applied later.
    """
    known, whys = list[_Known](), list[str | None]()
    for at, (envelope, body) in enumerate(events):
        event, why = _read(envelope, body)
        whys.append(why)
        if event is not None:
            known.append(_Known(at, envelope, event))
    _apply_set(session, known, whys, follow)
    return whys


class _Known(NamedTuple):
    at: int
    envelope: chain.Envelope
    event: DomainEvent


def _read(envelope: chain.Envelope, body: bytes) -> tuple[DomainEvent | None, str | None]:
    try:
        event = codec.event_from_json(envelope.type, body)
    except codec.MalformedError:
        return None, quarantine.UNREADABLE
    if event is None:
        return None, quarantine.unknown(chain.columns_of(envelope).type)
    return event, None


def _apply_set(
    session: Session,
    events: Sequence[_Known],
    whys: list[str | None],
    follow: Follow = nothing_follows,
) -> None:
    """All in one savepoint, with what follows.

    When that cannot be, each half by itself, down to single events.
    """
    if not events:
        return
    try:
        with session.begin_nested():
            with visit_events.together(session, [e.event for e in events]):
                for _, envelope, event in events:
                    visit_events.apply(session, envelope, event)
            follow(session, [e.envelope for e in events])
    except UnfitError:
        why = quarantine.failed(_NO_COLUMN)
    except _OF_ITSELF as error:
        why = quarantine.failed(type(error).__name__)
    except StatementError as error:
        if isinstance(error, DBAPIError):
            raise
        why = quarantine.failed(_NO_COLUMN)  # never sent to the server
    else:
        return
    if len(events) == 1:
        whys[events[0].at] = why
        return
    half = len(events) // 2
    _apply_set(session, events[:half], whys, follow)
    _apply_set(session, events[half:], whys, follow)


def take_in(session: Session) -> None:
    """Before a commit: new events get their places, and count as applied where they were."""
    if session.in_nested_transaction():
        return  # a savepoint ends, and not the transaction
    places = tree.take_in(session)
    if places:
        news.tell(session)
    upto: int | None = session.info.pop(_HELD, None)
    if upto is None or not places:
        return
    if upto < places[0] and _is_anything_waiting(session, upto, places[0]):
        _note_ahead(session, places)
    else:
        _move_to(session, places.stop)


def go_on(session: Session, limit: int, follow: Follow = nothing_follows) -> Applied:
    """Apply the next `limit` events of the hub's order that wait."""
    upto = _locked(session)
    end = min(upto + limit, tree.frontier(session).size)
    waiting = _waiting(upto) & (EventRow.leaf_index < end)
    found = tuple(e for e, _ in _apply_all(session, waiting, follow, is_ahead=False))
    _move_to(session, end)
    if found:
        news.tell(session)
    return Applied(found, is_more=end < tree.frontier(session).size)


def note_parked(session: Session, kiosk_id: str) -> None:
    """Something of this kiosk is parked in this transaction."""
    session.info.setdefault(_PARKED, set()).add(kiosk_id)


def newly_parked(session: Session) -> frozenset[str]:
    """The kiosks of which something was parked since this was asked before, in one transaction."""
    return frozenset(session.info.pop(_PARKED, ()))


class Tried(NamedTuple):
    """What could be applied, and behind which place to go on; None when all was tried."""

    events: tuple[chain.Envelope, ...]
    after: int | None


def try_again(
    session: Session,
    limit: int = 1000,
    *,
    after: int = -1,
    kiosk_ids: Collection[str] | None = None,
    follow: Follow = nothing_follows,
) -> Tried:
    """Apply what is parked behind the place `after`, if this version can; of some kiosks or all.

    Of a visit whose later events were applied meanwhile it stays parked: it would come too late.
    """
    upto = _locked(session)
    later = aliased(EventRow)
    is_late = exists().where(
        later.district_id == EventRow.district_id,
        later.visit_id == EventRow.visit_id,
        later.leaf_index > EventRow.leaf_index,
        later.parked.is_(None),
    )
    never = (quarantine.OF_ANOTHER, quarantine.ERASED)
    parked = EventRow.parked.not_in(never) & (EventRow.leaf_index < upto)
    if kiosk_ids is not None:
        parked &= EventRow.device_id.in_(list(kiosk_ids))
    tried = session.execute(
        select(EventRow.event_id, EventRow.leaf_index)
        .where(parked, EventRow.leaf_index > after)
        .order_by(EventRow.leaf_index)
        .limit(limit)
    ).all()
    found: list[chain.Envelope] = []
    for event_id, _ in tried:
        this = EventRow.event_id == event_id
        session.execute(update(EventRow).where(this, ~is_late).values(parked=None))
        is_free = this & EventRow.parked.is_(None)
        applied = _apply_all(session, is_free, follow, is_ahead=False)
        found += [envelope for envelope, why in applied if why is None]
    newly_parked(session)  # what stays was told of before
    return Tried(tuple(found), tried[-1].leaf_index if len(tried) == limit else None)


def has_more(session: Session) -> bool:
    """Whether `go_on` would find something to do. Takes no lock."""
    return _upto(session) < tree.frontier(session).size


def waiting(session: Session) -> int:
    """How many events are stored and were not applied yet."""
    query = select(func.count()).select_from(EventRow).where(_waiting(_upto(session)))
    return session.scalar(query) or 0


def settled(session: Session) -> int:
    """How many events of the hub's order, from the first on, were all applied or parked."""
    first = session.scalar(select(func.min(EventRow.leaf_index)).where(_waiting(_upto(session))))
    return tree.frontier(session).size if first is None else first


def is_applied(session: Session) -> ColumnElement[bool]:
    """Which events of the hub's order were applied, or parked."""
    return EventRow.leaf_index.is_not(None) & ~_waiting(_upto(session))


def _waiting(upto: int) -> ColumnElement[bool]:
    """What the hub says itself is applied as it is said."""
    ahead = exists().where(
        AppliedAheadRow.district_id == EventRow.district_id,
        AppliedAheadRow.leaf_index == EventRow.leaf_index,
    )
    is_kiosks = (EventRow.device_id != chain.HUB) & EventRow.parked.is_(None)
    return (EventRow.leaf_index >= upto) & is_kiosks & ~ahead


def _is_anything_waiting(session: Session, upto: int, end: int) -> bool:
    between = _waiting(upto) & (EventRow.leaf_index < end)
    return bool(session.scalar(select(exists().where(between))))


def _apply_all(
    session: Session, which: ColumnElement[bool], follow: Follow, *, is_ahead: bool
) -> list[tuple[chain.Envelope, str | None]]:
    """Each event, and why it could not be applied."""
    done: list[tuple[chain.Envelope, str | None]] = []
    rows = session.execute(
        select(EventRow.event_id, EventRow.leaf_index, EventRow.line, EventBodyRow.body)
        .outerjoin(EventBodyRow, EventBodyRow.event_id == EventRow.event_id)
        .where(which)
        .order_by(EventRow.leaf_index)
    ).all()
    envelopes = [codec.from_json(row.line, chain.Envelope) for row in rows]
    kept = [(e, row.body) for e, row in zip(envelopes, rows, strict=True) if row.body is not None]
    told = iter(apply_all(session, kept, follow))
    for envelope, row in zip(envelopes, rows, strict=True):
        why = quarantine.ERASED if row.body is None else next(told)
        if why is not None:
            note_parked(session, envelope.kiosk_id)
            session.execute(
                update(EventRow).where(EventRow.event_id == row.event_id).values(parked=why)
            )
        done.append((envelope, why))
    if is_ahead:
        _note_ahead(session, [row.leaf_index for row in rows if row.leaf_index is not None])
    return done


def _note_ahead(session: Session, places: Iterable[int]) -> None:
    rows = [{"leaf_index": place} for place in places]
    if rows:
        session.execute(insert(AppliedAheadRow), rows)


def _move_to(session: Session, upto: int) -> None:
    session.flush()
    districts.run(session, _MOVE, {"moved_to": upto})
    districts.run(session, _FORGET_AHEAD, {"moved_to": upto})


def _locked(session: Session) -> int:
    """`AppliedRow.upto`, which nobody else changes until this transaction ends."""
    upto: int = upserts.locked(session, _LOCK_UPTO, _BEGIN).upto
    return upto


def _upto(session: Session) -> int:
    return districts.run(session, _UPTO).scalar() or 0
