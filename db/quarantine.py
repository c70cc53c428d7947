"""Events that the hub took in and could not apply: whose, why, and what to do. Hub only.

They are never dropped: each stays in the log, with its reason, until a version comes that can.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, func, select
from sqlalchemy.orm import Session

from db import districts, notices
from db.districts import OWN, TABLES
from db.domain.kiosks import ParkedEvents
from db.hub_models import DeviceRow
from db.log_models import EventRow

_EVENT = TABLES[EventRow.__tablename__]
OF_ANOTHER = "it says that it is of another school than its kiosk"
"""Why an event is parked as it is stored: it is never applied."""
UNREADABLE = "its facts cannot be read by this version"
ERASED = "its facts were erased"
"""Nobody can do anything about it, nor need they: it is shown, and neither told nor counted."""
_COUNT_OF = select(func.count()).where(
    _EVENT.c.district_id == OWN,
    _EVENT.c.device_id == bindparam("kiosk_id"),
    _EVENT.c.parked.is_not(None),
    _EVENT.c.parked != ERASED,
)
"""Put together once: every answer to a kiosk says it."""
SHOWN = 50
"""Of kiosks and reasons, those with the most events."""
_UNKNOWN = "this version does not know "
_COULD_NOT = "it could not be applied"
_NEWER = (
    "The kiosk is newer than the hub. Update the hub: it applies them by itself when it starts."
)
_FAILED = (
    "Try them again. If they stay, nothing is lost: keep the database as it is, and tell whoever "
    "maintains Vestibule this reason and the hub's version."
)
_TO_DO = {
    UNREADABLE: _NEWER,
    OF_ANOTHER: (
        "The kiosk was set up at another school. They stay in the log and are not applied here; "
        "pair the kiosk again where it stands."
    ),
    ERASED: (
        "Nothing, where their days are over, as it happens to a hub that was restored from an "
        "older backup: the log keeps their lines. A kiosk that sent recent ones without their "
        "facts is not as it should be: have it looked at."
    ),
}


def unknown(name: str) -> str:
    """Why an event is parked whose kind this version does not know. Its kiosk wrote the name."""
    shown = "".join(letter for letter in name if letter.isprintable())
    return f"{_UNKNOWN}{shown}; it is kept for a later one"


def failed(what: str) -> str:
    """Why an event is parked that does not fit what is there."""
    return f"{_COULD_NOT} ({what})"


def to_do(why: str) -> str:
    """What somebody does about events that are parked for this reason."""
    if why.startswith(_UNKNOWN):
        return _NEWER
    return _TO_DO.get(why, _FAILED)


def parked(session: Session) -> tuple[ParkedEvents, ...]:
    """What is parked of the kiosks that this session sees, by kiosk and reason."""
    since, many_of = func.min(EventRow.received_at), func.count()
    rows = session.execute(
        select(EventRow.device_id, EventRow.parked, many_of, since)
        .join(DeviceRow, DeviceRow.device_id == EventRow.device_id)
        .where(EventRow.parked.is_not(None))
        .group_by(EventRow.device_id, EventRow.parked)
        .order_by(many_of.desc(), EventRow.device_id, EventRow.parked)
        .limit(SHOWN)
    )
    return tuple(
        ParkedEvents(kiosk_id, why, many, at, to_do(why))
        for kiosk_id, why, many, at in rows
        if why is not None and at is not None
    )


def is_amiss() -> ColumnElement[bool]:
    """Whether an event is parked and somebody may have to do something about it."""
    return and_(EventRow.parked.is_not(None), EventRow.parked != ERASED)


def count_of(session: Session, kiosk_id: str) -> int:
    """How many events of one kiosk are parked."""
    return districts.run(session, _COUNT_OF, {"kiosk_id": kiosk_id}).scalar() or 0


def count(session: Session) -> int:
    """How many events are parked of the kiosks that this session sees."""
    query = (
        select(func.count())
        .select_from(EventRow)
        .join(DeviceRow, DeviceRow.device_id == EventRow.device_id)
        .where(is_amiss())
    )
    return session.scalar(query) or 0


def tell(session: Session, kiosk_ids: Iterable[str], now: datetime) -> None:
    """Tell administrators that something of these kiosks is parked.

    Once until all is applied, for each thing that is to be done about it: what another school's
    kiosk said stays for ever, and must not hide what is parked later.
    """
    for kiosk_id in sorted(kiosk_ids):
        kiosk = districts.get(session, DeviceRow, kiosk_id)
        if kiosk is None:
            continue
        for epoch, seq, why in _firsts(session, kiosk_id):
            notices.tell_of_parked(
                session,
                kiosk.name,
                why,
                now,
                about=f"{kiosk_id} {epoch} {seq}",
                site_id=kiosk.site_id,
            )


def _firsts(session: Session, kiosk_id: str) -> Iterator[tuple[int, int, str]]:
    """The first one of a kiosk that was parked for each kind of reason, but for erased facts."""
    is_of_another = EventRow.parked == OF_ANOTHER
    has_failed = EventRow.parked.startswith(_COULD_NOT)
    for kind in (is_of_another, has_failed, and_(~is_of_another, ~has_failed)):
        first = session.execute(
            select(EventRow.epoch, EventRow.seq, EventRow.parked)
            .where(EventRow.device_id == kiosk_id, is_amiss(), kind)
            .order_by(EventRow.received_at, EventRow.epoch, EventRow.seq)
            .limit(1)
        ).first()
        if first is not None and first.parked is not None:
            yield first.epoch, first.seq, first.parked
