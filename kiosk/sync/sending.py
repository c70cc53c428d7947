"""The half of a round that sends: events and photos that the hub lacks. No threads, no waiting.

Every round begins at the hub's own head, so that a hub restored from an old backup is refilled,
and no transaction is open while HTTP is under way.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db import outbox, photos
from db.chain import SealedEvent
from db.domain.errors import HubRefusedError, StorageError
from db.engine import Database
from db.outbox import Device
from kiosk.sync import trust
from kiosk.sync.client import (
    HubClient,
    HubForkError,
    HubHead,
    HubTooMuchError,
    HubUnpairedError,
    Receipt,
)
from kiosk.sync.known_hub import HubUntrueError

LOG = logging.getLogger(__name__)

BATCH = 500
"""A busy day's events: a hub that 600 kiosks come back to hears each of them once."""
BATCH_BYTES = 2_000_000
"""Of lines and bodies. As JSON within JSON they grow, at most to the hub's 4 MB."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """How many events the hub confirmed, and how many of earlier pairings it refuses.

    Those lie in a log that forked, mostly: the hub holds other events under their numbers.
    """

    sent: int
    left_behind: int = 0


def push(database: Database, device: Device, hub: HubClient) -> Pushed:
    """Send everything that the hub lacks, that of earlier pairings first."""
    with database.read() as session:
        earlier = outbox.earlier(session, device)
    sent = left_behind = 0
    for before in earlier:
        try:
            sent += _push_epoch(database, before, hub)
        except (HubUnpairedError, HubUntrueError):
            raise
        except HubRefusedError:  # what is said now is heard all the same
            with database.read() as session:
                left_behind += outbox.waiting_in_epoch(session, before)
    return Pushed(sent + _push_epoch(database, device, hub), left_behind)


def _push_epoch(database: Database, device: Device, hub: HubClient) -> int:
    try:
        sent = _push_behind_head(database, device, hub)
    except HubForkError:
        with database.begin() as session:
            outbox.note_fork(session, device)
        raise
    with database.read() as session:
        had_forked = outbox.has_forked(session, device)
    if had_forked:
        with database.begin() as session:
            outbox.end_fork(session, device)
    return sent


def _push_behind_head(database: Database, device: Device, hub: HubClient) -> int:
    head = hub.head(device.epoch)
    with database.read() as session:
        ours = outbox.hash_at(session, device, head.seq)
    if ours is not None and ours.hex() != head.hash:
        raise HubForkError(
            "The hub holds other events under this kiosk's name, so nothing more is sent. "
            "Everything is kept here. Pair this kiosk again."
        )
    if ours is None:
        raise HubForkError(
            "The hub knows more of this kiosk than the kiosk itself: its disk may be an old copy. "
            "Everything is kept here. Pair this kiosk again."
        )
    sent, after, most = 0, head.seq, BATCH
    _accept(database, device, head, ours)
    while batch := _batch(database, device, after, most):
        try:
            receipt = hub.push(
                batch, device.epoch, _signature(database, device, after + len(batch))
            )
        except HubTooMuchError:
            if len(batch) == 1:
                raise
            most = len(batch) // 2
            continue
        sent, after = sent + len(batch), receipt.acked_seq
        with database.begin() as session:
            trust.keep_receipt(session, device, receipt, outbox.hash_at(session, device, after))
            outbox.accept(session, device, after)
    return sent


def _signature(database: Database, device: Device, seq: int) -> bytes:
    with database.read() as session:
        digest = outbox.hash_at(session, device, seq)
        return b"" if digest is None else trust.sign(session, device, seq, digest)


def _batch(database: Database, device: Device, after: int, most: int) -> list[SealedEvent]:
    with database.read() as session:
        events = outbox.pending(session, device, after, most)
    size = 0
    for count, event in enumerate(events):
        size += len(event.line) + len(event.body)
        if count and size > BATCH_BYTES:
            return events[:count]
    return events


def push_photos(
    database: Database, device: Device, folder: Path, hub: HubClient, now: datetime
) -> int:
    """Send the photos of the device's visits that the hub lacks. Returns how many it took.

    A damaged or vanished one is remembered as lost, one that the hub refuses or that cannot be
    read now waits; neither keeps the others back. The first such error is raised at the end.
    """
    with database.read() as session:
        names = photos.unsent(session, device.kiosk_id)
        taken = {name: photos.taken_at(session, name) for name in names}
    sent, trouble = 0, None
    for name in names:
        try:
            jpeg = photos.read(folder, name)
            if jpeg is not None:
                hub.put_photo(name, jpeg, taken[name])
        except HubUnpairedError:
            raise
        except (HubRefusedError, StorageError) as error:
            trouble = trouble or error
            continue
        with database.begin() as session:
            if jpeg is None:
                LOG.warning("a visitor's photo is gone or damaged and cannot be sent: %s", name)
                photos.mark_lost(session, name)
            else:
                photos.mark_sent(session, name, now)
                sent += 1
    if trouble is not None:
        raise trouble
    return sent


def _accept(database: Database, device: Device, head: HubHead, ours: bytes) -> None:
    """What the hub has by its own head counts as sent if it signed for it: an answer was lost.

    What a hub has not any more, since it was restored from a backup, waits again.
    """
    with database.read() as session:
        last, acked = trust.receipt(session, device.epoch), outbox.acked(session, device)
    if head.seq < acked:
        with database.begin() as session:
            outbox.reopen(session, device, head.seq)
    # Without a signature nothing is there, or the hub is of a version before.
    if not head.signature or (last is not None and last.acked_seq >= head.seq):
        return
    receipt = Receipt(head.seq, head.hash, head.at, head.signature)
    with database.begin() as session:
        trust.keep_receipt(session, device, receipt, ours)
        outbox.accept(session, device, head.seq)
