"""Events that a device says itself, chained; on a kiosk they wait here for the hub.

An event is added in the transaction of the change that it describes: both or neither are kept.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, select, update
from sqlalchemy.orm import Session

from db import chain, codec, log, settings, visit_events
from db.domain.errors import StorageError
from db.domain.events import TYPE_VERSIONS, DomainEvent
from db.ids import new_id
from db.log_models import ChainRow, EventBodyRow, EventRow


@dataclass(frozen=True, slots=True)
class Device:
    """Who speaks: a kiosk, or the hub itself. A copied disk must never share an `epoch`."""

    district_id: str
    site_id: str
    kiosk_id: str
    epoch: int = 1
    clock_offset_ms: int = 0


OWN = "device"
FORKS = "outbox.forks"
"""Under which names and in which epochs the hub holds other events than this kiosk said."""


@dataclass(frozen=True, slots=True)
class _Fork:
    kiosk_id: str
    epoch: int


def own(session: Session) -> Device | None:
    """Who this kiosk is as it was paired last; None at a hub, and before its first start."""
    return settings.read(session, OWN, Device)


class KioskError(StorageError):
    """This database is a kiosk's, and a hub was to work with it."""


def refuse_kiosk(session: Session) -> None:
    """Raise `KioskError` at a kiosk's database. For a hub, whose tables are the same ones."""
    if settings.read(session, OWN, Device) is not None:
        raise KioskError(
            "This database is a kiosk's, not a hub's. Nothing was changed. Check what --database "
            "says; a kiosk's own log is checked by vestibule-kiosk verify-log."
        )


def add(
    session: Session,
    device: Device,
    event: DomainEvent,
    now: datetime,
    *,
    actor: str,
    visit_id: UUID | None = None,
    cause_id: UUID | None = None,
    watchlists: Mapping[str, int] | None = None,
) -> UUID:
    """Append the event to the device's chain and apply it to the visits. Returns its id."""
    head = log.locked_head(session, device.kiosk_id, device.epoch)
    name, body = codec.event_to_json(event)
    salt = secrets.token_bytes(chain.SALT_BYTES)
    envelope = chain.Envelope(
        v=chain.ENVELOPE_VERSION,
        type=name,
        type_v=TYPE_VERSIONS[name],
        event_id=new_id(now),
        district_id=device.district_id,
        site_id=device.site_id,
        kiosk_id=device.kiosk_id,
        epoch=device.epoch,
        seq=head.seq + 1,
        occurred_at=now,
        clock_offset=device.clock_offset_ms,
        actor=actor,
        visit_id=visit_id,
        cause_id=cause_id,
        refs=chain.Refs(dict(watchlists or {})),
        body_commit=chain.commit(salt, body),
    )
    sealed = chain.SealedEvent(codec.to_json(envelope), salt, body)
    log.append(session, head, envelope, sealed)
    visit_events.apply_own(session, envelope, event)
    return envelope.event_id


def pending(
    session: Session, device: Device, after_seq: int, limit: int
) -> list[chain.SealedEvent]:
    """The device's own events behind `after_seq`, in their own order (never the clock's).

    An event goes out with its body, which retention leaves alone behind `acked_seq`. A hub that was
    restored from an older backup asks for what it had before: of that it gets the bare lines.
    """
    rows = session.execute(
        select(EventRow.line, EventBodyRow.salt, EventBodyRow.body)
        .outerjoin(EventBodyRow, EventBodyRow.event_id == EventRow.event_id)
        .where(
            EventRow.device_id == device.kiosk_id,
            EventRow.epoch == device.epoch,
            EventRow.seq > after_seq,
        )
        .order_by(EventRow.seq)
        .limit(limit)
    )
    return [chain.SealedEvent(line, salt or b"", body or b"") for line, salt, body in rows]


def head(session: Session, device: Device) -> log.Head:
    """Where the device's own chain stands."""
    return log.locked_head(session, device.kiosk_id, device.epoch)


def hash_at(session: Session, device: Device, seq: int) -> bytes | None:
    """The hash of the device's own event `seq`; None when there is no such event."""
    if seq == 0:
        return chain.GENESIS
    return session.scalar(
        select(EventRow.hash).where(
            EventRow.device_id == device.kiosk_id,
            EventRow.epoch == device.epoch,
            EventRow.seq == seq,
        )
    )


def accept(session: Session, device: Device, acked_seq: int) -> None:
    """Remember that the hub has everything up to `acked_seq`."""
    session.execute(
        update(ChainRow)
        .where(*_of(device), ChainRow.acked_seq < acked_seq)
        .values(acked_seq=acked_seq)
    )


def acked(session: Session, device: Device) -> int:
    """Up to which of the device's own events the hub has them all."""
    return session.scalar(select(ChainRow.acked_seq).where(*_of(device))) or 0


def reopen(session: Session, device: Device, head_seq: int) -> None:
    """What is behind `head_seq` waits again: the hub was restored from a backup of before."""
    session.execute(
        update(ChainRow)
        .where(*_of(device), ChainRow.acked_seq > head_seq)
        .values(acked_seq=head_seq)
    )


def earlier(session: Session, device: Device) -> list[Device]:
    """The device as it spoke before it was paired again, oldest first: each epoch has its chain."""
    epochs = session.scalars(
        select(ChainRow.epoch)
        .where(
            ChainRow.device_id == device.kiosk_id,
            ChainRow.epoch < device.epoch,
            ChainRow.head_seq > 0,
        )
        .order_by(ChainRow.epoch)
    )
    return [replace(device, epoch=epoch) for epoch in epochs]


def note_fork(session: Session, device: Device) -> None:
    """The hub holds others under this epoch's numbers: nothing more of it goes there."""
    known, fork = _forks(session), _Fork(device.kiosk_id, device.epoch)
    if fork not in known:
        settings.write(session, FORKS, (*known, fork))


def end_fork(session: Session, device: Device) -> None:
    """The hub holds what was said: another one had answered in its place, or an older copy."""
    known, fork = _forks(session), _Fork(device.kiosk_id, device.epoch)
    if fork in known:
        settings.write(session, FORKS, tuple(each for each in known if each != fork))


def has_forked(session: Session, device: Device) -> bool:
    return _Fork(device.kiosk_id, device.epoch) in _forks(session)


def is_to_go(session: Session) -> ColumnElement[bool]:
    """Of which events the hub lacks a copy, and gets one.

    None of a kiosk that was never paired, nor of an epoch that forked. What the kiosk said under
    another id was another school's, and goes to no hub any more.
    """
    device = own(session)
    if device is not None and not device.site_id:
        return false()
    is_waiting = exists().where(
        ChainRow.district_id == EventRow.district_id,
        ChainRow.device_id == EventRow.device_id,
        ChainRow.epoch == EventRow.epoch,
        EventRow.seq > ChainRow.acked_seq,
    )
    if device is None:
        return is_waiting
    forked = [fork.epoch for fork in _forks(session) if fork.kiosk_id == device.kiosk_id]
    return and_(is_waiting, EventRow.device_id == device.kiosk_id, EventRow.epoch.not_in(forked))


def _forks(session: Session) -> tuple[_Fork, ...]:
    return settings.read(session, FORKS, tuple[_Fork, ...]) or ()


def waiting(session: Session, device: Device) -> int:
    """How many events the hub has not confirmed yet, those of earlier pairings too."""
    return _unconfirmed(session, ChainRow.device_id == device.kiosk_id)


def waiting_in_epoch(session: Session, device: Device) -> int:
    """How many events of the device's epoch alone the hub has not confirmed yet."""
    return _unconfirmed(session, and_(*_of(device)))


def _of(device: Device) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ChainRow.device_id == device.kiosk_id, ChainRow.epoch == device.epoch


def _unconfirmed(session: Session, chains: ColumnElement[bool]) -> int:
    query = select(func.sum(ChainRow.head_seq - ChainRow.acked_seq)).where(chains)
    return int(session.scalar(query) or 0)
