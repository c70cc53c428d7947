"""The hub's side of the log: every kiosk's events, received exactly once in effect.

Facts are never refused for what they say: an unknown type is stored, an event that cannot be
applied is stored and quarantined with its reason. Only a chain that does not fit is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from db import applying, chain, districts, ingest, log, quarantine, signing, tree
from db.districts import OWN, TABLES
from db.ingest import ForkError, GapError, MalformedEventError
from db.log import CHAIN, THIS_CHAIN
from db.log_models import DeviceKeyRow, EventRow, SignedHeadRow

__all__ = [
    "ForkError",
    "GapError",
    "MalformedEventError",
    "Origin",
    "Received",
    "head",
    "quarantined",
    "receive",
]

MOST_AT_ONCE = 50
"""Of so many new events the sender waits until they are applied too: a tenth of a second."""

_KEY = TABLES[DeviceKeyRow.__tablename__]
_HEAD = select(CHAIN.c.head_seq, CHAIN.c.head_hash).where(THIS_CHAIN)
_LOCK = (
    select(CHAIN.c.head_seq, CHAIN.c.head_hash, _KEY.c.public_key)
    .outerjoin(
        _KEY,
        (_KEY.c.district_id == CHAIN.c.district_id)
        & (_KEY.c.device_id == CHAIN.c.device_id)
        & (_KEY.c.epoch == CHAIN.c.epoch),
    )
    .where(THIS_CHAIN)
    .with_for_update(of=CHAIN)
)
_ADVANCE = (
    update(CHAIN)
    .where(THIS_CHAIN)
    .values(
        head_seq=bindparam("head_seq"),
        head_hash=bindparam("head_hash"),
        acked_seq=bindparam("head_seq"),
    )
)
_NOT_SIGNED = "it is not signed with the key that this kiosk was paired with"
_SIGN = insert(TABLES[SignedHeadRow.__tablename__]).values(district_id=OWN)


class Origin(NamedTuple):
    """What a kiosk's events say of where they come from."""

    district_id: str
    site_id: str


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a batch: the new head, and how many events were new here."""

    head: log.Head
    new: tuple[chain.Envelope, ...]
    applied: tuple[chain.Envelope, ...] = ()
    """What was applied: the new ones, and what waited of the same visits; nothing of a backlog."""
    is_more: bool = False
    """Whether the batch was only stored: `applying.go_on` is to be called."""


def head(session: Session, device_id: str, epoch: int) -> log.Head:
    """Where the device's chain stands at the hub: resume always starts here."""
    row = districts.run(session, _HEAD, {"device": device_id, "at_epoch": epoch}).one_or_none()
    return (
        log.Head(epoch, 0, chain.GENESIS)
        if row is None
        else log.Head(epoch, row.head_seq, row.head_hash)
    )


def receive(
    session: Session,
    device_id: str,
    epoch: int,
    events: Sequence[chain.SealedEvent],
    now: datetime,
    *,
    signature: bytes = b"",
    origin: Origin | None = None,
    follow: applying.Follow = applying.nothing_follows,
) -> Received:
    """Store and apply a batch in its order; events that are here already are passed over.

    `signature` is the device's over the head behind the batch, if its epoch has a key. `origin`
    is where the device belongs: what says that it is of another site is kept and not applied.
    `follow` does what follows from those that are applied at once.

    Raises `GapError`, `ForkError` or `MalformedEventError`; the caller's transaction then rolls
    back, so that nothing of the batch is half applied.
    """
    seq, digest, key = _locked(session, device_id, epoch)
    batch = ingest.check((seq, digest), device_id, epoch, events)
    end = _same_as_kept(session, device_id, epoch, batch.known)
    writes = list[districts.Write]()
    if batch.new:
        end = seq, digest = batch.new[-1].envelope.seq, batch.new[-1].hash
        place = {"device": device_id, "at_epoch": epoch}
        writes.append((_ADVANCE, {**place, "head_seq": seq, "head_hash": digest}))
    if events and key is not None:
        signed = signing.ChainHead(device_id, epoch, *end)
        if not signing.is_signed(key, signed, signature):
            raise MalformedEventError(_NOT_SIGNED)
        if batch.new or not _is_kept(session, signed):
            writes.append(_kept_signature(signed, signature))
    reached = log.Head(epoch, seq, digest)
    new = tuple(link.envelope for link in batch.new)
    if len(new) > MOST_AT_ONCE:
        taken = tree.hold_and_take(session, [link.hash for link in batch.new])
        parked = [_why_not_applied(link, origin) for link in batch.new]
        if any(parked):
            applying.note_parked(session, device_id)
        ingest.store(session, batch.new, ingest.Placing(now, taken.places.start, parked))
        districts.write(session, [*writes, *taken.writes])
        return Received(reached, new, is_more=True)
    districts.write(session, writes)
    return Received(reached, new, _apply_and_store(session, batch.new, origin, now, follow))


def _apply_and_store(
    session: Session,
    links: Sequence[ingest.Link],
    origin: Origin | None,
    now: datetime,
    follow: applying.Follow,
) -> tuple[chain.Envelope, ...]:
    """A few events, of somebody who waits. Their places come with the commit."""
    if not links:
        return ()
    applying.hold_order(session)
    of_visits = {link.envelope.visit_id for link in links} - {None}
    waited = applying.catch_up(session, [v for v in of_visits if v is not None], follow)
    parked = [_why_not_applied(link, origin) for link in links]
    ours = [(e, sealed.body) for (e, sealed, _), why in zip(links, parked, strict=True) if not why]
    told = iter(applying.apply_all(session, ours, follow))
    parked = [why or next(told) for why in parked]
    if any(parked):
        applying.note_parked(session, links[0].envelope.kiosk_id)
    ingest.store(session, links, ingest.Placing(now, parked=parked))
    for link in links:
        tree.will_take(session, link.envelope.event_id, link.hash)
    return (*waited, *(link.envelope for link in links))


def _locked(session: Session, device_id: str, epoch: int) -> tuple[int, bytes, bytes | None]:
    """The chain's head and the key that signs it, None when it is not signed.

    Nobody else stores events of this chain before the transaction ends.
    """
    place = {"device": device_id, "at_epoch": epoch}
    row = districts.run(session, _LOCK, place).one_or_none()
    if row is None:
        log.locked_head(session, device_id, epoch)
        row = districts.run(session, _LOCK, place).one()
    return row.head_seq, row.head_hash, row.public_key


def _is_kept(session: Session, head: signing.ChainHead) -> bool:
    row = districts.get(session, SignedHeadRow, head.device_id, head.epoch, head.seq)
    return row is not None


def _kept_signature(head: signing.ChainHead, signature: bytes) -> districts.Write:
    place = {"device_id": head.device_id, "epoch": head.epoch, "seq": head.seq}
    return _SIGN, {**place, "hash": head.hash, "signature": signature}


def _same_as_kept(
    session: Session,
    device_id: str,
    epoch: int,
    known: Sequence[tuple[chain.Envelope, chain.SealedEvent]],
) -> tuple[int, bytes]:
    """Number and hash of the last one. Raises `ForkError` if one is not the event kept here."""
    if not known:
        return 0, chain.GENESIS
    numbers = [envelope.seq for envelope, _ in known]
    rows = session.execute(
        select(EventRow.seq, EventRow.line, EventRow.hash).where(
            EventRow.device_id == device_id,
            EventRow.epoch == epoch,
            EventRow.seq.between(min(numbers), max(numbers)),
        )
    )
    kept = {seq: (line, digest) for seq, line, digest in rows}
    for envelope, sealed in known:
        if kept.get(envelope.seq, (None,))[0] != sealed.line:
            raise ForkError(f"event {envelope.seq} differs from the one received before")
    return numbers[-1], kept[numbers[-1]][1]


def _why_not_applied(link: ingest.Link, origin: Origin | None) -> str | None:
    """Why an event is none of this site's, or says nothing any more.

    A kiosk that was not paired yet belongs to no site.
    """
    envelope, sealed, _ = link
    if origin is None or (envelope.district_id, envelope.site_id) in (origin, ("", "")):
        return None if sealed.body else quarantine.ERASED
    return quarantine.OF_ANOTHER


def quarantined(session: Session) -> int:
    """How many received events could not be applied, those apart whose facts were erased."""
    query = select(func.count()).select_from(EventRow).where(quarantine.is_amiss())
    return session.scalar(query) or 0
