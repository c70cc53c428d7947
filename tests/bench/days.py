"""What kiosks have to hand over after a time offline: signed batches of invented visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from db import chain, codec, kiosk_tokens, signing
from db.domain.desk import Site
from db.domain.events import (
    TYPE_VERSIONS,
    BadgePrinted,
    DomainEvent,
    VisitCheckedOut,
)
from db.domain.visit import CheckOutWay
from db.engine import Database
from db.hub_models import DeviceRow
from db.ids import new_id
from db.log_models import DeviceKeyRow
from kiosk.sync.http import wire_line
from tests.makers import make_checked_in, make_identity, make_screened


@dataclass(frozen=True)
class Kiosk:
    """A kiosk of this site that can sign."""

    kiosk_id: str
    private_key: bytes
    site: Site

    @property
    def public_key(self) -> bytes:
        return signing.public_of(self.private_key)


@dataclass(frozen=True)
class Chunk:
    """One batch: as it travels, what it is signed with, and its events."""

    content: bytes
    signature: bytes
    events: tuple[chain.SealedEvent, ...]


def new_kiosk(site: Site) -> Kiosk:
    return Kiosk(str(new_id(datetime.now().astimezone())), signing.new_key(), site)


def pair(database: Database, kiosk: Kiosk, name: str, now: datetime) -> str:
    """Let the kiosk in, as one that was last seen a day ago. Returns a token for an hour."""
    with database.begin() as session:
        session.add(
            DeviceRow(
                device_id=kiosk.kiosk_id,
                name=name,
                epoch=1,
                site_id=kiosk.site.site_id,
                paired_at=now,
                last_seen_at=now - timedelta(days=1),
            )
        )
        session.add(DeviceKeyRow(device_id=kiosk.kiosk_id, epoch=1, public_key=kiosk.public_key))
        return kiosk_tokens.issue(session, kiosk.kiosk_id, 1, now)


def chunks(kiosk: Kiosk, events: int, size: int, begins: datetime) -> list[Chunk]:
    """So many events, from `begins` on: a visit is four of them."""
    made: list[chain.SealedEvent] = []
    found: list[Chunk] = []
    head = chain.GENESIS
    for seq in range(1, events + 1):
        step = (seq - 1) % 4
        now = begins + timedelta(seconds=20 * seq)
        if step == 0:
            visit_id = new_id(now)
        sealed = _sealed(kiosk, seq, visit_id, _event(step, seq, visit_id, now), now)
        head = chain.link(head, sealed.line)
        made.append(sealed)
        if len(made) == size or seq == events:
            found.append(_chunk(kiosk, made, seq, head))
            made = []
    return found


def _event(step: int, seq: int, visit_id: UUID, now: datetime) -> DomainEvent:
    if step == 0:
        identity = make_identity(f"Elena{seq}", "Marlowe")
        return make_screened(visit_id, number=seq, identity=identity, now=now)
    if step == 1:
        return make_checked_in(visit_id, now)
    if step == 2:
        return BadgePrinted(visit_id, "front")
    return VisitCheckedOut(visit_id, CheckOutWay.BADGE)


def _sealed(
    kiosk: Kiosk, seq: int, visit_id: UUID, event: DomainEvent, now: datetime
) -> chain.SealedEvent:
    name, body = codec.event_to_json(event)
    salt = seq.to_bytes(chain.SALT_BYTES)
    envelope = chain.Envelope(
        v=chain.ENVELOPE_VERSION,
        type=name,
        type_v=TYPE_VERSIONS[name],
        event_id=new_id(now),
        district_id=kiosk.site.district_id,
        site_id=kiosk.site.site_id,
        kiosk_id=kiosk.kiosk_id,
        epoch=1,
        seq=seq,
        occurred_at=now,
        clock_offset=0,
        actor="visitor",
        visit_id=visit_id,
        cause_id=None,
        refs=chain.Refs({}),
        body_commit=chain.commit(salt, body),
    )
    return chain.SealedEvent(codec.to_json(envelope), salt, body)


def _chunk(kiosk: Kiosk, made: Sequence[chain.SealedEvent], seq: int, head: bytes) -> Chunk:
    signature = signing.sign(kiosk.private_key, signing.ChainHead(kiosk.kiosk_id, 1, seq, head))
    return Chunk(b"\n".join(map(wire_line, made)), signature, tuple(made))
