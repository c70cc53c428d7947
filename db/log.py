"""How a chain of events is kept, and checked. `outbox` and `inbox` are its two mouths."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import chain
from db.models import ChainRow, EventBodyRow, EventRow


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain stands; `hash` has 32 bytes."""

    epoch: int
    seq: int
    hash: bytes


def chain_row(session: Session, device_id: str, epoch: int) -> ChainRow:
    """The chain's row, locked until the transaction ends; made when the chain is new."""
    row = session.get(ChainRow, (device_id, epoch), with_for_update=True)
    if row is None:
        row = ChainRow(
            device_id=device_id, epoch=epoch, head_seq=0, head_hash=chain.GENESIS, acked_seq=0
        )
        session.add(row)
        session.flush()
    return row


def store(
    session: Session,
    row: ChainRow,
    envelope: chain.Envelope,
    sealed: chain.SealedEvent,
    received_at: datetime | None,
) -> EventRow:
    """Put one link behind the head of its chain."""
    digest = chain.link(row.head_hash, sealed.line)
    kept = EventRow(
        event_id=envelope.event_id,
        device_id=envelope.kiosk_id,
        epoch=envelope.epoch,
        seq=envelope.seq,
        event_type=envelope.type,
        visit_id=envelope.visit_id,
        occurred_at=envelope.occurred_at,
        received_at=received_at,
        line=sealed.line,
        hash=digest,
        parked=None,
    )
    session.add(kept)
    session.flush()
    session.add(EventBodyRow(event_id=envelope.event_id, salt=sealed.salt, body=sealed.body))
    row.head_seq, row.head_hash = envelope.seq, digest
    session.flush()
    return kept


def verify_log(session: Session) -> list[chain.Verification]:
    """Recompute every chain that is kept here, and compare its end with the head on record."""
    found: list[chain.Verification] = []
    rows = session.scalars(select(ChainRow).order_by(ChainRow.device_id, ChainRow.epoch))
    for row in rows.all():
        result = chain.verify(row.device_id, row.epoch, _stored(session, row))
        if result.is_good and (result.events, result.head) != (row.head_seq, row.head_hash):
            missing = f"{result.events} events are kept where the head says {row.head_seq}"
            result = chain.Verification(
                row.device_id, row.epoch, result.events, result.head, missing
            )
        found.append(result)
    return found


def count(session: Session, device_id: str | None = None) -> int:
    """How many events are kept, of one device or of all."""
    query = select(func.count()).select_from(EventRow)
    if device_id is not None:
        query = query.where(EventRow.device_id == device_id)
    return session.scalar(query) or 0


def _stored(session: Session, row: ChainRow) -> Iterator[chain.StoredEvent]:
    rows = session.execute(
        select(EventRow.seq, EventRow.line, EventRow.hash, EventBodyRow.salt, EventBodyRow.body)
        .outerjoin(EventBodyRow, EventBodyRow.event_id == EventRow.event_id)
        .where(EventRow.device_id == row.device_id, EventRow.epoch == row.epoch)
        .order_by(EventRow.seq)
        .execution_options(yield_per=1000)
    )
    for seq, line, digest, salt, body in rows:
        yield chain.StoredEvent(seq, line, digest, salt, body)


def chains_are_whole(session: Session, device_ids: set[str]) -> bool:
    """Whether every chain of these devices verifies from its first event on."""
    return all(v.is_good for v in verify_log(session) if v.device_id in device_ids)
