"""The hub's side of the log: every kiosk's events, received exactly once in effect.

Facts are never refused for what they say: an unknown type is stored, an event that cannot be
applied is stored and quarantined with its reason. Only a chain that does not fit is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from db import chain, codec, districts, log, pairing, signing, visits
from db.domain.desk import Site
from db.log_models import ChainRow, EventRow, SignedHeadRow


class GapError(Exception):
    """The batch does not follow on what is here: send from `expected_seq` on."""

    def __init__(self, expected_seq: int) -> None:
        super().__init__(f"events from {expected_seq} on are missing")
        self.expected_seq = expected_seq


class ForkError(Exception):
    """Two different events claim one place: a copied disk, or a changed log. Stop and alarm."""


class MalformedEventError(Exception):
    """A line is no envelope, or its body is not the one it committed to."""


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a batch: the new head, and how many events were new here."""

    head: log.Head
    new: tuple[chain.Envelope, ...]


def head(session: Session, device_id: str, epoch: int) -> log.Head:
    """Where the device's chain stands at the hub: resume always starts here."""
    row = districts.get(session, ChainRow, device_id, epoch)
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
    site: Site | None = None,
) -> Received:
    """Store and apply a batch in its order; events that are here already are passed over.

    `signature` is the device's over the head behind the batch, if its epoch has a key. `site` is
    the one that the device belongs to: what says that it is of another is kept and not applied.

    Raises `GapError`, `ForkError` or `MalformedEventError`; the caller's transaction then rolls
    back, so that nothing of the batch is half applied.
    """
    row = log.chain_row(session, device_id, epoch)
    new: list[chain.Envelope] = []
    end = log.Head(epoch, row.head_seq, row.head_hash)
    for sealed in events:
        envelope = _open(sealed, device_id, epoch)
        if envelope.seq > row.head_seq + 1:
            raise GapError(row.head_seq + 1)
        if envelope.seq <= row.head_seq:
            end = log.Head(epoch, envelope.seq, _same_as_kept(session, envelope, sealed))
            continue
        if districts.get(session, EventRow, envelope.event_id) is not None:
            raise ForkError(f"event {envelope.seq} has the id of another event")
        kept = log.store(session, row, envelope, sealed, received_at=now)
        kept.parked = _why_not_ours(envelope, site) or _apply(session, envelope, sealed)
        new.append(envelope)
        end = log.Head(epoch, envelope.seq, row.head_hash)
    if events:
        _keep_signature(session, signing.ChainHead(device_id, epoch, end.seq, end.hash), signature)
    row.acked_seq = row.head_seq
    session.flush()
    return Received(log.Head(epoch, row.head_seq, row.head_hash), tuple(new))


def _open(sealed: chain.SealedEvent, device_id: str, epoch: int) -> chain.Envelope:
    if b"\n" in sealed.line or b"\t" in sealed.line or b"\n" in sealed.body:
        raise MalformedEventError(
            "an event is not one line without tabs"
        )  # it could not be exported
    try:
        envelope = sealed.envelope
    except codec.MalformedError as error:
        raise MalformedEventError("a line is no event") from error
    if (envelope.kiosk_id, envelope.epoch) != (device_id, epoch):
        raise MalformedEventError(f"event {envelope.seq} is not of this kiosk")
    if not chain.is_body_of(envelope, sealed.salt, sealed.body):
        raise MalformedEventError(f"the body of event {envelope.seq} is not the one it names")
    return envelope


def _keep_signature(session: Session, head: signing.ChainHead, signature: bytes) -> None:
    key = pairing.public_key(session, head.device_id, head.epoch)
    if key is None:
        return
    if not signing.is_signed(key, head, signature):
        raise MalformedEventError("it is not signed with the key that this kiosk was paired with")
    place = (head.device_id, head.epoch, head.seq)
    if districts.get(session, SignedHeadRow, *place) is None:
        device_id, epoch, seq = place
        session.add(
            SignedHeadRow(
                device_id=device_id, epoch=epoch, seq=seq, hash=head.hash, signature=signature
            )
        )


def _same_as_kept(session: Session, envelope: chain.Envelope, sealed: chain.SealedEvent) -> bytes:
    """The hash of the event that is here already. Raises `ForkError` if it is another one."""
    kept = session.execute(
        select(EventRow.line, EventRow.hash).where(
            EventRow.device_id == envelope.kiosk_id,
            EventRow.epoch == envelope.epoch,
            EventRow.seq == envelope.seq,
        )
    ).one_or_none()
    if kept is None or kept.line != sealed.line:
        raise ForkError(f"event {envelope.seq} differs from the one received before")
    digest: bytes = kept.hash
    return digest


def _why_not_ours(envelope: chain.Envelope, site: Site | None) -> str | None:
    """Why an event is none of this site's. A kiosk that was not paired yet belongs to none."""
    said = (envelope.district_id, envelope.site_id)
    if site is None or said in ((site.district_id, site.site_id), ("", "")):
        return None
    return "it says that it is of another school than its kiosk"


def _apply(session: Session, envelope: chain.Envelope, sealed: chain.SealedEvent) -> str | None:
    """Apply one event in a savepoint. Returns why it could not be, for the quarantine.

    Only what the event itself causes is a reason. A busy or lost database is none: that error
    goes up, nothing of the batch is kept, and the kiosk sends it again.
    """
    try:
        event = codec.event_from_json(envelope.type, sealed.body)
        if event is None:
            name = chain.columns_of(envelope).type
            return f"this version does not know {name}; it is kept for a later one"
        with session.begin_nested():
            visits.apply(session, envelope, event)
    except codec.MalformedError:
        return "its facts cannot be read by this version"
    except (DataError, IntegrityError, LookupError, ValueError, OverflowError) as error:
        return f"it could not be applied ({type(error).__name__})"
    except StatementError as error:
        if isinstance(error, DBAPIError):
            raise
        return "it could not be applied (a fact that no column takes)"  # never sent to the server
    return None


def quarantined(session: Session) -> int:
    """How many received events could not be applied."""
    query = select(func.count()).select_from(EventRow).where(EventRow.parked.is_not(None))
    return session.scalar(query) or 0
